package login_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/login"
)

// reword changes the XML of a SAML response, as it came or after it was signed.
func (w *world) reword(cb sso.Callback, change func(doc string) string) sso.Callback {
	w.Helper()
	doc, err := base64.StdEncoding.DecodeString(cb.Form.Get("SAMLResponse"))
	w.ok(err)
	cb.Form.Set(
		"SAMLResponse",
		base64.StdEncoding.EncodeToString([]byte(change(string(doc)))),
	)
	return cb
}

// astray delivers an answer to an address by a method.
func (w *world) astray(address, method string, cb sso.Callback) (login.Result, error) {
	w.Helper()
	return w.login.Astray(
		w.Context(), login.Delivery{Address: address, Method: method}, cb,
	)
}

// wrongAddresses are forms in which people enter the address of c's responses
// wrongly.
func (w *world) wrongAddresses(c *company) map[string]string {
	right := w.sp.ACSURL(c.conn.ID)
	if c.conn.Protocol == sso.OIDC {
		right = w.rp.RedirectURI(c.conn.ID)
	}
	return map[string]string{
		"a letter too many": strings.Replace(
			right, string(c.conn.ID), string(c.conn.ID)+"x", 1,
		),
		"a slash at the end":     right + "/",
		"in upper case":          strings.Replace(right, base, base+"/SAML", 1),
		"without its last part":  right[:strings.LastIndex(right, "/")],
		"another product's path": base + "/saml2/acs",
		"the entity ID":          w.sp.EntityID(c.conn.ID),
		"the sign-out address":   w.sp.SLOURL(c.conn.ID),
		"very long":              right + strings.Repeat("/x", 4000),
	}
}

// TestSentToAWrongAddress: the sign-in fails at once with an attempt of the
// connection that it began with, which names both addresses, and only for the
// browser that began it.
func TestSentToAWrongAddress(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			right := w.sp.ACSURL(c.conn.ID)
			if c.conn.Protocol == sso.OIDC {
				right = w.rp.RedirectURI(c.conn.ID)
			}
			for name, address := range w.wrongAddresses(c) {
				cb := w.answer(c, "ada", w.begin(c))
				before := w.attempts(c, "")
				for _, other := range []sso.Secret{"", sso.NewSecret()} {
					stranger := cb
					stranger.Browser = other
					_, err := w.astray(address, "POST", stranger)
					w.fails(err, sso.NotFoundKind, "not_found")
				}
				if n := w.attempts(c, ""); n != before {
					w.Errorf("%s: a stranger's answer is recorded", name)
				}
				_, err := w.astray(address, "POST", cb)
				check := w.failedCheck(w.recorded(
					c, err, sso.Invalid, "sent_to_wrong_address",
				))
				if check.Name != "delivered_to" ||
					check.Want != right ||
					!strings.HasPrefix(
						address, strings.TrimSuffix(check.Got, "…"),
					) ||
					len(check.Got) > 400 {
					w.Errorf("%s: %+v", name, check)
				}
				// Once is enough: no second attempt, and no sign-in either.
				_, err = w.astray(address, "POST", cb)
				w.fails(err, sso.NotFoundKind, "not_found")
				_, err = w.complete(c, cb)
				w.fails(err, sso.Invalid, "login_state_expired")
			}
		}
	})
}

// TestWrongBinding: a response by redirect and an artifact are told from one
// that was posted.
func TestWrongBinding(t *testing.T) {
	each(t, func(w *world) {
		for name, c := range map[string]struct {
			method, want string
			form         func(cb sso.Callback) url.Values
		}{
			"by redirect": {"GET", "by HTTP-Redirect", func(cb sso.Callback) url.Values {
				return cb.Form
			}},
			"by redirect, compressed": {"GET", "by HTTP-Redirect", func(cb sso.Callback) url.Values {
				return url.Values{
					"SAMLResponse": {"fZJNb4MwDIb/Cso9JA"},
					"RelayState":   cb.Form["RelayState"],
				}
			}},
			"an artifact": {"GET", "by HTTP-Artifact", func(cb sso.Callback) url.Values {
				return url.Values{
					"SAMLart":    {"AAQAAMh48"},
					"RelayState": cb.Form["RelayState"],
				}
			}},
			"an artifact, posted": {"POST", "by HTTP-Artifact", func(cb sso.Callback) url.Values {
				return url.Values{
					"SAMLart":    {"AAQAAMh48"},
					"RelayState": cb.Form["RelayState"],
				}
			}},
		} {
			cb := w.answer(w.acme, "ada", w.begin(w.acme))
			cb.Form = c.form(cb)
			_, err := w.astray(w.sp.ACSURL(w.acme.conn.ID), c.method, cb)
			check := w.failedCheck(w.recorded(
				w.acme, err, sso.Invalid, "sent_to_wrong_address",
			))
			if !strings.HasSuffix(check.Got, c.want) ||
				!strings.HasSuffix(check.Want, "by HTTP-POST") {
				w.Errorf("%s: %+v", name, check)
			}
		}
	})
}

// TestNothingElsewhere: what belongs to nothing gets what any unknown address
// gets, and leaves no trace but a count.
func TestNothingElsewhere(t *testing.T) {
	each(t, func(w *world) {
		unknown := "gh" + strings.Repeat("0", 40)
		for name, form := range map[string]url.Values{
			"nothing":               {},
			"an unknown RelayState": {"SAMLResponse": {"AAAA"}, "RelayState": {unknown}},
			"an unknown state":      {"state": {unknown}, "code": {"x"}},
			"an unknown request": {
				"SAMLResponse": {
					base64.StdEncoding.EncodeToString([]byte(`<Response xmlns="urn:oasis:names:tc:SAML:2.0:protocol" InResponseTo="` +
						unknown + `"/>`)),
				},
			},
			"a zero byte":            {"RelayState": {"a\x00b"}},
			"a very long RelayState": {"RelayState": {strings.Repeat("x", 1<<20)}},
		} {
			_, err := w.astray(base+"/saml/x/acs", "POST", sso.Callback{
				Form:    form,
				Browser: w.browser,
			})
			if sso.KindOf(err) != sso.NotFoundKind {
				w.Errorf("%s: %v", name, err)
			}
		}
		if n := w.attempts(w.acme, "") + w.attempts(w.globex, ""); n != 0 {
			w.Errorf("%d attempts", n)
		}
	})
}

// TestTestSentToAWrongAddress: a test connection does not wait for ten minutes.
func TestTestSentToAWrongAddress(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			for name, address := range w.wrongAddresses(c) {
				run, _ := w.beginTest(c)
				result, err := w.astray(address, "POST", w.tryOut(c, run, w.browser))
				w.ok(err)
				kept, err := w.db.TestRun(w.Context(), c.ID, run.ID)
				w.ok(err)
				last := kept.Result.Checks[len(kept.Result.Checks)-1]
				if result.Test == nil ||
					result.Test.ID != run.ID ||
					kept.State != sso.TestFailed ||
					kept.Code != "sent_to_wrong_address" ||
					last.Name != "delivered_to" {
					w.Errorf("%s: %+v, %+v", name, result, kept)
				}
			}
			w.nothing(c)
		}
		// Another browser fails it as it does at the right address, and says so.
		run, _ := w.beginTest(w.acme)
		cb := w.tryOut(w.acme, run, w.browser)
		cb.Browser = sso.NewSecret()
		result, err := w.astray(base+"/saml/x/acs", "POST", cb)
		w.ok(err)
		if result.Test == nil || result.Test.Code != "login_state_expired" {
			w.Errorf("another browser: %+v", result)
		}
		// At the address of another connection, of any company.
		run, _ = w.beginTest(w.acme)
		result, err = w.login.Complete(
			w.Context(), w.globex.conn.ID, w.tryOut(w.acme, run, w.browser),
		)
		w.ok(err)
		if result.Test == nil || result.Test.Code != "sent_to_wrong_address" {
			w.Errorf("at another connection: %+v", result)
		}
	})
}

// TestUnreadable: a response that cannot be read is an attempt of the sign-in
// that its RelayState names, and says what is wrong and where.
func TestUnreadable(t *testing.T) {
	each(t, func(w *world) {
		inside := func(old, next string) func(string) string {
			return func(doc string) string {
				return strings.Replace(doc, old, next, 1)
			}
		}
		for name, c := range map[string]struct {
			change func(doc string) string
			want   []string
		}{
			"ISO-8859-1": {
				func(doc string) string {
					return `<?xml version="1.0" encoding="ISO-8859-1"?>` + doc
				},
				[]string{"ISO-8859-1", "byte 0"},
			},
			"CDATA": {
				inside("ada@acme.example<", "<![CDATA[ada@acme.example]]><"),
				[]string{"a CDATA section", "in "},
			},
			"comment": {
				inside(">dev<", "><!-- x -->dev<"),
				[]string{"a comment", "in Attribute"},
			},
			"UTF-16": {
				func(doc string) string {
					return "\xff\xfe" + doc
				},
				[]string{"UTF-16"},
			},
			"cut off": {
				func(doc string) string {
					return doc[:len(doc)-20]
				},
				[]string{"byte"},
			},
			"not XML": {
				func(string) string {
					return "hello"
				},
				[]string{"byte 0"},
			},
			"too many": {
				inside(">dev<", ">dev<"+strings.Repeat("/x><x>y<", 1)),
				[]string{"end tag"},
			},
		} {
			cb := w.reword(w.answer(w.acme, "ada", w.begin(w.acme)), c.change)
			stranger := cb
			stranger.Browser = sso.NewSecret()
			_, err := w.complete(w.acme, stranger)
			w.fails(err, sso.Invalid, "saml_malformed") // and not recorded: see below
			_, err = w.complete(w.acme, cb)
			check := w.failedCheck(w.recorded(
				w.acme, err, sso.Invalid, "saml_malformed",
			))
			for _, part := range c.want {
				if check.Name != "message" || !strings.Contains(check.Got, part) {
					w.Errorf("%s: %+v without %q", name, check, part)
				}
			}
			_, err = w.complete(w.acme, cb)
			w.fails(err, sso.Invalid, "saml_malformed")
		}
		if n := w.attempts(w.acme, sso.OutcomeFailed); n != 7 {
			w.Errorf("%d attempts, want one for each sign-in", n)
		}
		marked := w.reword(w.answer(w.acme, "ada", w.begin(w.acme)), func(doc string) string {
			return "\ufeff" + doc
		})
		if r, err := w.complete(w.acme, marked); err != nil || r.Token == "" {
			w.Errorf("a byte order mark: %v", err)
		}
	})
}

// TestTooLargeIsAnAttempt: of a form that is too large only the RelayState is
// known.
func TestTooLargeIsAnAttempt(t *testing.T) {
	each(t, func(w *world) {
		cb := w.answer(w.acme, "ada", w.begin(w.acme))
		cb.Form = url.Values{"RelayState": cb.Form["RelayState"]}
		stranger := cb
		stranger.Browser = sso.NewSecret()
		_, err := w.login.TooLarge(w.Context(), w.acme.conn.ID, 3<<20, stranger)
		w.fails(err, sso.Invalid, "saml_too_complex")
		_, err = w.login.TooLarge(w.Context(), w.globex.conn.ID, 3<<20, cb)
		w.fails(err, sso.Invalid, "saml_too_complex")
		if n := w.attempts(w.acme, "") + w.attempts(w.globex, ""); n != 0 {
			w.Errorf("%d attempts", n)
		}
		_, err = w.login.TooLarge(w.Context(), w.acme.conn.ID, 3<<20, cb)
		if check := w.failedCheck(w.recorded(
			w.acme, err, sso.Invalid, "saml_too_complex",
		)); check.Name != "message" {
			w.Errorf("%+v", check)
		}
		run, _ := w.beginTest(w.acme)
		cb = w.tryOut(w.acme, run, w.browser)
		result, err := w.login.TooLarge(w.Context(), w.acme.conn.ID, 3<<20, cb)
		if err != nil ||
			result.Test == nil ||
			result.Test.Code != "saml_too_complex" {
			w.Errorf("%+v, %v", result, err)
		}
	})
}

// TestRequestNamedByTheConfirmationOnly: the sign-in that a Response does not
// name is found by what its confirmation says, which has to be signed.
func TestRequestNamedByTheConfirmationOnly(t *testing.T) {
	each(t, func(w *world) {
		unnamed := func(doc string) string {
			from := strings.Index(doc, ` InResponseTo="`)
			return doc[:from] + doc[from+len(` InResponseTo="gh"`)+40:]
		}
		for _, mode := range []sso.IDPInitiated{
			sso.IDPInitiatedOff, sso.IDPInitiatedDirect, sso.IDPInitiatedRebounce,
		} {
			w.idpInitiated(w.acme, mode)
			for name, relay := range map[string]func(cb sso.Callback){
				"RelayState came back": func(sso.Callback) {},
				"without RelayState": func(cb sso.Callback) {
					cb.Form.Del("RelayState")
				},
				"another RelayState": func(cb sso.Callback) {
					cb.Form.Set("RelayState", "/home")
				},
			} {
				cb := w.reword(w.answer(w.acme, "ada", w.begin(w.acme)), unnamed)
				relay(cb)
				r, err := w.complete(w.acme, cb)
				if err != nil || r.Token == "" || r.ReturnTo != "/wiki?p=1" {
					w.Errorf("%s, %s: %+v, %v", mode, name, r, err)
				}
			}
			// A response that names neither is unsolicited.
			w.acme.idp.SetFaultOnce(demoidp.IDPInitiated)
			if _, err := w.signIn(w.acme, "ada"); mode == sso.IDPInitiatedOff {
				w.recorded(w.acme, err, sso.Forbidden, "idp_initiated_disabled")
			}
		}
		// In another browser it is of no use.
		cb := w.reword(w.answer(w.acme, "ada", w.begin(w.acme)), unnamed)
		cb.Browser = sso.NewSecret()
		_, err := w.complete(w.acme, cb)
		w.fails(err, sso.Invalid, "login_state_expired")
	})
}

// TestTwoThousandLongNames signs a person in who is in as many groups as are
// read, with names of 250 bytes.
func TestTwoThousandLongNames(t *testing.T) {
	each(t, func(w *world) {
		groups := []string{"dev"}
		for i := range 1999 {
			groups = append(groups, fmt.Sprintf("CN=%0247d", i))
		}
		w.acme.idp.AddPerson(demoidp.Person{
			ID:        "id-max",
			Login:     "max",
			Email:     "max@acme.example",
			GivenName: "Max",
			Surname:   "X",
			Groups:    groups,
		})
		r, err := w.signIn(w.acme, "max")
		if err != nil || r.Token == "" {
			w.Fatalf("%+v, %v", r, err)
		}
		w.in(
			w.acme, r.User.ID, "web/dev=jit", "app/dev=jit", "web/Members=default",
			"app/Members=default",
		)
	})
}
