package saml

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

// logoutRules checks a logout message with a good signature (core §3.7,
// profiles §4.4.4).
type logoutRules struct {
	root   *etree.Element
	issuer string
	sloURL string // the address it must be for
	now    time.Time
	skew   time.Duration
	ring   *keyring // opens an EncryptedID
}

func (r logoutRules) read(request bool) (LogoutMessage, error) {
	m := LogoutMessage{Request: request, ID: attrValue(r.root, "ID")}
	if err := r.checkHeader(); err != nil {
		return LogoutMessage{}, err
	}
	var err error
	if request {
		err = r.readRequest(&m)
	} else {
		m.Status, err = r.readStatus()
	}
	return m, err
}

func (r logoutRules) checkHeader() error {
	if version := attrValue(r.root, "Version"); version != "2.0" || attrValue(r.root, "ID") == "" {
		return errMalformed(fmt.Errorf("version %q or no ID", sso.Sanitize(version)))
	}
	// Bindings §3.4.5.2, 3.5.5.2: a signed message must name its destination.
	if destination := attrValue(r.root, "Destination"); destination != r.sloURL {
		return errLogoutRecipient(mismatch("destination", r.sloURL, destination))
	}
	el, err := singleChild(r.root, nsAssertion, "Issuer")
	if err != nil || el == nil {
		return errMalformed(fmt.Errorf("not one Issuer: %w", orMissing(err)))
	}
	issuer, err := trimmedText(el)
	if err != nil {
		return errMalformed(err)
	}
	if r.issuer == "" || issuer != r.issuer {
		return errLogoutRecipient(mismatch("issuer", r.issuer, issuer))
	}
	issued, err := parseTime(attrValue(r.root, "IssueInstant"))
	if err != nil {
		return errMalformed(fmt.Errorf("IssueInstant: %w", err))
	}
	if issued.After(r.now.Add(r.skew)) || !issued.After(r.now.Add(-logoutLifetime-r.skew)) {
		return errLogoutExpired(fmt.Errorf("issued at %s, now %s", stamp(issued), stamp(r.now)))
	}
	return nil
}

// readRequest reads which sessions are to end.
func (r logoutRules) readRequest(m *LogoutMessage) error {
	if end := attrValue(r.root, "NotOnOrAfter"); end != "" {
		until, err := parseTime(end)
		if err != nil {
			return errMalformed(fmt.Errorf("NotOnOrAfter: %w", err))
		}
		if !until.After(r.now.Add(-r.skew)) {
			return errLogoutExpired(fmt.Errorf(
				"not on or after %s, now %s", stamp(until), stamp(r.now),
			))
		}
	}
	name, err := nameIDElement(r.root, func(hidden *etree.Element) (*etree.Element, error) {
		el, _, err := r.ring.open(hidden, "NameID", true) // the element around it was signed
		return el, err
	})
	if sso.CodeOf(err) == codeDecryption {
		return &sso.Error{
			Kind:   sso.Invalid,
			Code:   "saml_logout_encrypted",
			Err:    err,
			Public: "The sign-out message names the person in encrypted form, with a key we don’t have.",
		}
	}
	if err != nil || name == nil {
		return errMalformed(fmt.Errorf("not one NameID: %w", orMissing(err)))
	}
	if m.Subject, err = trimmedText(name); err != nil || m.Subject == "" {
		return errMalformed(fmt.Errorf("a NameID without text: %w", orMissing(err)))
	}
	m.SessionIndexes, err = r.sessionIndexes()
	return err
}

// sessionIndexes returns the sessions named. No SessionIndex means every
// session, so an empty one is an error.
func (r logoutRules) sessionIndexes() ([]string, error) {
	var all []string
	for _, el := range children(r.root, nsProtocol, "SessionIndex") {
		index, err := trimmedText(el)
		if err != nil || index == "" {
			return nil, errMalformed(fmt.Errorf("a SessionIndex without text: %w", orMissing(err)))
		}
		if all = append(all, index); len(all) > maxSessionIndexes {
			return nil, errTooComplex(fmt.Errorf("more than %d sessions", maxSessionIndexes))
		}
	}
	return all, nil
}

// readStatus reads the status of a LogoutResponse, without its free text.
func (r logoutRules) readStatus() (string, error) {
	el, err := singleChild(r.root, nsProtocol, "Status")
	if err != nil || el == nil {
		return "", errMalformed(fmt.Errorf("not one Status: %w", orMissing(err)))
	}
	codes, err := statusCodes(el)
	if err != nil {
		return "", errMalformed(err)
	}
	if len(codes) == 0 {
		return "", errMalformed(errors.New("a Status without code"))
	}
	return sso.Sanitize(strings.Join(codes, " / ")), nil
}

func errLogoutRecipient(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "saml_wrong_recipient",
		Public: "This sign-out message is for another application or from another identity provider.",
		Err:    err,
	}
}

func errLogoutExpired(err error) *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   "saml_expired",
		Public: "The sign-out message is too old or not valid yet. If it happens again, ask your admin to check the clocks.",
		Err:    err,
	}
}
