package drift

import (
	"context"
	"fmt"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

// facts reads what is compared; store.DB does.
type facts interface {
	Connection(ctx context.Context, ent sso.EnterpriseID, id sso.ConnectionID) (sso.Connection, error)
	MembershipReport(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
	) (sso.MembershipReport, error)
	MemberClasses(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, groups ...sso.GroupID,
	) ([]sso.MemberClass, error)
	DriftingMembers(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, group sso.GroupID, limit int,
	) (missing, extra []sso.DriftingMember, err error)
}

// writer changes expectations and memberships; store.DB does.
type writer interface {
	SaveExpectation(ctx context.Context, by sso.Actor, e sso.Expectation) (sso.Expectation, error)
	RemoveExpectation(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, group string,
	) error
	ReconcileMembers(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, group sso.GroupID,
		decide func(sso.MemberFacts) (add, remove bool), confirm func(sso.MemberReconciliation) (bool, error),
	) (sso.MemberReconciliation, error)
	ApplyAgain(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID) error
}

// Options are the parts of a Service. One store.DB serves as Facts and Writer.
type Options struct {
	Facts  facts
	Writer writer
	Graph  graph   // may be nil if [Service.ExpectListed] is not called
	Okta   oktaAPI // likewise
	Now    func() time.Time
}

// Service compares, explains and reconciles the members of provisioned groups.
// Methods return the errors of the store beside those they name.
type Service struct {
	Options
	reading reading
}

// New returns a Service.
func New(o Options) *Service { return &Service{Options: o} }

// Report compares all groups of a connection.
func (s *Service) Report(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) (Report, error) {
	c, err := s.Facts.Connection(ctx, ent, conn)
	if err != nil {
		return Report{}, err
	}
	found, err := s.Facts.MembershipReport(ctx, ent, conn)
	if err != nil {
		return Report{}, err
	}
	r := compare(c, found)
	r.At = s.Now()
	classes, err := s.Facts.MemberClasses(ctx, ent, conn, r.differing()...)
	if err != nil {
		return Report{}, err
	}
	r.explain(classes)
	return r, nil
}

// mostPeople is how many missing and how many extra people of a group are named.
const mostPeople = 500

// Group compares one group, and names up to 500 missing and 500 extra people. A
// group of which the identity provider and its sign-ins say nothing has an empty
// Line.
func (s *Service) Group(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, group sso.GroupID,
) (GroupReport, error) {
	all, err := s.Report(ctx, ent, conn)
	if err != nil {
		return GroupReport{}, err
	}
	g := GroupReport{Report: all}
	for _, l := range all.Lines {
		if l.Group.ID == group {
			g.Line = l
		}
	}
	if g.Line.Group.ID == "" {
		return g, nil
	}
	missing, extra, err := s.Facts.DriftingMembers(ctx, ent, conn, group, mostPeople+1)
	if err != nil {
		return GroupReport{}, err
	}
	g.Missing, g.More = all.people(g.Line, missing)
	var more bool
	g.Extra, more = all.people(g.Line, extra)
	g.More = g.More || more
	return g, nil
}

// Move says how far a reconciliation goes.
type Move struct {
	DryRun    bool // look at what would change, and change nothing
	Confirmed bool // go on although the share brake would stop it
}

// Reconcile repeats what was pushed: everything about people, and the members of
// one group, or of each group that differs if group is "". It returns what it
// changed, or would change, of each group. Errors: Conflict "not_provisioning";
// Conflict "share_brake" for removals that have to be confirmed.
func (s *Service) Reconcile(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, group sso.GroupID, move Move,
) ([]sso.MemberReconciliation, error) {
	if !move.DryRun && group == "" {
		if err := s.Writer.ApplyAgain(ctx, by, ent, conn); err != nil {
			return nil, err
		}
	}
	r, err := s.Report(ctx, ent, conn)
	if err != nil {
		return nil, err
	}
	var all []sso.MemberReconciliation
	for _, l := range r.Lines {
		if l.Group.ID == "" || group != "" && l.Group.ID != group || group == "" && !l.Reconcilable() {
			continue
		}
		one, err := s.reconcile(ctx, by, r, l, move)
		if err != nil {
			return all, fmt.Errorf("reconcile %s: %w", l.Name, err)
		}
		all = append(all, one)
	}
	return all, nil
}

func (s *Service) reconcile(
	ctx context.Context, by sso.Actor, r Report, l Line, move Move,
) (sso.MemberReconciliation, error) {
	decide := func(f sso.MemberFacts) (add, remove bool) { return groupsync.ReconcileMember(r.group(l), f) }
	var seen sso.MemberReconciliation
	done, err := s.Writer.ReconcileMembers(
		ctx, by, r.Connection.Enterprise, r.Connection.ID, l.Group.ID, decide,
		func(plan sso.MemberReconciliation) (bool, error) {
			seen = plan
			leaving := len(plan.Remove) + len(plan.Held)
			if !move.DryRun && !move.Confirmed && groupsync.ShareBrake(plan.Members, leaving) {
				return false, groupsync.ErrShareBrake(plan.Members, leaving)
			}
			return !move.DryRun, nil
		},
	)
	if err != nil {
		return seen, err
	}
	return done, nil
}
