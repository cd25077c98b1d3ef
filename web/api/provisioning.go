package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

// provisioningReader reads what identity providers provision; store.DB does.
type provisioningReader interface {
	ProvisioningTokens(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, p sso.Page,
	) ([]sso.ProvisioningToken, string, error)
	ProvisioningToken(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, id sso.ProvisioningTokenID,
	) (sso.ProvisioningToken, error)
	ProvisioningEvents(
		ctx context.Context, ent sso.EnterpriseID, f sso.ProvisioningEventFilter, p sso.Page,
	) ([]sso.ProvisioningEvent, string, error)
	DeprovisionReceipts(
		ctx context.Context, ent sso.EnterpriseID, events ...sso.ProvisioningEventID,
	) ([]sso.DeprovisionReceipt, error)
	ProvisioningRefusals(
		ctx context.Context, ent sso.EnterpriseID, f sso.RefusalFilter, p sso.Page,
	) ([]sso.ProvisioningRefusal, string, error)
	ProvisioningReach(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
	) (sso.ProvisioningReach, error)
	ProvisioningUserStates(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, p sso.Page,
	) ([]sso.ProvisioningUserState, string, error)
	ProvisioningGroupStates(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, p sso.Page,
	) ([]sso.ProvisioningGroupState, string, error)
}

// provisioningEvent is a request of an identity provider.
//
//nolint:lll // a tag is one line
type provisioningEvent struct {
	ID         sso.ProvisioningEventID  `json:"id" doc:"Identifier; immutable." example:"push-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Connection sso.ConnectionID         `json:"connection" doc:"Connection that the request was sent to." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	At         time.Time                `json:"at" doc:"Time of the request." example:"2026-11-24T12:00:00Z"`
	Actor      *sso.ProvisioningTokenID `json:"actor" doc:"Token that the request was sent with; null if no request was sent: users whom earlier requests had deactivated lost their access when the connection was enabled, or its pilot changed." example:"scimtok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Client     string                   `json:"client" doc:"User-Agent, shortened." example:"Azure AD Provisioning Service"`
	Method     *string                  `json:"method" doc:"HTTP method; null if no request was sent." example:"PATCH"`
	Kind       *sso.ProvisioningScope   `json:"kind" doc:"Scope that the request needs, which tells the resource type and whether it writes; null for a request about no resource." example:"groups:write"`
	Name       *string                  `json:"name" doc:"userName, displayName or externalId of the resource; null if it is not known." example:"grp_all@acme.example"`
	Resource   *sso.ResourceID          `json:"resource" doc:"ID of the resource; null if it is not known." example:"idpgroup-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Status     int                      `json:"status" doc:"HTTP status of the response." example:"403"`
	SCIMType   *string                  `json:"scim_type" doc:"scimType of the response; null for most." example:"uniqueness"`
	Code       *string                  `json:"code" doc:"Code of the refusal; null if the request was not refused." example:"scim_scope_missing"`
	Detail     *string                  `json:"detail" doc:"Text of the refusal, as sent to the identity provider; null if the request was not refused." example:"Token \"entra-1\" lacks scope groups:read (it has users:read users:write)."`
	RequestID  string                   `json:"request_id" doc:"Identifier of the request in the log." example:"5f0c6a1e44b2"`
	Took       int64                    `json:"took_ms" doc:"Duration, in milliseconds." example:"4"`
	Requests   int                      `json:"requests" doc:"Number of requests that the event stands for: requests that only read are summed up for a minute, and requests refused because there were too many for some seconds." example:"1"`
	Changed    bool                     `json:"changed" doc:"Whether the request changed the resource or its members."`
	Result     sso.ProvisioningResult   `json:"result" enum:"changed,refused,unchanged,read" doc:"What came of the request. One that writes what is stored already is unchanged." example:"changed"`
	Reads      *readEffects             `json:"reads,omitempty" doc:"What was read by requests that only read; missing for others. Their name, request_id and took_ms are those of the last one."`
	Ended      []deprovisioned          `json:"deprovisioned,omitempty" doc:"Users deactivated by the request, with what ended; missing if there were none."`
	Members    *memberEffects           `json:"members,omitempty" doc:"Effects on the members of a group; missing if there were none."`
}

// deprovisioned is a user who was deactivated by a request.
//
//nolint:lll // a tag is one line
type deprovisioned struct {
	User     sso.UserID `json:"user" doc:"Deactivated user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Login    string     `json:"login" doc:"Login of the user." example:"ada@acme.example"`
	Deleted  bool       `json:"deleted" doc:"Whether the identity provider deleted the user, rather than deactivating them."`
	Sessions int        `json:"sessions" doc:"Number of sessions that ended." example:"2"`
	Console  int        `json:"console_sessions" doc:"Number of second steps in the console that ended with them." example:"0"`
	SignIns  int        `json:"sign_ins" doc:"Number of sign-ins that waited for a code sent by e-mail, and ended." example:"1"`
	Codes    int        `json:"codes" doc:"Number of codes among these that could still have been entered." example:"1"`
	Links    int        `json:"setup_links" doc:"Number of setup links that the user had created as an admin, and that no longer open." example:"0"`
	Tokens   int        `json:"personal_tokens" doc:"Number of personal tokens of the user that were revoked." example:"1"`
	Admin    bool       `json:"admin" doc:"Whether the user was an admin of the enterprise, by appointment or by a group. The rights rest while the user is deactivated."`
	At       time.Time  `json:"at" doc:"Time of the deactivation." example:"2026-11-24T12:00:00Z"`
	Nodes    []nodeTook `json:"nodes" doc:"Nodes that have forgotten the user, by name. A node confirms it within seconds; one that was not running is missing."`
}

// nodeTook is how long a node took to forget a user.
//
//nolint:lll // a tag is one line
type nodeTook struct {
	Node string `json:"node" doc:"Name of the node: host and port." example:"gw-1:8080"`
	Took int64  `json:"took_ms" doc:"Milliseconds from the commit of the deactivation until the node refused every session of the user." example:"12"`
}

func viewReceipt(r sso.DeprovisionReceipt) deprovisioned {
	v := deprovisioned{
		User:     r.User,
		Login:    r.Login,
		Deleted:  r.Deleted,
		Sessions: r.Ended.Sessions,
		Console:  r.Ended.ConsoleSessions,
		SignIns:  r.Ended.SignIns,
		Codes:    r.Ended.Codes,
		Links:    r.Ended.SetupLinks,
		Tokens:   r.Ended.Tokens,
		Admin:    r.Ended.Admin,
		At:       r.At,
		Nodes:    make([]nodeTook, 0, len(r.Nodes)),
	}
	for _, n := range r.Nodes {
		v.Nodes = append(v.Nodes, nodeTook{
			Node: n.Node,
			Took: n.Took.Milliseconds(),
		})
	}
	return v
}

// memberEffects are the effects of a request on the members of a group.
//
//nolint:lll // a tag is one line
type memberEffects struct {
	Added   int              `json:"added" doc:"Number of members added." example:"1"`
	Removed int              `json:"removed" doc:"Number of members removed." example:"0"`
	Waiting int              `json:"waiting" doc:"Number of member IDs that no user of the connection has yet." example:"2"`
	IDs     []sso.ResourceID `json:"waiting_ids" doc:"The first 20 of these IDs." example:"[\"user-06d5x0wkj3n8p7r5t2v4y6z8ab\"]"`
	Nested  int              `json:"nested" doc:"Number of members that were sent as groups, which are ignored." example:"0"`
	Listed  bool             `json:"listed" doc:"Whether the request named all members of the group."`
}

// readEffects is what was read by requests of one sort, by one token and client, within
// a minute.
//
//nolint:lll // a tag is one line
type readEffects struct {
	Sort     sso.ReadSort `json:"sort" enum:"lookup,list,one,discovery" doc:"What was read: resources that match a filter, all resources a page at a time, a resource by its ID, or what the service provider offers." example:"lookup"`
	By       *string      `json:"by" doc:"Attribute that the filter of lookups compares; null if it has several, and for other sorts. Values are not kept, except for the name." example:"userName"`
	Found    int          `json:"found" doc:"Number of requests that found something." example:"21"`
	Returned int          `json:"returned" doc:"Number of resources in the responses." example:"21"`
	LastAt   time.Time    `json:"last_at" doc:"Time of the last request." example:"2026-11-24T12:00:58Z"`
}

func viewReads(r *sso.ProvisioningReads) *readEffects {
	if r == nil {
		return nil
	}
	return &readEffects{
		Sort:     r.Sort,
		By:       some(r.By),
		Found:    r.Found,
		Returned: r.Returned,
		LastAt:   r.Last,
	}
}

func viewProvisioningEvent(e sso.ProvisioningEvent) provisioningEvent {
	v := provisioningEvent{
		ID:         e.ID,
		Connection: e.Connection,
		At:         e.At,
		Actor:      some(e.Token),
		Client:     e.Client,
		Method:     some(e.Method),
		Kind:       some(e.Kind),
		Name:       some(e.Name),
		Resource:   some(e.Resource),
		Status:     e.Status,
		SCIMType:   some(e.SCIMType),
		Code:       some(e.Code),
		Detail:     some(e.Detail),
		RequestID:  e.RequestID,
		Took:       e.Took.Milliseconds(),
		Requests:   e.Requests(),
		Changed:    e.Changed,
		Result:     e.Result(),
		Reads:      viewReads(e.Effects.Reads),
	}
	x := e.Effects
	if x.Added+x.Removed+x.WaitingCount+x.Nested > 0 || x.Listed {
		v.Members = &memberEffects{
			Added:   x.Added,
			Removed: x.Removed,
			Waiting: x.WaitingCount,
			IDs:     always(x.Waiting),
			Nested:  x.Nested,
			Listed:  x.Listed,
		}
	}
	return v
}

// refusal is what is refused of one name, for one reason.
//
//nolint:lll // a tag is one line
type refusal struct {
	ID       sso.RefusalID           `json:"id" doc:"Identifier; a new one if the refusal is repeated after it was healed." example:"refusal-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Kind     *sso.ProvisioningScope  `json:"kind" doc:"Scope that the request needs; null for a request about no resource." example:"groups:read"`
	Name     *string                 `json:"name" doc:"userName, displayName, externalId or ID of the resource; null for a request about no resource." example:"grp_all@acme.example"`
	Code     string                  `json:"code" doc:"Code of the refusal." example:"scim_scope_missing"`
	Method   string                  `json:"method" doc:"HTTP method of the last request." example:"GET"`
	Status   int                     `json:"status" doc:"HTTP status of the last response." example:"403"`
	Detail   string                  `json:"detail" doc:"Text of the last refusal, as sent to the identity provider." example:"Token \"entra-1\" lacks scope groups:read (it has users:read users:write)."`
	Actor    sso.ProvisioningTokenID `json:"actor" doc:"Token of the last request." example:"scimtok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Count    int                     `json:"count" doc:"Number of refused requests." example:"14"`
	FirstAt  time.Time               `json:"first_at" doc:"Time of the first refused request." example:"2026-11-24T12:00:00Z"`
	LastAt   time.Time               `json:"last_at" doc:"Time of the last refused request." example:"2026-11-26T12:00:00Z"`
	HealedAt *time.Time              `json:"healed_at" doc:"Time of the first later request of the same kind and name that succeeded; null while the refusal is open." example:"2026-11-26T14:00:00Z"`
}

func viewRefusal(r sso.ProvisioningRefusal) refusal {
	return refusal{
		ID:       r.ID,
		Kind:     some(r.Kind),
		Name:     some(r.Name),
		Code:     r.Code,
		Method:   r.Method,
		Status:   r.Status,
		Detail:   r.Detail,
		Actor:    r.Token,
		Count:    r.Count,
		FirstAt:  r.FirstAt,
		LastAt:   r.LastAt,
		HealedAt: moment(r.HealedAt),
	}
}

// provisionedGroup is a group with what is known of its members.
//
//nolint:lll // a tag is one line
type provisionedGroup struct {
	ID         sso.ResourceID     `json:"id" doc:"Identifier in SCIM; immutable." example:"idpgroup-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name       string             `json:"name" doc:"displayName." example:"grp_all@acme.example"`
	ExternalID *string            `json:"external_id" doc:"externalId; null if there is none." example:"6731de76-14a6-49ae-97bc-6eba6914391e"`
	Origin     sso.ResourceOrigin `json:"origin" enum:"pushed,found" doc:"Whether the identity provider pushed the group, or an organization had a group of the name before." example:"pushed"`
	Members    int                `json:"members" doc:"Number of members." example:"21"`
	Waiting    int                `json:"waiting" doc:"Number of member IDs that no user of the connection has yet." example:"0"`
	WaitingIDs []sso.ResourceID   `json:"waiting_ids" doc:"The first 20 of these IDs." example:"[\"user-06d5x0wkj3n8p7r5t2v4y6z8ab\"]"`
	ModifiedAt time.Time          `json:"modified_at" doc:"Time of the last change of the group or its members." example:"2026-11-24T12:00:00Z"`
	Listed     *int               `json:"listed" doc:"Number of members when the identity provider last sent all of them; null if it never did." example:"269"`
	ListedAt   *time.Time         `json:"listed_at" doc:"Time at which the identity provider last sent all members; null if it never did." example:"2026-11-24T12:00:00Z"`
	Refusals   int                `json:"refusals" doc:"Number of refused requests about the group since the last success." example:"14"`
	RefusedAt  *time.Time         `json:"refused_at" doc:"Time of the last of them; null if there is none." example:"2026-11-26T12:00:00Z"`
	Refusal    *string            `json:"refusal" doc:"Text of an open refusal; null if there is none." example:"Token \"entra-1\" lacks scope groups:read (it has users:read users:write)."`
}

func viewGroupState(s sso.ProvisioningGroupState) provisionedGroup {
	v := provisionedGroup{
		ID:         s.Group.ID,
		Name:       s.Group.DisplayName,
		ExternalID: some(s.Group.ExternalID),
		Origin:     s.Group.Origin,
		Members:    s.Group.Members,
		Waiting:    s.Group.Waiting,
		WaitingIDs: always(s.Waiting),
		ModifiedAt: s.Group.ModifiedAt,
		ListedAt:   moment(s.ListedAt),
		Refusals:   s.Refusals,
		RefusedAt:  moment(s.RefusedAt),
		Refusal:    some(s.Refusal),
	}
	if !s.ListedAt.IsZero() {
		v.Listed = &s.Listed
	}
	return v
}

// provisionedUser is a user with what is refused of them.
//
//nolint:lll // a tag is one line
type provisionedUser struct {
	ID         sso.ResourceID     `json:"id" doc:"Identifier in SCIM; immutable." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	UserName   string             `json:"user_name" doc:"userName." example:"ada@acme.example"`
	ExternalID *string            `json:"external_id" doc:"externalId; null if there is none." example:"00u1a2b3c4"`
	Active     bool               `json:"active" doc:"Whether the identity provider says that the user is active."`
	Origin     sso.ResourceOrigin `json:"origin" enum:"pushed,found" doc:"Whether the identity provider pushed the user, or only found an existing one." example:"pushed"`
	User       *sso.UserID        `json:"user" doc:"User of the enterprise; null while the connection is not enabled with provisioning by SCIM, or an admin has to decide whose it is." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Adopted    bool               `json:"adopted" doc:"Whether the account follows what is pushed; false while the connection does not provision, and of users outside of the pilot."`
	ModifiedAt time.Time          `json:"modified_at" doc:"Time of the last change by the identity provider." example:"2026-11-24T12:00:00Z"`
	Refusals   int                `json:"refusals" doc:"Number of refused requests about the user since the last success." example:"0"`
	RefusedAt  *time.Time         `json:"refused_at" doc:"Time of the last of them; null if there is none." example:"2026-11-26T12:00:00Z"`
	Refusal    *string            `json:"refusal" doc:"Text of an open refusal; null if there is none." example:"userName is in use by user user-06d5x0wkj3n8p7r5t2v4y6z8ab."`
}

func viewUserState(s sso.ProvisioningUserState) provisionedUser {
	return provisionedUser{
		ID:         s.User.ID,
		UserName:   s.User.UserName,
		ExternalID: some(s.User.ExternalID),
		Active:     s.User.Active,
		Origin:     s.User.Origin,
		User:       some(s.User.Account),
		Adopted:    s.User.Adopted,
		ModifiedAt: s.User.ModifiedAt,
		Refusals:   s.Refusals,
		RefusedAt:  moment(s.RefusedAt),
		Refusal:    some(s.Refusal),
	}
}

// EventQuery has the filters of both lists of events. It is exported because huma
// looks into no other embedded struct.
//
//nolint:lll // a tag is one line
type EventQuery struct {
	Paging
	Actor    sso.ProvisioningTokenID `query:"actor" pattern:"^scimtok-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a provisioning token's identifier" doc:"Filter by token." example:"scimtok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name     string                  `query:"name" doc:"Filter by userName, displayName or externalId; letter case does not matter. Reads that were summed up with others are not found." example:"grp_all@acme.example"`
	Resource string                  `query:"resource" doc:"Filter by the ID of the resource." example:"idpgroup-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Refused  bool                    `query:"refused" doc:"Only refused requests, if true." example:"true"`
	Result   sso.ProvisioningResult  `query:"result" enum:"changed,refused,unchanged,read" doc:"Filter by what came of the request." example:"changed"`
	Since    time.Time               `query:"since" doc:"Filter by time: this moment or later." example:"2026-11-24T12:00:00Z"`
}

func (a *API) provisioningOperations() {
	add(a, operation{
		id:      "list-provisioning-events",
		method:  http.MethodGet,
		path:    enterprisePath + "/provisioning-events",
		scope:   "provisioning:read",
		summary: "List provisioning events",
		about: "Requests of identity providers over SCIM, of all connections. Those that only read are summed up by " +
			"the minute. Kept as long as retention.provisioning says: per connection, at most 100,000 that changed " +
			"something or were refused, and 50,000 others. Sorted by time, newest first.",
	}, a.listProvisioningEvents)
	add(a, operation{
		id:      "list-connection-provisioning-events",
		method:  http.MethodGet,
		path:    connectionPath + "/provisioning/events",
		scope:   "provisioning:read",
		summary: "List a connection's provisioning events",
		about:   "Requests over SCIM. Those that only read are summed up by the minute. Sorted by time, newest first.",
	}, a.listConnectionEvents)
	add(a, operation{
		id:      "list-provisioning-refusals",
		method:  http.MethodGet,
		path:    connectionPath + "/provisioning/refusals",
		scope:   "provisioning:read",
		summary: "List refusals of provisioning",
		about: "What was refused over SCIM, once per kind of request, name and code. A refusal is healed by a later " +
			"success of the same kind and name. At most 2,000 per connection. Sorted by the time of the first " +
			"request, newest first.",
	}, a.listRefusals)
	add(a, operation{
		id:      "list-provisioned-users",
		method:  http.MethodGet,
		path:    connectionPath + "/provisioning/users",
		scope:   "provisioning:read",
		summary: "List provisioned users",
		about: "Users that the identity provider provisions over SCIM, or found there, with their open refusals. " +
			"Sorted by ID.",
	}, a.listProvisionedUsers)
	add(a, operation{
		id:      "list-provisioned-groups",
		method:  http.MethodGet,
		path:    connectionPath + "/provisioning/groups",
		scope:   "provisioning:read",
		summary: "List provisioned groups",
		about: "Groups that the identity provider provisions over SCIM, with their members, last full list and open " +
			"refusals. Sorted by ID.",
	}, a.listProvisionedGroups)
}

func (q EventQuery) filter(conn sso.ConnectionID) sso.ProvisioningEventFilter {
	return sso.ProvisioningEventFilter{
		Connection: conn,
		Token:      q.Actor,
		Resource:   sso.ResourceID(q.Resource),
		Name:       q.Name,
		Refused:    q.Refused,
		Result:     q.Result,
		Since:      q.Since,
	}
}

//nolint:lll // a tag is one line
func (a *API) listProvisioningEvents(ctx context.Context, c caller, in *struct {
	EventQuery
	Connection sso.ConnectionID `query:"connection" pattern:"^conn-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a connection's identifier" doc:"Filter by connection." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}) (*out[list[provisioningEvent]], error) {
	return a.eventsPage(ctx, c, in.EventQuery, in.Connection)
}

// eventsPage returns a page of events with the receipts of the deactivations that
// they caused.
func (a *API) eventsPage(
	ctx context.Context, c caller, q EventQuery, conn sso.ConnectionID,
) (*out[list[provisioningEvent]], error) {
	all, next, err := a.Provisioning.ProvisioningEvents(ctx, c.enterprise.ID, q.filter(conn), q.page())
	if err != nil {
		return nil, err
	}
	var changed []sso.ProvisioningEventID
	for _, e := range all {
		if e.Changed {
			changed = append(changed, e.ID)
		}
	}
	receipts, err := a.Provisioning.DeprovisionReceipts(ctx, c.enterprise.ID, changed...)
	if err != nil {
		return nil, err
	}
	ended := map[sso.ProvisioningEventID][]deprovisioned{}
	for _, r := range receipts {
		ended[r.Event] = append(ended[r.Event], viewReceipt(r))
	}
	return pageOf(all, next, nil, func(e sso.ProvisioningEvent) provisioningEvent {
		v := viewProvisioningEvent(e)
		v.Ended = ended[e.ID]
		return v
	})
}

func (a *API) listConnectionEvents(ctx context.Context, c caller, in *struct {
	EventQuery
	Connection sso.ConnectionID `path:"connection"`
}) (*out[list[provisioningEvent]], error) {
	if _, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection); err != nil {
		return nil, err
	}
	return a.eventsPage(ctx, c, in.EventQuery, in.Connection)
}

func (a *API) listRefusals(ctx context.Context, c caller, in *struct {
	Paging
	Connection sso.ConnectionID `path:"connection"`
	Open       bool             `query:"open" doc:"Only open refusals, if true." example:"true"`
}) (*out[list[refusal]], error) {
	if _, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection); err != nil {
		return nil, err
	}
	all, next, err := a.Provisioning.ProvisioningRefusals(ctx, c.enterprise.ID, sso.RefusalFilter{
		Connection: in.Connection,
		Open:       in.Open,
	}, in.page())
	return pageOf(all, next, err, viewRefusal)
}

func (a *API) listProvisionedGroups(
	ctx context.Context, c caller, in *pagedConnection,
) (*out[list[provisionedGroup]], error) {
	if _, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection); err != nil {
		return nil, err
	}
	all, next, err := a.Provisioning.ProvisioningGroupStates(ctx, c.enterprise.ID, in.Connection, in.page())
	return pageOf(all, next, err, viewGroupState)
}

func (a *API) listProvisionedUsers(
	ctx context.Context, c caller, in *pagedConnection,
) (*out[list[provisionedUser]], error) {
	if _, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection); err != nil {
		return nil, err
	}
	all, next, err := a.Provisioning.ProvisioningUserStates(ctx, c.enterprise.ID, in.Connection, in.page())
	return pageOf(all, next, err, viewUserState)
}
