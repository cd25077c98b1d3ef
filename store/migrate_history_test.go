package store_test

import (
	"os"
	"strings"
	"testing"

	"github.com/pressly/goose/v3"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// TestHistoryBeginsWithWhatIs: a database from before there was a history has one
// after the migration, of what is in it; and the way back is open.
func TestHistoryBeginsWithWhatIs(t *testing.T) {
	for name, database := range map[string]func(testing.TB) string{
		"SQLite":     storetest.File,
		"PostgreSQL": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			dsn, keys := database(t), store.Keyring{Current: store.NewKey()}
			db := storetest.Open(t, dsn, keys, nil)
			ctx := t.Context()
			check := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			ent, err := db.CreateEnterprise(
				ctx, sso.ActorSystem, sso.Enterprise{Key: "acme"},
			)
			check(err)
			org, err := db.CreateOrganization(ctx, sso.ActorSystem, sso.Organization{
				Enterprise: ent.ID,
				Key:        "web",
			})
			check(err)
			storetest.Fill(t, dsn, ent.ID, org.ID, 100)
			check(db.Close())
			raw := storetest.Raw(t, dsn)
			dialect := goose.DialectPostgres
			if strings.HasPrefix(dsn, "sqlite:") {
				dialect = goose.DialectSQLite3
			}
			provider, err := goose.NewProvider(
				dialect, raw, os.DirFS("migrations"),
				goose.WithDisableGlobalRegistry(true),
			)
			check(err)
			_, err = provider.DownTo(ctx, 2)
			check(err)
			db, err = store.Open(ctx, store.Options{DSN: dsn, Keys: keys})
			check(err)
			defer db.Close() //nolint:errcheck // a store of a test
			var same, all int
			check(raw.QueryRow(`select count(*) from memberships m join membership_history h on h.enterprise_id = m.enterprise_id and h.user_id = m.user_id
				and h.group_id = m.group_id and h.from_at = m.since and h.until_at = 0 and h.source = m.source`).Scan(
				&same,
			))
			check(raw.QueryRow("select count(*) from memberships").Scan(&all))
			if same != all || all < 100 {
				t.Errorf("%d of %d memberships have a history", same, all)
			}
		})
	}
}
