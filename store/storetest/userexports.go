package storetest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
)

// export returns the records of an export by section, and all of it as one text.
func (w *world) export(user sso.UserID) (sections map[string][]map[string]any, text string) {
	w.Helper()
	sections = map[string][]map[string]any{}
	begun := false
	w.ok(w.db.ExportUser(w.Context(), by, w.ent.ID, user, func(e sso.UserExport) error {
		begun = e.User == user && e.Accounts[0] == user
		return nil
	}, func(section string, record []byte) error {
		var r map[string]any
		if err := json.Unmarshal(record, &r); err != nil {
			return err
		}
		sections[section] = append(sections[section], r)
		text += string(record) + "\n"
		return nil
	}))
	if !begun {
		w.Errorf("the export of %s did not begin", user)
	}
	return sections, text
}

// testUserExport: an export has what is stored about a user and those merged into them,
// no secret, and nothing of another user.
func testUserExport(t *testing.T, fresh fresh) {
	w := newMergeable(t, fresh)
	w.provision()
	pushed := w.provisionUser("pushed")
	account := w.accountOf(pushed)
	w.provisionGroup("dev", pushed.ID)
	w.define(attributesOf()...)
	w.record(w.sends(w.signIn("pushed", "dev"), text("department", "Sales")))
	w.ok(w.db.AddEnterpriseAdmin(t.Context(), by, w.ent.ID, account.ID))
	token := w.personalToken(account, "backup")
	other, _ := w.second.enter("stranger", "ops")
	w.merge(w.king.ID, w.ada.ID)

	sections, text := w.export(account.ID)
	want := []string{
		"admin_appointments", "attempts", "attributes", "audit_events", "identities", "membership_history", "memberships",
		"personal_tokens", "provisioned_memberships", "provisioned_users", "sessions", "sync_records", "users",
	}
	for _, section := range want {
		if len(sections[section]) == 0 {
			t.Errorf("the export has no %s, but %v", section, slices.Sorted(maps.Keys(sections)))
		}
	}
	user := sections["users"][0]
	w.same(false, user["ended_by_push"])
	w.same(
		[]any{"pushed@acme.test", true, "active"},
		[]any{user["login"], user["last_sign_in_at"] != nil, user["status"]},
	)
	for _, secret := range []string{token.Hash.String(), "stranger", string(other.ID), "ada@"} {
		if strings.Contains(text, secret) {
			t.Errorf("the export has %q:\n%s", secret, text)
		}
	}
	w.same([]string{"user.exported"}, w.actions(1))
	w.exportsMerged(w.ada.ID)
}

// exportsMerged asserts that the export of a user has those who were merged into them.
func (w *world) exportsMerged(user sso.UserID) {
	w.Helper()
	sections, text := w.export(user)
	if len(sections["users"]) != 3 || len(sections["merges"]) != 2 || !strings.Contains(text, "king@acme.test") {
		w.Errorf("the export of a user into whom others were merged has %v", sections)
	}
}
