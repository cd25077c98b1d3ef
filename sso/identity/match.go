package identity

import "gatehouse/sso"

// Key is what the user of an asserted identity is looked up by.
type Key string

// The keys. All are of one connection.
const (
	// Subject finds the user whose identity is bound to the asserted subject.
	Subject Key = "subject"
	// Linked finds the user to whom the asserted subject leads beside the one that is
	// bound.
	Linked Key = "linked"
	// LinkedLogin finds the user to whom the asserted login leads beside the identity of
	// the connection, if it has no subject yet.
	LinkedLogin Key = "linked_login"
	// Moved finds the user whom a move expects with a value of the identity; see
	// [sso.Move].
	Moved Key = "moved"
	// UnboundLogin finds the user whose identity has the asserted login and no
	// subject yet; of several, the one seen last.
	UnboundLogin Key = "unbound_login"
	// PushedExternalID finds the user whose resource of the connection has the
	// asserted subject as its externalId, and who is bound to no other subject.
	PushedExternalID Key = "pushed_external_id"
	// PushedUserName finds the user whose resource of the connection has the
	// asserted login as its userName, and who is bound to no subject.
	PushedUserName Key = "pushed_user_name"
	// Gone finds the deactivated user of a resource that the identity provider
	// deleted, by its externalId or its userName; in place of a user who was never
	// created, one without an ID.
	Gone Key = "gone"
	// Successor finds the user who has the asserted login and another subject, if an
	// admin said that the identity provider changed the subjects of the same people;
	// see [Succeed].
	Successor Key = "successor"
	// Departed finds the deactivated user with the asserted login and is not known at
	// the connection, if no active user has the login: a person who left does not come
	// back through another connection. A user who was merged into an active one has not
	// left: with their former login an admin is asked.
	Departed Key = "departed"
	// Former finds the deactivated user who had the asserted subject at a connection that
	// was deleted, or at this one before an admin untied it. If that user is not
	// deactivated, an admin decides whether it is the same person; see [FindFormer].
	Former Key = "former"
)

// The keys of pushed users.
const (
	// FormerExternalID finds the user of a deleted resource with the same
	// externalId.
	FormerExternalID Key = "former_external_id"
	// PushedLogin finds a user of the connection whose login is the userName.
	PushedLogin Key = "pushed_login"
	// VerifiedEmail finds a user of the enterprise by the address, if the connection
	// allows it; see [EmailFacts].
	VerifiedEmail Key = "verified_email"
)

// SignInLadder returns the keys that the user of a sign-in is looked up by, in
// this order: the first that finds a user decides. If none does, the user is new.
// An e-mail address is never among them, because it finds a company and no
// account (but see [VerifiedEmail]), and neither is a bound login, because logins are
// given to new people; but see [Departed].
// Provisioned users come before unbound logins: their first sign-in finds the
// provisioned account, and a deleted user is not created again.
func SignInLadder() []Key {
	return []Key{
		Subject,
		Linked,
		Moved,
		PushedExternalID,
		PushedUserName,
		UnboundLogin,
		LinkedLogin,
		Gone,
		Successor,
		Departed,
		Former,
	}
}

// Match looks a user up by the keys of a ladder, in order, and returns the first
// that is found and by which key. The zero user and "" mean a new user. find is not
// called after that, or after an error.
func Match(ladder []Key, find func(Key) (sso.User, bool, error)) (sso.User, Key, error) {
	for _, key := range ladder {
		user, ok, err := find(key)
		if err != nil {
			return sso.User{}, "", err
		}
		if ok {
			return user, key, nil
		}
	}
	return sso.User{}, "", nil
}
