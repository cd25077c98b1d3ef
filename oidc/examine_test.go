package oidc_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/oidc"
	"gatehouse/sso"
)

// TestShow checks that the documents that arrived can be shown, without secrets.
func TestShow(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.claims = func(c map[string]any) {
		c["client_secret"], c["nested"] = "canary-1", map[string]any{
			"api_token": "canary-2",
			"plain":     "seen",
		}
	}
	p.userinfo = map[string]any{
		"sub":        "ada",
		"department": "research",
		"password":   "canary-3",
	}
	p.config.Mapping.Name = []string{"department"}
	rp := p.party()
	pending, cb := p.begun(t, rp)
	x, err := rp.Complete(t.Context(), p.conn, p.config, pending, cb)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{
		"canary", pending.Nonce.Reveal(), "session-1", "the-access-token",
	} {
		if strings.Contains(x.Shown(), secret) {
			t.Errorf("what came shows %q: %s", secret, x.Shown())
		}
	}
	for _, shown := range []string{
		"ada@acme.test", "research", `"plain": "seen"`, `"nonce": "(left out)"`,
		"The ID token", "Userinfo",
	} {
		if !strings.Contains(x.Shown(), shown) {
			t.Errorf("what came does not show %q: %s", shown, x.Shown())
		}
	}
}

// TestShowRefused checks that a response can be shown although it was refused.
func TestShowRefused(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.claims = func(c map[string]any) { c["aud"] = "somebody-else" }
	rp := p.party()
	pending, cb := p.begun(t, rp)
	x, err := rp.Complete(t.Context(), p.conn, p.config, pending, cb)
	if sso.CodeOf(err) != "id_token_invalid" ||
		x.Assertion.Subject != "" ||
		!strings.Contains(x.Shown(), "somebody-else") {
		t.Errorf("%+v, %v", x, err)
	}
	if last := x.Checks[len(x.Checks)-1]; last.Name != "audience" || last.OK {
		t.Errorf("the last check is %+v", last)
	}
}

// TestExamineToken: an ID token that was kept is checked as of its own time; what
// is wrong with it is still wrong.
func TestExamineToken(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	token, _ := p.makeIDToken("some-nonce").(string)
	p.now = func() time.Time { return at().Add(100 * time.Hour) }
	rp := p.party()
	x, err := rp.ExamineToken(t.Context(), p.conn, p.config, token)
	if err != nil ||
		!x.Captured ||
		!x.At.Equal(at()) ||
		x.Assertion.Subject != "ada" ||
		strings.Contains(x.Shown(), "some-nonce") {
		t.Errorf("%+v, %v", x, err)
	}
	p.signer = otherKey()
	forged, _ := p.makeIDToken("some-nonce").(string)
	for _, wrong := range []string{
		forged, "", "a.b.c", "..", token + "x", strings.ReplaceAll(token, ".", ".."),
	} {
		if x, err := rp.ExamineToken(
			t.Context(), p.conn, p.config, wrong,
		); sso.CodeOf(err) != "id_token_invalid" ||
			x.Assertion.Subject != "" {
			t.Errorf("%.20q: %+v, %v", wrong, x, err)
		}
	}
	if p.count("/token") != 0 {
		t.Error("the token endpoint was asked")
	}
}

// begun is a sign-in on its way back.
func (p *fakeIDP) begun(t *testing.T, rp *oidc.RelyingParty) (*sso.PendingLogin, sso.Callback) {
	t.Helper()
	pending := &sso.PendingLogin{
		ID:        "gh-state",
		Nonce:     sso.NewSecret(),
		Verifier:  sso.NewSecret(),
		CreatedAt: at(),
	}
	redirect, err := rp.Begin(t.Context(), p.conn, p.config, *pending)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(redirect.URL)
	if err != nil {
		t.Fatal(err)
	}
	p.mu.Lock()
	p.request = u.Query()
	p.mu.Unlock()
	return pending, sso.Callback{
		Form: url.Values{
			"code":  {"the-code"},
			"state": {pending.ID},
			"iss":   {p.issuer()},
		},
	}
}
