package testconnection

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (p *Pages) base(v console.Visit, below ...ui.Link) ui.Base {
	area := console.AreaConnections
	trail := []ui.Link{
		{Label: console.AreaConnections, Href: console.At(v.Enterprise, "connections")},
		{Label: v.Connection.Name, Href: console.AtConnection(v.Enterprise, v.Connection.ID)},
	}
	if v.Role == sso.RoleSetupLink {
		area = console.AreaTests
	}
	return p.Console.Base(v, area, append(trail, below...)...)
}

func (p *Pages) viewList(v console.Visit, runs []sso.TestRun, attempts []sso.Attempt) *testsPage {
	c := v.Connection
	view := &testsPage{
		Base:       p.base(v),
		Connection: c.Name,
		Start:      here(v),
		Draft:      c.Draft != nil,
		Captured: ui.Field{
			ID:    "captured",
			Name:  "captured",
			Label: "Response",
			Kind:  "area",
			Lines: 6,
			Mono:  true,
		},
		What: "the value of SAMLResponse, or the XML of the response",
	}
	if c.Protocol == sso.OIDC {
		view.What = "an ID token, or the address that the browser was sent back to"
	}
	if c.Draft == nil && c.Live == nil {
		view.Blocked, view.Fix = "There is no configuration yet.", console.AtConnection(
			v.Enterprise, c.ID, "setup",
		)
	}
	for i, a := range attempts {
		view.Attempts = append(view.Attempts, ui.Option{
			Value:  string(a.ID),
			Label:  a.Login + ", " + ui.NewTime(a.At, p.Now()).Relative,
			Chosen: i == 0,
		})
	}
	for _, run := range runs {
		row := testRow{
			Href:  here(v, string(run.ID)),
			Kind:  kindOf(run.Kind),
			Badge: console.TestState(run),
			At:    ui.NewTime(run.CreatedAt, p.Now()),
		}
		if run.State == sso.TestFailed {
			row.Result = run.Code
		}
		view.Runs = append(view.Runs, row)
	}
	return view
}

func kindOf(k sso.TestKind) string {
	return map[sso.TestKind]string{
		sso.TestLive:     "a sign-in",
		sso.TestCaptured: "a pasted response",
		sso.TestReplay:   "a replayed sign-in",
	}[k]
}

func (p *Pages) viewRun(v console.Visit, run sso.TestRun, link sso.Secret) *testPage {
	view := &testPage{
		Base:  p.base(v, ui.Link{Label: "Test connections", Href: here(v)}),
		Badge: console.TestState(run),
	}
	begun := ui.NewTime(run.CreatedAt, p.Now())
	setup := func(step string) string {
		return console.AtConnection(v.Enterprise, run.Connection, "setup", step)
	}
	view.Facts = []ui.Fact{
		{Label: "Kind", Value: kindOf(run.Kind)},
		{Label: "Started", Time: &begun},
		{Label: "Reference", Value: string(run.ID), Code: true},
	}
	switch run.State {
	case sso.TestWaiting:
		view.Heading = "Waiting for the sign-in"
		view.Sentence = "Waiting for a response from the identity provider."
		view.Waiting, view.Stops = p.viewWaiting(v, run, link), p.stops(v)
		return view
	case sso.TestExpired:
		view.Heading = "The test is over"
		view.Sentence = "The identity provider did not respond in time. If its page showed an error, look for the message below; its log has more."
		view.Stops = p.stops(v)
	case sso.TestFailed:
		view.Heading = "The test failed"
		view.Sentence = "A sign-in would not work. Nothing was changed."
		view.Failed = failed(v, run)
	case sso.TestPassed:
		view.Heading, view.Sentence = "The test passed", passed(run)
		if run.Warned > 0 {
			view.Heading = "The test passed, with warnings"
		}
		if v.Connection.Draft != nil {
			view.Links = append(view.Links, ui.Link{
				Label:   "Enable the connection",
				Href:    setup("enable"),
				Current: true,
			})
		}
	}
	view.Links = append(view.Links, ui.Link{
		Label: "Back to the setup assistant",
		Href:  setup("test"),
	})
	if run.Kind == sso.TestLive {
		view.Again = here(v)
	}
	p.viewResult(view, v, run)
	return view
}

func passed(run sso.TestRun) string {
	switch run.Kind {
	case sso.TestCaptured:
		return "Every check of the response passed, as far as it can be repeated afterwards. " + run.Result.Note
	case sso.TestReplay:
		return "This is what the recorded sign-in would do with the mapping as it is now. Nothing was changed."
	}
	if run.Warned > 0 {
		return "A sign-in would work, but read the warnings before anyone depends on this connection. Nothing was changed."
	}
	return "A sign-in would work and make the changes below. Nothing was changed."
}

func (p *Pages) viewWaiting(v console.Visit, run sso.TestRun, link sso.Secret) *testWaiting {
	w := &testWaiting{
		Open:    here(v, string(run.ID), "open"),
		Refresh: here(v, string(run.ID)),
	}
	minutes := int(run.ExpiresAt.Sub(p.Now())/time.Minute) + 1
	w.Left = "There are " + strconv.Itoa(minutes) + " minutes left."
	if minutes == 1 {
		w.Left = "There is less than a minute left."
	}
	if link != "" {
		w.Link = &ui.Copyable{
			ID:    "link",
			Value: p.BaseURL + "/login/test/" + link.Reveal(),
		}
		w.Refresh += "?link=" + link.Reveal()
	}
	return w
}

// failed is the cause, the side and the place.
func failed(v console.Visit, run sso.TestRun) *testFailed {
	a := catalog.For(v.Connection.Provider, v.Connection.Protocol, run.Code, run.Result.Checks)
	f := &testFailed{
		Cause: a.Cause,
		Who:   sideOf(a.Side),
		Do:    a.Do,
		Place: a.Place,
		Code:  run.Code,
	}
	f.Link, f.Ask = console.Remedy(v, v.Connection.ID, a.Page)
	if cfg := tried(v.Connection); a.Page == catalog.Certificates &&
		cfg != nil &&
		cfg.SAML != nil &&
		cfg.SAML.MetadataURL != "" {
		f.Fetch = console.AtConnection(v.Enterprise, v.Connection.ID, "setup", "metadata")
	}
	return f
}

// tried is the configuration that a test connection tries.
func tried(c sso.Connection) *sso.Config {
	if c.Draft != nil {
		return c.Draft
	}
	return c.Live
}

func sideOf(s catalog.Side) string {
	return map[catalog.Side]string{
		catalog.Person:   "The person who signs in",
		catalog.Company:  "Your company’s IT team, at the identity provider",
		catalog.Operator: "You, here in Gatehouse",
	}[s]
}

// viewWarning explains a warning as failed explains a failure.
func viewWarning(v console.Visit, run sso.TestRunID, w sso.Warning) testWarning {
	a := catalog.Warn(v.Connection.Provider, v.Connection.Protocol, w)
	view := testWarning{
		Cause: a.Cause,
		Who:   sideOf(a.Side),
		Do:    a.Do,
		Place: a.Place,
		Minor: w.Minor,
	}
	view.Link, view.Ask = console.Remedy(v, v.Connection.ID, besides(w.Code, a.Page))
	switch {
	case w.Code != sso.CodeNearMiss || view.Link == nil:
	case v.Role == sso.RoleSetupLink: // changes no group
		view.Link = nil
		view.Ask = "Ask an admin of " + v.Enterprise.Name + " to accept it, or send the name of the group here."
	default:
		view.Link.Label = "Accept it below"
		view.Link.Href = console.AtConnection(v.Enterprise, v.Connection.ID, "tests", string(run)) +
			"#h-near"
	}
	return view
}

// besides is the page here that helps with a warning whose remedy is at the
// identity provider, too.
func besides(code string, p catalog.Page) catalog.Page {
	if p != "" {
		return p
	}
	switch code {
	case "groups_object_ids":
		return catalog.VerifyGroups
	case "groups_absent", "groups_empty", "groups_partial", "login_fallback":
		return catalog.Mapping
	case "certificate_expiring":
		return catalog.Certificates
	}
	return ""
}

func (p *Pages) viewResult(view *testPage, v console.Visit, run sso.TestRun) {
	r := run.Result
	for _, w := range r.Warnings {
		if w.Minor {
			view.Notes = append(view.Notes, viewWarning(v, run.ID, w))
		} else {
			view.Warnings = append(view.Warnings, viewWarning(v, run.ID, w))
		}
	}
	for _, c := range r.Checks {
		view.Checks = append(view.Checks, console.NewCheck(c))
	}
	if r.Identity != nil {
		view.Identity = viewIdentity(*r.Identity, r.Origins)
		if r.Allowed != nil {
			view.Groups = viewGroups(r)
		}
	}
	for _, o := range r.Changes {
		view.Changes = append(view.Changes, testChange{
			Organization: o.Name,
			Added:        withReasons(o.Added, o.Defaults),
			Removed:      o.Removed,
			Kept:         withReasons(o.Kept, o.Defaults),
		})
	}
	if r.Allowed != nil {
		view.Entry = viewEntry(r)
	}
	if r.Raw != "" {
		view.Raw = &ui.Copyable{ID: "raw", Value: r.Raw}
	}
	view.Bundle = &ui.Copyable{ID: "bundle", Value: bundle(view, run)}
}

func viewIdentity(id sso.Identity, origins map[string]string) []testValue {
	verified := "not verified by the identity provider"
	if id.EmailVerified {
		verified = "verified by the identity provider"
	}
	email := id.Email
	if email == "" {
		email = "none"
	}
	values := []testValue{
		{Field: "Subject", Value: id.Subject, From: origins["subject"]},
		{Field: "Login", Value: id.Login, From: origins["login"]},
		{Field: "E-mail", Value: email, From: origins["email"]},
		{Field: "E-mail verified", Value: verified, From: origins["email_verified"]},
		{Field: "Name", Value: id.Name, From: origins["name"]},
		{Field: "Groups", Value: strconv.Itoa(len(id.Groups.Names)), From: origins["groups"]},
	}
	for _, a := range id.Attributes {
		value := a.Text()
		if value == "" {
			value = "no value: a known one is removed"
		}
		values = append(values, testValue{
			Field: "Attribute " + a.Name,
			Value: value,
			From:  origins["attributes."+a.Name],
		})
	}
	return append(values, viewAuthn(id.Authn)...)
}

// viewAuthn shows what the rules of a company or an application can require.
func viewAuthn(a sso.Authn) []testValue {
	at := ""
	if !a.AuthnAt.IsZero() {
		at = a.AuthnAt.UTC().Format(time.RFC3339)
	}
	var values []testValue
	for _, v := range []testValue{
		{Field: "Authenticated at", Value: at},
		{Field: "Authentication context", Value: a.Acr},
		{Field: "Authentication methods", Value: strings.Join(a.Amr, ", ")},
	} {
		if v.Value != "" {
			values = append(values, v)
		}
	}
	return values
}

func viewGroups(r sso.TestResult) *testGroups {
	g := r.Identity.Groups
	view := &testGroups{
		Names:         g.Names,
		Note:          r.Note,
		Unmatched:     r.Unmatched,
		NotUnderstood: console.NewNotUnderstood(g),
	}
	view.Badge, view.State = console.GroupsState(g)
	for _, n := range r.NearMisses {
		view.Near = append(view.Near, testNear{
			Asserted:     n.Asserted,
			Name:         n.Name,
			Organization: n.OrganizationName,
			Why:          n.Why.Explanation(),
		})
	}
	return view
}

func viewEntry(r sso.TestResult) []ui.Fact {
	allowed := ui.Fact{
		Label: "Sign-in rule",
		Value: "lets this person in",
		Badge: &ui.Badge{Label: "yes", State: "ok"},
	}
	if !*r.Allowed {
		allowed = ui.Fact{
			Label: "Sign-in rule",
			Value: "does not let this person in",
			Badge: &ui.Badge{Label: "no", State: "error"},
		}
	}
	decision := map[sso.EmailAction]string{
		sso.RequireCode: "A code is sent to the address. ",
		sso.SkipCode:    "Nothing is asked. ",
		sso.VouchFirst:  "An admin has to vouch first. ",
		sso.DenyEntry:   "They do not get in. ",
	}[r.Email.Action]
	who := ui.Fact{Label: "Account", Value: "a new user"}
	if r.Known != "" {
		who.Value, who.Code = string(r.Known), true
	}
	return []ui.Fact{who, allowed, {Label: "First sign-in", Value: decision + r.Email.Reason}}
}

// bundle returns the whole page as text, for support.
func bundle(view *testPage, run sso.TestRun) string {
	var b strings.Builder
	line := func(parts ...string) { b.WriteString(strings.Join(parts, " ") + "\n") }
	line(
		"Test connection", string(run.ID), "of", string(run.Connection)+",",
		run.CreatedAt.UTC().Format(time.RFC3339),
	)
	line("Result:", string(run.State), run.Code)
	if f := view.Failed; f != nil {
		line("Cause:", f.Cause)
		line("Where:", f.Place)
	}
	for _, w := range slices.Concat(view.Warnings, view.Notes) {
		line("Warning:", w.Cause)
		line("Where:", w.Place)
	}
	line("\nChecks")
	for _, c := range view.Checks {
		line("-", c.Name+":", c.Badge.Label+"; wanted", c.Want+"; got", c.Got)
	}
	if len(view.Identity) > 0 {
		line("\nIdentity")
	}
	for _, i := range view.Identity {
		line("-", i.Field+":", i.Value, "("+i.From+")")
	}
	if g := view.Groups; g != nil {
		line("- State of the groups:", g.Badge.Label+";", strings.Join(g.Names, ", "))
	}
	if run.Result.Raw != "" {
		line("\nWhat came\n\n" + run.Result.Raw)
	}
	return b.String()
}

// withReasons says of default groups of the connection that they are some.
func withReasons(names, defaults []string) []string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = name
		if slices.Contains(defaults, name) {
			all[i] = console.WithReason(name, sso.SourceConnection)
		}
	}
	return all
}
