package sso

// SignInFacts are the facts that decide a sign-in, as of the transaction that
// will write it.
type SignInFacts struct {
	User  User // as it will be written, with the asserted attributes
	First bool // no sign-in as this user succeeded yet, and no admin vouched for them
	// DomainVerified says that the enterprise has proven the domain of
	// User.Email.
	DomainVerified bool
	// Provisioned says that the identity provider of the connection pushed the
	// user.
	Provisioned bool
	// Attributes are those that are known of the user.
	Attributes []UserAttribute
	Login      LoginClaim
	Groups     GroupSnapshot
	// Sessions are the rules of the enterprise about sign-ins and sessions.
	Sessions SessionRules
	// Replaced are the sessions of this browser, in any enterprise, that end
	// with the sign-in. Some may have ended already. They have no groups.
	Replaced []Principal
}

// Verdict is the decision about a sign-in, written with it.
type Verdict struct {
	Memberships MembershipChanges
	Email       EmailDecision
	// EmailProven says that the user owns the address of the identity: they
	// entered the code that was sent there, or the identity provider says so
	// and is trusted for that.
	EmailProven bool
	// Checks are those that the decision passed, added to the attempt.
	Checks Checks
}

// Decide decides about a sign-in. It must be pure, because it may be called
// again. If it returns an error, nothing is written.
type Decide func(SignInFacts) (Verdict, error)

// EmailAction says how a user's address is treated at their first sign-in.
type EmailAction string

// The actions. The zero value means no decision, because it was not the first
// sign-in.
const (
	RequireCode EmailAction = "require" // the user enters a code that is sent to the address
	SkipCode    EmailAction = "skip"    // no code is needed; the address does not become verified
	VouchFirst  EmailAction = "vouch"   // an admin confirms the user first
	DenyEntry   EmailAction = "deny"    // the sign-in is refused
)

// EmailDecision is an action and its reason, for the admin; it is kept in the
// attempt.
type EmailDecision struct {
	Action EmailAction `json:"action"`
	Reason string      `json:"reason"`
}
