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

// checkStatus refuses every status but success. Only the code is used, never the
// message: it is foreign free text and often contains names of users.
func (v *verifier) checkStatus() error {
	const name = "status"
	status, err := singleChild(v.response, nsProtocol, "Status")
	if err != nil || status == nil {
		v.checks.Record(false, name, "Success", "")
		return errMalformed(fmt.Errorf("not one Status: %w", orMissing(err)))
	}
	codes, err := statusCodes(status)
	if err != nil {
		v.checks.Record(false, name, "Success", err.Error())
		return errMalformed(err)
	}
	if v.checks.Record(
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
		code, err := singleChild(el, nsProtocol, "StatusCode")
		if err != nil {
			return nil, err
		}
		if code != nil {
			codes = append(codes, strings.TrimPrefix(attrValue(code, "Value"), statusPrefix))
		}
		el = code
	}
	return codes, nil
}

// checkResponse checks the Response element (profiles §4.1.4.2).
func (v *verifier) checkResponse() error {
	r := v.response
	if err := v.checkHeader(r, "response"); err != nil {
		return err
	}
	destination := attrValue(r, "Destination")
	// Bindings §3.5.5.2: a signed response must name its destination.
	if destination != "" || v.signed {
		if !v.checks.Record(destination == v.acs, "destination", v.acs, destination) {
			return errRecipient(mismatch("destination", v.acs, destination))
		}
	}
	issuer, err := singleChild(r, nsAssertion, "Issuer")
	if err != nil {
		v.checks.Record(false, "response_issuer", v.config.IDPEntityID, err.Error())
		return errMalformed(err)
	}
	if issuer != nil {
		return v.checkIssuer(issuer, "response_issuer")
	}
	return nil
}

// checkHeader checks what the Response and the Assertion have in common.
func (v *verifier) checkHeader(el *etree.Element, name string) error {
	if version := attrValue(el, "Version"); !v.checks.Record(version == "2.0", name+"_version", "2.0", version) {
		return errMalformed(mismatch(name+"_version", "2.0", version))
	}
	if attrValue(el, "ID") == "" {
		v.checks.Record(false, name+"_id", "an ID", "")
		return errMalformed(fmt.Errorf("a %s without ID", name))
	}
	issued, err := parseTime(attrValue(el, "IssueInstant"))
	if err != nil {
		v.checks.Record(false, name+"_issue_instant", "a time", attrValue(el, "IssueInstant"))
		return errMalformed(fmt.Errorf("IssueInstant of the %s: %w", name, err))
	}
	want := "within " + sso.FormatDuration(v.skew) + " of our time, " + stamp(v.now)
	if issued.Before(v.now) {
		want = "at most " + maxValidityText + " before our time, " + stamp(v.now)
	}
	ok := !issued.After(v.now.Add(v.skew)) && issued.After(v.now.Add(-maxValidity))
	if !v.checks.Record(ok, name+"_issue_instant", want, stamp(issued)) {
		return errExpired(mismatch(name+"_issue_instant", want, stamp(issued)))
	}
	return nil
}

func (v *verifier) checkIssuer(el *etree.Element, name string) error {
	got, err := trimmedText(el)
	if err != nil {
		v.checks.Record(false, name, v.config.IDPEntityID, err.Error())
		return errMalformed(err)
	}
	if format := attrValue(el, "Format"); format != "" && format != "urn:oasis:names:tc:SAML:2.0:nameid-format:entity" {
		v.checks.Record(false, name, "a name of the format entity", format)
		return errRecipient(mismatch(name+" format", "entity", format))
	}
	if want := v.config.IDPEntityID; !v.checks.Record(want != "" && got == want, name, want, got) {
		return errRecipient(mismatch(name, want, got))
	}
	return nil
}

// checkConditions checks the Conditions of the assertion: when and for whom it is
// valid. They may last for days, as the token lifetime of AD FS makes them:
// that is how long the assertion may be relied upon. How long it may be
// delivered is limited by the confirmation (profiles §4.1.4.2, core §2.5.1).
func (v *verifier) checkConditions() error {
	el, err := singleChild(v.assertion, nsAssertion, "Conditions")
	if err != nil {
		v.checks.Record(false, "conditions", "one", err.Error())
		return errMalformed(err)
	}
	if el == nil {
		v.checks.Record(false, "audience", v.entityID, "")
		return errRecipient(errors.New("no Conditions, so no audience"))
	}
	if _, err := v.checkWindow(el, "conditions"); err != nil {
		return err
	}
	audiences := 0
	for _, child := range el.ChildElements() {
		switch {
		case hasName(child, nsAssertion, "AudienceRestriction"):
			audiences++
			if err := v.checkAudience(child); err != nil {
				return err
			}
		case hasName(child, nsAssertion, "OneTimeUse"),
			hasName(child, nsAssertion, "ProxyRestriction"):
			// Every assertion is used once here, and none is passed on.
		default:
			// Core §2.5.1.1: an unknown condition makes the assertion's
			// validity unknown.
			v.checks.Record(false, "conditions", "conditions that we know", child.Tag)
			return errMalformed(fmt.Errorf("an unknown condition %q", sso.Sanitize(child.Tag)))
		}
	}
	if audiences == 0 {
		v.checks.Record(false, "audience", v.entityID, "")
		return errRecipient(errors.New("no AudienceRestriction"))
	}
	return nil
}

// checkAudience checks one AudienceRestriction, which must name us. All restrictions
// must hold (core §2.5.1.4).
func (v *verifier) checkAudience(el *etree.Element) error {
	var all []string
	for _, child := range children(el, nsAssertion, "Audience") {
		name, err := trimmedText(child)
		if err != nil {
			v.checks.Record(false, "audience", v.entityID, err.Error())
			return errMalformed(err)
		}
		all = append(all, name)
	}
	got := strings.Join(all, ", ")
	if !v.checks.Record(slices.Contains(all, v.entityID), "audience", v.entityID, got) {
		return errRecipient(mismatch("audience", v.entityID, got))
	}
	return nil
}

// checkWindow checks NotBefore and NotOnOrAfter of el. until is zero if el has no
// NotOnOrAfter.
func (v *verifier) checkWindow(el *etree.Element, name string) (until time.Time, err error) {
	if from := attrValue(el, "NotBefore"); from != "" {
		begins, err := parseTime(from)
		if err != nil {
			v.checks.Record(false, name+"_not_before", "a time", from)
			return time.Time{}, errMalformed(err)
		}
		want := "at most " + sso.FormatDuration(v.skew) + " after our time, " + stamp(v.now)
		if !v.checks.Record(
			!begins.After(v.now.Add(v.skew)), name+"_not_before", want, stamp(begins),
		) {
			return time.Time{}, errExpired(mismatch(name+"_not_before", want, stamp(begins)))
		}
	}
	to := attrValue(el, "NotOnOrAfter")
	if to == "" {
		return time.Time{}, nil
	}
	if until, err = parseTime(to); err != nil {
		v.checks.Record(false, name+"_not_on_or_after", "a time", to)
		return time.Time{}, errMalformed(err)
	}
	earliest := v.now.Add(-v.skew)
	want := "at most " + sso.FormatDuration(v.skew) + " before our time, " + stamp(v.now)
	if !v.checks.Record(until.After(earliest), name+"_not_on_or_after", want, stamp(until)) {
		return time.Time{}, errExpired(mismatch(name+"_not_on_or_after", want, stamp(until)))
	}
	return until, nil
}

// checkClock warns if the identity provider's clock is noticeably ahead of ours, or
// behind the time of the request.
func (v *verifier) checkClock(issued time.Time) {
	switch {
	case issued.Sub(v.now) > sso.NoticeableSkew:
		v.checks.Warn(
			"clock", "within "+sso.FormatDuration(sso.NoticeableSkew)+" of ours",
			sso.FormatDuration(issued.Sub(v.now))+" ahead",
		)
	case v.pending != nil && v.pending.CreatedAt.Sub(issued) > sso.NoticeableSkew:
		v.checks.Warn(
			"clock", "not before our request",
			sso.FormatDuration(v.pending.CreatedAt.Sub(issued))+" behind",
		)
	}
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
