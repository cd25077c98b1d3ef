package sso

import (
	"fmt"
	"strings"
	"time"
)

// EmailProof is a sign-in that waits until the person has entered the code that
// was sent to their address. Nothing of it is in force yet: it is used once, by
// the browser that began it, and written then as it stands.
type EmailProof struct {
	ID         EmailProofID
	Enterprise EnterpriseID
	Connection ConnectionID
	Browser    Hash   // of the value in the browser's cookie, as in PendingLogin
	ReturnTo   string // as in PendingLogin
	// Account is whose codes are counted: a hash of connection and subject, as
	// there may be no user yet.
	Account Hash
	// SignIn is what will be written, kept sealed. Its session has no token: the
	// one it gets is made when it begins.
	SignIn    SignIn
	CreatedAt time.Time
	ExpiresAt time.Time // after it, the sign-in has to begin again
	CodeState
}

// CodeState is what has become of the codes of an EmailProof. The code itself is
// nowhere: the store keeps a hash of it.
type CodeState struct {
	SentAt    time.Time // of the code that counts; zero: none was sent
	CodeUntil time.Time // when it ceases to count
	Tries     int       // wrong ones so far, at most MaxCodeTries
	Problem   string    // why the last one was not sent, an Error's code; "" if it was
	ProvenAt  time.Time // when the right one was entered; zero: not yet
}

// Limits of codes.
const (
	CodeDigits    = 6
	CodeLifetime  = 10 * time.Minute
	MaxCodeTries  = 5
	ProofLifetime = 30 * time.Minute // with codes sent again
)

// Limits of sending codes. Ten codes of five tries each are what one in twenty
// thousand would guess in a day.
const (
	CodesPerSpell = 3 // per account
	CodeSpell     = 10 * time.Minute
	CodesPerDay   = 10 // per account
	// CodesPerAddress are per hour and network of the client (see NetworkOf), of
	// those that nobody entered while they counted: an office behind one address
	// enters its codes.
	CodesPerAddress = 300
	// CodesPerRecipient are per mailbox and day, over all enterprises.
	CodesPerRecipient = 20
	// CodesPerCompany are per enterprise and hour, of those that nobody entered:
	// a company of thousands signs in on its first morning, and enters them.
	CodesPerCompany = 1000
)

// CodeRequest is what is counted before a code is sent.
type CodeRequest struct {
	Enterprise EnterpriseID
	Account    Hash
	Recipient  Hash   // of the mailbox; see MailboxOf
	Remote     string // the client's address, of which the network counts; "" if unknown
	// PerMinute is how many the recipient may be sent in a minute; 0: no limit.
	PerMinute int
}

// MailboxOf is the same for all spellings of an address that most servers deliver
// to one mailbox: letter case and what follows a + do not count.
func MailboxOf(email string) Hash {
	local, domain, _ := strings.Cut(strings.ToLower(email), "@")
	if base, _, tagged := strings.Cut(local, "+"); tagged && base != "" {
		local = base
	}
	return Secret(local + "@" + domain).Hash()
}

// Dead reports whether no code can be entered any more: all tries are used up.
func (s CodeState) Dead() bool { return s.Tries >= MaxCodeTries }

// CodeExpired is the one answer about a code that does not count: expired, used,
// replaced by another, or of somebody else.
func CodeExpired() *Error {
	return &Error{
		Kind:   Invalid,
		Code:   "code_expired",
		Public: "This code is no longer valid: it expired, was used, or was replaced by a newer one. Start again.",
	}
}

// CodeWrong is about a code that is not the one, while there are tries left.
func CodeWrong(left int) *Error {
	tries := "tries"
	if left == 1 {
		tries = "try"
	}
	return &Error{
		Kind:   Invalid,
		Code:   "code_wrong",
		Public: fmt.Sprintf("That code is incorrect. You have %d %s left.", left, tries),
	}
}

// CodeLocked is about a code that was guessed at too often: from then on the
// right one is refused, too.
func CodeLocked() *Error {
	return &Error{
		Kind:   Invalid,
		Code:   "code_locked",
		Public: "This code was entered wrongly too often and is no longer valid. Send a new one.",
	}
}
