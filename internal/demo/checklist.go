package demo

import (
	"context"
	"fmt"
	"slices"

	"gatehouse/sso"
)

// facts are what the store recorded that ticks the checklist.
type facts struct {
	overSAML, overOIDC, changed, contractor, refused, unknown, revoked bool
}

// step is one line of the checklist.
type step struct {
	Title, Text    string
	Link, LinkText string
	Done           bool
}

// happened reads the facts from the two companies' records.
func (d *Demo) happened(ctx context.Context) (facts, error) {
	var f facts
	for _, ent := range []sso.EnterpriseID{d.acme.ID, d.globex.ID} {
		records, _, err := d.options.Store.SyncRecords(ctx, ent, sso.SyncFilter{}, sso.Page{Limit: 200})
		if err != nil {
			return facts{}, fmt.Errorf("read sync records: %w", err)
		}
		f.changed = f.changed || changedLater(records)
		f.unknown = f.unknown || slices.ContainsFunc(records, func(r sso.SyncRecord) bool {
			return r.Asserted.State == sso.GroupsAbsent || r.Asserted.State == sso.GroupsOverage
		})
		refused, err := d.anyAttempt(ctx, ent, sso.AttemptFilter{Outcome: sso.OutcomeFailed})
		if err != nil {
			return facts{}, err
		}
		revoked, _, err := d.options.Store.AuditEvents(ctx, ent, sso.AuditFilter{Action: "session.revoked"}, sso.Page{Limit: 1})
		if err != nil {
			return facts{}, fmt.Errorf("read audit events: %w", err)
		}
		f.refused, f.revoked = f.refused || refused, f.revoked || len(revoked) > 0
	}
	var err error
	ok := sso.AttemptFilter{Outcome: sso.OutcomeSucceeded}
	if f.overOIDC, err = d.anyAttempt(ctx, d.globex.ID, ok); err != nil {
		return facts{}, err
	}
	ok.Login = adaLogin
	if f.overSAML, err = d.anyAttempt(ctx, d.acme.ID, ok); err != nil {
		return facts{}, err
	}
	ok.Login = contractorLogin
	f.contractor, err = d.anyAttempt(ctx, d.acme.ID, ok)
	return f, err
}

func (d *Demo) anyAttempt(ctx context.Context, ent sso.EnterpriseID, filter sso.AttemptFilter) (bool, error) {
	attempts, _, err := d.options.Store.Attempts(ctx, ent, filter, sso.Page{Limit: 1})
	if err != nil {
		return false, fmt.Errorf("read attempts: %w", err)
	}
	return len(attempts) > 0, nil
}

// changedLater reports whether somebody's memberships changed in a sign-in that
// was not their first, which gives everybody their first groups.
func changedLater(records []sso.SyncRecord) bool {
	first := map[sso.UserID]sso.SyncRecord{}
	for _, r := range records {
		if f, ok := first[r.User]; !ok || r.At.Before(f.At) || r.At.Equal(f.At) && r.ID < f.ID {
			first[r.User] = r
		}
	}
	return slices.ContainsFunc(records, func(r sso.SyncRecord) bool {
		return r.ID != first[r.User].ID && len(r.Added)+len(r.Removed) > 0
	})
}

func (d *Demo) steps(f facts) []step {
	return []step{
		{"Sign in to Acme as Ada", "Over SAML. Ada is in groups of the same name in three organizations.",
			signInLink("acme"), "Sign in to Acme", f.overSAML},
		{"Change Ada’s groups and sign in again", "At Acme’s identity provider, take her out of admins. The next sign-in resets her memberships in every organization.",
			idpPath("acme") + "/people/" + adaID, "Edit Ada’s groups", f.changed},
		{"Sign in to Globex", "Over OpenID Connect, as anybody there.",
			signInLink("globex"), "Sign in to Globex", f.overOIDC},
		{"Sign in as a contractor without a mailbox", "Kim of Acme could not read a code sent by e-mail, and gets in all the same.",
			signInLink("acme"), "Sign in to Acme", f.contractor},
		{"Make the identity provider misbehave", "Switch on a fault, such as a wrong audience, sign in, and read what people are told.",
			idpPath("acme") + "/faults", "Fault switches", f.refused},
		{"Leave the groups out", "With the fault “No groups attribute”: not knowing somebody’s groups takes nobody out of one.",
			idpPath("acme") + "/faults", "Fault switches", f.unknown},
		{"End a session", "Sign in with a second browser as well, find that session in your account and revoke it.",
			"/account", "My account", f.revoked},
	}
}

func signInLink(key string) string {
	return "/login/sso?enterprise_key=" + key + "&prompt=login&return_to=/demo/whoami"
}
