package saml

import (
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

// ExamineCaptured verifies a pasted response: its times are checked as of the
// moment it was issued, and the request it belongs to is not compared because
// it is no longer known. It leaves no replay mark.
func (sp *ServiceProvider) ExamineCaptured(
	_ context.Context, c sso.Connection, cfg sso.Config, doc []byte,
) (sso.Examined, error) {
	a, err := sp.newVerifier(c, cfg)
	if err != nil {
		return sso.Examined{}, err
	}
	inResponseTo := ""
	if seen, err := scan(doc, messageLimits(), nil); err == nil {
		inResponseTo = seen.inResponseTo
		if root, err := parse(doc, messageLimits()); err == nil {
			if issued, err := parseTime(attrValue(root, "IssueInstant")); err == nil {
				a.now = issued
			}
		}
	}
	if a.config.IDPInitiated = sso.IDPInitiatedDirect; inResponseTo != "" {
		a.pending = &sso.PendingLogin{ID: inResponseTo, CreatedAt: a.now}
	}
	x, err := a.complete(sso.Callback{
		Form: url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString(doc)}},
	})
	x.Captured, x.At = true, a.now
	for i, check := range x.Checks {
		if check.OK && strings.HasSuffix(check.Name, "in_response_to") {
			x.Checks[i].Want, x.Checks[i].Warning = "not compared: which request it answers is not known any more", true
		}
	}
	return x, err
}

// newVerifier returns the verification of a response that has not been read yet.
func (sp *ServiceProvider) newVerifier(c sso.Connection, cfg sso.Config) (*verifier, error) {
	t, err := sp.trust(c, cfg)
	if err != nil {
		return nil, err
	}
	return &verifier{
		trust:         t,
		config:        *cfg.SAML,
		now:           sp.now(),
		skew:          cfg.SAML.Skew(),
		subjectMapped: cfg.Mapping.Subject != "",
		entityID:      sp.EntityID(c.ID),
		acs:           sp.ACSURL(c.ID),
	}, nil
}

// complete verifies a response.
func (v *verifier) complete(cb sso.Callback) (sso.Examined, error) {
	assertion, err := v.read(cb)
	x := sso.Examined{
		Checks: v.checks,
		At:     v.now,
		Show:   func() string { return v.render(cb) },
	}
	if err != nil {
		return x, fmt.Errorf("response of %s: %w", sso.Sanitize(v.config.IDPEntityID), err)
	}
	x.Assertion = assertion
	return x, nil
}

// render returns the response in a form that may be shown, and with it the
// assertion if it was decrypted.
func (v *verifier) render(cb sso.Callback) string {
	raw, encrypted := renderResponse(cb)
	if encrypted && v.assertion != nil {
		raw += "\n\nThe assertion, decrypted:\n\n" + redacted(v.assertion)
	}
	return raw
}

// renderResponse returns the message in a form that may be shown, and whether its
// assertion is encrypted. Of anything but a response in plain XML it tells only
// the size, because its contents are unknown.
func renderResponse(cb sso.Callback) (raw string, encrypted bool) {
	doc, err := decodePost(cb.Form, "SAMLResponse")
	if err != nil {
		return "", false
	}
	unreadable := fmt.Sprintf("(%d bytes that cannot be read as a SAML response)", len(doc))
	if _, err := scan(doc, messageLimits(), nil); err != nil {
		return unreadable, false
	}
	root, err := parse(doc, messageLimits())
	if err != nil {
		return unreadable, false
	}
	encrypted = len(children(root, nsAssertion, "EncryptedAssertion")) > 0
	return redacted(root), encrypted
}

const maskedText = "(left out)"

// redacted returns a copy of an element as XML, without what could be replayed
// or ends a session: signatures, ciphertext and session indexes.
func redacted(el *etree.Element) string {
	el = el.Copy()
	maskSecrets(el)
	doc := etree.NewDocument()
	doc.SetRoot(el)
	doc.Indent(2)
	text, err := doc.WriteToString()
	if err != nil {
		return "(it cannot be written)"
	}
	return strings.TrimSpace(text)
}

func maskSecrets(el *etree.Element) {
	switch el.Tag {
	case "SignatureValue", "CipherValue":
		el.SetText(maskedText)
		return
	case "Attribute":
		if isSecretName(attrValue(el, "Name")) {
			for _, v := range el.ChildElements() {
				v.Child = nil
				v.SetText(maskedText)
			}
		}
	}
	for i := range el.Attr {
		if el.Attr[i].Key == "SessionIndex" {
			el.Attr[i].Value = maskedText
		}
	}
	for _, child := range el.ChildElements() {
		maskSecrets(child)
	}
}

// isSecretName reports whether an attribute has the name of a secret. Identity
// providers should not send any, but some do.
func isSecretName(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "password") ||
		strings.Contains(name, "secret") ||
		strings.HasSuffix(name, "token")
}
