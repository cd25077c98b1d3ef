package saml

import (
	"errors"
	"fmt"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

const (
	bearer          = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
	formatTransient = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
	formatUnspec    = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
)

// readAssertion checks the assertion (profiles §4.1.4.2 and 4.1.4.3).
func (v *verifier) readAssertion() (sso.Assertion, error) {
	el := v.assertion
	if err := v.checkHeader(el, "assertion"); err != nil {
		return sso.Assertion{}, err
	}
	issuer, err := singleChild(el, nsAssertion, "Issuer")
	if err != nil || issuer == nil {
		v.checks.Record(false, "issuer", v.config.IDPEntityID, "")
		return sso.Assertion{}, errRecipient(fmt.Errorf("not one Issuer: %w", orMissing(err)))
	}
	if err := v.checkIssuer(issuer, "issuer"); err != nil {
		return sso.Assertion{}, err
	}
	subject, err := singleChild(el, nsAssertion, "Subject")
	if err != nil || subject == nil {
		v.checks.Record(false, "subject", "one Subject", "")
		return sso.Assertion{}, errSubject(fmt.Errorf("not one Subject: %w", orMissing(err)))
	}
	out := sso.Assertion{
		Issuer:      v.config.IDPEntityID,
		ResponseID:  attrValue(el, "ID"),
		Certificate: v.cert.fingerprint,
	}
	if err := v.checkConfirmations(subject); err != nil {
		return sso.Assertion{}, err
	}
	out.NotOnOrAfter = deliverableUntil(el, subject)
	if err := v.checkConditions(); err != nil {
		return sso.Assertion{}, err
	}
	if err := v.readAuthnStatements(&out); err != nil {
		return sso.Assertion{}, err
	}
	if err := v.readNameID(subject, &out); err != nil {
		return sso.Assertion{}, err
	}
	if issued, err := parseTime(attrValue(el, "IssueInstant")); err == nil {
		v.checkClock(issued)
	}
	out.Claims, out.Mixed, err = v.readAttributes()
	out.GroupsUnfetched = v.encryptedAttributes > 0 // any of them may be the groups
	return out, err
}

// deliverableUntil returns until when the assertion could be delivered again: the
// end of its longest bearer confirmation, since each may fit after another has
// ended, but no longer than its IssueInstant is accepted. Replay marks are kept
// that long.
func deliverableUntil(assertion, subject *etree.Element) time.Time {
	var until time.Time
	for _, el := range children(subject, nsAssertion, "SubjectConfirmation") {
		for _, data := range children(el, nsAssertion, "SubjectConfirmationData") {
			if end, err := parseTime(attrValue(data, "NotOnOrAfter")); err == nil && end.After(until) {
				until = end
			}
		}
	}
	if issued, err := parseTime(attrValue(
		assertion, "IssueInstant",
	)); err == nil && until.After(issued.Add(maxValidity)) {
		until = issued.Add(maxValidity)
	}
	return until
}

// checkConfirmations looks for a bearer confirmation that fits here, now and for
// this request. If none fits, it returns the failure of the last one.
func (v *verifier) checkConfirmations(subject *etree.Element) error {
	var failure error
	before := len(v.checks)
	for _, el := range children(subject, nsAssertion, "SubjectConfirmation") {
		if attrValue(el, "Method") != bearer {
			continue
		}
		err := v.checkConfirmation(el)
		if err == nil {
			if failure != nil {
				v.checks = withoutFailures(v.checks, before) // failures of other confirmations do not matter
			}
			return nil
		}
		failure = err
	}
	if failure == nil {
		v.checks.Record(false, "subject_confirmation", "bearer", "none of this method")
		failure = errRecipient(errors.New("no bearer confirmation"))
	}
	return failure
}

// withoutFailures leaves out the failed checks after the first n.
func withoutFailures(all sso.Checks, n int) sso.Checks {
	kept := all[:n:n]
	for _, c := range all[n:] {
		if c.OK {
			kept = append(kept, c)
		}
	}
	return kept
}

func (v *verifier) checkConfirmation(el *etree.Element) error {
	data, err := singleChild(el, nsAssertion, "SubjectConfirmationData")
	if err != nil || data == nil {
		v.checks.Record(false, "recipient", v.acs, "")
		return errRecipient(fmt.Errorf("not one SubjectConfirmationData: %w", orMissing(err)))
	}
	if recipient := attrValue(data, "Recipient"); !v.checks.Record(recipient == v.acs, "recipient", v.acs, recipient) {
		return errRecipient(mismatch("recipient", v.acs, recipient))
	}
	want := ""
	if v.pending != nil {
		want = v.pending.ID
	}
	if got := attrValue(data, "InResponseTo"); !v.checks.Record(
		got == want, "confirmation_in_response_to", orNone(want), orNone(got),
	) {
		return sso.LoginExpired().WithCause(mismatch("confirmation_in_response_to", want, got))
	}
	until, err := v.checkWindow(data, "confirmation")
	if err != nil {
		return err
	}
	if until.IsZero() {
		v.checks.Record(false, "confirmation_not_on_or_after", "a time", "")
		return errExpired(errors.New("a bearer confirmation without end"))
	}
	// A stolen assertion can be delivered until then.
	if longest := v.now.Add(maxValidity + v.skew); until.After(longest) {
		got := sso.FormatDuration(until.Sub(v.now)) + ", until " + stamp(until)
		v.checks.Record(false, "confirmation_lifetime", "at most "+maxValidityText, got)
		return errExpired(mismatch("confirmation_lifetime", "at most "+maxValidityText, got))
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// readNameID reads the subject. A transient name changes at every sign-in, so it
// cannot identify a user.
func (v *verifier) readNameID(subject *etree.Element, out *sso.Assertion) error {
	const name = "name_id"
	el, err := nameIDElement(subject, func(hidden *etree.Element) (*etree.Element, error) {
		return v.decryptElement(hidden, name+"_decryption", "NameID", true) // the element around it was signed
	})
	if err != nil {
		if _, reported := errors.AsType[*sso.Error](err); reported {
			return errEncryptedID(err)
		}
		v.checks.Record(false, name, "one NameID", err.Error())
		return errSubject(err)
	}
	if el != nil {
		if out.Subject, err = trimmedText(el); err != nil {
			v.checks.Record(false, name, "text", err.Error())
			return errSubject(err)
		}
		out.SubjectFormat = attrValue(el, "Format")
	}
	if v.subjectMapped {
		v.checks.Record(
			true, name, "any: the subject is mapped from an attribute", orNone(out.Subject),
		)
		return nil
	}
	if !v.checks.Record(out.Subject != "", name, "a name", out.Subject) {
		return errSubject(errors.New("no NameID"))
	}
	if !v.checks.Record(
		out.SubjectFormat != formatTransient, "name_id_format", "a name that stays the same",
		out.SubjectFormat,
	) {
		return errSubject(errors.New("a transient NameID"))
	}
	return nil
}

// errEncryptedID returns the error for an EncryptedID whose check already says what
// was wrong.
func errEncryptedID(err error) error {
	if sso.CodeOf(err) == codeDecryption {
		return err
	}
	return errSubject(err)
}

// nameIDElement returns the NameID in el, decrypted by reveal if it is an
// EncryptedID, or nil if there is neither. Only one name in one form is allowed
// (core §2.4.1).
func nameIDElement(
	el *etree.Element, reveal func(hidden *etree.Element) (*etree.Element, error),
) (*etree.Element, error) {
	plain, hidden := children(el, nsAssertion, "NameID"), children(el, nsAssertion, "EncryptedID")
	switch n := len(plain) + len(hidden); {
	case n == 0:
		return nil, nil
	case n > 1:
		return nil, fmt.Errorf("%d names in %s", n, el.Tag)
	case len(plain) == 1:
		return plain[0], nil
	}
	return reveal(hidden[0])
}
