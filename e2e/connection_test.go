package e2e

import (
	"net/http"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
)

// changing is a company whose operator changes a connection in use.
type changing struct {
	*testing.T
	g    *harness.Gateway
	idp  *demoidp.IdP
	c    *harness.Company
	b    *harness.Browser
	at   string // the connection's page
	name string
}

// TestChangeWithoutOutage edits a connection in use: the draft is compared with the
// live configuration field by field, shadow mode shows its effect on real sign-ins,
// and it is enabled and rolled back.
func TestChangeWithoutOutage(t *testing.T) {
	harness.Long(t)
	root := harness.NewBrowser(t)
	idp := harness.NewIdP(t, harness.Ada(), grace())
	g := harness.Start(t, harness.Options{})
	api := g.API()
	for _, protocol := range []string{"saml", "oidc"} {
		t.Run(protocol, func(t *testing.T) {
			w := &changing{
				T:   t,
				g:   g,
				idp: idp,
				c: harness.NewCompany(
					g, api, protocol, harness.TwoOrganizations(),
				),
				b: root.Another(t),
			}
			connect := w.c.ConnectSAML
			if protocol == "oidc" {
				connect = w.c.ConnectOIDC
			}
			conn := connect(idp)
			w.at = g.URL + "/admin/enterprises/" + protocol + "/connections/" +
				conn.ID
			w.name = "Test Directory over " + strings.ToUpper(protocol)
			w.signIn("p-1")
			w.b.Operator(g)
			w.edit()
			w.shadow()
			w.enable()
			w.others()
			w.leave()
		})
	}
}

func (w *changing) signIn(person string) {
	w.Helper()
	if a := w.g.Visitor().SignIn(w.idp, w.c.Key, person); a.Err != nil || a.Status != http.StatusSeeOther {
		w.Fatalf("%s: %v", person, a)
	}
}

func (w *changing) groups(want ...string) {
	w.Helper()
	harness.WantGroups(w.T, w.c, "ada@acme.example", want)
}

// edit makes a draft: first an invalid one, then one that leaves a group out.
func (w *changing) edit() {
	w.b.Open(w.g.URL + "/admin/enterprises/" + w.c.Key + "/connections")
	w.b.Says("Verify groups")
	w.b.Shoot("connections")
	w.b.Submit(`th a[href$="` + w.at[len(w.g.URL):] + `"]`)
	w.b.Says("Sign-in link")
	w.b.Says("It cannot be deleted now")
	w.b.Says("ada@acme.example")
	w.b.Submit(`.places a[href$="/settings"]`)
	w.b.Retype("#mapping-exclude", "(unclosed")
	w.b.Retype("#allow-sign-in", "identity.nothing")
	w.b.Submit("main form .actions button:not(.quiet)")
	w.b.Says("problems with 2 fields")
	if got := w.b.List(".wrong"); len(got) != 2 {
		w.Errorf("what is wrong: %q", got)
	}
	w.b.Shoot("wrong")
	w.b.Retype("#mapping-exclude", "^admins$")
	w.b.Retype("#allow-sign-in", `identity.login != "grace@acme.example"`)
	w.b.Submit(`button[formaction$="/settings/try"]`)
	w.b.Says("0 would be refused")
	w.b.Shoot("tried")
	w.b.Submit("main form .actions button:not(.quiet)")
	w.b.Says("Your changes are in the draft")
	w.b.Says("No groups that match")
	w.b.Says("^admins$")
	w.b.Says("not tested")
	w.b.Shoot("draft")
	w.signIn("p-1")
	w.groups(harness.AdasGroups()...)
}

// shadow compares the draft with real sign-ins under the live configuration.
func (w *changing) shadow() {
	w.b.Open(w.at + "/shadow")
	w.b.Submit(`form[action$="/shadow/start"] button`)
	w.b.Says("every sign-in is compared")
	w.signIn("p-1")
	w.signIn("p-2")
	w.groups(harness.AdasGroups()...)
	if !harness.Soon(10e9, func() bool {
		w.b.Open(w.at + "/shadow")
		return strings.Contains(w.b.Text(), "2 of 2 sign-ins")
	}) {
		w.Fatalf("nothing was compared:\n%s", w.b.Text())
	}
	w.b.Says("Names that no longer count: admins")
	w.b.Says("Removed from admins (Platform)")
	w.b.Says("would be refused")
	w.b.Says("sign_in_denied")
	w.b.Shoot("shadow")
}

// enable enables the draft and rolls it back.
func (w *changing) enable() {
	w.b.Click(`.confirm:has(form[action$="/enable"]) summary`)
	w.b.Says("Of 2 sign-ins compared, 2 differed, and 1 would have been refused.")
	w.b.Submit(`form[action$="/enable"] button`)
	w.b.Says("The connection is enabled")
	w.signIn("p-1")
	w.groups(
		"Mobile/Members", "Mobile/developers", "Platform/Members",
		"Platform/developers",
	)
	if a := w.g.Visitor().SignIn(w.idp, w.c.Key, "p-2"); a.Status != http.StatusForbidden {
		w.Errorf("grace: %v", a)
	}
	w.b.Click(`.confirm:has(form[action$="/rollback"]) summary`)
	w.b.Says("2 fields change back")
	w.b.Submit(`form[action$="/rollback"] button`)
	w.b.Says("to the previous version")
	w.signIn("p-1")
	w.signIn("p-2")
	w.groups(harness.AdasGroups()...)
}

// others opens the connection's other pages.
func (w *changing) others() {
	w.b.Open(w.at + "/groups")
	w.b.Says("Verify groups")
	w.b.Says("only elsewhere")
	w.b.Says("other letter case") // Grace's Admins
	w.b.Shoot("groups")
	w.b.Submit(`.places a[href*="show=nowhere"]`)
	w.b.Says("unmatched")
	w.b.Submit(`form[action$="/groups"]:not([role]) button`)
	w.b.Says("Group created")
	w.b.Says("the group was created or renamed after their last sign-in")
	w.b.Retype("#person", "grace@acme.example")
	w.b.Submit(`form[action$="/groups/person"] button`)
	w.b.Says("added")
	w.b.Shoot("person")
	w.b.Open(w.at + "/certificates")
	w.b.Says("Our own keys")
	if w.c.Key == "saml" {
		w.b.Says("trusted")
		w.b.Submit(`form[action$="/refresh"] button`)
		w.b.Says("Nothing has changed")
		w.b.Retype("#certificate", "nonsense!")
		w.b.Submit(`form[action$="/certificates"] button`)
		w.b.Says("BEGIN CERTIFICATE")
	}
	w.b.Shoot("certificates")
	w.b.Open(w.g.URL + "/admin/enterprises/" + w.c.Key + "/held")
	w.b.Says("No group syncs are held")
}

// leave disables the connection and deletes it.
func (w *changing) leave() {
	w.b.Open(w.at)
	w.b.Click(`.confirm:has(form[action$="/disable"]) summary`)
	w.b.Says("cannot sign in another way")
	w.b.Submit(`form[action$="/disable"] button`)
	w.b.Says("its sessions have ended")
	w.b.Click(`.confirm:has(form[action$="/delete"]) summary`)
	w.b.Retype("#confirm-name", "something else")
	w.b.Submit(`form[action$="/delete"] button`)
	w.b.Says("This is not its name")
	w.b.Retype("#confirm-name", w.name)
	w.b.Submit(`form[action$="/delete"] button`)
	w.b.Says("The connection is deleted")
}
