package login_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/store/storetest"
)

// TestRegressions are flaws that were published about other software of this
// kind, each tried on the whole sign-in. docs/regressions.md lists them all.
func TestRegressions(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]func(*world){
		"CVE-2025-22146 an e-mail of another company":               anothersEmail,
		"CVE-2026-109372 begun at one connection, ended at another": crossedConnections,
		"CVE-2026-2603 a connection that is switched off":           switchedOff,
		"CVE-2026-16442 every way in, every mode":                   everyMode,
		"nOAuth, CVE-2023-3128 e-mail as the key":                   emailIsNoKey,
		"CVE-2026-59151 a domain without proof":                     unprovenDomain,
		"CVE-2026-55210 linked by what was asserted":                neverLinked,
		"Polis 8947367 a connection named by the browser":           namedConnection,
		"CVE-2026-55670 names used again":                           recycledNames,
		"CVE-2025-53942 deactivated, by every way in":               deactivatedEverywhere,
		"CVE-2024-28197 a session is new at each sign-in":           freshSession,
		"CVE-2026-27840 a token cut short":                          cutTokens,
	} {
		t.Run(name, func(t *testing.T) { each(t, test) })
	}
}

// anothersEmail: an identity provider speaks for the people of its own
// connection, whatever address it says they have.
func anothersEmail(w *world) {
	victim := w.enters(w.acme, "ada")
	w.globex.idp.AddPerson(demoidp.Person{
		ID:        "id-ada",
		Login:     "ada",
		Email:     "ada@acme.example",
		GivenName: "ADA",
		Surname:   "X",
		Groups:    []string{"dev"},
	})
	attacker := w.enters(w.globex, "ada") // the same address, login, subject, name
	if attacker.User.ID == victim.User.ID ||
		attacker.User.Enterprise != w.globex.ID ||
		attacker.Session.Enterprise != w.globex.ID {
		w.Fatalf("became %+v", attacker.User)
	}
	if attacker.User.EmailVerified {
		w.Error("an address of another company's domain counts as verified")
	}
	after, err := w.db.User(w.Context(), w.acme.ID, victim.User.ID)
	w.ok(err)
	if diff := cmp.Diff(victim.User, after); diff != "" {
		w.Error(diff)
	}
	w.in(
		w.globex, attacker.User.ID, "web/dev=jit", "web/Members=default",
		"app/dev=jit", "app/Members=default",
	)
	if found, err := w.login.Discover(
		w.Context(), "ada@acme.example",
	); err != nil || found.Enterprise.ID != w.acme.ID {
		w.Errorf("the address now belongs to %+v, %v", found.Enterprise, err)
	}
}

// crossedConnections delivers each answer at the address of another connection:
// of the same identity provider, of another protocol, of another company.
func crossedConnections(w *world) {
	second := *w.acme
	second.conn = w.connect(w.acme, "Second", sso.SAML)
	secondOIDC := *w.globex
	secondOIDC.conn = w.connect(w.globex, "Second", sso.OIDC)
	hooli := w.company("hooli", sso.SAML)
	for _, c := range []struct{ began, ended *company }{
		{w.acme, &second},
		{&second, w.acme},
		{w.acme, hooli},
		{w.globex, &secondOIDC},
		{&secondOIDC, w.globex},
		{w.globex, w.acme},
		{w.acme, w.globex},
	} {
		who := "ada"
		if c.began == &second || c.began == &secondOIDC {
			who = "bob" // one login names one person of a company
		}
		cb := w.answer(c.began, who, w.begin(c.began))
		if !cb.Form.Has("state") { // dressed up as the other protocol's
			cb.Form.Set("state", cb.Form.Get("RelayState"))
			cb.Form.Set("code", "x")
		}
		stranger := cb
		stranger.Browser = sso.NewSecret()
		if r, err := w.login.Complete(w.Context(), c.ended.conn.ID, stranger); err == nil ||
			r.Token != "" ||
			sso.CodeOf(err) == "sent_to_wrong_address" {
			w.Errorf(
				"another browser at %s of %s: %v", c.ended.conn.Name, c.ended.Key,
				err,
			)
		}
		r, err := w.login.Complete(w.Context(), c.ended.conn.ID, cb)
		if r.Token != "" {
			w.Errorf(
				"begun at %s of %s, ended at %s of %s: %v", c.began.conn.Name,
				c.began.Key, c.ended.conn.Name, c.ended.Key, err,
			)
		}
		w.recorded(c.began, err, sso.Invalid, "sent_to_wrong_address") // where it began, and by its own browser
		_, err = w.login.Complete(w.Context(), c.began.conn.ID, cb)
		w.fails(err, sso.Invalid, "login_state_expired") // the attempt ended it
	}
}

func switchedOff(w *world) {
	for _, c := range []*company{w.acme, w.globex} {
		cb := w.answer(c, "ada", w.begin(c))
		w.disable(c)
		_, err := w.complete(c, cb)
		w.recorded(c, err, sso.Forbidden, "connection_disabled")
		_, err = w.login.Begin(w.Context(), login.Start{
			Enterprise: c.ID,
			Browser:    w.browser,
		})
		w.fails(err, sso.Forbidden, "connection_disabled")
	}
	for _, mode := range []sso.IDPInitiated{
		sso.IDPInitiatedOff, sso.IDPInitiatedRebounce, sso.IDPInitiatedDirect,
	} {
		w.idpInitiated(w.acme, mode)
		r, err := w.complete(w.acme, w.unsolicited(w.acme, "ada"))
		w.recorded(w.acme, err, sso.Forbidden, "connection_disabled")
		if r.Start != nil {
			w.Errorf("%s: begins anew", mode)
		}
	}
	if n := len(w.users(w.acme)) + len(w.users(w.globex)); n != 0 {
		w.Errorf("%d users", n)
	}
	w.edit(w.acme, func(conn *sso.Connection, _ *sso.Config) {
		conn.State = sso.ConnectionDraft
	})
	_, err := w.complete(w.acme, w.unsolicited(w.acme, "ada"))
	w.recorded(w.acme, err, sso.Forbidden, "connection_disabled")
}

// everyMode: the connection's mode alone decides about an unsolicited response,
// whatever it contains. OpenID Connect has no such responses.
func everyMode(w *world) {
	for mode, code := range map[sso.IDPInitiated]string{
		sso.IDPInitiatedOff:      "idp_initiated_disabled",
		sso.IDPInitiatedRebounce: "restart",
		sso.IDPInitiatedDirect:   "",
		"":                       "idp_initiated_disabled",
		"DIRECT":                 "idp_initiated_disabled",
	} {
		w.idpInitiated(w.acme, mode)
		for form, want := range map[string]string{
			"unsolicited": code,
			"solicited":   "",
		} {
			cb := w.unsolicited(w.acme, "ada")
			if form == "solicited" {
				cb = w.answer(w.acme, "ada", w.begin(w.acme))
			}
			cb.Form.Set("RelayState", "/somewhere")
			r, err := w.complete(w.acme, cb)
			got := sso.CodeOf(err)
			if r.Start != nil {
				got = "restart"
			}
			if got != want || (r.Token != "") != (want == "") {
				w.Errorf("%q, %s: %q, want %q", mode, form, got, want)
			}
		}
	}
	cb := w.answer(w.globex, "ada", w.begin(w.globex))
	cb.Form.Del("state")
	_, err := w.complete(w.globex, cb)
	w.recorded(w.globex, err, sso.Invalid, "login_state_expired")
}

func emailIsNoKey(w *world) {
	for _, c := range []*company{w.acme, w.globex} {
		ada := w.enters(c, "ada")
		c.idp.AddPerson(demoidp.Person{
			ID:        "id-new",
			Login:     "another",
			Email:     ada.User.Email,
			GivenName: "N",
			Surname:   "N",
		})
		if r := w.enters(c, "another"); r.User.ID == ada.User.ID {
			w.Errorf("%s: the same address is the same user", c.Key)
		}
		c.idp.AddPerson(demoidp.Person{
			ID:        "id-ada",
			Login:     "countess",
			Email:     "lovelace@elsewhere.example",
			GivenName: "ADA",
			Surname:   "L",
			Groups:    []string{"sre"},
		})
		r := w.enters(c, "countess")
		if r.User.ID != ada.User.ID ||
			r.User.Email != "lovelace@elsewhere.example" ||
			r.User.Login != "countess" ||
			r.User.EmailVerified {
			w.Errorf(
				"%s: the same subject with another address is %+v", c.Key, r.User,
			)
		}
		w.in(c, ada.User.ID, "web/sre=jit", "web/Members=default")
	}
}

func unprovenDomain(w *world) {
	ctx := w.Context()
	_, err := w.db.CreateDomain(ctx, by, sso.Domain{
		Enterprise: w.globex.ID,
		Name:       "acme.example",
		TXTRecord:  "x",
		VerifiedAt: w.clock.Now(),
	})
	w.fails(err, sso.Conflict, "domain_taken")
	claimed, err := w.db.CreateDomain(ctx, by, sso.Domain{
		Enterprise: w.globex.ID,
		Name:       "acme.example",
		TXTRecord:  "x",
	})
	w.ok(err)
	_, err = w.db.UpdateDomain(ctx, by, w.globex.ID, claimed.ID, func(d sso.Domain) (sso.Domain, error) {
		d.VerifiedAt = w.clock.Now()
		return d, nil
	})
	w.fails(err, sso.Conflict, "domain_taken")
	w.globex.idp.AddPerson(demoidp.Person{
		ID:        "id-ada",
		Login:     "ada",
		Email:     "ada@acme.example",
		GivenName: "A",
		Surname:   "A",
	})
	if w.enters(w.globex, "ada").User.EmailVerified {
		w.Error("an unproven domain verifies an address")
	}
	if found, err := w.login.Discover(ctx, "x@acme.example"); err != nil || found.Enterprise.ID != w.acme.ID {
		w.Errorf("the domain leads to %+v, %v", found.Enterprise, err)
	}
	// The verification is lost: no user is linked or found by the domain.
	ada := w.enters(w.acme, "ada")
	domains, err := w.db.Domains(ctx, w.acme.ID)
	w.ok(err)
	w.ok(w.db.DeleteDomain(ctx, by, w.acme.ID, domains[0].ID))
	if again := w.enters(w.acme, "ada"); again.User.ID != ada.User.ID {
		w.Error("became somebody else")
	}
	_, err = w.login.Discover(ctx, "x@acme.example")
	w.fails(err, sso.NotFoundKind, "unknown_company")
}

// neverLinked: at a second connection of the same company even the same subject,
// login and verified address make a new user.
func neverLinked(w *world) {
	first := w.enters(w.acme, "ada")
	second := *w.acme
	second.conn = w.connect(w.acme, "Second", sso.SAML)
	_, err := w.signIn(&second, "ada")
	if a := w.recorded(&second, err, sso.Forbidden, "login_in_use"); a.User == first.User.ID || a.User == "" {
		w.Error("joined with the user of another connection")
	}
	if r := w.enters(w.acme, "ada"); r.User.ID != first.User.ID {
		w.Error("the first connection's user was taken over")
	}
}

func namedConnection(w *world) {
	for _, stranger := range []sso.ConnectionID{
		w.globex.conn.ID, sso.ConnectionID(w.globex.ID), "conn-x",
	} {
		r, err := w.login.Begin(w.Context(), login.Start{
			Enterprise: w.acme.ID,
			Connection: stranger,
			Browser:    w.browser,
		})
		if sso.CodeOf(err) != "connection_disabled" || r.URL != "" {
			w.Errorf("%s: sent to %s, %v", stranger, r.URL, err)
		}
	}
}

// recycledNames makes things anew under their old names: nothing of before
// belongs to them.
func recycledNames(w *world) {
	ctx := w.Context()
	old := w.enters(w.acme, "ada")
	w.ok(w.db.DeleteGroup(ctx, by, w.acme.ID, w.acme.groups["web/dev"].ID))
	again, err := w.db.CreateGroup(ctx, by, w.acme.ID, sso.Group{
		Organization: w.acme.groups["web/dev"].Organization,
		Name:         "dev",
	})
	w.ok(err)
	if members, _, err := w.db.GroupMembers(
		ctx, w.acme.ID, again.ID, sso.Page{},
	); err != nil || len(members) != 0 {
		w.Errorf("a new group has the members of its namesake: %d, %v", len(members), err)
	}
	w.ok(w.db.DeleteConnection(ctx, by, w.acme.ID, w.acme.conn.ID, nil))
	if w.alive(old) {
		w.Error("a session outlived its connection")
	}
	w.acme.conn = w.connect(w.acme, "Directory", sso.SAML)
	_, err = w.signIn(w.acme, "ada")
	if a := w.recorded(w.acme, err, sso.Forbidden, "login_in_use"); a.User == old.User.ID {
		w.Error("a new connection knows the subjects of its namesake")
	}
	other := w.enters(w.globex, "ada")
	cb := w.answer(w.globex, "bob", w.begin(w.globex))
	w.ok(w.db.DeleteEnterprise(ctx, by, w.globex.ID))
	ent, err := w.db.CreateEnterprise(ctx, by, sso.Enterprise{
		Key:  "globex",
		Name: "GLOBEX",
	})
	w.ok(err)
	if w.alive(other) || len(w.users(&company{Enterprise: ent})) != 0 {
		w.Error("a new enterprise has what was its namesake's")
	}
	_, err = w.complete(w.globex, cb)
	w.fails(err, sso.NotFoundKind, "not_found")
}

// deactivatedEverywhere: a deactivated user cannot sign in by any way, and their
// sessions end.
func deactivatedEverywhere(w *world) {
	w.idpInitiated(w.acme, sso.IDPInitiatedDirect)
	set := func(c *company, r login.Result, status sso.UserStatus) {
		_, err := w.db.UpdateUser(w.Context(), by, c.ID, r.User.ID, func(u sso.User) (sso.User, error) {
			u.Status = status
			return u, nil
		})
		w.ok(err)
	}
	for _, c := range []*company{w.acme, w.globex} {
		r := w.enters(c, "ada")
		underWay := w.answer(c, "ada", w.begin(c))
		set(c, r, sso.UserDeactivated)
		if w.alive(r) {
			w.Error("a session outlived its user")
		}
		ways := map[string]sso.Callback{
			"under way":  underWay,
			"begun anew": w.answer(c, "ada", w.begin(c)),
		}
		if c == w.acme {
			ways["from the provider"] = w.unsolicited(c, "ada")
		}
		for way, cb := range ways {
			_, err := w.complete(c, cb)
			if sso.CodeOf(err) != "user_inactive" {
				w.Errorf("%s, %s: %v", c.Key, way, err)
			}
		}
		set(c, r, sso.UserActive)
		if w.alive(r) {
			w.Error("the old session came back with its user")
		}
		w.enters(c, "ada")
	}
}

func freshSession(w *world) {
	seen := map[sso.Secret]bool{w.browser: true}
	for _, c := range []*company{w.acme, w.globex} {
		for range 3 {
			r := w.enters(c, "ada")
			if seen[r.Token] || len(r.Token) < 43 {
				w.Error("a token is there twice, or is no secret")
			}
			seen[r.Token] = true
			if _, err := w.db.Principal(w.Context(), w.browser.Hash()); sso.CodeOf(err) != "session_ended" {
				w.Errorf("what the browser had before signs it in: %v", err)
			}
		}
	}
}

// cutTokens: nothing but the token opens a session.
func cutTokens(w *world) {
	r := w.enters(w.acme, "ada")
	token := r.Token.Reveal()
	wrong := []string{
		"", token + "=", token + " ", " " + token, token + "\x00", token + token,
		strings.ToUpper(token), strings.ToLower(token), r.Token.Hash().String(),
	}
	for i := range token {
		wrong = append(wrong, token[:i], token[i+1:], token[:i]+"A"+token[i+1:])
	}
	for _, s := range wrong {
		if s == token {
			continue // an A was there already
		}
		if _, err := w.db.Principal(w.Context(), sso.Secret(s).Hash()); sso.CodeOf(err) != "session_ended" {
			w.Errorf("%d characters of it are accepted: %v", len(s), err)
		}
	}
	if !w.alive(r) {
		w.Error("this test looks at nothing")
	}
}

// TestNothingOfTheProviderIsKept (CVE-2024-39315): codes, tokens and messages of
// identity providers, and the secrets of a sign-in, are in no table, no log and
// no record.
func TestNothingOfTheProviderIsKept(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	w := newWorld(t, dsn)
	var canaries []string
	see := func(name, value string) {
		if len(value) < 20 {
			t.Fatalf("%s is %q: this test looks at nothing", name, value)
		}
		canaries = append(canaries, value)
	}
	tokens := 0
	w.mux.HandleFunc("/globex/oidc/token", func(rw http.ResponseWriter, r *http.Request) {
		rec := httptest.NewRecorder()
		w.globex.idp.Handler().ServeHTTP(rec, r)
		var answer struct {
			Access string `json:"access_token"`
			ID     string `json:"id_token"`
		}
		if json.Unmarshal(rec.Body.Bytes(), &answer) == nil && answer.ID != "" {
			tokens++
			see("access token", answer.Access)
			see("ID token", answer.ID[strings.LastIndexByte(answer.ID, '.')+1:])
		}
		rw.Header().Set("Content-Type", "application/json")
		rw.WriteHeader(rec.Code)
		_, _ = rw.Write(rec.Body.Bytes())
	})
	for _, c := range []*company{w.acme, w.globex} {
		for _, fault := range []demoidp.Fault{
			demoidp.NoFault, demoidp.NoLogin, demoidp.WrongAudience,
		} {
			c.idp.SetFaultOnce(fault)
			redirect := w.begin(c)
			p, cb := w.pendingOf(redirect), w.answer(c, "ada", redirect)
			see("nonce", p.Nonce.Reveal())
			see("verifier", p.Verifier.Reveal())
			see("browser", cb.Browser.Reveal())
			see("message", (cb.Form.Get("SAMLResponse") + cb.Form.Get("code"))[:40])
			if r, err := w.complete(c, cb); err == nil {
				see("token", r.Token.Reveal())
				_, err = w.login.Logout(t.Context(), w.principal(r))
				w.ok(err)
			}
		}
	}
	see("client secret", w.globex.conn.Live.OIDC.ClientSecret.Reveal())
	see("private key", w.acme.conn.Keys[0].Private.Reveal()[100:160])
	if tokens != 3 {
		t.Fatalf("%d token answers were seen", tokens)
	}
	files, err := filepath.Glob(strings.TrimPrefix(dsn, "sqlite:") + "*")
	w.ok(err)
	for _, file := range files {
		data, err := os.ReadFile(file)
		w.ok(err)
		for _, canary := range canaries {
			if bytes.Contains(data, []byte(canary)) {
				t.Errorf("%s has %.12s…", filepath.Base(file), canary)
			}
		}
	}
	attempts, _, err := w.db.Attempts(
		t.Context(), w.globex.ID, sso.AttemptFilter{}, sso.Page{},
	)
	w.ok(err)
	said := fmt.Sprintf("%s %+v %v", &w.log, attempts, w.observed)
	for _, canary := range canaries {
		if strings.Contains(said, canary) {
			t.Errorf("%.12s… was said", canary)
		}
	}
	if len(files) == 0 || len(attempts) != 3 {
		t.Errorf("%d files, %d attempts", len(files), len(attempts))
	}
}
