package policy

import (
	"strconv"

	"gatehouse/sso"
)

// Input is everything that a decision may depend on.
type Input struct {
	Identity   sso.Identity
	Connection sso.Connection
	// Trusted says that the identity provider is trusted when it calls an
	// address verified.
	Trusted    bool
	Enterprise sso.Enterprise
	// DomainVerified says that the enterprise has proven the domain of
	// Identity.Email.
	DomainVerified bool
	// MatchedGroups are those of Identity.Groups that match a group of the
	// enterprise, sorted.
	MatchedGroups []string
	// Provisioned says that the identity provider of the connection pushed the
	// user.
	Provisioned bool
	// Attributes are those of the user: what is known, with what was sent.
	Attributes []sso.AttributeValue
	// NoMail says that this installation has no mail server, so that no code
	// can be sent.
	NoMail bool
}

// Parent implements the library's interface for what expressions read.
func (in Input) Parent() activation { return nil }

// ResolveName returns the value of a variable when an expression reads it.
func (in Input) ResolveName(name string) (any, bool) {
	for _, v := range variables {
		if v.name == name {
			return v.value(in), true
		}
	}
	return nil, false
}

// variable is a variable of expressions.
type variable struct {
	name  string
	typ   *celType
	size  uint64 // of the longest string, or the number of items; for the estimate of the cost
	value func(Input) any
}

// Sizes assumed by cost estimates where no rule of ours limits them.
const (
	assumedClaims      = 100
	assumedValues      = 100
	assumedValueLength = 1024
)

// variables lists every variable with its type. Names have dots, so that a
// misspelt one is an error at save and not an empty value at a sign-in.
var variables = [...]variable{
	{"identity.subject", stringType, sso.MaxSubjectLength, func(in Input) any {
		return in.Identity.Subject
	}},
	{"identity.login", stringType, sso.MaxLoginLength, func(in Input) any {
		return in.Identity.Login
	}},
	{"identity.email", stringType, sso.MaxLoginLength, func(in Input) any {
		return in.Identity.Email
	}},
	{"identity.email_domain", stringType, sso.MaxLoginLength, func(in Input) any {
		return sso.EmailDomain(in.Identity.Email)
	}},
	{"identity.email_verified", boolType, 0, func(in Input) any {
		return in.Identity.EmailVerified
	}},
	{"identity.name", stringType, sso.MaxNameLength, func(in Input) any {
		return in.Identity.Name
	}},
	{"identity.groups", stringsType, sso.MaxGroups, func(in Input) any {
		return in.Identity.Groups.Names
	}},
	{"identity.matched_groups", stringsType, sso.MaxGroups, func(in Input) any {
		return in.MatchedGroups
	}},
	{"identity.groups_state", stringType, 16, func(in Input) any {
		return in.Identity.Groups.State.String()
	}},
	{"identity.claims", claimsType, assumedClaims, func(in Input) any {
		return map[string][]string(in.Identity.Claims)
	}},
	{"connection.id", stringType, 64, func(in Input) any {
		return string(in.Connection.ID)
	}},
	{"connection.name", stringType, sso.MaxNameLength, func(in Input) any {
		return in.Connection.Name
	}},
	{"connection.protocol", stringType, 16, func(in Input) any {
		return string(in.Connection.Protocol)
	}},
	{"connection.provider", stringType, 16, func(in Input) any {
		return string(in.Connection.Provider)
	}},
	{"connection.trusted", boolType, 0, func(in Input) any { return in.Trusted }},
	{"enterprise.key", stringType, 64, func(in Input) any { return in.Enterprise.Key }},
	{"enterprise.name", stringType, sso.MaxNameLength, func(in Input) any {
		return in.Enterprise.Name
	}},
	{"domain_verified", boolType, 0, func(in Input) any { return in.DomainVerified }},
	{"user.provisioned", boolType, 0, func(in Input) any { return in.Provisioned }},
	{"user.attributes", attributesType, sso.MaxAttributes, func(in Input) any {
		return attributesOf(in.Attributes)
	}},
}

// attributesOf returns the values of attributes by name: strings, numbers, booleans and
// lists of strings. A date is a string.
func attributesOf(all []sso.AttributeValue) map[string]any {
	values := make(map[string]any, len(all))
	for _, a := range all {
		values[a.Name] = a.Typed()
		if a.Type == sso.AttributeNumber {
			n, _ := strconv.ParseFloat(a.Value, 64) // canonical
			values[a.Name] = n
		}
	}
	return values
}
