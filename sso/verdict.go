package sso

// SignInFacts is what a sign-in is decided from, as of the transaction that will
// write it.
type SignInFacts struct {
	User  User // as they will be: what the identity provider says is taken over
	First bool // nobody was let in as this user yet, and no admin vouched for them
	// DomainVerified says that the enterprise has proven the domain of
	// User.Email.
	DomainVerified bool
	Login          LoginClaim
	Groups         GroupSnapshot
	// Replaced are the sessions of this browser, of any company, that end with the
	// sign-in. Some may be over already. They have no groups.
	Replaced []Principal
}

// Verdict is what was decided about a sign-in, to be written with it.
type Verdict struct {
	Memberships MembershipChanges
	Email       EmailDecision
	// EmailProven says that the address of the identity is theirs: they entered
	// the code that was sent there, or the identity provider says so and is
	// trusted for that.
	EmailProven bool
}

// Decide is the decision itself. It must be pure: it may be called again. Its
// error leaves nothing written.
type Decide func(SignInFacts) (Verdict, error)

// EmailAction is what happens about somebody's address at their first sign-in.
type EmailAction string

// The actions. The zero value is that nothing was decided, because it was not
// their first sign-in.
const (
	RequireCode EmailAction = "require" // they enter a code that is sent to the address
	SkipCode    EmailAction = "skip"    // nothing; the address does not become verified by it
	VouchFirst  EmailAction = "vouch"   // an admin confirms them first
	DenyEntry   EmailAction = "deny"    // they do not get in
)

// EmailDecision is an action and why, in words for the admin; it stands in the
// attempt.
type EmailDecision struct {
	Action EmailAction `json:"action"`
	Reason string      `json:"reason"`
}
