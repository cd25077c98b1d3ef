package api

import (
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// TestPolicyDryRun tries policies on sign-ins that were, and changes nothing.
func TestPolicyDryRun(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		e, err := f.db.Enterprise(ctx, sso.EnterpriseID(f.acme["enterprise"]))
		f.ok(err)
		c, err := f.db.Connection(ctx, e.ID, sso.ConnectionID(f.acme["connection"]))
		f.ok(err)
		at := time.Now().Truncate(time.Second)
		for i, subject := range []string{"ada", "linus"} {
			s := signIn(e, c, subject, at.Add(time.Duration(i)*time.Second))
			s.Identity.Claims = sso.Claims{"type": {map[string]string{
				"ada":   "staff",
				"linus": "contractor",
			}[subject]}}
			s.Attempt.Identity, s.Session.Token = &s.Identity, sso.NewSecret().Hash()
			_, _, err := f.db.RecordLogin(ctx, s, storetest.Reset(s.Identity.Groups))
			f.ok(err)
		}
		path := f.acme.in(connectionPath + "/policy/dry-run")
		f.unchanged(func() {
			for body, want := range map[string]string{
				`{}`: "linus allowed skip, ada allowed skip",
				`{"email_verification":{"mode":"always"}}`: "linus allowed require, ada allowed require",
				`{"email_verification":{"mode":"expression","expression":"identity.claims[\"type\"][0] == \"contractor\" ? \"skip\" : \"vouch\""}}`: "linus allowed skip, ada allowed vouch",
				`{"allow_sign_in":"identity.claims[\"type\"][0] == \"staff\""}`:                                                                     "linus denied, ada allowed skip",
				`{"allow_sign_in":"identity.matched_groups == [\"engineering\"]"}`:                                                                  "linus allowed skip, ada allowed skip",
				`{"allow_sign_in":"size(identity.matched_groups) == 0"}`:                                                                            "linus denied, ada denied",
			} {
				got := f.do("POST", path, body)
				f.wants(got, 200, "")
				var said []string
				for _, x := range got.json["trials"].([]any) {
					trial := x.(map[string]any)
					s := strings.TrimSuffix(trial["login"].(string), "@acme.test") +
						map[bool]string{
							true:  " allowed",
							false: " denied",
						}[trial["allowed"].(bool)]
					if d, ok := trial["email_verification"].(map[string]any); ok {
						s += " " + d["action"].(string)
						if d["reason"] == "" {
							t.Errorf("%s: no reason", body)
						}
					}
					said = append(said, s)
				}
				if got := strings.Join(said, ", "); got != want {
					t.Errorf("%s: %s, want %s", body, got, want)
				}
			}
			for body, field := range map[string]string{
				`{"allow_sign_in":"true +"}`:   "allow_sign_in",
				`{"allow_sign_in":"\"skip\""}`: "allow_sign_in",
				`{"email_verification":{"mode":"expression","expression":"identity.nobody"}}`: "email_verification.expression",
				`{"email_verification":{"mode":"perhaps"}}`:                                   "email_verification.mode",
			} {
				got := f.do("POST", path, body)
				f.wants(got, 422, got.code())
				if names := got.fields(); len(names) == 0 ||
					names[0] != field ||
					!strings.Contains(got.Body.String(), "ine 1, column") &&
						field != "email_verification.mode" {
					t.Errorf("%s: %s", body, got.Body)
				}
			}
		})
	})
}

func TestPoliciesAreSaved(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		path := f.acme.in(connectionPath)
		got := f.do("PATCH", path, m{
			"allow_sign_in":      "size(identity.matched_groups) > 0",
			"email_verification": m{"mode": "unverified-domain", "trust_idp": true},
		})
		f.wants(got, 200, "")
		draft := got.json["draft"].(map[string]any)
		if v := draft["email_verification"].(map[string]any); draft["allow_sign_in"] !=
			"size(identity.matched_groups) > 0" ||
			v["trust_idp"] != true ||
			v["mode"] != "unverified-domain" {
			t.Errorf("%v", draft)
		}
		got = f.do("PATCH", path, m{"allow_sign_in": "true\n&& identity.no one"})
		f.wants(got, 422, "invalid_configuration")
		if !strings.Contains(got.Body.String(), "Line 2, column") ||
			got.fields()[0] != "allow_sign_in" {
			t.Errorf("%s", got.Body)
		}
		f.wants(f.do("PATCH", path, m{"allow_sign_in": ""}), 200, "")
	})
}

func TestVouch(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		ctx := t.Context()
		ent, id := sso.EnterpriseID(f.acme["enterprise"]), sso.UserID(f.acme["user"])
		status := func(s sso.UserStatus) {
			_, err := f.db.UpdateUser(ctx, sso.ActorOperator, ent, id, func(u sso.User) (sso.User, error) {
				u.Status = s
				return u, nil
			})
			f.ok(err)
		}
		status(sso.UserPending)
		if got := f.do("POST", f.acme.in(userPath+"/reactivate"), nil); got.text("status") != "pending" {
			t.Errorf("reactivating let in who is pending: %s", got.Body)
		}
		if got := f.do("GET", f.acme.in(enterprisePath+"/users?status=pending"), nil); len(got.items()) != 1 {
			t.Errorf("%s", got.Body)
		}
		for range 2 {
			got := f.do("POST", f.acme.in(userPath+"/vouch"), nil)
			f.wants(got, 200, "")
			if got.text("status") != "active" ||
				got.json["email_verified"] != true ||
				got.text("vouched_at") == "" {
				t.Errorf("%s", got.Body)
			}
		}
		events, _, err := f.db.AuditEvents(
			ctx, ent, sso.AuditFilter{Action: "user.vouched"}, sso.Page{},
		)
		f.ok(err)
		if len(events) != 1 ||
			events[0].Actor != string(f.actor) ||
			events[0].Target != string(id) {
			t.Errorf("%+v", events)
		}
		status(sso.UserDeactivated)
		if got := f.do("POST", f.acme.in(userPath+"/vouch"), nil); got.text("status") != "deactivated" {
			t.Errorf("vouching let in who was switched off: %s", got.Body)
		}
	})
}

func TestAttemptSaysWhatWasDecided(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		now := time.Now()
		a := sso.Attempt{
			ID:         sso.NewID[sso.AttemptID](now),
			Enterprise: sso.EnterpriseID(f.acme["enterprise"]),
			Connection: sso.ConnectionID(f.acme["connection"]),
			Login:      "new",
			Outcome:    sso.OutcomePending,
			Code:       "verification_required",
			At:         now,
			Email: sso.EmailDecision{
				Action: sso.RequireCode,
				Reason: "Because.",
			},
		}
		f.ok(f.db.RecordAttempt(t.Context(), a, ""))
		got := f.do(
			"GET", f.acme.in(enterprisePath+"/attempts?outcome=pending"), nil,
		)
		f.wants(got, 200, "")
		item := got.items()[0].(map[string]any)
		d, _ := item["email_verification"].(map[string]any)
		if item["outcome"] != "pending" ||
			item["code"] != "verification_required" ||
			d["action"] != "require" ||
			d["reason"] != "Because." {
			t.Errorf("%s", got.Body)
		}
	})
}
