package store

import (
	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// settled is what was decided about pushed users since the facts were read: of the
// users before in the same batch, and in a preview of all users before.
type settled struct {
	owners map[sso.UserID]sso.ResourceID // of accounts
	users  map[sso.UserID]sso.User       // as they will be
	logins map[string]sso.UserID         // who will have a login, by its key
}

func newSettled() *settled {
	return &settled{
		owners: map[sso.UserID]sso.ResourceID{},
		users:  map[sso.UserID]sso.User{},
		logins: map[string]sso.UserID{},
	}
}

// add notes the account that a resource will have; "" for none.
func (s *settled) add(resource sso.ResourceID, u sso.User) {
	if resource != "" {
		s.owners[u.ID] = resource
	}
	s.users[u.ID] = u
	if u.Status == sso.UserActive {
		s.logins[identity.LoginKey(u.Login)] = u.ID
	}
}

// now returns a user as they will be.
func (s *settled) now(read sso.User) sso.User {
	if u, is := s.users[read.ID]; is {
		return u
	}
	return read
}

// holder returns the active user with a login, given the one that was read.
func (s *settled) holder(login string, read sso.User) sso.User {
	key := identity.LoginKey(login)
	has := func(u sso.User) bool { return u.Status == sso.UserActive && identity.LoginKey(u.Login) == key }
	if u := s.users[s.logins[key]]; has(u) {
		return u
	}
	if u, is := s.users[read.ID]; is && !has(u) {
		return sso.User{}
	}
	return read
}
