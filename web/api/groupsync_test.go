package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

const connectionsPath = enterprisePath + "/connections"

// enter records a sign-in of a user with asserted groups.
func (f *fixture) enter(w world, subject string, groups ...string) sso.User {
	f.Helper()
	e, err := f.db.Enterprise(f.Context(), sso.EnterpriseID(w["enterprise"]))
	f.ok(err)
	c, err := f.db.Connection(f.Context(), e.ID, sso.ConnectionID(w["connection"]))
	f.ok(err)
	s := signIn(e, c, subject, time.Now())
	s.Session.Token = sso.NewSecret().Hash()
	s.Identity.Groups.Names = groups
	u, _, err := f.db.RecordLogin(f.Context(), s, storetest.Reset(s.Identity.Groups))
	f.ok(err)
	return u
}

func names(all any, member string) (found []string) {
	list, _ := all.([]any)
	for _, item := range list {
		found = append(found, fmt.Sprint(item.(map[string]any)[member]))
	}
	return found
}

func TestPastMembersAndRestore(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		bob := f.enter(w, "bob", "engineering")
		then := time.Now().UTC().Format(time.RFC3339Nano)
		time.Sleep(2 * time.Millisecond) // RFC 3339 with microseconds has to tell the two apart
		f.enter(w, "bob")
		at := f.do("GET", w.in(groupPath+"/members?at="+then), nil)
		f.wants(at, 200, "")
		last := at.items()[len(at.items())-1].(map[string]any)
		if len(at.items()) != 2 ||
			last["user"] != string(bob.ID) ||
			last["until"] == nil ||
			!strings.HasPrefix(fmt.Sprint(last["ended_by"]), "att-") {
			t.Errorf("then: %s", at.Body)
		}
		w["user"] = string(bob.ID)
		mine := f.do("GET", w.in(userPath+"/memberships?at="+then), nil)
		if diff := cmp.Diff(
			[]string{"Members", "engineering"},
			names(mine.json["items"], "group_name"),
		); diff != "" {
			t.Error(diff)
		}
		for _, path := range []string{
			userPath + "/restore-memberships", groupPath + "/restore",
		} {
			before := f.revoked
			shown := f.do("POST", w.in(path), m{"at": then, "dry_run": true})
			f.wants(shown, 200, "")
			if shown.json["done"] != false ||
				len(names(shown.json["added"], "user")) != 1 ||
				f.revoked != before {
				t.Errorf("%s, shown: %s", path, shown.Body)
			}
			done := f.do("POST", w.in(path), m{"at": then})
			if done.json["done"] != true ||
				cmp.Diff(
					[]string{"engineering"}, names(done.json["added"], "group_name"),
				) != "" ||
				f.revoked != before+1 {
				t.Errorf("%s, done: %s", path, done.Body)
			}
			now := f.do("GET", w.in(userPath+"/memberships"), nil)
			if len(now.items()) != 2 {
				t.Errorf("%s, now: %s", path, now.Body)
			}
			f.enter(w, "bob")
		}
		f.wants(
			f.do("POST", w.in(groupPath+"/restore"), m{}), 422, "validation_failed",
		)
		f.wants(
			f.do("POST", w.in(groupPath+"/restore"), m{"at": "yesterday"}),
			422,
			"validation_failed",
		)
	})
}

// TestShareBrake: a restore that empties a group has to be meant.
func TestShareBrake(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	w := f.acme
	then := time.Now().UTC().Format(time.RFC3339Nano)
	for i := range 21 {
		f.enter(w, fmt.Sprint("person-", i), "engineering")
	}
	body := m{"at": then}
	got := f.do("POST", w.in(groupPath+"/restore"), body)
	f.wants(got, 409, "share_brake")
	if members := f.do("GET", w.in(groupPath+"/members"), nil); len(members.items()) != 22 {
		t.Errorf("something was done: %s", members.Body)
	}
	body["dry_run"] = true
	f.wants(f.do("POST", w.in(groupPath+"/restore"), body), 200, "")
	f.wants(
		f.do("POST", w.in(groupPath+"/restore"), m{
			"at":      then,
			"confirm": true,
		}),
		200,
		"",
	)
	if members := f.do("GET", w.in(groupPath+"/members"), nil); len(members.items()) != 1 {
		t.Errorf("not done: %s", members.Body)
	}
}

func TestDriftAndReconcile(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		bob := f.enter(w, "bob", "engineering")
		eve := f.enter(w, "eve")
		f.wants(
			f.do("DELETE", w.in(groupPath+"/members/"+string(bob.ID)), nil), 204, "",
		)
		f.wants(
			f.do("PUT", w.in(groupPath+"/members/"+string(eve.ID)), nil), 204, "",
		)
		got := f.do("GET", w.in(groupPath+"/drift"), nil)
		f.wants(got, 200, "")
		if got.json["expected_members"] != 2.0 ||
			got.json["actual_members"] != 2.0 ||
			cmp.Diff(
				[]string{string(bob.ID)}, names(got.json["missing"], "user"),
			) != "" ||
			cmp.Diff(
				[]string{"manual"}, names(got.json["missing"], "reason"),
			) != "" ||
			cmp.Diff(
				[]string{string(eve.ID)}, names(got.json["extra"], "user"),
			) != "" ||
			cmp.Diff([]string{"manual"}, names(got.json["extra"], "reason")) != "" {
			t.Errorf("drift: %s", got.Body)
		}
		dry := f.do("POST", w.in(groupPath+"/reconcile"), m{"dry_run": true})
		if dry.json["done"] != false ||
			len(names(dry.json["added"], "user")) != 1 ||
			len(names(dry.json["removed"], "user")) != 1 {
			t.Errorf("shown: %s", dry.Body)
		}
		f.wants(f.do("POST", w.in(groupPath+"/reconcile"), m{}), 200, "")
		got = f.do("GET", w.in(groupPath+"/drift"), nil)
		if len(names(got.json["missing"], "user"))+
			len(names(got.json["extra"], "user")) != 0 {
			t.Errorf("after: %s", got.Body)
		}
	})
}

func TestHeldSyncs(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		list := f.do(
			"GET",
			w.in(enterprisePath+"/held-syncs?state=waiting&user="+w["user"]),
			nil,
		)
		f.wants(list, 200, "")
		if cmp.Diff(
			[]string{w["held_sync"]}, names(list.json["items"], "id"),
		) != "" {
			t.Fatalf("waiting: %s", list.Body)
		}
		done := f.do(
			"POST", w.in(enterprisePath+"/held-syncs/{held_sync}/approve"), nil,
		)
		f.wants(done, 200, "")
		if done.json["state"] != "approved" ||
			done.json["decided_by"] != string(f.actor) ||
			f.revoked != 1 {
			t.Errorf("approved: %s", done.Body)
		}
		if members := f.do("GET", w.in(groupPath+"/members"), nil); len(members.items()) != 0 {
			t.Errorf("not done: %s", members.Body)
		}
		for _, verb := range []string{"approve", "discard"} {
			f.wants(
				f.do(
					"POST", w.in(enterprisePath+"/held-syncs/{held_sync}/"+verb),
					nil,
				),
				409,
				"held_sync_decided",
			)
		}
		f.wants(
			f.do(
				"POST", f.other.in(enterprisePath+"/held-syncs/{held_sync}/discard"),
				nil,
			),
			200,
			"",
		)
		if members := f.do("GET", f.other.in(groupPath+"/members"), nil); len(members.items()) != 1 {
			t.Errorf("discarded, and done all the same: %s", members.Body)
		}
	})
}

func TestAdminGroups(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	w := f.acme
	made := f.do("POST", w.in(organizationPath+"/groups"), m{
		"name":  "owners",
		"admin": true,
	})
	f.wants(made, 201, "")
	if made.json["admin"] != true {
		t.Errorf("made: %s", made.Body)
	}
	w["group"] = made.text("id")
	if got := f.do(
		"PATCH", w.in(groupPath), m{"name": "Owners"},
	); got.json["admin"] != true || got.json["name"] != "Owners" {
		t.Errorf("renamed: %s", got.Body)
	}
	if got := f.do("PATCH", w.in(groupPath), m{"admin": false}); got.json["admin"] != false ||
		got.json["name"] != "Owners" {
		t.Errorf("changed: %s", got.Body)
	}
}

func TestSyncPreview(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		f.made(organizationPath+"/groups", m{"name": "ops"})
		path := w.in(connectionsPath + "/{connection}/sync-preview")
		f.unchanged(func() {
			got := f.do("POST", path, m{
				"user":   w["user"],
				"groups": []string{"ops", "Engineering", "nowhere"},
			})
			f.wants(got, 200, "")
			orgs, _ := got.json["organizations"].([]any)
			if len(orgs) != 1 ||
				got.json["user"] != w["user"] ||
				got.json["mode"] != "reset" ||
				got.json["held"] != false {
				t.Fatalf("%s", got.Body)
			}
			o := orgs[0].(map[string]any)
			for member, want := range map[string][]string{
				"added":       {"ops"},
				"removed":     {"engineering"},
				"kept":        {"Members"},
				"near_misses": {"engineering"},
			} {
				if diff := cmp.Diff(want, names(o[member], "name")); diff != "" {
					t.Errorf("%s: %s", member, diff)
				}
			}
			for state, mode := range map[string]string{
				"absent":    "keep",
				"overage":   "keep",
				"truncated": "add-only",
				"empty":     "reset",
			} {
				if got := f.do("POST", path, m{
					"login":  "ada@acme.test",
					"state":  state,
					"groups": []string{"ops"},
				}); got.json["mode"] != mode || got.json["user"] != w["user"] {
					t.Errorf("%s: %s", state, got.Body)
				}
			}
			if got := f.do("POST", path, m{"groups": []string{"ops"}}); got.json["user"] != nil {
				t.Errorf("a newcomer: %s", got.Body)
			}
			f.wants(f.do("POST", path, m{
				"user":  w["user"],
				"login": "x",
			}), 422, "validation_failed")
			f.wants(f.do("POST", path, m{"user": f.other["user"]}), 404, "not_found")
			f.wants(f.do("POST", path, m{"user": "x"}), 422, "validation_failed")
			f.wants(
				f.do("POST", path, m{"state": "sometimes"}), 422,
				"validation_failed",
			)
		})
	})
}

func TestDirectorySecretIsNotShown(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	path := f.acme.in(connectionsPath + "/{connection}")
	got := f.do("PATCH", path, m{"directory": m{
		"tenant":        "contoso.example",
		"client_id":     "reader",
		"client_secret": canarySecret + "-2",
		"by_id":         true,
	}})
	f.wants(got, http.StatusOK, "")
	draft, _ := got.json["draft"].(map[string]any)
	want := map[string]any{
		"tenant":            "contoso.example",
		"client_id":         "reader",
		"has_client_secret": true,
		"by_id":             true,
	}
	if diff := cmp.Diff(want, draft["directory"]); diff != "" {
		t.Error(diff)
	}
	got = f.do("PATCH", path, m{"directory": m{"tenant": "", "client_id": ""}})
	if draft, _ = got.json["draft"].(map[string]any); draft["directory"] != nil {
		t.Errorf("taken away: %s", got.Body)
	}
	f.wants(
		f.do("PATCH", path, m{"directory": m{"tenant": "../evil"}}), 422,
		"invalid_configuration",
	)
}

// TestHeldByCause decides all that is held for one cause, of one company.
func TestHeldByCause(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		const held = enterprisePath + "/held-syncs"
		causes := f.do("GET", w.in(held+"/causes"), nil)
		f.wants(causes, 200, "")
		if got := fmt.Sprint(
			names(causes.json["items"], "cause"),
			names(causes.json["items"], "waiting"),
		); got != "[last_admin] [1]" {
			t.Errorf("got %s", got)
		}
		f.wants(f.do("POST", w.in(held+"/approve"), m{}), 422, "validation_failed")
		f.wants(
			f.do("POST", w.in(held+"/approve"), m{"cause": "everything"}),
			422,
			"validation_failed",
		)
		f.wants(f.do("POST", w.in(held+"/approve"), m{
			"cause":      "last_admin",
			"connection": "conn-1",
		}), 422, "validation_failed")
		for _, x := range []struct {
			w    world
			body m
			want int
		}{
			{w, m{"cause": "matches_nothing"}, 0},
			{w, m{"cause": "last_admin", "connection": f.other["connection"]}, 0},
			{w, m{"cause": "last_admin", "through": w["held_sync"]}, 1},
			{w, m{"cause": "last_admin"}, 0},
			{f.other, m{"cause": "last_admin"}, 1},
		} {
			done := f.do("POST", x.w.in(held+"/discard"), x.body)
			f.wants(done, 200, "")
			if got := fmt.Sprint(done.json["decided"]); got != fmt.Sprint(x.want) {
				t.Errorf("%v decided %s, want %d", x.body, got, x.want)
			}
		}
		list := f.do("GET", w.in(held+"?cause=last_admin&state=discarded"), nil)
		if got := names(list.json["items"], "id"); len(got) != 1 || got[0] != w["held_sync"] {
			t.Errorf("discarded: %s", list.Body)
		}
	})
}

// TestBrakeSettings: each is shown with its default, and can be set.
func TestBrakeSettings(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		at := f.acme.in(connectionPath)
		for body, want := range map[string]string{
			`{}`:                       "map[off:false people:20 share:50 window:3600]",
			`{"share":10,"people":5}`:  "map[off:false people:5 share:10 window:3600]",
			`{"off":true,"window":60}`: "map[off:true people:20 share:50 window:60]",
		} {
			var brake any
			f.ok(json.Unmarshal([]byte(body), &brake))
			reset := f.do("PATCH", at, m{"brake": m{
				"off":    false,
				"share":  0,
				"people": 0,
				"window": 0,
			}})
			f.wants(reset, 200, "")
			changed := f.do("PATCH", at, m{"brake": brake})
			f.wants(changed, 200, "")
			draft, _ := changed.json["draft"].(map[string]any)
			if draft == nil {
				draft = changed.json["live"].(map[string]any)
			}
			if got := fmt.Sprint(draft["brake"]); got != want {
				t.Errorf("%s: %s, want %s", body, got, want)
			}
		}
		for _, wrong := range []m{
			{"share": 101},
			{"share": -1},
			{"people": -1},
			{"window": 59},
			{"window": 90000},
		} {
			f.wants(
				f.do("PATCH", at, m{"brake": wrong}), 422, "invalid_configuration",
			)
		}
	})
}
