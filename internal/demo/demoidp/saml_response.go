package demoidp

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"

	"gatehouse/sso"
)

const (
	formatPersistent = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
	formatEmail      = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
	formatTransient  = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
	formatURI        = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
	formatBasic      = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"

	elsewhere   = "https://somebody-else.example"
	otherIssuer = "https://other-idp.example"
)

// RespondSAML signs a person in without a browser: it answers the gateway's
// AuthnRequest and returns the form a browser would post, and its URL.
func (p *IdP) RespondSAML(personID string, r sso.Redirect) (form url.Values, acsURL string, err error) {
	m, err := messageTo(r)
	if err != nil {
		return nil, "", err
	}
	request, err := p.readAuthnRequest(m)
	if err != nil {
		return nil, "", err
	}
	form, err = p.answerSAML(request, personID)
	return form, request.SP.ACSURL, err
}

// InitiateSAML returns an unsolicited response (IdP-initiated sign-in).
func (p *IdP) InitiateSAML(personID, entityID string) (form url.Values, acsURL string, err error) {
	sp, err := p.sp(entityID)
	if err != nil {
		return nil, "", err
	}
	form, err = p.answerSAML(samlRequest{SP: sp}, personID)
	return form, sp.ACSURL, err
}

// answerSAML takes the fault and returns the form fields.
func (p *IdP) answerSAML(request samlRequest, personID string) (url.Values, error) {
	person, err := p.person(personID)
	if err != nil {
		return nil, err
	}
	fault := p.takeFault()
	if fault == Replay {
		p.mu.Lock()
		last, ok := p.lastSAML[request.SP.EntityID]
		p.mu.Unlock()
		if !ok {
			return nil, refuse(
				http.StatusConflict,
				"There is no earlier answer to send again. Sign in once without a fault first.",
			)
		}
		return last, nil
	}
	text, err := p.response(request, person, fault)
	if err != nil {
		return nil, err
	}
	form := url.Values{"SAMLResponse": {base64.StdEncoding.EncodeToString(text)}}
	if request.RelayState != "" && fault != IDPInitiated {
		form.Set("RelayState", request.RelayState)
	}
	if fault.none() { // a response refused for another fault cannot show a replay
		p.mu.Lock()
		p.lastSAML[request.SP.EntityID] = form
		p.mu.Unlock()
	}
	return form, nil
}

// response returns the signed response document.
func (p *IdP) response(request samlRequest, person Person, fault Fault) ([]byte, error) {
	at := p.now().UTC()
	switch fault {
	case Expired:
		at = at.Add(-time.Hour)
	case ClockOff:
		at = at.Add(10 * time.Minute)
	case IDPInitiated:
		request.ID = ""
	}
	issuer := p.EntityID()
	if fault == WrongIssuer {
		issuer = otherIssuer
	}
	response := &crewjam.Response{
		ID:           randomID(),
		InResponseTo: request.ID,
		Version:      "2.0",
		IssueInstant: at,
		Destination:  request.SP.ACSURL,
		Issuer:       &crewjam.Issuer{Value: issuer},
		Status:       crewjam.Status{StatusCode: crewjam.StatusCode{Value: crewjam.StatusSuccess}},
	}
	if fault == WrongDestination {
		response.Destination = elsewhere + "/acs"
	}
	signer, err := p.signerFor(fault)
	if err != nil {
		return nil, err
	}
	if fault == Denied {
		response.Status.StatusCode = crewjam.StatusCode{
			Value:      crewjam.StatusResponder,
			StatusCode: &crewjam.StatusCode{Value: crewjam.StatusRequestDenied},
		}
		response.Status.StatusMessage = &crewjam.StatusMessage{
			Value: "The person is not assigned to the application.",
		}
	} else if err := p.addAssertion(response, request, person, fault, signer); err != nil {
		return nil, err
	}
	if signer != nil && request.SP.Sign != SignAssertion {
		if response.Signature, err = signer.sign(response.Element()); err != nil {
			return nil, err
		}
	}
	doc := etree.NewDocument()
	doc.SetRoot(response.Element())
	text, err := doc.WriteToBytes()
	if err != nil {
		return nil, fmt.Errorf("write SAML response: %w", err)
	}
	return text, nil
}

// addAssertion adds the assertion, signed and encrypted as the service provider and
// the fault require.
func (p *IdP) addAssertion(
	response *crewjam.Response, request samlRequest, person Person, fault Fault, signer *xmlSigner,
) error {
	assertion := p.assertion(response, request, person, fault)
	if signer != nil && request.SP.Sign != SignResponse {
		var err error
		if assertion.Signature, err = signer.sign(assertion.Element()); err != nil {
			return err
		}
	}
	cert := request.SP.EncryptionCert
	switch {
	case fault == EncryptedWrongKey:
		wrong, err := p.keys.unpublished()
		if err != nil {
			return err
		}
		cert = wrong.cert
	case fault == Encrypted && cert == nil:
		return refuse(http.StatusConflict, "The application gave no certificate to encrypt to.")
	case fault != Encrypted && !request.SP.Encrypt:
		response.Assertion = assertion
		return nil
	}
	var err error
	response.EncryptedAssertion, err = encrypt(assertion.Element(), cert, request.SP.EncryptionBits)
	return err
}

func (p *IdP) assertion(
	response *crewjam.Response, request samlRequest, person Person, fault Fault,
) *crewjam.Assertion {
	at := response.IssueInstant
	end := at.Add(5 * time.Minute)
	audience, recipient := request.SP.EntityID, request.SP.ACSURL
	switch fault {
	case WrongAudience:
		audience = elsewhere + "/metadata"
	case WrongRecipient:
		recipient = elsewhere + "/acs"
	}
	session := p.newSession(request, person, fault)
	sessionEnd := at.Add(8 * time.Hour)
	assertion := &crewjam.Assertion{
		ID:           randomID(),
		IssueInstant: at,
		Version:      "2.0",
		Issuer:       crewjam.Issuer{Value: response.Issuer.Value},
		Subject: &crewjam.Subject{
			NameID: &crewjam.NameID{
				Format: session.Format,
				Value:  session.NameID,
			},
			SubjectConfirmations: []crewjam.SubjectConfirmation{{
				Method: "urn:oasis:names:tc:SAML:2.0:cm:bearer",
				SubjectConfirmationData: &crewjam.SubjectConfirmationData{
					InResponseTo: response.InResponseTo,
					NotOnOrAfter: end,
					Recipient:    recipient,
				},
			}},
		},
		Conditions: &crewjam.Conditions{
			NotBefore:    at,
			NotOnOrAfter: end,
			AudienceRestrictions: []crewjam.AudienceRestriction{
				{Audience: crewjam.Audience{Value: audience}},
			},
		},
		AuthnStatements: []crewjam.AuthnStatement{{
			AuthnInstant:        at,
			SessionIndex:        session.Index,
			SessionNotOnOrAfter: &sessionEnd,
			AuthnContext: crewjam.AuthnContext{AuthnContextClassRef: &crewjam.AuthnContextClassRef{
				Value: request.context(),
			}},
		}},
		AttributeStatements: []crewjam.AttributeStatement{
			{Attributes: request.SP.renamed(p.attributes(person, fault), person)},
		},
	}
	if fault == NoNameID {
		assertion.Subject.NameID = nil
	}
	return assertion
}

// newSession starts a session at the service provider, with the NameID in the format
// that the request or the fault requires.
func (p *IdP) newSession(request samlRequest, person Person, fault Fault) ssoSession {
	session := ssoSession{
		Person: person.ID,
		SP:     request.SP.EntityID,
		Index:  randomID(),
		At:     p.now(),
	}
	format := request.NameIDFormat
	if fault == TransientNameID {
		format = formatTransient
	}
	if request.SP.MailNameID {
		format = formatEmail
	}
	session.NameID, session.Format = nameID(person, format)
	p.remember(session)
	return session
}

// nameID returns the NameID in the requested format, persistent by default.
func nameID(person Person, format string) (value, givenFormat string) {
	switch format {
	case formatEmail:
		return person.Email, formatEmail
	case formatTransient:
		return randomID(), formatTransient
	}
	return person.ID, formatPersistent
}

// renamed returns the attributes under the names configured for this service provider.
func (sp SP) renamed(all []crewjam.Attribute, person Person) []crewjam.Attribute {
	if sp.Attributes == nil {
		return all
	}
	var named []crewjam.Attribute
	for _, a := range all {
		switch name := sp.Attributes[a.Name]; {
		case name != "":
			a.Name = name
			named = append(named, a)
		case a.Name == ClaimOverage, a.Name == samlTenant, a.Name == samlObject:
			named = append(named, a) // these names are not configurable
		}
	}
	if name := sp.Attributes["name"]; name != "" {
		named = append(named, crewjam.Attribute{
			Name:       name,
			NameFormat: formatBasic,
			Values:     []crewjam.AttributeValue{{Type: "xs:string", Value: person.Name()}},
		})
	}
	return named
}

func (p *IdP) attributes(person Person, fault Fault) []crewjam.Attribute {
	a := p.assert(person, fault, mostInAssertion)
	var all []crewjam.Attribute
	add := func(name, format string, values ...string) {
		attribute := crewjam.Attribute{Name: name, NameFormat: format}
		for _, v := range values {
			attribute.Values = append(attribute.Values, crewjam.AttributeValue{
				Type:  "xs:string",
				Value: v,
			})
		}
		all = append(all, attribute)
	}
	single := func(name, value string) {
		if value != "" {
			add(name, formatBasic, value)
		}
	}
	single(ClaimLogin, a.login)
	single(claimEmail, a.email)
	single(claimFirstName, a.givenName)
	single(ClaimLastName, a.surname)
	if p.options.Tenant != "" {
		add(samlTenant, formatURI, p.options.Tenant)
		add(samlObject, formatURI, p.ObjectID(person.ID))
	}
	switch {
	case a.overaged:
		add(ClaimOverage, formatURI, p.pointer(person))
	case a.groupsSent:
		add(claimGroups, formatBasic, a.groups...)
	}
	return all
}
