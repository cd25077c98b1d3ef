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

// assertionRules checks the assertion (profiles §4.1.4.2 and 4.1.4.3).
func (a *answer) assertionRules() (sso.Assertion, error) {
	el := a.assertion
	if err := a.header(el, "assertion"); err != nil {
		return sso.Assertion{}, err
	}
	issuer, err := only(el, nsAssertion, "Issuer")
	if err != nil || issuer == nil {
		a.checks.That(false, "issuer", a.config.IDPEntityID, "")
		return sso.Assertion{}, errRecipient(fmt.Errorf("not one Issuer: %w", orMissing(err)))
	}
	if err := a.issuer(issuer, "issuer"); err != nil {
		return sso.Assertion{}, err
	}
	subject, err := only(el, nsAssertion, "Subject")
	if err != nil || subject == nil {
		a.checks.That(false, "subject", "one Subject", "")
		return sso.Assertion{}, errSubject(fmt.Errorf("not one Subject: %w", orMissing(err)))
	}
	out := sso.Assertion{
		Issuer:      a.config.IDPEntityID,
		ResponseID:  value(el, "ID"),
		Certificate: a.cert.fingerprint,
	}
	if err := a.confirmations(subject); err != nil {
		return sso.Assertion{}, err
	}
	out.NotOnOrAfter = deliverable(el, subject)
	if err := a.conditions(); err != nil {
		return sso.Assertion{}, err
	}
	if err := a.authn(&out); err != nil {
		return sso.Assertion{}, err
	}
	if err := a.nameID(subject, &out); err != nil {
		return sso.Assertion{}, err
	}
	if issued, err := instant(value(el, "IssueInstant")); err == nil {
		a.clocks(issued)
	}
	out.Claims, out.Mixed, err = a.attributes()
	out.GroupsUnfetched = a.sealed > 0 // any of them may be the groups
	return out, err
}

// deliverable returns until when the assertion could be delivered again: the
// end of its longest bearer confirmation, since each may fit after another has
// ended, but no longer than its IssueInstant is accepted. Replay marks are kept
// that long.
func deliverable(assertion, subject *etree.Element) time.Time {
	var until time.Time
	for _, el := range elements(subject, nsAssertion, "SubjectConfirmation") {
		for _, data := range elements(el, nsAssertion, "SubjectConfirmationData") {
			if end, err := instant(value(data, "NotOnOrAfter")); err == nil && end.After(until) {
				until = end
			}
		}
	}
	if issued, err := instant(value(assertion, "IssueInstant")); err == nil && until.After(issued.Add(maxValidity)) {
		until = issued.Add(maxValidity)
	}
	return until
}

// confirmations looks for a bearer confirmation that fits here, now and for
// this request. If none fits, it returns the failure of the last one.
func (a *answer) confirmations(subject *etree.Element) error {
	var failure error
	before := len(a.checks)
	for _, el := range elements(subject, nsAssertion, "SubjectConfirmation") {
		if value(el, "Method") != bearer {
			continue
		}
		err := a.confirmation(el)
		if err == nil {
			if failure != nil {
				a.checks = passed(a.checks, before) // failures of other confirmations do not matter
			}
			return nil
		}
		failure = err
	}
	if failure == nil {
		a.checks.That(false, "subject_confirmation", "bearer", "none of this method")
		failure = errRecipient(errors.New("no bearer confirmation"))
	}
	return failure
}

// passed leaves out the failed checks after the first n.
func passed(all sso.Checks, n int) sso.Checks {
	kept := all[:n:n]
	for _, c := range all[n:] {
		if c.OK {
			kept = append(kept, c)
		}
	}
	return kept
}

func (a *answer) confirmation(el *etree.Element) error {
	data, err := only(el, nsAssertion, "SubjectConfirmationData")
	if err != nil || data == nil {
		a.checks.That(false, "recipient", a.acs, "")
		return errRecipient(fmt.Errorf("not one SubjectConfirmationData: %w", orMissing(err)))
	}
	if recipient := value(data, "Recipient"); !a.checks.That(recipient == a.acs, "recipient", a.acs, recipient) {
		return errRecipient(mismatch("recipient", a.acs, recipient))
	}
	want := ""
	if a.pending != nil {
		want = a.pending.ID
	}
	if got := value(data, "InResponseTo"); !a.checks.That(
		got == want, "confirmation_in_response_to", orNone(want), orNone(got),
	) {
		return sso.LoginExpired().Because(mismatch("confirmation_in_response_to", want, got))
	}
	until, err := a.window(data, "confirmation")
	if err != nil {
		return err
	}
	if until.IsZero() {
		a.checks.That(false, "confirmation_not_on_or_after", "a time", "")
		return errExpired(errors.New("a bearer confirmation without end"))
	}
	// A stolen assertion can be delivered until then.
	if longest := a.now.Add(maxValidity + a.skew); until.After(longest) {
		got := sso.Spoken(until.Sub(a.now)) + ", until " + stamp(until)
		a.checks.That(false, "confirmation_lifetime", "at most "+maxValidityText, got)
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

// authn reads when and in which session the user signed in at the identity
// provider. An assertion without an AuthnStatement is no sign-in.
func (a *answer) authn(out *sso.Assertion) error {
	statements := elements(a.assertion, nsAssertion, "AuthnStatement")
	if !a.checks.That(
		len(statements) > 0, "authn_statement", "at least one", fmt.Sprint(len(statements)),
	) {
		return errMalformed(errors.New("no AuthnStatement"))
	}
	out.SessionIndex = value(statements[0], "SessionIndex")
	at, err := instant(value(statements[0], "AuthnInstant"))
	if err != nil {
		a.checks.That(false, "authn_instant", "a time", value(statements[0], "AuthnInstant"))
		return errMalformed(err)
	}
	out.AuthnAt = at
	if a.config.ForceAuthn &&
		a.pending != nil &&
		at.Before(a.pending.CreatedAt.Add(-a.skew)) {
		a.checks.Warn("authn_instant", "a new sign-in, as asked for", "signed in at "+stamp(at))
	}
	for _, s := range statements {
		ends := value(s, "SessionNotOnOrAfter")
		if ends == "" {
			continue
		}
		end, err := instant(ends)
		if err != nil {
			a.checks.That(false, "session_not_on_or_after", "a time", ends)
			return errMalformed(err)
		}
		if want := "after " + stamp(a.now.Add(-a.skew)); !a.checks.That(
			end.After(a.now.Add(-a.skew)), "session_not_on_or_after", want, stamp(end),
		) {
			return errExpired(mismatch("session_not_on_or_after", want, stamp(end)))
		}
		if out.SessionEnd.IsZero() || end.Before(out.SessionEnd) {
			out.SessionEnd = end
		}
	}
	return nil
}

// nameID reads the subject. A transient name changes at every sign-in, so it
// cannot identify a user.
func (a *answer) nameID(subject *etree.Element, out *sso.Assertion) error {
	const name = "name_id"
	el, err := identifier(subject, func(hidden *etree.Element) (*etree.Element, error) {
		return a.reveal(hidden, name+"_decryption", "NameID", true) // the element around it was signed
	})
	if err != nil {
		if _, told := errors.AsType[*sso.Error](err); told {
			return errHidden(err)
		}
		a.checks.That(false, name, "one NameID", err.Error())
		return errSubject(err)
	}
	if el != nil {
		if out.Subject, err = trimmed(el); err != nil {
			a.checks.That(false, name, "text", err.Error())
			return errSubject(err)
		}
		out.SubjectFormat = value(el, "Format")
	}
	if a.mapped {
		a.checks.That(
			true, name, "any: the subject is mapped from an attribute", orNone(out.Subject),
		)
		return nil
	}
	if !a.checks.That(out.Subject != "", name, "a name", out.Subject) {
		return errSubject(errors.New("no NameID"))
	}
	if !a.checks.That(
		out.SubjectFormat != formatTransient, "name_id_format", "a name that stays the same",
		out.SubjectFormat,
	) {
		return errSubject(errors.New("a transient NameID"))
	}
	return nil
}

// errHidden returns the error for an EncryptedID whose check already says what
// was wrong.
func errHidden(err error) error {
	if sso.CodeOf(err) == codeDecryption {
		return err
	}
	return errSubject(err)
}

// identifier returns the NameID in el, decrypted by reveal if it is an
// EncryptedID, or nil if there is neither. Only one name in one form is allowed
// (core §2.4.1).
func identifier(el *etree.Element, reveal func(hidden *etree.Element) (*etree.Element, error)) (*etree.Element, error) {
	plain, hidden := elements(el, nsAssertion, "NameID"), elements(el, nsAssertion, "EncryptedID")
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
