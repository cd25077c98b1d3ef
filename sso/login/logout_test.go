package login_test

import (
	"bytes"
	"compress/flate"
	"context"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// visit asks for an address of an identity provider, as a browser that follows
// nothing would.
func (w *world) visit(address string) *http.Response {
	w.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	resp, err := client.Get(address)
	w.ok(err)
	w.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// singleLogout delivers a message that was sent by redirect.
func (w *world) singleLogout(c *company, address string) (*sso.Redirect, error) {
	w.Helper()
	u, err := url.Parse(address)
	w.ok(err)
	if u.Path != "/saml/"+string(c.conn.ID)+"/slo" {
		w.Errorf("sent to %s", u.Path)
	}
	return w.login.SingleLogout(w.Context(), c.conn.ID, u.Query(), u.RawQuery)
}

func TestLogoutOverSAML(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		here, elsewhere := w.enters(c, "ada"), w.enters(c, "ada")
		redirect, err := w.login.Logout(w.Context(), w.principal(here))
		w.ok(err)
		if w.alive(here) || !w.alive(elsewhere) || w.revoked != 1 {
			w.Errorf(
				"alive here %v, elsewhere %v; %d announcements", w.alive(here),
				w.alive(elsewhere), w.revoked,
			)
		}
		if redirect == nil ||
			!strings.HasPrefix(
				redirect.URL,
				c.idp.EntityID()[:len(c.idp.EntityID())-len("metadata")]+"slo?",
			) {
			w.Fatalf("the identity provider is not told: %+v", redirect)
		}
		resp := w.visit(redirect.URL)
		if resp.StatusCode != http.StatusSeeOther || c.idp.Sessions("id-ada") != 1 {
			w.Errorf("the identity provider answers %d and has %d sessions", resp.StatusCode, c.idp.Sessions("id-ada"))
		}
		onward, err := w.singleLogout(c, resp.Header.Get("Location"))
		if err != nil || onward != nil {
			w.Errorf("the answer leads to %+v, %v", onward, err)
		}
		if !w.alive(elsewhere) || w.log.Len() > 0 {
			w.Errorf("alive elsewhere %v, log %s", w.alive(elsewhere), &w.log)
		}
	})
}

func TestLogoutOverOIDC(t *testing.T) {
	each(t, func(w *world) {
		r := w.enters(w.globex, "ada")
		redirect, err := w.login.Logout(w.Context(), w.principal(r))
		w.ok(err)
		if w.alive(r) || redirect == nil || w.revoked != 1 {
			w.Fatalf("alive %v, redirect %+v", w.alive(r), redirect)
		}
		if resp := w.visit(redirect.URL); resp.StatusCode != http.StatusSeeOther ||
			resp.Header.Get("Location") != base+"/" {
			w.Errorf(
				"the identity provider answers %d %s", resp.StatusCode,
				resp.Header.Get("Location"),
			)
		}
	})
}

// TestLogoutHereWhateverIsThere: the session ends even if the identity provider
// cannot be notified.
func TestLogoutHereWhateverIsThere(t *testing.T) {
	each(t, func(w *world) {
		out := func(name string, c *company, logged bool, change func(c *company)) {
			w.Helper()
			r := w.enters(c, "ada")
			p := w.principal(r)
			change(c)
			w.log.Reset()
			redirect, err := w.login.Logout(w.Context(), p)
			if err != nil ||
				redirect != nil ||
				w.alive(r) ||
				(w.log.Len() > 0) != logged {
				w.Errorf(
					"%s: %+v, %v, alive %v, log %q", name, redirect, err, w.alive(r),
					&w.log,
				)
			}
		}
		enable := func(c *company) {
			w.edit(c, func(conn *sso.Connection, _ *sso.Config) {
				conn.State = sso.ConnectionEnabled
			})
		}
		out("SAML without logout", w.acme, false, func(c *company) {
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.SAML.SLO = nil
			})
		})
		out("SAML to a script", w.acme, true, func(c *company) {
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.SAML.SLO = &sso.Endpoint{
					URL:     "javascript:alert(1)",
					Binding: sso.BindingRedirect,
				}
			})
		})
		out("SAML switched off", w.acme, false, w.disable)
		enable(w.acme)
		out("OIDC switched off", w.globex, false, w.disable)
		enable(w.globex)
		out("OIDC that is down", w.globex, true, func(c *company) {
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				oidc := *cfg.OIDC
				oidc.Issuer = w.idpBase + "/nowhere"
				cfg.OIDC = &oidc
			})
		})
	})
}

// TestLogoutTwice: two tabs, or a logout of the identity provider's in between.
func TestLogoutTwice(t *testing.T) {
	each(t, func(w *world) {
		r := w.enters(w.acme, "ada")
		p := w.principal(r)
		for range 2 {
			redirect, err := w.login.Logout(w.Context(), p)
			if err != nil || redirect == nil {
				w.Errorf("%+v, %v", redirect, err)
			}
		}
	})
}

// stuck is a store that cannot end sessions.
type stuck struct{ *store.DB }

func (stuck) RevokeSession(context.Context, sso.Actor, sso.EnterpriseID, sso.SessionID) error {
	return errDisk
}

func (stuck) RevokeSubjectSessions(
	context.Context, sso.Actor, sso.EnterpriseID, sso.ConnectionID, string, string, sso.ReplayMark,
) (int, error) {
	return 0, errDisk
}

// TestLogoutThatDidNotHappen is not called one (CVE-2020-15223): a session that
// lives is never reported as ended, and the same message works once it can.
func TestLogoutThatDidNotHappen(t *testing.T) {
	each(t, func(w *world) {
		s := w.with(func(o *options) { o.Sessions = stuck{} })
		r := w.enters(w.acme, "ada")
		if redirect, err := s.Logout(
			w.Context(), w.principal(r),
		); !errors.Is(err, errDisk) || redirect != nil {
			w.Errorf("%+v, %v", redirect, err)
		}
		address, err := w.acme.idp.LogoutURL("id-ada", w.sp.EntityID(w.acme.conn.ID))
		w.ok(err)
		u, err := url.Parse(address)
		w.ok(err)
		if redirect, err := s.SingleLogout(
			w.Context(), w.acme.conn.ID, u.Query(), u.RawQuery,
		); !errors.Is(err, errDisk) || redirect != nil {
			w.Errorf("%+v, %v", redirect, err)
		}
		if !w.alive(r) || w.revoked != 0 {
			w.Fatal("this test looks at nothing")
		}
		_, err = w.singleLogout(w.acme, address)
		w.ok(err)
		if w.alive(r) {
			w.Error("the message did not work the second time")
		}

		r = w.enters(w.globex, "ada")
		token := w.logoutToken(w.globex, map[string]any{"sub": "id-ada"})
		if err := s.BackchannelLogout(w.Context(), w.globex.conn.ID, token); !errors.Is(err, errDisk) {
			w.Errorf("got %v", err)
		}
		w.ok(w.login.BackchannelLogout(w.Context(), w.globex.conn.ID, token))
		if w.alive(r) {
			w.Error("the token did not work the second time")
		}
	})
}

func TestSingleLogout(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		bob, first, last := w.enters(
			c, "bob",
		), w.enters(c, "ada"), w.enters(c, "ada")
		address, err := c.idp.LogoutURL("id-ada", w.sp.EntityID(c.conn.ID)) // names the newest session
		w.ok(err)
		redirect, err := w.singleLogout(c, address)
		w.ok(err)
		if w.alive(last) || !w.alive(first) || !w.alive(bob) || w.revoked != 1 {
			w.Errorf(
				"alive: last %v, first %v, another's %v; %d announcements",
				w.alive(last), w.alive(first), w.alive(bob), w.revoked,
			)
		}
		if redirect == nil {
			w.Fatal("the request is not answered")
		}
		resp := w.visit(redirect.URL)
		if body, _ := io.ReadAll(resp.Body); resp.StatusCode != http.StatusOK ||
			!strings.Contains(string(body), "confirmed") {
			w.Errorf("the identity provider says %d %s", resp.StatusCode, body)
		}
		// Once more: it ends what is ended, and is answered.
		if redirect, err := w.singleLogout(c, address); err != nil ||
			redirect == nil ||
			!w.alive(first) {
			w.Errorf("again: %+v, %v", redirect, err)
		}
	})
}

// logoutRequest is one of the company's identity provider that names a subject
// and any number of sessions, signed by hand: the provider itself names one.
func (w *world) logoutRequest(c *company, subject string, indexes ...string) string {
	w.Helper()
	to := w.sp.SLOURL(c.conn.ID)
	var named strings.Builder
	for _, index := range indexes {
		named.WriteString("<p:SessionIndex>" + index + "</p:SessionIndex>")
	}
	var packed bytes.Buffer
	out, err := flate.NewWriter(&packed, flate.DefaultCompression)
	w.ok(err)
	_, err = fmt.Fprintf(
		out,
		`<p:LogoutRequest xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:a="urn:oasis:names:tc:SAML:2.0:assertion" ID="%s" Version="2.0" IssueInstant="%s" Destination="%s">`+
			`<a:Issuer>%s</a:Issuer><a:NameID>%s</a:NameID>%s</p:LogoutRequest>`,
		"_"+string(sso.NewSecret()), w.clock.Now().Format(time.RFC3339), to,
		c.idp.EntityID(), subject, &named,
	)
	w.ok(err)
	w.ok(out.Close())
	query := "SAMLRequest=" +
		url.QueryEscape(base64.StdEncoding.EncodeToString(packed.Bytes())) +
		"&SigAlg=" + url.QueryEscape("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256")
	private, err := rsaKey()
	w.ok(err)
	sum := sha256.Sum256([]byte(query))
	signature, err := rsa.SignPKCS1v15(nil, private, crypto.SHA256, sum[:])
	w.ok(err)
	return to + "?" + query + "&Signature=" +
		url.QueryEscape(base64.StdEncoding.EncodeToString(signature))
}

// TestSingleLogoutOfSeveral: a request ends the named sessions of the subject, or
// all if it names none, and no session of another user.
func TestSingleLogoutOfSeveral(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		bob := w.enters(c, "bob")
		first := w.enters(c, "ada")
		second := w.enters(c, "ada")
		third := w.enters(c, "ada")
		for _, step := range []struct {
			subject string
			indexes []string
			alive   [4]bool // bob, first, second, third
		}{
			{
				"id-ada",
				[]string{bob.Session.SessionIndex, "another"},
				[4]bool{true, true, true, true},
			},
			{"id-nobody", nil, [4]bool{true, true, true, true}},
			{
				"id-ada",
				[]string{"another", second.Session.SessionIndex},
				[4]bool{true, true, false, true},
			},
			{"id-ada", nil, [4]bool{true, false, false, false}},
		} {
			redirect, err := w.singleLogout(
				c, w.logoutRequest(c, step.subject, step.indexes...),
			)
			w.ok(err)
			if got := [4]bool{
				w.alive(bob), w.alive(first), w.alive(second), w.alive(third),
			}; got != step.alive || redirect == nil {
				w.Errorf(
					"%s %q: alive %v, answered %v", step.subject, step.indexes, got,
					redirect != nil,
				)
			}
		}
	})
}

// TestSingleLogoutOnce: a repeated message gets its response and does not end a
// session that began since.
func TestSingleLogoutOnce(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		first := w.enters(c, "ada")
		all, one := w.logoutRequest(c, "id-ada"), ""
		for _, message := range []*string{&all, &one} {
			r := w.enters(c, "ada")
			if *message == "" {
				*message = w.logoutRequest(
					c, "id-ada", "another", r.Session.SessionIndex,
				)
			}
			_, err := w.singleLogout(c, *message)
			w.ok(err)
			if w.alive(r) {
				w.Fatal("this test looks at nothing")
			}
			again := w.enters(c, "ada")
			for range 2 {
				redirect, err := w.singleLogout(c, *message)
				if err != nil || redirect == nil || !w.alive(again) {
					w.Errorf("%+v, %v, alive %v", redirect, err, w.alive(again))
				}
				w.clock.Move(2 * time.Minute)
				w.ok(w.db.Sweep(w.Context(), store.Retention{}))
			}
		}
		if w.alive(first) {
			w.Error("the first session lives")
		}
	})
}

// TestSingleLogoutThatCannotBeAnswered ends the sessions all the same.
func TestSingleLogoutThatCannotBeAnswered(t *testing.T) {
	each(t, func(w *world) {
		r := w.enters(w.acme, "ada")
		w.edit(w.acme, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.SAML.SLO = nil
		})
		_, err := w.singleLogout(w.acme, w.logoutRequest(w.acme, "id-ada"))
		w.fails(err, sso.Invalid, "logout_unanswerable")
		if w.alive(r) || w.revoked != 1 {
			w.Errorf("alive %v, %d announcements", w.alive(r), w.revoked)
		}
	})
}

func TestSingleLogoutThatIsNotAccepted(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		r := w.enters(c, "ada")
		address, err := c.idp.LogoutURL("id-ada", w.sp.EntityID(c.conn.ID))
		w.ok(err)
		u, err := url.Parse(address)
		w.ok(err)
		refused := func(name string, id sso.ConnectionID, raw string, kind sso.Kind, code string) {
			w.Helper()
			form, err := url.ParseQuery(raw)
			w.ok(err)
			redirect, err := w.login.SingleLogout(w.Context(), id, form, raw)
			if redirect != nil ||
				sso.KindOf(err) != kind ||
				sso.CodeOf(err) != code {
				w.Errorf("%s: %+v, %v", name, redirect, err)
			}
			if !w.alive(r) || w.revoked != 0 {
				w.Fatalf("%s ended the session", name)
			}
		}
		raw := u.RawQuery
		unsigned, _, _ := strings.Cut(raw, "&SigAlg=")
		refused(
			"unsigned", c.conn.ID, unsigned, sso.Forbidden, "saml_signature_invalid",
		)
		refused(
			"with a RelayState that is not signed", c.conn.ID, raw+"&RelayState=x",
			sso.Forbidden, "saml_signature_invalid",
		)
		refused("nothing", c.conn.ID, "", sso.Invalid, "saml_malformed")
		refused("at nobody's address", "conn-x", raw, sso.NotFoundKind, "not_found")
		refused(
			"at an OIDC connection", w.globex.conn.ID, raw, sso.NotFoundKind,
			"not_found",
		)
		second := w.connect(c, "Second", sso.SAML)
		refused(
			"at another connection of the same provider", second.ID, raw,
			sso.Forbidden, "saml_wrong_recipient",
		)
		w.clock.Move(7 * time.Minute)
		refused("too late", c.conn.ID, raw, sso.Forbidden, "saml_expired")
		w.disable(c) // which ends the session by itself
		_, err = w.login.SingleLogout(w.Context(), c.conn.ID, u.Query(), raw)
		w.fails(err, sso.Forbidden, "connection_disabled")
	})
}
