package identity

import (
	"time"

	"gatehouse/sso"
)

// SubjectPeriod is how long a sign of changed subjects counts: a sign-in with an
// unknown subject and the login of an active user with another subject of the same
// connection.
const SubjectPeriod = time.Hour

// Of signs within SubjectPeriod, fewSigns without a sign-in by a known subject since
// the oldest of them are a change for all, and so are manySigns, if they are more
// than the users with known subjects.
const (
	fewSigns  = 5
	manySigns = 20
)

// SubjectSigns are the facts about a connection at a sign.
type SubjectSigns struct {
	Signs []time.Time // of different users within SubjectPeriod, the latest first
	// Known are the latest sign-ins of users with subjects that were known before the
	// oldest of Signs, since then, the latest first; at most as many as Signs.
	Known []time.Time
}

// Suspicious reports whether there are enough signs for [SubjectSigns.Changed].
func (s SubjectSigns) Suspicious() bool { return len(s.Signs) >= fewSigns }

// Changed reports whether the identity provider seems to have changed the subjects of
// all users, and since when.
func (s SubjectSigns) Changed() (since time.Time, changed bool) {
	if !s.Suspicious() {
		return since, false
	}
	n := 0 // signs since the last sign-in with a known subject
	for n < len(s.Signs) && (len(s.Known) == 0 || s.Signs[n].After(s.Known[0])) {
		n++
	}
	if n >= fewSigns {
		return s.Signs[n-1], true
	}
	return s.Signs[len(s.Signs)-1], len(s.Signs) >= manySigns && len(s.Known) < len(s.Signs)
}

// succeedsFor is how long after the answer that they are the same people a user is
// found by login. Later a colleague may have the login at the identity provider.
const succeedsFor = 90 * 24 * time.Hour

// asksAgain is how long after the answer that they are other people the connection
// is not asked about again.
const asksAgain = 30 * 24 * time.Hour

// Succession is what becomes of a sign-in with an unknown subject that asserts the
// login of a user with another subject of the same connection.
type Succession string

// The successions.
const (
	Claims   Succession = "claims"   // it claims the login, and is a sign of changed subjects
	Contests Succession = "contests" // it claims the login
	Succeeds Succession = "succeeds" // it is the user, with a new subject
	Barred   Succession = "barred"   // it is refused
)

// Succeed decides by the latest change of a connection's subjects, zero for none,
// about the user with the login, who was last seen with the other subject at a
// time. An admin, or a user who is tied to an operator's account, never gets a new
// subject by it: an identity provider in other hands would make an admin of anyone.
func Succeed(c sso.SubjectChange, seen time.Time, admin bool, now time.Time) Succession {
	switch {
	case admin:
		return Contests
	case c.ID == "":
		return Claims
	case c.Answer == sso.SubjectsOther:
		if now.Sub(c.DecidedAt) < asksAgain {
			return Contests
		}
		return Claims
	case !seen.Before(c.FirstAt): // the subject did not change, or has changed already
		if c.Decided() {
			return Claims
		}
		return Contests
	case c.Answer == sso.SubjectsSame && now.Sub(c.DecidedAt) < succeedsFor:
		return Succeeds
	case c.Answer == sso.SubjectsSame:
		return Contests
	}
	return Barred
}
