package demoidp_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
)

// application is what the directory pushes to: it makes every user, and groups for
// the token "everything" alone.
type application struct {
	*httptest.Server
	made int
}

func newApplication(t *testing.T) *application {
	app := &application{}
	app.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/Groups") && r.Header.Get("Authorization") != "Bearer everything":
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"detail": "The token lacks <scope> groups:read."}`))
		case r.Method == http.MethodGet:
			_, _ = w.Write([]byte(`{"totalResults": 0, "Resources": []}`))
		default:
			app.made++
			_, _ = fmt.Fprintf(w, `{"id": "made-%d"}`, app.made)
		}
	}))
	t.Cleanup(app.Close)
	return app
}

// run posts a form that starts a run, and returns the page once that has ended.
func (b browser) run(path string, form url.Values) string {
	b.t.Helper()
	b.post(path, form)
	for begun := time.Now(); time.Since(begun) < 20*time.Second; time.Sleep(5 * time.Millisecond) {
		resp, body := b.get(b.base + "/provisioning")
		running := strings.Contains(body, " is running.")
		if running != (resp.Header.Get("Refresh") != "") {
			b.t.Fatalf("running is %t, and the page reloads: %t", running, !running)
		}
		if !running {
			return body
		}
	}
	b.t.Fatal("the run does not end")
	return ""
}

func (b browser) want(body string, texts ...string) {
	b.t.Helper()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			b.t.Errorf("the page lacks %q:\n%s", text, body)
		}
	}
}

// TestProvisioningConsole tests the pages with which a visitor provisions: refusals are
// told in the words of each product, and everything is in the log.
func TestProvisioningConsole(t *testing.T) {
	idp := start(t, demoidp.Options{BaseURL: "/demo/idp"})
	app := newApplication(t)
	b := newBrowser(t, idp)
	_, body := b.post("/provisioning/run", nil)
	b.want(body, "Enter the address and the token of the application first.")
	for field, problem := range map[string]string{
		"target":  "Enter the SCIM base URL of the application.",
		"token":   "Enter the token.",
		"dialect": "Choose a product.",
	} {
		form := url.Values{"target": {app.URL + "/"}, "token": {"users"}, "dialect": {"entra-off"}}
		form.Del(field)
		_, body := b.post("/provisioning", form)
		b.want(body, problem)
	}
	for _, tt := range []struct{ dialect, says string }{
		{"entra-off", "StatusCode: Forbidden Message: Processing of the HTTP request"},
		{"okta", "Unable to update Group Push mapping target App group developers: Forbidden."},
		{"onelogin", "Could not provision the group: 403 Forbidden"},
	} {
		b.post("/provisioning", url.Values{"target": {app.URL}, "token": {"users"}, "dialect": {tt.dialect}})
		b.want(b.run("/provisioning/run", nil), tt.says, "The token lacks &lt;scope&gt; groups:read.")
	}
	_, body = b.get(b.base + "/provisioning/log?failed")
	b.want(body, "answered 403", "GET /Groups?filter=displayName eq")
	b.post("/provisioning", url.Values{"target": {app.URL}, "token": {"everything"}, "dialect": {"entra-on"}})
	b.want(b.run("/provisioning/run", url.Values{"restart": {"1"}}), "The restart ended: everything is provisioned.")
	_, body = b.get(b.base + "/provisioning/log/1")
	b.want(body, "Sent at", "totalResults")
}

// TestProvisioningChanges tests what can be changed before a cycle.
func TestProvisioningChanges(t *testing.T) {
	idp := start(t, demoidp.Options{BaseURL: "/demo/idp"})
	app := newApplication(t)
	idp.Provision(demoidp.Target{
		BaseURL:   app.URL,
		Token:     "everything",
		UsersOnly: "users",
		Dialect:   "okta",
	})
	b := newBrowser(t, idp)
	everything := "everything is provisioned"
	group := func(action string) url.Values {
		return url.Values{"group": {"developers"}, "action": {action}, "name": {"programmers"}}
	}
	b.want(b.run("/provisioning/groups", group("push")), "Push now of developers ended: "+everything)
	_, body := b.post("/provisioning/groups", group("unassign"))
	b.want(body, "not assigned")
	_, body = b.post("/provisioning/groups", group("push"))
	b.want(body, "Assign developers before you push it.")
	b.post("/provisioning/groups", group("assign"))
	if idp.ProvisioningBroken() {
		t.Error("something is broken already")
	}
	_, body = b.post("/provisioning/groups", group("rename"))
	b.want(body, "<strong>programmers</strong>")
	ada := idp.People()[0]
	b.post("/provisioning/people", url.Values{"person": {ada.ID}, "action": {"reuse"}})
	if hired := idp.People()[0]; hired.ID == ada.ID || hired.Login != ada.Login || hired.Name() != "New Hire" {
		t.Errorf("the login of %+v is that of %+v", ada, hired)
	}
	b.post("/provisioning/breaks", url.Values{"users-only": {"1"}})
	b.want(b.run("/provisioning/run", url.Values{"restart": {"1"}}), "Errors reported by remote server")
	b.post("/provisioning/breaks", nil)
	b.want(b.run("/provisioning/run", nil), everything)
	if !idp.ProvisioningBroken() {
		t.Error("nothing was broken")
	}
	_, body = b.get(b.base + "/provisioning/log")
	b.want(body, "POST /Groups", "POST /Users")
}
