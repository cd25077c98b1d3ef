package api

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

// made creates something and returns its identifier; its Location has to lead
// to the same.
func (f *fixture) made(path string, body any) string {
	f.Helper()
	r := f.do("POST", f.acme.in(path), body)
	f.wants(r, 201, "")
	again := f.do("GET", r.Header().Get("Location"), nil)
	f.wants(again, 200, "")
	if again.text("id") != r.text("id") || r.text("id") == "" {
		f.Errorf("%s leads to %s", r.Header().Get("Location"), again.Body)
	}
	return r.text("id")
}

// newest returns the newest audit event of the first enterprise.
func (f *fixture) newest() sso.AuditEvent {
	f.Helper()
	events, _, err := f.db.AuditEvents(
		f.Context(), sso.EnterpriseID(f.acme["enterprise"]), sso.AuditFilter{},
		sso.Page{Limit: 1},
	)
	f.ok(err)
	return events[0]
}

func (f *fixture) did(action string) {
	f.Helper()
	if e := f.newest(); e.Action != action || e.Actor != string(f.actor) {
		f.Errorf("the newest event is %s by %s; want %s by the token", e.Action, e.Actor, action)
	}
}

func TestEnterprises(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := world{"enterprise": f.made("enterprises", m{
			"key":  "new-one",
			"name": "New & <b>One</b>",
		})}
		got := f.do("GET", w.in(enterprisePath), nil)
		if got.text("sign_in_url") != "https://sso.example/login/sso?enterprise_key=new-one" ||
			got.text("name") != "New & <b>One</b>" {
			t.Errorf("%s", got.Body)
		}
		f.wants(f.do("POST", w.in("enterprises"), m{
			"key":  "new-one",
			"name": "Again",
		}), 409, "key_taken")
		f.wants(
			f.do("PATCH", w.in(enterprisePath), m{"key": "acme"}), 409, "key_taken",
		)
		got = f.do("PATCH", w.in(enterprisePath), m{"name": "Newer"})
		if got.text("key") != "new-one" || got.text("name") != "Newer" {
			t.Errorf("%s", got.Body)
		}
		f.wants(f.do("PATCH", w.in(enterprisePath), m{}), 200, "")
		for _, bad := range []m{
			{"key": "A"},
			{"key": "a_b"},
			{"key": "-a"},
			{"key": ""},
			{"key": strings.Repeat("a", 64)},
			{"name": ""},
			{"name": " "},
			{"name": "a\u202eb"},
			{"name": "a\x00b"},
			{"name": strings.Repeat("x", 4096)},
		} {
			got := f.do("PATCH", w.in(enterprisePath), bad)
			f.wants(got, 422, "validation_failed")
			for name := range bad {
				if diff := cmp.Diff([]string{name}, got.fields()); diff != "" {
					t.Errorf("%v: %s", bad, diff)
				}
			}
		}
		got = f.do("POST", w.in("enterprises"), m{"key": "A", "name": ""})
		if diff := cmp.Diff([]string{"key", "name"}, got.fields()); got.Code != 422 || diff != "" {
			t.Errorf("both at once: %d %s", got.Code, diff)
		}
		got = f.do("POST", w.in("enterprises"), m{})
		if diff := cmp.Diff([]string{"key", "name"}, got.fields()); got.Code != 422 || diff != "" {
			t.Errorf("nothing: %d %s", got.Code, got.Body)
		}
		f.wants(f.do("DELETE", w.in(enterprisePath), nil), 204, "")
		f.wants(f.do("GET", w.in(enterprisePath), nil), 404, "not_found")
		if f.revoked != 1 {
			t.Errorf("%d revocations announced", f.revoked)
		}
		events := f.do("GET", w.in(enterprisePath+"/audit-events?limit=1"), nil)
		if len(events.items()) != 1 ||
			events.items()[0].(m)["action"] != "enterprise.deleted" {
			t.Errorf("what happened to it is gone too: %s", events.Body)
		}
		f.wants(f.do("GET", w.in(enterprisePath+"/users"), nil), 404, "not_found")
	})
}

func TestOrganizationsAndGroups(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		w["organization"] = f.made(enterprisePath+"/organizations", m{
			"key":  "ops",
			"name": "Operations",
		})
		f.did("organization.created")
		f.wants(f.do("POST", w.in(enterprisePath+"/organizations"), m{
			"key":  "ops",
			"name": "x",
		}), 409, "key_taken")
		f.wants(f.do("PATCH", w.in(organizationPath), m{"name": "Ops"}), 200, "")
		w["group"] = f.made(organizationPath+"/groups", m{"name": "engineering"})
		f.did("group.created")
		f.made(organizationPath+"/groups", m{"name": "Engineering"}) // another one
		f.wants(
			f.do("POST", w.in(organizationPath+"/groups"), m{"name": "engineering"}),
			409,
			"name_taken",
		)
		for _, bad := range []string{
			"", " a", "a ", "a\u200bb", "a\u202eb", "Zu\u0308rich", "a\nb", "a\x00",
			strings.Repeat("é", 128),
		} {
			f.wants(
				f.do("POST", w.in(organizationPath+"/groups"), m{"name": bad}),
				422,
				"group_name_invalid",
			)
			f.wants(
				f.do("PATCH", w.in(groupPath), m{"name": bad}), 422,
				"group_name_invalid",
			)
		}
		list := f.do("GET", w.in(enterprisePath+"/groups?name=engineering"), nil)
		if len(list.items()) != 2 {
			t.Errorf("of one name in two organizations: %s", list.Body)
		}
		list = f.do(
			"GET",
			w.in(
				enterprisePath+"/groups?name=engineering&organization="+
					w["organization"],
			),
			nil,
		)
		if len(list.items()) != 1 ||
			list.items()[0].(m)["expected_members"] != 1.0 ||
			list.items()[0].(m)["actual_members"] != 0.0 {
			t.Errorf("%s", list.Body)
		}
		if none := f.do(
			"GET",
			w.in(enterprisePath+"/groups?organization="+f.other["organization"]),
			nil,
		); none.Code != 200 || len(none.items()) != 0 {
			t.Errorf("another enterprise's organization has groups here: %s", none.Body)
		}
		f.members(w)
		got := f.do("PATCH", w.in(groupPath), m{"name": "platform"})
		if got.text("name") != "platform" || got.json["actual_members"] != 1.0 {
			t.Errorf("%s", got.Body)
		}
		f.did("group.updated")
		f.wants(f.do("DELETE", w.in(groupPath), nil), 204, "")
		f.wants(f.do("GET", w.in(groupPath), nil), 404, "not_found")
		w["group"] = f.do("GET", w.in(organizationPath), nil).text("default_group")
		f.wants(f.do("DELETE", w.in(groupPath), nil), 409, "default_group")
		f.wants(f.do("PATCH", w.in(groupPath), m{"name": "x"}), 409, "default_group")
		f.wants(f.do("DELETE", w.in(organizationPath), nil), 204, "")
		f.wants(f.do("GET", w.in(organizationPath), nil), 404, "not_found")
	})
}

// members puts the person into the group by hand, twice, out again, and back.
func (f *fixture) members(w world) {
	f.Helper()
	const path = groupPath + "/members/{user}"
	f.wants(f.do("PUT", w.in(path), nil), 204, "")
	f.did("membership.added")
	f.wants(f.do("PUT", w.in(path), nil), 204, "")
	list := f.do("GET", w.in(groupPath+"/members"), nil)
	if len(list.items()) != 1 {
		f.Fatalf("%s", list.Body)
	}
	got := list.items()[0].(m)
	if got["user"] != w["user"] ||
		got["source"] != "manual" ||
		got["cause"] != string(f.actor) ||
		got["login"] != "ada@acme.test" {
		f.Errorf("%v", got)
	}
	if _, err := time.Parse(time.RFC3339, got["since"].(string)); err != nil ||
		!strings.HasSuffix(got["since"].(string), "Z") {
		f.Errorf("since %v", got["since"])
	}
	if all := f.do("GET", w.in(userPath+"/memberships"), nil); len(all.items()) != 4 {
		// two organizations, each with its default group
		f.Errorf("%s", all.Body)
	}
	f.wants(f.do("DELETE", w.in(path), nil), 204, "")
	f.wants(f.do("DELETE", w.in(path), nil), 404, "not_found")
	f.wants(f.do("PUT", w.in(path), nil), 204, "")
}

func TestUsers(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		for query, want := range map[string]int{
			"":                     1,
			"?login=ada@acme.test": 1,
			"?login=ADA@acme.test": 0,
			"?email=ADA@acme.test": 1,
			"?status=active":       1,
			"?status=deactivated":  0,
			"?login=%25":           0,
			"?login='%20or%201=1":  0,
		} {
			if got := f.do("GET", w.in(enterprisePath+"/users"+query), nil); len(got.items()) != want {
				t.Errorf("%s: %s", query, got.Body)
			}
		}
		got := f.do("GET", w.in(userPath), nil)
		if ids, _ := got.json["identities"].([]any); len(ids) != 1 ||
			ids[0].(m)["subject"] != "ada" ||
			ids[0].(m)["connection"] != w["connection"] {
			t.Errorf("%s", got.Body)
		}
		if got := f.do("PATCH", w.in(userPath), m{"name": "Ada King"}); got.text("name") != "Ada King" {
			t.Errorf("%s", got.Body)
		}
		f.did("user.updated")
		// T-VERIFY-SKIP (CVE-2026-27946, CVE-2026-54693): no client can mark an
		// address as verified, or set a user's identity.
		for _, member := range []string{
			"email_verified", "email", "login", "status", "id", "identities",
		} {
			got := f.do("PATCH", w.in(userPath), m{member: true})
			f.wants(got, 422, "validation_failed")
		}
		f.wants(
			f.do("PATCH", w.in(userPath), m{"name": ""}), 422, "validation_failed",
		)

		bearer := sso.Secret(canaryCookie + "acmeada").Hash()
		if _, err := f.db.Principal(t.Context(), bearer); err != nil {
			t.Fatal(err)
		}
		got = f.do("POST", w.in(userPath+"/deactivate"), nil)
		if got.text("status") != "deactivated" || f.revoked != 1 {
			t.Errorf("%s, %d revocations announced", got.Body, f.revoked)
		}
		f.did("user.deactivated")
		if _, err := f.db.Principal(t.Context(), bearer); sso.KindOf(err) != sso.Unauthenticated {
			t.Errorf("the session of someone deactivated lives: %v", err)
		}
		before := f.history()
		f.wants(f.do("POST", w.in(userPath+"/deactivate"), nil), 200, "")
		if diff := cmp.Diff(before, f.history()); diff != "" {
			t.Errorf("done twice: %s", diff)
		}
		if got := f.do("POST", w.in(userPath+"/reactivate"), `{}`); got.text("status") != "active" {
			t.Errorf("%s", got.Body)
		}
		f.did("user.reactivated")
	})
}

func TestSessions(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		f.more()
		f.revoked = 0
		list := f.do("GET", w.in(userPath+"/sessions"), nil)
		if len(list.items()) != 3 || list.items()[2].(m)["id"] != w["session"] {
			t.Fatalf("%s", list.Body)
		}
		f.wants(
			f.do("DELETE", w.in(enterprisePath+"/sessions/{session}"), nil), 204, "",
		)
		f.wants(
			f.do("DELETE", w.in(enterprisePath+"/sessions/{session}"), nil),
			404,
			"not_found",
		)
		if _, err := f.db.Principal(
			t.Context(), sso.Secret(canaryCookie+"acmeada").Hash(),
		); sso.KindOf(err) != sso.Unauthenticated {
			t.Errorf("revoked, and alive: %v", err)
		}
		if list := f.do("GET", w.in(userPath+"/sessions"), nil); len(list.items()) != 2 || f.revoked != 1 {
			t.Errorf("%s, %d revocations announced", list.Body, f.revoked)
		}
		f.wants(f.do("DELETE", w.in(userPath+"/sessions"), nil), 204, "")
		if list := f.do("GET", w.in(userPath+"/sessions"), nil); len(list.items()) != 0 || f.revoked != 2 {
			t.Errorf("%s, %d revocations announced", list.Body, f.revoked)
		}
		f.wants(f.do("DELETE", w.in(userPath+"/sessions"), nil), 204, "") // there need not be any
		if _, err := f.db.Principal(t.Context(), sso.Secret(canaryCookie+"otherada").Hash()); err != nil {
			t.Errorf("someone else's session: %v", err)
		}
	})
}

func TestRecords(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		later := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		for path, want := range map[string]int{
			"/attempts?user={user}":                              1,
			"/attempts?outcome=succeeded":                        1,
			"/attempts?outcome=failed":                           0,
			"/attempts?code=x":                                   0,
			"/attempts?login=ada@acme.test":                      1,
			"/attempts?since=" + later:                           0,
			"/attempts?since=2026-01-01T00:00:00Z":               1,
			"/attempts?since=2026-01-01T00:00:00%2B02:00":        1,
			"/attempts?user=" + f.other["user"]:                  0,
			"/users/{user}/attempts":                             1,
			"/sync-records?user={user}":                          1,
			"/sync-records?since=" + later:                       0,
			"/audit-events?action=group.created":                 1,
			"/audit-events?actor=operator&action=domain.created": 1,
			"/audit-events?actor=x":                              0,
			"/audit-events?since=" + later:                       0,
		} {
			if got := f.do(
				"GET", w.in(enterprisePath+path), nil,
			); got.Code != 200 || len(got.items()) != want {
				t.Errorf(
					"%s: %d items; want %d: %s", path, len(got.items()), want,
					got.Body,
				)
			}
		}
		got := f.do("GET", w.in(enterprisePath+"/attempts/{attempt}"), nil)
		groups, _ := got.json["groups"].(m)
		if groups["state"] != "values" ||
			got.text("user") != w["user"] ||
			got.json["code"] != nil {
			t.Errorf("%s", got.Body)
		}
		record := f.do(
			"GET", w.in(enterprisePath+"/sync-records"), nil,
		).items()[0].(m)
		if added, _ := record["added"].([]any); len(added) != 2 ||
			record["attempt"] != w["attempt"] ||
			len(record["removed"].([]any)) != 0 {
			t.Errorf("%v", record)
		}
		instance := f.do("GET", Prefix+"audit-events?action=token.created", nil)
		if len(instance.items()) != 1 ||
			instance.items()[0].(m)["target"] != string(f.actor) {
			t.Errorf("%s", instance.Body)
		}
	})
}
