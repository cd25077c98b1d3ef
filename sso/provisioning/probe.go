package provisioning

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/scim"
	"gatehouse/sso"
)

// Probe is a request that a test of a connection carries out.
type Probe string

// The probes, in their order. Those that look something up are what Entra ID and
// Okta ask first; the others change a marked user and a marked group.
const (
	ProbeFindUser       Probe = "find-user"
	ProbeListUsers      Probe = "list-users"
	ProbeFindGroup      Probe = "find-group"
	ProbeListGroups     Probe = "list-groups"
	ProbeCreateUser     Probe = "create-user"
	ProbeUpdateUser     Probe = "update-user"
	ProbeCreateGroup    Probe = "create-group"
	ProbeAddMember      Probe = "add-member"
	ProbeRemoveMember   Probe = "remove-member"
	ProbeDeactivateUser Probe = "deactivate-user"
	ProbeDeleteGroup    Probe = "delete-group"
	ProbeDeleteUser     Probe = "delete-user"
)

// ProbeResult is what a probe would be answered.
type ProbeResult struct {
	Probe   Probe
	Request string // method and path below the address of the connection
	// Skipped says that the probe was not carried out, because what it is about was
	// refused before.
	Skipped  bool
	Status   int    // of the response; 0 if it was skipped
	SCIMType string // of a refusal; "" for most
	Code     string // of a refusal; "" if there was none
	Detail   string // the text of a refusal
}

// Passed reports whether the request would succeed.
func (r ProbeResult) Passed() bool { return !r.Skipped && r.Code == "" }

// Tested is what a test of a connection found.
type Tested struct {
	Token   sso.ProvisioningToken // the zero value if it is not known
	Results []ProbeResult
}

// Passed reports whether every request would succeed.
func (t Tested) Passed() bool {
	for _, r := range t.Results {
		if !r.Passed() {
			return false
		}
	}
	return true
}

// Test says with which token a connection is tested: that of a record, or a pasted
// one.
type Test struct {
	Enterprise sso.EnterpriseID
	Connection sso.ConnectionID
	Token      sso.ProvisioningTokenID // "": Bearer
	Bearer     sso.Secret
}

// Records are what a rehearsal reads and changes.
type Records struct {
	Users       users
	Groups      groups
	Connections connections
}

// Rehearse calls fn with records of an enterprise whose changes are undone
// afterwards. fn may be called again.
type Rehearse func(
	ctx context.Context, ent sso.EnterpriseID, fn func(context.Context, Records) error,
) error

// Test carries out what identity providers ask, with a token, and undoes it: it
// leaves no user, no group, no event and no refusal, and does not count as a use of
// the token. That it passed is recorded with the token. The requests take the way of real ones, but for the limit of their
// number, so that the answers are the same. An unknown connection or token is
// NotFound.
func (s *Service) Test(ctx context.Context, t Test) (tested Tested, err error) {
	if _, err := s.Connections.Connection(ctx, t.Enterprise, t.Connection); err != nil {
		return Tested{}, err
	}
	token, refused, err := s.Checks.check(ctx, t)
	if err != nil {
		return Tested{}, err
	}
	err = s.Rehearse(ctx, t.Enterprise, func(ctx context.Context, r Records) error {
		tested = Tested{Token: token}
		rehearsed := New(Options{
			Users:       r.Users,
			Groups:      r.Groups,
			Connections: r.Connections,
			Tokens:      checkedToken{token, refused},
			CursorKeys:  s.CursorKeys,
			Log:         s.Log,
			Now:         s.Now,
		})
		p := &prober{
			Service: rehearsed,
			test:    t,
			mark:    "gatehouse-test-" + string(sso.NewID[sso.ProvisioningEventID](s.Now())),
		}
		for _, one := range probes() {
			tested.Results = append(tested.Results, p.run(ctx, one))
		}
		return nil
	})
	if err == nil && tested.Passed() {
		tested.Token.TestedAt = s.Now()
		err = s.Checks.store.PassProvisioningTest(ctx, tested.Token)
	}
	return tested, err
}

// checkedToken authorizes every request with the same result.
type checkedToken struct {
	token   sso.ProvisioningToken
	refused error
}

// Authorize implements tokens.
func (c checkedToken) Authorize(
	context.Context, sso.ConnectionID, string, string,
) (sso.ProvisioningToken, error) {
	return c.token, c.refused
}

// check returns the token of a test and, if requests with it are refused, why.
func (s *Tokens) check(ctx context.Context, t Test) (k sso.ProvisioningToken, refused, err error) {
	if t.Token != "" {
		k, err = s.store.ProvisioningToken(ctx, t.Enterprise, t.Connection, t.Token)
		if err != nil {
			return sso.ProvisioningToken{}, nil, fmt.Errorf("find the token: %w", err)
		}
		k, refused = s.alive(ctx, k)
	} else {
		k, refused = s.find(ctx, t.Connection, t.Bearer.Reveal())
	}
	if refused != nil && sso.KindOf(refused) != sso.Unauthenticated {
		return sso.ProvisioningToken{}, nil, refused
	}
	return k, refused, nil
}

// probe is one request of a test.
type probe struct {
	id     Probe
	method string
	path   string // {mark}, {user} and {group} stand for those of the test
	body   string // likewise
	status int    // of a success
	call   func(p *prober, ctx context.Context, c *Call, r probeRequest) error
}

// probeRequest is a request with everything filled in, decoded as the edge does.
type probeRequest struct {
	params url.Values
	body   map[string]any
}

func probes() []probe {
	return append(lookUps(), changes()...)
}

// lookUps are the requests by which identity providers look for users and groups.
func lookUps() []probe {
	return []probe{
		{
			id:     ProbeFindUser,
			method: http.MethodGet,
			path:   `/Users?filter=userName eq "{mark}"`,
			status: http.StatusOK,
			call:   (*prober).listUsers,
		},
		{
			id:     ProbeListUsers,
			method: http.MethodGet,
			path:   "/Users?startIndex=1&count=2",
			status: http.StatusOK,
			call:   (*prober).listUsers,
		},
		{
			id:     ProbeFindGroup,
			method: http.MethodGet,
			path:   `/Groups?excludedAttributes=members&filter=displayName eq "{mark}"`,
			status: http.StatusOK,
			call:   (*prober).listGroups,
		},
		{
			id:     ProbeListGroups,
			method: http.MethodGet,
			path:   "/Groups?startIndex=1&count=2",
			status: http.StatusOK,
			call:   (*prober).listGroups,
		},
	}
}

const patchSchema = `"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], `

// changes are the requests that make, change and delete a marked user and a marked
// group, in the dialect of Entra ID.
func changes() []probe {
	return []probe{
		{
			id:     ProbeCreateUser,
			method: http.MethodPost,
			path:   "/Users",
			body: `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "{mark}",
				"externalId": "{mark}", "displayName": "Connection test", "active": true}`,
			status: http.StatusCreated,
			call:   (*prober).createUser,
		},
		{
			id:     ProbeUpdateUser,
			method: http.MethodPatch,
			path:   "/Users/{user}",
			body: `{` + patchSchema +
				`"Operations": [{"op": "Replace", "path": "displayName", "value": "Connection test, changed"}]}`,
			status: http.StatusOK,
			call:   (*prober).patchUser,
		},
		{
			id:     ProbeCreateGroup,
			method: http.MethodPost,
			path:   "/Groups",
			body: `{"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "{mark}",
				"externalId": "{mark}"}`,
			status: http.StatusCreated,
			call:   (*prober).createGroup,
		},
		{
			id:     ProbeAddMember,
			method: http.MethodPatch,
			path:   "/Groups/{group}",
			body: `{` + patchSchema +
				`"Operations": [{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "{user}"}]}]}`,
			status: http.StatusNoContent,
			call:   (*prober).patchGroup,
		},
		{
			id:     ProbeRemoveMember,
			method: http.MethodPatch,
			path:   "/Groups/{group}",
			body: `{` + patchSchema +
				`"Operations": [{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "{user}"}]}]}`,
			status: http.StatusNoContent,
			call:   (*prober).patchGroup,
		},
		{
			id:     ProbeDeactivateUser,
			method: http.MethodPatch,
			path:   "/Users/{user}",
			body:   `{` + patchSchema + `"Operations": [{"op": "Replace", "path": "active", "value": "False"}]}`,
			status: http.StatusOK,
			call:   (*prober).patchUser,
		},
		{
			id:     ProbeDeleteGroup,
			method: http.MethodDelete,
			path:   "/Groups/{group}",
			status: http.StatusNoContent,
			call:   (*prober).deleteGroup,
		},
		{
			id:     ProbeDeleteUser,
			method: http.MethodDelete,
			path:   "/Users/{user}",
			status: http.StatusNoContent,
			call:   (*prober).deleteUser,
		},
	}
}

// prober carries out the requests of a test.
type prober struct {
	*Service
	test        Test
	mark        string // name of the user and the group, unused before
	user, group string // their IDs; "" while there is none
	closed      error  // why requests are refused altogether
}

// lacks reports whether a probe is about something that was not made.
func (p *prober) lacks(text string) bool {
	return p.user == "" && strings.Contains(text, "{user}") ||
		p.group == "" && strings.Contains(text, "{group}")
}

func (p *prober) fill(text string) string {
	return strings.NewReplacer("{mark}", p.mark, "{user}", p.user, "{group}", p.group).Replace(text)
}

// run carries out a probe.
func (p *prober) run(ctx context.Context, one probe) ProbeResult {
	result := ProbeResult{
		Probe:   one.id,
		Request: one.method + " " + p.fill(one.path),
	}
	if p.closed != nil || p.lacks(one.path+one.body) {
		result.Request = one.method + " " + strings.NewReplacer("{mark}", p.mark).Replace(one.path)
		result.Skipped = true
		return result
	}
	c, err := p.Admit(ctx, Request{
		Connection: p.test.Connection,
		Method:     one.method,
	})
	if err != nil {
		p.closed = err
	} else {
		err = p.carryOut(ctx, c, one)
	}
	result.Status = one.status
	if err != nil {
		e := eventOf(Outcome{
			Method: one.method,
			Err:    err,
		})
		result.Status, result.SCIMType = e.Status, e.SCIMType
		result.Code, result.Detail = e.Code, e.Detail
	}
	return result
}

// carryOut decodes a request as the edge does, and carries it out.
func (p *prober) carryOut(ctx context.Context, c *Call, one probe) error {
	_, query, _ := strings.Cut(p.fill(one.path), "?")
	params, err := url.ParseQuery(strings.ReplaceAll(query, " ", "+"))
	if err != nil {
		return fmt.Errorf("read the query of a probe: %w", err)
	}
	r := probeRequest{params: params}
	if one.body != "" {
		if r.body, err = scim.Read([]byte(p.fill(one.body))); err != nil {
			return Refusal(err)
		}
	}
	return one.call(p, ctx, c, r)
}

func (p *prober) listUsers(ctx context.Context, c *Call, r probeRequest) error {
	q, err := scim.Users().ParseQuery(r.params)
	if err == nil {
		_, err = p.ListUsers(ctx, c, q)
	}
	return Refusal(err)
}

func (p *prober) listGroups(ctx context.Context, c *Call, r probeRequest) error {
	q, err := scim.Groups().ParseQuery(r.params)
	if err == nil {
		_, err = p.ListGroups(ctx, c, q)
	}
	return Refusal(err)
}

func (p *prober) createUser(ctx context.Context, c *Call, r probeRequest) error {
	made, err := p.CreateUser(ctx, c, r.body, scim.Selection{})
	p.user = made.ID
	return err
}

func (p *prober) patchUser(ctx context.Context, c *Call, r probeRequest) error {
	_, err := p.PatchUser(ctx, c, p.user, r.body, scim.Selection{})
	return err
}

func (p *prober) deleteUser(ctx context.Context, c *Call, _ probeRequest) error {
	return p.DeleteUser(ctx, c, p.user)
}

func (p *prober) createGroup(ctx context.Context, c *Call, r probeRequest) error {
	made, err := p.CreateGroup(ctx, c, r.body)
	p.group = made.ID
	return err
}

func (p *prober) patchGroup(ctx context.Context, c *Call, r probeRequest) error {
	_, err := p.PatchGroup(ctx, c, p.group, r.body)
	return err
}

func (p *prober) deleteGroup(ctx context.Context, c *Call, _ probeRequest) error {
	return p.DeleteGroup(ctx, c, p.group)
}
