package oidc_test

import (
	"encoding/json"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/oidc"
	"gatehouse/sso"
)

const logoutEvent = "http://schemas.openid.net/event/backchannel-logout"

func (p *fakeIDP) logoutToken(change func(map[string]any), payload func([]byte) []byte) string {
	now := p.now()
	claims := map[string]any{
		"iss":    p.issuer(),
		"aud":    clientID,
		"sub":    "ada",
		"sid":    "session-1",
		"jti":    "j1",
		"iat":    now.Unix(),
		"exp":    now.Add(2 * time.Minute).Unix(),
		"events": map[string]any{logoutEvent: map[string]any{}},
	}
	if change != nil {
		change(claims)
	}
	doc, err := json.Marshal(claims)
	if err != nil {
		p.t.Error(err)
	}
	if payload != nil {
		doc = payload(doc)
	}
	return p.sign(doc)
}

func TestBackchannelLogout(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	p.header = map[string]any{"typ": "logout+jwt"}
	rp := p.party()
	for name, c := range map[string]struct {
		change       func(map[string]any)
		subject, sid string
	}{
		"both":     {nil, "ada", "session-1"},
		"only sub": {without("sid"), "ada", ""},
		"only sid": {without("sub"), "", "session-1"},
		"2 min old": {
			set(map[string]any{"iat": at().Unix() - 120}), "ada", "session-1",
		},
		"a list of clients": {
			set(map[string]any{"aud": []string{"other", clientID}}),
			"ada",
			"session-1",
		},
	} {
		got, err := rp.BackchannelLogout(
			t.Context(), p.conn, p.config, p.logoutToken(c.change, nil),
		)
		if err != nil ||
			got.Subject != c.subject ||
			got.SessionIndex != c.sid ||
			got.ID != "j1" ||
			!got.Expires.Equal(at().Add(2*time.Minute)) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
}

func TestBadLogoutTokens(t *testing.T) {
	t.Parallel()
	now := at().Unix()
	one := func(name string, value any) func(map[string]any) {
		return set(map[string]any{name: value})
	}
	for name, change := range map[string]func(map[string]any){
		"iss wrong":               one("iss", "https://evil.example"),
		"iss missing":             without("iss"),
		"aud wrong":               one("aud", "other"),
		"aud missing":             without("aud"),
		"nonce":                   one("nonce", "n"),
		"nonce null":              one("nonce", nil),
		"no jti":                  without("jti"),
		"jti a number":            one("jti", 5),
		"no exp":                  without("exp"),
		"expired":                 one("exp", now-61),
		"no iat":                  without("iat"),
		"made 3 min ago":          one("iat", now-181),
		"made in the future":      one("iat", now+61),
		"neither sub nor sid":     without("sub", "sid"),
		"sub with invisible text": one("sub", "ada\u202e"),
		"sid a list":              one("sid", []string{"a"}),
		"no events":               without("events"),
		"events a text":           one("events", logoutEvent),
		"another event": one("events", map[string]any{
			"http://schemas.openid.net/secevent/x": map[string]any{},
		}),
		"event a text":   one("events", map[string]any{logoutEvent: "yes"}),
		"event null":     one("events", map[string]any{logoutEvent: nil}),
		"SUB beside sub": one("SUB", "eve"),
		"Events instead of events": func(m map[string]any) {
			m["Events"] = m["events"]
			delete(m, "events")
		},
	} {
		p := newIDP(t)
		p.header = map[string]any{"typ": "logout+jwt"}
		got, err := p.party().BackchannelLogout(
			t.Context(), p.conn, p.config, p.logoutToken(change, nil),
		)
		if sso.CodeOf(err) != "logout_token_invalid" || got != (oidc.LogoutToken{}) {
			t.Errorf("%s: %+v %v", name, got, err)
		}
	}
	for name, do := range map[string]func(p *fakeIDP) string{
		"typ at+jwt": func(p *fakeIDP) string {
			p.header["typ"] = "at+jwt"
			return p.logoutToken(nil, nil)
		},
		"an ID token": func(p *fakeIDP) string {
			return p.makeIDToken("n").(string)
		},
		"another key": func(p *fakeIDP) string {
			p.signer = otherKey()
			return p.logoutToken(nil, nil)
		},
		"unsigned": func(p *fakeIDP) string {
			return forge(
				`{"alg":"none","typ":"logout+jwt"}`,
				string(payloadOf(p.logoutToken(nil, nil))), "",
			)
		},
		"empty": func(*fakeIDP) string { return "" },
	} {
		p := newIDP(t)
		p.header = map[string]any{"typ": "logout+jwt"}
		if _, err := p.party().BackchannelLogout(
			t.Context(), p.conn, p.config, do(p),
		); sso.CodeOf(err) != "logout_token_invalid" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestLogoutTokenTypes: the type is only recommended (Back-Channel Logout §2.4).
// Whatever it says, neither an ID token nor a token without the event ends a
// session.
func TestLogoutTokenTypes(t *testing.T) {
	t.Parallel()
	for _, typ := range []any{
		"logout+jwt", "application/logout+jwt", "secevent+jwt",
		"application/secevent+JWT", "JWT", "jwt", "", nil,
	} {
		p := newIDP(t)
		p.header = map[string]any{}
		if typ != nil {
			p.header["typ"] = typ
		}
		rp := p.party()
		if got, err := rp.BackchannelLogout(
			t.Context(), p.conn, p.config, p.logoutToken(nil, nil),
		); err != nil || got.SessionIndex != "session-1" {
			t.Errorf("typ %v: %+v, %v", typ, got, err)
		}
		for name, bad := range map[string]string{
			"an ID token": p.makeIDToken("n").(string),
			"an ID token with the event": p.logoutToken(
				set(map[string]any{"nonce": "n"}), nil,
			),
			"an ID token without a nonce": p.logoutToken(without("events"), nil),
			"another event": p.logoutToken(
				set(map[string]any{
					"events": map[string]any{"urn:other": map[string]any{}},
				}),
				nil,
			),
			"no jti": p.logoutToken(without("jti"), nil),
		} {
			if got, err := rp.BackchannelLogout(
				t.Context(), p.conn, p.config, bad,
			); sso.CodeOf(err) != "logout_token_invalid" {
				t.Errorf("typ %v, %s: %+v, %v", typ, name, got, err)
			}
		}
	}
}

func TestBeginLogout(t *testing.T) {
	t.Parallel()
	p := newIDP(t)
	rp := p.party()
	for _, c := range []struct {
		session  sso.Session
		returnTo string
		want     url.Values
	}{
		{
			sso.Session{
				Subject:      "ada",
				SessionIndex: "session-1",
			},
			"/signed-out",
			url.Values{
				"from":                     {"rp"},
				"client_id":                {clientID},
				"logout_hint":              {"session-1"},
				"post_logout_redirect_uri": {base + "/signed-out"},
			},
		},
		{sso.Session{Subject: "ada"}, "https://gate.example.com/", url.Values{
			"from":                     {"rp"},
			"client_id":                {clientID},
			"logout_hint":              {"ada"},
			"post_logout_redirect_uri": {"https://gate.example.com/"},
		}},
		{sso.Session{}, "", url.Values{"from": {"rp"}, "client_id": {clientID}}},
	} {
		r, err := rp.BeginLogout(
			t.Context(), p.conn, p.config, c.session, c.returnTo,
		)
		if err != nil || r == nil {
			t.Fatal(r, err)
		}
		u, err := url.Parse(r.URL)
		if err != nil || u.Path != "/logout" || r.Form != nil {
			t.Errorf("%+v, %v", r, err)
		}
		if diff := cmp.Diff(c.want, u.Query()); diff != "" {
			t.Errorf("request (-want +got):\n%s", diff)
		}
	}
	p = newIDP(t)
	p.discovery = without("end_session_endpoint")
	if r, err := p.party().BeginLogout(
		t.Context(), p.conn, p.config, sso.Session{}, "/",
	); r != nil || err != nil {
		t.Errorf("without an endpoint: %+v, %v", r, err)
	}
}
