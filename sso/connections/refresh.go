package connections

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"time"

	"gatehouse/saml"
	"gatehouse/sso"
)

const (
	// refreshPause is how long a connection's metadata is not fetched again
	// because of an answer that no key fits: anybody can send such answers.
	refreshPause = time.Minute
	// refreshBudget is for one fetch and what is written about it.
	refreshBudget = 20 * time.Second
)

// RefreshMetadata fetches the identity provider's metadata now and reports
// whether it changed anything. What is live takes it over at once, and so do
// the other versions that have it from the same address; a draft that has it
// from another address is refreshed from there, too. Errors: Invalid
// "no_metadata_url"; Conflict "metadata_entity_changed"; those of reading it. A
// failure changes nothing but the status.
func (s *Service) RefreshMetadata(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.Connection, bool, error) {
	c, err := s.Connections.Connection(ctx, ent, id)
	if err != nil {
		return sso.Connection{}, false, err
	}
	addresses := addressesOf(c)
	if len(addresses) == 0 {
		return sso.Connection{}, false, sso.InvalidField("no_metadata_url", "saml.metadata_url",
			"This connection has no metadata address. Enter one, or change its certificates by hand.")
	}
	any := false
	for _, address := range addresses {
		now, changed, err := s.refetch(ctx, by, c, address)
		if err != nil {
			return sso.Connection{}, false, err
		}
		c, any = now, any || changed
	}
	return c, any, nil
}

// addressesOf are the metadata addresses of what is live and of the draft.
func addressesOf(c sso.Connection) []string {
	var all []string
	for _, cfg := range []*sso.Config{c.Live, c.Draft} {
		if address := metadataURL(cfg); address != "" && !slices.Contains(all, address) {
			all = append(all, address)
		}
	}
	return all
}

// RefreshTested fetches the metadata of what a test connection tries, the draft or
// else what is live, because the response was signed with a key that is not known.
// It does so at every test: tests are begun by admins. It is what
// trial.Options.Refresh wants.
func (s *Service) RefreshTested(ctx context.Context, c sso.Connection) (sso.Connection, bool, error) {
	cfg := c.Draft
	if cfg == nil {
		cfg = c.Live
	}
	address := metadataURL(cfg)
	if address == "" {
		return c, false, nil
	}
	return s.refetch(ctx, sso.ActorSystem, c, address)
}

// Refresh fetches the metadata because an answer was signed with a key that is
// not known, at most once a minute for a connection whoever asks, on this node
// and on the others. It reports whether what is live differs from that of c,
// which may be so because somebody else was faster. It is what
// login.Options.Refresh wants.
func (s *Service) Refresh(ctx context.Context, c sso.Connection) (sso.Connection, bool, error) {
	flight := s.refreshes.DoChan(string(c.ID), func() (any, error) {
		// Others may wait for the result when whoever asked first has gone.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), refreshBudget)
		defer cancel()
		return s.refreshSeldom(ctx, c)
	})
	select {
	case done := <-flight:
		if done.Err != nil {
			return c, false, done.Err
		}
		now, _ := done.Val.(sso.Connection)
		return now, !reflect.DeepEqual(now.Live, c.Live), nil
	case <-ctx.Done():
		return c, false, fmt.Errorf("wait for metadata: %w", ctx.Err())
	}
}

// refreshSeldom fetches unless somebody did a moment ago.
func (s *Service) refreshSeldom(ctx context.Context, asked sso.Connection) (sso.Connection, error) {
	c, err := s.Connections.Connection(ctx, asked.Enterprise, asked.ID)
	if err != nil || source(c) == nil || s.checkedWithin(c, refreshPause) {
		return c, err
	}
	// Other nodes see the claim while the fetch is under way.
	claim := sso.MetadataStatus{CheckedAt: s.Now(), Error: c.Metadata.Error}
	if err := s.Connections.SetMetadataStatus(ctx, c.Enterprise, c.ID, claim); err != nil {
		return c, err
	}
	c.Metadata = claim
	c, _, err = s.refetch(ctx, sso.ActorSystem, c, source(c).MetadataURL)
	return c, err
}

// checkedWithin allows for a clock of another node that is ahead, not for one
// that is nonsense.
func (s *Service) checkedWithin(c sso.Connection, d time.Duration) bool {
	since := s.Now().Sub(c.Metadata.CheckedAt)
	return -refreshPause < since && since < d
}

// source is the configuration whose metadata address counts: the live one, or
// the draft of a connection that was never live. nil: neither has an address.
func source(c sso.Connection) *sso.SAMLConfig {
	cfg := c.Live
	if cfg == nil {
		cfg = c.Draft
	}
	if metadataURL(cfg) == "" {
		return nil
	}
	return cfg.SAML
}

// refetch fetches from an address of one of the versions, takes over and records
// how it went. The status is that of the address that counts.
func (s *Service) refetch(
	ctx context.Context, by sso.Actor, c sso.Connection, address string,
) (sso.Connection, bool, error) {
	from := leading(&c, address)
	if from == nil {
		return c, false, nil
	}
	m, err := s.SAML.FetchMetadataOf(ctx, address, (*from).SAML.IDPEntityID)
	status := sso.MetadataStatus{CheckedAt: s.Now()}
	counts := source(c) != nil && source(c).MetadataURL == address
	if err == nil {
		now, changed, failed := s.takeOver(ctx, by, c, address, m, status)
		if changed {
			return now, true, nil
		}
		if err = failed; err == nil {
			c = now
		}
	}
	if err != nil {
		status.Error = spoken(err)
	}
	if !counts {
		return c, false, err
	}
	if failed := s.Connections.SetMetadataStatus(ctx, c.Enterprise, c.ID, status); failed != nil {
		return c, false, errors.Join(err, failed)
	}
	c.Metadata = status
	return c, false, err
}

// leading is the version whose metadata address it is, the live one first; nil if
// it is of neither what is live nor the draft.
func leading(c *sso.Connection, address string) **sso.Config {
	switch address {
	case "":
	case metadataURL(c.Live):
		return &c.Live
	case metadataURL(c.Draft):
		return &c.Draft
	}
	return nil
}

// spoken is what of an error an admin may read; the rest, which tells where our
// network leads to, is logged by whoever gets the error.
func spoken(err error) string {
	if e, ok := errors.AsType[*sso.Error](err); ok {
		return e.Public
	}
	return "Something went wrong on our side."
}

// takeOver writes what the metadata at address changes, in every version that
// has it from there: a draft or a previous version with yesterday's keys would
// bring them back.
func (s *Service) takeOver(ctx context.Context, by sso.Actor, c sso.Connection, address string, m saml.Metadata,
	status sso.MetadataStatus) (now sso.Connection, changed bool, err error) {
	var before sso.Connection
	now, err = s.change(
		ctx,
		by,
		c.Enterprise,
		c.ID,
		actionRefreshed,
		func(_ context.Context, c sso.Connection) (sso.Connection, error) {
			before, changed = c, false
			next := c
			leads := leading(&next, address)
			if leads == nil {
				return c, nil // it was changed meanwhile, and what was fetched is of no more use
			}
			var err error
			for _, version := range []**sso.Config{&next.Live, &next.Draft, &next.Previous} {
				if metadataURL(*version) != address {
					continue
				}
				updated, failed := s.updated(c, *version, m)
				switch {
				case failed == nil:
					*version = updated
				case version == leads:
					err = failed
				}
			}
			if err != nil || reflect.DeepEqual(next, c) {
				return c, err
			}
			changed = true
			if from := source(c); from != nil && from.MetadataURL == address {
				next.Metadata = status
			}
			return next, nil
		},
	)
	if err != nil {
		return sso.Connection{}, false, err
	}
	if changed {
		s.tell(ctx, before, now)
	}
	return now, changed, nil
}

// updated is a version with the metadata taken over, if the result is one that
// an admin could have saved.
func (s *Service) updated(c sso.Connection, cfg *sso.Config, m saml.Metadata) (*sso.Config, error) {
	w := s.editing(c, cfg)
	next, err := m.Apply(*cfg.SAML)
	if err != nil {
		return nil, err
	}
	next = s.judged(*cfg.SAML, next, m)
	w.cfg.SAML = &next
	w.checkSAML()
	return w.cfg, w.err()
}

// judged is what becomes of a configuration whose metadata changed. Metadata that
// replaces every certificate at once may be a rollover, or somebody else's: where
// an admin wants to confirm it, nothing changes but that it waits.
func (s *Service) judged(was, is sso.SAMLConfig, m saml.Metadata) sso.SAMLConfig {
	switch {
	case !replacesAll(was.Certificates, m.Certificates):
		is.Pending = nil
		return is
	case was.ConfirmNewKeys:
		was.Pending = m.Certificates
		return was
	}
	is.Pending, is.ReplacedAt = nil, s.Now()
	return is
}

// replacesAll reports whether no certificate that metadata gave before is among
// those it gives now.
func replacesAll(before, now []sso.Certificate) bool {
	had := slices.DeleteFunc(slices.Clone(before), func(c sso.Certificate) bool {
		return c.Source != sso.FromMetadata
	})
	return len(had) > 0 && !slices.ContainsFunc(had, func(c sso.Certificate) bool {
		return slices.ContainsFunc(now, func(other sso.Certificate) bool {
			return bytes.Equal(c.Raw, other.Raw)
		})
	})
}

// ConfirmKeys trusts the certificates of metadata, or the keys of an OpenID
// provider, that waited for it, in place of all that were published before, and
// takes over the rest of the metadata.
// Errors: Conflict "no_pending_keys".
func (s *Service) ConfirmKeys(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
) (sso.Connection, error) {
	c, err := s.change(
		ctx,
		by,
		ent,
		id,
		actionConfirmed,
		func(_ context.Context, c sso.Connection) (sso.Connection, error) {
			waited := false
			for _, version := range []**sso.Config{&c.Live, &c.Draft, &c.Previous} {
				if next, changed := confirmed(*version); changed {
					*version, waited = next, true
				}
			}
			if !waited {
				return c, &sso.Error{
					Kind:   sso.Conflict,
					Code:   "no_pending_keys",
					Public: "No new certificates wait to be confirmed, and no new keys.",
				}
			}
			return c, nil
		},
	)
	if err != nil {
		return sso.Connection{}, err
	}
	if c.Protocol != sso.SAML {
		return c, nil
	}
	if now, _, err := s.RefreshMetadata(ctx, by, ent, id); err == nil {
		return now, nil // addresses that changed with the keys
	}
	return c, nil
}

// tell logs what changed in what is trusted.
func (s *Service) tell(ctx context.Context, was, is sso.Connection) {
	before, after := fingerprints(source(was)), fingerprints(source(is))
	var added, removed []string
	kept := 0
	for f := range after {
		if before[f] {
			kept++
		} else {
			added = append(added, f)
		}
	}
	for f := range before {
		if !after[f] {
			removed = append(removed, f)
		}
	}
	log := s.Log.InfoContext
	if kept == 0 {
		log = s.Log.WarnContext // a rollover usually leaves one of the old keys for a while
	}
	log(
		ctx, "identity provider metadata changed", "connection", is.ID, "enterprise", is.Enterprise,
		"keys_added", added, "keys_removed", removed,
	)
}

func fingerprints(cfg *sso.SAMLConfig) map[string]bool {
	all := map[string]bool{}
	for _, c := range cfg.Certificates {
		all[c.Fingerprint()] = true
	}
	return all
}
