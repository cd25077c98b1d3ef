package connections_test

import (
	"slices"
	"testing"

	"gatehouse/sso/connections"
	"gatehouse/sso/policy"
)

// TestEmailOptional: the setting is one of the draft like any other, and warns
// where the rules may not have thought of people without an address.
func TestEmailOptional(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	if c.Live.EmailOptional {
		t.Error("a new connection lets people without an address in")
	}
	edited, _, err := w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		EmailOptional: new(true),
	})
	w.ok(err)
	w.same([]connections.Difference{{
		Field:  "email_optional",
		Before: "no",
		After:  "yes",
	}}, connections.Differences(edited.Live, edited.Draft))
	edited, _, err = w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		AllowSignIn: new("true"),
	})
	w.ok(err)
	if !edited.Draft.EmailOptional {
		t.Error("an edit of something else takes it away")
	}
	now, err := w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	if !now.Live.EmailOptional {
		t.Error("it was not enabled")
	}
	for _, x := range []struct {
		rule   connections.Edit
		fields []string
	}{
		{
			connections.Edit{
				AllowSignIn: new(`identity.email_domain != "rival.example"`),
			},
			[]string{"allow_sign_in"},
		},
		{
			connections.Edit{
				AllowSignIn: new(`identity.email.endsWith("@acme.example")`),
			},
			[]string{"allow_sign_in"},
		},
		{connections.Edit{AllowSignIn: new(`identity.email == "" || identity.email_domain == "acme.example"`)}, nil},
		{connections.Edit{AllowSignIn: new(`"staff" in identity.groups`)}, nil},
		{
			connections.Edit{EmailVerification: mode(policy.ModeAlways, "")},
			[]string{"email_optional"},
		},
		{
			connections.Edit{
				EmailVerification: mode(
					policy.ModeExpression, `identity.email_domain == "a.example"`,
				),
			},
			[]string{"email_verification.expression"},
		},
		{
			connections.Edit{
				EmailVerification: mode(
					policy.ModeNever, `identity.email_domain == "a.example"`,
				),
			},
			nil,
		},
		{
			connections.Edit{
				EmailOptional: new(false),
				AllowSignIn:   new(`identity.email_domain != "a.example"`),
			},
			nil,
		},
	} {
		rule := x.rule
		if rule.AllowSignIn == nil {
			rule.AllowSignIn = new("")
		}
		_, err := w.DiscardDraft(t.Context(), by, w.ent, c.ID, 0)
		w.ok(err)
		_, warnings, err := w.Edit(t.Context(), by, w.ent, c.ID, rule)
		w.ok(err)
		var got []string
		for _, warning := range warnings {
			got = append(got, warning.Field)
		}
		if !slices.Equal(got, x.fields) {
			t.Errorf(
				"%q %+v: warns about %q, want %q", *rule.AllowSignIn,
				rule.EmailVerification, got, x.fields,
			)
		}
	}
}

func mode(name, expression string) *connections.EmailVerificationEdit {
	return &connections.EmailVerificationEdit{
		Mode:       &name,
		Expression: &expression,
	}
}
