package identity

import "gatehouse/sso"

// LinkFacts are the facts about a further identity of a user, or about one that ends.
type LinkFacts struct {
	User sso.User
	// Privileged says that the user administers the company, or that an operator's
	// account is tied to the user; Operator that an operator asks.
	Privileged, Operator bool
	// Setup says that the holder of a setup link asks.
	Setup bool
	// Serves says that sign-ins through the connection are possible.
	Serves bool
	// Tested says that the actor passed a test of the connection as it is live.
	Tested bool
	// Provisions says that the identity provider of the connection decides about its
	// users, and Pushed that it pushed this one.
	Provisions, Pushed bool
	// Erased says that the subject or the login is one of a deleted user.
	Erased bool
	// Holder is the user to whom the subject or the login leads; "" if it leads to none.
	Holder sso.UserID
}

// reason is one against a change; it counts if is holds.
type reason struct {
	is  bool
	err *sso.Error
}

// against returns those reasons that count.
func against(reasons ...reason) (all []*sso.Error) {
	for _, r := range reasons {
		if r.is {
			all = append(all, r.err)
		}
	}
	return all
}

// changeable returns each reason against any change of the identities of a user.
func changeable(f LinkFacts) []*sso.Error {
	return against(
		reason{f.Setup, conflict(
			"admin_needed", "A setup link is for a connection, and not for people. An admin ties identities.",
		)},
		reason{f.User.MergedInto != "", sso.UserMerged(f.User.MergedInto)},
		reason{f.Privileged && !f.Operator, conflict(
			"operator_needed",
			"This person is an admin of the company or an operator, and the identity decides who acts as one. "+
				"So only an operator ties it or unties it.",
		)},
	)
}

// Linkable returns each reason against a further identity of a user. A sign-in with it is
// the user's: so it takes an operator, or an admin who knows by a test whom the connection
// believes.
func Linkable(f LinkFacts) []*sso.Error {
	all := append(changeable(f), against(
		reason{f.User.MergedInto == "" && f.User.Status == sso.UserDeactivated, conflict(
			"user_inactive", "This person is deactivated. Reactivate the account first.",
		)},
		reason{f.Holder == f.User.ID, conflict("identity_linked", "It leads to this person already.")},
		reason{f.Holder != "" && f.Holder != f.User.ID, conflict(
			"identity_in_use",
			"It leads to another account, "+string(f.Holder)+". If both are one person, merge the accounts.",
		)},
		reason{f.Erased, conflict(
			"account_deleted",
			"It was of a person who was deleted here for good. Allow that person again first, under Deleted people.",
		)},
	)...)
	if err := f.usable(); err != nil {
		all = append(all, err)
	}
	return all
}

// usable returns the reason against a further identity that the connection is, nil if it
// is none.
func (f LinkFacts) usable() *sso.Error {
	switch {
	case !f.Serves:
		return conflict(
			"link_connection_disabled", "No one can sign in through this connection. Enable it first.",
		)
	case f.Provisions && !f.Pushed:
		return conflict(
			"link_not_provisioned",
			"The identity provider of this connection provisions its users, and this person is none of them. "+
				"Add the person there.",
		)
	case !f.Operator && !f.Tested:
		return conflict(
			"link_approval_needed",
			"This connection then says who this person is. So pass a test connection with its settings as they are "+
				"live now, or ask an operator.",
		)
	}
	return nil
}

// Unlinkable returns each reason against the end of an identity of a user.
func Unlinkable(f LinkFacts) []*sso.Error {
	return append(changeable(f), against(
		reason{f.Pushed, conflict(
			"provisioned_by_scim",
			"The identity provider pushes this person, so the next sign-in would be tied again. "+
				"Remove the person there.",
		)},
	)...)
}

// FormerFacts are an identity that ended and its user as they are now.
type FormerFacts struct {
	Former sso.FormerIdentity
	User   sso.User
	// Subject says that a subject or an externalId is the same, and not the login alone.
	Subject bool
}

// FindFormer returns the user as whom a sign-in is refused, or the user about whom an
// admin is asked; both are "" if former identities say nothing. all is sorted, the last to
// end first.
//
// A sign-in with the subject of a deactivated user is refused: a person who left does not
// come back through another connection. Logins are given to new people, so a login that a
// deactivated user had says nothing.
func FindFormer(all []FormerFacts) (refused, doubt sso.UserID) {
	for _, f := range all {
		switch {
		case f.User.Status != sso.UserDeactivated:
			return "", f.User.ID
		case f.Subject:
			return f.User.ID, ""
		}
	}
	return "", ""
}
