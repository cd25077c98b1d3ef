package store

import (
	"database/sql"
	"slices"
	"strings"
	"testing"
)

// TestStrayedBeginsWithTheGroup asks SQLite how it would find who strays from a
// group: by way of those few, and not of everybody there is.
func TestStrayedBeginsWithTheGroup(t *testing.T) {
	t.Parallel()
	file := t.TempDir() + "/gatehouse.db"
	db, err := Open(t.Context(), Options{
		DSN:  "sqlite:" + file,
		Keys: Keyring{Current: NewKey()},
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	plain, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = plain.Close() })
	rows, err := plain.QueryContext(
		t.Context(), "explain query plan "+strayed, "ent", "group", "name", 10,
	)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	users := slices.IndexFunc(steps, func(s string) bool {
		return strings.HasPrefix(s, "SEARCH u ") || strings.HasPrefix(s, "SCAN u")
	})
	if users < 0 ||
		!strings.Contains(steps[users], "(enterprise_id=? AND id=?)") ||
		rows.Err() != nil {
		t.Errorf("the plan is %q, %v", steps, rows.Err())
	}
}
