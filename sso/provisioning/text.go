package provisioning

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"gatehouse/scim"
	"gatehouse/sso"
)

// The texts of refusals. Identity providers log them, show them to an admin, and
// may cut them: the first 200 characters say what is wrong and what to do. The
// edge adds the ID of the request at the end.

// brief returns a name in the length that lets a text do in 200 characters.
func brief(name string) string {
	const longest = 40
	if runes := []rune(name); len(runes) > longest {
		return string(runes[:longest-1]) + "…"
	}
	return name
}

// day is how a date is written in a text.
func day(t time.Time) string { return t.UTC().Format("2 January 2006") }

func unauthenticated(code, public string) *sso.Error {
	return &sso.Error{
		Kind:   sso.Unauthenticated,
		Code:   code,
		Public: public,
	}
}

// noToken is the refusal of a request without a bearer token, and of a value that
// is none of ours.
func noToken() *sso.Error {
	return unauthenticated("scim_token_invalid",
		"No valid bearer token. Create a token in the console under SSO & provisioning > the connection > SCIM and put "+
			"it into the identity provider; such tokens start with "+string(sso.SCIMToken)+".")
}

// foreignToken is the refusal of a valid token of another connection. It does not
// say of which.
func foreignToken() *sso.Error {
	return unauthenticated(codeElsewhere,
		"This token belongs to another connection. Check the tenant URL at the identity provider: it has to be the "+
			"base URL that the console shows beside the token.")
}

// codeElsewhere is the code of a token that is of another connection.
const codeElsewhere = "scim_token_elsewhere"

// wrongAddress is the refusal of a request to an address that is no endpoint.
func wrongAddress() *sso.Error {
	return sso.NotFound("scim_wrong_address",
		"There is no SCIM endpoint at this address. At the identity provider, enter the base URL that the console shows "+
			"under SSO & provisioning > the connection > SCIM, with nothing behind it.")
}

// deadToken is the refusal of a token that has expired or was revoked. newer is
// the name of a valid token of the connection, "" if there is none.
func deadToken(t sso.ProvisioningToken, newer string) *sso.Error {
	code, what := "scim_token_expired", fmt.Sprintf("Token %q expired on %s.", brief(t.Name), day(t.ExpiresAt))
	if !t.RevokedAt.IsZero() {
		code, what = "scim_token_revoked", fmt.Sprintf("Token %q was revoked on %s.", brief(t.Name), day(t.RevokedAt))
	}
	remedy := " Create a token for this connection in the console and put it into the identity provider."
	if newer != "" {
		remedy = fmt.Sprintf(" A valid token %q exists; put that into the identity provider.", brief(newer))
	}
	return unauthenticated(code, what+remedy)
}

// ScopeError is the refusal of a token that lacks a scope.
type ScopeError struct {
	Scope sso.ProvisioningScope
	error
}

// Unwrap returns the [sso.Error].
func (e *ScopeError) Unwrap() error { return e.error }

// ScopeMissing is the refusal of a token that may not do what is asked. Of the call
// it reads the token and the connection.
func ScopeMissing(c *Call, want sso.ProvisioningScope) error {
	return &ScopeError{want, &sso.Error{
		Kind: sso.Forbidden,
		Code: sso.CodeScopeMissing,
		Public: fmt.Sprintf("Token %q lacks scope %s (it has %s). Add scope %s to it in the console under "+
			"SSO & provisioning > %s > SCIM: its secret stays the same. Then %s. A new token is not needed.",
			brief(c.Token.Name), want, scopeList(c.Token.Scopes), sso.ScopeSCIM, brief(c.Connection.Name),
			SendAgain(c.Connection.Provider)),
	}}
}

func scopeList(scopes []sso.ProvisioningScope) string {
	if len(scopes) == 0 {
		return "none"
	}
	names := make([]string, len(scopes))
	for i, s := range scopes {
		names[i] = string(s)
	}
	return strings.Join(names, " ")
}

// SendAgain says, as a part of a sentence, how an identity provider is made to send
// everything again. Most do not repeat by themselves what was refused.
func SendAgain(p sso.Provider) string {
	switch p {
	case sso.Entra:
		return "press Restart provisioning in the Entra admin center"
	case sso.Okta:
		return "press Push now on each group in Okta"
	case sso.JumpCloud:
		return "change the group or the person in JumpCloud, such as by adding a member"
	case sso.OneLogin:
		return "press Reprovision for the users in OneLogin"
	case sso.Ping:
		return "switch the provisioning rule off and on again in PingOne"
	default:
		return "restart provisioning at the identity provider"
	}
}

// groupsOff is the refusal of everything about groups while the connection does
// not provision them.
func groupsOff(c sso.Connection) *sso.Error {
	return &sso.Error{
		Kind: sso.Forbidden,
		Code: sso.CodeGroupsOff,
		Public: fmt.Sprintf("Group provisioning is switched off for connection %q; a new token will not help. "+
			"Switch it on under SSO & provisioning > %s > Settings in the console, then %s.",
			brief(c.Name), brief(c.Name), SendAgain(c.Provider)),
	}
}

// tooFast is the refusal of a connection that sends more than it may.
func tooFast(c sso.Connection, perMinute int, wait time.Duration) *sso.Error {
	return &sso.Error{
		Kind: sso.TooMany,
		Code: "scim_too_fast",
		Public: fmt.Sprintf("Limit of %d requests a minute for connection %q reached; try again in %d s.",
			perMinute, c.Name, int(math.Ceil(wait.Seconds()))),
		RetryAfter: wait,
	}
}

// Overloaded is the refusal of a request while too many others are being carried
// out.
func Overloaded() *sso.Error {
	return &sso.Error{
		Kind: sso.Unavailable,
		Code: "scim_overloaded",
		Public: "More provisioning requests than this server carries out at once; try again in 2 s. " +
			"Nothing was changed.",
		RetryAfter: 2 * time.Second,
	}
}

// TooLarge returns the text for a body of more than MaxBody bytes; size is -1 if
// it is not known.
func TooLarge(size int64) string {
	if size > 0 {
		return fmt.Sprintf(
			"Body of %d bytes, limit is %d; send at most %d members in a request.", size, MaxBody, maxMembers,
		)
	}
	return fmt.Sprintf("The body has more than %d bytes; send at most %d members in a request.", MaxBody, maxMembers)
}

func tooLarge(format string, args ...any) *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   codeTooLarge,
		Public: fmt.Sprintf(format, args...),
	}
}

// stale is the refusal of a change to another version than the resource has.
func stale(t *scim.Type, version string) *sso.Error {
	return &sso.Error{
		Kind: sso.Stale,
		Code: "scim_version_mismatch",
		Public: fmt.Sprintf("The %s has changed: its version is %s, which If-Match does not have. Read it again. "+
			"Nothing was changed.", strings.ToLower(t.Name), version),
	}
}

// missing is the refusal of a request for a resource that the connection does not
// have. cause may know that it was deleted.
func missing(c *Call, t *scim.Type, id string, cause error) *sso.Error {
	text := fmt.Sprintf("No %s %s in connection %q.", strings.ToLower(t.Name), shortened(id), c.Connection.Name)
	if gone, is := errors.AsType[*sso.ResourceGoneError](cause); is {
		text += fmt.Sprintf(" Deleted on %s by the identity provider.", day(gone.DeletedAt))
	}
	return sso.NotFound("scim_not_found", text).WithCause(cause)
}

// exists is the refusal of a name that another resource has. The one that is there
// can be adopted: its ID is named.
func exists(e *sso.ResourceExistsError) *sso.Error {
	source := "provisioned by this connection"
	if e.Origin == sso.OriginFound {
		source = "here before provisioning"
	}
	what := "group"
	if e.Field == "userName" {
		what = "user"
	}
	refused, _ := errors.AsType[*sso.Error](e.Unwrap())
	refused.Public = fmt.Sprintf("%s is in use by %s %s (source: %s). Match on %s to adopt it. Nothing was changed.",
		e.Field, what, e.ID, source, e.Field)
	return refused
}

// shortened returns an ID that a client sent, in the length that ours have.
func shortened(id string) string {
	const longest = 64
	if len(id) > longest {
		return strings.ToValidUTF8(id[:longest], "") + "…"
	}
	return id
}

// NoFilter is the refusal of a filter on discovery documents (RFC 7644, section
// 4).
func NoFilter() *sso.Error {
	return &sso.Error{
		Kind:   sso.Forbidden,
		Code:   codeFilter,
		Public: "Schemas and resource types cannot be filtered. Read them all.",
	}
}

// NoCursor is the refusal of a cursor for a search over all resource types.
func NoCursor() error {
	return Refusal(badCursor(scim.InvalidCursor, "A search over all resource types is paged by startIndex."))
}

// NoDocument is the refusal of a discovery document that there is not.
func NoDocument(id string) *sso.Error {
	return sso.NotFound("scim_not_found", "There is no schema and no resource type "+shortened(id)+" here.")
}

// Refusal returns an error of package scim as one of ours; others stay.
func Refusal(err error) error {
	refused, is := errors.AsType[*scim.Error](err)
	if !is {
		return err
	}
	if refused.Status == http.StatusRequestEntityTooLarge {
		return tooLarge("%s", refused.Detail)
	}
	kind := sso.Invalid
	if refused.Status == http.StatusForbidden {
		kind = sso.Forbidden
	}
	return &sso.Error{
		Kind:   kind,
		Code:   codeOf(refused.Type),
		Public: refused.Detail,
	}
}

// The codes of errors that package scim makes.
const (
	codeTooLarge      = "body_too_large"
	codeFilter        = "scim_invalid_filter"
	codePath          = "scim_invalid_path"
	codeValue         = "scim_invalid_value"
	codeSyntax        = "scim_invalid_syntax"
	codeCount         = "scim_invalid_count"
	codeTarget        = "scim_no_target"
	codeMutability    = "scim_read_only"
	codeExpiredCursor = "scim_cursor_expired"
)

// codeOf returns the code of a type of errors that package scim makes.
func codeOf(t scim.ErrorType) string {
	switch t {
	case scim.InvalidFilter:
		return codeFilter
	case scim.InvalidPath:
		return codePath
	case scim.InvalidValue:
		return codeValue
	case scim.InvalidCursor:
		return sso.CodeInvalidCursor
	case scim.ExpiredCursor:
		return codeExpiredCursor
	case scim.InvalidCount:
		return codeCount
	case scim.NoTarget:
		return codeTarget
	case scim.Mutability:
		return codeMutability
	default:
		return codeSyntax
	}
}

// TypeOf returns the scimType of an error with a status and a code; "" if there is
// none. An error of the store or the router has a type, too.
func TypeOf(status int, code string) scim.ErrorType {
	for _, t := range []scim.ErrorType{
		scim.InvalidFilter, scim.InvalidPath, scim.InvalidValue, scim.InvalidCursor, scim.ExpiredCursor,
		scim.InvalidCount, scim.NoTarget, scim.Mutability, scim.InvalidSyntax,
	} {
		if code == codeOf(t) && status == http.StatusBadRequest {
			return t
		}
	}
	switch status {
	case http.StatusBadRequest:
		return scim.InvalidValue
	case http.StatusConflict:
		return scim.Uniqueness
	default:
		return ""
	}
}
