package store

import (
	"context"
	"strings"

	"gatehouse/sso"
)

// auditSignIn writes the audit events of a sign-in.
func (r *loginRecord) auditSignIn(ctx context.Context) error {
	by, attempt := sso.Actor(r.signIn.Session.Connection), string(r.signIn.Attempt.ID)
	if r.isNew {
		if err := r.tx.audit(
			ctx, by, "user.created", string(r.user.ID), "login", r.user.Login, "email",
			r.user.Email, "attempt", attempt,
		); err != nil {
			return err
		}
	} else if changed := difference(r.old, r.user); len(changed) > 0 {
		if err := r.tx.audit(
			ctx, by, "user.updated", string(r.user.ID), append(changed, "attempt", attempt)...,
		); err != nil {
			return err
		}
	}
	if len(r.verdict.Memberships.Add)+len(r.verdict.Memberships.Remove) > 0 {
		record := r.verdict.Memberships.Record
		err := r.tx.audit(ctx, by, "memberships.synced", string(r.user.ID),
			"added", groupNames(record.Added), "removed", groupNames(record.Removed), "record",
			string(record.ID), "attempt", attempt)
		if err != nil {
			return err
		}
	}
	if held := r.verdict.Memberships.Record.Held; held != "" {
		if err := r.tx.audit(
			ctx, by, "sync.held", string(r.user.ID), "held", string(held), "attempt", attempt,
		); err != nil {
			return err
		}
	}
	return r.tx.audit(
		ctx, sso.Actor(r.user.ID), "session.created", string(r.signIn.Session.ID), "connection",
		string(r.signIn.Session.Connection), "attempt", attempt,
	)
}

func groupNames(changes []sso.GroupChange) string {
	names := make([]string, len(changes))
	for i, c := range changes {
		names[i] = c.OrganizationName + "/" + c.Name
	}
	return strings.Join(names, ", ")
}

// auditMoved writes that a user whom a move expected has come.
func (r *loginRecord) auditMoved(ctx context.Context) error {
	if !r.moved {
		return nil
	}
	return r.tx.audit(
		ctx, sso.Actor(r.signIn.Session.Connection), "user.moved", string(r.user.ID), "subject",
		r.signIn.Identity.Subject, "attempt", string(r.signIn.Attempt.ID),
	)
}
