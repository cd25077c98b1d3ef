package provisioning

import (
	"context"
	"time"

	"gatehouse/scim"
	"gatehouse/scim/filter"
	"gatehouse/sso"
)

// Request is what is known of a request before it is admitted.
type Request struct {
	ID         string // by which the log knows it; ends every refusal
	Connection sso.ConnectionID
	Bearer     string // "" without a token
	Method     string
	Endpoint   string // path below the address of the connection: "/Users/{id}"
	Address    string // the whole address without the query
	Client     string // User-Agent
	Remote     string // address of the client
	IfMatch    []string
}

// Call is a request that was admitted, and what is learned of it until it is
// recorded. It belongs to one goroutine.
type Call struct {
	Request
	Token      sso.ProvisioningToken
	Connection sso.Connection

	push    sso.Push
	began   time.Time
	outcome Outcome
}

// Outcome is what came of a request.
type Outcome struct {
	Push  sso.Push
	Token sso.ProvisioningToken
	// Addressed and Bearer are of the request, also of one whose token is not known.
	Addressed sso.ConnectionID
	Bearer    string
	Request   string // its ID
	Client    string // User-Agent
	Method    string
	At        time.Time // when it began
	Took      time.Duration
	// Type is the resource type, "" if the request is about none. Resource is
	// the ID; "" if it is not known, as of lists and refused POSTs.
	Type     string
	Resource sso.ResourceID
	// Key is the name by which the identity provider knows the resource:
	// userName, displayName or externalId, from the body or the filter.
	Key   string
	Needs sso.ProvisioningScope // what the token must allow; "" if it is about no resource
	// Read, By and Returned are as in [sso.ProvisioningReads]; Read is "" of a write,
	// and of discovery. Found says whether the request found something.
	Read     sso.ReadSort
	By       string
	Returned int
	Found    bool
	Changed  bool // whether it wrote something
	Effect   sso.MemberEffect
	Nested   []sso.ResourceID // members that were sent as groups
	Listed   bool             // whether it named all members of the group
	// Adopted, Reactivated and StaysOff are as in [sso.ProvisioningEffects].
	Adopted     bool
	Reactivated bool
	StaysOff    bool
	Err         error // why it was refused; nil if it was not
}

// Admit authenticates a request and counts it. Errors are Unauthenticated, and
// TooMany for a connection that is too fast; they are recorded.
// A call that is admitted has to be finished.
func (s *Service) Admit(ctx context.Context, r Request) (*Call, error) {
	c := &Call{
		Request: r,
		began:   s.Now(),
	}
	err := s.authorize(ctx, c)
	switch {
	case err == nil:
		err = s.limit(ctx, c)
	case c.Token.ID != "" && s.exceeds(ctx, "scim-ended:"+string(c.Token.ID), endedPerMinute) > 0:
		c.push = sso.Push{} // so that it is counted and not recorded
	}
	if err != nil {
		if sso.CodeOf(err) == codeElsewhere {
			s.noteMisaddressed(ctx, r)
		}
		s.Finish(ctx, c, err)
		return nil, err
	}
	return c, nil
}

// authorize finds the token of a call, also of one that it refuses if that is
// known, and its connection.
func (s *Service) authorize(ctx context.Context, c *Call) (err error) {
	c.Token, err = s.Tokens.Authorize(ctx, c.Request.Connection, c.Bearer, c.Client)
	c.push = sso.Push{
		Enterprise: c.Token.Enterprise,
		Connection: c.Token.Connection,
		Token:      c.Token.ID,
		Event:      sso.NewID[sso.ProvisioningEventID](c.began),
	}
	if err != nil {
		return err
	}
	c.Connection, err = s.Connections.Connection(ctx, c.Token.Enterprise, c.Token.Connection)
	return err
}

// limit counts a request. If the limiter fails, the request is allowed, as with
// every other rate.
func (s *Service) limit(ctx context.Context, c *Call) error {
	if wait := s.exceeds(ctx, "scim:"+string(c.push.Connection), s.PerMinute); wait > 0 {
		return tooFast(c.Connection, s.PerMinute, wait)
	}
	return nil
}

// endedPerMinute is how many refusals of one expired or revoked token are recorded in
// a minute. One that leaked must not fill the ledger, and does not use up the rate of
// the connection.
const endedPerMinute = 10

// exceeds counts a request of a key, and returns how long it has to wait.
func (s *Service) exceeds(ctx context.Context, key string, perMinute int) time.Duration {
	if s.Limiter == nil || perMinute == 0 {
		return 0
	}
	wait, err := s.Limiter.Allow(ctx, key, perMinute)
	if err != nil {
		s.Log.WarnContext(ctx, "rate limit not checked", "limit", "scim", "error", err)
		return 0
	}
	return wait
}

// Overloaded refuses a request before anything of it was read, because too many
// others are being carried out. Its token is looked up later, for the ledger.
func (s *Service) Overloaded(ctx context.Context, r Request) error {
	c := &Call{
		Request: r,
		began:   s.Now(),
	}
	err := Overloaded()
	if s.Ledger != nil {
		s.Ledger.Record(ctx, s.result(c, err))
	}
	return err
}

// Finish records what came of a call.
func (s *Service) Finish(ctx context.Context, c *Call, err error) {
	o := s.result(c, err)
	if s.Contacts != nil {
		s.Contacts.add(o.contact(c.Request))
	}
	if s.Ledger != nil {
		s.Ledger.Record(ctx, o)
	}
}

// result returns what came of a call.
func (s *Service) result(c *Call, err error) Outcome {
	o := c.outcome
	o.Push = c.push
	o.Token = c.Token
	o.Addressed, o.Bearer = c.Request.Connection, c.Bearer
	o.Request = c.Request.ID
	o.Client = c.Client
	o.Method = c.Method
	o.At = c.began
	o.Took = s.Now().Sub(c.began)
	o.Err = err
	return o
}

// Features returns what the connection offers.
func (c *Call) Features() scim.Features {
	return scim.Features{
		Groups:        groupsOn(c.Connection),
		MaxOperations: maxOperations,
		MaxPayload:    MaxBody,
	}
}

// The limits of a request.
const (
	MaxBody       = 10 << 20 // bytes
	maxOperations = 10_000
	maxMembers    = 10_000    // added, removed and nested
	maxDocument   = 256 << 10 // bytes of a resource, without its members
)

// groupsOn reports whether the connection provisions groups: by its live
// configuration, or by the draft while it was never enabled.
func groupsOn(c sso.Connection) bool {
	config := c.Live
	if config == nil {
		config = c.Draft
	}
	return config == nil || !config.SCIM.GroupsOff
}

// about notes which resource a call is about, and checks that the token may do
// what it wants.
func (c *Call) about(t *scim.Type, write bool) error {
	c.outcome.Type = t.Name
	want := scopeOf(t, write)
	c.outcome.Needs = want
	if !write {
		c.outcome.Read = sso.ReadOne
	}
	if t == scim.Groups() && !groupsOn(c.Connection) {
		return groupsOff(c.Connection)
	}
	if c.Token.Allows(want) {
		return nil
	}
	return ScopeMissing(c, want)
}

func scopeOf(t *scim.Type, write bool) sso.ProvisioningScope {
	switch {
	case t == scim.Users() && write:
		return sso.ScopeUsersWrite
	case t == scim.Users():
		return sso.ScopeUsersRead
	case write:
		return sso.ScopeGroupsWrite
	default:
		return sso.ScopeGroupsRead
	}
}

// noteUser remembers which user a call is about.
func (c *Call) noteUser(u sso.ProvisionedUser) {
	c.outcome.Resource, c.outcome.Key = u.ID, u.UserName
}

func (c *Call) noteGroup(g sso.ProvisionedGroup) {
	c.outcome.Resource, c.outcome.Key = g.ID, g.DisplayName
}

// noteBody remembers the name of a resource that a request brings.
func (c *Call) noteBody(t *scim.Type, body map[string]any) {
	for _, name := range namesOf(t) {
		if _, v := filter.Lookup(body, name); v != nil {
			c.outcome.Key, _ = v.(string)
			return
		}
	}
}

// noteFound remembers what a read found, in addition to what it found before.
func (c *Call) noteFound(returned int, found bool) {
	c.outcome.Returned += returned
	c.outcome.Found = c.outcome.Found || found
}

// noteFilter remembers what a filter compares, and the name that it looks for.
func (c *Call) noteFilter(t *scim.Type, e filter.Expr) {
	c.outcome.Read = sso.ReadLookup
	switch e := e.(type) {
	case nil:
		c.outcome.Read = sso.ReadList
	case filter.Compare:
		c.outcome.By = e.Path.String()
	case filter.Present:
		c.outcome.By = e.Path.String()
	case filter.Element:
		c.outcome.By = e.Path.String()
	}
	compared, is := e.(filter.Compare)
	if !is || compared.Op != filter.Equal {
		return
	}
	for _, name := range namesOf(t) {
		if compared.Path.Is(name, "") {
			c.outcome.Key, _ = compared.Value.(string)
		}
	}
}

func namesOf(t *scim.Type) []string {
	if t == scim.Users() {
		return []string{"userName", "externalId"}
	}
	return []string{"displayName", "externalId"}
}
