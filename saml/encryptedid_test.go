package saml

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestCBCOutsideOfASignature says which signature is missing.
func TestCBCOutsideOfASignature(t *testing.T) {
	t.Parallel()
	for data, name := range map[string]string{
		"aes128-cbc": "AES-128-CBC",
		"aes192-cbc": "AES-192-CBC",
		"aes256-cbc": "AES-256-CBC",
	} {
		_, checks, err := setup{}.party(t).complete(
			t,
			reply{knobs: encrypting(encryption{Data: data}, "assertion")}.build(t),
		)
		last := checks[len(checks)-1]
		want := name + " in a response that is not signed"
		if sso.CodeOf(err) != "saml_decryption_failed" ||
			last.Name != "decryption" ||
			last.Got != want ||
			last.Want != "AES-GCM, or a response that is signed" {
			t.Errorf("%s: %v, %+v", data, err, last)
		}
		setup{}.party(t).accept(
			t,
			reply{
				knobs: encrypting(encryption{Data: data}, "assertion", "response"),
			}.build(
				t,
			),
		)
	}
}

// TestLogoutOfAnEncryptedName: a request that names the person in an EncryptedID
// ends the same sessions as one that names them in plain text.
func TestLogoutOfAnEncryptedName(t *testing.T) {
	t.Parallel()
	const name = `<saml:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">` +
		testPerson + `</saml:NameID>`
	const whole = `<saml:NameID xmlns:saml="` + nsAssertion +
		`" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent">` + testPerson + `</saml:NameID>`
	hidden := func(e encryption, plain string) []string {
		e.Container = "EncryptedID"
		return []string{name, written(t, e.element(t, []byte(plain), "saml"))}
	}
	for title, c := range map[string]struct {
		change []string
		code   string
	}{
		"AES-GCM": {change: hidden(encryption{}, whole)},
		"AES-CBC": {change: hidden(encryption{
			Data:   "aes256-cbc",
			Beside: true,
		}, whole)},
		"several recipients": {change: hidden(encryption{
			Also:      []string{"attacker"},
			Retrieval: true,
			Named:     true,
		}, whole)},
		"prefix from outside": {change: hidden(encryption{}, name)},
		"to another key": {
			change: hidden(encryption{To: "attacker"}, whole),
			code:   "saml_logout_encrypted",
		},
		"nine recipients": {
			change: hidden(
				encryption{Also: slices.Repeat([]string{"attacker"}, maxKeys)},
				whole,
			),
			code: "saml_logout_encrypted",
		},
		"not a NameID": {
			change: hidden(
				encryption{}, strings.ReplaceAll(whole, "NameID", "BaseID"),
			),
			code: "saml_malformed",
		},
		"a comment in it": {
			change: hidden(
				encryption{},
				strings.Replace(whole, testPerson, testPerson+"<!-- -->", 1),
			),
			code: "saml_malformed",
		},
		"an empty name": {
			change: hidden(encryption{}, strings.Replace(whole, testPerson, " ", 1)),
			code:   "saml_malformed",
		},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			p := setup{}.party(t)
			m := parting{change: c.change}
			byQuery, errQuery := p.ParseLogout(
				p.connection, p.config, nil, m.redirected(t),
			)
			posted, errPosted := p.ParseLogout(
				p.connection, p.config, m.postedForm(t), "",
			)
			if c.code != "" {
				if sso.CodeOf(errQuery) != c.code ||
					sso.CodeOf(errPosted) != c.code {
					t.Fatalf("%v; %v", errQuery, errPosted)
				}
				return
			}
			if errQuery != nil ||
				errPosted != nil ||
				byQuery.Subject != testPerson ||
				posted.Subject != testPerson ||
				!byQuery.Request {
				t.Errorf("%+v, %v; %+v, %v", byQuery, errQuery, posted, errPosted)
			}
		})
	}
}

// TestDecryptionTriesAreLimited bounds what encrypted keys cost, over all that is encrypted in one
// message.
func TestDecryptionTriesAreLimited(t *testing.T) {
	t.Parallel()
	names := []string{"sp-old", "sp", "idp", "idp-next"}
	p := setup{Keys: names}.party(t)
	trusted, err := newTrust(p.connection, *p.config.SAML)
	if err != nil {
		t.Fatal(err)
	}
	ring := keyring{keys: trusted.keys, entityID: testEntityID}
	hopeless := encryption{
		To:        "attacker",
		Also:      slices.Repeat([]string{"attacker"}, maxKeys-1),
		Container: "EncryptedID",
	}
	for range 3 {
		if _, _, err := ring.open(
			hopeless.element(t, []byte("<x/>"), "saml"), "NameID", true,
		); sso.CodeOf(err) != "saml_decryption_failed" {
			t.Errorf("%v", err)
		}
		if ring.tries != maxTries {
			t.Errorf("%d tries", ring.tries)
		}
	}
}
