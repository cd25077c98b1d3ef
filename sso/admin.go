package sso

import (
	"slices"
	"time"
)

// Role decides what a visitor of the console may do, and where.
type Role string

// The roles, most powerful first.
const (
	RoleOperator          Role = "operator"           // everything, in every enterprise
	RoleEnterpriseAdmin   Role = "enterprise-admin"   // everything in their own enterprise
	RoleOrganizationAdmin Role = "organization-admin" // groups and people of the organizations that they administer
	RoleSetupLink         Role = "setup-link"         // the parts of the setup that the link opens, and nothing else
)

// Intent is a part of the setup that a setup link opens.
type Intent string

// The intents.
const (
	IntentSignOn       Intent = "sign-on"      // the setup assistant and test connections
	IntentProvisioning Intent = "provisioning" // the assistant for SCIM, and tokens for it
	IntentDomain       Intent = "domain"       // the domains of the enterprise
	IntentGroups       Intent = "groups"       // Verify groups, read only
)

// Intents returns all intents, in the order in which they are shown.
func Intents() []Intent {
	return []Intent{IntentSignOn, IntentProvisioning, IntentDomain, IntentGroups}
}

// DefaultIntents returns what a setup link opens unless something else is chosen:
// single sign-on and what belongs to it.
func DefaultIntents() []Intent {
	return []Intent{IntentSignOn, IntentDomain, IntentGroups}
}

// IntentSet returns the intents of a list, each once and in the order of
// [Intents], and those that do not exist.
func IntentSet(intents []Intent) (set, unknown []Intent) {
	for _, i := range Intents() {
		if slices.Contains(intents, i) {
			set = append(set, i)
		}
	}
	for _, i := range intents {
		if !slices.Contains(set, i) {
			unknown = append(unknown, i)
		}
	}
	return set, unknown
}

// Admin is a local account of an operator, which no group sync touches. Its
// owner signs in with a password or a passkey, or as the user the account is
// tied to.
type Admin struct {
	ID       AdminID
	Login    string // unique, letter case does not matter
	Name     string
	Password Secret // argon2id in PHC form; it leaves the store only for comparison
	Passkeys []Passkey
	// Recovery says that the account can always sign in with its own password
	// or passkey, even where single sign-on is enforced. The last recovery
	// account that is not disabled cannot be given up.
	Recovery bool
	// Enterprise and User identify the user that the account is tied to; empty:
	// none.
	Enterprise   EnterpriseID
	User         UserID
	CreatedAt    time.Time
	LastSignInAt time.Time // zero: never
	DisabledAt   time.Time // zero: not disabled
}

// Passkey is a WebAuthn credential (Web Authentication Level 3, §4) of an admin.
type Passkey struct {
	ID         []byte    `json:"id"`
	Name       string    `json:"name"`
	Credential []byte    `json:"credential"` // encoded by the WebAuthn library
	CreatedAt  time.Time `json:"created_at"`
	LastUsedAt time.Time `json:"last_used_at"`
}

// PasskeyChallenge is a challenge that a passkey signs. It is used once and
// expires soon.
type PasskeyChallenge struct {
	Token     Hash
	Admin     AdminID // whose passkey is added; "" for a sign-in
	Session   []byte  // encoded by the WebAuthn library
	ExpiresAt time.Time
}

// AdminSession is a session of a local admin.
type AdminSession struct {
	Token      Hash
	Replaces   Hash // the browser's previous session, which ends with this one's beginning; zero for none. Not stored
	Admin      AdminID
	Remote     string
	UserAgent  string
	CreatedAt  time.Time
	LastSeenAt time.Time // to the minute
	ExpiresAt  time.Time
	// ConfirmedAt is when the owner last gave a password or used a passkey.
	ConfirmedAt time.Time
	// Session is the single sign-on session that this one is the second step
	// of, and ends with; "" if there is none.
	Session SessionID
}

// Invitation is a one-time link by which an invited admin creates an account.
type Invitation struct {
	ID        InvitationID
	Token     Hash
	Recovery  bool  // of the account it creates
	CreatedBy Actor // ActorOperator for a command on the server
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero: not yet
	Admin     AdminID   // who accepted it; "" if it was not accepted
}

// SetupLink opens parts of the setup of one enterprise to its holder, for a limited
// time and number of openings.
type SetupLink struct {
	ID         SetupLinkID
	Enterprise EnterpriseID
	// Connection is the only connection it opens; "" if its holder creates one,
	// which it opens from then on.
	Connection ConnectionID
	Intents    []Intent // at least one
	Token      Hash
	For        string // the recipient, as the list shows it
	MaxOpens   int    // at least 1
	Opens      int
	CreatedBy  Actor
	CreatedAt  time.Time
	ExpiresAt  time.Time
	RevokedAt  time.Time // zero: not revoked
	OpenedAt   time.Time // last; zero: never
}

// Open reports whether the link can be redeemed at now.
func (l SetupLink) Open(now time.Time) bool {
	return l.RevokedAt.IsZero() &&
		now.Before(l.ExpiresAt) &&
		l.Opens < l.MaxOpens
}

// EnterpriseAdmin is a user who was named as an admin of their own enterprise.
type EnterpriseAdmin struct {
	User      User
	CreatedBy Actor
	CreatedAt time.Time
}

// Visitor is the person who uses the console.
type Visitor struct {
	Role  Role
	Actor Actor // in the audit trail: an AdminID, a UserID or a SetupLinkID
	Name  string
	Login string
	// Enterprise is the only enterprise they see; "" for an operator, who sees
	// all.
	Enterprise EnterpriseID
	// Connection is the only connection that the holder of a setup link sees;
	// "" if there is none yet, and for all other visitors.
	Connection ConnectionID
	Intents    []Intent // of the setup link; none for all other visitors
	Admin      AdminID  // of an operator
	User       UserID   // of an enterprise or organization admin
	// Organizations are those that an organization admin administers; none for all
	// other visitors. User is left out.
	Organizations []OrganizationAdmin
	// Link is the setup link that the browser has opened; an admin of its
	// enterprise may have opened one, too.
	Link SetupLinkID
	// ConfirmedAt is when an operator last gave a password or used a passkey.
	ConfirmedAt time.Time
	// Through and SignedInAt describe the session of an enterprise or organization admin.
	Through    ConnectionID
	SignedInAt time.Time
}

// Sees reports whether the visitor may see anything of an enterprise.
func (v Visitor) Sees(ent EnterpriseID) bool {
	return v.Role == RoleOperator || v.Enterprise == ent
}

// May reports whether the visitor may open a part of the setup: operators and enterprise
// admins may, and the holder of a setup link if the link says so.
func (v Visitor) May(i Intent) bool {
	switch v.Role {
	case RoleOperator, RoleEnterpriseAdmin:
		return true
	case RoleSetupLink:
		return slices.Contains(v.Intents, i)
	}
	return false
}

// ChallengeGone returns the error for a passkey challenge that expired, or was
// answered before.
func ChallengeGone() *Error {
	return NotFound(CodeChallengeGone, "That took too long, or was answered already. Try again.")
}
