package identity

import (
	"slices"
	"time"

	"gatehouse/sso"
)

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
		case i.Subject == "" && SameLogin(other.Login, i.Login):
			return Dropped
		default:
			place = AsLinked
		}
	}
	return place
}

// Met returns the identity of mine that expects the first sign-in with the login of i,
// which belongs to the same user from now on: i is that sign-in. Kept, the next person
// with the login would be the user.
func Met(i sso.UserIdentity, mine []sso.UserIdentity) (sso.UserIdentity, bool) {
	for _, other := range mine {
		if i.Subject != "" && other.Connection == i.Connection && other.Subject == "" &&
			SameLogin(other.Login, i.Login) {
			return other, true
		}
	}
	return sso.UserIdentity{}, false
}

// FindMerged returns the identity of a user that a merge moved, of those the user has now:
// by the subject; by the linked subject it became, if it was not bound; as it was, if it
// was dropped.
func FindMerged(m sso.MovedIdentity, now []sso.UserIdentity) (sso.UserIdentity, bool) {
	if m.Dropped {
		return m.UserIdentity, true
	}
	for _, i := range now {
		switch {
		case i.Connection != m.Connection:
		case m.Subject != "" && i.Subject == m.Subject,
			m.Subject != "" && i.Subject == "" && i.Login == m.Login, // unbound since
			m.Subject == "" && i.Linked == m.Became:
			return i, true
		}
	}
	return sso.UserIdentity{}, false
}

// MergeFacts are the facts about making two users one.
type MergeFacts struct {
	From, Into sso.User
	Operator   bool // an operator's account is tied to one of the two
	// Both says that one connection provisions both.
	Both bool
	// Admin says that one of the two administers the company, and Appoints that the
	// actor could make a user an admin in another way as well.
	Admin, Appoints bool
}

// Mergeable returns why two users cannot be made one, nil if they can.
func Mergeable(f MergeFacts) []*sso.Error {
	if f.From.ID == f.Into.ID {
		return []*sso.Error{conflict("same_user", "Both are the same account. Choose another one.")}
	}
	var all []*sso.Error
	for _, u := range []sso.User{f.From, f.Into} {
		if u.MergedInto != "" {
			all = append(all, sso.UserMerged(u.MergedInto))
		}
	}
	if f.Into.MergedInto == "" && f.Into.Status != sso.UserActive {
		all = append(all, conflict(
			"user_inactive", "The account to keep is not active. Reactivate it first, or keep the other one.",
		))
	}
	if f.Operator {
		all = append(all, conflict(
			"operator_account", "An operator signs in as one of the two accounts. An operator has to untie them first.",
		))
	}
	if f.Admin && !f.Appoints {
		all = append(all, sso.AdminAccount())
	}
	if f.Both {
		all = append(all, conflict(
			"both_provisioned",
			"One identity provider provisions both accounts, so it counts them as two people. Delete one of them there first.",
		))
	}
	return all
}

func conflict(code, text string) *sso.Error {
	return &sso.Error{
		Kind:   sso.Conflict,
		Code:   code,
		Public: text,
	}
}

// Staying splits the identities of a user who is merged away into those that move and
// those that stay. What an identity provider ended stays ended: identities of ended, the
// connections that deactivated or deleted the user, stay with a deactivated user.
func Staying(
	from sso.User, all []sso.UserIdentity, ended []sso.ConnectionID,
) (move, stay []sso.UserIdentity) {
	for _, i := range all {
		if from.Status == sso.UserDeactivated && slices.Contains(ended, i.Connection) {
			stay = append(stay, i)
			continue
		}
		move = append(move, i)
	}
	return move, stay
}

// Merged returns two users after one was made the other. Where both have logins of their
// own, that of into stays: the identities of both assert one. After the answer to a
// question it goes on with the identity provider, whose login the question was about.
func Merged(from, into sso.User, answered bool) (sso.User, sso.User) {
	from.Status = sso.UserDeactivated
	from.MergedInto = into.ID
	if !answered && !SameLogin(from.Login, into.Login) {
		into.LoginGiven = true
	}
	return from, into
}

// UndoFacts are the facts about undoing a merge.
type UndoFacts struct {
	Merge      sso.Merge
	From, Into sso.User
	Holder     sso.User // the active user with the login of From; zero if there is none
	// Ended says that an identity provider deactivated or deleted, after the merge, a
	// provisioned user of From.
	Ended bool
	Now   time.Time
}

// Undone are two users after a merge was undone.
type Undone struct {
	From, Into sso.User
	Holder     sso.UserID // who has the login of From meanwhile: From waits then; "" if no user has
}

// endedByPush reports whether it was a push that deactivated From: before the merge, or
// Into meanwhile. What an admin did to Into was about both.
func (f UndoFacts) endedByPush() bool {
	switch {
	case f.Into.Status == sso.UserDeactivated && !f.Into.EndedByPush:
		return false
	case f.Merge.Moved.Status == sso.UserDeactivated:
		return f.From.EndedByPush
	}
	return f.Into.Status == sso.UserActive || f.Into.EndedByPush
}

// Unmerged returns both users after a merge was undone. From is active again only if it
// was, if Into is active, and if no identity provider ended it: what deactivated Into
// meanwhile was about both.
func Unmerged(f UndoFacts) (u Undone, err error) {
	switch {
	case !f.Merge.UndoneAt.IsZero() || f.From.MergedInto != f.Into.ID:
		return u, conflict("merge_undone", "This merge was undone already.")
	case !f.Merge.Undoable(f.Now):
		return u, conflict("merge_too_old", "A merge can be undone for 30 days.")
	case f.Into.MergedInto != "":
		return u, sso.UserMerged(f.Into.MergedInto)
	}
	u.From, u.Into = f.From, f.Into
	u.From.MergedInto = ""
	if moved := f.Merge.Moved; moved.LoginGiven && (moved.Login == "" || moved.Login == f.Into.Login) {
		u.Into.LoginGiven = false // unless an admin gave another login since
	}
	if f.Into.Status != sso.UserActive || f.Ended {
		u.From.EndedByPush = f.endedByPush()
		return u, nil
	}
	u.From.Status = f.Merge.Moved.Status
	if u.From.Status == sso.UserActive && f.Holder.ID != "" && f.Holder.ID != f.From.ID {
		u.From.Status = sso.UserPending
		u.Holder = f.Holder.ID
	}
	return u, nil
}
