package oidc_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// groupsInUserinfo is a provider whose ID token is short.
func groupsInUserinfo(info map[string]any) func(*fakeIDP) {
	return func(p *fakeIDP) {
		p.claims = without("groups", "email")
		p.userinfo = map[string]any{"sub": "ada", "groups": []string{"dev"}}
		maps.Copy(p.userinfo, info)
	}
}

func userinfoAnswer(handler http.HandlerFunc) func(*fakeIDP) {
	return func(p *fakeIDP) {
		groupsInUserinfo(nil)(p)
		p.override["/userinfo"] = handler
	}
}

func verifier(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}
}

// endless sends until the other side has enough.
func endless(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	block := []byte(strings.Repeat(" ", 64<<10))
	for r.Context().Err() == nil {
		if _, err := w.Write(block); err != nil {
			return
		}
	}
}

func gigabyte(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Length", "1073741824")
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprint(w, `{"access_token":"`)
}

func slow(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	for r.Context().Err() == nil {
		if _, err := fmt.Fprint(w, " "); err != nil {
			return
		}
		_ = http.NewResponseController(w).Flush()
		time.Sleep(20 * time.Millisecond)
	}
}

func hangUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

func redirectTo(status int, to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, to, status)
	}
}

func signedUserinfo(claims map[string]any, by func(*fakeIDP) string) func(*fakeIDP) {
	return func(p *fakeIDP) {
		groupsInUserinfo(nil)(p)
		p.override["/userinfo"] = func(w http.ResponseWriter, _ *http.Request) {
			info := map[string]any{
				"iss":    p.issuer(),
				"aud":    clientID,
				"sub":    "ada",
				"groups": []string{"dev"},
			}
			maps.Copy(info, claims)
			doc, _ := json.Marshal(info)
			text := p.sign(doc)
			if by != nil {
				text = by(p)
			}
			w.Header().Set("Content-Type", "application/jwt; charset=utf-8")
			fmt.Fprint(w, text)
		}
	}
}

func badUserinfo() []defect {
	down := func(name string, h http.HandlerFunc) defect {
		return defect{
			"userinfo " + name, "idp_unavailable", "userinfo", userinfoAnswer(h),
		}
	}
	broken := func(name string, h http.HandlerFunc) defect {
		return defect{
			"userinfo " + name, "idp_unusable", "userinfo", userinfoAnswer(h),
		}
	}
	return []defect{
		invalid(
			"userinfo about another subject", "userinfo_subject",
			groupsInUserinfo(map[string]any{"sub": "eve"}),
		),
		invalid(
			"userinfo sub in another case", "userinfo_subject",
			groupsInUserinfo(map[string]any{"sub": "Ada"}),
		),
		invalid(
			"userinfo sub missing",
			"userinfo_subject",
			userinfoAnswer(verifier(200, "application/json", `{"groups":["root"]}`)),
		),
		invalid(
			"userinfo SUB instead of sub",
			"userinfo_subject",
			userinfoAnswer(verifier(
				200, "application/json", `{"SUB":"ada","groups":["root"]}`,
			)),
		),
		invalid(
			"userinfo sub null", "userinfo_subject",
			groupsInUserinfo(map[string]any{"sub": nil}),
		),
		invalid(
			"userinfo sub a list", "userinfo_subject",
			groupsInUserinfo(map[string]any{"sub": []string{"ada"}}),
		),
		invalid(
			"userinfo sub twice",
			"userinfo",
			userinfoAnswer(verifier(
				200, "application/json", `{"sub":"eve","sub":"ada"}`,
			)),
		),
		invalid(
			"userinfo HTML", "userinfo",
			userinfoAnswer(verifier(200, "text/html", `<p>hello</p>`)),
		),
		invalid(
			"userinfo a list", "userinfo",
			userinfoAnswer(verifier(200, "application/json", `[]`)),
		),
		invalid("unsigned userinfo", "userinfo", signedUserinfo(nil, func(*fakeIDP) string {
			return forge(`{"alg":"none"}`, `{"sub":"ada"}`, "")
		})),
		invalid(
			"userinfo signed for another", "userinfo",
			signedUserinfo(map[string]any{"aud": "other"}, nil),
		),
		invalid(
			"userinfo signed by another",
			"userinfo",
			signedUserinfo(map[string]any{"iss": "https://evil.example"}, nil),
		),
		invalid(
			"signed userinfo about another subject", "userinfo_subject",
			signedUserinfo(map[string]any{"sub": "eve"}, nil),
		),
		down("500", verifier(500, "text/html", "oops")),
		broken(
			"401", verifier(401, "application/json", `{"error":"invalid_token"}`),
		),
		broken("without end", endless),
		broken("of 1 GB", gigabyte),
		down("slow", slow),
		down("hanging up", hangUp),
		broken("redirecting to itself", redirectTo(302, "/userinfo")),
		broken(
			"redirecting to a metadata service",
			redirectTo(302, "https://169.254.169.254/latest/meta-data/"),
		),
	}
}

func badCallbacks() []defect {
	with := func(name, value string) func(*fakeIDP) {
		return func(p *fakeIDP) {
			p.callback = func(v url.Values) {
				v.Set(name, value)
			}
		}
	}
	denied := func(more url.Values) func(*fakeIDP) {
		return func(p *fakeIDP) {
			p.callback = func(v url.Values) {
				v.Del("code")
				v.Set("error", "access_denied")
				maps.Copy(v, more)
			}
		}
	}
	return []defect{
		{
			"iss parameter of another", "issuer_mismatch", "response_issuer",
			with("iss", "https://evil.example"),
		},
		{"iss parameter empty", "issuer_mismatch", "response_issuer", with("iss", "")},
		{"iss parameter missing though promised", "issuer_mismatch", "response_issuer", func(p *fakeIDP) {
			p.callback = func(v url.Values) {
				v.Del("iss")
			}
		}},
		{"iss parameter of another, none promised", "issuer_mismatch", "response_issuer", func(p *fakeIDP) {
			p.discovery = without("authorization_response_iss_parameter_supported")
			with("iss", "https://evil.example")(p)
		}},
		{"denied", "idp_denied", "authorization", denied(nil)},
		{
			"denied with markup",
			"idp_denied",
			"authorization",
			denied(url.Values{
				"error_description": {
					"<script>alert(1)</script>\x00\u202e" +
						strings.Repeat("x", 5000),
				},
			}),
		},
		{"denied without iss", "idp_denied", "authorization", func(p *fakeIDP) {
			p.callback = func(v url.Values) {
				maps.DeleteFunc(v, func(string, []string) bool { return true })
				v.Set("error", "access_denied")
				v.Set("state", p.request.Get("state"))
			}
		}},
		{
			"busy",
			"idp_unavailable",
			"authorization",
			denied(url.Values{"error": {"temporarily_unavailable"}}),
		},
		{
			"broken", "idp_unavailable", "authorization",
			denied(url.Values{"error": {"server_error"}}),
		},
		{
			"wants a login", "idp_interaction_required", "authorization",
			denied(url.Values{"error": {"login_required"}}),
		},
		{
			"wants an interaction",
			"idp_interaction_required",
			"authorization",
			denied(url.Values{"error": {"interaction_required"}}),
		},
		{
			"wants a choice",
			"idp_interaction_required",
			"authorization",
			denied(url.Values{"error": {"account_selection_required"}}),
		},
		{
			"wants consent",
			"idp_interaction_required",
			"authorization",
			denied(url.Values{"error": {"consent_required"}}),
		},
		{
			"denied in another case", "idp_denied", "authorization",
			denied(url.Values{"error": {"LOGIN_REQUIRED"}}),
		},
		{
			"denied by another",
			"issuer_mismatch",
			"response_issuer",
			denied(url.Values{"iss": {"https://evil.example"}}),
		},
		{"error and code", "bad_request", "", denied(url.Values{"code": {"the-code"}})},
		{"empty error and code", "bad_request", "", with("error", "")},
		{"code missing", "bad_request", "authorization", func(p *fakeIDP) {
			p.callback = func(v url.Values) {
				v.Del("code")
			}
		}},
		{"code empty", "bad_request", "authorization", with("code", "")},
		{
			"code of 9 kB", "bad_request", "authorization",
			with("code", strings.Repeat("c", 9<<10)),
		},
		{"code twice", "duplicate_parameter", "", func(p *fakeIDP) {
			p.callback = func(v url.Values) {
				v.Add("code", "other")
			}
		}},
		{"iss twice", "duplicate_parameter", "", func(p *fakeIDP) {
			p.callback = func(v url.Values) {
				v.Add("iss", "https://evil.example")
			}
		}},
		{
			"code of another sign-in", "idp_denied", "code_exchange",
			with("code", "another-code"),
		},
	}
}

func badTokenEndpoints() []defect {
	does := func(name, code string, h http.HandlerFunc) defect {
		return defect{"token endpoint " + name, code, "code_exchange", func(p *fakeIDP) {
			p.override["/token"] = h
		}}
	}
	return []defect{
		does("500", "idp_unavailable", verifier(500, "text/html", "<h1>oops</h1>")),
		does(
			"503 with an OAuth error",
			"idp_unavailable",
			verifier(503, "application/json", `{"error":"temporarily_unavailable"}`),
		),
		does(
			"400 server_error", "idp_unavailable",
			verifier(400, "application/json", `{"error":"server_error"}`),
		),
		does("404", "idp_unusable", verifier(404, "text/html", "no")),
		does("HTML", "idp_unusable", verifier(200, "text/html", "<h1>hello</h1>")),
		does("nothing", "idp_unavailable", verifier(200, "application/json", "")),
		does("a list", "idp_unusable", verifier(200, "application/json", "[]")),
		does(
			"400 without an OAuth error", "idp_unusable",
			verifier(400, "text/plain", "bad request"),
		),
		does("429", "idp_unavailable", verifier(429, "text/plain", "later")),
		does(
			"UTF-16", "idp_unusable",
			verifier(200, "application/json", "\xff\xfe{\x00}\x00"),
		),
		does("hanging up", "idp_unavailable", hangUp),
		does("slow", "idp_unavailable", slow),
		does("without end", "idp_unusable", endless),
		does("1 GB", "idp_unusable", gigabyte),
		does("307", "idp_unusable", redirectTo(307, "/evil-token")),
		does("302", "idp_unusable", redirectTo(302, "/evil-token")),
		does(
			"invalid_grant", "idp_denied",
			verifier(400, "application/json", `{"error":"invalid_grant"}`),
		),
		does(
			"invalid_client",
			"idp_denied",
			verifier(401, "application/json", `{"error":"invalid_client","error_description":"AADSTS7000215"}`),
		),
		does(
			"an error with status 200",
			"idp_denied",
			verifier(200, "application/json", `{"error":"invalid_grant","access_token":"x","id_token":"y"}`),
		),
	}
}

func badDiscovery() []defect {
	field := func(name string, value any) defect {
		return defect{fmt.Sprintf("discovery %s %v", name, value), "idp_unusable", "", func(p *fakeIDP) {
			p.discovery = set(map[string]any{name: value})
		}}
	}
	does := func(name string, h http.HandlerFunc) defect {
		return defect{"discovery " + name, "idp_unusable", "", func(p *fakeIDP) {
			p.override["/.well-known/openid-configuration"] = h
		}}
	}
	temporary := func(name string, h http.HandlerFunc) defect {
		return defect{"discovery " + name, "idp_unavailable", "", func(p *fakeIDP) {
			p.override["/.well-known/openid-configuration"] = h
		}}
	}
	return []defect{
		field("issuer", "https://evil.example"),
		field("issuer", "https://login.microsoftonline.com/{tenantid}/v2.0"),
		{"discovery issuer with a slash more", "idp_unusable", "", func(p *fakeIDP) {
			p.discovery = set(map[string]any{"issuer": p.issuer() + "/"})
		}},
		field("authorization_endpoint", "javascript:alert(1)"),
		field("authorization_endpoint", "http://idp.example/authorize"),
		field("authorization_endpoint", ""),
		field("token_endpoint", "file:///etc/passwd"),
		field("token_endpoint", "https://user:password@idp.example/token"),
		field("token_endpoint", nil),
		field("jwks_uri", "gopher://idp.example/"),
		field("jwks_uri", nil),
		field("userinfo_endpoint", "//idp.example/userinfo"),
		field("end_session_endpoint", "javascript:alert(1)"),
		field("id_token_signing_alg_values_supported", []string{"HS256", "none"}),
		field("id_token_signing_alg_values_supported", "RS256"),
		does("404", verifier(404, "text/html", "no")),
		does("HTML", verifier(200, "text/html", "<p>hello</p>")),
		does("without end", endless),
		temporary("slow", slow),
		temporary("hanging up", hangUp),
		temporary("503", verifier(503, "text/html", "no")),
		does(
			"with issuer twice",
			verifier(200, "application/json", `{"issuer":"a","issuer":"b"}`),
		),
		{"token endpoint at a metadata service", "idp_unusable", "code_exchange", func(p *fakeIDP) {
			p.discovery = set(map[string]any{
				"token_endpoint": "https://169.254.169.254/token",
			})
		}},
		{"keys at a metadata service", "idp_unusable", "signature", func(p *fakeIDP) {
			p.discovery = set(map[string]any{
				"jwks_uri": "https://[fd00:ec2::254]/keys",
			})
		}},
	}
}

func badKeySets() []defect {
	does := func(name string, h http.HandlerFunc) defect {
		return defect{"keys " + name, "idp_unusable", "signature", func(p *fakeIDP) {
			p.override["/keys"] = h
		}}
	}
	return []defect{
		{"keys 500", "idp_unavailable", "signature", func(p *fakeIDP) {
			p.override["/keys"] = verifier(500, "text/html", "oops")
		}},
		does("HTML", verifier(200, "text/html", "<p>hello</p>")),
		does("none", verifier(200, "application/json", `{"keys":[]}`)),
		does("missing", verifier(200, "application/json", `{}`)),
		does("twice", verifier(200, "application/json", `{"keys":[],"keys":[]}`)),
		does("without end", endless),
		does("redirecting without end", redirectTo(302, "/keys")),
		does("50,000 of them", func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, `{"keys":[`+strings.Repeat(`{"kty":"x"},`, 50_000)+`{}]}`)
		}),
		{"101 keys, ours among them", "idp_unusable", "signature", func(p *fakeIDP) {
			for len(p.keys) < 101 {
				p.keys = append(p.keys, p.keys[0])
			}
		}},
		{"private keys published", "idp_unusable", "signature", func(p *fakeIDP) {
			p.keys = []jose.JSONWebKey{{Key: signingKey(), KeyID: "k1"}}
		}},
	}
}
