package connections_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/mapping"
)

// blamed are the fields of an error, in order.
func blamed(err error) []string {
	e, ok := errors.AsType[*sso.Error](err)
	if !ok {
		return nil
	}
	var all []string
	for _, f := range e.Fields {
		all = append(all, f.Field)
	}
	return all
}

func TestCreateSAML(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.load(w.saml(d).ID)
	if c.State != sso.ConnectionDraft ||
		c.Live != nil ||
		c.Provider != sso.Custom ||
		len(c.Keys) != 1 ||
		c.Metadata.CheckedAt.IsZero() {
		t.Errorf("%+v", c)
	}
	w.same(&sso.Config{
		Version: 1,
		SAML: &sso.SAMLConfig{
			MetadataURL: d.metadataURL(),
			IDPEntityID: d.entity,
			SSO: sso.Endpoint{
				URL:     d.sso,
				Binding: sso.BindingRedirect,
			},
			Certificates: []sso.Certificate{{Raw: d.certs[0], Source: sso.FromMetadata}},
			SignRequests: true,
			IDPInitiated: sso.IDPInitiatedRebounce,
			NameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
		},
		Mapping: mapping.Preset(sso.Custom, sso.SAML),
		GroupSync: sso.GroupSync{
			Mode:      sso.SyncReset,
			OnAbsent:  sso.KeepGroups,
			OnOverage: sso.KeepGroups,
		},
		Provisioning:      sso.ProvisionJIT,
		EmailVerification: sso.EmailVerification{Mode: "unverified-domain"},
	}, c.Draft)
	doc, err := w.ServiceProviderMetadata(t.Context(), c.ID)
	w.ok(err)
	if !strings.Contains(
		string(doc), "https://gatehouse.test/saml/"+string(c.ID)+"/acs",
	) {
		t.Errorf("our metadata: %s", doc)
	}
}

func TestCreateOIDC(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	d.issuer, d.scopes, d.methods = d.URL+"/", []string{
		"openid", "groups",
	}, []string{
		"client_secret_post",
	}
	c := w.load(w.oidc(d).ID)
	want := sso.OIDCConfig{
		Issuer:       d.URL + "/",
		ClientID:     "gatehouse",
		ClientSecret: "canary-secret",
		AuthMethod:   sso.ClientSecretPost,
		Scopes:       []string{"openid", "profile", "email", "groups"},
	}
	w.same(want, *c.Draft.OIDC)
	if len(c.Keys) != 0 {
		t.Error("a key that nothing uses")
	}
	_, err := w.ServiceProviderMetadata(t.Context(), c.ID)
	w.fails(err, sso.NotFoundKind, "not_found")
	_, err = w.ServiceProviderMetadata(
		t.Context(), sso.NewID[sso.ConnectionID](w.clock.Now()),
	)
	w.fails(err, sso.NotFoundKind, "not_found")
}

// TestScopesOfADFS: AD FS alone is asked for allatclaims, and only if it offers it.
func TestScopesOfADFS(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	d.scopes = []string{"allatclaims", "openid"}
	for provider, want := range map[sso.Provider][]string{
		sso.ADFS:   {"openid", "profile", "email", "allatclaims"},
		sso.Custom: {"openid", "profile", "email"},
	} {
		c, _, err := w.Create(t.Context(), by, w.ent, sso.OIDC, connections.Edit{
			Name:     new("Directory"),
			Provider: new(provider),
			OIDC:     &connections.OIDCEdit{Issuer: new(d.URL)},
		})
		w.ok(err)
		w.same(want, c.Draft.OIDC.Scopes)
	}
	c, _, err := w.Create(t.Context(), by, w.ent, sso.OIDC, connections.Edit{
		Name:     new("Chosen"),
		Provider: new(sso.ADFS),
		OIDC: &connections.OIDCEdit{
			Issuer: new(d.URL),
			Scopes: []string{"openid", "email"},
		},
	})
	w.ok(err)
	w.same([]string{"openid", "email"}, c.Draft.OIDC.Scopes)
}

// What an admin registers at the identity provider follows from the connection's
// ID, so it has to exist before there is anything to fill in.
func TestCreateNeedsOnlyAName(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, protocol := range []sso.Protocol{sso.SAML, sso.OIDC} {
		c, warnings, err := w.Create(
			t.Context(), by, w.ent, protocol, connections.Edit{Name: new("Later")},
		)
		w.ok(err)
		if c.State != sso.ConnectionDraft || len(warnings) != 0 {
			t.Errorf("%+v %v", c, warnings)
		}
	}
	_, _, err := w.Create(t.Context(), by, w.ent, "ldap", connections.Edit{})
	w.fails(err, sso.Invalid, "invalid_configuration", "protocol")
	_, _, err = w.Create(
		t.Context(), by, sso.NewID[sso.EnterpriseID](w.clock.Now()), sso.OIDC,
		connections.Edit{Name: new("x")},
	)
	w.fails(err, sso.NotFoundKind, "not_found")
}

func TestEveryProviderStartsWithItsPreset(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for _, provider := range sso.Providers {
		c, _, err := w.Create(t.Context(), by, w.ent, sso.OIDC, connections.Edit{
			Name:     new("x"),
			Provider: new(provider),
		})
		w.ok(err)
		w.same(mapping.Preset(provider, sso.OIDC), c.Draft.Mapping)
	}
}

func TestEveryProblemAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, _, err := w.Create(t.Context(), by, w.ent, sso.SAML, connections.Edit{
		Provider: new(sso.Provider("acme")),
		SAML: &connections.SAMLEdit{
			SSOURL:       new("http://idp.example/sso"),
			ClockSkew:    new(sso.Seconds(301)),
			NameIDFormat: new("urn:oasis:names:tc:SAML:2.0:nameid-format:transient"),
		},
		OIDC: &connections.OIDCEdit{},
		Mapping: &connections.MappingEdit{
			Login:   []string{"{"},
			Include: new("("),
		},
		GroupSync: &connections.GroupSyncEdit{
			Mode:      new(sso.SyncKeep),
			OnOverage: new(sso.ClearGroups),
		},
		Provisioning: new(sso.Provisioning("ldap")),
		EmailVerification: &connections.EmailVerificationEdit{
			Mode: new("expression"),
		},
	})
	w.fails(
		err, sso.Invalid, "metadata_bad_endpoint", "name", "provider", "oidc",
		"saml.sso_url", "saml.name_id_format", "saml.clock_skew_seconds",
		"mapping.login[0]", "mapping.include", "group_sync.mode",
		"group_sync.on_overage", "provisioning", "email_verification.expression",
	)
	if all, err := w.db.Connections(t.Context(), w.ent); err != nil || len(all) != 0 {
		t.Errorf("%d connections were made, %v", len(all), err)
	}
}

func TestEditTouchesOnlyTheDraft(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	edited, _, err := w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{ForceAuthn: new(true)},
	})
	w.ok(err)
	w.same(c.Live, edited.Live)
	if edited.Draft == nil ||
		!edited.Draft.SAML.ForceAuthn ||
		edited.Draft.Version != 2 ||
		edited.State != sso.ConnectionEnabled {
		t.Errorf("%+v", edited.Draft)
	}
	// A second edit goes on from the draft, and makes another version of it: one
	// that was tested is not taken for it.
	edited, _, err = w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{AllowIDPInitiated: new(sso.IDPInitiatedOff)},
	})
	w.ok(err)
	if !edited.Draft.SAML.ForceAuthn ||
		edited.Draft.SAML.IDPInitiated != sso.IDPInitiatedOff ||
		edited.Draft.Version != 3 {
		t.Errorf("%+v", edited.Draft.SAML)
	}
	w.same(edited, w.load(c.ID))
}

func TestEditThatChangesNothing(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	for name, e := range map[string]connections.Edit{
		"nothing": {},
		"the same": {
			Name:     new("Directory"),
			Provider: new(sso.Custom),
			SAML: &connections.SAMLEdit{
				MetadataURL:  new(d.metadataURL()),
				SignRequests: new(true),
			},
		},
		"the same list": {
			Mapping: &connections.MappingEdit{Login: c.Live.Mapping.Login},
		},
		"known by hand": {SAML: &connections.SAMLEdit{
			IDPEntityID: new(d.entity),
			SSOURL:      new(d.sso),
		}},
	} {
		edited, _, err := w.Edit(t.Context(), by, w.ent, c.ID, e)
		w.ok(err)
		if edited.Draft != nil || edited.Revision != c.Revision {
			t.Errorf(
				"%s: revision %d, draft %+v", name, edited.Revision, edited.Draft,
			)
		}
	}
	renamed, _, err := w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		Name: new("Staff"),
	})
	w.ok(err)
	if renamed.Name != "Staff" || renamed.Draft != nil {
		t.Errorf("%+v", renamed)
	}
}

// The preset follows the provider as long as it was not edited.
func TestPresetFollowsTheProvider(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c, _, err := w.Create(t.Context(), by, w.ent, sso.SAML, connections.Edit{
		Name: new("x"),
	})
	w.ok(err)
	c, err = w.Restart(t.Context(), by, w.ent, c.ID, 0, sso.SAML, sso.Entra)
	w.ok(err)
	w.same(mapping.Preset(sso.Entra, sso.SAML), c.Draft.Mapping)
	if !strings.HasSuffix(c.Draft.SAML.NameIDFormat, ":unspecified") {
		t.Errorf("asks Entra ID for %s", c.Draft.SAML.NameIDFormat)
	}
	c, _, err = w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		Mapping: &connections.MappingEdit{Login: []string{"uid"}},
	})
	w.ok(err)
	c, err = w.Restart(t.Context(), by, w.ent, c.ID, 0, sso.SAML, sso.Okta)
	w.ok(err)
	w.same([]string{"uid"}, c.Draft.Mapping.Login)
}

// An edit of the provider alone changes the name of the product and nothing that
// a sign-in depends on, whatever the connection has.
func TestProviderAloneChangesNoMapping(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	entra := connections.Edit{Provider: new(sso.Entra)}
	c, _, err := w.Create(t.Context(), by, w.ent, sso.SAML, connections.Edit{
		Name: new("draft"),
	})
	w.ok(err)
	before := c.Draft
	c, _, err = w.Edit(t.Context(), by, w.ent, c.ID, entra)
	w.ok(err)
	w.same(sso.Entra, c.Provider)
	w.same(before, c.Draft)

	live := w.live(d)
	c, _, err = w.Edit(t.Context(), by, w.ent, live.ID, entra)
	w.ok(err)
	w.same(live.Live, c.Live)
	if c.Draft != nil {
		t.Errorf(
			"there is a draft with %v", connections.Differences(c.Live, c.Draft),
		)
	}

	c, _, err = w.Create(t.Context(), by, w.ent, sso.SAML, connections.Edit{
		Name: new("both"),
	})
	w.ok(err)
	want := c.Draft.Mapping
	want.Login = []string{"uid"}
	both := entra
	both.Mapping = &connections.MappingEdit{Login: []string{"uid"}}
	c, _, err = w.Edit(t.Context(), by, w.ent, c.ID, both)
	w.ok(err)
	w.same(want, c.Draft.Mapping)

	c, _, err = w.Create(t.Context(), by, w.ent, sso.OIDC, connections.Edit{
		Name:     new("oidc"),
		Provider: new(sso.Okta),
	})
	w.ok(err)
	w.same(mapping.Preset(sso.Okta, sso.OIDC), c.Draft.Mapping)
	c, _, err = w.Edit(t.Context(), by, w.ent, c.ID, entra)
	w.ok(err)
	w.same(mapping.Preset(sso.Okta, sso.OIDC), c.Draft.Mapping)
}

// The shape of contract.md, as a program would send it.
func TestEditFromJSON(t *testing.T) {
	t.Parallel()
	var e connections.Edit
	err := json.Unmarshal(
		[]byte(`{"name":"n","provider":"okta","saml":{"metadata_url":"u","metadata_xml":"x","idp_entity_id":"i","sso_url":"s","sso_binding":"b","slo_url":"l",
		"certificates":[],"sign_requests":false,"allow_idp_initiated":"off","name_id_format":"f","force_authn":true,"allow_sha1":true,"clock_skew_seconds":5},
		"oidc":{"issuer":"i","client_id":"c","client_secret":"hush","token_endpoint_auth_method":"private_key_jwt","scopes":["a"],"prompt":"login"},
		"mapping":{"subject":"s","login":["l"],"email":[],"email_verified":["v"],"name":["n"],"groups":["g"],"delimiter":";","include":"i","exclude":"e","group_limit":7},
		"group_sync":{"mode":"reset","on_absent":"keep","on_overage":"deny"},"provisioning":"scim","email_verification":{"mode":"never","expression":"x"}}`),
		&e,
	)
	if err != nil {
		t.Fatal(err)
	}
	text := func(s string) *string { return &s }
	want := connections.Edit{
		Name:     text("n"),
		Provider: new(sso.Okta),
		SAML: &connections.SAMLEdit{
			MetadataURL:       text("u"),
			MetadataXML:       text("x"),
			IDPEntityID:       text("i"),
			SSOURL:            text("s"),
			SSOBinding:        text("b"),
			SLOURL:            text("l"),
			Certificates:      []string{},
			SignRequests:      new(false),
			AllowIDPInitiated: new(sso.IDPInitiatedOff),
			NameIDFormat:      text("f"),
			ForceAuthn:        new(true),
			AllowSHA1:         new(true),
			ClockSkew:         new(sso.Seconds(5)),
		},
		OIDC: &connections.OIDCEdit{
			Issuer:       text("i"),
			ClientID:     text("c"),
			ClientSecret: new(sso.Secret("hush")),
			AuthMethod:   new(sso.PrivateKeyJWT),
			Scopes:       []string{"a"},
			Prompt:       text("login"),
		},
		Mapping: &connections.MappingEdit{
			Subject:       text("s"),
			Login:         []string{"l"},
			Email:         []string{},
			EmailVerified: []string{"v"},
			Name:          []string{"n"},
			Groups:        []string{"g"},
			Delimiter:     text(";"),
			Include:       text("i"),
			Exclude:       text("e"),
			GroupLimit:    new(7),
		},
		GroupSync: &connections.GroupSyncEdit{
			Mode:      new(sso.SyncReset),
			OnAbsent:  new(sso.KeepGroups),
			OnOverage: new(sso.DenySignIn),
		},
		Provisioning: new(sso.ProvisionSCIM),
		EmailVerification: &connections.EmailVerificationEdit{
			Mode:       text("never"),
			Expression: text("x"),
		},
	}
	w := &world{T: t}
	w.same(want, e)
}

// Two admins at once: what the other did meanwhile is kept.
func TestEditsAtTheSameTime(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.saml(d)
	other := w.node(nil)
	for name, tt := range map[string]struct {
		times int
		code  string
	}{
		"once":            {1, ""},
		"again and again": {1000, "connection_changed"},
	} {
		left := tt.times
		d.set(func(d *directory) {
			d.override = func(rw http.ResponseWriter, _ *http.Request) {
				if left--; left >= 0 {
					_, _, err := other.Edit(
						t.Context(),
						by,
						w.ent,
						c.ID,
						connections.Edit{
							Name: new(name + strings.Repeat("!", 1+left%7)),
						},
					)
					if err != nil {
						t.Error(err)
					}
				}
				answer(
					http.StatusOK,
					metadataOf("https://idp.test/other", d.sso, d.certs...),
				)(
					rw, nil,
				)
			}
		})
		edited, _, err := w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
			SAML: &connections.SAMLEdit{
				MetadataURL: new(
					d.URL + "/" + strings.ReplaceAll(name, " ", "-") + "/metadata",
				),
			},
		})
		if sso.CodeOf(err) != tt.code {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil &&
			(edited.Name != "once!" ||
				edited.Draft.SAML.IDPEntityID != "https://idp.test/other") {
			t.Errorf(
				"%s: one of the two changes is lost: %q, %q", name, edited.Name,
				edited.Draft.SAML.IDPEntityID,
			)
		}
	}
}

func TestRotateKey(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	ids := []sso.KeyID{c.Keys[0].ID}
	for range 3 {
		w.clock.Move(1)
		next, err := w.RotateKey(t.Context(), by, w.ent, c.ID)
		w.ok(err)
		ids = slices.Insert(ids, 0, next.Keys[0].ID)
	}
	c = w.load(c.ID)
	var kept []sso.KeyID
	doc, err := w.ServiceProviderMetadata(t.Context(), c.ID)
	w.ok(err)
	for _, k := range c.Keys {
		kept = append(kept, k.ID)
		if !strings.Contains(
			strings.Join(strings.Fields(string(doc)), ""), b64(k.Certificate),
		) {
			t.Errorf("key %s is not published", k.ID)
		}
	}
	w.same(ids[:3], kept)
	w.same(
		[]string{
			"connection.key_rotated", "connection.key_rotated",
			"connection.key_rotated", "connection.enabled", "connection.created",
		},
		w.actions(5),
	)

	o := w.oidc(d)
	_, err = w.RotateKey(t.Context(), by, w.ent, o.ID)
	w.fails(err, sso.Conflict, "no_key")
	o, _, err = w.Edit(t.Context(), by, w.ent, o.ID, connections.Edit{
		OIDC: &connections.OIDCEdit{AuthMethod: new(sso.PrivateKeyJWT)},
	})
	w.ok(err)
	if len(o.Keys) != 1 {
		t.Fatal("private_key_jwt without a key")
	}
	o, err = w.RotateKey(t.Context(), by, w.ent, o.ID)
	w.ok(err)
	if len(o.Keys) != 2 {
		t.Errorf("%d keys", len(o.Keys))
	}
}

func TestAnotherEnterpriseSeesNothing(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c, foreign, ctx := w.live(d), w.enterprise("globex"), t.Context()
	dom, err := w.AddDomain(ctx, by, w.ent, "acme.example")
	w.ok(err)
	for name, call := range map[string]func() error{
		"edit": func() error {
			_, _, err := w.Edit(ctx, by, foreign, c.ID, connections.Edit{
				Name: new("x"),
			})
			return err
		},
		"enable": func() error {
			_, err := w.Enable(ctx, by, foreign, c.ID, 0)
			return err
		},
		"disable": func() error {
			_, err := w.Disable(ctx, by, foreign, c.ID, 0)
			return err
		},
		"rollback": func() error {
			_, err := w.Rollback(ctx, by, foreign, c.ID, 0)
			return err
		},
		"discard": func() error {
			_, err := w.DiscardDraft(ctx, by, foreign, c.ID, 0)
			return err
		},
		"rotate": func() error {
			_, err := w.RotateKey(ctx, by, foreign, c.ID)
			return err
		},
		"refresh": func() error {
			_, _, err := w.RefreshMetadata(ctx, by, foreign, c.ID)
			return err
		},
		"verify": func() error {
			_, err := w.VerifyDomain(ctx, by, foreign, dom.ID)
			return err
		},
	} {
		if err := call(); sso.KindOf(err) != sso.NotFoundKind {
			t.Errorf("%s: %v", name, err)
		}
	}
	w.same(c, w.load(c.ID))
}
