package guide

import "gatehouse/sso"

// Try says what to do at the identity provider, so that its next requests show that
// something works.
func (g SCIM) Try(m sso.Milestone) string {
	switch g.Provider {
	case sso.Okta:
		return tryOkta()[m]
	case sso.Entra:
		return tryEntra()[m]
	case sso.JumpCloud:
		return tryJumpCloud()[m]
	case sso.OneLogin:
		return tryOneLogin()[m]
	case sso.Ping:
		return tryPing()[m]
	}
	return tryCustom()[m]
}

//nolint:lll // a text is one line
func tryOkta() map[sso.Milestone]string {
	return map[sso.Milestone]string{
		sso.UserArrived:     "In the application, open *Assignments*, and assign a person. For someone who was assigned before, select *Provision User*.",
		sso.UserUpdated:     "In *Directory* › *People*, open an assigned person, and change the *Display name* under *Profile*.",
		sso.GroupArrived:    "In the application, open *Push Groups*, select *Push Groups* › *Find groups by name*, and choose a group.",
		sso.MemberAdded:     "In *Directory* › *Groups*, open a pushed group, and add an assigned person to it.",
		sso.MemberRemoved:   "In *Directory* › *Groups*, open a pushed group, and remove a person from it.",
		sso.UserOut:         "In the application, open *Assignments*, and take the application from a person. If they have it through a group, remove them from that group.",
		sso.UserReactivated: "Assign the application to that person again.",
	}
}

//nolint:lll // a text is one line
func tryEntra() map[sso.Milestone]string {
	return map[sso.Milestone]string{
		sso.UserArrived:     "Assign a person in *Users and groups*. In *Provisioning* › *Provision on demand*, choose them: they are sent at once.",
		sso.UserUpdated:     "Change the *Display name* of an assigned person, and provision them on demand again, or wait for the next cycle.",
		sso.GroupArrived:    "Assign a group in *Users and groups*. It arrives with the next cycle, within 40 minutes.",
		sso.MemberAdded:     "Add an assigned person to the group, and wait for the next cycle.",
		sso.MemberRemoved:   "Remove a person from the group, and wait for the next cycle.",
		sso.UserOut:         "Remove the assignment of a person in *Users and groups*, and wait for the next cycle. If they are assigned through a group, remove them from the group.",
		sso.UserReactivated: "Assign that person again, and wait for the next cycle.",
	}
}

//nolint:lll // a text is one line
func tryJumpCloud() map[sso.Milestone]string {
	return map[sso.Milestone]string{
		sso.UserArrived:     "In the application, open *User Groups*, tick a group, and select *Save*. Its people are pushed with it.",
		sso.UserUpdated:     "In *Users*, open a person of a ticked group, change the *Display Name*, and select *Save User*.",
		sso.GroupArrived:    "In the application, open *User Groups*, tick a group, and select *Save*.",
		sso.MemberAdded:     "In *User Groups*, open a ticked group, and tick a person under *Users*.",
		sso.MemberRemoved:   "In *User Groups*, open a ticked group, and take the tick from a person under *Users*.",
		sso.UserOut:         "In *Users*, suspend a person of a ticked group.",
		sso.UserReactivated: "In *Users*, activate that person again.",
	}
}

//nolint:lll // a text is one line
func tryOneLogin() map[sso.Milestone]string {
	return map[sso.Milestone]string{
		sso.UserArrived:     "In *Users*, open a person, and add the application under *Applications*. If it is *Pending* there, select it and *Approve*.",
		sso.UserUpdated:     "In *Users*, open a person who has the application, change the last name, and select *Save User*.",
		sso.GroupArrived:    "Give a person of the application a role for which one of your *Rules* sets a group.",
		sso.MemberAdded:     "Give a second person of the application that role.",
		sso.MemberRemoved:   "Take the role from one of them.",
		sso.UserOut:         "In *Users*, open a person, and take the application from them under *Applications*.",
		sso.UserReactivated: "Add the application for that person again.",
	}
}

//nolint:lll // a text is one line
func tryPing() map[sso.Milestone]string {
	return map[sso.Milestone]string{
		sso.UserArrived:     "Change the *User Filter* of the rule so that it selects a person.",
		sso.UserUpdated:     "In *Directory* › *Users*, open a person whom the rule selects, and change the *Family Name*.",
		sso.GroupArrived:    "In the rule, under *Group Provisioning*, choose a group.",
		sso.MemberAdded:     "In *Directory* › *Groups*, open a chosen group, and add a person whom the rule selects.",
		sso.MemberRemoved:   "In *Directory* › *Groups*, open a chosen group, and remove a person from it.",
		sso.UserOut:         "In *Directory* › *Users*, switch a person off.",
		sso.UserReactivated: "Switch that person on again.",
	}
}

//nolint:lll // a text is one line
func tryCustom() map[sso.Milestone]string {
	return map[sso.Milestone]string{
		sso.UserArrived:     "Assign a person to the application at your identity provider.",
		sso.UserUpdated:     "Change the display name of an assigned person.",
		sso.GroupArrived:    "Choose a group to be pushed.",
		sso.MemberAdded:     "Add an assigned person to a pushed group.",
		sso.MemberRemoved:   "Remove a person from a pushed group.",
		sso.UserOut:         "Take the application from a person.",
		sso.UserReactivated: "Assign the application to that person again.",
	}
}
