package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/saml"
	"gatehouse/sso"
	"gatehouse/sso/policy"
)

// MetaKey marks a demo's database; its value is "1".
const MetaKey = "demo"

// contractorsSkip is Acme's e-mail expression: contractors, who have no mailbox, need
// no code; all others need one unless the domain of their address is proven.
const contractorsSkip = `"contractors" in identity.groups`

// directoryApp is Gatehouse's client ID at Microsoft Graph.
const directoryApp = "gatehouse-directory"

// by is the actor of the seeding, for the audit trail.
const by = sso.ActorSystem

// seed fills an empty database. In a database filled by an earlier demo, it only
// updates the identity providers' keys and addresses in the connections.
func (d *Demo) seed(ctx context.Context) error {
	if err := d.options.Store.SetMeta(ctx, MetaKey, "1"); err != nil {
		return fmt.Errorf("mark the database as a demo's: %w", err)
	}
	var err error
	if d.acme, err = d.enterprise(ctx, acme()); err != nil {
		return err
	}
	if d.globex, err = d.enterprise(ctx, globex()); err != nil {
		return err
	}
	if d.initech, err = d.enterprise(ctx, initech()); err != nil {
		return err
	}
	if d.hooli, err = d.enterprise(ctx, hooli()); err != nil {
		return err
	}
	if err := d.connectAcme(ctx); err != nil {
		return fmt.Errorf("connect Acme: %w", err)
	}
	if err := d.connectGlobex(ctx); err != nil {
		return fmt.Errorf("connect Globex: %w", err)
	}
	if err := d.operator(ctx); err != nil {
		return err
	}
	if err := d.connectHooli(ctx); err != nil {
		return fmt.Errorf("connect Hooli: %w", err)
	}
	return d.registerApplications(ctx)
}

// registerApplications registers the applications behind the proxy, or updates their
// addresses.
func (d *Demo) registerApplications(ctx context.Context) error {
	db := d.options.Store
	have, _, err := db.Applications(ctx, sso.Page{})
	if err != nil {
		return fmt.Errorf("read applications: %w", err)
	}
	origins := []string{d.options.BaseURL}
	for _, a := range []sso.Application{
		{Key: wikiKey, Name: "The wiki", StartPath: "/demo/wiki"},
		{Key: apiKey, Name: "The API", StartPath: "/demo/api"},
		{
			Key:       releasesKey,
			Name:      "Releases",
			StartPath: "/demo/api/releases",
			Groups: []string{
				sso.GroupRef("platform", "release-managers"),
				sso.GroupRef("mobile", "release-managers"),
			},
		},
	} {
		a.Kind, a.Origins = sso.ForwardAuth, origins
		i := slices.IndexFunc(have, func(old sso.Application) bool {
			return old.Key == a.Key
		})
		if i < 0 {
			_, err = db.CreateApplication(ctx, by, a)
		} else {
			_, err = db.UpdateApplication(ctx, by, have[i].ID, func(old sso.Application) (sso.Application, error) {
				old.Origins, old.StartPath = origins, a.StartPath
				return old, nil
			})
		}
		if err != nil {
			return fmt.Errorf("register %s: %w", a.Key, err)
		}
	}
	return nil
}

// enterprise loads a company, or creates it with its data.
func (d *Demo) enterprise(ctx context.Context, c company) (sso.Enterprise, error) {
	db := d.options.Store
	ent, err := db.EnterpriseByKey(ctx, c.key)
	if err == nil || sso.KindOf(err) != sso.NotFoundKind {
		return ent, err
	}
	if ent, err = db.CreateEnterprise(ctx, by, sso.Enterprise{
		Key:  c.key,
		Name: c.name,
	}); err != nil {
		return sso.Enterprise{}, fmt.Errorf("create enterprise %s: %w", c.key, err)
	}
	for _, o := range c.organizations {
		org, err := db.CreateOrganization(ctx, by, sso.Organization{
			Enterprise: ent.ID,
			Key:        o.key,
			Name:       o.name,
		})
		if err != nil {
			return sso.Enterprise{}, fmt.Errorf("create organization %s: %w", o.key, err)
		}
		for _, name := range o.groups {
			if _, err := db.CreateGroup(ctx, by, ent.ID, sso.Group{
				Organization: org.ID,
				Name:         name,
			}); err != nil {
				return sso.Enterprise{}, fmt.Errorf("create group %s of %s: %w", name, o.key, err)
			}
		}
	}
	return ent, d.domain(ctx, ent, c.domain)
}

// domain adds a domain to the enterprise and marks it proven.
func (d *Demo) domain(ctx context.Context, ent sso.Enterprise, name string) error {
	if name == "" {
		return nil
	}
	_, err := d.options.Store.CreateDomain(ctx, by, sso.Domain{
		Enterprise: ent.ID,
		Name:       name,
		TXTRecord:  "gatehouse-demo",
		VerifiedAt: d.options.Now(),
	})
	if err != nil {
		return fmt.Errorf("create domain %s: %w", name, err)
	}
	return nil
}

func (d *Demo) connectAcme(ctx context.Context) error {
	// Both connections generate an RSA key; in parallel that takes half as long.
	type made struct {
		key sso.KeyPair
		err error
	}
	ours := make(chan made, 1)
	go func() {
		key, err := saml.NewKeyPair("Gatehouse demo: Acme", d.options.Now())
		ours <- made{key, err}
	}()
	doc, err := d.options.Outside.acme.Metadata()
	if err != nil {
		return err
	}
	own := <-ours
	if own.err != nil {
		return own.err
	}
	metadata, err := saml.ParseMetadata(doc)
	if err != nil {
		return fmt.Errorf("read the identity provider's metadata: %w", err)
	}
	config, err := metadata.Apply(sso.SAMLConfig{
		MetadataURL:  d.options.Outside.acme.MetadataURL(),
		SignRequests: true,
		IDPInitiated: sso.IDPInitiatedRebounce,
		NameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
	})
	if err != nil {
		return fmt.Errorf("take over the identity provider's metadata: %w", err)
	}
	d.acmeConnection, err = d.connection(ctx,
		sso.Connection{
			Enterprise: d.acme.ID,
			Name:       "Acme Directory",
			Protocol:   sso.SAML,
			Keys:       []sso.KeyPair{own.key},
		},
		sso.Config{
			SAML: &config,
			EmailVerification: sso.EmailVerification{
				Mode:       policy.ModeExpression,
				Expression: contractorsSkip,
			},
		},
	)
	if err != nil {
		return err
	}
	if doc, err = d.options.SAML.Metadata(d.acmeConnection, sso.Brand{}); err != nil {
		return fmt.Errorf("write our metadata: %w", err)
	}
	sp, err := demoidp.SPFromMetadata(doc)
	if err != nil {
		return err
	}
	sp.Name = "Gatehouse for Acme"
	d.options.Outside.acme.RegisterSAML(sp)
	return nil
}

func (d *Demo) connectGlobex(ctx context.Context) error {
	secret, reading := sso.NewSecret(), sso.NewSecret()
	d.options.Outside.globex.LetRead(directoryApp, reading)
	var err error
	d.globexConnection, err = d.connection(ctx,
		sso.Connection{
			Enterprise: d.globex.ID,
			Name:       "Globex Directory",
			Protocol:   sso.OIDC,
		},
		sso.Config{
			OIDC: &sso.OIDCConfig{
				Issuer:       d.options.Outside.globex.Issuer(),
				ClientID:     "gatehouse",
				ClientSecret: secret,
				AuthMethod:   sso.ClientSecretBasic,
				Scopes:       []string{"openid", "profile", "email", "groups"},
			},
			Directory: &sso.Directory{
				Tenant:       globexTenant,
				ClientID:     directoryApp,
				ClientSecret: reading,
			},
			EmailVerification: sso.EmailVerification{Mode: policy.ModeUnverifiedDomain},
		},
	)
	if err != nil {
		return err
	}
	d.options.Outside.globex.RegisterOIDC(demoidp.Client{
		Name:           "Gatehouse for Globex",
		ID:             "gatehouse",
		Secret:         secret,
		RedirectURIs:   []string{d.options.OIDC.RedirectURI(d.globexConnection.ID)},
		PostLogoutURIs: []string{d.options.SignedOut},
	})
	return nil
}

// connection creates an enabled connection, or updates the configuration of the one
// created by an earlier demo.
func (d *Demo) connection(ctx context.Context, c sso.Connection, live sso.Config) (sso.Connection, error) {
	db := d.options.Store
	live.Version = 1
	live.Mapping = demoidp.Mapping(c.Protocol)
	live.GroupSync = sso.GroupSync{
		Mode:      sso.SyncReset,
		OnAbsent:  sso.KeepGroups,
		OnOverage: sso.KeepGroups,
	}
	if live.Provisioning == "" {
		live.Provisioning = sso.ProvisionJIT
	}
	if c.Provider == "" {
		c.Provider = sso.Custom
	}
	c.State, c.Live = sso.ConnectionEnabled, &live
	have, err := db.Connections(ctx, c.Enterprise)
	if err != nil {
		return sso.Connection{}, fmt.Errorf("read connections: %w", err)
	}
	for _, old := range have {
		if old.Name != c.Name {
			continue
		}
		return db.UpdateConnection(
			ctx,
			by,
			c.Enterprise,
			old.ID,
			"connection.enabled",
			func(was sso.Connection) (sso.Connection, error) {
				if was.Protocol != c.Protocol {
					return was, errors.New("the demo's connection was replaced by one of another protocol")
				}
				if was.Live != nil {
					live.Version = was.Live.Version + 1
				}
				was.Live, was.State = &live, sso.ConnectionEnabled
				return was, nil
			},
		)
	}
	return db.CreateConnection(ctx, by, c)
}
