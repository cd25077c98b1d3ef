package sso

import (
	"net/http"
	"time"
)

// Milestone is something that the provisioning of a connection has shown to do.
type Milestone string

// The milestones, in the order in which an admin tries them.
const (
	UserArrived     Milestone = "user_arrived" // created, or adopted
	UserUpdated     Milestone = "user_updated"
	GroupArrived    Milestone = "group_arrived"
	MemberAdded     Milestone = "member_added"
	MemberRemoved   Milestone = "member_removed"
	UserOut         Milestone = "user_deactivated" // and their sessions ended
	UserReactivated Milestone = "user_reactivated"
)

// Milestones are all, in order.
var Milestones = [...]Milestone{
	UserArrived, UserUpdated, GroupArrived, MemberAdded, MemberRemoved, UserOut, UserReactivated,
}

// Milestones returns what a request has shown, except for UserOut, which its receipt
// shows.
func (e ProvisioningEvent) Milestones() []Milestone {
	var all []Milestone
	add := func(is bool, m Milestone) {
		if is {
			all = append(all, m)
		}
	}
	if !e.Changed || e.Refused() {
		return nil
	}
	users, groups := e.Kind == ScopeUsersWrite, e.Kind == ScopeGroupsWrite
	arrived := e.Method == http.MethodPost || e.Effects.Adopted
	deleted := e.Method == http.MethodDelete
	add(users && arrived, UserArrived)
	add(users && !arrived && !deleted, UserUpdated)
	add(users && e.Effects.Reactivated, UserReactivated)
	add(groups && !deleted, GroupArrived)
	add(e.Effects.Added > 0, MemberAdded)
	add(e.Effects.Removed > 0, MemberRemoved)
	return all
}

// ChecklistItem says when a milestone was reached.
type ChecklistItem struct {
	Milestone Milestone
	FirstAt   time.Time // zero: not yet
	LastAt    time.Time
	Event     ProvisioningEventID // the last
	Name      string              // of its resource
	// Receipt says what ended, of the last UserOut; nil of others.
	Receipt *DeprovisionReceipt
}

// ProvisioningChecklist says what the provisioning of a connection has shown to do,
// and how far its pilot is.
type ProvisioningChecklist struct {
	Items   []ChecklistItem
	Pushed  int // users
	Adopted int // of Pushed
	// Pilot is that of the live configuration if it provisions by SCIM, and else of
	// the draft.
	Pilot Pilot
	// MissingGroups are the groups of the pilot that were not pushed.
	MissingGroups []string
	// MissingUsers are the named users of the pilot who were not pushed.
	MissingUsers []string
}
