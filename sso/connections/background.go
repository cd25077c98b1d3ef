package connections

import (
	"context"
	"fmt"
	"hash/fnv"
	"time"

	"golang.org/x/sync/errgroup"

	"gatehouse/sso"
)

const (
	// refreshEvery limits the age of metadata, and so for how long a withdrawn
	// key is still trusted.
	refreshEvery = time.Hour
	// refreshSpread spreads the fetches, so that many connections fetched at a
	// start are not fetched together every hour.
	refreshSpread = 15 * time.Minute
	// refreshesAtOnce limits concurrent fetches.
	refreshesAtOnce = 8
)

// RefreshDue fetches the metadata of every enabled connection that has not been
// checked for about an hour; call it every few minutes. A failure is recorded
// with the connection and logged, and the previous metadata stays in use. Errors:
// those of listing the due connections, and of the context.
func (s *Service) RefreshDue(ctx context.Context) error {
	now := s.Now()
	all, err := s.Connections.ConnectionsToRefresh(ctx, now.Add(refreshSpread-refreshEvery))
	if err != nil {
		return err
	}
	var group errgroup.Group
	group.SetLimit(refreshesAtOnce)
	for _, c := range all {
		if now.Sub(c.Metadata.CheckedAt) < due(c.ID) {
			continue
		}
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			if _, _, err := s.Refresh(ctx, c); err != nil {
				s.Log.WarnContext(
					ctx, "identity provider metadata not refreshed", "connection", c.ID,
					"enterprise", c.Enterprise, "error", err,
				)
			}
			return nil
		})
	}
	_ = group.Wait() // each logs its own error
	if ctx.Err() != nil {
		return fmt.Errorf("refresh metadata: %w", ctx.Err())
	}
	return nil
}

// due returns the time between two fetches of a connection: the same on every
// node, different for every connection.
func due(id sso.ConnectionID) time.Duration {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // a hash never fails
	return refreshEvery - time.Duration(h.Sum64()%uint64(refreshSpread))
}
