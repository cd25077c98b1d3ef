package api

import (
	"time"

	"gatehouse/sso"
)

type attempt struct {
	ID                sso.AttemptID    `json:"id" doc:"The reference that people are shown." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Connection        sso.ConnectionID `json:"connection" doc:"What they tried to sign in through." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	User              *sso.UserID      `json:"user" doc:"Who it was; null if it did not get that far." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login             *string          `json:"login" doc:"The login as asserted; null if it did not get that far." example:"ada@acme.example"`
	Outcome           sso.Outcome      `json:"outcome" enum:"succeeded,failed,pending,unmatched" doc:"How it ended; unmatched: it answers no sign-in of the browser that delivered it, and stands for more like it." example:"failed"`
	Code              *string          `json:"code" doc:"Why it failed; null if it did not." example:"saml_expired"`
	Detail            *string          `json:"detail" doc:"What was wanted and what came, for the admin." example:"The answer expired at 11:58:12."`
	Checks            []check          `json:"checks" doc:"What was verified, in order."`
	Groups            assertedGroups   `json:"groups" doc:"What was said about groups."`
	EmailVerification *emailDecision   `json:"email_verification,omitempty" doc:"What was decided about the address, and why; missing unless it was the first sign-in."`
	Remote            string           `json:"remote" doc:"The address it came from." example:"192.0.2.1"`
	UserAgent         string           `json:"user_agent" doc:"The browser, as it called itself." example:"Mozilla/5.0"`
	At                time.Time        `json:"at" doc:"When." example:"2026-11-24T12:00:00Z"`
	More              int              `json:"more" doc:"Of unmatched: how many more like it there were in that minute." example:"0"`
}

type check struct {
	Name    string `json:"name" doc:"What was verified." example:"audience"`
	Want    string `json:"want" doc:"What was expected." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/metadata"`
	Got     string `json:"got" doc:"What came." example:"https://sso.example.com/saml/conn-06d5x0wkj3n8p7r5t2v4y6z8ab/metadata"`
	OK      bool   `json:"ok" doc:"Whether it passed."`
	Warning bool   `json:"warning" doc:"Whether it wants attention although it stopped nothing."`
}

type assertedGroups struct {
	State              string     `json:"state" enum:"absent,empty,values,overage,truncated,partial" doc:"What the identity provider said: nothing, that there are none, which there are, that there are too many, only some of them, or a list that was not fully understood." example:"values"`
	Names              []string   `json:"names" doc:"The groups it named." example:"[\"engineering\"]"`
	Source             string     `json:"source" doc:"The claim they were read from." example:"groups"`
	NotUnderstood      []rawGroup `json:"not_understood" doc:"Values that name no group, in the order in which they were sent; the first 50."`
	NotUnderstoodCount int        `json:"not_understood_count" doc:"How many values name no group." example:"0"`
	Unread             int        `json:"unread" doc:"How many names there were beyond the 2,000 that are read." example:"0"`
}

type rawGroup struct {
	Raw string        `json:"raw" doc:"The value as sent: its first 120 characters, with those that cannot be seen written as code points." example:"<U+200B>engineering"`
	Why sso.RawReason `json:"why" enum:"not_text,no_member,line_break,no_break_space,invisible,garbled,too_long,looks_like_list" doc:"Why it names no group." example:"invisible"`
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
	ID         sso.SyncRecordID `json:"id" doc:"Never changes." example:"sync-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	User       sso.UserID       `json:"user" doc:"Whose groups." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Connection sso.ConnectionID `json:"connection" doc:"Whose identity provider." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Attempt    *sso.AttemptID   `json:"attempt" doc:"The sign-in that caused it; null: an admin did." example:"att-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Mode       sso.SyncMode     `json:"mode" enum:"reset,reset-synced,add-only,keep,restore" doc:"What was applied; keep where the groups were not known, restore where an admin restored or reconciled." example:"reset"`
	Asserted   assertedGroups   `json:"asserted" doc:"What was said about groups."`
	Matched    []string         `json:"matched" doc:"Names that some organization has a group of." example:"[\"engineering\"]"`
	Unmatched  []string         `json:"unmatched" doc:"Names that no organization has a group of." example:"[\"all-employees\"]"`
	NearMisses []nearMiss       `json:"near_misses" doc:"Groups that an unmatched name nearly is."`
	Added      []groupChange    `json:"added" doc:"Groups the person came into."`
	Removed    []groupChange    `json:"removed" doc:"Groups the person left."`
	Held       *sso.HeldSyncID  `json:"held" doc:"What waits for an admin instead of being done; null if nothing does." example:"held-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Note       *string          `json:"note" doc:"Why memberships were kept; null if nothing was held back." example:"The identity provider did not say which groups."`
	At         time.Time        `json:"at" doc:"When." example:"2026-11-24T12:00:00Z"`
}

type groupChange struct {
	Group            sso.GroupID        `json:"group" doc:"The group; it may be gone." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name             string             `json:"name" doc:"Its name then." example:"engineering"`
	Organization     sso.OrganizationID `json:"organization" doc:"Its organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	OrganizationName string             `json:"organization_name" doc:"The organization's name then." example:"Research"`

	Source sso.MembershipSource `json:"source,omitempty" enum:"connection" doc:"connection: a default group of the connection; else missing."`
}

func viewChanges(all []sso.GroupChange) []groupChange {
	return viewAll(all, func(c sso.GroupChange) groupChange { return groupChange(c) })
}

type nearMiss struct {
	Asserted         string             `json:"asserted" doc:"The name as it was said." example:"Engineering"`
	Group            sso.GroupID        `json:"group" doc:"The group that it nearly names; \"\" for an object ID, which names none here." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name             string             `json:"name" doc:"The group's name then." example:"engineering"`
	Organization     sso.OrganizationID `json:"organization" doc:"Its organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	OrganizationName string             `json:"organization_name" doc:"The organization's name then." example:"Research"`
	Why              sso.Nearness       `json:"why" enum:"space,invisible,case,look-alike,cn,path,domain,brackets,piece,object-id,default" doc:"How they differ: in space, in characters that nobody sees, in case, in characters that look the same; the group is the CN of a distinguished name, the last part of a path, the name without a domain, a member of a list that is written as text, a piece between delimiters; it is an object ID in place of a name; or it is a default group, which nobody is matched to." example:"case"`
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
	ID       sso.EventID       `json:"id" doc:"Never changes." example:"evt-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Sequence int64             `json:"sequence" doc:"1, 2, 3… without gaps." example:"42"`
	Actor    string            `json:"actor" doc:"Who did it: a user, a token, system or operator." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Action   string            `json:"action" doc:"What was done." example:"connection.enabled"`
	Target   string            `json:"target" doc:"What it was done to." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Detail   map[string]string `json:"detail" doc:"What else is known about it."`
	At       time.Time         `json:"at" doc:"When." example:"2026-11-24T12:00:00Z"`
	Hash     string            `json:"hash" doc:"Covers this event and the hash before it." example:"9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"`
}

func viewAuditEvent(e sso.AuditEvent) auditEvent {
	v := auditEvent{
		ID:       e.ID,
		Sequence: e.Sequence,
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
