package sso

import (
	"strings"
	"time"
)

// EmailProof is a sign-in that waits until the user enters the code sent to
// their address. It has no effect yet: it is used once, by the browser that
// began it, and then written unchanged.
type EmailProof struct {
	ID         EmailProofID
	Enterprise EnterpriseID
	Connection ConnectionID
	Browser    Hash   // of the browser's cookie, as in PendingLogin
	ReturnTo   string // as in PendingLogin
	// Account is the key for counting codes, see [CodeAccount]: a hash of connection
	// and subject, because the user may not exist yet.
	Account Hash
	// SignIn is the record to be written, stored encrypted. Its session has no
	// token; one is created when the session begins.
	SignIn    SignIn
	CreatedAt time.Time
	ExpiresAt time.Time // the sign-in must start again after it
	CodeState
}

// CodeState is the state of the codes of an EmailProof. It does not contain the
// code: the store keeps only a hash of it.
type CodeState struct {
	SentAt    time.Time // of the current code; zero: none was sent
	CodeUntil time.Time // when the code expires
	Tries     int       // wrong codes so far, at most MaxCodeTries
	Problem   string    // why the last code was not sent, an Error's code; "" if it was
	ProvenAt  time.Time // when the right code was entered; zero: not yet
}

// Limits of codes.
const (
	CodeDigits    = 6
	CodeLifetime  = 10 * time.Minute
	MaxCodeTries  = 5
	ProofLifetime = 30 * time.Minute // including resent codes
)

// Limits of sending codes. With ten codes of five tries each, one in twenty
// thousand attackers would guess a code in a day.
const (
	CodesPerSpell = 3 // per account
	CodeSpell     = 10 * time.Minute
	CodesPerDay   = 10 // per account
	// CodesPerAddress is per hour and client network (see NetworkOf), counting
	// only codes that were not entered in time: an office behind one address
	// enters its codes.
	CodesPerAddress = 300
	// CodesPerRecipient is per mailbox and day, over all enterprises.
	CodesPerRecipient = 20
	// CodesPerCompany is per enterprise and hour, counting only codes that were
	// not entered: a company of thousands signs in on its first morning, and
	// enters its codes.
	CodesPerCompany = 1000
)

// CodeRequest has the values that are counted before a code is sent.
type CodeRequest struct {
	Enterprise EnterpriseID
	Account    Hash
	Recipient  Hash   // of the mailbox; see MailboxOf
	Remote     string // the client's address, which is counted by its network; "" if unknown
	// PerMinute is how many codes the recipient may be sent in a minute; 0: no
	// limit.
	PerMinute int
}

// CodeAccount returns the key for counting the codes of a subject of a connection.
func CodeAccount(c ConnectionID, subject string) Hash {
	return Secret(string(c) + "|" + subject).Hash()
}

// MailboxOf returns the same hash for all spellings of an address that most
// servers deliver to one mailbox: case and a suffix after + are ignored.
func MailboxOf(email string) Hash {
	local, domain, _ := strings.Cut(strings.ToLower(email), "@")
	if base, _, tagged := strings.Cut(local, "+"); tagged && base != "" {
		local = base
	}
	return Secret(local + "@" + domain).Hash()
}

// TriesLeft returns how many codes may still be tried.
func (s CodeState) TriesLeft() int { return max(MaxCodeTries-s.Tries, 0) }

// Locked reports whether all tries are used up.
func (s CodeState) Locked() bool { return s.TriesLeft() == 0 }

// CodeExpired returns the error for a code that is not valid: expired, used,
// replaced by another, or of another browser.
func CodeExpired() *Error {
	return &Error{
		Kind:   Invalid,
		Code:   CodeProofExpired,
		Public: "This code is no longer valid: it expired, was used, or was replaced by a newer one. Start again.",
	}
}

// CodeWrong returns the error for a wrong code while there are tries left.
func CodeWrong() *Error {
	return &Error{
		Kind:   Invalid,
		Code:   CodeProofWrong,
		Public: "That code is incorrect.",
	}
}

// CodeLocked returns the error after too many wrong codes. From then on the
// right code is refused, too.
func CodeLocked() *Error {
	return &Error{
		Kind:   Invalid,
		Code:   CodeProofLocked,
		Public: "This code was entered wrongly too often and is no longer valid. Send a new one.",
	}
}

// MailUnavailable returns the error for a message that could not be sent now.
func MailUnavailable() *Error {
	return &Error{
		Kind:   Upstream,
		Code:   "mail_unavailable",
		Public: "The message could not be sent. Try again in a minute.",
	}
}
