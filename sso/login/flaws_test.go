package login_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/login"
)

// TestRegressionsOfAccounts are flaws that were published about how a sign-in
// finds, keeps and changes an account. docs/regressions.md lists them all.
func TestRegressionsOfAccounts(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*world){
		"CVE-2025-23389 a first sign-in takes an account over":        firstSignInBindsNobody,
		"CVE-2025-23387 strangers block a login":                      strangersBlockNobody,
		"CVE-2026-58422 CVE-2026-55987 a sign-in re-enables":          neverReenabled,
		"CVE-2026-7507 a sign-in that somebody else began":            plantedLogin,
		"CVE-2026-33132 a session of another company":                 otherCompanysSession,
		"GHSA-xg6x-h9c9-2m83 signed in before the second step":        nothingBeforeTheCode,
		"CVE-2026-37982 CVE-2025-46815 CVE-2026-49443 empty or again": emptyOrAgain,
	} {
		t.Run(name, func(t *testing.T) { each(t, test) })
	}
}

// firstSignInBindsNobody: a subject that was never seen gets no account that is
// there, whatever of it the identity provider asserts, and by any connection.
func firstSignInBindsNobody(w *world) {
	for _, c := range []*company{w.acme, w.globex} {
		second := *c
		second.conn = w.connect(c, "Second", c.conn.Protocol)
		victim := w.enters(c, "ada")
		groups, err := w.db.UserMemberships(w.Context(), c.ID, victim.User.ID)
		w.ok(err)
		for _, attacker := range []demoidp.Person{
			{ID: "new-1", Login: "ada", Email: victim.User.Email},
			{ID: "new-2", Login: "ADA", Email: strings.ToUpper(victim.User.Email)},
			{ID: "new-3", Login: "a\u0064a", Email: "other@" + c.Key + ".example"},
			{ID: "new-4", Login: string(victim.User.ID), Email: victim.User.Email},
			{ID: "ID-ADA", Login: "other", Email: victim.User.Email},
			{ID: "id-ada\u00a0", Login: "other2", Email: victim.User.Email},
		} {
			attacker.GivenName, attacker.Surname, attacker.Groups = "ADA", "X", []string{
				"sre",
			}
			c.idp.AddPerson(attacker)
			w.browser = sso.NewSecret() // the next sign-in in the victim's would end their session
			for _, at := range []*company{c, &second} {
				cb := w.answer(at, attacker.ID, w.begin(at))
				if r, err := w.complete(at, cb); err == nil && r.User.ID == victim.User.ID {
					w.Errorf("%s: %+v became %s", c.Key, attacker, r.User.Login)
				}
			}
		}
		after, err := w.db.User(w.Context(), c.ID, victim.User.ID)
		w.ok(err)
		if diff := cmp.Diff(victim.User, after); diff != "" {
			w.Errorf("%s: the account was changed: %s", c.Key, diff)
		}
		kept, err := w.db.UserMemberships(w.Context(), c.ID, victim.User.ID)
		w.ok(err)
		if diff := cmp.Diff(groups, kept); diff != "" {
			w.Errorf("%s: the memberships were changed: %s", c.Key, diff)
		}
		if !w.alive(victim) {
			w.Errorf("%s: the session ended", c.Key)
		}
	}
}

// strangersBlockNobody: what a stranger sends about a sign-in that is under way
// in another browser does not end it.
func strangersBlockNobody(w *world) {
	for _, c := range []*company{w.acme, w.globex} {
		redirect := w.begin(c)
		good := w.answer(c, "ada", redirect)
		field := map[sso.Protocol]string{
			sso.SAML: "RelayState",
			sso.OIDC: "state",
		}[c.conn.Protocol]
		handle := good.Form.Get(field)
		if handle == "" {
			w.Fatalf("%s: the response has no %s", c.Key, field)
		}
		other := w.answer(c, "bob", w.begin(c))
		for name, form := range map[string]url.Values{
			"nothing": {field: {handle}},
			"garbage": {
				field:          {handle},
				"SAMLResponse": {"AAAA"},
				"code":         {"x"},
			},
			"a refusal":          {field: {handle}, "error": {"access_denied"}},
			"the whole response": good.Form,
			"another's response": with(other.Form, field, handle),
		} {
			for _, browser := range []sso.Secret{"", sso.NewSecret()} {
				if r, err := w.complete(c, sso.Callback{
					Form:    form,
					Browser: browser,
				}); err == nil && r.Token != "" {
					w.Errorf("%s, %s: a stranger has a session", c.Key, name)
				}
			}
		}
		r, err := w.complete(c, good)
		if err != nil || r.User.Login != "ada" {
			w.Errorf("%s: the person was blocked: %v", c.Key, err)
		}
	}
}

// with is a form with one field replaced.
func with(form url.Values, field, value string) url.Values {
	changed := url.Values{}
	for name, all := range form {
		changed[name] = all
	}
	changed.Set(field, value)
	return changed
}

// neverReenabled: an account that an admin deactivated stays so, by every way
// in: under way, new, from the identity provider's tile, waiting for a code.
func neverReenabled(w *world) {
	w.idpInitiated(w.acme, sso.IDPInitiatedDirect)
	for _, c := range []*company{w.acme, w.globex} {
		w.outside(c, "always", "")
		first := w.waits(c, "out")
		r, err := w.verify(first, w.code())
		w.ok(err)
		underWay := w.answer(c, "out", w.begin(c))
		_, err = w.db.UpdateUser(w.Context(), by, c.ID, r.User.ID, func(u sso.User) (sso.User, error) {
			u.Status = sso.UserDeactivated
			return u, nil
		})
		w.ok(err)
		ways := map[string]sso.Callback{
			"under way":  underWay,
			"begun anew": w.answer(c, "out", w.begin(c)),
		}
		if c == w.acme {
			ways["from the provider"] = w.unsolicited(c, "out")
		}
		c.idp.AddPerson(demoidp.Person{
			ID:        "id-out",
			Login:     "out",
			Email:     "new@elsewhere.example",
			GivenName: "O",
			Surname:   "X",
			Groups:    []string{"dev", "sre"},
		})
		ways["with another address"] = w.answer(c, "out", w.begin(c))
		for way, cb := range ways {
			got, err := w.complete(c, cb)
			if sso.CodeOf(err) != "user_inactive" ||
				got.Token != "" ||
				got.Proof != "" {
				w.Errorf("%s, %s: %+v, %v", c.Key, way, got, err)
			}
			after, err := w.db.User(w.Context(), c.ID, r.User.ID)
			w.ok(err)
			if after.Status != sso.UserDeactivated || after.Email != r.User.Email {
				w.Errorf("%s, %s: the account is %+v", c.Key, way, after)
			}
		}
		if w.alive(r) {
			w.Errorf("%s: the session is back", c.Key)
		}
	}
}

// plantedLogin: a sign-in that an attacker began opens a session neither in
// another browser nor in the attacker's.
func plantedLogin(w *world) {
	mine := w.browser
	for _, c := range []*company{w.acme, w.globex} {
		w.browser = sso.NewSecret() // the attacker's
		redirect := w.begin(c)
		attackers := w.browser
		victim := w.answer(c, "ada", redirect)
		for name, browser := range map[string]sso.Secret{
			"the victim's browser":       mine,
			"a browser without a cookie": "",
		} {
			victim.Browser = browser
			if r, err := w.complete(c, victim); err == nil ||
				r.Token != "" ||
				r.Proof != "" {
				w.Errorf("%s, %s: %+v", c.Key, name, r)
			}
		}
		w.browser = attackers
		own := w.answer(c, "eve", w.begin(c))
		own.Browser = mine
		if r, err := w.complete(c, own); err == nil || r.Token != "" {
			w.Errorf("%s: the victim is signed in as the attacker: %+v", c.Key, r)
		}
	}
	if n := len(w.users(w.acme)) + len(w.users(w.globex)); n != 0 {
		w.Errorf("%d users were created", n)
	}
}

// otherCompanysSession: a sign-in at a company is decided about by that company
// alone; what the browser has of another one neither helps nor is changed.
func otherCompanysSession(w *world) {
	w.disable(w.globex)
	ours := w.enters(w.acme, "ada")
	_, err := w.login.Begin(w.Context(), login.Start{
		Enterprise: w.globex.ID,
		Browser:    w.browser,
	})
	w.fails(err, sso.Forbidden, "connection_disabled")
	w.edit(w.globex, func(conn *sso.Connection, _ *sso.Config) {
		conn.State = sso.ConnectionEnabled
	})
	theirs := w.enters(w.globex, "ada")
	if theirs.User.ID == ours.User.ID || theirs.Session.Enterprise != w.globex.ID {
		w.Errorf("%+v", theirs)
	}
	p := w.principal(theirs)
	if p.Enterprise.ID != w.globex.ID || p.User.Enterprise != w.globex.ID {
		w.Errorf("the session is of %+v", p.Enterprise)
	}
	for _, g := range p.Groups {
		known := false
		for _, own := range w.globex.groups {
			known = known || own.ID == g.ID
		}
		if !known && g.Name != "Members" {
			w.Errorf("the session has the group %s of another company", g.Ref())
		}
	}
	if _, err := w.db.User(w.Context(), w.globex.ID, ours.User.ID); sso.KindOf(err) != sso.NotFoundKind {
		w.Errorf("one company finds another's user: %v", err)
	}
}

// nothingBeforeTheCode: until the code was entered there is no session, no
// account, and nothing that a cache could remember.
func nothingBeforeTheCode(w *world) {
	for _, c := range []*company{w.acme, w.globex} {
		w.outside(c, "always", "")
		r, err := w.complete(c, w.answer(c, "out", w.begin(c)))
		w.ok(err)
		if r.Proof == "" ||
			r.Token != "" ||
			r.Session.ID != "" ||
			r.User.ID != "" {
			w.Errorf("%s: before the code there is %+v", c.Key, r)
		}
		for _, secret := range []sso.Secret{w.browser, sso.Secret(r.Proof)} {
			if _, err := w.db.Principal(w.Context(), secret.Hash()); sso.CodeOf(err) != "session_ended" {
				w.Errorf("%s: something opens a session: %v", c.Key, err)
			}
		}
		if n := len(w.users(c)); n != 0 {
			w.Errorf("%s: %d users", c.Key, n)
		}
		done, err := w.verify(r.Proof, w.code())
		w.ok(err)
		if !w.alive(done) {
			w.Errorf("%s: this test looks at nothing", c.Key)
		}
	}
}

// emptyOrAgain: no empty post skips a step, and nothing that was used works
// again.
func emptyOrAgain(w *world) {
	for _, c := range []*company{w.acme, w.globex} {
		w.outside(c, "always", "")
		cb := w.answer(c, "out", w.begin(c))
		for _, form := range []url.Values{
			nil,
			{},
			{
				"RelayState":   {""},
				"SAMLResponse": {""},
			},
			{
				"state": {""},
				"code":  {""},
			},
		} {
			if r, err := w.complete(c, sso.Callback{
				Form:    form,
				Browser: w.browser,
			}); err == nil || r.Token != "" || r.Proof != "" {
				w.Errorf("%s: %v leads to %+v", c.Key, form, r)
			}
		}
		r, err := w.complete(c, cb)
		w.ok(err)
		for _, code := range []string{
			"", " ", "\n", "0", "000000\x00", "-", "１２３４５６",
		} {
			if done, err := w.verify(r.Proof, code); err == nil || done.Token != "" {
				w.Errorf("%s: the code %q leads to %+v", c.Key, code, done)
			}
		}
		code := w.code()
		_, err = w.verify(r.Proof, code)
		w.ok(err)
		for name, again := range map[string]func() (login.Result, error){
			"the code": func() (login.Result, error) {
				return w.verify(r.Proof, code)
			},
			"the response": func() (login.Result, error) {
				return w.complete(c, cb)
			},
		} {
			if done, err := again(); err == nil || done.Token != "" {
				w.Errorf("%s: %s works twice: %+v", c.Key, name, done)
			}
		}
	}
}

// TestEmailVerifiedInEveryForm (CVE-2026-55075, CVE-2026-55076): an address is
// verified if a trusted identity provider says true, as a value or as text, and
// by nothing else.
func TestEmailVerifiedInEveryForm(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.EmailVerification = sso.EmailVerification{
				Mode:     "never",
				TrustIDP: true,
			}
		})
		said := `true`
		person := demoidp.Person{
			ID:        "id-new",
			Login:     "new",
			Email:     "new@elsewhere.example",
			GivenName: "N",
			Surname:   "X",
		}
		w.mux.HandleFunc("/globex/oidc/token", func(rw http.ResponseWriter, r *http.Request) {
			w.restated(rw, r, &said)
		})
		for form, want := range map[string]bool{
			`true`:             true,
			`"true"`:           true,
			``:                 false,
			`null`:             false,
			`false`:            false,
			`"false"`:          false,
			`0`:                false,
			`1`:                false,
			`"1"`:              false,
			`2`:                false,
			`"yes"`:            false,
			`"True"`:           false,
			`"TRUE"`:           false,
			`" true"`:          false,
			`""`:               false,
			`[]`:               false,
			`{}`:               false,
			`["true","false"]`: false,
			`[true,false]`:     false,
			`["false","true"]`: false,
			`{"value":true}`:   false,
		} {
			said, person.ID, person.Login = form, person.ID+"x", person.Login+"x"
			c.idp.AddPerson(person) // a new one, because what was proven once stays so
			r, err := w.signIn(c, person.ID)
			if err != nil {
				if want {
					w.Errorf("%s: %v", form, err)
				}
				continue
			}
			if r.User.EmailVerified != want {
				w.Errorf(
					"email_verified %s is taken for %v", form, r.User.EmailVerified,
				)
			}
		}
	})
}

// restated passes a request for tokens on, and changes what the ID token says of
// the address; "" leaves the claim out.
func (w *world) restated(rw http.ResponseWriter, r *http.Request, said *string) {
	rec := httptest.NewRecorder()
	w.globex.idp.Handler().ServeHTTP(rec, r)
	var body map[string]any
	w.ok(json.Unmarshal(rec.Body.Bytes(), &body))
	signed, err := jose.ParseSignedCompact(
		body["id_token"].(string), []jose.SignatureAlgorithm{jose.ES256},
	)
	w.ok(err)
	var claims map[string]json.RawMessage
	w.ok(json.Unmarshal(signed.UnsafePayloadWithoutVerification(), &claims))
	delete(claims, "email_verified")
	if *said != "" {
		claims["email_verified"] = json.RawMessage(*said)
	}
	payload, err := json.Marshal(claims)
	w.ok(err)
	key, err := ecKey()
	w.ok(err)
	signer, err := jose.NewSigner(jose.SigningKey{
		Algorithm: jose.ES256,
		Key: jose.JSONWebKey{
			Key:   key,
			KeyID: signed.Signatures[0].Protected.KeyID,
		},
	}, (&jose.SignerOptions{}).WithType("JWT"))
	w.ok(err)
	again, err := signer.Sign(payload)
	w.ok(err)
	body["id_token"], err = again.CompactSerialize()
	w.ok(err)
	rw.Header().Set("Content-Type", "application/json")
	w.ok(json.NewEncoder(rw).Encode(body))
}
