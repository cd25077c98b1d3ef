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

// Examine is Complete for a test connection: it makes the same checks, returns
// the same errors, and also returns the response in a form that may be shown.
func (sp *ServiceProvider) Examine(
	_ context.Context, c sso.Connection, cfg sso.Config, p *sso.PendingLogin, cb sso.Callback,
) (sso.Examined, error) {
	a, err := sp.verification(c, cfg)
	if err != nil {
		return sso.Examined{}, err
	}
	a.pending = p
	return a.examine(cb)
}

// ExamineCaptured verifies a pasted response: its times are checked as of the
// moment it was issued, and the request it belongs to is not compared because
// it is no longer known. It leaves no replay mark.
func (sp *ServiceProvider) ExamineCaptured(
	_ context.Context, c sso.Connection, cfg sso.Config, doc []byte,
) (sso.Examined, error) {
	a, err := sp.verification(c, cfg)
	if err != nil {
		return sso.Examined{}, err
	}
	answers := ""
	if seen, err := scan(doc, messageLimits(), nil); err == nil {
		answers = seen.inResponseTo
		if root, err := parse(doc, messageLimits()); err == nil {
			if issued, err := instant(value(root, "IssueInstant")); err == nil {
				a.now = issued
			}
		}
	}
	if a.config.IDPInitiated = sso.IDPInitiatedDirect; answers != "" {
		a.pending = &sso.PendingLogin{ID: answers, CreatedAt: a.now}
	}
	x, err := a.examine(sso.Callback{
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

// verification returns the verification of a response that has not been read yet.
func (sp *ServiceProvider) verification(c sso.Connection, cfg sso.Config) (*answer, error) {
	t, err := sp.trust(c, cfg)
	if err != nil {
		return nil, err
	}
	return &answer{
		trust:    t,
		config:   *cfg.SAML,
		now:      sp.now(),
		skew:     cfg.SAML.Skew(),
		mapped:   cfg.Mapping.Subject != "",
		entityID: sp.EntityID(c.ID),
		acs:      sp.ACSURL(c.ID),
	}, nil
}

func (a *answer) examine(cb sso.Callback) (sso.Examined, error) {
	x := sso.Examined{At: a.now}
	raw, encrypted := shown(cb)
	assertion, err := a.read(cb)
	if encrypted && a.assertion != nil {
		raw += "\n\nThe assertion, decrypted:\n\n" + redacted(a.assertion)
	}
	x.Checks, x.Raw = a.checks, raw
	if err != nil {
		return x, fmt.Errorf("response of %s: %w", sso.Inert(a.config.IDPEntityID), err)
	}
	x.Assertion = assertion
	return x, nil
}

// shown returns the message in a form that may be shown, and whether its
// assertion is encrypted. Of anything but a response in plain XML it tells only
// the size, because its contents are unknown.
func shown(cb sso.Callback) (raw string, encrypted bool) {
	doc, err := posted(cb.Form, "SAMLResponse")
	if err != nil {
		return "", false
	}
	unread := fmt.Sprintf("(%d bytes that cannot be read as a SAML response)", len(doc))
	if _, err := scan(doc, messageLimits(), nil); err != nil {
		return unread, false
	}
	root, err := parse(doc, messageLimits())
	if err != nil {
		return unread, false
	}
	encrypted = len(elements(root, nsAssertion, "EncryptedAssertion")) > 0
	return redacted(root), encrypted
}

const masked = "(left out)"

// redacted returns a copy of an element as XML, without what could be replayed
// or ends a session: signatures, ciphertext and session indexes.
func redacted(el *etree.Element) string {
	el = el.Copy()
	mask(el)
	doc := etree.NewDocument()
	doc.SetRoot(el)
	doc.Indent(2)
	text, err := doc.WriteToString()
	if err != nil {
		return "(it cannot be written)"
	}
	return strings.TrimSpace(text)
}

func mask(el *etree.Element) {
	switch el.Tag {
	case "SignatureValue", "CipherValue":
		el.SetText(masked)
		return
	case "Attribute":
		if secretName(value(el, "Name")) {
			for _, v := range el.ChildElements() {
				v.Child = nil
				v.SetText(masked)
			}
		}
	}
	for i := range el.Attr {
		if el.Attr[i].Key == "SessionIndex" {
			el.Attr[i].Value = masked
		}
	}
	for _, child := range el.ChildElements() {
		mask(child)
	}
}

// secretName reports whether an attribute has the name of a secret. Identity
// providers should not send any, but some do.
func secretName(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "password") ||
		strings.Contains(name, "secret") ||
		strings.HasSuffix(name, "token")
}
