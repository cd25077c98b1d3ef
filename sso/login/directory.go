package login

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

// Graph says who is in which group where an answer has no room for the list;
// entra.Client does.
type Graph interface {
	Memberships(ctx context.Context, app entra.Application, oid string) (entra.Memberships, error)
}

// Bounds of asking, while a person waits.
const (
	directoryBudget = 6 * time.Second
	// directoryAtOnce is how many people of one connection are asked about at
	// the same time: a directory that hangs must not hold everything we have.
	directoryAtOnce = 8
)

// The claims by which Entra ID says a person's object ID.
const (
	oidcObject = "oid"
	samlObject = "http://schemas.microsoft.com/identity/claims/objectidentifier"
)

// askDirectory gets the list that the answer had no room for, if the connection
// says where. If that fails, the groups stay as unknown as they were, which
// removes nobody, and the attempt and the sync record say whose turn it is.
func (t *try) askDirectory(ctx context.Context, id *sso.Identity) {
	state := id.Groups.State
	if t.Graph == nil || t.cfg.Directory == nil || t.cfg.Provisioning == sso.ProvisionSCIM ||
		state != sso.GroupsOverage && state != sso.GroupsTruncated {
		return
	}
	checks := sso.Checks(t.attempt.Checks)
	const name, want = "directory", "every group, from Microsoft Graph"
	found, err := t.listed(ctx, id.Claims)
	switch {
	case err != nil:
		checks.Warn(name, want, err.Error())
		t.note = whoseTurn(err)
	case found.Groups.NotUnderstoodCount > 0:
		checks.Warn(name, want, fmt.Sprintf("%d groups; the names of %d others were not understood", len(found.Groups.Names), found.Groups.NotUnderstoodCount))
	case len(found.Duplicates) > 0:
		checks.Warn(name, want, fmt.Sprintf("%d groups; several are called %s, and count as one", len(found.Groups.Names), strings.Join(found.Duplicates, ", ")))
	default:
		checks.That(true, name, want, fmt.Sprintf("%d groups", len(found.Groups.Names)))
	}
	if err == nil {
		id.Groups = found.Groups
	}
	t.attempt.Checks = checks
}

// listed asks within the budget, and narrows the answer as the mapping does it
// with what is asserted.
func (t *try) listed(ctx context.Context, claims sso.Claims) (entra.Memberships, error) {
	oid, ok := claims.First(oidcObject)
	if !ok {
		oid, ok = claims.First(samlObject)
	}
	if !ok {
		return entra.Memberships{}, errNoObject
	}
	ctx, cancel := context.WithTimeout(ctx, t.DirectoryBudget)
	defer cancel()
	release, err := t.slots.take(ctx, t.c.ID)
	if err != nil {
		return entra.Memberships{}, err
	}
	defer release()
	d := t.cfg.Directory
	m, err := t.Graph.Memberships(ctx, entra.Application{Tenant: d.Tenant, ClientID: d.ClientID, Secret: d.ClientSecret, ByID: d.ByID}, oid)
	if err != nil {
		return entra.Memberships{}, err
	}
	if m.Groups.State == sso.GroupsEmpty {
		return entra.Memberships{}, errContradiction
	}
	// A list of which include keeps nothing stays one of values, as an asserted
	// one does: the brake is about it, and an empty list is none of its business.
	m.Groups, err = mapping.Narrow(t.cfg.Mapping, m.Groups)
	if err != nil {
		return entra.Memberships{}, err
	}
	return m, nil
}

var (
	errNoObject = errors.New("the answer has no object ID, neither as oid nor as " + samlObject)
	// errContradiction: Graph is asked only about people who are in groups.
	errContradiction = errors.New("no group at all, which the identity provider contradicts: it said that there are too many to send, or sent some")

	errBusy = errors.New("too many people of this connection are being asked about, and none was done in time")
)

// whoseTurn says what an admin can do about a list that could not be had.
func whoseTurn(err error) string {
	switch {
	case errors.Is(err, errNoObject):
		return "Microsoft Graph was not asked: the identity provider does not send the person's object ID. Let it send the claim oid, or " + samlObject + "."
	case errors.Is(err, errContradiction):
		return "Microsoft Graph lists no group of the person, but the identity provider said that there are some: the groups are unknown. " +
			"In Entra ID, check that the application may read hidden memberships, and that the directory is the one people sign in with."
	case sso.CodeOf(err) == "directory_denied":
		return "Microsoft Graph refused. In Entra ID, give the application GroupMember.Read.All and User.Read.All with admin consent, and check that its client secret has not expired."
	case sso.CodeOf(err) == "too_many_groups":
		return fmt.Sprintf("Microsoft Graph lists more than %d groups. Let the identity provider send only those assigned to the application.", entra.MaxGroups)
	}
	return "Microsoft Graph gave no usable list in time. If it stays so, look at the attempt's check \"directory\"."
}

// noted adds to a sync record's note why the list could not be had.
func (t *try) noted(note string) string { return strings.TrimSpace(note + " " + t.note) }

// slots bound what is asked at once, for each connection. A connection that
// nobody asks for takes no room.
type slots struct {
	mu sync.Mutex
	of map[sso.ConnectionID]*slot
}

type slot struct {
	taken chan struct{}
	users int // who has it or waits for it
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
		return func() { <-mine.taken; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, errBusy
	}
}
