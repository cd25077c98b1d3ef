package oidc_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/internal/outbound"
	"gatehouse/oidc"
	"gatehouse/sso"
)

func TestDiscoveryAndKeysAreRemembered(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	rp := p.party()
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			if _, err := rp.Begin(t.Context(), p.conn, p.config, pendingLogin(at())); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	for range 3 {
		if _, _, err := p.signIn(rp); err != nil {
			t.Fatal(err)
		}
	}
	if d, k := p.count("/.well-known/openid-configuration"), p.count("/keys"); d != 1 || k != 1 {
		t.Errorf("%d discovery and %d key fetches, want 1 and 1", d, k)
	}
	p.conn.Revision++
	if _, _, err := p.signIn(rp); err != nil {
		t.Fatal(err)
	}
	if d, k := p.count("/.well-known/openid-configuration"), p.count("/keys"); d != 2 || k != 2 {
		t.Errorf("%d and %d after the connection changed, want 2 and 2", d, k)
	}
}

func TestLastGoodDocumentsServeDuringAnOutage(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	now := at()
	p.now = func() time.Time { return now }
	rp := p.party()
	if _, _, err := p.signIn(rp); err != nil {
		t.Fatal(err)
	}
	p.override["/.well-known/openid-configuration"] = verifier(
		500, "text/html", "down",
	)
	p.override["/keys"] = verifier(500, "text/html", "down")
	for hour := range 7*24 - 1 {
		now = at().Add(time.Duration(hour) * time.Hour)
		if _, _, err := p.signIn(rp); err != nil {
			t.Fatalf("after %d hours: %v", hour, err)
		}
	}
	now = at().Add(7*24*time.Hour + time.Minute)
	if _, _, err := p.signIn(rp); sso.CodeOf(err) != "idp_unavailable" {
		t.Errorf("after 7 days: %v", err)
	}
	clear(p.override)
	if _, _, err := p.signIn(rp); err != nil {
		t.Errorf("once they are there again: %v", err)
	}
}

// rotate makes the provider sign with a new key, published or not.
func (p *fakeIDP) rotate(kid string) {
	p.signer, p.kid = otherKey(), kid
	p.keys = []jose.JSONWebKey{{Key: &otherKey().PublicKey, KeyID: kid}}
}

func TestKeysRotatedJustBeforeSigning(t *testing.T) {
	t.Parallel()
	for _, kid := range []string{"k2", "k1", ""} { // another name, the same name, no name
		p := newIDP(t)
		rp := p.party()
		if _, _, err := p.signIn(rp); err != nil {
			t.Fatal(err)
		}
		p.rotate(kid)
		if _, _, err := p.signIn(rp); err != nil {
			t.Errorf("kid %q: %v", kid, err)
		}
		if n := p.count("/keys"); n != 2 {
			t.Errorf("kid %q: %d fetches, want 2", kid, n)
		}
	}
}

func TestConcurrentSignInsDuringKeyRotation(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	rp := p.party()
	pending := pendingLogin(at())
	cb, err := p.authorize(rp, pending)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := rp.Complete(t.Context(), p.conn, p.config, &pending, cb); err != nil {
		t.Fatal(err)
	}
	p.rotate("k2")
	p.override["/keys"] = func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(50 * time.Millisecond)
		reply(w, jose.JSONWebKeySet{Keys: p.keys})
	}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if _, err := rp.Complete(t.Context(), p.conn, p.config, &pending, cb); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestRemovedKeyIsRefusedSoon(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	now := at()
	p.now = func() time.Time { return now }
	rp := p.party()
	if _, _, err := p.signIn(rp); err != nil {
		t.Fatal(err)
	}
	// but it goes on signing with the old one
	p.keys = []jose.JSONWebKey{{
		Key:   &otherKey().PublicKey,
		KeyID: "k2",
	}}
	now = now.Add(10 * time.Minute)
	if _, _, err := p.signIn(rp); sso.CodeOf(err) != "id_token_invalid" {
		t.Errorf("10 minutes after the key was removed: %v", err)
	}
}

func TestUnknownKeysDoNotMakeUsFetch(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	now := at()
	p.now = func() time.Time { return now }
	rp := p.party()
	logout := func(i int) error {
		p.kid = fmt.Sprintf("made-up-%d", i)
		_, err := rp.BackchannelLogout(
			t.Context(), p.conn, p.config, p.logoutToken(nil, nil),
		)
		return err
	}
	const tries = 10_000
	p.header = map[string]any{"typ": "logout+jwt"}
	signed := p.logoutToken(nil, nil) // signing 10,000 is what would take long
	first, rest, _ := strings.Cut(signed, ".")
	_ = first
	for i := range tries {
		_, err := rp.BackchannelLogout(
			t.Context(), p.conn, p.config,
			forgeHeader(fmt.Sprintf(`{"alg":"RS256","typ":"logout+jwt","kid":"made-up-%d"}`, i))+"."+rest,
		)
		if sso.CodeOf(err) != "logout_token_invalid" {
			t.Fatalf("try %d: %v", i, err)
		}
	}
	const most = 3 // the first, and two that no other rotation needs
	if n := p.count("/keys"); n > most {
		t.Errorf("%d fetches for %d made-up keys, want at most %d", n, tries, most)
	}
	now = now.Add(31 * time.Second)
	if err := logout(1); err == nil || p.count("/keys") != most+1 {
		t.Errorf("after half a minute: %v, %d fetches", err, p.count("/keys"))
	}
}

func forgeHeader(h string) string {
	head, _, _ := strings.Cut(forge(h, "", ""), ".")
	return head
}

// A provider that hangs for one connection is of no consequence for another,
// and the people above the limit are told soon.
func TestHangingProviderIsContained(t *testing.T) {
	t.Parallel()
	hang := make(chan struct{})
	p, other := newIDP(t), newIDP(t)
	other.conn.ID = "conn-01k0000000000000000000000b"
	rp := oidc.New(oidc.Options{
		BaseURL: base,
		Now:     at,
		Client:  client(t, outbound.Options{Timeout: 5 * time.Second}),
	})
	if _, _, err := p.signIn(rp); err != nil {
		t.Fatal(err)
	}
	pending := pendingLogin(at())
	cb, err := p.authorize(rp, pending)
	if err != nil {
		t.Fatal(err)
	}
	var waiting atomic.Int32
	p.override["/token"] = func(http.ResponseWriter, *http.Request) {
		waiting.Add(1)
		<-hang
	}
	var group sync.WaitGroup
	defer group.Wait()
	defer close(hang)
	var refused atomic.Int32
	for range 200 {
		group.Go(func() {
			start := time.Now()
			_, err := rp.Complete(t.Context(), p.conn, p.config, &pending, cb)
			if sso.CodeOf(err) != "idp_unavailable" {
				t.Errorf("got %v", err)
			}
			if time.Since(start) < 4*time.Second {
				refused.Add(1)
			}
		})
	}
	for start := time.Now(); refused.Load() < 200-32 &&
		time.Since(start) < 4*time.Second; {
		if _, _, err := other.signIn(rp); err != nil {
			t.Fatalf("another connection: %v", err)
		}
		time.Sleep(20 * time.Millisecond)
	}
	if n := waiting.Load(); n != 32 {
		t.Errorf("%d calls under way, want 32", n)
	}
	if n := refused.Load(); n < 200-32 {
		t.Errorf("%d were told soon, want %d", n, 200-32)
	}
}

// handlerTransport answers without a network, so that a fake clock can run.
type handlerTransport struct {
	handle func(*http.Request) (*http.Response, error)
}

func (h handlerTransport) RoundTrip(r *http.Request) (*http.Response, error) { return h.handle(r) }

func TestNoGoroutineOutlivesACall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { // fails if a goroutine is left
		c := &http.Client{Transport: handlerTransport{func(r *http.Request) (*http.Response, error) {
			<-r.Context().Done() // for ever, whatever the client's own deadline
			return nil, r.Context().Err()
		}}}
		rp := oidc.New(oidc.Options{BaseURL: base, Client: c})
		cfg := sso.Config{OIDC: &sso.OIDCConfig{Issuer: "https://idp.example"}}
		start := time.Now()
		_, err := rp.Begin(
			t.Context(), sso.Connection{ID: connection}, cfg, pendingLogin(start),
		)
		if sso.CodeOf(err) != "idp_unavailable" ||
			time.Since(start) > 10500*time.Millisecond {
			t.Errorf("after %s: %v", time.Since(start), err)
		}
	})
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	rp := p.party()
	for _, typed := range []string{
		p.issuer(),
		" " + p.issuer() + "/ ",
		p.issuer() + "/.well-known/openid-configuration",
		p.issuer() + "/.well-known/openid-configuration?x=1",
	} {
		d, err := rp.Discover(t.Context(), oidc.Source{Address: typed})
		if err != nil ||
			d.Issuer != p.issuer() ||
			d.TokenEndpoint != p.issuer()+"/token" ||
			!d.IssParameter {
			t.Errorf("%q: %+v, %v", typed, d, err)
		}
	}
	issuerAt(p, "/")
	if d, err := rp.Discover(t.Context(), oidc.Source{
		Address: p.issuer(),
	}); err != nil || d.Issuer != p.issuer()+"/" {
		t.Errorf("issuer with a slash: %+v, %v", d, err)
	}
	for typed, code := range map[string]string{
		"":                         "url_not_allowed",
		"hello":                    "url_not_allowed",
		"https://":                 "url_not_allowed",
		"ftp://idp.example":        "url_not_allowed",
		p.issuer() + "?tenant=x":   "url_not_allowed",
		"https://169.254.169.254":  "url_not_allowed",
		"http://idp.example":       "url_not_allowed",
		"https://user@idp.example": "url_not_allowed",
		p.issuer() + "/nowhere":    "idp_unusable",
	} {
		if _, err := rp.Discover(t.Context(), oidc.Source{Address: typed}); sso.CodeOf(err) != code {
			t.Errorf("%q: want %s, got %v", typed, code, err)
		}
	}
	for name, c := range map[string]struct {
		change func(map[string]any)
		code   string
		public string
	}{
		"tenants": {
			set(map[string]any{"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}),
			"issuer_mismatch",
			"tenant",
		},
		"another": {
			set(map[string]any{"issuer": "https://evil.example"}),
			"issuer_mismatch",
			"https://evil.example",
		},
		"endpoint": {
			set(map[string]any{"authorization_endpoint": "javascript:alert(1)"}),
			"metadata_bad_endpoint",
			"authorization_endpoint",
		},
		"algorithm": {
			set(map[string]any{
				"id_token_signing_alg_values_supported": []string{"none"},
			}),
			"metadata_unreadable",
			"signs",
		},
		"type": {
			set(map[string]any{"token_endpoint": 5}), "metadata_unreadable",
			"discovery document",
		},
	} {
		p := newIDP(t)
		p.discovery = c.change
		_, err := p.party().Discover(t.Context(), oidc.Source{Address: p.issuer()})
		if sso.CodeOf(err) != c.code ||
			!strings.Contains(fmt.Sprint(err), c.public) {
			t.Errorf("%s: want %s %q, got %v", name, c.code, c.public, err)
		}
	}
}

func TestErrorsContainNoSecrets(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.override["/token"] = verifier(
		401, "application/json",
		`{"error":"invalid_client","error_description":"<b>`+strings.Repeat("x", 5000)+`\u202e"}`,
	)
	_, checks, err := p.signIn(p.party())
	said := fmt.Sprint(err)
	doc, _ := json.Marshal(checks)
	if len(said) > 800 ||
		strings.Contains(said+string(doc), secret) ||
		strings.Contains(said, "\u202e") {
		t.Errorf("error %s\nchecks %s", said, doc)
	}
	p = newIDP(t)
	p.callback = func(v url.Values) {
		v.Del("code")
		v.Set("error", "access_denied")
		v.Set("error_description", "<script>")
	}
	_, _, err = p.signIn(p.party())
	if e := asError(t, err); strings.Contains(e.Public, "script") ||
		!strings.Contains(e.Err.Error(), "<script>") {
		t.Errorf("public %q, cause %v", e.Public, e.Err)
	}
}
