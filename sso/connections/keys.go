package connections

import (
	"context"
	"reflect"
	"slices"
	"time"

	"gatehouse/sso"
)

// replacedPause is for how long a provider that replaces all its keys again is
// not told of again: one whose servers publish different sets would alarm admins
// at every fetch.
const replacedPause = 24 * time.Hour

// SeeKeys notes which keys an OpenID provider publishes, for a connection that
// is live and the other versions with the same issuer. A set that has none of the
// keys before it is told to admins, or waits for them where the connection says
// so. It is what oidc.Options.KeysSeen wants; a failure is logged.
func (s *Service) SeeKeys(ctx context.Context, seen sso.SeenKeys) {
	_, err := s.change(
		ctx, sso.ActorSystem, seen.Enterprise, seen.Connection, "connection.keys_seen",
		func(_ context.Context, c sso.Connection) (sso.Connection, error) {
			if !publishes(c.Live, seen) {
				return c, nil // a draft is tested, and tells nothing about what is live
			}
			for _, version := range []**sso.Config{&c.Live, &c.Draft, &c.Previous} {
				if publishes(*version, seen) {
					noted := clone(*version)
					*noted.OIDC = s.noted(*noted.OIDC, seen.Keys)
					*version = noted
				}
			}
			return c, nil
		},
	)
	if err != nil {
		s.Log.WarnContext(
			ctx, "published keys of an identity provider not saved",
			"connection", seen.Connection, "error", err,
		)
	}
}

// publishes reports whether the keys are those of a version's provider.
func publishes(cfg *sso.Config, seen sso.SeenKeys) bool {
	return cfg != nil &&
		cfg.OIDC != nil &&
		cfg.OIDC.Issuer == seen.Issuer &&
		cfg.OIDC.DiscoveryURL == seen.DiscoveryURL
}

// noted is a configuration with the keys that its provider publishes now.
func (s *Service) noted(cfg sso.OIDCConfig, keys []string) sso.OIDCConfig {
	replaces := cfg.Replaces(keys)
	if replaces && cfg.ConfirmNewKeys {
		cfg.PendingKeys = keys
		return cfg
	}
	if replaces && s.Now().Sub(cfg.ReplacedAt) > replacedPause {
		cfg.ReplacedAt = s.Now()
	}
	cfg.Keys, cfg.PendingKeys = keys, nil
	return cfg
}

// confirmed trusts what waits in a version, and reports whether anything did.
func confirmed(cfg *sso.Config) (*sso.Config, bool) {
	next := clone(cfg)
	switch {
	case cfg == nil:
	case cfg.SAML != nil && len(cfg.SAML.Pending) > 0:
		kept := slices.DeleteFunc(slices.Clone(cfg.SAML.Certificates), func(c sso.Certificate) bool {
			return c.Source == sso.FromMetadata
		})
		next.SAML.Certificates, next.SAML.Pending = slices.Concat(cfg.SAML.Pending, kept), nil
	case cfg.OIDC != nil && len(cfg.OIDC.PendingKeys) > 0:
		next.OIDC.Keys, next.OIDC.PendingKeys = cfg.OIDC.PendingKeys, nil
	}
	return next, !reflect.DeepEqual(next, cfg)
}
