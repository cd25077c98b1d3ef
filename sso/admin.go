package sso

import "time"

// Role is what somebody in the console may do, and where.
type Role string

// The roles, from the one that may do the most.
const (
	RoleOperator        Role = "operator"         // everything, in every enterprise
	RoleEnterpriseAdmin Role = "enterprise-admin" // everything in their own enterprise
	RoleSetupLink       Role = "setup-link"       // set up one connection, and nothing else
)

// Admin is a local account of an operator, kept out of every sync. It signs in
// with a password or a passkey, or by being signed in as the user it is tied to.
type Admin struct {
	ID       AdminID
	Login    string // unique, letter case does not matter
	Name     string
	Password Secret // argon2id in PHC form; never leaves the store but to be compared
	Passkeys []Passkey
	// Recovery says that the account can always sign in by itself, even where
	// single sign-on is enforced. The last one that is not disabled stays.
	Recovery bool
	// Enterprise and User are who the operator is by single sign-on; empty: nobody.
	Enterprise   EnterpriseID
	User         UserID
	CreatedAt    time.Time
	LastSignInAt time.Time // zero: never
	DisabledAt   time.Time // zero: it is not
}

// Passkey is a WebAuthn credential (Web Authentication Level 3, §4) of an admin.
type Passkey struct {
	ID         []byte    `json:"id"`
	Name       string    `json:"name"`
	Credential []byte    `json:"credential"` // as its library keeps it
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at"`
}

// PasskeyChallenge is what a passkey is asked to sign, once and soon.
type PasskeyChallenge struct {
	Token     Hash
	Admin     AdminID // whose passkey is added; "" for somebody who signs in
	Session   []byte  // as its library keeps it
	ExpiresAt time.Time
}

// AdminSession is a browser in which an admin signed in.
type AdminSession struct {
	Token      Hash
	Replaces   Hash // the session that the browser had and that ends with this one; zero for none. Not kept
	Admin      AdminID
	Remote     string
	UserAgent  string
	CreatedAt  time.Time
	LastSeenAt time.Time // to the minute
	ExpiresAt  time.Time
	// ConfirmedAt is when its owner last gave a password or used a passkey.
	ConfirmedAt time.Time
	// Session is the session by single sign-on that this one is the second step of,
	// and ends with; "" for one by itself.
	Session SessionID
}

// Invitation is a one-time link by which somebody makes themselves an admin.
type Invitation struct {
	ID        InvitationID
	Token     Hash
	Recovery  bool  // of the account that comes of it
	CreatedBy Actor // ActorOperator for whoever has a shell on the server
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero: not yet
	Admin     AdminID   // who came of it; "" if nobody yet
}

// SetupLink opens the setup assistant of one enterprise to whoever has it, for a
// while, so many times.
type SetupLink struct {
	ID         SetupLinkID
	Enterprise EnterpriseID
	// Connection is the only one it opens. "": it makes one, which it opens from
	// then on.
	Connection ConnectionID
	Token      Hash
	For        string // whom it was made for, as the list shows it
	MaxOpens   int    // at least 1
	Opens      int
	CreatedBy  Actor
	CreatedAt  time.Time
	ExpiresAt  time.Time
	RevokedAt  time.Time // zero: it is not
	OpenedAt   time.Time // last; zero: never
}

// Open reports whether the link can be redeemed at now.
func (l SetupLink) Open(now time.Time) bool {
	return l.RevokedAt.IsZero() &&
		now.Before(l.ExpiresAt) &&
		l.Opens < l.MaxOpens
}

// EnterpriseAdmin is a user who was named to administer their own enterprise.
type EnterpriseAdmin struct {
	User      User
	CreatedBy Actor
	CreatedAt time.Time
}

// Visitor is who is in the console.
type Visitor struct {
	Role  Role
	Actor Actor // in the audit trail: an AdminID, a UserID or a SetupLinkID
	Name  string
	Login string
	// Enterprise is the only one they see; "" for an operator, who sees all.
	Enterprise EnterpriseID
	// Connection is the only one that the holder of a setup link sees; "" if there
	// is none yet, and for everybody else.
	Connection ConnectionID
	Admin      AdminID // of an operator
	User       UserID  // of whoever is signed in by single sign-on
	// Link is the setup link that the browser has opened; an admin of its
	// enterprise may have opened one, too.
	Link SetupLinkID
	// ConfirmedAt is when an operator last gave a password or used a passkey.
	ConfirmedAt time.Time
	// Through and SignedInAt are of the session of an enterprise admin.
	Through    ConnectionID
	SignedInAt time.Time
}

// Sees reports whether anything of an enterprise is there for the visitor.
func (v Visitor) Sees(ent EnterpriseID) bool {
	return v.Role == RoleOperator || v.Enterprise == ent
}
