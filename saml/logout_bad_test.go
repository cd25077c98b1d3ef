package saml

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"net/url"
	"runtime"
	"strings"
	"testing"

	dsig "github.com/russellhaering/goxmldsig"

	"gatehouse/sso"
)

// TestParseLogoutRefuses checks that no invalid logout message is accepted.
func TestParseLogoutRefuses(t *testing.T) {
	t.Parallel()
	session := "<samlp:SessionIndex>_session1</samlp:SessionIndex>"
	name := `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">` +
		testPerson + `</saml:NameID>`
	issued := `IssueInstant="2026-11-24T12:00:00Z"`
	changed := func(pairs ...string) parting { return parting{change: pairs} }
	tests := map[string]struct {
		setup   setup
		message parting
		code    string
	}{
		// GHSA-pcgw-qcv5-h8ch: T-SLO-UNSIGNED.
		"unsigned": {
			message: parting{unsigned: true},
			code:    "saml_signature_invalid",
		},
		"unsigned answer": {
			message: parting{message: testLoggedOut, unsigned: true},
			code:    "saml_signature_invalid",
		},
		"another key": {
			message: parting{form: sigForm{Key: "attacker"}},
			code:    "saml_signature_invalid",
		},
		"another key, in KeyInfo": {
			message: parting{form: sigForm{
				Key:     "attacker",
				KeyInfo: []string{"attacker"},
			}},
			code: "saml_signature_invalid",
		},
		"our own key": {
			message: parting{form: sigForm{Key: "sp"}},
			code:    "saml_signature_invalid",
		},
		"a weak key": {
			setup:   setup{Trusted: []string{"idp-weak"}},
			message: parting{form: sigForm{Key: "idp-weak"}},
			code:    "saml_signature_invalid",
		},
		"SHA-1": {
			message: parting{form: sigForm{Algorithm: dsig.RSASHA1SignatureMethod}},
			code:    "saml_signature_invalid",
		},
		"HMAC with the public key": {
			message: parting{form: sigForm{Algorithm: "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256"}},
			code:    "saml_signature_invalid",
		},
		"unknown algorithm": {
			message: parting{form: sigForm{Algorithm: "urn:none"}},
			code:    "saml_signature_invalid",
		},
		"algorithm of another key": {
			message: parting{
				query: swap(
					url.QueryEscape(dsig.RSASHA256SignatureMethod),
					url.QueryEscape(dsig.ECDSASHA256SignatureMethod),
				),
			},
			code: "saml_signature_invalid",
		},
		"signature removed": {
			message: parting{query: func(q string) string {
				return q[:strings.Index(q, "&Signature=")]
			}},
			code: "saml_signature_invalid",
		},
		"signature empty": {
			message: parting{query: func(q string) string {
				return q[:strings.Index(q, "&Signature=")] + "&Signature="
			}},
			code: "saml_signature_invalid",
		},
		"signature not base64": {
			message: parting{query: func(q string) string {
				return q[:strings.Index(q, "&Signature=")] + "&Signature=%25"
			}},
			code: "saml_signature_invalid",
		},
		"algorithm removed": {
			message: parting{
				query: swap(
					"&SigAlg="+url.QueryEscape(dsig.RSASHA256SignatureMethod), "",
				),
			},
			code: "saml_signature_invalid",
		},
		"RelayState changed": {
			message: parting{
				relay: "a",
				query: swap("RelayState=a", "RelayState=b"),
			},
			code: "saml_signature_invalid",
		},
		"RelayState added": {
			message: parting{query: func(q string) string {
				return q + "&RelayState=b"
			}},
			code: "saml_signature_invalid",
		},
		"RelayState removed": {
			message: parting{relay: "a", query: swap("&RelayState=a", "")},
			code:    "saml_signature_invalid",
		},
		"request sent as an answer": {
			message: parting{query: swap("SAMLRequest", "SAMLResponse")},
			code:    "saml_signature_invalid",
		},
		"request posted as an answer": {
			message: parting{posted: func(f url.Values) {
				f["SAMLResponse"] = f["SAMLRequest"]
				delete(f, "SAMLRequest")
			}},
			code: "saml_malformed",
		},
		"name escaped": {
			message: parting{query: swap("SAMLRequest", "%53AMLRequest")},
			code:    "saml_malformed",
		},
		"message twice": {
			message: parting{query: func(q string) string {
				return q + "&SAMLRequest=AAAA"
			}},
			code: "saml_malformed",
		},
		"message twice, once escaped": {
			message: parting{query: func(q string) string {
				return "SAML%52equest=AAAA&" + q
			}},
			code: "saml_malformed",
		},
		"request and answer": {
			message: parting{query: func(q string) string {
				return q + "&SAMLResponse=AAAA"
			}},
			code: "saml_malformed",
		},
		"request and answer posted": {
			message: parting{posted: func(f url.Values) {
				f.Set("SAMLResponse", "AAAA")
			}},
			code: "saml_malformed",
		},
		"nothing": {
			message: parting{posted: func(f url.Values) { clear(f) }},
			code:    "saml_malformed",
		},
		"nothing by redirect": {
			message: parting{query: func(string) string { return "x=1" }},
			code:    "saml_malformed",
		},
		"posted twice": {
			message: parting{posted: func(f url.Values) {
				f.Add("SAMLRequest", "AAAA")
			}},
			code: "saml_malformed",
		},
		"not base64": {
			message: parting{posted: func(f url.Values) {
				f.Set("SAMLRequest", "%%%")
			}},
			code: "saml_malformed",
		},
		"bad escape": {
			message: parting{query: func(q string) string {
				return q + "&%zz=1"
			}},
			code: "saml_malformed",
		},
		"another encoding": {
			message: parting{query: func(q string) string {
				return q + "&SAMLEncoding=urn:none"
			}},
			code: "saml_malformed",
		},
		"another encoding, escaped": {
			message: parting{query: func(q string) string {
				return q + "&SAMLE%6ecoding=urn:none"
			}},
			code: "saml_malformed",
		},
		"RelayState too long": {
			message: parting{relay: strings.Repeat("x", maxRelayState+1)},
			code:    "saml_malformed",
		},
		"document type": {
			message: parting{
				message: "<!DOCTYPE x>" + testLogout,
				posted:  func(f url.Values) { repost(f, "<!DOCTYPE x>") },
			},
			code: "saml_malformed",
		},
		"comment in the name": {
			message: changed(testPerson, "alice@example.com<!-- -->.evil.example"),
			code:    "saml_malformed",
		},
		"another message": {
			message: changed(
				"<samlp:LogoutRequest", "<samlp:AuthnRequest",
				"</samlp:LogoutRequest", "</samlp:AuthnRequest",
			),
			code: "saml_malformed",
		},
		"an assertion inside": {
			message: changed(session, session+`<saml:Assertion ID="_a"/>`),
			code:    "saml_malformed",
		},
		"an ID twice": {
			message: changed(session, session+`<x ID="_logout1"/>`),
			code:    "saml_malformed",
		},
		"signature somewhere else": {
			message: parting{posted: wrap},
			code:    "saml_malformed",
		},
		"no ID": {
			message: parting{
				change: []string{`ID="_logout1"`, ""},
				query:  same,
			},
			code: "saml_malformed",
		},
		"version 1.1": {
			message: changed(`Version="2.0"`, `Version="1.1"`),
			code:    "saml_malformed",
		},
		"another destination": {
			message: changed(testSLOURL, testACS),
			code:    "saml_wrong_recipient",
		},
		"the destination of another of ours": {
			message: changed(
				string(testConnection), "conn-01k0000000000000000000000b",
			),
			code: "saml_wrong_recipient",
		},
		"no destination": {
			message: changed(` Destination="`+testSLOURL+`"`, ""),
			code:    "saml_wrong_recipient",
		},
		"another issuer": {
			message: changed(testIssuer, "https://other.example"),
			code:    "saml_wrong_recipient",
		},
		"issuer in another case": {
			message: changed(testIssuer, strings.ToUpper(testIssuer)),
			code:    "saml_wrong_recipient",
		},
		"no issuer": {
			message: changed("<saml:Issuer>"+testIssuer+"</saml:Issuer>", ""),
			code:    "saml_malformed",
		},
		"two issuers": {
			message: changed("<saml:Issuer>", "<saml:Issuer>https://other.example</saml:Issuer><saml:Issuer>"),
			code:    "saml_malformed",
		},
		"issued in the future": {
			message: changed(issued, `IssueInstant="2026-11-24T12:01:01Z"`),
			code:    "saml_expired",
		},
		"issued six minutes ago": {
			message: changed(issued, `IssueInstant="2026-11-24T11:54:00Z"`),
			code:    "saml_expired",
		},
		"answer issued an hour ago": {
			message: parting{
				message: testLoggedOut,
				change:  []string{issued, `IssueInstant="2026-11-24T11:00:00Z"`},
			},
			code: "saml_expired",
		},
		"no time": {
			message: changed(issued, ""),
			code:    "saml_malformed",
		},
		"a time that is none": {
			message: changed(issued, `IssueInstant="now"`),
			code:    "saml_malformed",
		},
		"ended": {
			message: changed("12:05:00Z", "11:59:00Z"),
			code:    "saml_expired",
		},
		"an end that is none": {
			message: changed("2026-11-24T12:05:00Z", "soon"),
			code:    "saml_malformed",
		},
		"no name": {
			message: changed(name, ""),
			code:    "saml_malformed",
		},
		"two names": {
			message: changed(name, name+name),
			code:    "saml_malformed",
		},
		"an empty name": {
			message: changed(">"+testPerson+"<", "> <"),
			code:    "saml_malformed",
		},
		"a name in another namespace": {
			message: changed(
				name, `<x:NameID xmlns:x="urn:x">`+testPerson+`</x:NameID>`,
			),
			code: "saml_malformed",
		},
		"an encrypted name": {
			message: changed(name, `<saml:EncryptedID/>`),
			code:    "saml_logout_encrypted",
		},
		"an encrypted name besides": {
			message: changed(name, name+`<saml:EncryptedID/>`),
			code:    "saml_malformed",
		},
		"an empty session, which is not all": {
			message: changed("_session1", ""),
			code:    "saml_malformed",
		},
		"a session with markup": {
			message: changed("_session1", "<x/>"),
			code:    "saml_malformed",
		},
		"too many sessions": {
			message: changed(session, strings.Repeat(session, maxSessionIndexes+1)),
			code:    "saml_too_complex",
		},
		"answer without status": {
			message: parting{
				message: testLoggedOut,
				change:  []string{`<samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/>`, ""},
			},
			code: "saml_malformed",
		},
		"a message that is larger than it is": {
			message: changed(session, session+strings.Repeat("<x/>", 5000)),
			code:    "saml_too_complex",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			tt.message.both(t, tt.setup, func(t *testing.T, got LogoutMessage, err error) {
				if code := sso.CodeOf(err); code != tt.code {
					t.Errorf("code %q, want %q: %v", code, tt.code, err)
				}
				if got.Subject != "" ||
					got.ID != "" ||
					got.Request ||
					got.SessionIndexes != nil {
					t.Errorf("gives %+v", got)
				}
			})
		})
	}
}

func swap(from, to string) func(string) string {
	return func(q string) string { return strings.Replace(q, from, to, 1) }
}

func same(q string) string { return q }

// repost puts something before a posted message.
func repost(form url.Values, before string) {
	doc, _ := base64.StdEncoding.DecodeString(form.Get("SAMLRequest"))
	form.Set(
		"SAMLRequest",
		base64.StdEncoding.EncodeToString(append([]byte(before), doc...)),
	)
}

// wrap hides the signed message in one of the attacker's.
func wrap(form url.Values) {
	doc, _ := base64.StdEncoding.DecodeString(form.Get("SAMLRequest"))
	evil := strings.Replace(testLogout, testPerson, testAttacker, 1)
	evil = strings.Replace(evil, "_logout1", "_logout2", 1)
	evil = strings.Replace(
		evil, "</samlp:LogoutRequest>",
		"<samlp:Extensions>"+string(doc)+"</samlp:Extensions></samlp:LogoutRequest>",
		1,
	)
	form.Set("SAMLRequest", base64.StdEncoding.EncodeToString([]byte(evil)))
}

// TestPostedLogoutReadsWhatWasSigned moves a signature to another message.
func TestPostedLogoutReadsWhatWasSigned(t *testing.T) {
	t.Parallel()
	p := setup{}.party(t)
	form := parting{}.postedForm(t)
	doc, err := base64.StdEncoding.DecodeString(form.Get("SAMLRequest"))
	if err != nil {
		t.Fatal(err)
	}
	for name, changed := range map[string]string{
		"another name":    strings.Replace(string(doc), testPerson, testAttacker, 1),
		"another session": strings.Replace(string(doc), "_session1", "_session2", 1),
		"no session":      strings.Replace(string(doc), "<samlp:SessionIndex>_session1</samlp:SessionIndex>", "", 1),
	} {
		form.Set("SAMLRequest", base64.StdEncoding.EncodeToString([]byte(changed)))
		if m, err := p.ParseLogout(
			p.connection, p.config, form, "",
		); sso.CodeOf(err) != "saml_signature_invalid" {
			t.Errorf("%s: %+v, %v", name, m, err)
		}
	}
}

// TestDeflateBomb is CVE-2025-25293: what a signed-looking query inflates to is never
// all unpacked.
func TestDeflateBomb(t *testing.T) {
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	zeros := make([]byte, 1<<20)
	for range 64 {
		if _, err := w.Write(zeros); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err = inflate(packed.Bytes(), logoutLimits().bytes)
	runtime.ReadMemStats(&after)
	if sso.CodeOf(err) != "saml_too_complex" {
		t.Errorf("64 MB: %v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 4<<20 {
		t.Errorf("%d bytes allocated", used)
	}
}

func TestInflate(t *testing.T) {
	t.Parallel()
	packed, err := deflate([]byte(testLogout))
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]struct {
		packed []byte
		most   int
		code   string
	}{
		"as large as is read": {packed, len(testLogout), ""},
		"a byte larger":       {packed, len(testLogout) - 1, "saml_too_complex"},
		"something after it": {
			append(bytes.Clone(packed), 0), len(testLogout), "saml_malformed",
		},
		"a second message after it": {
			append(bytes.Clone(packed), packed...), 2 * len(testLogout),
			"saml_malformed",
		},
		"cut off": {
			packed[:len(packed)-1],
			len(testLogout),
			"saml_malformed",
		},
		"nothing": {nil, len(testLogout), "saml_malformed"},
		"not compressed": {
			[]byte(testLogout), len(testLogout), "saml_malformed",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			doc, err := inflate(tt.packed, tt.most)
			if sso.CodeOf(err) != tt.code ||
				err == nil && string(doc) != testLogout ||
				err != nil && doc != nil {
				t.Errorf(
					"code %q, want %q; %d bytes", sso.CodeOf(err), tt.code, len(doc),
				)
			}
		})
	}
}

func FuzzInflate(f *testing.F) {
	packed, err := deflate([]byte(testLogout))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(packed)
	f.Add(append(packed, 0))
	f.Add(packed[:len(packed)-1])
	f.Add([]byte{})
	f.Add([]byte{3, 0})
	f.Fuzz(func(t *testing.T, packed []byte) {
		const most = 4096
		doc, err := inflate(packed, most)
		if len(doc) > most ||
			err != nil && (doc != nil || sso.KindOf(err) != sso.Invalid) {
			t.Fatalf("%d bytes, %v", len(doc), err)
		}
		if err != nil {
			return
		}
		again, err := deflate(doc)
		if err != nil {
			t.Fatal(err)
		}
		if back, err := inflate(again, most); err != nil || !bytes.Equal(back, doc) {
			t.Fatalf("does not come back: %v", err)
		}
	})
}

// FuzzReadQuery: what is signed is what is read, and nothing else.
func FuzzReadQuery(f *testing.F) {
	f.Add(parting{}.redirected(f))
	f.Add(parting{relay: "a b"}.redirected(f))
	f.Add("SAMLRequest=a&SAMLRequest=b")
	f.Add("SAML%52equest=a&Signature=b&SigAlg=c")
	f.Fuzz(func(t *testing.T, raw string) {
		r, err := readQuery(raw)
		if err != nil {
			return
		}
		octets := string(r.signedOctets())
		if strings.Count("&"+octets, "&"+r.field+"=") != 1 {
			t.Fatalf("signed %q", octets)
		}
		for pair := range strings.SplitSeq(octets, "&") {
			if _, raws, _ := strings.Cut(pair, "="); raws != "" &&
				!strings.Contains("&"+raw+"&", "&"+pair+"&") {
				t.Fatalf("signed %q of %q", pair, raw)
			}
		}
	})
}
