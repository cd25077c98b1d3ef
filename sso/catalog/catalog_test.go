package catalog

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"gatehouse/sso"
)

var update = flag.Bool("update", false, "write the tables of the guide")

const guide = "../../docs/troubleshooting.md"

// TestDocument: the tables of the guide are the catalogue, code by code.
func TestDocument(t *testing.T) {
	have, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	want, left := string(have), map[string]bool{}
	for _, e := range catalogue() {
		left[e.Area] = true
	}
	table := regexp.MustCompile(`(?m)^<!-- codes: (.*) -->\n(\|.*\n)+`)
	want = table.ReplaceAllStringFunc(want, func(s string) string {
		area := table.FindStringSubmatch(s)[1]
		if !left[area] {
			t.Errorf("the guide has a table of %q twice, or of no area there is", area)
		}
		delete(left, area)
		return rows(area)
	})
	if len(left) > 0 {
		t.Errorf("the guide has no table of %v", left)
	}
	if *update {
		if err := os.WriteFile(guide, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if want != string(have) {
		t.Error("the guide says something else than the catalogue: change the catalogue, and run this test with -update")
	}
}

func rows(area string) string {
	s := "<!-- codes: " + area + " -->\n| code | meaning | who | what to do, and where |\n|---|---|---|---|\n"
	for _, e := range catalogue() {
		if e.Area == area {
			s += fmt.Sprintf(
				"| `%s` | %s | %s | %s |\n", e.Code, e.Meaning, e.Side, e.Do,
			)
		}
	}
	return s
}

func TestCatalogue(t *testing.T) {
	seen := map[string]bool{}
	for _, e := range All() {
		if e.Code == "" || e.Area == "" || e.Meaning == "" || e.Do == "" {
			t.Errorf("%+v is not complete", e)
		}
		if seen[e.Code] {
			t.Errorf("%s is there twice", e.Code)
		}
		seen[e.Code] = true
		if strings.ContainsAny(e.Meaning+e.Do, "`*") ||
			strings.Contains(e.Meaning+e.Do, "](") {
			t.Errorf("%s is not plain text: %q, %q", e.Code, e.Meaning, e.Do)
		}
		if strings.Contains(e.Do, "…/") || strings.Contains(e.Do, "POST …") {
			t.Errorf("%s speaks of the API to people in a browser: %q", e.Code, e.Do)
		}
		if s := spotOf(e); s != atServer && s != atProgram && e.Area != "API" {
			forPeople(t, Advice{Cause: e.Meaning, Do: e.Do})
		}
		if of, ok := Of(e.Code); !ok || of != e {
			t.Errorf("Of(%s) is %+v", e.Code, of)
		}
	}
	if _, ok := Of("no_such_code"); ok {
		t.Error("there is an entry of a code that is none")
	}
	if got := plainText(
		"*you*: [change it](policy.md), or `a` and [b](c)",
	); got != "you: change it, or a and b" {
		t.Errorf("plain text is %q", got)
	}
}

// TestPlaces: every provider has a place for every way to fail, and no two
// providers share the way to it.
func TestPlaces(t *testing.T) {
	for _, protocol := range []sso.Protocol{sso.SAML, sso.OIDC} {
		consoles := map[string]sso.Provider{}
		for _, p := range sso.Providers {
			there := placesOf(p, protocol)
			if other, taken := consoles[there.console]; taken {
				t.Errorf("%s: %s and %s have one console", protocol, p, other)
			}
			consoles[there.console] = p
			for s := atAudience; s <= atSender; s++ {
				if protocol == sso.SAML && (s == atClient || s == atSecret) ||
					protocol == sso.OIDC && s == atAudience {
					continue
				}
				if place := there.placeOf(s); place == "" || place == there.console {
					t.Errorf(
						"%s over %s has no place for %d: %q", p, protocol, s, place,
					)
				}
			}
			for _, f := range faultsOf(protocol) {
				for code := range strings.SplitSeq(f.codes, " ") {
					for check := range strings.SplitSeq(f.checks, " ") {
						complete(t, p, protocol, code, []sso.Check{
							{Name: "message", OK: true},
							{Name: check, Want: "this", Got: "that " + f.got},
						})
					}
				}
			}
			for _, e := range All() {
				complete(t, p, protocol, e.Code, nil)
			}
			complete(t, p, protocol, "never_heard_of", nil)
		}
	}
}

func complete(t *testing.T, p sso.Provider, protocol sso.Protocol, code string, checks []sso.Check) {
	t.Helper()
	a := For(p, protocol, code, checks)
	if a.Cause == "" ||
		a.Place == "" ||
		a.Side == "" ||
		strings.Contains(a.Cause+a.Do, "{field}") ||
		strings.Contains(a.Cause, "  ") {
		t.Errorf("%s, %s, %s, %v: %+v is not complete", p, protocol, code, checks, a)
	}
	if a.Side == Operator &&
		a.Page == "" &&
		a.Place != fixedPlaces()[atServer].place &&
		a.Place != fixedPlaces()[atProgram].place {
		t.Errorf(
			"%s, %s, %s: %s is not where an admin here acts", p, protocol, code,
			a.Place,
		)
	}
	if a.Side == Person &&
		a.Page != Tests &&
		a.Place != fixedPlaces()[atPerson].place &&
		a.Place != fixedPlaces()[atBrowser].place {
		t.Errorf(
			"%s, %s, %s: %s is not where the person acts", p, protocol, code,
			a.Place,
		)
	}
	if a.Place != fixedPlaces()[atServer].place &&
		a.Place != fixedPlaces()[atProgram].place {
		forPeople(t, Advice{
			Cause: strings.ReplaceAll(a.Cause, code, ""),
			Do:    a.Do,
		})
	}
	if strings.ContainsAny(a.Cause+a.Do, "`*") {
		t.Errorf("%s, %s, %s: %+v is not plain text", p, protocol, code, a)
	}
}

// TestFor: what an admin is told, by what failed.
func TestFor(t *testing.T) {
	for _, c := range []struct {
		provider  sso.Provider
		protocol  sso.Protocol
		code      string
		check     sso.Check
		cause     string
		side      Side
		do, place string
	}{
		{
			sso.Okta,
			sso.SAML,
			"saml_wrong_recipient",
			sso.Check{
				Name: "audience",
				Want: "https://gw/saml/conn-1/metadata",
				Got:  "urn:other",
			},
			"expected https://gw/saml/conn-1/metadata, got urn:other",
			Company,
			"entity ID",
			"Configure SAML › Audience URI (SP Entity ID)",
		},
		{
			sso.Entra,
			sso.SAML,
			"saml_wrong_recipient",
			sso.Check{
				Name: "destination",
				Want: "a",
				Got:  "b",
			},
			"addressed to another place",
			Company,
			"ACS URL",
			"Reply URL (Assertion Consumer Service URL)",
		},
		{
			sso.OneLogin,
			sso.SAML,
			"saml_signature_invalid",
			sso.Check{
				Name: "assertion_signature",
				Want: "signed by x",
				Got:  "neither the response nor the assertion is signed",
			},
			"Nothing in the response is signed",
			Company,
			"Sign the response",
			"SAML signature element",
		},
		{
			sso.ADFS,
			sso.SAML,
			"saml_signature_invalid",
			sso.Check{
				Name: "response_signature",
				Want: "SHA-256 or better",
				Got:  "RSA-SHA1, digest SHA-1",
			},
			"signed with RSA-SHA1",
			Company,
			"SHA-256",
			"Secure hash algorithm: SHA-256",
		},
		{
			sso.Entra,
			sso.SAML,
			"saml_decryption_failed",
			sso.Check{
				Name: "decryption",
				Want: "AES-GCM, or a response that is signed",
				Got:  "AES-256-CBC in a response that is not signed",
			},
			"AES-256-CBC in a response that is not signed",
			Company,
			"Sign the response as well",
			"Signing Option: Sign SAML response and assertion",
		},
		{
			sso.ADFS,
			sso.SAML,
			"saml_decryption_failed",
			sso.Check{
				Name: "decryption",
				Want: "AES-GCM, or a response that is signed",
				Got:  "AES-256-CBC in a response that is not signed",
			},
			"AES-256-CBC in a response that is not signed",
			Company,
			"Sign the response as well",
			"Set-ADFSRelyingPartyTrust -SamlResponseSignature MessageAndAssertion",
		},
		{
			sso.ADFS,
			sso.SAML,
			"saml_expired",
			sso.Check{
				Name: "confirmation_lifetime",
				Want: "at most 24 hours",
				Got:  "3 days, until 2026-12-01T12:00:00Z",
			},
			"delivered for 3 days",
			Company,
			"NotOnOrAfter of SubjectConfirmationData",
			"Relying Party Trusts",
		},
		{
			sso.Keycloak,
			sso.SAML,
			"saml_malformed",
			sso.Check{
				Name: "message",
				Want: "a SAML 2.0 Response of plain XML",
				Got:  "a CDATA section at byte 812, line 1, in Attribute groups",
			},
			"byte 812, line 1, in Attribute groups",
			Company,
			"plain text",
			"Mappers",
		},
		{
			sso.Okta,
			sso.SAML,
			"saml_malformed",
			sso.Check{
				Name: "message",
				Got:  "an XML declaration other than version 1.0 in UTF-8 (encoding ISO-8859-1) at byte 0, line 1",
			},
			"not in UTF-8",
			Company,
			"UTF-8",
			"System Log",
		},
		{
			sso.Google,
			sso.SAML,
			"saml_attribute_invalid",
			sso.Check{
				Name: "email",
				Want: "email, mail",
				Got:  "none of them",
			},
			"No e-mail address was sent: none of email, mail is in the response",
			Company,
			"Send one of email, mail",
			"SAML attribute mapping",
		},
		{
			sso.Keycloak,
			sso.OIDC,
			"idp_denied",
			sso.Check{
				Name: "code_exchange",
				Want: "tokens for the code",
				Got:  "the token endpoint answered 401 invalid_client no",
			},
			"refused our client secret",
			Company,
			"new client secret",
			"Credentials › Client Secret",
		},
		{
			sso.Entra,
			sso.OIDC,
			"issuer_mismatch",
			sso.Check{
				Name: "response_issuer",
				Want: "a",
				Got:  "b",
			},
			"The response is from a different issuer: expected a, got b",
			Operator,
			"not common",
			"OpenID Connect metadata document",
		},
		{
			sso.Ping,
			sso.OIDC,
			"oidc_attribute_invalid",
			sso.Check{
				Name: "login",
				Want: "preferred_username",
				Got:  "none of them",
			},
			"No login was sent",
			Company,
			"preferred_username",
			"Attribute Mappings",
		},
		{
			sso.Okta,
			sso.SAML,
			"saml_expired",
			sso.Check{
				Name: "response_issue_instant",
				Want: "within 3 minutes of our time, 2026-11-28T18:01:25Z",
				Got:  "2026-11-28T18:10:25Z",
			},
			"clock is 9 minutes ahead of ours",
			Company,
			"Set the identity provider’s clock",
			"The clock is the provider’s own",
		},
		{
			sso.Okta,
			sso.SAML,
			"saml_expired",
			sso.Check{
				Name: "conditions_not_on_or_after",
				Want: "at most 3 minutes before our time, 2026-11-28T18:01:25Z",
				Got:  "2026-11-28T17:01:25Z",
			},
			"was valid until 2026-11-28T17:01:25Z, 60 minutes ago",
			Company,
			"without pausing",
			"The clock is the provider’s own",
		},
		{
			sso.JumpCloud,
			sso.SAML,
			"groups_unknown",
			sso.Check{},
			"groups are unknown",
			Company,
			"group attribute",
			"Include Group Attribute",
		},
	} {
		a := For(c.provider, c.protocol, c.code, []sso.Check{
			{
				Name: "message",
				OK:   true,
			},
			c.check,
		})
		if !strings.Contains(a.Cause, c.cause) ||
			a.Side != c.side ||
			!strings.Contains(a.Do, c.do) ||
			!strings.Contains(a.Place, c.place) {
			t.Errorf(
				"%s over %s, %s of %s: %+v", c.provider, c.protocol, c.code,
				c.check.Name, a,
			)
		}
	}
}
