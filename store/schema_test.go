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

// TestMergeDecidesAboutEveryTable: a new table about users names here what a merge of two
// does with it.
func TestMergeDecidesAboutEveryTable(t *testing.T) {
	t.Parallel()
	decided := map[string]string{
		"memberships":               "moved",
		"identities":                "moved",
		"linked_subjects":           "moved",
		"former_identities":         "stay: a sign-in with one leads to the question about the user kept",
		"provisioned_users":         "moved if active, and found ones go",
		"provisioned_tombstones":    "stay: what an identity provider ended stays ended",
		"merges":                    "stay: they are undone from the last to the first",
		"sessions":                  "ended",
		"personal_tokens":           "ended",
		"held_syncs":                "superseded",
		"move_entries":              "moved, if the move does not expect the user kept",
		"identity_questions":        "settled",
		"asserted_names":            "forgotten",
		"attempts":                  "stay, and are listed with the user kept",
		"sync_records":              "stay, and are listed with the user kept",
		"membership_history":        "stays, and is read with that of the user kept",
		"admins":                    "forbid the merge",
		"enterprise_admins":         "rest",
		"organization_admins":       "ended",
		"provisioned_former":        "stay: the account is found again for no resource",
		"provisioned_emails":        "belong to the resource",
		"provisioned_members":       "belong to the resource",
		"provisioned_receipts":      "stay: what ended",
		"provisioned_receipt_nodes": "stay: what ended",
		"revocations":               "for a day",
		"erasures":                  "are of users who are not there any more",
		"erasure_keys":              "likewise",
		"shadow_differences":        "stay: a draft",
		"brake_signs":               "stay: counted",
		"subject_signs":             "stay: only an account that waits is withdrawn",
		"brake_losses":              "stay: counted",
		"user_attributes":           "moved, if the user kept has no value",
		"user_terms":                "stay: the merged user is found, too",
	}
	dsn := storetest.SQLite(t)
	storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	file := openFile(t, dsn)
	rows, err := file.QueryContext(context.Background(), `select m.name from sqlite_master m
		join pragma_table_info(m.name) c where m.type = 'table' and c.name in ('user_id', 'account_id', 'holder_id')
		union select m.name from sqlite_master m
		join pragma_foreign_key_list(m.name) f where m.type = 'table' and f."table" = 'users'`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	for rows.Next() {
		var table string
		if err := rows.Scan(&table); err != nil {
			t.Fatal(err)
		}
		if decided[table] == "" {
			t.Errorf("what does a merge of users do with %s?", table)
		}
		delete(decided, table)
	}
	if err := rows.Err(); err != nil || len(decided) > 0 {
		t.Errorf("there is no table %v (%v)", decided, err)
	}
}

// TestErasureDecidesAboutEveryTable: a new table with something of a person is emptied of
// it when the person is deleted, or says here why not.
func TestErasureDecidesAboutEveryTable(t *testing.T) {
	t.Parallel()
	decided := map[string]string{
		"audit_events":              "redacted",
		"audit_set_aside":           "redacted",
		"test_runs":                 "redacted",
		"setup_links":               "redacted",
		"idempotency_keys":          "redacted",
		"provisioned_users":         "dropped with their counts",
		"admins":                    "forbid the deletion",
		"revocations":               "for a day, and only the ID",
		"erasures":                  "the stub",
		"erasure_keys":              "keyed digests",
		"groups":                    "names of groups",
		"group_idp_names":           "names of groups",
		"provisioned_groups":        "names of groups",
		"provisioning_expectations": "names of groups",
		"health_events":             "name connections, tokens and groups",
	}
	dsn := storetest.SQLite(t)
	storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
	rows, err := openFile(t, dsn).QueryContext(context.Background(), `select distinct m.name,
			exists (select 1 from pragma_foreign_key_list(m.name) f
				where f."table" in ('users', 'provisioned_users') and f.on_delete = 'CASCADE')
		from sqlite_master m join pragma_table_info(m.name) c where m.type = 'table' and c.name in (
			'user_id', 'account_id', 'holder_id', 'other_id', 'login', 'login_key', 'email', 'subject', 'person',
			'member', 'user_name', 'external_id', 'account', 'recipient', 'identity', 'result', 'detail', 'folded',
			'made_for', 'body')`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	emptied := store.ErasedTables()
	for rows.Next() {
		var table string
		var cascades bool
		if err := rows.Scan(&table, &cascades); err != nil {
			t.Fatal(err)
		}
		if decided[table] == "" && !cascades && !emptied[table] {
			t.Errorf("what does the deletion of a person do with %s?", table)
		}
		delete(decided, table)
	}
	if err := rows.Err(); err != nil || len(decided) > 0 {
		t.Errorf("there is no table %v (%v)", decided, err)
	}
}
