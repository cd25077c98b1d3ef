package demoidp

import (
	"encoding/xml"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"
	crewjam "github.com/crewjam/saml"
)

// remember keeps a session for logout; their number is bounded.
func (p *IdP) remember(s ssoSession) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions = append(p.sessions, s)
	if len(p.sessions) > maxSessions {
		p.sessions = slices.Clone(p.sessions[len(p.sessions)-maxSessions:])
	}
}

// forget ends the sessions of a subject at a service provider; an empty index
// means all of them.
func (p *IdP) forget(entityID, nameID, index string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sessions = slices.DeleteFunc(p.sessions, func(s ssoSession) bool {
		return s.SP == entityID &&
			s.NameID == nameID &&
			(index == "" || s.Index == index)
	})
}

// Sessions returns the number of a person's SAML sessions.
func (p *IdP) Sessions(personID string) int { return len(p.sessionsOf(personID)) }

func (p *IdP) sessionsOf(personID string) []ssoSession {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []ssoSession
	for _, s := range p.sessions {
		if s.Person == personID {
			all = append(all, s)
		}
	}
	return all
}

// LogoutURL returns a URL with a signed LogoutRequest that ends a person's newest
// session at a service provider (IdP-initiated logout).
func (p *IdP) LogoutURL(personID, entityID string) (string, error) {
	sp, err := p.sp(entityID)
	if err != nil {
		return "", err
	}
	for _, s := range slices.Backward(p.sessionsOf(personID)) {
		if s.SP != entityID {
			continue
		}
		if sp.SLOURL == "" {
			return "", refuse(http.StatusConflict, "The application has no single logout address.")
		}
		end := p.now().UTC().Add(5 * time.Minute)
		request := crewjam.LogoutRequest{
			ID:           randomID(),
			Version:      "2.0",
			IssueInstant: p.now().UTC(),
			NotOnOrAfter: &end,
			Destination:  sp.SLOURL,
			Issuer:       &crewjam.Issuer{Value: p.EntityID()},
			NameID:       &crewjam.NameID{Format: s.Format, Value: s.NameID},
			SessionIndex: &crewjam.SessionIndex{Value: s.Index},
		}
		p.forget(sp.EntityID, s.NameID, s.Index)
		return p.redirectURL(sp.SLOURL, "SAMLRequest", request.Element(), "")
	}
	return "", refuse(http.StatusNotFound, "The person has no session there.")
}

// singleLogout answers a LogoutRequest, or receives the LogoutResponse to ours.
func (p *IdP) singleLogout(w http.ResponseWriter, r *http.Request) error {
	m, err := messageOf(r)
	if err != nil {
		return err
	}
	if m.fields.Get("SAMLResponse") != "" {
		return p.loggedOut(w, r, "The application confirmed that it signed the person out.")
	}
	sp, message, err := p.logoutAnswer(m)
	if err != nil {
		return err
	}
	to, err := p.redirectURL(sp.SLOURL, "SAMLResponse", message, m.fields.Get("RelayState"))
	if err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (p *IdP) logoutAnswer(m samlMessage) (SP, *etree.Element, error) {
	doc, err := m.xml("SAMLRequest")
	if err != nil {
		return SP{}, nil, err
	}
	var request crewjam.LogoutRequest
	if err := xml.Unmarshal(doc, &request); err != nil ||
		request.Issuer == nil ||
		request.NameID == nil {
		return SP{}, nil, refuse(
			http.StatusBadRequest,
			"The SAMLRequest is not a LogoutRequest with an Issuer and a NameID.",
		)
	}
	sp, err := p.sp(strings.TrimSpace(request.Issuer.Value))
	if err != nil {
		return SP{}, nil, err
	}
	if sp.SLOURL == "" {
		return SP{}, nil, refuse(
			http.StatusConflict, "The application has no single logout address.",
		)
	}
	if err := p.checkSignature(m, doc, sp, len(sp.SigningCerts) > 0); err != nil {
		return SP{}, nil, err
	}
	index := ""
	if request.SessionIndex != nil {
		index = request.SessionIndex.Value
	}
	p.forget(sp.EntityID, strings.TrimSpace(request.NameID.Value), index)
	response := crewjam.LogoutResponse{
		ID:           randomID(),
		InResponseTo: request.ID,
		Version:      "2.0",
		IssueInstant: p.now().UTC(),
		Destination:  sp.SLOURL,
		Issuer:       &crewjam.Issuer{Value: p.EntityID()},
		Status:       crewjam.Status{StatusCode: crewjam.StatusCode{Value: crewjam.StatusSuccess}},
	}
	return sp, response.Element(), nil
}
