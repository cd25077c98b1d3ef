package sso_test

import (
	"encoding/json"
	"testing"

	"gatehouse/sso"
)

// TestWarningStoredAsText: results that were stored when warnings were plain text are
// still read, and stay green.
func TestWarningStoredAsText(t *testing.T) {
	var r sso.TestResult
	if err := json.Unmarshal(
		[]byte(`{"warnings":["Groups: absent.",{"code":"groups_absent","want":"groups"}]}`), &r,
	); err != nil {
		t.Fatal(err)
	}
	want := []sso.Warning{
		{Code: "note", Got: "Groups: absent.", Minor: true},
		{Code: "groups_absent", Want: "groups"},
	}
	if len(r.Warnings) != 2 ||
		r.Warnings[0] != want[0] ||
		r.Warnings[1] != want[1] ||
		r.Warned() != 1 {
		t.Errorf("%+v, %d", r.Warnings, r.Warned())
	}
}
