package store_test

import (
	"context"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// TestIntegrity lets SQLite check the file and every foreign key after the
// suite's kind of work.
func TestIntegrity(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	db := storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	ent, err := db.CreateEnterprise(t.Context(), sso.ActorSystem, sso.Enterprise{
		Key:  "acme",
		Name: "Acme",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.CreateOrganization(
		t.Context(), sso.ActorSystem,
		sso.Organization{
			Enterprise: ent.ID,
			Key:        "web",
		},
	); err != nil {
		t.Fatal(err)
	}
	file := openFile(t, dsn)
	var verdict string
	if err := file.QueryRow("pragma integrity_check").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("%q, %v", verdict, err)
	}
	rows, err := file.Query("pragma foreign_key_check")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // nothing is read
	if rows.Next() {
		t.Error("a foreign key points nowhere")
	}
}

// TestEveryForeignKeyHasTheEnterprise reads the schema: no table of an
// enterprise may refer to another by less than the enterprise and the row.
func TestEveryForeignKeyHasTheEnterprise(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	file := openFile(t, dsn)
	rows, err := file.QueryContext(context.Background(), `select m.name, f.id, group_concat(f."from"), max(f."table")
		from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table' group by m.name, f.id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	found := 0
	for rows.Next() {
		var table, columns, target string
		var id int
		if err := rows.Scan(&table, &id, &columns, &target); err != nil {
			t.Fatal(err)
		}
		found++
		// who are the installation's
		direct := columns == "enterprise_id" &&
			(target == "enterprises" || target == "audit_trails") ||
			target == "admins" || target == "roles"
		if !direct && !strings.HasPrefix(columns, "enterprise_id,") {
			t.Errorf("%s refers to %s by %s alone", table, target, columns)
		}
	}
	if err := rows.Err(); err != nil || found < 15 {
		t.Errorf("%d foreign keys (%v)", found, err)
	}
}
