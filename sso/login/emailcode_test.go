package login_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/mail"
	"gatehouse/sso"
	"gatehouse/sso/login"
)

// box is a mail server that shows what it took.
type box struct {
	mu      sync.Mutex
	letters []mail.Message
	err     error
}

// Send implements mail.Sender.
func (b *box) Send(_ context.Context, m mail.Message) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.err == nil {
		b.letters = append(b.letters, m)
	}
	return b.err
}

func (b *box) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.err = err
}

var sixDigits = regexp.MustCompile(`\b\d{3} ?\d{3}\b`)

// code is the one in the latest letter.
func (w *world) code() string {
	w.Helper()
	w.box.mu.Lock()
	defer w.box.mu.Unlock()
	if len(w.box.letters) == 0 {
		w.Fatal("no letter came")
	}
	return strings.ReplaceAll(
		sixDigits.FindString(w.box.letters[len(w.box.letters)-1].Text), " ", "",
	)
}

// wrong is another code.
func wrong(code string) string {
	if code[0] == '9' {
		return "0" + code[1:]
	}
	return "9" + code[1:]
}

// outside gives the company's user an address whose domain is not verified.
func (w *world) outside(c *company, mode, expression string) {
	w.Helper()
	c.idp.AddPerson(demoidp.Person{
		ID:        "id-out",
		Login:     "out",
		Email:     "out@elsewhere.example",
		GivenName: "O",
		Surname:   "X",
		Groups:    []string{"dev"},
	})
	w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
		cfg.EmailVerification = sso.EmailVerification{
			Mode:       mode,
			Expression: expression,
		}
	})
}

// waits begins a sign-in that must wait for a code.
func (w *world) waits(c *company, login string) sso.EmailProofID {
	w.Helper()
	r, err := w.complete(c, w.answer(c, login, w.begin(c)))
	w.ok(err)
	if r.Proof == "" || r.Token != "" {
		w.Fatalf("it does not wait: %+v", r)
	}
	return r.Proof
}

func (w *world) verify(p sso.EmailProofID, code string) (login.Result, error) {
	return w.login.Verify(w.Context(), login.Entry{
		Proof:   p,
		Browser: w.browser,
		Code:    code,
	})
}

func (w *world) refused(err error, code string) {
	w.Helper()
	if sso.CodeOf(err) != code {
		w.Errorf("got %v, want %s", err, code)
	}
}

func TestCodeIsAskedForOnce(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.outside(c, "unverified-domain", "")
			p := w.waits(c, "out")
			if n := len(w.users(c)); n != 0 {
				w.Errorf("%d users were made before", n)
			}
			waiting, err := w.login.Waiting(w.Context(), login.Entry{
				Proof:   p,
				Browser: w.browser,
			})
			w.ok(err)
			if waiting.Email != "out@elsewhere.example" ||
				waiting.Enterprise != c.Enterprise ||
				waiting.SentAt.IsZero() ||
				waiting.Problem != "" ||
				waiting.ReturnTo != "/wiki?p=1" {
				w.Errorf("%+v", waiting)
			}
			if w.attempts(c, sso.OutcomePending) != 1 {
				w.Error("no attempt is pending")
			}
			code := w.code()
			_, err = w.verify(p, wrong(code))
			w.refused(err, "code_wrong")
			_, err = w.login.Verify(w.Context(), login.Entry{
				Proof:   p,
				Browser: sso.NewSecret(),
				Code:    code,
			})
			w.refused(err, "code_expired")
			_, err = w.login.Verify(w.Context(), login.Entry{
				Proof: p,
				Code:  code,
			})
			w.refused(err, "code_expired")
			w.clock.Move(9 * time.Minute)
			r, err := w.verify(p, " "+code+"\n")
			w.ok(err)
			if !w.alive(r) ||
				r.ReturnTo != "/wiki?p=1" ||
				!r.User.EmailVerified ||
				r.User.Email != "out@elsewhere.example" ||
				!r.Session.CreatedAt.Equal(w.clock.Now()) {
				w.Errorf("%+v", r)
			}
			w.in(
				c, r.User.ID, "web/dev=jit", "web/Members=default", "app/dev=jit",
				"app/Members=default",
			)
			attempt, err := w.db.Attempt(w.Context(), c.ID, r.Session.Attempt)
			w.ok(err)
			if attempt.Outcome != sso.OutcomeSucceeded ||
				attempt.Code != "" ||
				attempt.Email.Action != sso.RequireCode ||
				!strings.Contains(attempt.Email.Reason, "elsewhere.example") {
				w.Errorf("the attempt says %+v", attempt)
			}
			_, err = w.verify(p, code)
			w.refused(err, "code_expired")
			if again := w.enters(c, "out"); again.User.ID != r.User.ID || !again.User.EmailVerified {
				w.Errorf("the second time: %+v", again.User)
			}
			letters := len(w.box.letters)
			if m := w.box.letters[letters-1]; m.To != "out@elsewhere.example" ||
				strings.Contains(m.Subject, code) {
				w.Errorf("the letter %+v", m)
			}
		}
		if len(w.box.letters) != 2 {
			w.Errorf("%d letters", len(w.box.letters))
		}
		w.isNotLogged()
	})
}

// isNotLogged looks for codes and addresses in the log.
func (w *world) isNotLogged() {
	w.Helper()
	for _, m := range w.box.letters {
		if code := sixDigits.FindString(m.Text); strings.Contains(w.log.String(), code) ||
			strings.Contains(w.log.String(), m.To) {
			w.Errorf("the log tells: %s", w.log.String())
		}
	}
}

// TestLanguageOfTheCode: the first code is in the language of the response's visitor, and
// another one in that of the visitor who asks for it.
func TestLanguageOfTheCode(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.outside(c, "always", "")
			speaks := func(tag string) func(sso.EnterpriseID) string {
				return func(of sso.EnterpriseID) string {
					if of != c.Enterprise.ID {
						return "fr"
					}
					return tag
				}
			}
			cb := w.answer(c, "out", w.begin(c))
			cb.Language = speaks("ja")
			r, err := w.complete(c, cb)
			w.ok(err)
			e := login.Entry{Proof: r.Proof, Browser: w.browser, Language: speaks("de")}
			w.ok(w.login.Resend(w.Context(), e))
			e.Language = nil
			w.ok(w.login.Resend(w.Context(), e))
			var got []string
			for _, m := range w.box.letters {
				got = append(got, m.Language+" "+m.Subject)
			}
			want := []string{"ja サインイン用コード", "de Ihr Anmeldecode", "en Your sign-in code"}
			if !slices.Equal(got, want) {
				w.Errorf("letters: %q", got)
			}
			w.box.letters = nil
		}
	})
}

func TestPolicyDecides(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		for expression, want := range map[string]string{
			`"dev" in identity.groups`:                             "",
			`identity.matched_groups == ["dev"] ? "skip" : "deny"`: "",
			`"deny"`:                     "first_sign_in_denied",
			`"vouch"`:                    "vouch_required",
			`identity.claims["x"] == []`: "wait",
		} {
			w.outside(c, "expression", expression)
			id := "id-" + fmt.Sprint(len(expression))
			c.idp.AddPerson(demoidp.Person{
				ID:        id,
				Login:     id,
				Email:     id + "@elsewhere.example",
				GivenName: "O",
				Surname:   "X",
				Groups:    []string{"dev", "nowhere"},
			})
			r, err := w.complete(c, w.answer(c, id, w.begin(c)))
			if want == "wait" {
				if err != nil || r.Proof == "" {
					w.Errorf("%s: %+v, %v", expression, r, err)
				}
				continue
			}
			w.refused(err, want)
			if err == nil {
				attempt, err := w.db.Attempt(w.Context(), c.ID, r.Session.Attempt)
				w.ok(err)
				if r.User.EmailVerified ||
					attempt.Email.Action != sso.SkipCode ||
					attempt.Email.Reason == "" {
					w.Errorf("%s: %+v, %+v", expression, r.User, attempt.Email)
				}
				continue
			}
			a := w.recorded(c, err, sso.Forbidden, want)
			if a.Email.Reason == "" || (want == "vouch_required") != (a.User != "") {
				w.Errorf("%s: the attempt says %+v", expression, a)
			}
		}
	})
}

func TestAllowSignIn(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		first := w.enters(c, "ada")
		w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.AllowSignIn = `size(identity.matched_groups) > 0`
		})
		w.enters(c, "ada")
		w.ok(c.idp.SetGroups("id-ada", []string{"nowhere", "Members"}))
		_, err := w.complete(c, w.answer(c, "ada", w.begin(c)))
		w.recorded(c, err, sso.Forbidden, "sign_in_denied")
		// nothing was written
		w.in(
			c, first.User.ID, "web/dev=jit", "web/Members=default", "app/dev=jit",
			"app/Members=default",
		)

		w.outside(c, "always", "")
		p := w.waits(c, "out")
		w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.AllowSignIn = `false`
		})
		_, err = w.verify(p, w.code())
		w.recorded(c, err, sso.Forbidden, "sign_in_denied")
		w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.AllowSignIn = ""
		})
		w.disable(c)
		_, err = w.verify(p, w.code())
		w.refused(err, "connection_disabled")
		w.edit(c, func(conn *sso.Connection, _ *sso.Config) {
			conn.State = sso.ConnectionEnabled
		})
		r, err := w.verify(p, w.code())
		w.ok(err)
		attempt, err := w.db.Attempt(w.Context(), c.ID, r.Session.Attempt)
		w.ok(err)
		if attempt.Outcome != sso.OutcomeSucceeded || attempt.Code != "" {
			w.Errorf("%+v", attempt)
		}
	})
}

// TestAllowSignInByIDPName: a name that the identity provider sends for a group
// counts as the group's own name does.
func TestAllowSignInByIDPName(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.AllowSignIn = `identity.matched_groups == ["cn=dev", "dev"]`
			})
			w.ok(c.idp.SetGroups("id-ada", []string{
				"dev", "cn=dev", "cn=other", "Members",
			}))
			_, err := w.signIn(c, "ada")
			w.recorded(c, err, sso.Forbidden, "sign_in_denied")
			for _, name := range []string{"web/dev", "app/dev"} { // unique within an organization
				_, err = w.db.UpdateGroup(
					w.Context(),
					by,
					c.ID,
					c.groups[name].ID,
					func(g sso.Group) (sso.Group, error) {
						g.IDPNames = []string{"cn=dev"}
						return g, nil
					},
				)
				w.ok(err)
			}
			w.enters(c, "ada")
			w.ok(c.idp.SetGroups("id-ada", []string{"cn=dev"}))
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.AllowSignIn = `size(identity.matched_groups) > 0`
			})
			w.enters(c, "ada")
		}
	})
}

func TestTrustedProvider(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		w.outside(c, "unverified-domain", "")
		c.idp.AddPerson(demoidp.Person{
			ID:        "id-v",
			Login:     "v",
			Email:     "v@elsewhere.example",
			NoMailbox: true,
			GivenName: "V",
			Surname:   "X",
		})
		w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.EmailVerification.TrustIDP = true
		})
		if r := w.enters(c, "out"); !r.User.EmailVerified {
			w.Errorf("%+v", r.User)
		}
		w.waits(c, "v") // of whom the provider does not say it
	})
}

// TestVouched: a user whom an admin has to confirm is listed, and cannot sign in
// before.
func TestVouched(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		w.outside(c, "expression", `"vouch"`)
		for range 2 {
			_, err := w.complete(c, w.answer(c, "out", w.begin(c)))
			w.recorded(c, err, sso.Forbidden, "vouch_required")
		}
		users := w.users(c)
		if len(users) != 1 ||
			users[0].Status != sso.UserPending ||
			users[0].EmailVerified {
			w.Fatalf("%+v", users)
		}
		w.in(c, users[0].ID)
		_, err := w.db.UpdateUser(w.Context(), by, c.ID, users[0].ID, func(u sso.User) (sso.User, error) {
			u.Status, u.VouchedAt, u.EmailVerified = sso.UserActive, w.clock.Now(), true
			return u, nil
		})
		w.ok(err)
		if r := w.enters(c, "out"); !r.User.EmailVerified || r.User.ID != users[0].ID {
			w.Errorf("%+v", r.User)
		}
		w.in(
			c, users[0].ID, "web/dev=jit", "web/Members=default", "app/dev=jit",
			"app/Members=default",
		)
	})
}

// TestMailTrouble: a code that cannot be sent replaces none and does not end the
// sign-in.
func TestMailTrouble(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		w.outside(c, "always", "")
		down := &sso.Error{
			Kind:   sso.Upstream,
			Code:   "mail_unavailable",
			Public: "Later.",
		}
		w.box.fail(down)
		p := w.waits(c, "out")
		e := login.Entry{Proof: p, Browser: w.browser}
		waiting, err := w.login.Waiting(w.Context(), e)
		w.ok(err)
		if waiting.Problem != "mail_unavailable" || !waiting.SentAt.IsZero() {
			w.Errorf("%+v", waiting.CodeState)
		}
		_, err = w.verify(p, "000000")
		w.refused(err, "code_expired")
		w.box.fail(nil)
		w.ok(w.login.Resend(w.Context(), e))
		first := w.code()
		w.box.fail(down)
		w.refused(w.login.Resend(w.Context(), e), "mail_unavailable")
		w.refused(w.login.Resend(w.Context(), e), "too_many_codes")
		w.clock.Move(9 * time.Minute)
		_, err = w.verify(p, first)
		w.ok(err)

		w.login = w.with(func(o *options) { o.Mail = nil })
		w.outside(c, "always", "")
		c.idp.AddPerson(demoidp.Person{
			ID:        "id-new",
			Login:     "new",
			Email:     "new@elsewhere.example",
			GivenName: "N",
			Surname:   "X",
		})
		_, err = w.complete(c, w.answer(c, "new", w.begin(c)))
		if a := w.recorded(c, err, sso.Forbidden, "mail_not_configured"); a.Email.Action != sso.RequireCode {
			w.Errorf("%+v", a)
		}
		w.isNotLogged()

		// The default mode sends no code without a mail server, and marks no
		// address as verified.
		w.outside(c, "unverified-domain", "")
		if r := w.enters(c, "new"); r.User.EmailVerified {
			w.Errorf("%+v", r.User)
		}
	})
}

func TestCodesThatAreNone(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		w.outside(c, "always", "")
		p := w.waits(c, "out")
		code := w.code()
		for _, bad := range []string{
			"", "12345", "1234567", "12345a", "+12345", "-12345", "123 45",
			"123-4567", "123 456 789 012", "12345\x00", "123456\x00", "٠١٢٣٤٥",
			"१२३४५६", "①②③④⑤⑥", "𝟙𝟚𝟛𝟜𝟝𝟞", "123+456", "1²3456", "code 123456",
			"\xff123456", "0x1234", "1e0000", `["1"]`, code + "\u00a0x",
		} {
			_, err := w.verify(p, bad)
			w.refused(err, "code_malformed")
		}
		for i := range 5 { // none of those was a try
			_, err := w.verify(p, wrong(code))
			w.refused(
				err,
				map[bool]string{true: "code_locked", false: "code_wrong"}[i == 4],
			)
		}
		_, err := w.verify(p, code)
		w.refused(err, "code_locked")
		w.ok(w.login.Resend(w.Context(), login.Entry{
			Proof:   p,
			Browser: w.browser,
		}))
		_, err = w.verify(p, w.code())
		w.ok(err)
	})
}

// TestCodesAsPeopleEnterThem: a code that was pasted or read out counts; see
// TestReadCode for how else it may be written.
func TestCodesAsPeopleEnterThem(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		w.outside(c, "always", "")
		for i, between := range []string{" ", "-", "\u00a0\u200b"} {
			login := fmt.Sprintf("new%d", i)
			c.idp.AddPerson(demoidp.Person{
				ID:        "id-" + login,
				Login:     login,
				Email:     login + "@elsewhere.example",
				GivenName: "N",
				Surname:   "X",
			})
			p := w.waits(c, login)
			code := w.code()
			_, err := w.verify(p, code[:3]+between+code[3:])
			w.ok(err)
		}
	})
}

// TestTwoTabs: each sign-in has its own code, in either order.
func TestTwoTabs(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		w.outside(c, "always", "")
		one := w.waits(c, "out")
		first := w.code()
		two := w.waits(c, "out")
		second := w.code()
		if first != second {
			_, err := w.verify(one, second)
			w.refused(err, "code_wrong")
		}
		a, err := w.verify(two, second)
		w.ok(err)
		b, err := w.verify(one, first)
		w.ok(err)
		if a.User.ID != b.User.ID || len(w.users(c)) != 1 {
			w.Errorf("%+v, %+v", a.User, b.User)
		}
	})
}
