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

// TestHeldOfDeletedConnectionsAreClosed: what waited of connections that were
// deleted earlier waits no longer after the migration, and nothing else changes.
func TestHeldOfDeletedConnectionsAreClosed(t *testing.T) {
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
			other, err := db.CreateEnterprise(
				ctx, sso.ActorSystem, sso.Enterprise{Key: "globex"},
			)
			check(err)
			here, err := db.CreateConnection(ctx, sso.ActorSystem, draftOf(ent))
			check(err)
			elsewhere, err := db.CreateConnection(
				ctx, sso.ActorSystem, draftOf(other),
			)
			check(err)
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
			_, err = provider.DownTo(ctx, 26)
			check(err)
			_, err = raw.Exec(
				`insert into users (enterprise_id, id, status, login, email, email_verified, name, created_at, last_sign_in_at)
				values ($1, 'user-1', 'active', 'ada', '', false, 'Ada', 1, 1)`,
				string(ent.ID),
			)
			check(err)
			for id, held := range map[string][2]string{
				"held-kept":    {string(here.ID), "waiting"},
				"held-deleted": {"conn-gone", "waiting"},
				"held-foreign": {string(elsewhere.ID), "waiting"}, // of another enterprise: it is none of this one's
				"held-decided": {"conn-gone", "approved"},
			} {
				_, err := raw.Exec(
					`insert into held_syncs (enterprise_id, id, user_id, connection_id, record_id, changes,
					state, at, decided_by, decided_at) values ($1, $2, 'user-1', $3, '', '{}', $4, 7, '', 0)`,
					string(ent.ID), id, held[0], held[1],
				)
				check(err)
			}
			db, err = store.Open(ctx, store.Options{DSN: dsn, Keys: keys})
			check(err)
			defer db.Close() //nolint:errcheck // a store of a test
			for id, want := range map[string]string{
				"held-kept":    "waiting",
				"held-deleted": "discarded",
				"held-foreign": "discarded",
				"held-decided": "approved",
			} {
				var state string
				check(
					raw.QueryRow(
						"select state from held_syncs where id = $1", id,
					).Scan(&state),
				)
				if state != want {
					t.Errorf("%s is %s; want %s", id, state, want)
				}
			}
		})
	}
}

func draftOf(e sso.Enterprise) sso.Connection {
	return sso.Connection{
		Enterprise: e.ID,
		Name:       "x",
		Protocol:   sso.SAML,
		State:      sso.ConnectionDraft,
	}
}
