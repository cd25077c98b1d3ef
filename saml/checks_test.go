package saml

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"unicode"

	"github.com/beevik/etree"
	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

// TestChecks: what an admin sees of a sign-in that worked, in this order.
func TestChecks(t *testing.T) {
	t.Parallel()
	p := setup{}.party(t)
	_, checks, err := p.complete(
		t, reply{knobs: encrypting(encryption{}, "assertion", "response")}.build(t),
	)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range checks {
		got = append(got, c.Name)
		if !c.OK || c.Warning || c.Want == "" || c.Got == "" {
			t.Errorf("%+v", c)
		}
	}
	want := []string{
		"message", "in_response_to", "response_signature", "status", "assertions",
		"decryption", "assertion_signature",
		"response_version", "response_issue_instant", "destination",
		"response_issuer",
		"assertion_version", "assertion_issue_instant", "issuer",
		"recipient", "confirmation_in_response_to", "confirmation_not_on_or_after",
		"conditions_not_before", "conditions_not_on_or_after", "audience",
		"authn_statement", "name_id", "name_id_format", "attributes",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestChecksAreSanitized: what the other side wrote is shown to admins, so nothing
// of it may be able to do anything there, or be long.
func TestChecksAreSanitized(t *testing.T) {
	t.Parallel()
	evil := "x\u202e\u200b\u0085\ufeff&lt;script&gt;&#10;" +
		strings.Repeat("y", 1000)
	for _, pairs := range [][]string{
		{
			testIssuer + `</saml:Issuer><saml:Subject`,
			evil + `</saml:Issuer><saml:Subject`,
		},
		{`Destination="` + testACS, `Destination="` + evil},
		{`Recipient="` + testACS, `Recipient="` + evil},
		{testEntityID + `</saml:Audience>`, evil + `</saml:Audience>`},
		{`Version="2.0"`, `Version="` + evil + `"`},
		{`IssueInstant="2026-11-24T12:00:00Z"`, `IssueInstant="` + evil + `"`},
		{`InResponseTo="` + testRequest, `InResponseTo="` + evil},
		{`status:Success`, evil},
		{
			`format:persistent`, `format:transient`,
			`>` + testPerson + `</saml:NameID>`, `>` + evil + `</saml:NameID>`,
		},
		{`AuthnInstant="2026-11-24T11:59:58Z"`, `AuthnInstant="` + evil + `"`},
		{`<saml:Subject>`, `<saml:Subject><saml:NameID/>`},
	} {
		_, checks, err := setup{}.party(t).complete(t, reply{
			knobs:  signing("assertion"),
			before: pairs,
		}.build(t))
		if err == nil {
			t.Errorf("%s: accepted", pairs[0])
			continue
		}
		for _, c := range append(checks, sso.Check{
			Name: "error",
			Got:  err.Error(),
		}) {
			for _, r := range c.Want + c.Got {
				if r != ' ' && !unicode.IsPrint(r) && c.Name != "error" {
					t.Errorf("%s: %s has %U", pairs[0], c.Name, r)
				}
			}
			if len(c.Got) > 1000 || len(c.Want) > 1000 {
				t.Errorf("%s: %s has %d bytes", pairs[0], c.Name, len(c.Got))
			}
		}
	}
}

// TestNoPassive: the identity provider has to ask the person something, which is no
// refusal.
func TestNoPassive(t *testing.T) {
	t.Parallel()
	const prefix = "urn:oasis:names:tc:SAML:2.0:status:"
	for _, outer := range []string{"Responder", "Requester"} {
		said := `<samlp:Status><samlp:StatusCode Value="` + prefix + outer +
			`"><samlp:StatusCode Value="` + prefix +
			`NoPassive"/></samlp:StatusCode></samlp:Status>`
		success := `<samlp:Status><samlp:StatusCode Value="` + prefix +
			`Success"/></samlp:Status>`
		_, _, err := setup{}.party(t).complete(t, reply{
			knobs:  signing("response"),
			before: []string{success, said},
		}.build(t))
		if sso.KindOf(err) != sso.Invalid ||
			sso.CodeOf(err) != "idp_interaction_required" {
			t.Errorf("%s: %v", outer, err)
		}
	}
}

func TestDenied(t *testing.T) {
	t.Parallel()
	status := func(codes ...string) string {
		inner := ""
		for i := len(codes) - 1; i >= 0; i-- {
			inner = `<samlp:StatusCode Value="` + codes[i] + `">` + inner +
				`</samlp:StatusCode>`
		}
		return `<samlp:Status>` + inner +
			`<samlp:StatusMessage>alice@example.com, call +1 555 0100</samlp:StatusMessage></samlp:Status>`
	}
	const prefix = "urn:oasis:names:tc:SAML:2.0:status:"
	for name, c := range map[string]struct{ status, public string }{
		"outer only": {
			status(prefix + "Responder"),
			"could not answer. Ask your admin whether you may use this application (Responder).",
		},
		"the inner counts": {
			status(prefix+"Responder", prefix+"AuthnFailed"),
			"could not sign you in (AuthnFailed).",
		},
		"policy": {
			status(prefix+"Requester", prefix+"InvalidNameIDPolicy"),
			"Your admin can change it (InvalidNameIDPolicy).",
		},
		"unknown inside": {status(prefix+"Responder", "urn:x:y"), "(Responder)."},
		"unknown":        {status("urn:evil:text"), "did not let you in."},
	} {
		doc := reply{
			knobs: signing("response"),
			before: []string{
				`<samlp:Status><samlp:StatusCode Value="` + prefix +
					`Success"/></samlp:Status>`,
				c.status,
			},
		}.build(t)
		_, _, err := setup{}.party(t).complete(t, doc)
		denied, ok := errors.AsType[*sso.Error](err)
		if !ok ||
			denied.Code != "idp_denied" ||
			denied.Kind != sso.Forbidden ||
			!strings.HasSuffix(denied.Text().String(), c.public) {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if strings.Contains(err.Error(), "alice") ||
			strings.Contains(denied.Text().String(), "evil") {
			t.Errorf("%s: takes over text: %v", name, err)
		}
	}
}

// TestDecryptionFailuresLookAlike: all ways in which nothing can be opened look alike.
func TestDecryptionFailuresLookAlike(t *testing.T) {
	t.Parallel()
	p := setup{}.party(t)
	seen := map[string]bool{}
	for _, change := range []func(*etree.Element){
		func(root *etree.Element) {
			flip("CipherValue")(find(root, "EncryptedKey"))
		},
		func(root *etree.Element) {
			find(find(root, "EncryptedKey"), "CipherValue").SetText("AAAA")
		},
		func(root *etree.Element) {
			flip("CipherValue")(find(find(root, "EncryptedData"), "CipherData"))
		},
		func(root *etree.Element) {
			find(
				find(find(root, "EncryptedData"), "CipherData"), "CipherValue",
			).SetText("AAAA")
		},
		func(root *etree.Element) {
			find(root, "EncryptionMethod").CreateAttr(
				"Algorithm", nsEnc11+"aes128-gcm",
			)
		},
		func(root *etree.Element) {
			find(
				find(root, "EncryptedKey"), "EncryptionMethod",
			).CreateElement("ds:DigestMethod").CreateAttr(
				"xmlns:ds", nsDSig,
			)
			find(root, "DigestMethod").CreateAttr("Algorithm", nsEnc+"sha256")
		},
	} {
		_, checks, err := p.complete(t, reply{
			knobs: encrypting(encryption{}, "assertion"),
			after: change,
		}.build(t))
		seen[sso.CodeOf(err)+err.Error()+lastCheck(checks)] = true
	}
	if len(seen) != 1 {
		t.Errorf("%d kinds of failure: %v", len(seen), seen)
	}
}

// TestConcurrentUse: concurrent sign-ins share one ServiceProvider and its cache
// of connections.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	p := setup{Trusted: []string{"idp", "idp-next"}}.party(t)
	var docs [][]byte
	for _, key := range []string{"idp", "idp-next", "attacker"} {
		docs = append(
			docs,
			reply{
				knobs: knobs{Sign: []string{"assertion"}, Form: sigForm{Key: key}},
			}.build(
				t,
			),
		)
	}
	var wg sync.WaitGroup
	for i := range 24 {
		wg.Go(func() {
			_, _, err := p.complete(t, docs[i%3])
			if want := i%3 == 2; (err != nil) != want {
				t.Errorf("%d: %v", i, err)
			}
		})
	}
	wg.Wait()
}
