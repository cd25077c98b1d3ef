package saml

import (
	"errors"
	"fmt"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

// readAuthnStatements reads when, how strongly and in which session the user signed in
// at the identity provider. An assertion without an AuthnStatement is no sign-in. Of
// several statements, the oldest says when and how: what a rule requires must not be
// put together from two.
func (v *verifier) readAuthnStatements(out *sso.Assertion) error {
	statements := children(v.assertion, nsAssertion, "AuthnStatement")
	if !v.checks.Record(
		len(statements) > 0, "authn_statement", "at least one", fmt.Sprint(len(statements)),
	) {
		return errMalformed(errors.New("no AuthnStatement"))
	}
	out.SessionIndex = attrValue(statements[0], "SessionIndex")
	for _, s := range statements {
		stated, err := v.readAuthn(s)
		if err != nil {
			return err
		}
		if out.AuthnAt.IsZero() || stated.AuthnAt.Before(out.AuthnAt) {
			out.Authn = stated
		}
	}
	if v.config.ForceAuthn &&
		v.pending != nil &&
		out.AuthnAt.Before(v.pending.CreatedAt.Add(-v.skew)) {
		v.checks.Warn("authn_instant", "a new sign-in, as asked for", "signed in at "+stamp(out.AuthnAt))
	}
	for _, s := range statements {
		if err := v.readSessionEnd(s, out); err != nil {
			return err
		}
	}
	return nil
}

// readAuthn reads one AuthnStatement. A class that cannot be kept counts as not
// stated: a rule that requires one then refuses the sign-in.
func (v *verifier) readAuthn(statement *etree.Element) (sso.Authn, error) {
	at, err := parseTime(attrValue(statement, "AuthnInstant"))
	if err != nil {
		v.checks.Record(false, "authn_instant", "a time", attrValue(statement, "AuthnInstant"))
		return sso.Authn{}, errMalformed(err)
	}
	out := sso.Authn{AuthnAt: at}
	stated, err := singleChild(statement, nsAssertion, "AuthnContext")
	if err == nil && stated != nil {
		stated, err = singleChild(stated, nsAssertion, "AuthnContextClassRef")
	}
	var class string
	if err == nil && stated != nil {
		class, err = trimmedText(stated)
	}
	switch {
	case err != nil:
		v.checks.Warn("authn_context", "one class", err.Error())
	case class != "" && !sso.UsableAcr(class):
		v.checks.Warn("authn_context", "visible characters, at most 255 bytes", class)
	default:
		out.Acr = class
	}
	return out, nil
}

// readSessionEnd reads when a statement ends the session. The earliest counts.
func (v *verifier) readSessionEnd(statement *etree.Element, out *sso.Assertion) error {
	ends := attrValue(statement, "SessionNotOnOrAfter")
	if ends == "" {
		return nil
	}
	end, err := parseTime(ends)
	if err != nil {
		v.checks.Record(false, "session_not_on_or_after", "a time", ends)
		return errMalformed(err)
	}
	if want := "after " + stamp(v.now.Add(-v.skew)); !v.checks.Record(
		end.After(v.now.Add(-v.skew)), "session_not_on_or_after", want, stamp(end),
	) {
		return errExpired(mismatch("session_not_on_or_after", want, stamp(end)))
	}
	if out.SessionEnd.IsZero() || end.Before(out.SessionEnd) {
		out.SessionEnd = end
	}
	return nil
}
