package identity_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

// at returns a moment that is easy to order.
func at(day int) time.Time { return time.Date(2026, 11, day, 12, 0, 0, 0, time.UTC) }

// ada returns a user who signed in on the first.
func ada(changes ...func(*sso.User)) sso.User {
	u := sso.User{
		ID:            "user-ada",
		Enterprise:    "ent-1",
		Login:         "ada",
		Email:         "ada@acme.example",
		EmailVerified: true,
		Name:          "Ada",
		Status:        sso.UserActive,
		CreatedAt:     at(1),
		LastSignInAt:  at(1),
	}
	for _, change := range changes {
		change(&u)
	}
	return u
}

func status(s sso.UserStatus) func(*sso.User) {
	return func(u *sso.User) { u.Status = s }
}

func login(login string, given bool) func(*sso.User) {
	return func(u *sso.User) {
		u.Login = login
		u.LoginGiven = given
	}
}

func email(address string, verified bool) func(*sso.User) {
	return func(u *sso.User) {
		u.Email = address
		u.EmailVerified = verified
	}
}

func asserted(changes ...func(*sso.Identity)) sso.Identity {
	id := sso.Identity{
		Connection: "conn-1",
		Subject:    "s-1",
		Login:      "ada",
		Email:      "ada@acme.example",
		Name:       "Ada",
	}
	for _, change := range changes {
		change(&id)
	}
	return id
}

func TestMatch(t *testing.T) {
	t.Parallel()
	bound, unbound := ada(), ada(func(u *sso.User) { u.ID = "user-unbound" })
	failure := errors.New("no database")
	for _, c := range []struct {
		name    string
		users   map[identity.Key]sso.User
		err     error
		want    sso.UserID
		key     identity.Key
		lookups []identity.Key
	}{
		{
			"the subject decides over the login",
			map[identity.Key]sso.User{identity.Subject: bound, identity.UnboundLogin: unbound}, nil,
			bound.ID, identity.Subject, []identity.Key{identity.Subject},
		},
		{
			"a linked subject comes before a pushed user",
			map[identity.Key]sso.User{identity.Linked: bound, identity.PushedUserName: unbound}, nil,
			bound.ID, identity.Linked, identity.SignInLadder()[:2],
		},
		{
			"an unbound login comes before a linked one",
			map[identity.Key]sso.User{identity.UnboundLogin: unbound, identity.LinkedLogin: bound}, nil,
			unbound.ID, identity.UnboundLogin, identity.SignInLadder()[:6],
		},
		{
			"a login without a subject is taken over",
			map[identity.Key]sso.User{identity.UnboundLogin: unbound}, nil,
			unbound.ID, identity.UnboundLogin, identity.SignInLadder()[:6],
		},
		{
			"a pushed user comes before an unbound login",
			map[identity.Key]sso.User{identity.PushedUserName: bound, identity.UnboundLogin: unbound}, nil,
			bound.ID, identity.PushedUserName, identity.SignInLadder()[:5],
		},
		{
			"a deleted one comes after them",
			map[identity.Key]sso.User{identity.Gone: bound}, nil,
			bound.ID, identity.Gone, identity.SignInLadder()[:8],
		},
		{"otherwise the user is new", nil, nil, "", "", identity.SignInLadder()},
		{"an error ends the search", nil, failure, "", "", []identity.Key{identity.Subject}},
	} {
		var lookups []identity.Key
		u, key, err := identity.Match(identity.SignInLadder(), func(k identity.Key) (sso.User, bool, error) {
			lookups = append(lookups, k)
			u, ok := c.users[k]
			return u, ok, c.err
		})
		if u.ID != c.want ||
			key != c.key ||
			!errors.Is(err, c.err) ||
			!slices.Equal(lookups, c.lookups) {
			t.Errorf("%s: got %q by %q after %q, %v", c.name, u.ID, key, lookups, err)
		}
	}
}

func TestResolve(t *testing.T) {
	t.Parallel()
	grace := sso.User{ID: "user-grace", Status: sso.UserActive}
	claimed := sso.LoginClaim{Holder: grace.ID}
	kept := sso.LoginClaim{
		Holder: grace.ID,
		Keeps:  true,
	}
	as := func(login string) func(*sso.Identity) {
		return func(id *sso.Identity) { id.Login = login }
	}
	for _, c := range []struct {
		name   string
		before sso.User
		id     sso.Identity
		holder sso.User
		want   identity.Outcome
		login  string
		status sso.UserStatus
		claim  sso.LoginClaim
	}{
		{"a known user", ada(), asserted(), ada(), identity.Existing, "ada", sso.UserActive, sso.LoginClaim{}},
		{
			"a known user with a new login", ada(), asserted(as("lovelace")), sso.User{},
			identity.Existing, "lovelace", sso.UserActive, sso.LoginClaim{},
		},
		{
			"a new user", sso.User{}, asserted(), sso.User{},
			identity.New, "ada", sso.UserActive, sso.LoginClaim{},
		},
		{
			"a new user with the login of another", sso.User{}, asserted(), grace,
			identity.Held, "ada", sso.UserPending, claimed,
		},
		{
			"an active user who is renamed to another's login keeps the former", ada(), asserted(as("grace")), grace,
			identity.Existing, "ada", sso.UserActive, kept,
		},
		{
			"the former login differs in case only", ada(), asserted(as("ADA")), grace,
			identity.Held, "ADA", sso.UserPending, claimed,
		},
		{
			"a pending user has no login to keep", ada(status(sso.UserPending)), asserted(as("grace")), grace,
			identity.Held, "grace", sso.UserPending, claimed,
		},
		{
			"a pending user is decided again", ada(status(sso.UserPending)), asserted(), sso.User{},
			identity.Existing, "ada", sso.UserActive, sso.LoginClaim{},
		},
		{
			"a login that an admin gave stays", ada(login("countess", true)), asserted(), ada(login("countess", true)),
			identity.Existing, "countess", sso.UserActive, sso.LoginClaim{},
		},
		{
			"a given login that another has", ada(login("countess", true), status(sso.UserPending)), asserted(), grace,
			identity.Held, "countess", sso.UserPending, claimed,
		},
		{
			"a deactivated user is not revived", ada(status(sso.UserDeactivated)), asserted(as("lovelace")), grace,
			identity.Refused, "ada", sso.UserDeactivated, sso.LoginClaim{},
		},
	} {
		got := identity.Resolve(identity.Facts{
			Identity: c.id,
			Before:   c.before,
			Holder:   c.holder,
			Now:      at(9),
		})
		if got.Outcome != c.want ||
			got.User.Login != c.login ||
			got.User.Status != c.status ||
			got.Claim != c.claim {
			t.Errorf(
				"%s: got %s, login %q, %s, %+v; want %s, %q, %s, %+v", c.name,
				got.Outcome, got.User.Login, got.User.Status, got.Claim,
				c.want, c.login, c.status, c.claim,
			)
		}
		if c.want == identity.Refused {
			if got.User != c.before || sso.CodeOf(got.Err) != "user_inactive" {
				t.Errorf("%s: the user became %+v, %v", c.name, got.User, got.Err)
			}
			continue
		}
		if got.Err != nil || !got.User.LastSignInAt.Equal(at(9)) || got.User.Name != c.id.Name {
			t.Errorf("%s: got %+v, %v", c.name, got.User, got.Err)
		}
		if created := c.before.ID == ""; created != got.User.CreatedAt.Equal(at(9)) {
			t.Errorf("%s: created at %s", c.name, got.User.CreatedAt)
		}
	}
}

func TestWhenAnAddressIsVerified(t *testing.T) {
	t.Parallel()
	const known, other = "ada@acme.example", "ada@home.example"
	for _, c := range []struct {
		name         string
		before       sso.User
		address      string
		unsaid       bool
		idp          bool // says that it is verified
		domain       bool
		proven       bool // by the verdict
		want         string
		wantVerified bool
	}{
		{name: "the domain is proven", address: known, domain: true, want: known, wantVerified: true},
		{name: "the domain is not proven", address: known, want: known},
		{name: "the word of the identity provider is not enough", address: known, idp: true, want: known},
		{name: "the verdict says so", address: known, proven: true, want: known, wantVerified: true},
		{name: "verified before and the same", before: ada(), address: known, want: known, wantVerified: true},
		{name: "verified before and another", before: ada(), address: other, want: other},
		{
			name: "another of a proven domain", before: ada(), address: other, domain: true,
			want: other, wantVerified: true,
		},
		{name: "not verified before", before: ada(email(known, false)), address: known, want: known},
		{name: "empty", before: ada(), domain: true, proven: true, want: ""},
		{name: "not sent", before: ada(), unsaid: true, want: known, wantVerified: true},
		{name: "not sent, never verified", before: ada(email(known, false)), unsaid: true, domain: true, want: known},
	} {
		id := asserted(func(id *sso.Identity) {
			id.Email = c.address
			id.EmailUnsaid = c.unsaid
			id.EmailVerified = c.idp
		})
		got := identity.Resolve(identity.Facts{
			Identity:       id,
			Before:         c.before,
			DomainVerified: c.domain,
			Now:            at(9),
		}).Settle(id, sso.Verdict{EmailProven: c.proven}).User
		if got.Email != c.want || got.EmailVerified != c.wantVerified {
			t.Errorf(
				"%s: got %q, %v; want %q, %v", c.name, got.Email, got.EmailVerified,
				c.want, c.wantVerified,
			)
		}
	}
}

func TestSettle(t *testing.T) {
	t.Parallel()
	grace := sso.User{ID: "user-grace", Status: sso.UserActive}
	vouch := sso.Verdict{Email: sso.EmailDecision{Action: sso.VouchFirst}}
	for _, c := range []struct {
		name    string
		before  sso.User
		holder  sso.User
		verdict sso.Verdict
		want    identity.Wait
		last    time.Time
	}{
		{"let in", ada(), sso.User{}, sso.Verdict{}, "", at(9)},
		{"a new user is let in", sso.User{}, sso.User{}, sso.Verdict{}, "", at(9)},
		{"an admin vouches first", sso.User{}, sso.User{}, vouch, identity.ForVouching, time.Time{}},
		{"a known user is vouched for", ada(), sso.User{}, vouch, identity.ForVouching, at(1)},
		{"the login is another's", sso.User{}, grace, sso.Verdict{}, identity.ForAnswer, time.Time{}},
		{"vouching comes before the question", sso.User{}, grace, vouch, identity.ForVouching, time.Time{}},
		{"the former login is kept", ada(login("countess", false)), grace, sso.Verdict{}, "", at(9)},
	} {
		got := identity.Resolve(identity.Facts{
			Identity: asserted(),
			Before:   c.before,
			Holder:   c.holder,
			Now:      at(9),
		}).Settle(asserted(), c.verdict)
		status := sso.UserActive
		if c.want != "" {
			status = sso.UserPending
		}
		if got.Wait != c.want || got.User.Status != status || !got.User.LastSignInAt.Equal(c.last) {
			t.Errorf(
				"%s: waits for %q, %s, last sign-in %s; want %q, %s, %s", c.name,
				got.Wait, got.User.Status, got.User.LastSignInAt, c.want, status, c.last,
			)
		}
	}
}

func TestFirst(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		user sso.User
		want bool
	}{
		"new":          {sso.User{}, true},
		"pending":      {sso.User{Status: sso.UserPending}, true},
		"vouched":      {sso.User{VouchedAt: at(1)}, false},
		"signed in":    {sso.User{LastSignInAt: at(1)}, false},
		"both of them": {sso.User{VouchedAt: at(1), LastSignInAt: at(2)}, false},
	} {
		if got := identity.First(c.user); got != c.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestLoginKey(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Ada", "ada", true},
		{"ada", "аda", true}, // Cyrillic
		{"ada\u200b", "ada", true},
		{"ada", "adam", false},
		{"\u200b", "\u200c", false},
		{strings.Repeat("a", 300), strings.Repeat("A", 300), true},
		{strings.Repeat("a", 300), strings.Repeat("a", 301), false},
	} {
		if got := identity.SameLogin(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: the same %v", c.a, c.b, got)
		}
	}
	if n := len(identity.LoginKey(strings.Repeat("a", 10_000))); n > 256 {
		t.Errorf("the key of a long login has %d bytes", n)
	}
}

func TestTakesLogin(t *testing.T) {
	t.Parallel()
	off, pending := ada(status(sso.UserDeactivated)), ada(status(sso.UserPending))
	for _, c := range []struct {
		name          string
		before, after sso.User
		want          bool
	}{
		{"stays", ada(), ada(), false},
		{"another case of it", ada(), ada(login("ADA", true)), false},
		{"another login", ada(), ada(login("lovelace", true)), true},
		{"reactivated", off, ada(), true},
		{"vouched for", pending, ada(), true},
		{"deactivated", ada(), off, false},
		{"another login of a pending user", pending, ada(status(sso.UserPending), login("lovelace", true)), false},
	} {
		if got := identity.TakesLogin(c.before, c.after); got != c.want {
			t.Errorf("%s: got %v; want %v", c.name, got, c.want)
		}
	}
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	question := sso.IdentityQuestion{
		User:   "user-ada",
		Holder: "user-grace",
		Login:  "shared",
	}
	keeping := question
	keeping.Keeps = "ada"
	holder := sso.User{
		ID:     "user-grace",
		Login:  "shared",
		Status: sso.UserActive,
	}
	waits := ada(login("shared", false), status(sso.UserPending))
	refuse := sso.QuestionDecision{Answer: sso.AnswerRefuse}
	replaces := sso.QuestionDecision{Answer: sso.AnswerReplaces}
	another := sso.QuestionDecision{
		Answer: sso.AnswerAnother,
		Login:  "second",
	}
	holderAnother := another
	holderAnother.Holder = true
	for _, c := range []struct {
		name     string
		question sso.IdentityQuestion
		decision sso.QuestionDecision
		claimant sso.User
		want     sso.User
		holder   *sso.User // nil: the decision does not concern them
	}{
		{
			"a waiting claimant is refused", question, refuse, waits,
			ada(login("shared", false), status(sso.UserDeactivated)), nil,
		},
		{"a claimant who kept their login is refused", keeping, refuse, ada(), ada(login("ada", true)), nil},
		{"the claimant gets another login", question, another, waits, ada(login("second", true)), nil},
		{
			"the holder gets another login", question, holderAnother, waits, ada(login("shared", false)),
			&sso.User{ID: holder.ID, Login: "second", LoginGiven: true, Status: sso.UserActive},
		},
		{
			"the claimant replaces the holder", keeping, replaces, ada(), ada(login("shared", false)),
			&sso.User{ID: holder.ID, Login: "shared", Status: sso.UserDeactivated},
		},
		{
			"a deactivated claimant stays deactivated", question, another, ada(status(sso.UserDeactivated)),
			ada(login("second", true), status(sso.UserDeactivated)), nil,
		},
	} {
		if diff := cmp.Diff(c.want, identity.Answered(c.question, c.decision, c.claimant)); diff != "" {
			t.Errorf("%s: the claimant (-want +got):\n%s", c.name, diff)
		}
		if got := identity.HolderYields(c.decision); got != (c.holder != nil) {
			t.Errorf("%s: the holder yields: %v", c.name, got)
		}
		if c.holder == nil {
			continue
		}
		got, err := identity.Yielded(c.question, c.decision, holder)
		if diff := cmp.Diff(*c.holder, got); diff != "" || err != nil {
			t.Errorf("%s: the holder, %v (-want +got):\n%s", c.name, err, diff)
		}
		if _, err := identity.Yielded(c.question, c.decision, ada()); sso.CodeOf(err) != "login_in_use" {
			t.Errorf("%s: a third user yields the login: %v", c.name, err)
		}
	}
}

func TestWhoIsRevived(t *testing.T) {
	t.Parallel()
	off, pending := ada(status(sso.UserDeactivated)), ada(status(sso.UserPending))
	vouchedFor := func(u *sso.User) { u.VouchedAt = at(5) }
	for _, c := range []struct {
		name      string
		got, want sso.User
	}{
		{"reactivating a deactivated user", identity.Reactivated(off), ada()},
		{"reactivating a pending user", identity.Reactivated(pending), pending},
		{"reactivating an active user", identity.Reactivated(ada()), ada()},
		{
			"vouching for a pending user", identity.Vouched(ada(status(sso.UserPending), email("a@b.example", false)), at(5)),
			ada(email("a@b.example", true), vouchedFor),
		},
		{
			"vouching for a user without an address", identity.Vouched(ada(status(sso.UserPending), email("", false)), at(5)),
			ada(email("", false), vouchedFor),
		},
		{
			"vouching for a deactivated user", identity.Vouched(off, at(5)),
			ada(status(sso.UserDeactivated), vouchedFor),
		},
		{"vouching again", identity.Vouched(ada(vouchedFor), at(6)), ada(vouchedFor)},
		{
			"vouching again for a user who is pending since", identity.Vouched(ada(vouchedFor, status(sso.UserPending)), at(6)),
			ada(func(u *sso.User) { u.VouchedAt = at(6) }),
		},
	} {
		if diff := cmp.Diff(c.want, c.got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
