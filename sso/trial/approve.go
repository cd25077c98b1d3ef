package trial

import (
	"context"
	"fmt"
	"time"

	"gatehouse/sso"
)

// vouch approves a change of trust by a passed test connection of exactly this
// draft: its browser has a session through the live configuration, and the draft
// finds the same user. The actor who began the test must have opened it, in this
// browser: a link that is sent to a signed-in user must not approve.
func (r *testRun) vouch(ctx context.Context, run sso.TestRun) error {
	if run.State != sso.TestPassed ||
		!r.pending.Own ||
		r.begun != r.cfg.Version ||
		!r.changesTrust() {
		return nil
	}
	digest := r.cfg.TrustDigest()
	known, err := r.svc.Facts.BrowserUser(
		ctx, r.c.Enterprise, r.c.ID, r.cb.Browser.Hash(), r.c.Trust.Since,
	)
	if err != nil || known == "" {
		return err
	}
	found, err := r.finds(ctx)
	if err != nil || found != known {
		return err
	}
	approve := func(c sso.Connection) (sso.Trust, error) {
		change := c.Trust.Draft
		if change == nil ||
			change.Digest != digest ||
			change.DecidedBy != "" ||
			!c.Trust.Since.Equal(r.c.Trust.Since) {
			return c.Trust, nil
		}
		approved := *change
		approved.DecidedBy, approved.DecidedAt, approved.Approved = sso.Actor(known), r.svc.Now().
			UTC().Truncate(
			time.Microsecond,
		), true
		approved.Test = run.ID
		c.Trust.Draft = &approved
		return c.Trust, nil
	}
	if _, err = r.svc.TestRuns.UpdateTrust(
		ctx, sso.Actor(known), r.c.Enterprise, r.c.ID, "connection.trust_approved", approve,
	); err != nil {
		return fmt.Errorf("record what a test connection approves: %w", err)
	}
	return nil
}

// changesTrust reports whether the tested configuration may need an approval.
func (r *testRun) changesTrust() bool {
	return r.c.Live != nil && r.c.Draft != nil && r.c.Trust.Draft != nil
}

// finds returns the user that a sign-in would find once the draft is live. If the
// draft reads another subject, users are found by login once more.
func (r *testRun) finds(ctx context.Context) (sso.UserID, error) {
	if r.result.Identity == nil {
		return "", nil
	}
	if r.c.Live.Mapping.Subject == r.cfg.Mapping.Subject {
		return r.result.Known, nil
	}
	return r.svc.Facts.UserByLogin(ctx, r.c.Enterprise, r.c.ID, r.result.Identity.Login)
}
