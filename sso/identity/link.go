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

// changeable returns each reason against any change of the identities of a user.
func changeable(f LinkFacts) []*sso.Error {
	var all []*sso.Error
	if f.Setup {
		all = append(all, conflict(
			"admin_needed", "A setup link is for a connection, and not for people. An admin ties identities.",
		))
	}
	if f.User.MergedInto != "" {
		all = append(all, sso.UserMerged(f.User.MergedInto))
	}
	if f.Privileged && !f.Operator {
		all = append(all, conflict(
			"operator_needed",
			"This person is an admin of the company or an operator, and the identity decides who acts as one. "+
				"So only an operator ties it or unties it.",
		))
	}
	return all
}

// Linkable returns each reason against a further identity of a user. Who signs in with it
// is the user: so it takes an operator, or an admin who knows by a test whom the
// connection believes.
func Linkable(f LinkFacts) []*sso.Error {
	all := changeable(f)
	if f.User.MergedInto == "" && f.User.Status == sso.UserDeactivated {
		all = append(all, conflict("user_inactive", "This person is deactivated. Reactivate the account first."))
	}
	switch {
	case f.Holder == f.User.ID:
		all = append(all, conflict("identity_linked", "It leads to this person already."))
	case f.Holder != "":
		all = append(all, conflict(
			"identity_in_use",
			"It leads to another account, "+string(f.Holder)+". If both are one person, merge the accounts.",
		))
	}
	if f.Erased {
		all = append(all, conflict(
			"account_deleted",
			"It was of a person who was deleted here for good. Allow that person again first, under Deleted people.",
		))
	}
	switch {
	case !f.Serves:
		all = append(all, conflict(
			"link_connection_disabled", "No one can sign in through this connection. Enable it first.",
		))
	case f.Provisions && !f.Pushed:
		all = append(all, conflict(
			"link_not_provisioned",
			"The identity provider of this connection decides who its people are, and does not provision this one. "+
				"Add the person there.",
		))
	case !f.Operator && !f.Tested:
		all = append(all, conflict(
			"link_approval_needed",
			"This connection then says who this person is. So pass a test connection with its settings as they are "+
				"live now, or ask an operator.",
		))
	}
	return all
}

// Unlinkable returns each reason against the end of an identity of a user.
func Unlinkable(f LinkFacts) []*sso.Error {
	all := changeable(f)
	if f.Pushed {
		all = append(all, conflict(
			"provisioned_by_scim",
			"The identity provider pushes this person, so the next sign-in would be tied again. "+
				"Remove the person there.",
		))
	}
	return all
}

// FormerFacts are an identity that ended and its user as they are now.
type FormerFacts struct {
	Former sso.FormerIdentity
	User   sso.User
	// Subject says that a subject or an externalId is the same, and not the login alone.
	Subject bool
}

// FindFormer returns the user whom a sign-in is refused as, or the one whom an admin is
// asked about; both are "" if former identities say nothing. all is sorted, the last to
// end first.
//
// A deactivated user is refused who has the subject: a person who left does not come back
// through another connection. Logins are given to new people, so a login that a
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
