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

// Examine is Complete for a test connection: the same checks with the same
// errors, and what came, as it may be shown.
func (sp *ServiceProvider) Examine(_ context.Context, c sso.Connection, cfg sso.Config, p *sso.PendingLogin, cb sso.Callback) (sso.Examined, error) {
	a, err := sp.examining(c, cfg)
	if err != nil {
		return sso.Examined{}, err
	}
	a.pending = p
	return a.examine(cb)
}

// ExamineCaptured looks at a response that somebody kept: its times are checked
// as of the moment at which it was issued, and which request it answers, nobody
// knows any more. Nothing is used up.
func (sp *ServiceProvider) ExamineCaptured(_ context.Context, c sso.Connection, cfg sso.Config, doc []byte) (sso.Examined, error) {
	a, err := sp.examining(c, cfg)
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
	x, err := a.examine(sso.Callback{Form: url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString(doc)}}})
	x.Captured, x.At = true, a.now
	for i, check := range x.Checks {
		if check.OK && strings.HasSuffix(check.Name, "in_response_to") {
			x.Checks[i].Want, x.Checks[i].Warning = "not compared: which request it answers is not known any more", true
		}
	}
	return x, err
}

// examining is an answer before anything was read.
func (sp *ServiceProvider) examining(c sso.Connection, cfg sso.Config) (*answer, error) {
	t, err := sp.trust(c, cfg)
	if err != nil {
		return nil, err
	}
	return &answer{trust: t, config: *cfg.SAML, now: sp.now(), skew: cfg.SAML.Skew(), mapped: cfg.Mapping.Subject != "",
		entityID: sp.EntityID(c.ID), acs: sp.ACSURL(c.ID)}, nil
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
		return x, fmt.Errorf("answer of %s: %w", sso.Inert(a.config.IDPEntityID), err)
	}
	x.Assertion = assertion
	return x, nil
}

// shown is the message as it may be shown, and whether its assertion is
// encrypted. What is no response of plain XML is told by its size alone: nobody
// knows what is in it.
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

// redacted writes a copy of an element without what could be used again or ends
// a session: signatures, ciphertext and session indexes.
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

// secretName reports whether a name is one of those under which nobody should
// send anything, and some do.
func secretName(name string) bool {
	name = strings.ToLower(name)
	return strings.Contains(name, "password") || strings.Contains(name, "secret") || strings.HasSuffix(name, "token")
}
