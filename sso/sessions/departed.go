package sessions

import (
	"context"
	"sync"
	"time"

	"gatehouse/sso"
)

const (
	confirmEvery = time.Second
	confirmBatch = 500    // in one transaction, so that sign-ins get between
	mostDeparted = 20_000 // that wait to be confirmed; those that come later are not
)

// departed are users whom an identity provider took away, whose revocation this node
// has applied and not confirmed yet.
type departed struct {
	mu      sync.Mutex
	waiting []departure
}

type departure struct {
	sso.Departure               // without Ago
	applied       time.Duration // since the cache was created
}

// add notes which of the revocations, applied at a moment, are of such users.
func (d *departed) add(revoked []sso.Revocation, at time.Duration) {
	var all []departure
	for _, r := range revoked {
		if r.Event == "" {
			continue
		}
		all = append(all, departure{
			Departure: sso.Departure{
				Enterprise: r.Departed,
				ReceiptID: sso.ReceiptID{
					Event: r.Event,
					User:  r.User,
				},
			},
			applied: at,
		})
	}
	if len(all) > 0 {
		d.keep(all)
	}
}

func (d *departed) keep(all []departure) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.waiting = append(d.waiting, all[:min(len(all), mostDeparted-len(d.waiting))]...)
}

// take removes a batch of those that wait.
func (d *departed) take() []departure {
	d.mu.Lock()
	defer d.mu.Unlock()
	batch := d.waiting[:min(len(d.waiting), confirmBatch)]
	d.waiting = d.waiting[len(batch):]
	if len(d.waiting) == 0 {
		d.waiting = nil
	}
	return batch
}

// confirmPeriodically confirms departures at intervals, and once more when the node
// stops. It does so beside everything else: no request waits for it.
func (c *Cache) confirmPeriodically(ctx context.Context) {
	ticks := time.NewTicker(confirmEvery)
	defer ticks.Stop()
	for {
		select {
		case <-ctx.Done():
		case <-ticks.C:
		}
		stopping := ctx.Err() != nil
		if err := c.confirm(context.WithoutCancel(ctx)); err != nil {
			c.Log.WarnContext(ctx, "departures are confirmed later", "error", err)
		}
		if stopping {
			return
		}
	}
}

// confirm confirms what waits. After a failure it is tried again later.
func (c *Cache) confirm(ctx context.Context) error {
	for {
		batch := c.departed.take()
		if len(batch) == 0 {
			return nil
		}
		now := c.age(c.Now())
		all := make([]sso.Departure, len(batch))
		for i, d := range batch {
			all[i] = d.Departure
			all[i].Ago = now - d.applied
		}
		if err := c.Store.ConfirmDepartures(ctx, c.Node, all); err != nil {
			c.departed.keep(batch)
			return err
		}
	}
}
