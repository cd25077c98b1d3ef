package main

import (
	"context"
	"errors"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/web/activity"
	"gatehouse/web/console"
	"gatehouse/web/page"
)

// activityArea is what happened.
func (g *gateway) activityArea(c *console.Console, _ *page.Pages) error {
	activity.New(activity.Options{Records: g.db, Names: g.db, Verify: g.verifyAudit, Console: c, Now: time.Now}).Register(g.router)
	return nil
}

// verifyAudit says what is wrong with a chain in words that the console knows.
func (g *gateway) verifyAudit(ctx context.Context, ent sso.EnterpriseID) (int, error) {
	n, err := g.db.VerifyAudit(ctx, ent)
	if broken, ok := errors.AsType[*store.BrokenChainError](err); ok {
		return n, &activity.Broken{Sequence: broken.Sequence, Reason: broken.Reason}
	}
	return n, err
}
