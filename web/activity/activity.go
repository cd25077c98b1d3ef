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

// records reads attempts, syncs and audit events; store.DB does.
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
	ProvisioningEvents(
		ctx context.Context, ent sso.EnterpriseID, f sso.ProvisioningEventFilter, p sso.Page,
	) ([]sso.ProvisioningEvent, string, error)
	DeprovisionReceipts(
		ctx context.Context, ent sso.EnterpriseID, events ...sso.ProvisioningEventID,
	) ([]sso.DeprovisionReceipt, error)
}

// names finds the names of users, admins, links and connections; store.DB does.
type names interface {
	User(ctx context.Context, ent sso.EnterpriseID, id sso.UserID) (sso.User, error)
	Users(ctx context.Context, ent sso.EnterpriseID, f sso.UserFilter, p sso.Page) ([]sso.User, string, error)
	Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error)
	SetupLink(ctx context.Context, ent sso.EnterpriseID, id sso.SetupLinkID) (sso.SetupLink, error)
	Admin(ctx context.Context, id sso.AdminID) (sso.Admin, error)
	AdminByLogin(ctx context.Context, login string) (sso.Admin, error)
	StandingProvisioningTokens(ctx context.Context, ent sso.EnterpriseID) ([]sso.ProvisioningToken, error)
}

// Broken is the error of an audit chain that does not verify.
type Broken struct {
	Place  string // "event 17"
	Reason string
}

func (b *Broken) Error() string { return b.Reason }

// Options configure the handlers; every field is required.
type Options struct {
	Records records
	Names   names
	// Verify reads a whole chain, "" for the installation's, and returns its number
	// of events; the error is a *Broken if the chain was changed.
	Verify  func(ctx context.Context, ent sso.EnterpriseID) (events int, err error)
	Console *console.Console
	Now     func() time.Time
}

// Activity has the handlers.
type Activity struct{ Options }

// New returns the handlers.
func New(o Options) *Activity { return &Activity{o} }

// Register adds the pages.
func (a *Activity) Register(rt *route.Router) {
	const at = console.Prefix + "/enterprises/{enterprise}/activity"
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
		console.Page{Pattern: "GET " + guide, Need: console.AnyAdmin, Handle: a.guide},
	)
	a.Console.Add(rt, a.pushPages(at+"/provisioning")...)
	a.Console.Add(rt, a.auditPages(at+"/audit", console.Enterprise)...)
	a.Console.Add(rt, a.auditPages(instance, console.Operator)...)
}

// pushPages returns the pages of the log of provisioning.
func (a *Activity) pushPages(at string) []console.Page {
	seldom := []route.Rate{{Name: "export-provisioning", PerMinute: 10}}
	return []console.Page{
		{Pattern: "GET " + at, Need: console.Enterprise, Handle: a.provisioning},
		{
			Pattern: "GET " + at + "/events.jsonl",
			Need:    console.Enterprise,
			Handle:  a.exportPushesJSON,
			Rates:   seldom,
		},
		{
			Pattern: "GET " + at + "/events.csv",
			Need:    console.Enterprise,
			Handle:  a.exportPushesCSV,
			Rates:   seldom,
		},
	}
}

// auditPages returns the pages of one audit log: the installation's, or that of an
// enterprise.
func (a *Activity) auditPages(at string, need console.Need) []console.Page {
	// Reading a long chain takes a while.
	seldom := []route.Rate{{Name: "verify-audit", PerMinute: 10}}
	return []console.Page{
		{Pattern: "GET " + at, Need: need, Handle: a.audit},
		{Pattern: "GET " + at + "/verify", Need: need, Handle: a.verify, Rates: seldom},
		{Pattern: "GET " + at + "/events.jsonl", Need: need, Handle: a.exportJSON, Rates: seldom},
		{Pattern: "GET " + at + "/events.csv", Need: need, Handle: a.exportCSV, Rates: seldom},
	}
}

const (
	instance = console.Prefix + "/audit"
	guide    = console.Prefix + "/troubleshooting"
)

// The labels of the tabs.
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

// filter reads the filter of a list from its form.
type filter struct {
	query  url.Values // without the cursor
	cursor string
	wrong  []sso.FieldError
	since  time.Time
	at     string // address of the list
}

// read takes the named values and since from a query.
func read(r *http.Request, at string, names ...string) filter {
	n := filter{query: url.Values{}, at: at}
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

// pageHref returns the address of a page of the list; cursor "" is the first one.
func (n filter) pageHref(cursor string) string {
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

// happened returns the common part of the list's page.
func (n filter) happened(tabs []ui.Link, next string, fields ...*ui.Field) eventList {
	h := eventList{
		Tabs:     tabs,
		Action:   n.at,
		All:      n.at,
		Narrowed: len(n.query) > 0,
	}
	if next != "" {
		h.Pager.Next = n.pageHref(next)
	}
	if n.cursor != "" {
		h.Pager.First = n.pageHref("")
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

// status returns 422 if the filter is invalid, else 200.
func (n filter) status() int {
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

// actorNames finds the names of actors and caches them.
type actorNames struct {
	*Activity
	v           console.Visit
	connections map[sso.ConnectionID]sso.Connection
	inOrder     []sso.Connection
	seen        map[string]ui.Link
}

func (a *Activity) naming(ctx context.Context, v console.Visit) (*actorNames, error) {
	n := &actorNames{
		Activity:    a,
		v:           v,
		connections: map[sso.ConnectionID]sso.Connection{},
		seen:        map[string]ui.Link{},
	}
	if v.Enterprise.ID == "" {
		return n, nil
	}
	all, err := a.Names.Connections(ctx, v.Enterprise.ID)
	n.inOrder = all
	for _, c := range all {
		n.connections[c.ID] = c
	}
	return n, err
}

func (n *actorNames) connection(id sso.ConnectionID) string {
	if c, ok := n.connections[id]; ok {
		return c.Name
	}
	return "a deleted connection"
}
