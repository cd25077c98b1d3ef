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
	// refreshEvery is how old what is known of an identity provider may get, and
	// so for how long a key that it withdrew is still trusted.
	refreshEvery = time.Hour
	// refreshSpread is how much sooner some are fetched than others, so that a
	// start with many connections is not repeated every hour.
	refreshSpread = 15 * time.Minute
	// refreshesAtOnce bounds how many wait for an answer at a time.
	refreshesAtOnce = 8
)

// RefreshDue fetches the metadata of every enabled connection that has not been
// checked for about an hour; call it every few minutes. What fails is recorded
// with the connection and logged, and what was known before goes on being used.
// Only a store that cannot say what is due, or a context that ends, is an error.
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
	_ = group.Wait() // each has logged its own
	if ctx.Err() != nil {
		return fmt.Errorf("refresh metadata: %w", ctx.Err())
	}
	return nil
}

// due is after how long a connection is fetched again: the same for every node,
// another for every connection.
func due(id sso.ConnectionID) time.Duration {
	h := fnv.New64a()
	_, _ = h.Write([]byte(id)) // a hash takes everything
	return refreshEvery - time.Duration(h.Sum64()%uint64(refreshSpread))
}
