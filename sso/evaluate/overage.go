package evaluate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"gatehouse/groupsync/entra"
	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// graph lists the groups of a user that a response had no room for; entra.Client
// does.
type graph interface {
	Memberships(ctx context.Context, app entra.Application, oid string) (entra.Memberships, error)
}

// Bounds of a request to the directory, while a user waits.
const (
	directoryBudget = 6 * time.Second
	// directoryAtOnce is how many requests of one connection run at the same time:
	// a directory that hangs must not hold all resources.
	directoryAtOnce = 8
)

// The claims in which Entra ID sends a user's object ID.
const (
	oidcObject = "oid"
	samlObject = "http://schemas.microsoft.com/identity/claims/objectidentifier"
)

// readsClaims reports whether a sign-in may change memberships.
func readsClaims(cfg sso.Config) bool {
	return cfg.Provisioning != sso.ProvisionSCIM ||
		cfg.WhenUnprovisioned() == sso.UnprovisionedClaims
}

// completeGroups replaces groups that the response had no room for by those of
// the directory, if the connection is configured for it. If that fails, the
// groups stay unknown, which removes no membership, and the checks and o.Note say
// what an admin can do.
func (e *Evaluator) completeGroups(ctx context.Context, in Input, o *Outcome) error {
	state := o.Identity.Groups.State
	if o.kind.listed || o.Config.Directory == nil || !readsClaims(o.Config) ||
		state != sso.GroupsOverage && state != sso.GroupsTruncated {
		return nil
	}
	switch {
	case in.DirectoryAsked && in.Listed != nil:
		var err error
		o.Identity.Groups, err = mapping.Narrow(o.Config.Mapping, *in.Listed)
		return err
	case !in.DirectoryAsked && e.Graph != nil:
		e.askDirectory(ctx, o)
	}
	return nil
}

func (e *Evaluator) askDirectory(ctx context.Context, o *Outcome) {
	const name, want = "directory", "every group, from Microsoft Graph"
	found, err := e.listed(ctx, o)
	switch {
	case err != nil:
		o.checks.Warn(name, want, err.Error())
		o.Note = adviceOn(err)
	case found.Groups.NotUnderstoodCount > 0:
		o.checks.Warn(name, want, fmt.Sprintf("%d groups; the names of %d others were not understood",
			len(found.Groups.Names), found.Groups.NotUnderstoodCount))
	case len(found.Duplicates) > 0:
		o.checks.Warn(name, want, fmt.Sprintf("%d groups; several are called %s, and count as one",
			len(found.Groups.Names), strings.Join(found.Duplicates, ", ")))
	default:
		o.checks.Record(true, name, want, fmt.Sprintf("%d groups", len(found.Groups.Names)))
	}
	if err == nil {
		o.Identity.Groups = found.Groups
	}
}

// listed asks within the budget, and narrows the list as the mapping does with
// asserted names.
func (e *Evaluator) listed(ctx context.Context, o *Outcome) (entra.Memberships, error) {
	oid, ok := o.Identity.Claims.First(oidcObject)
	if !ok {
		oid, ok = o.Identity.Claims.First(samlObject)
	}
	if !ok {
		return entra.Memberships{}, errNoObject
	}
	ctx, cancel := context.WithTimeout(ctx, e.DirectoryBudget)
	defer cancel()
	release, err := e.slots.take(ctx, o.Connection.ID)
	if err != nil {
		return entra.Memberships{}, err
	}
	defer release()
	d := o.Config.Directory
	m, err := e.Graph.Memberships(ctx, entra.Application{
		Tenant:   d.Tenant,
		ClientID: d.ClientID,
		Secret:   d.ClientSecret,
		ByID:     d.ByID,
	}, oid)
	if err != nil {
		return entra.Memberships{}, err
	}
	if m.Groups.State == sso.GroupsEmpty {
		return entra.Memberships{}, errContradiction
	}
	// A list of which include keeps nothing stays one of values, as an asserted
	// one does: the brake is about it, which does not look at empty lists.
	m.Groups, err = mapping.Narrow(o.Config.Mapping, m.Groups)
	if err != nil {
		return entra.Memberships{}, err
	}
	return m, nil
}

var (
	errNoObject = errors.New("the answer has no object ID, neither as oid nor as " + samlObject)
	// errContradiction: Graph is asked only about users who are in groups.
	errContradiction = errors.New(
		"no group at all, which the identity provider contradicts: it said that there are too many to send, or sent some",
	)

	errBusy = errors.New("too many people of this connection are being asked about, and none was done in time")
)

// adviceOn returns what an admin can do about a list that could not be read.
func adviceOn(err error) string {
	switch {
	case errors.Is(err, errNoObject):
		return "Microsoft Graph was not asked: the identity provider does not send the person’s object ID. Let it send the claim oid, or " +
			samlObject + "."
	case errors.Is(err, errContradiction):
		return "Microsoft Graph lists no group of the person, but the identity provider said that there are some: the groups are unknown. " +
			"In Entra ID, check that the application may read hidden memberships, and that the directory is the one people sign in with."
	case sso.CodeOf(err) == sso.CodeDirectoryDenied:
		return "Microsoft Graph refused. In Entra ID, give the application GroupMember.Read.All and User.Read.All with admin consent, and check that its client secret has not expired."
	case sso.CodeOf(err) == sso.CodeTooManyGroups:
		return fmt.Sprintf(
			"Microsoft Graph lists more than %d groups. Let the identity provider send only those assigned to the application.",
			entra.MaxGroups,
		)
	}
	return "Microsoft Graph gave no usable list in time. If it stays so, look at the attempt’s check \"directory\"."
}

// slots bound the concurrent requests of each connection. A connection without
// requests takes no room.
type slots struct {
	mu sync.Mutex
	of map[sso.ConnectionID]*slot
}

type slot struct {
	taken chan struct{}
	users int // how many hold it or wait for it
}

func newSlots() *slots { return &slots{of: map[sso.ConnectionID]*slot{}} }

// take waits for a free slot until ctx ends.
func (s *slots) take(ctx context.Context, id sso.ConnectionID) (release func(), err error) {
	s.mu.Lock()
	mine := s.of[id]
	if mine == nil {
		mine = &slot{taken: make(chan struct{}, directoryAtOnce)}
		s.of[id] = mine
	}
	mine.users++
	s.mu.Unlock()
	leave := func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if mine.users--; mine.users == 0 {
			delete(s.of, id)
		}
	}
	select {
	case mine.taken <- struct{}{}:
		return func() {
			<-mine.taken
			leave()
		}, nil
	case <-ctx.Done():
		leave()
		return nil, errBusy
	}
}
