package login_test

import (
	"strings"
	"testing"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/sso/policy"
)

// optional lets people without an address in, and has Kim be one of them.
func (w *world) optional(c *company, change func(cfg *sso.Config)) {
	w.Helper()
	w.mailbox(c, "")
	w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
		cfg.EmailOptional = true
		cfg.EmailVerification.Mode = policy.ModeUnverifiedDomain
		if change != nil {
			change(cfg)
		}
	})
}

// mailbox gives Kim an address at the identity provider; "" for none.
func (w *world) mailbox(c *company, address string) {
	w.Helper()
	c.idp.AddPerson(demoidp.Person{
		ID:        "id-kim",
		Login:     "kim",
		Email:     address,
		GivenName: "Kim",
		Surname:   "X",
		Groups:    []string{"dev"},
	})
}

// TestWithoutAddress: a user without a mailbox signs in without a code and has no
// address; nothing changes for users with an address.
func TestWithoutAddress(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.mailbox(c, "")
			_, err := w.signIn(c, "kim")
			w.recorded(
				c, err, sso.Forbidden, string(c.conn.Protocol)+"_attribute_invalid",
			)
			w.optional(c, nil)
			r := w.enters(c, "kim")
			if u := r.User; u.Email != "" ||
				u.EmailVerified ||
				u.Status != sso.UserActive {
				w.Errorf("%s: got %+v", c.Key, u)
			}
			if p := w.principal(r); p.User.Email != "" || p.User.EmailVerified {
				w.Errorf("%s: applications are told of %q", c.Key, p.User.Email)
			}
			w.in(
				c, r.User.ID, "web/dev=jit", "web/Members=default", "app/dev=jit",
				"app/Members=default",
			)
			a := w.attemptOf(c, r)
			if a.Email.Action != sso.SkipCode ||
				!strings.Contains(a.Email.Reason, "none to prove") {
				w.Errorf("%s: decided %+v", c.Key, a.Email)
			}
			if ada := w.enters(c, "ada"); ada.User.Email != "ada@"+c.Key+".example" ||
				!ada.User.EmailVerified {
				w.Errorf("%s: with an address: %+v", c.Key, ada.User)
			}
			if again := w.enters(c, "kim"); again.User.ID != r.User.ID || again.User.Email != "" {
				w.Errorf("%s: the second time: %+v", c.Key, again.User)
			}
		}
		if n := len(w.box.letters); n != 0 {
			w.Errorf("%d codes were sent", n)
		}
	})
}

// TestPolicyOfPeopleWithoutAddress: policies decide about users without an
// address, and expressions about addresses or domains do not match them.
func TestPolicyOfPeopleWithoutAddress(t *testing.T) {
	rule := func(mode, expression string) func(*sso.Config) {
		return func(cfg *sso.Config) {
			cfg.EmailVerification = sso.EmailVerification{
				Mode:       mode,
				Expression: expression,
				TrustIDP:   true,
			}
		}
	}
	allow := func(expression string) func(*sso.Config) {
		return func(cfg *sso.Config) { cfg.AllowSignIn = expression }
	}
	for name, c := range map[string]struct {
		change func(*sso.Config)
		want   string // the code; "" if they get in
	}{
		"never":     {rule(policy.ModeNever, ""), ""},
		"by domain": {rule(policy.ModeUnverifiedDomain, ""), ""},
		"always":    {rule(policy.ModeAlways, ""), "vouch_required"},
		"asked for a code": {
			rule(policy.ModeExpression, `"require"`), "vouch_required",
		},
		"denied without an address": {
			rule(policy.ModeExpression, `identity.email == "" ? "deny" : "default"`),
			"first_sign_in_denied",
		},
		"skipped for being verified": {
			rule(policy.ModeExpression, `identity.email_verified ? "skip" : "deny"`),
			"first_sign_in_denied",
		},
		"skipped for a proven domain": {
			rule(policy.ModeExpression, `domain_verified ? "skip" : "require"`),
			"vouch_required",
		},
		"contractors": {
			rule(policy.ModeExpression, `"dev" in identity.groups`),
			"",
		},
		"an expression that fails": {
			rule(policy.ModeExpression, `identity.claims["nothing"][0] == "x"`),
			"vouch_required",
		},
		"only one domain may come in": {
			allow(`identity.email_domain in ["acme.example", "globex.example"]`),
			"sign_in_denied",
		},
		"only addresses may come in": {
			allow(`identity.email != ""`), "sign_in_denied",
		},
		"a suffix of an empty address": {
			allow(`identity.email.endsWith(".example")`), "sign_in_denied",
		},
		"all but one domain may come in": {
			allow(`identity.email != "" && identity.email_domain != "rival.example"`),
			"sign_in_denied",
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				for _, at := range []*company{w.acme, w.globex} {
					w.optional(at, c.change)
					r, err := w.signIn(at, "kim")
					if c.want == "" {
						w.ok(err)
						continue
					}
					if sso.CodeOf(err) != c.want || r.Proof != "" {
						w.Fatalf(
							"%s: %v, waits for a code: %v; want %s", at.Key, err,
							r.Proof != "", c.want,
						)
					}
					if c.want != "vouch_required" {
						continue
					}
					u := w.users(at)[0]
					_, err = w.db.UpdateUser(w.Context(), by, at.ID, u.ID, func(u sso.User) (sso.User, error) {
						u.VouchedAt, u.Status = w.clock.Now(), sso.UserActive
						return u, nil
					})
					w.ok(err)
					w.enters(at, "kim")
				}
			})
		})
	}
}

// TestAddressAppearsAndDisappears: one that is sent later is taken over, and
// verified by what verifies any; one that is not sent any more stays, as what it
// was known to be.
func TestAddressAppearsAndDisappears(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.optional(c, func(cfg *sso.Config) {
				cfg.EmailVerification.TrustIDP = true
			})
			step := func(address, want string, verified bool) {
				w.Helper()
				w.mailbox(c, address)
				u := w.enters(c, "kim").User
				stored, err := w.db.User(w.Context(), c.ID, u.ID)
				w.ok(err)
				if u.Email != want ||
					u.EmailVerified != verified ||
					stored.Email != want ||
					stored.EmailVerified != verified {
					w.Errorf(
						"%s: %q was sent: %q, verified %v; stored %q, %v", c.Key,
						address, u.Email, u.EmailVerified, stored.Email,
						stored.EmailVerified,
					)
				}
			}
			own, other := "kim@"+c.Key+".example", "kim@freelance.example"
			step("", "", false)
			step(own, own, true)
			step("", own, true)
			// The demo provider calls any address verified over OpenID Connect, and
			// this connection believes it; SAML has no such word.
			said := c.conn.Protocol == sso.OIDC
			step(other, other, said)
			step("", other, said)
			step(own, own, true)
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Mapping.Email = nil
			})
			step(own, "", false) // the mapping says that people have none
		}
	})
}

// TestUnusableAddressIsNoneMissing: an invalid address does not count as a
// missing one.
func TestUnusableAddressIsNoneMissing(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.optional(c, nil)
			for _, address := range []string{
				"kim", "kim@acme.example@rival.example",
				`"kim@acme.example"@rival.example`,
			} {
				w.mailbox(c, address)
				_, err := w.signIn(c, "kim")
				if a := w.recorded(
					c, err, sso.Forbidden,
					string(c.conn.Protocol)+"_attribute_invalid",
				); w.failedCheck(a).Name != "email" {
					w.Errorf("%s: %q: %+v", c.Key, address, a.Checks)
				}
			}
		}
	})
}

// TestRehearsalsWithoutAddress: test connection and shadow mode say what a
// sign-in without an address would come to.
func TestRehearsalsWithoutAddress(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.mailbox(c, "")
			kim := func(s *services) (login.Result, error) {
				return w.completeBy(s, c, w.answer(c, "kim", w.begin(c)))
			}
			s := w.shadow(c, func(cfg *sso.Config) {
				cfg.EmailOptional = true
				cfg.EmailVerification.Mode = policy.ModeAlways
			})
			code := string(c.conn.Protocol) + "_attribute_invalid"
			_, err := kim(s)
			w.fails(err, sso.Forbidden, code)
			if _, all := w.tally(c, 1); len(all) != 1 ||
				all[0].LiveCode != code ||
				all[0].DraftCode != "vouch_required" {
				w.Errorf("%s: shadow mode says %+v", c.Key, all)
			}

			w.optional(c, func(cfg *sso.Config) {
				cfg.EmailVerification.Mode = policy.ModeAlways
			})
			w.edit(c, func(conn *sso.Connection, _ *sso.Config) {
				conn.Draft = nil
			})
			run, _ := w.beginTest(c)
			run = w.ended(c, run, w.tryOutAs(c, "kim", run, w.browser))
			if run.State != sso.TestPassed ||
				run.Warned != 0 ||
				run.Result.Identity.Email != "" ||
				run.Result.Email.Action != sso.VouchFirst {
				w.Errorf("%s: the test says %s %+v", c.Key, run.State, run.Result)
			}
			var codes []string
			for _, x := range run.Result.Warnings {
				codes = append(codes, x.Code)
			}
			if got := strings.Join(codes, " "); got != "email_missing vouching_needed" {
				w.Errorf("%s: the test warns of %s", c.Key, got)
			}
		}
	})
}
