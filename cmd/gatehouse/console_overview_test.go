package main

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"gatehouse/sso"
)

func TestEnterprises(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	const list = "/admin/enterprises"
	d.get(
		operator, list, 200, "Enterprise acme", "/admin/enterprises/globex",
		"draft pending",
	)
	d.get(operator, list+"?q=GLOB", 200, "Enterprise globex", "NOT Enterprise acme")
	d.get(operator, list+"?q=%25", 200, "No enterprises match")
	for name, x := range map[string]struct{ form, wants string }{
		"taken":     {"name=Initech&key=acme", "This key is in use already"},
		"no name":   {"name=&key=initech", `href="#name"`},
		"wrong key": {"name=Initech&key=In+itech", `value="In itech"`},
		"two lines": {"name=Ini%0Atech&key=initech", `href="#name"`},
		"wrong org": {
			"name=Initech&key=initech&organization=a%0Ab", `href="#organization"`,
		},
	} {
		form, err := url.ParseQuery(x.form)
		d.ok(err)
		d.says(d.post(operator, list, form), name, 422, x.wants)
	}
	w := d.post(operator, list, url.Values{
		"name":         {"Initech"},
		"key":          {"initech"},
		"organization": {"Headquarters"},
	})
	at := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther ||
		at != "/admin/enterprises/initech?done=created" {
		t.Fatalf("making one leads to %q with %d", at, w.Code)
	}
	d.get(
		operator, at, 200, "Enterprise created", "No one can sign in yet",
		"/admin/enterprises/initech/connections/new", "enterprise_key=initech",
	)
	initech, err := d.g.db.EnterpriseByKey(t.Context(), "initech")
	d.ok(err)
	orgs, _, err := d.g.db.Organizations(t.Context(), initech.ID, sso.Page{})
	d.ok(err)
	if len(orgs) != 1 || orgs[0].Name != "Headquarters" {
		t.Errorf("organizations: %+v", orgs)
	}
	d.says(d.post(operator, list+"/initech/rename", url.Values{
		"name": {"Initech"},
		"key":  {"acme"},
	}), "rename", 422, "This key is in use already",
		"<details class=\"confirm\" open>")
	if at := d.post(operator, list+"/initech/rename", url.Values{
		"name": {"Initrode"},
		"key":  {"initrode"},
	}).Header().Get("Location"); at != "/admin/enterprises/initrode?done=renamed" {
		t.Errorf("renaming leads to %q", at)
	}
	d.get(operator, list+"/initrode", 200, "Initrode")
}

func TestDeleteEnterprise(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	d.says(
		d.post(operator, "/admin/enterprises/acme/delete", url.Values{
			"confirm": {"acne"},
		}),
		"a typing error",
		422,
		"Nothing was deleted",
		`value="acne"`,
	)
	d.get(named, "/admin/enterprises/acme", 200)
	w := d.post(named, "/admin/enterprises/acme/delete", url.Values{
		"confirm": {"acme"},
	})
	if w.Code != http.StatusNotFound {
		t.Errorf("an enterprise admin deletes their enterprise: %d", w.Code)
	}
	if at := d.post(operator, "/admin/enterprises/acme/delete", url.Values{
		"confirm": {"acme"},
	}).Header().Get(
		"Location",
	); at != "/admin/enterprises?done=deleted" {
		t.Errorf("deleting leads to %q", at)
	}
	d.get(
		operator, "/admin/enterprises?done=deleted", 200, "Enterprise deleted",
		"NOT Enterprise acme",
	)
	w = d.ask(
		d.g.handler(), named, http.MethodGet, "/admin/enterprises/acme",
		"same-origin",
	)
	if !strings.HasPrefix(w.Header().Get("Location"), "/admin/sign-in") {
		t.Errorf("a user of the deleted enterprise is answered with %d", w.Code)
	}
}

func TestOverview(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	const at = "/admin/enterprises/acme"
	d.get(
		named, at, 200, "healthy", "Sign-in works: the last one succeeded just now.",
		"A draft of Other is not tested", "The domain acme.test is not verified",
		"0 of 11 (0 %)", "NOT Delete this enterprise",
	)
	d.get(operator, at, 200, "Delete this enterprise", "Change name or key")
	for range 12 { // more than half of all
		d.failed(d.conn, "hopper@acme.test")
	}
	d.get(
		named, at, 200, "12 of the last day’s",
		"through Directory failed, most with saml_wrong_recipient",
		"See failures", "/activity?outcome=failed", "See 12",
		"/admin/troubleshooting#saml_wrong_recipient", "and 12 failed",
	)
	d.ok(d.g.health.Run(t.Context()))
	events, _, err := d.g.db.HealthEvents(
		t.Context(), d.acme.ID, sso.HealthFilter{Open: true}, sso.Page{},
	)
	d.ok(err)
	if len(events) != 1 || events[0].Kind != sso.HealthErrors {
		t.Errorf("what was recorded: %+v", events)
	}
	d.get(
		operator, "/admin/enterprises/globex", 200, "healthy",
		"NOT saml_wrong_recipient",
	)
}
