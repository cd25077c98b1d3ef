package directory

import (
	"context"
	"fmt"

	"gatehouse/sso"
	"gatehouse/sso/drift"
	"gatehouse/web/console"
)

// comparer compares the members of groups that an identity provider provisions;
// drift.Service does.
type comparer interface {
	Report(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) (drift.Report, error)
}

// pushedCount is how many members a group should have, by what an identity provider
// pushes, by sign-ins and by what admins expect.
type pushedCount struct {
	expected int
	differs  bool   // and someone should look at it
	at       string // address of the page that says who, and why
	alone    bool   // no sign-in through another connection counts
}

// pushedCounts returns the counts of the groups of enterprises whose identity provider
// provisions; none for others.
func (d *Directory) pushedCounts(ctx context.Context, e sso.Enterprise) (map[sso.GroupID]pushedCount, error) {
	all, err := d.Structure.Connections(ctx, e.ID)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	enabled := 0
	for _, c := range all {
		if c.State == sso.ConnectionEnabled {
			enabled++
		}
	}
	counts := map[sso.GroupID]pushedCount{}
	for _, c := range all {
		if !applies(c) {
			continue
		}
		r, err := d.Drift.Report(ctx, e.ID, c.ID)
		if err != nil {
			return nil, fmt.Errorf("compare members: %w", err)
		}
		for _, l := range r.Lines {
			if l.Group.ID == "" {
				continue
			}
			counts[l.Group.ID] = pushedCount{
				expected: counts[l.Group.ID].expected + l.Expected,
				differs:  counts[l.Group.ID].differs || l.Differs(),
				at:       console.AtConnection(e, c.ID, "provisioning", "drift", string(l.Group.ID)),
				alone:    enabled == 1,
			}
		}
	}
	return counts, nil
}
