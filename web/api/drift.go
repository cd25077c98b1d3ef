package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/drift"
)

// comparer compares what identity providers provision with the current accounts and groups;
// drift.Service does.
type comparer interface {
	Report(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) (drift.Report, error)
	Group(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, group sso.GroupID,
	) (drift.GroupReport, error)
	Expect(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, w drift.Wish,
	) (sso.Expectation, error)
	ExpectListed(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, l drift.Listing,
	) (sso.Expectation, error)
	Forget(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, group string) error
	Reconcile(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, group sso.GroupID,
		move drift.Move,
	) ([]sso.MemberReconciliation, error)
}

// provisioningDrift compares the groups of a connection.
//
//nolint:lll // a tag is one line
type provisioningDrift struct {
	At        time.Time      `json:"at" doc:"Time of the comparison." example:"2026-11-26T12:00:00Z"`
	Applied   bool           `json:"applied" doc:"Whether pushes take effect: the connection is enabled with provisioning scim."`
	Applying  bool           `json:"applying" doc:"Whether earlier pushes are being applied."`
	Differs   bool           `json:"differs" doc:"Whether a group has missing members other than excused ones, extra members other than kept ones, or open refusals."`
	Users     int            `json:"users" doc:"Number of users that the identity provider pushed." example:"269"`
	Unsettled int            `json:"unsettled" doc:"Number of them without a user of the enterprise." example:"0"`
	Total     MemberCounts   `json:"total" doc:"Sums over the groups that exist here."`
	Groups    []groupMembers `json:"groups" doc:"Groups that the identity provider pushes, that its sign-ins assert, or that an expectation or an open refusal is about. First those that exist here, by organization and name."`
}

// MemberCounts are the numbers of a comparison. It is exported because huma looks
// into no other embedded struct.
//
//nolint:lll // a tag is one line
type MemberCounts struct {
	Expected int `json:"expected_members" doc:"Number of people who should be members." example:"269"`
	Actual   int `json:"actual_members" doc:"Number of members." example:"21"`
	Missing  int `json:"missing" doc:"Number of expected people who are not members." example:"248"`
	Excused  int `json:"excused" doc:"Number of these who were deactivated, removed by the identity provider, or outside the pilot." example:"0"`
	Extra    int `json:"extra" doc:"Number of members who are not expected." example:"0"`
	Kept     int `json:"kept" doc:"Number of these who were added by hand, by the default groups of a connection, through another connection, or outside the pilot." example:"0"`
}

// groupMembers compares one group.
//
//nolint:lll // a tag is one line
type groupMembers struct {
	Name         string              `json:"name" doc:"Name of the group, or the name at the identity provider if no group here has it." example:"grp_all@acme.example"`
	Group        *sso.GroupID        `json:"group" doc:"Group; null if no group here has the name." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Organization *sso.OrganizationID `json:"organization" doc:"Organization of the group; null if there is no group." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	MemberCounts
	Evidence memberEvidence `json:"evidence" doc:"What says who should be a member."`
	Reasons  []memberReason `json:"reasons" doc:"Why people are missing or extra, the most frequent first."`
	Refusals groupRefusals  `json:"refusals" doc:"Open refusals of requests about the group."`
	Since    *time.Time     `json:"missing_since" doc:"Time since when the first of them is missing; null if it is not known." example:"2026-11-24T12:00:00Z"`
	Differs  bool           `json:"differs" doc:"Whether the group needs attention."`
}

// memberEvidence says what is expected of a group, and why.
//
//nolint:lll // a tag is one line
type memberEvidence struct {
	Expectation *expectation `json:"expectation,omitempty" doc:"What an admin expects; missing if nothing was given."`
	Pushed      int          `json:"pushed" doc:"Number of pushed members, including IDs that no user has yet." example:"0"`
	ListedAt    *time.Time   `json:"listed_at" doc:"Time at which the identity provider last sent all members; null if it sends changes only." example:"2026-11-24T12:00:00Z"`
	Asserted    int          `json:"asserted" doc:"Number of users whose last sign-in with groups named the group." example:"21"`
	Text        string       `json:"text" doc:"The evidence in words." example:"an admin’s number of 24 November 2026, 21 by sign-ins"`
}

// expected is the answer to a request that sets an expectation.
//
//nolint:lll // a tag is one line
type expected struct {
	Expectation *expectation `json:"expectation,omitempty" doc:"New expectation; missing if it was removed."`
}

// expectation is what an admin expects of a group.
//
//nolint:lll // a tag is one line
type expectation struct {
	Group  string                `json:"group" doc:"Name of the group." example:"grp_all@acme.example"`
	Source sso.ExpectationSource `json:"source" enum:"admin,directory" doc:"Origin of the expectation." example:"admin"`
	People int                   `json:"people" doc:"Number of expected members." example:"269"`
	Listed bool                  `json:"listed" doc:"Whether the logins of the members are known."`
	Actor  sso.Actor             `json:"actor" doc:"Actor that set the expectation." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	At     time.Time             `json:"at" doc:"Time at which it was set." example:"2026-11-24T12:00:00Z"`
}

// memberReason counts people who differ for one reason.
//
//nolint:lll // a tag is one line
type memberReason struct {
	Reason  sso.DriftReason `json:"reason" doc:"Reason: not_applied, groups_off, no_group, held, lost, undecided, waiting, deactivated, removed, user_refused, not_provisioned, group_refused, never_sent or outside_pilot of missing people; manual, configured, held, elsewhere, left_over or unconfirmed of extra ones." example:"group_refused"`
	Missing bool            `json:"missing" doc:"Whether the people are missing; false for extra members."`
	People  int             `json:"people" doc:"Number of people." example:"248"`
	Text    string          `json:"text" doc:"The reason in words." example:"14 requests about the group refused since 24 November 2026"`
	Side    *string         `json:"side" doc:"Side that must act: company or you; null if none must." example:"you"`
	Do      *string         `json:"do" doc:"What to do; null if nothing has to be done." example:"The identity provider was told: Token \"entra-1\" lacks scope groups:read."`
}

// groupRefusals sums up open refusals.
//
//nolint:lll // a tag is one line
type groupRefusals struct {
	Count   int        `json:"count" doc:"Number of refused requests." example:"14"`
	FirstAt *time.Time `json:"first_at" doc:"Time of the first; null if there is none." example:"2026-11-24T12:00:00Z"`
	LastAt  *time.Time `json:"last_at" doc:"Time of the last; null if there is none." example:"2026-11-26T12:00:00Z"`
	Code    *string    `json:"code" doc:"Code of the last; null if there is none." example:"scim_scope_missing"`
	Detail  *string    `json:"detail" doc:"Text of the last, as sent to the identity provider; null if there is none." example:"Token \"entra-1\" lacks scope groups:read (it has users:read users:write)."`
}

// groupDriftPeople is the comparison of one group with its people.
//
//nolint:lll // a tag is one line
type groupDriftPeople struct {
	Compared groupMembers  `json:"compared" doc:"Comparison of the group."`
	Missing  []driftPerson `json:"missing" doc:"Expected people who are not members, by login; at most 500."`
	Extra    []driftPerson `json:"extra" doc:"Members who are not expected, by login; at most 500."`
	More     bool          `json:"more" doc:"Whether there are others."`
}

// driftPerson is a person who differs.
//
//nolint:lll // a tag is one line
type driftPerson struct {
	User       *sso.UserID           `json:"user" doc:"User; null if the enterprise has none." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Resource   *sso.ResourceID       `json:"resource" doc:"ID in SCIM; null if the identity provider pushed no such user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login      string                `json:"login" doc:"Login, or the member ID that no user has." example:"ada@acme.example"`
	Name       *string               `json:"name" doc:"Name; null if it is not known." example:"Ada Lovelace"`
	Reason     sso.DriftReason       `json:"reason" doc:"Reason, as in the comparison." example:"never_sent"`
	Text       string                `json:"text" doc:"The reason in words." example:"never sent as a member"`
	Reconciled bool                  `json:"reconciled" doc:"Whether a reconcile would resolve the difference."`
	Source     *sso.MembershipSource `json:"source" enum:"jit,scim,manual,default,connection" doc:"Source of the membership; null if the person is not a member." example:"jit"`
	Since      *time.Time            `json:"since" doc:"Start of the membership, or since when it is missing; null if it is not known." example:"2026-11-24T12:00:00Z"`
	Refusals   int                   `json:"refusals" doc:"Number of refused requests about the person." example:"0"`
	Refusal    *string               `json:"refusal" doc:"Text of an open refusal; null if there is none." example:"userName is in use by user user-06d5x0wkj3n8p7r5t2v4y6z8ab."`
}

func (a *API) driftOperations() {
	const path = connectionPath + "/provisioning"
	add(a, operation{
		id:      "get-provisioning-drift",
		method:  http.MethodGet,
		path:    path + "/drift",
		scope:   "provisioning:read",
		summary: "Compare expected and actual members of provisioned groups",
		about: "SCIM cannot ask an identity provider for its members. So expected are the people whom evidence " +
			"names: pushed members, groups asserted at sign-ins (unless the identity provider sends complete lists " +
			"of members), and expectations.",
	}, a.getProvisioningDrift)
	add(a, operation{
		id:      "get-provisioning-group-drift",
		method:  http.MethodGet,
		path:    path + "/drift/{group}",
		scope:   "provisioning:read",
		summary: "List missing and extra members of a provisioned group",
		about:   "Each with the reason. A group that the connection knows nothing of has no one.",
	}, a.getProvisioningGroup)
	add(a, operation{
		id:      "expect-provisioned-members",
		method:  http.MethodPost,
		path:    path + "/expect",
		scope:   "provisioning:write",
		summary: "Set the expected members of a group",
		about: "A number, or logins, as an admin reads them at the identity provider. Replaces an earlier " +
			"expectation of the group. With neither people nor logins the expectation is removed. A connection has " +
			"at most 1,000 of them: 409 too_many_expectations.",
	}, a.expectMembers)
	add(a, operation{
		id:      "read-expected-members",
		method:  http.MethodPost,
		path:    path + "/expect/read",
		scope:   "provisioning:write",
		summary: "Read the expected members of a group from the directory",
		about: "Reads who is in the group now, from Microsoft Graph with the application in the configuration of " +
			"the connection, or from Okta's API with a token that is not kept, and expects these logins. Blocked " +
			"and deactivated users are left out, and so are the members of nested groups, as identity providers " +
			"provision neither. A group that the directory does not have, or has several times, is 422 " +
			"directory_group_unknown; a directory that does not answer within 30 seconds is 502 " +
			"directory_unavailable, and one that refuses is 502 directory_denied. While another list of the company, " +
			"or four of others, are being read, it is 409 directory_busy. Nothing changes then.",
	}, a.readExpectedMembers)
	add(a, operation{
		id:      "reconcile-provisioning",
		method:  http.MethodPost,
		path:    path + "/reconcile",
		scope:   "provisioning:write",
		summary: "Reconcile provisioned groups",
		about: "Applies what was pushed again, as if it were pushed now: missing members join, and members by an " +
			"earlier push or sign-in who are not expected leave. The brake applies. Removing more than 20 members, " +
			"and more than half, of a group at once needs confirm: 409 share_brake. A connection whose pushes have " +
			"no effect is 409 not_provisioning.",
	}, a.reconcileProvisioning)
}

func viewCounts(c drift.Count) MemberCounts {
	return MemberCounts{
		Expected: c.Expected,
		Actual:   c.Actual,
		Missing:  c.Missing,
		Excused:  c.Excused,
		Extra:    c.Extra,
		Kept:     c.Kept,
	}
}

func viewLine(r drift.Report) func(drift.Line) groupMembers {
	return func(l drift.Line) groupMembers {
		v := groupMembers{
			Name:         l.Name,
			Group:        some(l.Group.ID),
			Organization: some(l.Group.Organization),
			MemberCounts: viewCounts(l.Count),
			Evidence: memberEvidence{
				Pushed:   l.Evidence.Pushed,
				ListedAt: moment(l.Evidence.ListedAt),
				Asserted: l.Evidence.Asserted,
				Text:     l.Evidence.Words(),
			},
			Reasons: viewAll(l.Reasons, func(x drift.Reason) memberReason {
				words := r.Remedy(l, x.Reason, x.Missing)
				return memberReason{
					Reason:  x.Reason,
					Missing: x.Missing,
					People:  x.People,
					Text:    words.Text,
					Side:    some(string(words.Side)),
					Do:      some(words.Do),
				}
			}),
			Refusals: groupRefusals{
				Count:   l.Refusals.Count,
				FirstAt: moment(l.Refusals.FirstAt),
				LastAt:  moment(l.Refusals.LastAt),
				Code:    some(l.Refusals.Code),
				Detail:  some(l.Refusals.Detail),
			},
			Since:   moment(l.Since),
			Differs: l.Differs(),
		}
		if e := l.Evidence.Expectation; e != nil {
			seen := viewExpectation(*e)
			v.Evidence.Expectation = &seen
		}
		return v
	}
}

func viewExpectation(e sso.Expectation) expectation {
	return expectation{
		Group:  e.Group,
		Source: e.Source,
		People: e.People,
		Listed: e.Listed,
		Actor:  e.By,
		At:     e.At,
	}
}

func (a *API) getProvisioningDrift(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
}) (*out[provisioningDrift], error) {
	r, err := a.Drift.Report(ctx, c.enterprise.ID, in.Connection)
	if err != nil {
		return nil, err
	}
	return answerTo(provisioningDrift{
		At:        r.At,
		Applied:   r.Applied,
		Applying:  r.Applying,
		Differs:   r.Differs(),
		Users:     r.Users,
		Unsettled: r.Unsettled,
		Total:     viewCounts(r.Total),
		Groups:    viewAll(r.Lines, viewLine(r)),
	}, nil)
}

func (a *API) getProvisioningGroup(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	Group      sso.GroupID      `path:"group"`
}) (*out[groupDriftPeople], error) {
	if _, err := a.Structure.Group(ctx, c.enterprise.ID, in.Group); err != nil {
		return nil, err
	}
	r, err := a.Drift.Group(ctx, c.enterprise.ID, in.Connection, in.Group)
	if err != nil {
		return nil, err
	}
	person := func(missing bool) func(drift.Person) driftPerson {
		return func(p drift.Person) driftPerson {
			return driftPerson{
				User:       some(p.User),
				Resource:   some(p.Resource),
				Login:      p.Login,
				Name:       some(p.Name),
				Reason:     p.Reason,
				Text:       r.Remedy(r.Line, p.Reason, missing).Text,
				Reconciled: p.Reconciled,
				Source:     some(p.Facts.Source),
				Since:      moment(p.Since),
				Refusals:   p.Refusals.Refusals,
				Refusal:    some(p.Refusals.Refusal),
			}
		}
	}
	return answerTo(groupDriftPeople{
		Compared: viewLine(r.Report)(r.Line),
		Missing:  viewAll(r.Missing, person(true)),
		Extra:    viewAll(r.Extra, person(false)),
		More:     r.More,
	}, nil)
}

// expectBody is the body that sets an expectation.
//
//nolint:lll // a tag is one line
type expectBody struct {
	Group  string   `json:"group" doc:"Name of the group, here or at the identity provider; letter case does not matter." example:"grp_all@acme.example"`
	People *int     `json:"people,omitempty" minimum:"0" maximum:"200000" doc:"Number of members." example:"269"`
	Logins []string `json:"logins,omitempty" maxItems:"200000" doc:"Logins of the members, instead of a number." example:"[\"ada@acme.example\"]"`
}

func (a *API) expectMembers(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	Body       expectBody
}) (*out[expected], error) {
	w := drift.Wish{
		Group:  in.Body.Group,
		Logins: in.Body.Logins,
	}
	if in.Body.People == nil && len(in.Body.Logins) == 0 {
		err := a.Drift.Forget(ctx, c.by, c.enterprise.ID, in.Connection, in.Body.Group)
		return answerTo(expected{}, err)
	}
	if in.Body.People != nil {
		w.People = *in.Body.People
	}
	e, err := a.Drift.Expect(ctx, c.by, c.enterprise.ID, in.Connection, w)
	seen := viewExpectation(e)
	return answerTo(expected{&seen}, err)
}

// listingBody says which group is read.
//
//nolint:lll // a tag is one line
type listingBody struct {
	Group string    `json:"group" doc:"Name of the group at the identity provider; for Entra ID also its object ID." example:"grp_all@acme.example"`
	Okta  *oktaBody `json:"okta,omitempty" doc:"Where Okta's API is, to be read instead of Microsoft Graph."`
}

//nolint:lll // a tag is one line
type oktaBody struct {
	URL   string     `json:"url" doc:"Address of the organization at Okta." example:"https://acme.okta.com"`
	Token sso.Secret `json:"token" doc:"API token of a user who may view groups and users. It is used once and not kept." example:"00abcDEF"`
}

func (a *API) readExpectedMembers(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	Body       listingBody
}) (*out[expected], error) {
	l := drift.Listing{Group: in.Body.Group}
	if in.Body.Okta != nil {
		l.Okta = &drift.OktaAccess{
			URL:   in.Body.Okta.URL,
			Token: in.Body.Okta.Token,
		}
	}
	e, err := a.Drift.ExpectListed(ctx, c.by, c.enterprise.ID, in.Connection, l)
	seen := viewExpectation(e)
	return answerTo(expected{&seen}, err)
}

//nolint:lll // a tag is one line
type reconcileBody struct {
	Group   sso.GroupID `json:"group,omitempty" pattern:"^group-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a group's identifier" doc:"Group to reconcile; without it, all groups of the connection that differ, and the users." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	DryRun  bool        `json:"dry_run,omitempty" doc:"Whether to return the changes without making them."`
	Confirm bool        `json:"confirm,omitempty" doc:"Whether to proceed even if more than 20 members, and more than half, would be removed from a group."`
}

// reconciled lists what a reconcile changed.
type reconciled struct {
	Groups []reconciledGroup `json:"groups" doc:"Groups with changes."`
}

//nolint:lll // a tag is one line
type reconciledGroup struct {
	Group   sso.GroupID             `json:"group" doc:"Group." example:"group-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name    string                  `json:"name" doc:"Name of the group." example:"grp_all@acme.example"`
	Done    bool                    `json:"done" doc:"Whether the changes were applied; false for a dry run."`
	Event   sso.ProvisioningEventID `json:"event" doc:"Cause of the memberships that were added." example:"push-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Added   []sso.UserID            `json:"added" doc:"Users who join." example:"[\"user-06d5x0wkj3n8p7r5t2v4y6z8ab\"]"`
	Removed []sso.UserID            `json:"removed" doc:"Users who leave." example:"[\"user-06d5x0wkj3n8p7r5t2v4y6z8ab\"]"`
	Held    []sso.UserID            `json:"held" doc:"Users whose removal the brake holds." example:"[\"user-06d5x0wkj3n8p7r5t2v4y6z8ab\"]"`
}

func (a *API) reconcileProvisioning(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	Body       reconcileBody
}) (*out[reconciled], error) {
	all, err := a.Drift.Reconcile(ctx, c.by, c.enterprise.ID, in.Connection, in.Body.Group, drift.Move{
		DryRun:    in.Body.DryRun,
		Confirmed: in.Body.Confirm,
	})
	if err != nil {
		return nil, err
	}
	users := func(some []sso.DriftingMember) []sso.UserID {
		return viewAll(some, func(m sso.DriftingMember) sso.UserID { return m.User })
	}
	return answerTo(reconciled{
		Groups: viewAll(all, func(r sso.MemberReconciliation) reconciledGroup {
			return reconciledGroup{
				Group:   r.Group.ID,
				Name:    r.Group.Name,
				Done:    r.Done,
				Event:   r.Event,
				Added:   users(r.Add),
				Removed: users(r.Remove),
				Held:    users(r.Held),
			}
		}),
	}, nil)
}
