package api

import (
	"time"

	"gatehouse/sso"
)

type attempt struct {
	ID                sso.AttemptID    `json:"id" doc:"Identifier; the reference shown to users." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Connection        sso.ConnectionID `json:"connection" doc:"Connection of the sign-in." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	User              *sso.UserID      `json:"user" doc:"User who signed in; null if the attempt failed before a user was found." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login             *string          `json:"login" doc:"Asserted login; null if the attempt failed before it was known." example:"ada@acme.example"`
	Outcome           sso.Outcome      `json:"outcome" enum:"succeeded,failed,pending,unmatched" doc:"Outcome. unmatched: a response that belongs to no sign-in of the browser that delivered it; one attempt stands for several of them." example:"failed"`
	Code              *string          `json:"code" doc:"Error code; null if the attempt did not fail." example:"saml_expired"`
	Detail            *string          `json:"detail" doc:"Expected and received values, for the admin; null if there are none." example:"The response expired at 11:58:12."`
	Checks            []check          `json:"checks" doc:"Checks, in the order in which they ran."`
	Groups            assertedGroups   `json:"groups" doc:"Asserted groups."`
	EmailVerification *emailDecision   `json:"email_verification,omitempty" doc:"Decision about the e-mail address, with the reason; only for a first sign-in."`
	Remote            string           `json:"remote" doc:"IP address of the client." example:"192.0.2.1"`
	UserAgent         string           `json:"user_agent" doc:"User-Agent header of the browser." example:"Mozilla/5.0"`
	At                time.Time        `json:"at" doc:"Time of the attempt." example:"2026-11-24T12:00:00Z"`
	More              int              `json:"more" doc:"For unmatched: number of further such responses in the same minute." example:"0"`
}

type check struct {
	Name    string `json:"name" doc:"Name of the check." example:"audience"`
	Want    string `json:"want" doc:"Expected value." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/metadata"`
	Got     string `json:"got" doc:"Received value." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/metadata"`
	OK      bool   `json:"ok" doc:"Whether the check passed."`
	Warning bool   `json:"warning" doc:"Whether the check needs attention although it did not fail the sign-in."`
}

type assertedGroups struct {
	State              string     `json:"state" enum:"absent,empty,values,overage,truncated,partial" doc:"State of the assertion: no groups sent (absent), an empty list, values, too many groups to send (overage), a truncated list, or a list that was understood in part (partial)." example:"values"`
	Names              []string   `json:"names" doc:"Asserted names." example:"[\"engineering\"]"`
	Source             string     `json:"source" doc:"Claim from which the names were read." example:"groups"`
	NotUnderstood      []rawGroup `json:"not_understood" doc:"Values that are not group names, in the order received; at most 50."`
	NotUnderstoodCount int        `json:"not_understood_count" doc:"Number of values that are not group names." example:"0"`
	Unread             int        `json:"unread" doc:"Number of names beyond the limit of 2,000, which were not read." example:"0"`
}

type rawGroup struct {
	Raw string        `json:"raw" doc:"Value as received: its first 120 characters, with invisible characters written as code points." example:"<U+200B>engineering"`
	Why sso.RawReason `json:"why" enum:"not_text,no_member,line_break,no_break_space,invisible,garbled,too_long,looks_like_list" doc:"Reason for which it is not a group name." example:"invisible"`
}

func viewGroups(g sso.AssertedGroups) assertedGroups {
	return assertedGroups{
		State:              g.State.String(),
		Names:              always(g.Names),
		Source:             g.Source,
		NotUnderstoodCount: g.NotUnderstoodCount,
		Unread:             g.Unread,
		NotUnderstood: viewAll(g.NotUnderstood, func(r sso.RawGroup) rawGroup {
			return rawGroup(r)
		}),
	}
}

func viewAttempt(x sso.Attempt) attempt {
	v := attempt{
		ID:                x.ID,
		Connection:        x.Connection,
		User:              some(x.User),
		Login:             some(x.Login),
		Outcome:           x.Outcome,
		Code:              some(x.Code),
		Detail:            some(x.Detail),
		Checks:            make([]check, 0, len(x.Checks)),
		Groups:            viewGroups(x.Groups),
		EmailVerification: viewDecision(x.Email),
		Remote:            x.Remote,
		UserAgent:         x.UserAgent,
		At:                x.At,
		More:              x.More,
	}
	for _, c := range x.Checks {
		v.Checks = append(v.Checks, check(c))
	}
	return v
}

type syncRecord struct {
	ID         sso.SyncRecordID `json:"id" doc:"Identifier; immutable." example:"sync-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	User       sso.UserID       `json:"user" doc:"User whose memberships were synced." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Connection sso.ConnectionID `json:"connection" doc:"Connection of the sign-in." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Attempt    *sso.AttemptID   `json:"attempt" doc:"Sign-in attempt that caused the sync; null if an admin caused it." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Mode       sso.SyncMode     `json:"mode" enum:"reset,reset-synced,add-only,keep,restore" doc:"Applied sync mode; keep if the groups were unknown, restore if an admin restored or reconciled memberships." example:"reset"`
	Asserted   assertedGroups   `json:"asserted" doc:"Asserted groups."`
	Matched    []string         `json:"matched" doc:"Asserted names that match a group of some organization." example:"[\"engineering\"]"`
	Unmatched  []string         `json:"unmatched" doc:"Asserted names that match no group of any organization." example:"[\"all-employees\"]"`
	NearMisses []nearMiss       `json:"near_misses" doc:"Groups that an unmatched name nearly matches."`
	Added      []groupChange    `json:"added" doc:"Groups that the user joined."`
	Removed    []groupChange    `json:"removed" doc:"Groups that the user left."`
	Held       *sso.HeldSyncID  `json:"held" doc:"Held sync with the withheld changes; null if none was held." example:"held-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Note       *string          `json:"note" doc:"Reason for keeping memberships; null if no change was withheld." example:"The identity provider did not say which groups."`
	At         time.Time        `json:"at" doc:"Time of the sync." example:"2026-11-24T12:00:00Z"`
}

type groupChange struct {
	Group            sso.GroupID        `json:"group" doc:"Identifier of the group, which may have been deleted." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name             string             `json:"name" doc:"Name of the group at that time." example:"engineering"`
	Organization     sso.OrganizationID `json:"organization" doc:"Identifier of the organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	OrganizationName string             `json:"organization_name" doc:"Name of the organization at that time." example:"Research"`

	Source sso.MembershipSource `json:"source,omitempty" enum:"connection" doc:"connection for a default group of the connection; missing otherwise."`
}

func viewChanges(all []sso.GroupChange) []groupChange {
	return viewAll(all, func(c sso.GroupChange) groupChange { return groupChange(c) })
}

type nearMiss struct {
	Asserted         string             `json:"asserted" doc:"Asserted name." example:"Engineering"`
	Group            sso.GroupID        `json:"group" doc:"Group that the name nearly matches; \"\" for an object ID, which matches none here." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name             string             `json:"name" doc:"Name of the group at that time." example:"engineering"`
	Organization     sso.OrganizationID `json:"organization" doc:"Identifier of the organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	OrganizationName string             `json:"organization_name" doc:"Name of the organization at that time." example:"Research"`
	Why              sso.Nearness       `json:"why" enum:"space,invisible,case,look-alike,cn,path,domain,brackets,piece,object-id,default" doc:"Kind of difference. space, invisible, case, look-alike: the names differ in spaces, invisible characters, letter case or look-alike characters. cn, path, domain, brackets, piece: the group is the CN of a distinguished name, the last segment of a path, the name without a domain, an entry of a list written as text, or one of several names between delimiters. object-id: an object ID was sent in place of a name. default: the group is a default group, which cannot be asserted." example:"case"`
}

func viewNearMiss(n sso.NearMiss) nearMiss { return nearMiss(n) }

func viewSyncRecord(r sso.SyncRecord) syncRecord {
	return syncRecord{
		ID:         r.ID,
		User:       r.User,
		Connection: r.Connection,
		Attempt:    some(r.Attempt),
		Mode:       r.Mode,
		Asserted:   viewGroups(r.Asserted),
		Matched:    always(r.Matched),
		Unmatched:  always(r.Unmatched),
		NearMisses: viewAll(r.NearMisses, viewNearMiss),
		Added:      viewChanges(r.Added),
		Removed:    viewChanges(r.Removed),
		Held:       some(r.Held),
		Note:       some(r.Note),
		At:         r.At,
	}
}

type auditEvent struct {
	ID       sso.EventID       `json:"id" doc:"Identifier; immutable." example:"evt-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Sequence int64             `json:"sequence" doc:"Number; later events have greater ones, with gaps." example:"42"`
	Strand   int64             `json:"strand" doc:"Chain of the company that the event is in: 0, 1, 2…" example:"0"`
	Position int64             `json:"position" doc:"Number in that chain, without gaps." example:"42"`
	Actor    string            `json:"actor" doc:"Actor: a user, a token, system or operator." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Action   string            `json:"action" doc:"Action." example:"connection.enabled"`
	Target   string            `json:"target" doc:"Object of the action." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Detail   map[string]string `json:"detail" doc:"Further details."`
	At       time.Time         `json:"at" doc:"Time of the event." example:"2026-11-24T12:00:00Z"`
	Hash     string            `json:"hash" doc:"Hash of this event and the hash of the previous event in its chain." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
}

func viewAuditEvent(e sso.AuditEvent) auditEvent {
	v := auditEvent{
		ID:       e.ID,
		Sequence: e.Sequence,
		Strand:   e.Strand,
		Position: e.Position,
		Actor:    e.Actor,
		Action:   e.Action,
		Target:   e.Target,
		Detail:   e.Detail,
		At:       e.At,
		Hash:     e.Hash.String(),
	}
	if v.Detail == nil {
		v.Detail = map[string]string{}
	}
	return v
}
