package evaluate

import (
	"fmt"

	"gatehouse/sso"
)

// CodeRequired is the code of a sign-in that waits for a code, in its attempt and
// in metrics.
const CodeRequired = "verification_required"

// Until says what lifts a refusal; "" for one that the sign-in cannot get past.
type Until string

// What a refusal may wait for.
const (
	UntilCode      Until = "code"      // the user enters the code sent to their address
	UntilVouched   Until = "vouched"   // an admin vouches for the user
	UntilLoginFree Until = "loginfree" // an admin decides whose login it is
)

// Refusal is why a gate does not let the user in. As an error it unwraps to Err.
type Refusal struct {
	Err   *sso.Error
	Until Until
	// Email is the decision about the address, if that is what refuses.
	Email sso.EmailDecision
	// Check is the check that failed, if what was asserted decides.
	Check sso.Check
}

func (r *Refusal) Error() string {
	if r.Email.Reason == "" {
		return r.Err.Error()
	}
	return r.Err.Error() + ": " + r.Email.Reason
}

// Unwrap returns the public error.
func (r *Refusal) Unwrap() error { return r.Err }

// Pending reports whether the sign-in is kept until an admin has decided.
func (r *Refusal) Pending() bool { return r.Until == UntilVouched || r.Until == UntilLoginFree }

// gate returns why it does not let the user in, or nil.
type gate func(*Decision) *Refusal

// gates returns all gates in the order in which they are asked: the first that
// refuses decides what the user is told. A new gate is added here and nowhere
// else.
func gates() []gate {
	return []gate{
		inactiveUser,
		notProvisioned,
		signInRule,
		authnContext,
		firstSignIn,
		vouching,
		emailCode,
		unknownGroups,
		loginInUse,
	}
}

// inactiveUser refuses users that an admin deactivated.
func inactiveUser(d *Decision) *Refusal {
	if d.Facts.User.Status != sso.UserDeactivated {
		return nil
	}
	return &Refusal{Err: sso.UserInactive()}
}

// notProvisioned refuses users that are not provisioned, where the
// connection requires that.
func notProvisioned(d *Decision) *Refusal {
	if !d.missing {
		return nil
	}
	return &Refusal{Err: sso.NotProvisioned()}
}

// signInRule refuses users for whom the connection's allow_sign_in is not true.
func signInRule(d *Decision) *Refusal {
	if d.denied == nil {
		return nil
	}
	return &Refusal{Err: known(d.denied)}
}

// authnContext refuses users who authenticated at the identity provider too long ago,
// or in another way than their enterprise requires.
func authnContext(d *Decision) *Refusal { return d.authn }

// firstSignIn refuses new users whose address the connection's rule denies.
func firstSignIn(d *Decision) *Refusal {
	if d.Email.Action != sso.DenyEntry {
		return nil
	}
	return &Refusal{
		Email: d.Email,
		Err: &sso.Error{
			Kind:   sso.Forbidden,
			Code:   "first_sign_in_denied",
			Public: "Your company’s rules do not let you in here. Ask your administrator.",
		},
	}
}

// vouching keeps new users waiting until an admin vouches for them.
func vouching(d *Decision) *Refusal {
	if d.Email.Action != sso.VouchFirst {
		return nil
	}
	return &Refusal{
		Until: UntilVouched,
		Err: &sso.Error{
			Kind:   sso.Forbidden,
			Code:   "vouch_required",
			Public: "An administrator has to confirm who you are before you can sign in. Ask yours, and sign in again afterwards.",
		},
	}
}

// emailCode keeps new users waiting until they enter a code.
func emailCode(d *Decision) *Refusal {
	if d.Email.Action != sso.RequireCode || d.proven {
		return nil
	}
	return &Refusal{
		Until: UntilCode,
		Email: d.Email,
		Err: &sso.Error{
			Kind:   sso.Forbidden,
			Code:   CodeRequired,
			Public: "Enter the code that was sent to your address.",
		},
	}
}

// unknownGroups refuses users whose groups are not known, where the connection
// requires that they are.
func unknownGroups(d *Decision) *Refusal {
	if d.unknown == nil {
		return nil
	}
	return &Refusal{Err: known(d.unknown)}
}

// loginInUse keeps users waiting whose login belongs to another active user of
// the enterprise. They are not told to whom.
func loginInUse(d *Decision) *Refusal {
	if !d.Facts.Login.Waits() {
		return nil
	}
	return &Refusal{
		Until: UntilLoginFree,
		Err: &sso.Error{
			Kind: sso.Forbidden,
			Code: "login_in_use",
			Err:  fmt.Errorf("the login belongs to %s, who is active", d.Facts.Login.Holder),
			Public: "Your user name is in use by another account of your company. " +
				"An administrator has to sort this out before you can sign in. " +
				"Tell yours the reference below, and sign in again afterwards.",
		},
	}
}

// Refusal returns the refusal that decides, nil if the user is let in.
func (d Decision) Refusal() *Refusal {
	if len(d.Refusals) == 0 {
		return nil
	}
	return d.Refusals[0]
}

// Final returns the first refusal that nothing lifts, nil if there is none.
func (d Decision) Final() *Refusal {
	for _, r := range d.Refusals {
		if r.Until == "" {
			return r
		}
	}
	return nil
}

// Allowed reports whether the sign-in rule lets the user in.
func (d Decision) Allowed() bool { return d.denied == nil }

// verdict is what the store writes, or the refusal that leaves nothing written.
func (d Decision) verdict() (sso.Verdict, error) {
	v := sso.Verdict{Email: d.Email}
	refusal := d.Refusal()
	switch {
	case refusal != nil && refusal.Until == UntilVouched:
		return v, nil // the store keeps the user as pending, and nothing else
	case refusal != nil && !refusal.Pending():
		return v, refusal
	}
	v.EmailProven = d.identity.Email != "" && (d.proven || d.trusted && d.identity.EmailVerified)
	v.Memberships = d.Plan
	v.Checks = d.met
	return v, nil
}
