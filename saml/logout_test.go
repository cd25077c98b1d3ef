package saml

import (
	"encoding/base64"
	"encoding/xml"
	"net/url"
	"slices"
	"strings"
	"testing"

	crewjam "github.com/crewjam/saml"
	dsig "github.com/russellhaering/goxmldsig"

	"gatehouse/sso"
)

const (
	testSLOURL = testBase + "/saml/" + string(testConnection) + "/slo"

	testLogout = `<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"` +
		` ID="_logout1" Version="2.0" IssueInstant="2026-11-24T12:00:00Z" NotOnOrAfter="2026-11-24T12:05:00Z" Destination="` +
		testSLOURL + `">` +
		`<saml:Issuer>` + testIssuer + `</saml:Issuer>` +
		`<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">` + testPerson + `</saml:NameID>` +
		`<samlp:SessionIndex>_session1</samlp:SessionIndex></samlp:LogoutRequest>`
	testLoggedOut = `<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"` +
		` ID="_loggedout1" Version="2.0" IssueInstant="2026-11-24T12:00:00Z" InResponseTo="` +
		testID + `" Destination="` + testSLOURL + `">` +
		`<saml:Issuer>` + testIssuer + `</saml:Issuer>` +
		`<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>`
)

// parting is a logout message on its way to us. The zero value is testLogout
// with nothing wrong.
type parting struct {
	message  string
	change   []string // pairs of old and new text
	form     sigForm
	unsigned bool
	relay    string
	query    func(string) string // by redirect: changes the finished query
	posted   func(url.Values)    // by post: changes the finished form
}

func (m parting) field() string {
	if strings.Contains(m.message, "LogoutResponse") {
		return "SAMLResponse"
	}
	return "SAMLRequest"
}

// redirected returns a signed query, made without the code under test.
func (m parting) redirected(t testing.TB) string {
	t.Helper()
	packed, err := deflate([]byte(replaced(t, or(m.message, testLogout), m.change)))
	if err != nil {
		t.Fatal(err)
	}
	query := m.field() + "=" +
		url.QueryEscape(base64.StdEncoding.EncodeToString(packed))
	if m.relay != "" {
		query += "&RelayState=" + url.QueryEscape(m.relay)
	}
	if !m.unsigned {
		key := or(m.form.Key, "idp")
		algorithm := dsig.RSASHA256SignatureMethod
		if strings.HasPrefix(key, "idp-p") {
			algorithm = dsig.ECDSASHA256SignatureMethod
		}
		algorithm = or(m.form.Algorithm, algorithm)
		query += "&SigAlg=" + url.QueryEscape(algorithm)
		query += "&Signature=" +
			url.QueryEscape(base64.StdEncoding.EncodeToString(keyNamed(t, key).sign(
				t, algorithm, []byte(query), m.form.ASN1,
			)))
	}
	if m.query != nil {
		query = m.query(query)
	}
	return query
}

func (m parting) postedForm(t testing.TB) url.Values {
	t.Helper()
	root := parseText(t, replaced(t, or(m.message, testLogout), m.change))
	if !m.unsigned {
		m.form.sign(t, root)
	}
	form := url.Values{
		m.field(): {base64.StdEncoding.EncodeToString([]byte(written(t, root)))},
	}
	if m.relay != "" {
		form.Set("RelayState", m.relay)
	}
	if m.posted != nil {
		m.posted(form)
	}
	return form
}

// both reads the message by either binding; what is particular to one leaves
// the other out.
func (m parting) both(t *testing.T, s setup, check func(*testing.T, LogoutMessage, error)) {
	t.Helper()
	p := s.party(t).asks(
		sso.Endpoint{URL: testSSO, Binding: sso.BindingRedirect}, true,
	)
	if m.posted == nil {
		t.Run("redirect", func(t *testing.T) {
			raw := m.redirected(t)
			values, _ := url.ParseQuery(raw)
			got, err := p.ParseLogout(p.connection, p.config, values, raw)
			check(t, got, err)
		})
	}
	if m.query == nil {
		t.Run("post", func(t *testing.T) {
			got, err := p.ParseLogout(p.connection, p.config, m.postedForm(t), "")
			check(t, got, err)
		})
	}
}

func TestParseLogout(t *testing.T) {
	t.Parallel()
	session := "<samlp:SessionIndex>_session1</samlp:SessionIndex>"
	request := func(indexes ...string) LogoutMessage {
		return LogoutMessage{
			Request:        true,
			ID:             "_logout1",
			Subject:        testPerson,
			SessionIndexes: indexes,
		}
	}
	relayed := request("_session1")
	relayed.RelayState = "a b&SAMLRequest=c+d%20/é"
	answer := LogoutMessage{ID: "_loggedout1", Status: "Success"}
	partial := answer
	partial.Status = "Responder / PartialLogout"
	tests := map[string]struct {
		setup   setup
		message parting
		want    LogoutMessage
	}{
		"request": {want: request("_session1")},
		"answer": {
			message: parting{message: testLoggedOut},
			want:    answer,
		},
		"answer: not everywhere": {
			message: parting{
				message: testLoggedOut,
				change: []string{
					`status:Success"/>`,
					`status:Responder"><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:PartialLogout"/></samlp:StatusCode>`,
				},
			},
			want: partial,
		},
		"RelayState": {
			message: parting{relay: relayed.RelayState},
			want:    relayed,
		},
		"every session": {
			message: parting{change: []string{session, ""}},
			want:    request(),
		},
		"several sessions": {
			message: parting{
				change: []string{session, session + "<samlp:SessionIndex> _session2\n</samlp:SessionIndex>"},
			},
			want: request("_session1", "_session2"),
		},
		"no end": {
			message: parting{
				change: []string{` NotOnOrAfter="2026-11-24T12:05:00Z"`, ""},
			},
			want: request("_session1"),
		},
		"their clock is 59 s ahead": {
			message: parting{
				change: []string{
					`IssueInstant="2026-11-24T12:00:00Z"`,
					`IssueInstant="2026-11-24T12:00:59Z"`,
				},
			},
			want: request("_session1"),
		},
		"ended 59 s ago": {
			message: parting{change: []string{"12:05:00Z", "11:59:01Z"}},
			want:    request("_session1"),
		},
		"almost six minutes under way": {
			message: parting{
				change: []string{
					`IssueInstant="2026-11-24T12:00:00Z"`,
					`IssueInstant="2026-11-24T11:54:01Z"`,
				},
			},
			want: request("_session1"),
		},
		"another trusted key": {
			setup: setup{Trusted: []string{"idp-next", "idp"}},
			want:  request("_session1"),
		},
		"an expired key": {
			setup:   setup{Trusted: []string{"idp-expired"}},
			message: parting{form: sigForm{Key: "idp-expired"}},
			want:    request("_session1"),
		},
		"ECDSA": {
			setup:   setup{Trusted: []string{"idp", "idp-p256"}},
			message: parting{form: sigForm{Key: "idp-p256"}},
			want:    request("_session1"),
		},
		"ECDSA in ASN.1": {
			setup:   setup{Trusted: []string{"idp-p256"}},
			message: parting{form: sigForm{Key: "idp-p256", ASN1: true}},
			want:    request("_session1"),
		},
		"RSA-SHA512": {
			message: parting{
				form: sigForm{Algorithm: dsig.RSASHA512SignatureMethod},
			},
			want: request("_session1"),
		},
		"SHA-1 where it is allowed": {
			setup:   setup{AllowSHA1: true},
			message: parting{form: sigForm{Algorithm: dsig.RSASHA1SignatureMethod}},
			want:    request("_session1"),
		},
		"other parameters": {
			message: parting{query: func(q string) string {
				return "x=1&" + q + "&y=%zz"
			}},
			want: request("_session1"),
		},
		"encoding named": {
			message: parting{query: func(q string) string {
				return q + "&SAMLEncoding=urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
			}},
			want: request("_session1"),
		},
		"parameters in another order": {
			message: parting{query: reversed},
			want:    request("_session1"),
		},
		"Issuer with a format and space": {
			message: parting{
				change: []string{
					"<saml:Issuer>" + testIssuer,
					`<saml:Issuer Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">` +
						"\n " + testIssuer + " ",
				},
			},
			want: request("_session1"),
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.message.both(t, tt.setup, func(t *testing.T, got LogoutMessage, err error) {
				if err != nil {
					t.Fatal(err)
				}
				if got.Request != tt.want.Request ||
					got.ID != tt.want.ID ||
					got.Subject != tt.want.Subject ||
					got.Status != tt.want.Status ||
					got.RelayState != tt.want.RelayState ||
					!slices.Equal(got.SessionIndexes, tt.want.SessionIndexes) {
					t.Errorf("got %+v, want %+v", got, tt.want)
				}
			})
		})
	}
}

func reversed(query string) string {
	pairs := strings.Split(query, "&")
	slices.Reverse(pairs)
	return strings.Join(pairs, "&")
}

// TestLogoutUpperAndLowerCase: an identity provider may escape as it likes; what
// is verified are its octets and not ours (.NET escapes in lower case).
func TestLogoutUpperAndLowerCase(t *testing.T) {
	t.Parallel()
	packed, err := deflate([]byte(testLogout))
	if err != nil {
		t.Fatal(err)
	}
	lower := strings.NewReplacer("+", "%2b", "/", "%2f", "=", "%3d")
	query := "SAMLRequest=" +
		lower.Replace(base64.StdEncoding.EncodeToString(packed)) +
		"&SigAlg=http:%2f%2fwww.w3.org/2001/04/xmldsig-more%23rsa-sha256"
	query += "&Signature=" +
		lower.Replace(base64.StdEncoding.EncodeToString(keyNamed(t, "idp").sign(
			t, dsig.RSASHA256SignatureMethod, []byte(query), false,
		)))
	p := setup{}.party(t)
	if m, err := p.ParseLogout(p.connection, p.config, nil, query); err != nil || m.Subject != testPerson {
		t.Errorf("%+v, %v", m, err)
	}
}

// TestBeginLogout and its answer, read as an identity provider does.
func TestBeginLogout(t *testing.T) {
	t.Parallel()
	for _, binding := range []string{sso.BindingRedirect, sso.BindingPOST} {
		// Requests to sign in are not signed here; those to sign out are.
		p := setup{}.party(t).asks(
			sso.Endpoint{URL: testSSO, Binding: binding}, false,
		)
		r, err := p.BeginLogout(p.connection, p.config, sso.Session{
			Subject:      testPerson,
			NameIDFormat: formatEmail,
			SessionIndex: "_s1",
		})
		if err != nil {
			t.Fatal(err)
		}
		got := deliver(t, r, testSLO, "SAMLRequest")
		var request crewjam.LogoutRequest
		if err := xml.Unmarshal(got.doc, &request); err != nil {
			t.Fatal(err)
		}
		if !got.signed || got.relayState != "" {
			t.Errorf("signed %t, RelayState %q", got.signed, got.relayState)
		}
		if request.NameID.Value != testPerson ||
			request.NameID.Format != formatEmail ||
			request.SessionIndex.Value != "_s1" ||
			request.Issuer.Value != testEntityID {
			t.Errorf(
				"about %+v in %+v by %s", request.NameID, request.SessionIndex,
				request.Issuer.Value,
			)
		}
		if len(request.ID) < 40 ||
			request.Version != "2.0" ||
			request.Destination != testSLO ||
			!request.IssueInstant.Equal(testNow()) ||
			!request.NotOnOrAfter.After(testNow()) {
			t.Errorf(
				"ID %s, version %s, for %s, from %s to %s", request.ID,
				request.Version, request.Destination, request.IssueInstant,
				request.NotOnOrAfter,
			)
		}
		r, err = p.LogoutResponse(p.connection, p.config, LogoutMessage{
			Request:    true,
			ID:         "_logout1",
			RelayState: "x&y=z",
		})
		if err != nil {
			t.Fatal(err)
		}
		got = deliver(t, r, testSLO, "SAMLResponse")
		var response crewjam.LogoutResponse
		if err := xml.Unmarshal(got.doc, &response); err != nil {
			t.Fatal(err)
		}
		if !got.signed ||
			got.relayState != "x&y=z" ||
			response.InResponseTo != "_logout1" ||
			response.Status.StatusCode.Value != crewjam.StatusSuccess ||
			response.Destination != testSLO ||
			response.Issuer.Value != testEntityID ||
			len(response.ID) < 40 ||
			response.ID == request.ID {
			t.Errorf(
				"signed %t, RelayState %q, %+v", got.signed, got.relayState,
				response,
			)
		}
	}
}

func TestBeginLogoutRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change  func(*party)
		subject string
		code    string
	}{
		"no NameID": {change: func(*party) {}, code: "internal"},
		"no key": {
			change:  func(p *party) { p.connection.Keys = nil },
			subject: testPerson,
			code:    "internal",
		},
		"no address": {
			change:  func(p *party) { p.config.SAML.SLO = nil },
			subject: testPerson,
			code:    "logout_unanswerable",
		},
		"a dangerous address": {
			change: func(p *party) {
				p.config.SAML.SLO.URL = "javascript:alert(1)"
			},
			subject: testPerson,
			code:    "internal",
		},
		"not SAML": {
			change:  func(p *party) { p.config.SAML = nil },
			subject: testPerson,
			code:    "internal",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := setup{}.party(t).asks(
				sso.Endpoint{URL: testSSO, Binding: sso.BindingPOST}, true,
			)
			tt.change(&p)
			if r, err := p.BeginLogout(p.connection, p.config, sso.Session{
				Subject: tt.subject,
			}); sso.CodeOf(err) != tt.code || r.URL != "" {
				t.Errorf(
					"code %q, want %q; goes to %q", sso.CodeOf(err), tt.code, r.URL,
				)
			}
		})
	}
}
