package identity

import "gatehouse/sso"

// Place is what becomes of an identity of a user who is made one with another.
type Place string

// The places.
const (
	// AsIdentity: the other user has none of the connection, and gets it as it is.
	AsIdentity Place = "identity"
	// AsLinked: the other user has one of the connection, and gets a linked subject.
	AsLinked Place = "linked"
	// Dropped: no sign-in was made with it, and the other user has one of the connection
	// with the login already. Kept, the next subject with the login would be the user.
	Dropped Place = "dropped"
)

// PlaceOf returns what becomes of identity i when its user is made one with another,
// who has mine.
func PlaceOf(i sso.UserIdentity, mine []sso.UserIdentity) Place {
	place := AsIdentity
	for _, other := range mine {
		switch {
		case other.Connection != i.Connection:
		case i.Subject == "" && other.Login == i.Login:
			return Dropped
		default:
			place = AsLinked
		}
	}
	return place
}
