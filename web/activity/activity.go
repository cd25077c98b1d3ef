package activity

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// records keeps what happened; store.DB is one.
type records interface {
	Attempts(ctx context.Context, ent sso.EnterpriseID, f sso.AttemptFilter, p sso.Page) ([]sso.Attempt, string, error)
	AssertedAttempt(ctx context.Context, ent sso.EnterpriseID, id sso.AttemptID) (sso.Attempt, error)
	SyncRecords(
		ctx context.Context, ent sso.EnterpriseID, f sso.SyncFilter, p sso.Page,
	) ([]sso.SyncRecord, string, error)
	SyncRecord(ctx context.Context, ent sso.EnterpriseID, id sso.SyncRecordID) (sso.SyncRecord, error)
	AuditEvents(
		ctx context.Context, ent sso.EnterpriseID, f sso.AuditFilter, p sso.Page,
	) ([]sso.AuditEvent, string, error)
}

// names says what is called how; store.DB is one.
type names interface {
	User(ctx context.Context, ent sso.EnterpriseID, id sso.UserID) (sso.User, error)
	Users(ctx context.Context, ent sso.EnterpriseID, f sso.UserFilter, p sso.Page) ([]sso.User, string, error)
	Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error)
	SetupLink(ctx context.Context, ent sso.EnterpriseID, id sso.SetupLinkID) (sso.SetupLink, error)
	Admin(ctx context.Context, id sso.AdminID) (sso.Admin, error)
	AdminByLogin(ctx context.Context, login string) (sso.Admin, error)
}

// Broken is why an audit chain does not verify.
type Broken struct {
	Sequence int64
	Reason   string
}

func (b *Broken) Error() string { return b.Reason }

// Options are what the handlers are made of; all of it is required.
type Options struct {
	Records records
	Names   names
	// Verify reads a whole chain, "" for the installation's, and says how many
	// events it has; the error is a *Broken if it is not as it was written.
	Verify  func(ctx context.Context, ent sso.EnterpriseID) (events int, err error)
	Console *console.Console
	Now     func() time.Time
}

// Activity are the handlers.
type Activity struct{ Options }

// New makes the handlers.
func New(o Options) *Activity { return &Activity{o} }

// Register adds the pages.
func (a *Activity) Register(rt *route.Router) {
	const at = console.Prefix + "/enterprises/{enterprise}/activity"
	// Reading a chain from end to end takes as long as it is.
	seldom := []route.Rate{{Name: "verify-audit", PerMinute: 10}}
	a.Console.Add(rt,
		console.Page{Pattern: "GET " + at, Need: console.Enterprise, Handle: a.attempts},
		console.Page{
			Pattern: "GET " + at + "/attempts/{attempt}",
			Need:    console.Enterprise,
			Handle:  a.attempt,
		},
		console.Page{Pattern: "GET " + at + "/syncs", Need: console.Enterprise, Handle: a.syncs},
		console.Page{
			Pattern: "GET " + at + "/syncs/{record}",
			Need:    console.Enterprise,
			Handle:  a.sync,
		},
		console.Page{
			Pattern: "GET " + at + "/provisioning",
			Need:    console.Enterprise,
			Handle:  a.provisioning,
		},
		console.Page{Pattern: "GET " + at + "/audit", Need: console.Enterprise, Handle: a.audit},
		console.Page{
			Pattern: "GET " + at + "/audit/verify",
			Need:    console.Enterprise,
			Handle:  a.verify,
			Rates:   seldom,
		},
		console.Page{
			Pattern: "GET " + at + "/audit/events.jsonl",
			Need:    console.Enterprise,
			Handle:  a.exportJSON,
			Rates:   seldom,
		},
		console.Page{
			Pattern: "GET " + at + "/audit/events.csv",
			Need:    console.Enterprise,
			Handle:  a.exportCSV,
			Rates:   seldom,
		},
		console.Page{Pattern: "GET " + instance, Need: console.Operator, Handle: a.audit},
		console.Page{
			Pattern: "GET " + instance + "/verify",
			Need:    console.Operator,
			Handle:  a.verify,
			Rates:   seldom,
		},
		console.Page{
			Pattern: "GET " + instance + "/events.jsonl",
			Need:    console.Operator,
			Handle:  a.exportJSON,
			Rates:   seldom,
		},
		console.Page{
			Pattern: "GET " + instance + "/events.csv",
			Need:    console.Operator,
			Handle:  a.exportCSV,
			Rates:   seldom,
		},
		console.Page{Pattern: "GET " + guide, Need: console.Anybody, Handle: a.guide},
	)
}

const (
	instance = console.Prefix + "/audit"
	guide    = console.Prefix + "/troubleshooting"
)

// The lists, as their tabs are called.
const (
	tabAttempts     = "Sign-ins"
	tabSyncs        = "Group syncs"
	tabProvisioning = "Provisioning"
	tabAudit        = "Audit log"
)

func tabs(e sso.Enterprise, current string) []ui.Link {
	all := []ui.Link{
		{Label: tabAttempts, Href: console.At(e, "activity")},
		{Label: tabSyncs, Href: console.At(e, "activity", "syncs")},
		{Label: tabProvisioning, Href: console.At(e, "activity", "provisioning")},
		{Label: tabAudit, Href: console.At(e, "activity", "audit")},
	}
	for i := range all {
		all[i].Current = all[i].Label == current
	}
	return all
}

func (a *Activity) provisioning(w http.ResponseWriter, _ *http.Request, v console.Visit) error {
	return a.Console.Render(w, http.StatusOK, &provisioningPage{
		Base:        a.Console.Base(v, console.AreaActivity),
		Tabs:        tabs(v.Enterprise, tabProvisioning),
		Connections: console.At(v.Enterprise, "connections"),
	})
}

// narrowing reads what was entered to narrow a list.
type narrowing struct {
	query  url.Values // without the cursor
	cursor string
	wrong  []sso.FieldError
	since  time.Time
	at     string // address of the list
}

// read takes the named values of a query, and since.
func read(r *http.Request, at string, names ...string) narrowing {
	n := narrowing{query: url.Values{}, at: at}
	given := r.URL.Query()
	for _, name := range append(names, "since") {
		if value := given.Get(name); value != "" {
			n.query.Set(name, value)
		}
	}
	n.cursor = given.Get("cursor")
	if s := n.query.Get("since"); s != "" {
		var err error
		if n.since, err = time.Parse(time.DateOnly, s); err != nil {
			n.wrong = append(n.wrong, sso.FieldError{
				Field:   "since",
				Message: "Use a date such as 2026-11-24.",
			})
		}
	}
	return n
}

// with is the address of a part of the list; cursor "" is its beginning.
func (n narrowing) with(cursor string) string {
	q := url.Values{}
	for name, values := range n.query {
		q[name] = values
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if len(q) == 0 {
		return n.at
	}
	return n.at + "?" + q.Encode()
}

// happened is what the page of the list says about it.
func (n narrowing) happened(tabs []ui.Link, next string, fields ...*ui.Field) eventList {
	h := eventList{
		Tabs:     tabs,
		Action:   n.at,
		All:      n.at,
		Narrowed: len(n.query) > 0,
	}
	if next != "" {
		h.Pager.Next = n.with(next)
	}
	if n.cursor != "" {
		h.Pager.First = n.with("")
	}
	for _, f := range fields {
		f.ID, f.Optional, f.Value = f.Name, true, n.query.Get(f.Name)
		for i := range f.Options {
			f.Options[i].Chosen = f.Options[i].Value == f.Value
		}
	}
	if len(n.wrong) > 0 {
		h.Wrong = ui.Blame(&sso.Error{
			Kind:   sso.Invalid,
			Code:   "validation_failed",
			Fields: n.wrong,
		}, fields...)
	}
	for _, f := range fields {
		h.Filters = append(h.Filters, *f)
	}
	return h
}

// status is 422 if something that was entered is wrong.
func (n narrowing) status() int {
	if len(n.wrong) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

func sinceField() *ui.Field {
	return &ui.Field{
		Name:  "since",
		Label: "Since",
		Kind:  "date",
	}
}

// naming finds names, each once.
type naming struct {
	*Activity
	v           console.Visit
	connections map[sso.ConnectionID]sso.Connection
	seen        map[string]ui.Link
}

func (a *Activity) naming(ctx context.Context, v console.Visit) (*naming, error) {
	n := &naming{
		Activity:    a,
		v:           v,
		connections: map[sso.ConnectionID]sso.Connection{},
		seen:        map[string]ui.Link{},
	}
	if v.Enterprise.ID == "" {
		return n, nil
	}
	all, err := a.Names.Connections(ctx, v.Enterprise.ID)
	for _, c := range all {
		n.connections[c.ID] = c
	}
	return n, err
}

func (n *naming) connection(id sso.ConnectionID) string {
	if c, ok := n.connections[id]; ok {
		return c.Name
	}
	return "a deleted connection"
}
