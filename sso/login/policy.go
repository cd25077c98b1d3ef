package login

import (
	"fmt"
	"slices"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/policy"
)

// policies are the compiled ones of a connection, as of a revision.
type policies struct {
	revision int64
	signIn   *policy.SignIn
	address  *policy.Verification
}

// compiled gives the policies of the connection. Compiling takes milliseconds,
// so it is done once for each revision. Whatever does not compile was refused
// when it was saved: if it comes all the same, nobody gets in by it.
func (t *try) compiled() (*policies, error) {
	if kept, ok := t.policies.Load(t.c.ID); ok {
		if p, ok := kept.(*policies); ok && p.revision == t.c.Revision {
			return p, nil
		}
	}
	p, err := compilePolicies(t.c, t.cfg)
	if err == nil {
		t.policies.Store(t.c.ID, p)
	}
	return p, err
}

func compilePolicies(c sso.Connection, cfg sso.Config) (*policies, error) {
	p, err := &policies{revision: c.Revision}, error(nil)
	if p.signIn, err = policy.CompileSignIn(cfg.AllowSignIn); err == nil {
		p.address, err = policy.CompileVerification(cfg.EmailVerification)
	}
	if err != nil {
		return nil, &sso.Error{Kind: sso.Internal, Code: "internal", Public: "Something went wrong on our side.",
			Err: fmt.Errorf("compile the policies of %s: %w", c.ID, err)}
	}
	return p, nil
}

// refusal is why nobody gets in, with what was decided about the address.
type refusal struct {
	email sso.EmailDecision
	err   *sso.Error
}

func (r *refusal) Error() string { return r.err.Error() + ": " + r.email.Reason }

func (r *refusal) Unwrap() error { return r.err }

// codeRequired is the code of a sign-in that waits, in its attempt and in what is
// counted.
const codeRequired = "verification_required"

func errRequired() *sso.Error {
	return &sso.Error{Kind: sso.Forbidden, Code: codeRequired, Public: "Enter the code that was sent to your address."}
}

func errFirstDenied() *sso.Error {
	return &sso.Error{Kind: sso.Forbidden, Code: "first_sign_in_denied",
		Public: "Your company's rules do not let you in here. Ask your administrator."}
}

func errVouchRequired() *sso.Error {
	return &sso.Error{Kind: sso.Forbidden, Code: "vouch_required",
		Public: "An administrator has to confirm who you are before you can sign in. Ask yours, and sign in again afterwards."}
}

// errLoginInUse is about a login that another active user of the enterprise has.
// The person is not told who that is.
func errLoginInUse(holder sso.UserID) *sso.Error {
	return &sso.Error{Kind: sso.Forbidden, Code: "login_in_use", Err: fmt.Errorf("the login belongs to %s, who is active", holder),
		Public: "Your user name is in use by another account of your company. An administrator has to sort this out before you can sign in. " +
			"Tell yours the reference below, and sign in again afterwards."}
}

// decide is what becomes of a sign-in, asked inside the transaction that writes
// it: may they come in, must they prove their address the first time, and what
// are their groups. proven says that they have entered the code.
func (t *try) decide(identity sso.Identity, ent sso.Enterprise, p *policies, proven bool) sso.Decide {
	trusted := t.cfg.EmailVerification.TrustIDP
	return func(facts sso.SignInFacts) (v sso.Verdict, err error) {
		in := policy.Input{Identity: identity, Connection: t.c, Enterprise: ent, Trusted: trusted,
			DomainVerified: facts.DomainVerified, MatchedGroups: matched(facts.Groups.Groups, identity.Groups.Names), NoMail: t.Mail == nil}
		if err := p.signIn.Check(in); err != nil {
			return v, err
		}
		if facts.First {
			v.Email = p.address.Decide(in)
		}
		switch v.Email.Action {
		case sso.DenyEntry:
			return v, &refusal{v.Email, errFirstDenied()}
		case sso.VouchFirst:
			return v, nil
		case sso.RequireCode:
			if !proven {
				return v, &refusal{v.Email, errRequired()}
			}
		}
		v.EmailProven = identity.Email != "" && (proven || trusted && identity.EmailVerified)
		v.Memberships, err = groupsync.Plan(groupsync.RulesOf(t.cfg), identity.Groups, facts.Groups)
		v.Memberships.Record.Note = t.noted(v.Memberships.Record.Note)
		return v, err
	}
}

// matched are the asserted names that some organization has a group of, by its
// name or an IdP name. In groups are also those the person is in already.
func matched(groups []sso.Group, asserted []string) []string {
	known := make(map[string]sso.Group, len(groups))
	for _, g := range groups {
		if g.Default {
			continue
		}
		for _, name := range append([]string{g.Name}, g.IDPNames...) {
			known[name] = g
		}
	}
	names := []string{}
	for _, name := range asserted {
		if known[name].Named(name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
