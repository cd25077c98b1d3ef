package login

import (
	"fmt"
	"regexp"
	"strings"

	"gatehouse/policy"
	"gatehouse/sso"
)

// warnings are what stops nobody and wants attention all the same.
func (r *rehearsal) warnings(in policy.Input) {
	say := func(format string, args ...any) {
		r.result.Warnings = append(r.result.Warnings, fmt.Sprintf(format, args...))
	}
	id := r.result.Identity
	r.result.Warnings = append(r.result.Warnings, alarms(r.attempt.Checks)...)
	if looksLikeIDs(id.Groups.Names) {
		say("The groups look like object IDs. Groups here match by name: let the identity provider send names.")
	}
	if id.Groups.State == sso.GroupsValues && len(in.MatchedGroups) == 0 {
		say("None of the groups matches a group here, so the person would be in none.")
	}
	if domain := sso.EmailDomain(id.Email); domain != "" && !in.DomainVerified {
		say("The domain %s is not verified for this company.", sso.Inert(domain))
	}
	for _, field := range []string{"subject", "login", "email"} {
		if from := r.result.Origins[field]; len(id.Claims[from]) > 1 {
			say("%s has %d values; the first one counts for the %s.", sso.Inert(from), len(id.Claims[from]), field)
		}
	}
	if r.result.Email.Action == sso.VouchFirst {
		say("An admin has to vouch for this person before they get in.")
	}
	if r.result.Note != "" {
		say("%s", r.result.Note)
	}
}

// alarms are the warnings among checks, in words.
func alarms(checks []sso.Check) (texts []string) {
	for _, c := range checks {
		if text := alarming(c); c.Warning && text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}

// alarming says in words what a check warns of; "" for what is told elsewhere.
func alarming(c sso.Check) string {
	switch c.Name {
	case "certificate":
		return "The certificate that signs: " + c.Got + ". Get the next one here before it expires."
	case "clock":
		return "The identity provider's clock is " + c.Got + "."
	case "signature_algorithm":
		return "The answer is signed with " + c.Got + ", which is weak."
	case "groups":
		return "Groups: " + c.Got + "."
	case "attributes":
		return "Attributes: " + c.Got + "."
	case "authn_instant":
		return "The identity provider did not ask the person to sign in anew, though the connection asks for that."
	case "decryption":
		return "The assertion is encrypted with " + c.Got + ", which is weak."
	}
	return ""
}

// objectID is how directories name their objects, which tells nobody anything.
var objectID = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func looksLikeIDs(names []string) bool {
	n := 0
	for _, name := range names {
		if objectID.MatchString(strings.TrimSpace(name)) {
			n++
		}
	}
	return n > 0 && n*2 >= len(names)
}
