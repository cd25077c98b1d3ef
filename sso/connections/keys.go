package connections

import (
	"context"
	"reflect"
	"slices"
	"time"

	"gatehouse/sso"
)

// replacedPause is the time between two reports that a provider replaced all its
// keys: one whose servers publish different sets would alarm admins at every
// fetch.
const replacedPause = 24 * time.Hour

// SeeKeys records the keys that an OpenID provider publishes, in the live version
// of a connection and the others with the same issuer. A set without any of the
// previous keys is reported to admins, or waits for their confirmation if the
// connection requires it. It implements oidc.Options.KeysSeen; a failure is
// logged.
func (s *Service) SeeKeys(ctx context.Context, seen sso.SeenKeys) {
	_, err := s.change(
		ctx, sso.ActorSystem, seen.Enterprise, seen.Connection, "connection.keys_seen",
		func(_ context.Context, c sso.Connection) (sso.Connection, error) {
			if !publishes(c.Live, seen) {
				return c, nil // the keys of a tested draft say nothing about the live version
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

// publishes reports whether seen is about the provider of cfg.
func publishes(cfg *sso.Config, seen sso.SeenKeys) bool {
	return cfg != nil &&
		cfg.OIDC != nil &&
		cfg.OIDC.Issuer == seen.Issuer &&
		cfg.OIDC.DiscoveryURL == seen.DiscoveryURL
}

// noted returns a configuration with the keys that its provider publishes now.
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

// confirmed returns a version that trusts its pending keys, and reports whether
// there were any.
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
