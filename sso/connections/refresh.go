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
	// refreshPause is the time between two fetches that responses with an unknown
	// key cause: any client can send such responses.
	refreshPause = time.Minute
	// refreshBudget limits one fetch and writing its result.
	refreshBudget = 20 * time.Second
)

// RefreshMetadata fetches the identity provider's metadata now and reports
// whether it changed anything. It applies at once to the live version and the
// others with the same address; a draft with another address is refreshed from
// there, too. Errors: Invalid "no_metadata_url"; Conflict
// "metadata_entity_changed"; those of reading it. A failure changes only the
// status.
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

// addressesOf returns the metadata addresses of the live version and the draft.
func addressesOf(c sso.Connection) []string {
	var all []string
	for _, cfg := range []*sso.Config{c.Live, c.Draft} {
		if address := metadataURL(cfg); address != "" && !slices.Contains(all, address) {
			all = append(all, address)
		}
	}
	return all
}

// RefreshTested fetches the metadata of the version under test, the draft or else
// the live one, because the response was signed with an unknown key. It does so
// at every test: only admins begin tests. It implements trial.Options.Refresh.
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

// Refresh fetches the metadata because a response was signed with an unknown key,
// at most once a minute for a connection on all nodes together. It reports
// whether the live version differs from that of c, also if a concurrent fetch
// changed it. It implements login.Options.Refresh.
func (s *Service) Refresh(ctx context.Context, c sso.Connection) (sso.Connection, bool, error) {
	flight := s.refreshes.DoChan(string(c.ID), func() (any, error) {
		// Other callers may wait for the result when the first one has gone.
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

// refreshSeldom fetches unless there was a fetch within refreshPause.
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

// checkedWithin reports whether the metadata was checked less than d ago. It
// tolerates a node whose clock is a little ahead.
func (s *Service) checkedWithin(c sso.Connection, d time.Duration) bool {
	since := s.Now().Sub(c.Metadata.CheckedAt)
	return -refreshPause < since && since < d
}

// source returns the configuration whose metadata address the status is about:
// the live one, or the draft of a connection that was never live. nil: neither
// has an address.
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

// refetch fetches from an address of one of the versions, applies the metadata
// and records the status, which is about the address of source.
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

// leading returns the version with that metadata address, the live one first; nil
// if neither the live version nor the draft has it.
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

// spoken returns the public part of an error. The caller logs the rest, which
// could disclose the internal network.
func spoken(err error) string {
	if e, ok := errors.AsType[*sso.Error](err); ok {
		return e.Text().String()
	}
	return "Something went wrong on our side."
}

// takeOver applies the metadata at address to every version that reads it from
// there: a draft or a previous version with old keys would bring them back.
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
				return c, nil // the address was changed meanwhile
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

// updated returns a version with the metadata applied, or the error that saving
// it would have.
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

// judged returns the configuration to save after a change of metadata. Metadata
// that replaces every certificate may be a rollover or an attack: if the
// connection requires confirmation, the certificates wait for it.
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

// replacesAll reports whether the metadata has none of its previous certificates.
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

// ConfirmKeys trusts the pending certificates of metadata, or the pending keys of
// an OpenID provider, in place of all that were published before, and applies the
// rest of the metadata. Errors: Conflict "no_pending_keys".
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
		return now, nil // the addresses changed with the keys
	}
	return c, nil
}

// tell logs changes of trusted keys.
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
