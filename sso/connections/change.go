package connections

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"gatehouse/saml"
	"gatehouse/sso"
)

// keyName is the subject of the certificates of service provider keys.
const keyName = "Single sign-on"

// Create makes a connection in the state draft. It may be incomplete: its ID is
// enough to register the gateway at the identity provider. A SAML connection gets
// its own key pair. Errors: Invalid with Fields; the code is that of the first
// problem that has one, see Edit.
func (s *Service) Create(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, protocol sso.Protocol, e Edit,
) (sso.Connection, []Warning, error) {
	c := sso.Connection{
		Enterprise: ent,
		Protocol:   protocol,
		Provider:   sso.Custom,
		State:      sso.ConnectionDraft,
	}
	set(&c.Provider, e.Provider)
	if protocol != sso.SAML && protocol != sso.OIDC {
		return sso.Connection{}, nil, sso.InvalidField(
			invalid, "protocol", "Use one of: saml, oidc.",
		)
	}
	if e.Name == nil {
		e.Name = new(string) // refused, together with all other problems
	}
	c.Draft = defaults(protocol, c.Provider)
	w := s.editing(c, c.Draft)
	w.apply(ctx, e)
	if err := w.err(); err != nil {
		return sso.Connection{}, nil, fmt.Errorf("create connection: %w", err)
	}
	c, err := s.withKey(w.result())
	if err != nil {
		return sso.Connection{}, nil, fmt.Errorf("create connection: %w", err)
	}
	c, err = s.Connections.CreateConnection(
		ctx, by, s.followTrust(by, "connection.created", sso.Connection{}, c),
	)
	if err != nil {
		return sso.Connection{}, nil, err
	}
	return c, w.warnings, nil
}

// CreateByLink makes a connection as Create does, for the holder of a setup link,
// and restricts the link to it. Errors besides those of Create: Conflict
// "setup_link_bound".
func (s *Service) CreateByLink(
	ctx context.Context, link sso.SetupLinkID, ent sso.EnterpriseID, protocol sso.Protocol, e Edit,
) (sso.Connection, []Warning, error) {
	c, warnings, err := s.Create(ctx, sso.Actor(link), ent, protocol, e)
	if err != nil {
		return sso.Connection{}, nil, err
	}
	if err := s.Trusts.BindSetupLink(ctx, ent, link, c.ID); err != nil {
		return sso.Connection{}, nil, err
	}
	return c, warnings, nil
}

// Edit changes the draft, which begins as a copy of the live configuration.
// Errors: Invalid with Fields and one of the codes "url_not_allowed",
// "metadata_unreadable", "metadata_ambiguous", "metadata_no_signing_key",
// "metadata_bad_endpoint", "weak_key", "own_certificate", "issuer_mismatch",
// "secret_needed" or "invalid_configuration"; Stale "connection_changed" if it
// was changed by others again and again.
func (s *Service) Edit(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, e Edit,
) (sso.Connection, []Warning, error) {
	var warnings []Warning
	c, err := s.change(
		ctx,
		by,
		ent,
		id,
		"connection.edited",
		func(ctx context.Context, c sso.Connection) (sso.Connection, error) {
			if err := checkRevision(c, e.Revision); err != nil {
				return c, err
			}
			base := startOf(c)
			w := s.editing(c, base)
			w.apply(ctx, e)
			if err := w.err(); err != nil {
				return c, fmt.Errorf("edit connection: %w", err)
			}
			warnings = w.warnings
			edited := w.result()
			switch same := reflect.DeepEqual(edited.Draft, base); {
			case same && c.Draft == nil:
				edited.Draft = nil // nothing to enable
			case !same: // a new version number, because the draft is no longer the tested one
				edited.Draft.Version = nextVersion(c)
			}
			return s.withKey(edited)
		},
	)
	if err != nil {
		return sso.Connection{}, nil, err
	}
	return c, warnings, nil
}

// withKey makes the first service provider key of a connection that needs one.
func (s *Service) withKey(c sso.Connection) (sso.Connection, error) {
	jwt := c.Draft != nil &&
		c.Draft.OIDC != nil &&
		c.Draft.OIDC.AuthMethod == sso.PrivateKeyJWT
	if len(c.Keys) > 0 || c.Protocol == sso.OIDC && !jwt {
		return c, nil
	}
	pair, err := saml.NewKeyPair(keyName, s.Now())
	if err != nil {
		return c, fmt.Errorf("make a key: %w", err)
	}
	c.Keys = []sso.KeyPair{pair}
	return c, nil
}

// maxTries limits the attempts to save a change despite concurrent changes.
const maxTries = 3

// change loads a connection, calls prepare to make the new one, and saves it. If
// the connection was changed concurrently, it begins again: prepare may fetch
// metadata and take long. prepare must not change its argument in place. If it
// changes nothing, nothing is written.
func (s *Service) change(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, action string,
	prepare func(context.Context, sso.Connection) (sso.Connection, error)) (sso.Connection, error) {
	for try := 1; ; try++ {
		old, err := s.Connections.Connection(ctx, ent, id)
		if err != nil {
			return sso.Connection{}, err
		}
		c, err := prepare(ctx, old)
		if err != nil {
			return sso.Connection{}, err
		}
		if reflect.DeepEqual(old, c) {
			return c, nil
		}
		c = s.followTrust(by, action, old, c)
		saved, err := s.Connections.UpdateConnection(
			ctx,
			by,
			ent,
			id,
			action,
			func(now sso.Connection) (sso.Connection, error) {
				if now.Revision != old.Revision || !sameTrust(now, old) {
					return now, sso.ConnectionChanged()
				}
				changed := c
				if changed.Metadata == old.Metadata {
					changed.Metadata = now.Metadata // recorded without a new revision
				}
				return changed, nil
			},
		)
		if sso.CodeOf(err) != sso.CodeConnectionChanged || try == maxTries {
			return saved, err
		}
	}
}

// checkRevision returns Stale "connection_changed" if a change was made from
// another revision of the connection; 0 is any. Call it in the prepare of change,
// which compares the revision that was read with the stored one in the
// transaction.
func checkRevision(c sso.Connection, revision int64) error {
	if revision != 0 && revision != c.Revision {
		return sso.ConnectionChanged()
	}
	return nil
}

// maxKeys limits the published service provider keys: the one in use and two that
// an identity provider may still encrypt to.
const maxKeys = 3

// RotateKey puts a new key pair before the others: it signs from now on, and the
// older ones still decrypt. An identity provider that checks our signatures needs
// the new certificate. Errors: Conflict "no_key" for a connection without keys.
func (s *Service) RotateKey(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.Connection, error) {
	return s.change(
		ctx,
		by,
		ent,
		id,
		"connection.key_rotated",
		func(_ context.Context, c sso.Connection) (sso.Connection, error) {
			if len(c.Keys) == 0 {
				return c, &sso.Error{
					Kind:   sso.Conflict,
					Code:   "no_key",
					Public: "This connection has no key of ours: it authenticates with a client secret.",
				}
			}
			pair, err := saml.NewKeyPair(keyName, s.Now())
			if err != nil {
				return c, fmt.Errorf("rotate key: %w", err)
			}
			c.Keys = slices.Concat([]sso.KeyPair{pair}, c.Keys[:min(len(c.Keys), maxKeys-1)])
			return c, nil
		},
	)
}

// ServiceProviderMetadata returns the metadata to upload to a SAML identity
// provider. NotFound: the connection does not exist or uses OpenID Connect.
func (s *Service) ServiceProviderMetadata(ctx context.Context, id sso.ConnectionID) ([]byte, error) {
	c, err := s.Connections.ConnectionByID(ctx, id)
	if err != nil {
		return nil, err
	}
	if c.Protocol != sso.SAML {
		return nil, sso.NothingHere()
	}
	return s.SAML.Metadata(c, s.Brands.Of(ctx, c.Enterprise))
}
