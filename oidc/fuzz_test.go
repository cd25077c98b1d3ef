package oidc

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// FuzzFlatten: what is accepted has no name twice under any reading, reads the
// same to encoding/json, and is bounded.
func FuzzFlatten(f *testing.F) {
	for _, seed := range []string{
		`{"sub":"a","groups":["x","y"],"realm_access":{"roles":[]}}`,
		`{"a":1,"A":2}`,
		`{"a.b":1,"a":{"b":2}}`,
		`{"a":[[{"b":[1]}]]}`,
		`{"a":null}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, doc []byte) {
		d, err := parseDocument(doc)
		if err != nil {
			return
		}
		values := 0
		for _, v := range d.claims {
			if v == nil {
				t.Fatal("a claim that is neither absent nor empty")
			}
			values += len(v)
		}
		if values > maxLeaves || len(d.claims) > maxLeaves {
			t.Fatalf("%d values, %d claims", values, len(d.claims))
		}
		var theirs map[string]any
		if err := json.Unmarshal(doc, &theirs); err != nil {
			t.Fatalf("encoding/json refuses what was accepted: %v", err)
		}
		if len(theirs) != len(d.members) {
			t.Fatalf("%d members, encoding/json has %d", len(d.members), len(theirs))
		}
		if len(d.caseDuplicates) == 0 {
			checkNames(t, json.NewDecoder(bytes.NewReader(doc)))
		}
	})
}

// checkNames walks a document token by token and looks for names that are the
// same to a reader that does not mind case.
func checkNames(t *testing.T, dec *json.Decoder) {
	type level struct {
		object, value bool
		seen          []string
	}
	var stack []level
	for {
		token, err := dec.Token()
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if n := len(stack); n > 0 && stack[n-1].object {
			top := &stack[n-1]
			if name, ok := token.(string); ok && !top.value {
				for _, other := range top.seen {
					if strings.EqualFold(name, other) {
						t.Fatalf("%q and %q in one object", name, other)
					}
				}
				top.seen, top.value = append(top.seen, name), true
				continue
			}
			top.value = false
		}
		switch token {
		case json.Delim('{'), json.Delim('['):
			stack = append(stack, level{object: token == json.Delim('{')})
			if len(stack) > maxDepth {
				t.Fatalf("%d levels", len(stack))
			}
		case json.Delim('}'), json.Delim(']'):
			stack = stack[:len(stack)-1]
		}
	}
}

type nowhere struct{ t *testing.T }

func (n nowhere) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, wellKnown) {
		return &http.Response{
			StatusCode: 200,
			Header:     http.Header{},
			Body: io.NopCloser(strings.NewReader(`{"issuer":"https://idp.example",
			"authorization_endpoint":"https://idp.example/a","token_endpoint":"https://idp.example/t","jwks_uri":"https://idp.example/k","authorization_response_iss_parameter_supported":true}`)),
		}, nil
	}
	if r.URL.Host != "idp.example" ||
		r.URL.Path != "/t" ||
		r.Method != http.MethodPost {
		n.t.Errorf("%s %s", r.Method, r.URL)
	}
	return &http.Response{
		StatusCode: 400,
		Header:     http.Header{"Content-Type": {"application/json"}},
		Body:       io.NopCloser(strings.NewReader(`{"error":"invalid_grant"}`)),
	}, nil
}

// FuzzCallback checks that no callback of a browser signs a user in, panics, or
// makes us call anything but the token endpoint.
func FuzzCallback(f *testing.F) {
	for _, seed := range []string{
		"code=a&state=b&iss=https://idp.example",
		"error=access_denied&error_description=%3Cb%3E&iss=https://idp.example",
		"code=a&code=b",
		"error=x&code=y",
		"iss=https://evil.example&code=a",
		"state=%00",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, query string) {
		form, err := url.ParseQuery(query)
		if err != nil {
			return
		}
		now := time.Unix(1_800_000_000, 0)
		rp := New(Options{
			BaseURL: "https://gate.example",
			Now:     func() time.Time { return now },
			Client:  &http.Client{Transport: nowhere{t}},
		})
		cb := sso.Callback{Form: form}
		if id, err := rp.Correlate(cb); err == nil && id != form.Get("state") {
			t.Fatalf("state %q", id)
		}
		c := sso.Connection{ID: "conn-01k0000000000000000000000a"}
		cfg := sso.Config{OIDC: &sso.OIDCConfig{
			Issuer:       "https://idp.example",
			ClientID:     "c",
			ClientSecret: "s",
		}}
		x, err := rp.Complete(t.Context(), c, cfg, &sso.PendingLogin{
			ID:       "gh",
			Nonce:    "n",
			Verifier: "v",
		}, cb)
		if err == nil || x.Assertion.Subject != "" {
			t.Fatalf("signed in as %+v", x.Assertion)
		}
		switch sso.CodeOf(err) {
		case "idp_denied", "idp_unavailable", "idp_interaction_required",
			"bad_request", "duplicate_parameter", "issuer_mismatch":
		default:
			t.Fatalf("unexpected %v", err)
		}
		for _, check := range x.Checks {
			if !sso.Printable(strings.ReplaceAll(check.Got+check.Want, "�", "")) ||
				len([]rune(check.Got)) > 201 {
				t.Fatalf("check %+v", check)
			}
		}
	})
}
