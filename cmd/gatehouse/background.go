package main

import (
	"context"
	"math/rand/v2" // keeps nodes from working at the same moment
	"sync"
	"time"

	"gatehouse/store"
)

const (
	sweepEvery   = 5 * time.Minute
	countEvery   = 5 * time.Second
	refreshEvery = 10 * time.Minute // interval of looking for metadata due for refresh
	applyEvery   = 15 * time.Second // interval of looking for pushed users, and for moves, that wait to be applied
	grownEvery   = 2 * time.Second  // interval of looking whether pushes filled tables
)

// background starts the periodic work, which ends with ctx.
func (g *gateway) background(ctx context.Context) *sync.WaitGroup {
	var all sync.WaitGroup
	all.Go(func() { g.live.Run(ctx) })
	all.Go(func() { g.every(ctx, sweepEvery, "sweep database", g.sweep) })
	all.Go(func() {
		g.every(ctx, applyEvery, "apply what was provisioned", g.db.ApplyProvisioned)
	})
	all.Go(func() {
		g.every(ctx, applyEvery, "prepare moves of users", g.db.ApplyMoves)
	})
	all.Go(func() {
		g.every(ctx, grownEvery, "analyze tables", g.db.RefreshStatistics)
	})
	all.Go(func() { g.every(ctx, refreshEvery, "refresh metadata", g.setup.RefreshDue) })
	all.Go(func() {
		g.every(ctx, auditEvery, "log audit heads", g.logAuditHeads)
	})
	all.Go(func() { g.count(ctx) })
	all.Go(func() {
		g.every(ctx, healthEvery, "check health", g.health.Run)
	})
	all.Go(func() {
		g.every(ctx, heldEvery, "check held group syncs", g.health.RunHeld)
	})
	all.Go(func() {
		g.every(ctx, provisionedEvery, "check provisioning", g.health.RunProvisioned)
	})
	if g.keys.Previous != "" {
		all.Go(func() { g.rotate(ctx) })
	}
	return &all
}

// count stores the number of unsolicited responses periodically, and once more when
// ctx ends.
func (g *gateway) count(ctx context.Context) {
	g.every(ctx, countEvery, "count unmatched responses", g.login.Flush)
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), countEvery)
	defer cancel()
	if err := g.login.Flush(last); err != nil {
		g.log.WarnContext(last, "unmatched responses not counted", "error", err)
	}
}

// every calls work periodically until ctx ends and logs its errors; the next turn
// tries again. Random jitter keeps nodes apart that started together.
func (g *gateway) every(ctx context.Context, pause time.Duration, what string, work func(context.Context) error) {
	for {
		if err := work(ctx); err != nil && ctx.Err() == nil {
			g.log.WarnContext(ctx, "background task failed", "task", what, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause + rand.N(pause/10)): //nolint:gosec // no secret
		}
	}
}

func (g *gateway) sweep(ctx context.Context) error {
	return g.db.Sweep(ctx, store.Retention{
		Attempts:     g.config.Retention.Attempts,
		SyncRecords:  g.config.Retention.Sync,
		Provisioning: g.config.Retention.Provisioning,
	})
}

// rotate seals all stored secrets with the current key, once.
func (g *gateway) rotate(ctx context.Context) {
	n, err := g.db.RotateKeys(ctx)
	if err != nil {
		if ctx.Err() == nil {
			g.log.ErrorContext(ctx, "secrets not sealed with the current key", "error", err)
		}
		return
	}
	g.log.InfoContext(
		ctx, "secrets are sealed with the current key; secret_key_previous can be removed",
		"sealed", n,
	)
}
