package identity

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// MoveKey returns the text by which a value of an attribute is compared when users
// move to another connection; "" if the value finds no user. Logins are compared as
// [LoginKey] does, addresses without letter case, anything else byte by byte. An
// address with other characters than ASCII finds no user: databases and mail servers
// fold those in different ways.
func MoveKey(by sso.MoveBy, value string) string {
	value = strings.TrimSpace(value)
	switch by {
	case sso.MoveByLogin:
		value = LoginKey(value)
	case sso.MoveByEmail:
		plain, err := address.Email(value)
		if err != nil || !isASCII(plain) {
			return ""
		}
		value = strings.ToLower(plain)
	}
	if value == "" {
		return ""
	}
	if len(value) > longestLogin {
		sum := sha256.Sum256([]byte(value))
		value = "sha256:" + hex.EncodeToString(sum[:])
	}
	return string(by) + "=" + value
}

// moveClaims is how many claims of a sign-in are compared.
const moveClaims = 200

// MoveKeys returns the keys that a sign-in has, by every attribute.
func MoveKeys(id sso.Identity) []string {
	keys := moveKeys(id.Login, id.Email, id.Subject)
	for _, name := range slices.Sorted(maps.Keys(id.Claims)) {
		key := MoveKey(sso.MoveByAttribute+sso.MoveBy(name), MoveAttribute(id.Claims, name))
		if key != "" && len(keys) < moveClaims {
			keys = append(keys, key)
		}
	}
	return keys
}

// PushedMoveKeys returns the keys that a pushed user has. Claims are of sign-ins only.
func PushedMoveKeys(u sso.ProvisionedUser) []string {
	return moveKeys(u.UserName, u.Email(), u.ExternalID)
}

func moveKeys(login, email, external string) (keys []string) {
	for _, key := range []string{
		MoveKey(sso.MoveByLogin, login),
		MoveKey(sso.MoveByEmail, email),
		MoveKey(sso.MoveByExternalID, external),
	} {
		if key != "" {
			keys = append(keys, key)
		}
	}
	return keys
}

// MoveAttribute returns the value of a claim by which a user is moved; "" if there is
// none, or several: of those none is the user's more than the others.
func MoveAttribute(claims sso.Claims, name string) string {
	if values := claims[name]; len(values) == 1 {
		return values[0]
	}
	return ""
}

// MovePerson is a user of the connection that is moved from.
type MovePerson struct {
	User   sso.UserID
	Login  string
	Key    string // see MoveKey; "" if there is no value
	Status sso.UserStatus
	Admin  bool // administers the enterprise
	// Operator says that an operator's account is tied to the user.
	Operator bool
	There    bool // has an identity at the new connection
	// AtTarget is another user with an identity at the new connection who has the
	// value; "" if there is none.
	AtTarget sso.UserID
	// Taken is another active user of the enterprise who has the value; "" if there is
	// none.
	Taken sso.UserID
	// Outdated says that the value is a login with which the user did not sign in last.
	Outdated bool
}

// PlanMove decides what becomes of each user. The rules, in order:
//
//  1. A user who has signed in through the new connection before stays as is.
//  2. Without a value a user is not found.
//  3. A deactivated user is found and refused, unless a user who may sign in has the
//     value as well: values of leavers are given to new people.
//  4. If two users have the value, or another account has it, an admin decides.
//  5. An admin is never moved by a value alone: with the account the rights would
//     change hands.
//  6. A user who signed in last with another login is not moved by the login alone: the
//     next person may have it.
func PlanMove(people []MovePerson) []sso.MoveEntry {
	living := map[string][]sso.UserID{}
	for _, p := range people {
		if p.Status != sso.UserDeactivated && p.Key != "" {
			living[p.Key] = append(living[p.Key], p.User)
		}
	}
	plan := make([]sso.MoveEntry, len(people))
	for i, p := range people {
		plan[i] = planOne(p, living[p.Key])
	}
	return plan
}

// planOne plans the move of one user; living are the users with the same value who
// are not deactivated.
func planOne(p MovePerson, living []sso.UserID) sso.MoveEntry {
	e := sso.MoveEntry{
		User:  p.User,
		Login: p.Login,
		Key:   p.Key,
		State: sso.MoveHeld,
	}
	switch {
	case p.There:
		e.State = sso.MoveThere
	case p.Key == "":
		e.State, e.Why = sso.MoveUnmatched, sso.MoveNoValue
	case p.Status == sso.UserDeactivated && len(living) == 0 && p.Taken == "" && p.AtTarget == "":
		e.State, e.Why = sso.MoveBlocked, sso.MoveDeactivated
	case p.Status == sso.UserDeactivated:
		e.State, e.Why = sso.MoveUnmatched, sso.MoveDeactivated
		e.Other = cmp.Or(firstOther(living, p.User), p.AtTarget, p.Taken)
	case len(living) > 1:
		e.Why, e.Other = sso.MoveTwice, firstOther(living, p.User)
	case p.AtTarget != "":
		e.Why, e.Other = sso.MoveAtTarget, p.AtTarget
	case p.Taken != "":
		e.Why, e.Other = sso.MoveTaken, p.Taken
	case p.Operator:
		e.Why = sso.MoveOperator
	case p.Admin:
		e.Why = sso.MoveAdmin
	case p.Outdated:
		e.Why = sso.MoveOutdated
	default:
		e.State = sso.MoveWaiting
	}
	return e
}

func firstOther(all []sso.UserID, than sso.UserID) sso.UserID {
	for _, id := range all {
		if id != than {
			return id
		}
	}
	return ""
}

// ExpectedMove is an entry whose key a sign-in or a push at the new connection has.
type ExpectedMove struct {
	Entry sso.MoveEntry
	User  sso.User // as they are now
	Admin bool     // administers the enterprise now, or an operator's account is tied to them
	Bound bool     // has a subject at the new connection
	// Replaced says that another active user has the login or the address of the user.
	Replaced bool
	// LastLogin is the login with which the user signed in last.
	LastLogin string
}

// changed reports whether the user has another value than when the move was planned:
// it may have been given to another person since. Claims and externalIds are not
// compared, because they are not kept with the user.
func (x ExpectedMove) changed() bool {
	by, _, _ := strings.Cut(x.Entry.Key, "=")
	switch sso.MoveBy(by) {
	case sso.MoveByLogin:
		return MoveKey(sso.MoveByLogin, x.User.Login) != x.Entry.Key
	case sso.MoveByEmail:
		return MoveKey(sso.MoveByEmail, x.User.Email) != x.Entry.Key
	}
	return false
}

// outdated reports whether the value is a login with which the user did not sign in last,
// and no admin said that it is the user's all the same.
func (x ExpectedMove) outdated() bool {
	return strings.HasPrefix(x.Entry.Key, string(sso.MoveByLogin)+"=") &&
		x.User.Status != sso.UserDeactivated &&
		IsOutdated(x.LastLogin, x.User.Login) &&
		(x.Entry.Why != sso.MoveOutdated || x.Entry.DecidedBy == "")
}

// certain reports whether the value is enough to tell that it is the user. A
// deactivated one is found, too, and refused.
func (x ExpectedMove) certain() bool {
	if x.Bound || x.changed() || x.outdated() {
		return false
	}
	switch x.Entry.State {
	case sso.MoveWaiting, sso.MoveBlocked:
		return !x.Admin || x.Entry.DecidedBy != "" || x.User.Status == sso.UserDeactivated
	}
	return false
}

// over reports whether an entry says nothing any more: its user has come and has
// another value since, or was deactivated and the value is another's.
func (x ExpectedMove) over() bool {
	if x.User.Status == sso.UserDeactivated {
		return x.Replaced || x.changed()
	}
	return x.Entry.State == sso.MoveUsed && x.changed()
}

// likelier reports whether an admin should rather be asked about the user of x than
// about that of y: one who has not come yet, then one who has the name.
func (x ExpectedMove) likelier(y ExpectedMove, name string) bool {
	come := func(x ExpectedMove) bool { return x.Bound || x.Entry.State == sso.MoveUsed }
	if come(x) != come(y) {
		return come(y)
	}
	return strings.EqualFold(x.User.Name, name) && !strings.EqualFold(y.User.Name, name)
}

// FindMoved returns the entry of the user whose sign-in or push it is. If that cannot be
// told, doubt is the entry of the user whom it may be, and an admin decides: several
// users have the value, the entry is held or was used, the user is bound already or
// has become an admin, or has another value by now. Without entries both are zero. Of
// several doubtful users, the name only chooses the one who is asked about.
func FindMoved(all []ExpectedMove, name string) (found, doubt sso.MoveEntry) {
	several := false
	var doubtful ExpectedMove
	for _, x := range all {
		switch {
		case x.over():
		case !x.certain():
			if doubtful.Entry.User == "" || x.likelier(doubtful, name) {
				doubtful = x
			}
		case found.User == "" || found.User == x.User.ID:
			found = x.Entry
		default:
			several = true
		}
	}
	doubt = doubtful.Entry
	switch {
	case several, found.DecidedBy == "" && doubt.User != "" && doubt.User != found.User:
		return sso.MoveEntry{}, cmp.Or(doubt, found)
	case found.User != "":
		return found, sso.MoveEntry{}
	}
	return sso.MoveEntry{}, doubt
}
