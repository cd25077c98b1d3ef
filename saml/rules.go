package saml

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/beevik/etree"

	"gatehouse/sso"
)

const (
	// maxValidity is the maximum age of an assertion and how long it may be
	// delivered for, and so how long its replay mark must be kept.
	maxValidity     = 24 * time.Hour
	maxValidityText = "24 hours"

	statusPrefix = "urn:oasis:names:tc:SAML:2.0:status:"
)

// status refuses every status but success. Only the code is used, never the
// message: it is foreign free text and often contains names of users.
func (a *answer) status() error {
	const name = "status"
	status, err := only(a.response, nsProtocol, "Status")
	if err != nil || status == nil {
		a.checks.That(false, name, "Success", "")
		return errMalformed(fmt.Errorf("not one Status: %w", orMissing(err)))
	}
	codes, err := statusCodes(status)
	if err != nil {
		a.checks.That(false, name, "Success", err.Error())
		return errMalformed(err)
	}
	if a.checks.That(
		len(codes) > 0 && codes[0] == "Success", name, "Success", strings.Join(codes, " / "),
	) {
		return nil
	}
	return errDenied(codes)
}

// statusCodes returns the codes of a Status without the common prefix,
// outermost first, to the depth that is useful.
func statusCodes(status *etree.Element) ([]string, error) {
	var codes []string
	for el := status; el != nil && len(codes) < 3; {
		code, err := only(el, nsProtocol, "StatusCode")
		if err != nil {
			return nil, err
		}
		if code != nil {
			codes = append(codes, strings.TrimPrefix(value(code, "Value"), statusPrefix))
		}
		el = code
	}
	return codes, nil
}

// responseRules checks the Response element (profiles §4.1.4.2).
func (a *answer) responseRules() error {
	r := a.response
	if err := a.header(r, "response"); err != nil {
		return err
	}
	destination := value(r, "Destination")
	// Bindings §3.5.5.2: a signed response must name its destination.
	if destination != "" || a.signed {
		if !a.checks.That(destination == a.acs, "destination", a.acs, destination) {
			return errRecipient(mismatch("destination", a.acs, destination))
		}
	}
	issuer, err := only(r, nsAssertion, "Issuer")
	if err != nil {
		a.checks.That(false, "response_issuer", a.config.IDPEntityID, err.Error())
		return errMalformed(err)
	}
	if issuer != nil {
		return a.issuer(issuer, "response_issuer")
	}
	return nil
}

// header checks what the Response and the Assertion have in common.
func (a *answer) header(el *etree.Element, name string) error {
	if version := value(el, "Version"); !a.checks.That(version == "2.0", name+"_version", "2.0", version) {
		return errMalformed(mismatch(name+"_version", "2.0", version))
	}
	if value(el, "ID") == "" {
		a.checks.That(false, name+"_id", "an ID", "")
		return errMalformed(fmt.Errorf("a %s without ID", name))
	}
	issued, err := instant(value(el, "IssueInstant"))
	if err != nil {
		a.checks.That(false, name+"_issue_instant", "a time", value(el, "IssueInstant"))
		return errMalformed(fmt.Errorf("IssueInstant of the %s: %w", name, err))
	}
	want := "within " + sso.Spoken(a.skew) + " of our time, " + stamp(a.now)
	if issued.Before(a.now) {
		want = "at most " + maxValidityText + " before our time, " + stamp(a.now)
	}
	ok := !issued.After(a.now.Add(a.skew)) && issued.After(a.now.Add(-maxValidity))
	if !a.checks.That(ok, name+"_issue_instant", want, stamp(issued)) {
		return errExpired(mismatch(name+"_issue_instant", want, stamp(issued)))
	}
	return nil
}

func (a *answer) issuer(el *etree.Element, name string) error {
	got, err := trimmed(el)
	if err != nil {
		a.checks.That(false, name, a.config.IDPEntityID, err.Error())
		return errMalformed(err)
	}
	if format := value(el, "Format"); format != "" && format != "urn:oasis:names:tc:SAML:2.0:nameid-format:entity" {
		a.checks.That(false, name, "a name of the format entity", format)
		return errRecipient(mismatch(name+" format", "entity", format))
	}
	if want := a.config.IDPEntityID; !a.checks.That(want != "" && got == want, name, want, got) {
		return errRecipient(mismatch(name, want, got))
	}
	return nil
}

// conditions checks the Conditions of the assertion: when and for whom it is
// valid. They may last for days, as the token lifetime of AD FS makes them:
// that is how long the assertion may be relied upon. How long it may be
// delivered is limited by the confirmation (profiles §4.1.4.2, core §2.5.1).
func (a *answer) conditions() error {
	el, err := only(a.assertion, nsAssertion, "Conditions")
	if err != nil {
		a.checks.That(false, "conditions", "one", err.Error())
		return errMalformed(err)
	}
	if el == nil {
		a.checks.That(false, "audience", a.entityID, "")
		return errRecipient(errors.New("no Conditions, so no audience"))
	}
	if _, err := a.window(el, "conditions"); err != nil {
		return err
	}
	audiences := 0
	for _, child := range el.ChildElements() {
		switch {
		case is(child, nsAssertion, "AudienceRestriction"):
			audiences++
			if err := a.audience(child); err != nil {
				return err
			}
		case is(child, nsAssertion, "OneTimeUse"), is(child, nsAssertion, "ProxyRestriction"):
			// Every assertion is used once here, and none is passed on.
		default:
			// Core §2.5.1.1: an unknown condition makes the assertion's
			// validity unknown.
			a.checks.That(false, "conditions", "conditions that we know", child.Tag)
			return errMalformed(fmt.Errorf("an unknown condition %q", sso.Inert(child.Tag)))
		}
	}
	if audiences == 0 {
		a.checks.That(false, "audience", a.entityID, "")
		return errRecipient(errors.New("no AudienceRestriction"))
	}
	return nil
}

// audience checks one AudienceRestriction, which must name us. All restrictions
// must hold (core §2.5.1.4).
func (a *answer) audience(el *etree.Element) error {
	var all []string
	for _, child := range elements(el, nsAssertion, "Audience") {
		name, err := trimmed(child)
		if err != nil {
			a.checks.That(false, "audience", a.entityID, err.Error())
			return errMalformed(err)
		}
		all = append(all, name)
	}
	got := strings.Join(all, ", ")
	if !a.checks.That(slices.Contains(all, a.entityID), "audience", a.entityID, got) {
		return errRecipient(mismatch("audience", a.entityID, got))
	}
	return nil
}

// window checks NotBefore and NotOnOrAfter of el. until is zero if el has no
// NotOnOrAfter.
func (a *answer) window(el *etree.Element, name string) (until time.Time, err error) {
	if from := value(el, "NotBefore"); from != "" {
		begins, err := instant(from)
		if err != nil {
			a.checks.That(false, name+"_not_before", "a time", from)
			return time.Time{}, errMalformed(err)
		}
		want := "at most " + sso.Spoken(a.skew) + " after our time, " + stamp(a.now)
		if !a.checks.That(
			!begins.After(a.now.Add(a.skew)), name+"_not_before", want, stamp(begins),
		) {
			return time.Time{}, errExpired(mismatch(name+"_not_before", want, stamp(begins)))
		}
	}
	to := value(el, "NotOnOrAfter")
	if to == "" {
		return time.Time{}, nil
	}
	if until, err = instant(to); err != nil {
		a.checks.That(false, name+"_not_on_or_after", "a time", to)
		return time.Time{}, errMalformed(err)
	}
	earliest := a.now.Add(-a.skew)
	want := "at most " + sso.Spoken(a.skew) + " before our time, " + stamp(a.now)
	if !a.checks.That(until.After(earliest), name+"_not_on_or_after", want, stamp(until)) {
		return time.Time{}, errExpired(mismatch(name+"_not_on_or_after", want, stamp(until)))
	}
	return until, nil
}

// clocks warns if the identity provider's clock is noticeably ahead of ours, or
// behind the time of the request.
func (a *answer) clocks(issued time.Time) {
	switch {
	case issued.Sub(a.now) > sso.NoticeableSkew:
		a.checks.Warn(
			"clock", "within "+sso.Spoken(sso.NoticeableSkew)+" of ours",
			sso.Spoken(issued.Sub(a.now))+" ahead",
		)
	case a.pending != nil && a.pending.CreatedAt.Sub(issued) > sso.NoticeableSkew:
		a.checks.Warn(
			"clock", "not before our request",
			sso.Spoken(a.pending.CreatedAt.Sub(issued))+" behind",
		)
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
