package testconnection

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/guide"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// testRunner starts test connections; trial.Service does.
type testRunner interface {
	BeginTest(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
	) (sso.TestRun, sso.Secret, error)
	OpenTestOf(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.TestRunID, browser sso.Secret,
	) (sso.Redirect, sso.TestRun, error)
	Captured(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, text string,
	) (sso.TestRun, error)
	Replay(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, attempt sso.AttemptID,
	) (sso.TestRun, error)
}

// testStore reads test connections; store.DB does.
type testStore interface {
	Group(ctx context.Context, ent sso.EnterpriseID, id sso.GroupID) (sso.Group, error)
	TestRun(ctx context.Context, ent sso.EnterpriseID, id sso.TestRunID) (sso.TestRun, error)
	TestRuns(ctx context.Context, ent sso.EnterpriseID, f sso.TestFilter, p sso.Page) ([]sso.TestRun, string, error)
	AssertedIdentities(
		ctx context.Context, ent sso.EnterpriseID, c sso.ConnectionID, limit int,
	) ([]sso.Attempt, []string, error)
}

// browserBinder binds browsers to pending sign-ins; session.Manager does.
type browserBinder interface {
	Browser(w http.ResponseWriter, r *http.Request) sso.Secret
}

// Options configure the handlers; every field is required.
type Options struct {
	Tests    testRunner
	Store    testStore
	Browsers browserBinder
	Console  *console.Console
	BaseURL  string // of Gatehouse, for links to pass on
	// Values returns our values of a connection, by their names in the guide.
	Values func(e sso.Enterprise, c sso.Connection) map[guide.Kind]string
	Now    func() time.Time
}

// Pages has the handlers.
type Pages struct{ Options }

// New returns the handlers.
func New(o Options) *Pages { return &Pages{o} }

const (
	listPath = console.Prefix + "/enterprises/{enterprise}/connections/{connection}/tests"
	// maxCaptured is the largest form with a pasted response, in bytes: the largest
	// response in base64, escaped.
	maxCaptured = 4 << 20
)

// Register adds the pages.
func (p *Pages) Register(rt *route.Router) {
	starts := []route.Rate{{Name: "test", PerMinute: 30}}
	p.Console.Add(rt,
		console.Page{Pattern: "GET " + listPath, Need: console.SignOn, Handle: p.list},
		console.Page{
			Pattern: "POST " + listPath,
			Need:    console.SignOn,
			Handle:  p.start,
			MaxBody: maxCaptured,
			Rates:   starts,
		},
		console.Page{
			Pattern: "GET " + listPath + "/{test}",
			Need:    console.SignOn,
			Handle:  p.show,
		},
		console.Page{
			Pattern: "GET " + listPath + "/{test}/open",
			Need:    console.SignOn,
			Handle:  p.open,
			Rates:   starts,
		},
	)
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return p.showList(w, r, v, http.StatusOK, nil, "")
}

// latest is how many sign-ins are offered for replay.
const latest = 20

// showList shows the list, or shows it again after an entry that cannot be
// accepted.
func (p *Pages) showList(
	w http.ResponseWriter, r *http.Request, v console.Visit, status int, wrong error, captured string,
) error {
	runs, next, err := p.Store.TestRuns(
		r.Context(), v.Enterprise.ID, sso.TestFilter{Connection: v.Connection.ID},
		sso.Page{Cursor: r.URL.Query().Get("after")},
	)
	if err != nil {
		return fmt.Errorf("list test connections: %w", err)
	}
	attempts, _, err := p.Store.AssertedIdentities(
		r.Context(), v.Enterprise.ID, v.Connection.ID, latest,
	)
	if err != nil {
		return fmt.Errorf("list sign-ins: %w", err)
	}
	view := p.viewList(v, runs, attempts)
	if next != "" {
		view.Pager.Next = "?" + url.Values{"after": {next}}.Encode()
	}
	if r.URL.Query().Has("after") {
		view.Pager.First = here(v)
	}
	view.Captured.Value = captured
	view.Wrong = ui.Blame(wrong, &view.Captured)
	return p.Console.Render(w, status, view)
}

// start begins a test connection of the kind that was asked for.
func (p *Pages) start(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	ent, conn, ctx := v.Enterprise.ID, v.Connection.ID, r.Context()
	var run sso.TestRun
	var token sso.Secret
	var err error
	captured := r.PostForm.Get("captured")
	switch sso.TestKind(r.PostForm.Get("kind")) {
	case sso.TestLive:
		run, token, err = p.Tests.BeginTest(ctx, v.Actor, ent, conn)
	case sso.TestCaptured:
		run, err = p.Tests.Captured(ctx, v.Actor, ent, conn, captured)
	case sso.TestReplay:
		attempt, wrong := sso.ParseID[sso.AttemptID](r.PostForm.Get("attempt"))
		if wrong != nil {
			return wrong
		}
		run, err = p.Tests.Replay(ctx, v.Actor, ent, conn, attempt)
	default:
		return &sso.Error{
			Kind:   sso.Invalid,
			Code:   "bad_request",
			Public: "Choose what to test with.",
		}
	}
	if console.OnForm(err) {
		return p.showList(w, r, v, console.FormStatus(err), err, captured)
	}
	if err != nil {
		return fmt.Errorf("test connection: %w", err)
	}
	target := here(v, string(run.ID))
	if token != "" {
		target += "?" + url.Values{"link": {token.Reveal()}}.Encode()
	}
	return route.SeeOther(w, target)
}

// found gives the run that the path names. One of another connection is as
// unknown as one that never was.
func (p *Pages) found(r *http.Request, v console.Visit) (sso.TestRun, error) {
	id, err := sso.ParseID[sso.TestRunID](r.PathValue("test"))
	if err != nil {
		return sso.TestRun{}, err
	}
	run, err := p.Store.TestRun(r.Context(), v.Enterprise.ID, id)
	if err != nil {
		return sso.TestRun{}, fmt.Errorf("find test connection: %w", err)
	}
	if run.Connection != v.Connection.ID {
		return sso.TestRun{}, sso.NothingHere()
	}
	return run, nil
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	run, err := p.found(r, v)
	if err != nil {
		return err
	}
	link := sso.Secret(r.URL.Query().Get("link"))
	if link.Hash() != run.Token {
		link = ""
	}
	view := p.viewRun(v, run, link)
	view.Flash = console.Said(r, map[string]string{
		"accepted": "The name is accepted for the group. People join it at their next sign-in; run the test again to see what a sign-in does now.",
	})
	if err := p.offerNames(r.Context(), view, v, run); err != nil {
		return err
	}
	return p.Console.Render(w, http.StatusOK, view)
}

// offerNames lets an admin make the asserted name of a near miss an IdP name of
// its group. A setup link may not: the groups of a company are no part of setting
// a connection up.
func (p *Pages) offerNames(ctx context.Context, view *testPage, v console.Visit, run sso.TestRun) error {
	if view.Groups == nil || v.Role == sso.RoleSetupLink {
		return nil
	}
	groups := map[sso.GroupID]sso.Group{}
	for i, near := range run.Result.NearMisses {
		if !near.Acceptable() || len(groups) == mostOffered {
			continue
		}
		if _, known := groups[near.Group]; !known {
			g, err := p.Store.Group(ctx, v.Enterprise.ID, near.Group)
			if err != nil && sso.KindOf(err) != sso.NotFoundKind {
				return fmt.Errorf("find a group: %w", err)
			}
			groups[near.Group] = g // the zero value if it was deleted
		}
		shown, g := &view.Groups.Near[i], groups[near.Group]
		switch {
		case g.ID == "":
		case g.Named(near.Asserted):
			shown.Accepted = true
		default:
			shown.Accept = console.AcceptName(v, near, run.ID)
		}
	}
	return nil
}

// mostOffered bounds how many groups are looked up for one page.
const mostOffered = 50

// open sends the browser to the identity provider. It is a link and no form: a
// form that is answered by a redirect elsewhere goes nowhere.
func (p *Pages) open(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	run, err := p.found(r, v)
	if err != nil {
		return err
	}
	redirect, run, err := p.Tests.OpenTestOf(
		r.Context(), opener(r, v), v.Enterprise.ID, run.ID, p.Browsers.Browser(w, r),
	)
	switch {
	case err != nil:
		return fmt.Errorf("open test connection: %w", err)
	case redirect.URL == "":
		return route.SeeOther(w, here(v, string(run.ID)))
	case redirect.Form == nil:
		return route.SeeOther(w, redirect.URL)
	}
	route.AllowFormTo(w, redirect.URL)
	return p.Console.Pages.Render(w, r, http.StatusOK, ui.NewContinue(v.Enterprise, redirect, false))
}

// opener returns the visitor who opens a test on purpose; none if another site led there, which
// could then have a test passed in the name of a signed-in user.
func opener(r *http.Request, v console.Visit) sso.Actor {
	switch r.Header.Get("Sec-Fetch-Site") {
	case "same-origin", "":
		return v.Actor
	}
	return ""
}

// here is an address below the list.
func here(v console.Visit, parts ...string) string {
	return console.AtConnection(
		v.Enterprise, v.Connection.ID, append([]string{"tests"}, parts...)...,
	)
}
