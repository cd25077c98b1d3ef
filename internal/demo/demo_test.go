package demo

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/launch"
)

// TestChecklist does the steps of the checklist and asserts the ticks after each.
func TestChecklist(t *testing.T) {
	w := freshWorld(t)
	want := facts{}
	look := func(step string) {
		t.Helper()
		if got := w.facts(); got != want {
			t.Fatalf("after %s: %+v, want %+v", step, got, want)
		}
	}
	look("nothing")
	w.as(w.demo.acmeConnection, "acme", adaID)
	want.overSAML = true
	look("Ada signed in over SAML")
	w.says("/demo/whoami", "1 of 21 steps done", "Next: Read the wiki")
	w.as(w.demo.acmeConnection, "acme", adaID)
	look("Ada signed in again, with nothing changed")
	if err := w.demo.IDP("acme").SetGroups(adaID, []string{"developers", "sre"}); err != nil {
		t.Fatal(err)
	}
	w.as(w.demo.acmeConnection, "acme", adaID)
	want.changed = true
	look("Ada's groups changed")
	w.as(w.demo.globexConnection, "globex", "globex-0001")
	want.overOIDC = true
	look("Hedy signed in over OIDC")
	w.as(w.demo.acmeConnection, "acme", "acme-0004")
	want.contractor = `The connection’s expression says "skip".`
	look("the contractor signed in")
	w.says(
		"/demo/whoami", "kim@freelance.example, not verified",
		"You didn’t need a code.",
	)
	w.says("/demo/whoami", "4 of 21 steps done")
	// the page that does a step counts it
	w.says("/demo/wiki", "<dt>E-mail verified</dt><dd>no</dd>", "Good day, Kim Novák", "5 of 21 steps done")
	want.wiki = true
	if result, err := w.signIn(
		w.demo.globexConnection, "globex", margaretID,
	); err != nil || result.Proof == "" {
		t.Fatalf("Margaret is asked for no code: %v", err)
	}
	look("a code was asked for")
	w.as(w.demo.globexConnection, "globex", margaretID)
	want.code = true
	look("a code was entered")
	w.says("/demo/whoami", "margaret@apollo.example, verified", "You entered a code.")
	w.says("/demo/wiki", "<dt>E-mail verified</dt><dd>yes</dd>")
	if result, err := w.signIn(
		w.demo.globexConnection, "globex", margaretID,
	); err != nil || result.Proof != "" {
		t.Errorf("Margaret is asked again: %v", err)
	}
	w.as(w.demo.globexConnection, "globex", katherineID)
	want.fetched = 232
	look("someone in too many groups signed in")
	w.says("/demo/whoami", "its directory named 232.", "<li>leads</li>")
	w.demo.IDP("globex").SetFaultOnce(demoidp.DirectoryDown)
	w.as(w.demo.globexConnection, "globex", katherineID)
	w.says(
		"/demo/whoami",
		"sent a link in place of the groups, because there are too many",
		"<h3 id=\"removed\">Removed</h3><p>Nothing</p>",
		"Microsoft Graph gave no usable list",
	)
	want.unknown = true
	look("the directory did not answer")
	w.demo.IDP("acme").SetFaultOnce(demoidp.WrongAudience)
	if _, err := w.signIn(w.demo.acmeConnection, "acme", adaID); err == nil {
		t.Fatal("a wrong audience is accepted")
	}
	want.refused = true
	look("a fault")
	w.demo.IDP("acme").SetFaultOnce(demoidp.NoGroups)
	p := w.as(w.demo.acmeConnection, "acme", adaID)
	look("no groups")
	if _, err := w.login.Logout(t.Context(), p); err != nil {
		t.Fatal(err)
	}
	look("Ada signed out")
	p = w.as(w.demo.acmeConnection, "acme", adaID)
	if err := w.db.RevokeSession(
		t.Context(), sso.Actor(w.demo.olive.ID), p.Enterprise.ID, p.Session.ID,
	); err != nil {
		t.Fatal(err)
	}
	want.revoked = true
	look("an admin ended a session")
	w.says(
		"/demo", "10 of 21 done", "Why: The connection’s expression says",
		"The directory named 232 groups.",
	)
}

// TestEndedByAdmin tells the end of a session by an admin from a sign-out and from a logout at
// the identity provider.
func TestEndedByAdmin(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		event sso.AuditEvent
		want  bool
	}{
		"sign-out": {
			sso.AuditEvent{
				Actor:  "user-ada",
				Action: "session.revoked",
				Detail: map[string]string{"user": "user-ada"},
			}, false,
		},
		"logout at the identity provider": {
			sso.AuditEvent{
				Actor:  "conn-acme",
				Action: "session.revoked",
			}, false,
		},
		"one session": {
			sso.AuditEvent{
				Actor:  "adm-olive",
				Action: "session.revoked",
				Detail: map[string]string{"user": "user-ada"},
			}, true,
		},
		"all sessions": {
			sso.AuditEvent{
				Actor:  "adm-olive",
				Action: "user.sessions_revoked",
				Target: "user-ada",
			}, true,
		},
	} {
		if got := endedByAdmin(c.event); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestFaults tests that Gatehouse reacts to every fault as the fault page says.
func TestFaults(t *testing.T) {
	w := freshWorld(t)
	w.as(w.demo.acmeConnection, "acme", adaID) // something to replay
	w.as(w.demo.globexConnection, "globex", "globex-0001")
	for _, info := range demoidp.Faults() {
		if info.SAML {
			t.Run("SAML "+string(info.Fault), func(t *testing.T) {
				w.demo.IDP("acme").SetFaultOnce(info.Fault)
				result, err := w.signIn(w.demo.acmeConnection, "acme", adaID)
				if info.Fault == demoidp.IDPInitiated {
					if err != nil || result.Start == nil {
						t.Errorf("not started over: %v", err)
					}
					return
				}
				if got := sso.CodeOf(err); got != info.SAMLCode {
					t.Errorf("got %q (%v), want %q", got, err, info.SAMLCode)
				}
			})
		}
		if info.OIDC {
			t.Run("OIDC "+string(info.Fault), func(t *testing.T) {
				w.demo.IDP("globex").SetFaultOnce(info.Fault)
				_, err := w.signIn(w.demo.globexConnection, "globex", "globex-0001")
				if got := sso.CodeOf(err); got != info.OIDCCode {
					t.Errorf("got %q (%v), want %q", got, err, info.OIDCCode)
				}
			})
		}
	}
}

func TestWhoami(t *testing.T) {
	w := freshWorld(t)
	if status, body := w.get("/demo/whoami"); status != http.StatusUnauthorized ||
		!strings.Contains(body, "No one is signed in") {
		t.Errorf("status %d:\n%s", status, body)
	}
	w.as(w.demo.acmeConnection, "acme", adaID)
	if err := w.demo.IDP("acme").SetGroups(adaID, []string{"developers", "Sre", "analysts"}); err != nil {
		t.Fatal(err)
	}
	w.as(w.demo.acmeConnection, "acme", adaID)
	status, body := w.get("/demo/whoami")
	if status != http.StatusOK {
		t.Fatalf("status %d", status)
	}
	for _, want := range []string{
		"You are Ada Lovelace",
		"Acme Directory, over SAML 2.0",
		"The identity provider named 3 groups.",
		`data-kind="added" aria-labelledby="added"><h3 id="added">Added</h3><ul class="names"><li>Data / analysts</li></ul>`,
		"<li>Data / admins</li><li>Mobile / release-managers</li><li>Platform / admins</li><li>Platform / release-managers</li>",
		"<li>Data / developers</li><li>Mobile / developers</li><li>Platform / developers</li>",
		"In no organization</h3><ul class=\"names\"><li>Sre</li></ul>",
		"/demo/idp/acme/people/" + adaID,
	} {
		if !strings.Contains(body, want) {
			t.Errorf("lacks %q:\n%s", want, body)
		}
	}
	w.as(w.demo.acmeConnection, "acme", "acme-0006")
	if _, body := w.get("/demo/whoami"); strings.Count(
		body, "<p>Developers is nearly developers: upper and lower case differ.</p>",
	) != 1 {
		t.Errorf("Alan is not told what his groups nearly are:\n%s", body)
	}
	w.as(w.demo.acmeConnection, "acme", "acme-0003")
	if _, body := w.get("/demo/whoami"); !strings.Contains(body, "You are in no group") {
		t.Errorf("Linus is in a group:\n%s", body)
	}
}

// TestKeptDatabase restarts a demo on its data, at another address and with new keys
// of the identity providers.
func TestKeptDatabase(t *testing.T) {
	dsn, keys := file(t)
	w := newWorld(t, dsn, keys)
	first := w.as(w.demo.acmeConnection, "acme", adaID)
	again := newWorld(t, dsn, keys)
	if again.base == w.base {
		t.Fatal("the same address twice")
	}
	second := again.as(again.demo.acmeConnection, "acme", adaID)
	if first.User.ID != second.User.ID {
		t.Error("Ada became another user")
	}
	again.as(again.demo.globexConnection, "globex", "globex-0002")
	list, _, err := again.db.Enterprises(t.Context(), sso.Page{})
	if err != nil || len(list) != 4 {
		t.Errorf("%d enterprises: %v", len(list), err)
	}
}

func TestSeed(t *testing.T) {
	w := freshWorld(t)
	ctx := t.Context()
	if mark, err := w.db.Meta(ctx, MetaKey); err != nil || mark != "1" {
		t.Errorf("mark = %q, %v", mark, err)
	}
	for domain, key := range map[string]string{
		"acme.example":   "acme",
		"globex.example": "globex",
	} {
		if ent, err := w.db.EnterpriseByDomain(ctx, domain); err != nil || ent.Key != key {
			t.Errorf("%s belongs to %q, %v", domain, ent.Key, err)
		}
	}
	if c, err := w.db.Connections(ctx, w.demo.initech.ID); err != nil || len(c) != 0 {
		t.Errorf("Initech has %d connections, %v", len(c), err)
	}
	p := w.as(w.demo.acmeConnection, "acme", adaID)
	memberships, err := w.db.UserMemberships(ctx, p.Enterprise.ID, p.User.ID)
	if err != nil {
		t.Fatal(err)
	}
	in := map[string]int{}
	for _, m := range memberships {
		in[m.Group.Name]++
	}
	if in["developers"] != 3 ||
		in["admins"] != 2 ||
		in["release-managers"] != 2 ||
		in[sso.DefaultGroupName] != 3 {
		t.Errorf("Ada is in %v", in)
	}
}

// TestApplicationsStart opens each application where the list of the account page leads.
func TestApplicationsStart(t *testing.T) {
	w := freshWorld(t)
	w.as(w.demo.acmeConnection, "acme", adaID)
	all, _, err := w.db.Applications(t.Context(), sso.Page{})
	if err != nil || len(all) != 3 {
		t.Fatalf("%d applications, %v", len(all), err)
	}
	seen := map[string]bool{}
	for _, a := range all {
		start := launch.Start(a)
		status, _ := w.get(strings.TrimPrefix(start, w.base))
		if status != http.StatusOK || seen[start] {
			t.Errorf("%s starts at %s: status %d", a.Key, start, status)
		}
		seen[start] = true
	}
}

func TestSummary(t *testing.T) {
	w := freshWorld(t)
	text := w.demo.Summary()
	for _, want := range []string{
		w.base + "/demo\n", "enterprise_key=acme", "enterprise_key=globex",
		"Ada Lovelace", "Linus Pauling", "no groups",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("lacks %q:\n%s", want, text)
		}
	}
}

func TestPagesWithClosedStore(t *testing.T) {
	w := freshWorld(t)
	w.demo.options.Principal = func(*http.Request) (sso.Principal, error) {
		return sso.Principal{}, &sso.Error{
			Kind:   sso.Unavailable,
			Code:   "temporarily_unavailable",
			Public: "Try again in a moment.",
			Err:    errors.New("secret detail"),
		}
	}
	for _, path := range []string{"/demo", "/demo/whoami"} {
		status, body := w.get(path)
		if status != http.StatusServiceUnavailable ||
			!strings.Contains(body, "Try again in a moment.") ||
			strings.Contains(body, "secret") {
			t.Errorf("%s: status %d:\n%s", path, status, body)
		}
	}
}

// TestConsole tests the demo's sign-in to the console: it uses a single operator and
// returns only to paths of this site.
func TestConsole(t *testing.T) {
	w := freshWorld(t)
	for path, want := range map[string]string{
		consolePath:                                     "/admin",
		consoleLink("/admin/enterprises/acme"):          "/admin/enterprises/acme",
		consolePath + "?return_to=https://evil.example": "/admin",
	} {
		r, rec := httptest.NewRequest(
			http.MethodGet, path, nil,
		), httptest.NewRecorder()
		if err := w.demo.console(rec, r); err != nil || rec.Header().Get("Location") != want {
			t.Errorf("%s: leads to %q, %v", path, rec.Header().Get("Location"), err)
		}
		_, admin, err := w.db.AdminSession(
			t.Context(), sso.Secret(rec.Header().Get("X-Admitted")).Hash(),
			time.Hour,
		)
		if err != nil || admin.ID != w.demo.olive.ID || !admin.Recovery {
			t.Errorf("%s: admits %+v, %v", path, admin, err)
		}
	}
	if f, err := w.demo.loadFacts(t.Context()); err != nil ||
		!f.console ||
		f.drafted {
		t.Errorf("the checklist: %+v, %v", f, err)
	}
}
