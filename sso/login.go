package sso

import (
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"time"
)

// PendingLogin is a sign-in that was started and not completed. It is used
// once, by the browser and for the connection it was started with.
type PendingLogin struct {
	ID         string // 160 random bits; SAML AuthnRequest ID, RelayState and OIDC state
	Enterprise EnterpriseID
	Connection ConnectionID
	Browser    Hash   // of the value in the browser's pending cookie
	Nonce      Secret // OIDC
	Verifier   Secret // OIDC, PKCE (RFC 7636)
	ReturnTo   string // same-origin path and query, checked when it was received
	// Test is the test connection it belongs to, which uses the draft and
	// writes only its result; "" for a sign-in.
	Test TestRunID
	// Replaces is the session that the user agreed to end by this sign-in,
	// before it began; "" if they were not asked.
	Replaces SessionID
	// Own says that the browser belongs to the admin who started the test
	// connection.
	Own       bool
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero while unused
	// Need is what the identity provider is asked for. It is not stored: what comes is
	// judged by the rules of then.
	Need AuthnNeed
	// Hint is passed to the identity provider. It is not stored.
	Hint LoginHint
}

// PendingLifetime is how long a user may take at the identity provider, second
// factor included.
const PendingLifetime = 10 * time.Minute

// NewPendingLogin returns a sign-in over c that the browser with this pending
// cookie starts at now. Its return address is "/".
func NewPendingLogin(c Connection, browser Secret, now time.Time) PendingLogin {
	return PendingLogin{
		ID:         newPendingID(),
		Enterprise: c.Enterprise,
		Connection: c.ID,
		Browser:    browser.Hash(),
		ReturnTo:   "/",
		Nonce:      NewSecret(),
		Verifier:   NewSecret(),
		CreatedAt:  now,
		ExpiresAt:  now.Add(PendingLifetime),
	}
}

// newPendingID returns 160 random bits as an XML ID, which begins with a letter,
// that needs no escaping in a URL.
func newPendingID() string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails since Go 1.24
	return "gh" + hex.EncodeToString(b[:])
}

// StartedBy reports whether the browser of a response is the one that started the
// sign-in.
func (p PendingLogin) StartedBy(browser Secret) bool { return browser.Matches(p.Browser) }

// Redirect sends the browser to the identity provider.
type Redirect struct {
	URL  string
	Form url.Values // non-nil: POST these fields to URL (SAML HTTP-POST binding)
}

// Callback is an identity provider's response as the browser delivered it,
// unverified.
type Callback struct {
	Form    url.Values // query for GET, body for POST; every name at most once, checked by the edge
	Browser Secret     // the browser's pending cookie; empty if it has none
	// Sessions are the tokens of the sessions the browser has cookies of. A
	// cross-site POST carries none, whatever cookies the browser has.
	Sessions []Secret
	// Replaces is the session that the user agreed to end when they were shown
	// this response. Only a form of our own origin sets it.
	Replaces SessionID
	// HeldBack says that the browser may have cookies that it did not send,
	// because another site posted the response. The pending cookie is missing,
	// too.
	HeldBack bool
	// Target is the path to which the RelayState of an unsolicited response leads, checked
	// by the edge; "" for none. A response to a request leads where the request began.
	Target string
	// Language returns the tag of the language in which the visitor sees pages of an
	// enterprise; nil for English. A code is sent in it.
	Language func(of EnterpriseID) string
	// Remote and UserAgent are recorded with the attempt and the session.
	Remote    string
	UserAgent string
}

// Outcome is the result of an attempt.
type Outcome string

// The outcomes.
const (
	OutcomeSucceeded Outcome = "succeeded"
	OutcomeFailed    Outcome = "failed"
	OutcomePending   Outcome = "pending" // until a code is entered; then, or for ever, one of the others
	// OutcomeUnmatched is a response that answers no sign-in of the browser that
	// delivered it, so anyone may have sent it. Such responses are summed up: the
	// first of a connection, code and minute stands for those that follow.
	OutcomeUnmatched Outcome = "unmatched"
)

// Attempt is one sign-in try as recorded.
type Attempt struct {
	ID         AttemptID
	Enterprise EnterpriseID
	Connection ConnectionID
	User       UserID // empty if it did not get that far
	Login      string // as asserted; empty if it did not get that far
	Outcome    Outcome
	Code       string        // the Error's code; empty on success
	Email      EmailDecision // zero unless it was their first sign-in
	// Identity lets policies be tried afterwards; nil if it did not get
	// that far, and where attempts are listed.
	Identity  *Identity
	Detail    string // for the admin: what was wanted and what came
	Checks    []Check
	Groups    AssertedGroups
	Remote    string
	UserAgent string
	At        time.Time
	More      int // of OutcomeUnmatched: how many more like it there were
}

// Session is a signed-in browser.
type Session struct {
	ID    SessionID
	Token Hash // of the bearer value in the cookie
	// Browser is of the value that sign-ins of the browser are bound to; zero if
	// it had none. The next sign-in of the browser ends the session by it.
	Browser      Hash
	Enterprise   EnterpriseID
	Connection   ConnectionID
	User         UserID
	Attempt      AttemptID // the sign-in that made it
	Subject      string    // for single logout: the NameID or sub at the IdP
	NameIDFormat string    // SAML, for single logout
	SessionIndex string    // SAML SessionIndex or OIDC sid
	Authn        Authn     // at the identity provider
	Remote       string
	UserAgent    string
	CreatedAt    time.Time
	LastSeenAt   time.Time
	IdleTimeout  time.Duration // dead if not seen for this long
	ExpiresAt    time.Time     // dead after this, seen or not
}

// Alive reports whether the session may still be used at now.
func (s Session) Alive(now time.Time) bool {
	return now.Before(s.ExpiresAt) && now.Before(s.LastSeenAt.Add(s.IdleTimeout))
}

// Principal is the user of a session or of a token, with everything that requests need to know
// about them. Values are shared between requests: never change one.
type Principal struct {
	Session    Session
	User       User
	Enterprise Enterprise
	Protocol   Protocol // of the sign-in; "" with a token
	// Groups are all those the user is in, default groups too, in the order of
	// ComparePrincipalGroups.
	Groups []PrincipalGroup
	// Attributes are those of the enterprise; "" for a service.
	Attributes AttributeTexts
	// Token is what the token opens by which the request was made; nil with a session.
	Token *TokenGrant
}

// Revocation is an entry of the list by which every node learns which sessions
// it must forget. Each has a greater Sequence than those committed before it began.
type Revocation struct {
	Sequence   int64
	Session    SessionID    // one session, or the token with this identifier, or
	User       UserID       // all sessions of this user, or
	Enterprise EnterpriseID // all sessions of this enterprise
	// Departed is the enterprise of User if an identity provider took the user away,
	// by the request Event; each node confirms the receipt.
	Departed EnterpriseID
	Event    ProvisioningEventID
}

// RevocationGap is a range of numbers that no revocation has, or none that is
// committed.
type RevocationGap struct{ First, Last int64 }

// ReplayMark remembers that a connection's answer was used, until the answer
// could not be accepted anyway.
type ReplayMark struct {
	Connection ConnectionID
	ResponseID string
	Until      time.Time
}

// LoginExpired returns the error for a response to a sign-in that took too long,
// is already finished, or began in another browser.
func LoginExpired() *Error {
	return &Error{
		Kind:   Invalid,
		Code:   CodeLoginExpired,
		Public: "This sign-in took too long, was already finished, or began in another browser. Start again.",
	}
}

// Replayed returns the error for a response or a logout message that was accepted
// before.
func Replayed() *Error {
	return &Error{
		Kind:   Conflict,
		Code:   CodeReplayed,
		Public: "This sign-in was used already. Start again.",
	}
}

// NotSignedIn returns the error for a browser that has no session.
func NotSignedIn() *Error {
	return &Error{
		Kind:   Unauthenticated,
		Code:   codeSessionEnded,
		Public: "Please sign in.",
	}
}

// SessionEnded returns the error for a session that has ended.
func SessionEnded() *Error {
	return &Error{
		Kind:   Unauthenticated,
		Code:   codeSessionEnded,
		Public: "Your session has ended. Please sign in again.",
	}
}

const codeSessionEnded = "session_ended"

// IDPInitiatedDisabled returns the error for an unsolicited response to a
// connection that accepts none.
func IDPInitiatedDisabled() *Error {
	return &Error{
		Kind:   Forbidden,
		Code:   "idp_initiated_disabled",
		Public: "Start from your company’s sign-in link: signing in from the app tile is not switched on here.",
	}
}
