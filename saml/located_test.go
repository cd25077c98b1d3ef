package saml

import (
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestErrorsNameThePosition: a message that cannot be read says what is wrong with
// it and where, without quoting a value.
func TestErrorsNameThePosition(t *testing.T) {
	t.Parallel()
	group, name := `>engineering<`, `>`+testPerson+`</saml:NameID>`
	lines := strings.ReplaceAll(
		testMessage, `<saml:Attribute `, "\n<saml:Attribute ",
	)
	for title, c := range map[string]struct {
		doc  string
		want []string
	}{
		"ISO-8859-1": {
			`<?xml version="1.0" encoding="ISO-8859-1"?>` + testMessage,
			[]string{"ISO-8859-1", "byte 0", "line 1"},
		},
		"Windows-1252": {
			`<?xml version="1.0" encoding="windows-1252"?>` + testMessage,
			[]string{"windows-1252"},
		},
		"UTF-16, declared": {
			`<?xml version="1.0" encoding="UTF-16"?>` + testMessage,
			[]string{"UTF-16"},
		},
		"UTF-16": {
			"\xff\xfe<\x00s\x00",
			[]string{"the encoding UTF-16", "byte 0"},
		},
		"UTF-16 without mark": {"\x00<\x00s", []string{"the encoding UTF-16"}},
		"UTF-32": {
			"\xff\xfe\x00\x00<\x00\x00\x00",
			[]string{"the encoding UTF-32"},
		},
		"a Latin-1 letter": {
			strings.Replace(testMessage, name, ">Andr\xe9</saml:NameID>", 1),
			[]string{"not UTF-8", "in NameID"},
		},
		"CDATA in a value": {
			strings.Replace(testMessage, group, `><![CDATA[engineering]]><`, 1),
			[]string{"a CDATA section", "in Attribute groups"},
		},
		"CDATA in the name": {
			strings.Replace(testMessage, name, `><![CDATA[x]]></saml:NameID>`, 1),
			[]string{"a CDATA section", "in NameID"},
		},
		"CDATA on a later line": {
			strings.Replace(lines, group, `><![CDATA[engineering]]><`, 1),
			[]string{"line 3", "in Attribute groups"},
		},
		"a comment": {
			strings.Replace(testMessage, group, `>engineering<!-- x --><`, 1),
			[]string{"a comment", "in Attribute groups"},
		},
		"a comment outside": {
			`<!-- x -->` + testMessage,
			[]string{"a comment at byte 0, line 1"},
		},
		"a document type": {
			`<!DOCTYPE x>` + testMessage,
			[]string{"a document type declaration at byte 0"},
		},
		"two byte order marks": {
			"\ufeff\ufeff" + testMessage,
			[]string{"no root element", "byte 0"},
		},
		"cut off": {testMessage[:900], []string{"at byte 900"}},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			p := setup{}.party(t)
			_, checks, err := p.complete(t, []byte(c.doc))
			if sso.CodeOf(err) != "saml_malformed" ||
				len(checks) != 1 ||
				checks[0].Name != "message" ||
				checks[0].OK {
				t.Fatalf("%v, %v", err, checks)
			}
			for _, part := range c.want {
				if !strings.Contains(checks[0].Got, part) {
					t.Errorf("got %q, without %q", checks[0].Got, part)
				}
			}
			for _, secret := range []string{testPerson, "engineering", "Andr"} {
				if strings.Contains(checks[0].Got, secret) {
					t.Errorf("got %q, which quotes %q", checks[0].Got, secret)
				}
			}
		})
	}
}

// TestByteOrderMark: one mark at the beginning of a message, or of what was
// encrypted, is in no canonical form and changes nothing.
func TestByteOrderMark(t *testing.T) {
	t.Parallel()
	marked := func(b []byte) []byte { return append([]byte("\ufeff"), b...) }
	for name, r := range map[string]reply{
		"assertion signed": {knobs: signing("assertion"), bytes: marked},
		"response signed":  {knobs: signing("response"), bytes: marked},
		"with a declaration": {
			knobs:   signing("assertion", "response"),
			message: `<?xml version="1.0" encoding="UTF-8"?>` + testMessage,
			bytes:   marked,
		},
		"encrypted": {
			knobs: encrypting(encryption{plain: func(s string) string {
				return "\ufeff" + s
			}}, "assertion"),
			bytes: marked,
		},
	} {
		t.Run(name, func(t *testing.T) {
			setup{}.party(t).accept(t, r.build(t))
		})
	}
}

// TestConfirmationForTooLong names the confirmation, not the Conditions, and in
// words.
func TestConfirmationForTooLong(t *testing.T) {
	t.Parallel()
	old := `<saml:SubjectConfirmationData NotOnOrAfter="2026-11-24T12:05:00Z"`
	for end, want := range map[string]string{
		"2026-11-25T13:00:00Z": "25 hours, until 2026-11-25T13:00:00Z",
		"2026-11-27T12:00:00Z": "3 days, until 2026-11-27T12:00:00Z",
		"2027-11-24T12:00:00Z": "365 days, until 2027-11-24T12:00:00Z",
	} {
		doc := reply{
			knobs: signing("assertion"),
			before: []string{
				old, strings.Replace(old, "2026-11-24T12:05:00Z", end, 1),
			},
		}.build(t)
		_, checks, err := setup{}.party(t).complete(t, doc)
		last := checks[len(checks)-1]
		if sso.CodeOf(err) != "saml_expired" ||
			last.Name != "confirmation_lifetime" ||
			last.Want != "at most 24 hours" ||
			last.Got != want {
			t.Errorf("%s: %v, %+v", end, err, last)
		}
	}
}

// TestReplayUntil: the mark of an assertion is kept for as long as any of its
// confirmations lets it be delivered, however long its Conditions hold.
func TestReplayUntil(t *testing.T) {
	t.Parallel()
	conditions := `NotOnOrAfter="2026-11-24T12:05:00Z"><saml:Aud`
	second := `</saml:SubjectConfirmation><saml:SubjectConfirmation Method="` +
		bearer + `"><saml:SubjectConfirmationData Recipient="` + testACS +
		`" InResponseTo="` + testRequest + `" NotOnOrAfter="`
	for name, c := range map[string]struct {
		before []string
		want   string
	}{
		"short Conditions": {nil, "2026-11-24T12:05:00Z"},
		"Conditions of three days": {
			[]string{conditions, `NotOnOrAfter="2026-11-27T12:00:00Z"><saml:Aud`},
			"2026-11-24T12:05:00Z",
		},
		"two confirmations": {
			[]string{`</saml:SubjectConfirmation>`, second + `2026-11-24T20:00:00Z"/></saml:SubjectConfirmation>`},
			"2026-11-24T20:00:00Z",
		},
		// The second is refused now. It would fit later, but then the assertion
		// is too old.
		"a second one for a week": {
			[]string{`</saml:SubjectConfirmation>`, second + `2026-12-01T12:00:00Z"/></saml:SubjectConfirmation>`},
			"2026-11-25T12:00:00Z",
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := setup{}.party(t).accept(t, reply{
				knobs:  signing("assertion"),
				before: c.before,
			}.build(t))
			if got := stamp(a.NotOnOrAfter); got != c.want {
				t.Errorf("until %s, want %s", got, c.want)
			}
		})
	}
}
