package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/store/storetest"
)

// get requests a page as who and asserts its status and texts; a text that begins
// with "NOT " must be absent.
func (d *consoleTest) get(who, path string, status int, texts ...string) string {
	d.Helper()
	w := d.ask(d.g.handler(), who, http.MethodGet, path, "same-origin")
	return d.says(w, who+" "+path, status, texts...)
}

func (d *consoleTest) says(w *httptest.ResponseRecorder, what string, status int, texts ...string) string {
	d.Helper()
	said := html.UnescapeString(w.Body.String())
	if w.Code != status {
		d.Errorf(
			"%s: status %d, wanted %d: %s", what, w.Code, status,
			w.Header().Get("Location"),
		)
	}
	for _, text := range texts {
		if not, found := strings.CutPrefix(text, "NOT "); found == strings.Contains(said, not) && found {
			d.Errorf("%s says %q", what, not)
		} else if !found && !strings.Contains(said, text) {
			d.Errorf("%s does not say %q:\n%s", what, text, said)
		}
	}
	return said
}

// post sends a form as who and returns the response.
func (d *consoleTest) post(who, path string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(
		http.MethodPost, d.g.config.BaseURL+path, strings.NewReader(form.Encode()),
	)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	for _, c := range d.cookies[who] {
		r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value})
	}
	w := httptest.NewRecorder()
	d.g.handler().ServeHTTP(w, r)
	return w
}

// failed records a failed sign-in with a wrong audience.
func (d *consoleTest) failed(c sso.Connection, login string) sso.Attempt {
	d.Helper()
	now := time.Now()
	a := sso.Attempt{
		ID:         sso.NewID[sso.AttemptID](now),
		Enterprise: d.acme.ID,
		Connection: c.ID,
		Login:      login,
		Outcome:    sso.OutcomeFailed,
		Code:       "saml_wrong_recipient",
		Detail:     "audience: <b>",
		Checks: []sso.Check{
			{Name: "response_issuer", Want: "idp", Got: "idp", OK: true},
			{
				Name: "audience",
				Want: "https://sso.example.com/metadata",
				Got:  "https://elsewhere.example.com",
			},
		},
		At: now,
	}
	d.ok(d.g.db.RecordAttempt(d.Context(), a, ""))
	return a
}

const activityAt = "/admin/enterprises/acme/activity"

func TestActivityAttempts(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	okta, err := d.g.db.CreateConnection(
		t.Context(), sso.ActorSystem,
		sso.Connection{
			Enterprise: d.acme.ID,
			Name:       "Okta",
			Protocol:   sso.SAML,
			Provider:   sso.Okta,
			State:      sso.ConnectionEnabled,
			Live:       &sso.Config{Version: 1, SAML: &sso.SAMLConfig{}},
		},
	)
	d.ok(err)
	a := d.failed(okta, "hopper@acme.test")
	ref := string(a.ID)
	page := activityAt + "/attempts/" + ref
	d.get(
		named, activityAt, 200, ref, "hopper@acme.test", "Okta",
		"saml_wrong_recipient", "named-admin@acme.test",
	)
	for query, finds := range map[string]bool{
		"outcome=failed":            true,
		"outcome=succeeded":         false,
		"code=saml_wrong_recipient": true,
		"code=x":                    false,
		"login=hopper@acme.test":    true,
		"login=hopper":              false,
		"since=2026-01-01":          true,
		"since=" + time.Now().AddDate(0, 0, 2).Format(time.DateOnly):      false,
		"outcome=failed&code=saml_wrong_recipient&login=hopper@acme.test": true,
	} {
		want := "NOT " + page
		if finds {
			want = page
		}
		d.get(operator, activityAt+"?"+query, 200, want)
	}
	w := d.ask(
		d.g.handler(), named, http.MethodGet, activityAt+"?reference=+"+ref+"+",
		"same-origin",
	)
	if at := w.Header().Get("Location"); w.Code != http.StatusSeeOther || at != page {
		t.Errorf("the reference leads to %q with %d", at, w.Code)
	}
	d.get(
		named, activityAt+"?reference="+string(sso.NewID[sso.AttemptID](time.Now())),
		422, "No sign-in of this company has this reference", `href="#reference"`,
	)
	d.get(
		named, activityAt+"?reference=req-abc", 422, "finds it in the log",
		`value="req-abc"`,
	)
	d.get(
		stranger, "/admin/enterprises/globex/activity?reference="+ref,
		422, "No sign-in of this company",
	)
	d.get(stranger, "/admin/enterprises/globex/activity/attempts/"+ref, 404)
	d.get(named, activityAt+"?since=yesterday", 422, "Use a date such as")
	d.get(named, activityAt+"?cursor=%27&login=%3Cscript%3E", 200)

	advice := catalog.For(sso.Okta, sso.SAML, a.Code, a.Checks)
	d.get(
		named, page, 200, advice.Cause, advice.Place, "The company’s IT admin",
		"https://elsewhere.example.com", "NOT audience: <b>",
		"/admin/troubleshooting?provider=okta+saml#saml_wrong_recipient",
		"ended before the response could be trusted",
		"NOT the groups are unknown",
	)
	ok, _, err := d.g.db.Attempts(
		t.Context(), d.acme.ID, sso.AttemptFilter{Login: "named-admin@acme.test"},
		sso.Page{},
	)
	d.ok(err)
	d.get(
		named, activityAt+"/attempts/"+string(ok[0].ID), 200, "Name of "+named,
		"/people/"+string(ok[0].User), "What it changed",
		"the groups are unknown, and no one loses one", "NOT Why it failed",
	)
	d.get(named, activityAt+"/attempts/att-x", 404)
}

func TestActivityReplayIsOffered(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	now := time.Now()
	a := sso.Attempt{
		ID:         sso.NewID[sso.AttemptID](now),
		Enterprise: d.acme.ID,
		Connection: d.other.ID,
		Login:      "x",
		Outcome:    sso.OutcomeFailed,
		Code:       "sign_in_denied",
		At:         now,
		Identity: &sso.Identity{
			Connection: d.other.ID,
			Subject:    "00u1",
			Login:      "x",
			Email:      "x@acme.test",
			Claims:     sso.Claims{"team": {"a", "b"}},
		},
	}
	d.ok(d.g.db.RecordAttempt(t.Context(), a, ""))
	d.get(
		named, activityAt+"/attempts/"+string(a.ID), 200,
		"/connections/"+string(d.other.ID)+"/tests", "00u1", "x@acme.test", "a, b",
	)
	// The form redirects to the test that it started.
	w := d.post(
		named, "/admin/enterprises/acme/connections/"+string(d.other.ID)+"/tests",
		url.Values{
			"kind":    {"replay"},
			"attempt": {string(a.ID)},
		},
	)
	if at := w.Header().Get("Location"); w.Code != http.StatusSeeOther ||
		!strings.Contains(at, "/tests/test-") {
		t.Errorf("a replay leads to %q with %d", at, w.Code)
	}
}

func TestActivitySyncs(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	at := activityAt + "/syncs"
	records, _, err := d.g.db.SyncRecords(
		t.Context(), d.acme.ID, sso.SyncFilter{}, sso.Page{},
	)
	d.ok(err)
	record := at + "/" + string(records[0].ID)
	d.get(named, at, 200, record, "Name of ", "reset to the groups sent", "no change")
	d.get(
		named, at+"?login=nobody", 200, "No group syncs match", "NOT "+record,
	)
	d.get(named, at+"?login=named-admin@acme.test", 200, "Name of "+named)
	d.get(
		named, record, 200, string(records[0].Attempt),
		"the groups are unknown, and no one loses one",
		"No changes. The memberships already matched",
	)
	d.get(stranger, strings.ReplaceAll(record, "acme", "globex"), 404)
	d.get(
		named, activityAt+"/provisioning", 200, "SCIM",
		"/admin/enterprises/acme/connections",
	)
}

func TestActivityProvisioning(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	at, now := activityAt+"/provisioning", time.Now()
	k, err := d.g.db.CreateProvisioningToken(t.Context(), sso.ActorOperator, sso.ProvisioningToken{
		Enterprise: d.acme.ID,
		Connection: d.other.ID,
		Name:       "entra-1",
		Hash:       sso.SCIMToken.New().Hash(),
	})
	d.ok(err)
	refused := sso.ProvisioningEvent{
		ID:         sso.NewID[sso.ProvisioningEventID](now),
		Enterprise: d.acme.ID,
		Connection: d.other.ID,
		At:         now,
		Token:      k.ID,
		Method:     "GET",
		Kind:       sso.ScopeGroupsRead,
		Name:       "grp_<all>",
		Status:     403,
		Code:       "scim_scope_missing",
		Detail:     "Token lacks scope groups:read.",
		RequestID:  "req-1",
	}
	changed := refused
	changed.ID = sso.NewID[sso.ProvisioningEventID](now.Add(time.Millisecond)) // later
	changed.Kind = sso.ScopeGroupsWrite
	changed.Method = "PATCH"
	changed.Name = "dev"
	changed.Code = ""
	changed.Detail = ""
	changed.Changed = true
	changed.Effects.Added = 3
	d.ok(d.g.db.RecordProvisioning(t.Context(), []sso.ProvisioningEvent{refused, changed}))
	d.get(
		named, at, 200, "grp_<all>", "read group", "token entra-1", "refused, 403",
		"Token lacks scope groups:read.", "req-1", "change group", "3 added",
	)
	d.get(named, at+"?result=refused&connection="+string(d.other.ID), 200, "refused, 403", "NOT change group")
	d.get(named, at+"?name=DEV", 200, "3 added", "NOT refused, 403")
	d.readsAndRepeats(at, changed)
	d.get(named, at+"?name=nothing", 200, "No requests match")
	d.get(named, at+"?since=yesterday", 422, "Use a date such as 2026-11-24.")
	d.get(stranger, at, 404)
	d.exportsPushes(at, k)
}

// readsAndRepeats asserts how the log shows a sum of reads, and a write of what was there
// already.
func (d *consoleTest) readsAndRepeats(at string, e sso.ProvisioningEvent) {
	d.Helper()
	e.Token = "scimtok-other"
	e.ID = sso.NewID[sso.ProvisioningEventID](e.At)
	e.Method, e.Changed, e.Effects = "PUT", false, sso.ProvisioningEffects{}
	d.ok(d.g.db.RecordProvisioning(d.Context(), []sso.ProvisioningEvent{e}))
	e.ID = sso.NewID[sso.ProvisioningEventID](e.At)
	e.Method, e.Kind, e.Name = "GET", sso.ScopeUsersRead, "grace@acme.test"
	e.Effects = sso.ProvisioningEffects{
		Requests: 1214,
		Reads: &sso.ProvisioningReads{
			Sort:  sso.ReadLookup,
			By:    "userName",
			Found: 21,
			Last:  e.At.Add(58 * time.Second),
		},
	}
	d.ok(d.g.db.RecordProvisioningReads(d.Context(), []sso.ProvisioningEvent{e}))
	read := []string{
		"look up users by userName", "1,214 requests in 58 s", "21 of 1,214 found", "last", "grace@acme.test",
	}
	d.get(named, at, 200, append(read, "replace group", "nothing changed</span>")...)
	d.get(named, at+"?result=read", 200, append(read, "NOT replace group", "NOT 3 added", "NOT refused, 403")...)
	d.get(named, at+"?result=unchanged", 200, "replace group", "NOT look up users", "NOT 3 added")
	d.get(named, at+"?result=changed", 200, "3 added", "NOT look up users", "NOT replace group")
	d.get(
		named, at+"/events.csv?result=read", 200, "result,requests,found,last_at", ",read,1214,21,",
		"NOT replace group",
	)
}

// exportsPushes asserts the downloads of the log: with the filter, without formulas.
func (d *consoleTest) exportsPushes(at string, k sso.ProvisioningToken) {
	d.Helper()
	now := time.Now()
	var many []sso.ProvisioningEvent
	for range 230 { // more than one page of an export
		many = append(many, sso.ProvisioningEvent{
			ID:         sso.NewID[sso.ProvisioningEventID](now),
			Enterprise: d.acme.ID,
			Connection: d.other.ID,
			At:         now,
			Token:      "scimtok-other",
			Method:     "POST",
			Kind:       sso.ScopeUsersWrite,
			Name:       "=cmd|x",
			Status:     201,
			Changed:    true,
			RequestID:  "req-2",
		})
	}
	d.ok(d.g.db.RecordProvisioning(d.Context(), many))
	lines := strings.Split(strings.TrimSpace(d.get(named, at+"/events.jsonl?token="+string(k.ID), 200)), "\n")
	var refused struct {
		Name, Code, Request, Token string
		Status                     int
	}
	d.ok(json.Unmarshal([]byte(lines[len(lines)-1]), &refused))
	if len(lines) != 2 || refused.Name != "grp_<all>" || refused.Code != "scim_scope_missing" || refused.Status != 403 ||
		refused.Request != "read group" || refused.Token != string(k.ID) {
		d.Errorf("%d lines, the last is %+v", len(lines), refused)
	}
	rows, err := csv.NewReader(strings.NewReader(d.get(named, at+"/events.csv", 200))).ReadAll()
	d.ok(err)
	if len(rows) != 235 || rows[0][7] != "name" || rows[1][7] != "'=cmd|x" {
		d.Errorf("%d rows, the first are %q", len(rows), rows[:2])
	}
	d.get(named, at+"/events.csv?since=yesterday", 422)
	d.get(stranger, at+"/events.csv", 404)
	d.get(named, at+"?token=scimtok-other", 200, "=cmd|x", "NOT 3 added")
}

func TestActivityAudit(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	ctx, at := t.Context(), activityAt+"/audit"
	for range 230 { // more than one batch of an export
		_, err := d.g.db.CreateDomain(ctx, sso.ActorOperator, sso.Domain{
			Enterprise: d.acme.ID,
			Name:       string(sso.NewID[sso.DomainID](time.Now())) + ".test",
			TXTRecord:  "x",
		})
		d.ok(err)
	}
	_, err := d.g.db.CreateOrganization(
		ctx, sso.Actor(d.values["user"]),
		sso.Organization{
			Enterprise: d.acme.ID,
			Key:        "formula",
			Name:       "=1+1",
		},
	)
	d.ok(err)
	d.get(
		named, at, 200, "Name of "+named, "organization.created", "=1+1",
		"the command line", "?cursor=",
	)
	d.get(
		named, at+"?actor=named-admin@acme.test", 200, "organization.created",
		"NOT domain.created",
	)
	d.get(
		named, at+"?actor=somebody+on+the+server&action=domain.created",
		200, "domain.created", "NOT organization.created",
	)
	d.get(named, at+"?actor=nobody", 200, "No events match")
	d.get(named, at+"?since=x", 422, "Use a date")

	n, err := d.g.db.VerifyAudit(ctx, d.acme.ID)
	d.ok(err)
	w := d.ask(
		d.g.handler(), named, http.MethodGet, at+"/events.jsonl", "same-origin",
	)
	lines, last := 0, int64(n+1)
	for scanner := bufio.NewScanner(w.Body); scanner.Scan(); lines++ {
		var e struct {
			Sequence int64
			Action   string
		}
		d.ok(json.Unmarshal(scanner.Bytes(), &e))
		if e.Sequence != last-1 || e.Action == "" {
			t.Fatalf("event %d follows %d", e.Sequence, last)
		}
		last = e.Sequence
	}
	if lines != n ||
		!strings.HasPrefix(
			w.Header().Get("Content-Disposition"),
			`attachment; filename="audit-acme-`,
		) {
		t.Errorf(
			"%d of %d events, as %q", lines, n,
			w.Header().Get("Content-Disposition"),
		)
	}
	rows, err := csv.NewReader(d.ask(
		d.g.handler(), named, http.MethodGet, at+"/events.csv?action=domain.created",
		"same-origin",
	).Body).ReadAll()
	d.ok(err)
	if len(rows) != 232 ||
		rows[0][4] != "action" ||
		rows[1][4] != "domain.created" {
		t.Errorf("%d rows, the first %v", len(rows), rows[0])
	}
	if w := d.ask(
		d.g.handler(), named, http.MethodGet, at+"/events.csv?since=x",
		"same-origin",
	); w.Code != 422 || w.Header().Get("Content-Disposition") != "" {
		t.Errorf("a wrong date is answered with %d", w.Code)
	}
	d.get(
		operator, "/admin/audit", 200, "admin.created",
		"Audit log of this installation", "NOT organization.created",
	)
	d.get(operator, "/admin/audit/verify", 200, "are as they were written")
}

func TestActivityVerify(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	at := activityAt + "/audit/verify"
	d.get(named, at, 200, "are as they were written")
	raw := storetest.Raw(t, "sqlite:"+d.g.config.DataDir+"/gatehouse.db")
	if _, err := raw.Exec(
		"update audit_events set actor = 'user-x' where enterprise_id = $1 and sequence = 3",
		string(d.acme.ID),
	); err != nil {
		t.Fatal(err)
	}
	d.get(
		named, at, 200, "The chain is broken at event 3",
		"it is not what was written",
	)
}

// TestGuide tests that every code of the catalogue has an anchor, and that the
// places named are those of the chosen product.
func TestGuide(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	all := d.get(named, "/admin/troubleshooting", 200)
	for _, e := range catalog.All() {
		if !strings.Contains(all, `id="`+e.Code+`"`) {
			t.Errorf("%s is not in the guide", e.Code)
		}
	}
	place := catalog.For(sso.Entra, sso.OIDC, "idp_denied", nil).Place
	d.get(
		stranger, "/admin/troubleshooting?code=IDP_denied&provider=entra+oidc",
		200, "1 code contains", place, "NOT user_inactive",
	)
	d.get(operator, "/admin/troubleshooting?code=no-such-code", 200, "No such code")
	d.get(
		operator, "/admin/troubleshooting?provider=%3Cx%3E", 200, "idp_denied",
		"NOT <x>",
	)
	if strings.Contains(all, place) {
		t.Error("there are places although no one said of which product")
	}
}
