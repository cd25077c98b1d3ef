package access_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/access"
)

// second takes the second step of a browser that is signed in at a company.
func (f *fixture) second(p *sso.Principal, given sso.Secret) (sso.Secret, error) {
	f.Helper()
	who, err := f.Confirmation(f.Context(), access.Browser{Principal: p})
	f.ok(err)
	return f.Confirm(f.Context(), who, access.SignIn{Password: given})
}

// TestSecondStep checks that single sign-on alone opens nothing: the operator
// of the identity provider can claim to be any user.
func TestSecondStep(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	olive, _ := f.account("olive", true)
	p := f.user("olive@acme.test")
	f.ok(f.Tie(ctx, olive.ID, p))
	visitor := func(b access.Browser) error {
		_, err := f.Visitor(ctx, b)
		return err
	}
	f.fails(visitor(access.Browser{Principal: p}), "second_step_needed")
	_, err := f.second(p, "wrong wrong wrong")
	f.fails(err, "admin_refused")
	token, err := f.second(p, password)
	f.ok(err)
	f.ok(visitor(access.Browser{Principal: p, Admin: token}))
	// It is the second step of that sign-in, in that browser, and of no other.
	f.fails(visitor(access.Browser{Admin: token}), "session_ended")
	again := f.user("olive@acme.test")
	f.fails(
		visitor(access.Browser{Principal: again, Admin: token}),
		"second_step_needed",
	)
	f.fails(visitor(access.Browser{
		Principal: f.user("eve@acme.test"),
		Admin:     token,
	}), "not_an_admin")
	// Untied, it is worth nothing, and neither is the sign-in.
	f.ok(f.Tie(ctx, olive.ID, nil))
	f.fails(visitor(access.Browser{Principal: p, Admin: token}), "not_an_admin")
	_, err = f.Confirmation(ctx, access.Browser{Principal: p})
	f.fails(err, "session_ended")
	// Neither does a disabled account come back by it.
	f.account("recovery", true)
	f.ok(f.Tie(ctx, olive.ID, p))
	f.ok(f.Disable(ctx, "x", olive.ID))
	f.fails(visitor(access.Browser{Principal: p, Admin: token}), "not_an_admin")
	_, err = f.Confirmation(ctx, access.Browser{Principal: p})
	f.fails(err, "session_ended")
}

// TestRecentConfirmation: a password counts for five minutes, and can be given
// again.
func TestRecentConfirmation(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	ctx := t.Context()
	_, token := f.account("olive", true)
	visit := func() sso.Visitor {
		t.Helper()
		v, err := f.Visitor(ctx, access.Browser{Admin: token})
		f.ok(err)
		return v
	}
	f.ok(f.CheckRecent(visit()))
	f.Move(access.ConfirmedFor + time.Second)
	f.fails(f.CheckRecent(visit()), "confirmation_needed")
	who, err := f.Confirmation(ctx, access.Browser{Admin: token})
	f.ok(err)
	_, err = f.Confirm(ctx, who, access.SignIn{Password: "wrong wrong wrong"})
	f.fails(err, "admin_refused")
	f.fails(f.CheckRecent(visit()), "confirmation_needed")
	begun, err := f.Confirm(ctx, who, access.SignIn{Password: password})
	f.ok(err)
	if begun != "" {
		t.Error("another session begins where there is one")
	}
	f.ok(f.CheckRecent(visit()))
	f.fails(f.CheckRecent(sso.Visitor{
		Role:        sso.RoleEnterpriseAdmin,
		ConfirmedAt: f.Now(),
	}), "confirmation_needed")
}
