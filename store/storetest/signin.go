package storetest

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

func testSignIn(t *testing.T, fresh func(testing.TB) string) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	s := w.signIn("ada", "dev")
	w.pending(&s)
	u, r := w.record(s)
	if diff := cmp.Diff([]string{"app/Members=default", "app/dev=jit", "web/Members=default", "web/dev=jit"}, w.memberships(u.ID)); diff != "" {
		t.Error(diff)
	}
	p, err := w.db.Principal(ctx, s.Session.Token)
	w.ok(err)
	if diff := cmp.Diff(u, p.User); diff != "" {
		t.Errorf("the session's user is not the one who signed in:\n%s", diff)
	}
	got, _, err := w.db.SyncRecords(ctx, w.ent.ID, sso.SyncFilter{User: u.ID}, sso.Page{})
	w.ok(err)
	if diff := cmp.Diff([]sso.SyncRecord{r}, got); diff != "" {
		t.Error(diff)
	}
	n, err := w.db.VerifyAudit(ctx, w.ent.ID)
	w.ok(err)
	if n < 5 {
		t.Errorf("%d events", n)
	}
	_, _, err = w.db.RecordLogin(ctx, s, reset(s.Identity.Groups))
	w.fails(err, sso.Conflict, "saml_replayed")
}
