package login

import "gatehouse/sso"

// Outcome is the kind of a Result.
type Outcome int

// The outcomes, with the fields of Result that come with each.
const (
	// Failed comes with an error. ReturnTo is set if the browser began the sign-in,
	// so that starting again leads there.
	Failed Outcome = iota
	// SignedIn comes with Token, Session, User, Enterprise, Sync and ReturnTo.
	SignedIn
	// CodeSent: the sign-in waits for the code sent to the user's address. Proof is
	// set, and the connection in Session.
	CodeSent
	// Restart: the response is dropped in favour of a sign-in that begins with
	// Start (IdP-initiated "rebounce").
	Restart
	// Tested: it was the response to a test connection, Test.
	Tested
	// Asks: the user has to answer Question first.
	Asks
	// Redeliver: the browser has to deliver the response once more, from our own
	// site, with its cookies.
	Redeliver
)

// Result is the result of a response. Only the fields of its outcome are set.
type Result struct {
	Outcome    Outcome
	Token      sso.Secret // for the session cookie; stored nowhere
	Session    sso.Session
	User       sso.User
	Enterprise sso.Enterprise
	Sync       sso.SyncRecord
	ReturnTo   string
	Proof      sso.EmailProofID
	Start      *Start
	Test       *sso.TestRun
	Question   *Question
}

// tested returns the result of a response to a test connection.
func tested(run *sso.TestRun, err error) Result {
	if err != nil {
		return Result{}
	}
	return Result{Outcome: Tested, Test: run}
}

// ended reports whether a sign-in is over or waits for a code; otherwise it
// begins again or asks the user.
func (r Result) ended() bool {
	switch r.Outcome {
	case Failed, SignedIn, CodeSent:
		return true
	case Restart, Tested, Asks, Redeliver:
	}
	return false
}
