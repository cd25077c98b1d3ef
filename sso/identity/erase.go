package identity

import "gatehouse/sso"

// EraseFacts are what the deletion of a user depends on.
type EraseFacts struct {
	User        sso.User
	Operator    bool // an operator's account is tied to the user
	Admin       bool // the user is appointed as an admin of the company
	Provisioned bool // an identity provider of the company provisions the user as active
	Asked       bool // another user waits for an answer about this one
}

// Erasable returns each reason against the deletion of a user. An active user is
// deactivated first, so that a deletion, which cannot be undone, takes two decisions.
func Erasable(f EraseFacts) []*sso.Error {
	if f.User.MergedInto != "" {
		return []*sso.Error{sso.UserMerged(f.User.MergedInto)}
	}
	return against(
		reason{f.User.Status == sso.UserActive, conflict(
			"user_active",
			"This person is active. Deactivate the account first; deleting it cannot be undone.",
		)},
		reason{f.Operator, conflict(
			"erase_operator",
			"An operator’s account is tied to this person. Untie or remove that account first.",
		)},
		reason{f.Admin, conflict(
			"erase_admin",
			"This person is appointed as an admin of the company. End the appointment first.",
		)},
		reason{f.Provisioned, conflict(
			"still_provisioned",
			"An identity provider provisions this person as active. Deactivate or delete the person there first.",
		)},
		reason{f.Asked, conflict(
			"erase_asked",
			"Another account waits for an answer about this person. Answer it under Login conflicts first.",
		)},
	)
}
