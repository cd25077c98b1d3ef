package faults

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"gatehouse/e2e/auditor"
	"gatehouse/e2e/harness"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// databases returns how to create a database of each kind; "" is SQLite.
func databases(r *result) map[string]func() string {
	return map[string]func() string{
		"SQLite":     func() string { return "" },
		"PostgreSQL": func() string { return storetest.Postgres(r) },
	}
}

// killedMigrating kills processes while they migrate the schema. The next
// process can always finish the migration.
func killedMigrating(r *result) {
	for name, fresh := range databases(r) {
		r.each(func(n int) {
			g := harness.Prepare(r, harness.Options{Database: fresh()})
			g.Begin("migrate", "up")
			time.Sleep(time.Duration(n)*5*time.Millisecond%(250*time.Millisecond) +
				rand.N(5*time.Millisecond))
			g.Kill()
			begun := time.Now()
			if _, said, status := g.Command("migrate", "up"); status != 0 {
				r.corrupt++
				r.Errorf("%s, after a kill: %s", name, said)
			}
			r.took(time.Since(begun))
			r.audit(auditor.NewJournal(), g)
		})
	}
}

// migratingAtOnce starts five processes that migrate the same database
// concurrently. All succeed, and each migration runs once.
func migratingAtOnce(r *result) {
	for name, fresh := range databases(r) {
		r.each(func(int) {
			g := harness.Prepare(r, harness.Options{Database: fresh()})
			begun := time.Now()
			for _, said := range harness.AtOnce(5, func(int) string {
				if _, said, status := g.Command("migrate", "up"); status != 0 {
					return said
				}
				return ""
			}) {
				if said != "" {
					r.errors++
					r.Errorf("%s: %s", name, said)
				}
			}
			r.took(time.Since(begun))
			var twice int
			err := storetest.Raw(r, g.DSN).QueryRow(
				"select count(*) - count(distinct version_id) from goose_db_version",
			).Scan(&twice)
			if err != nil || twice != 0 {
				r.Errorf("%s: %d steps were done twice (%v)", name, twice, err)
			}
			r.audit(auditor.NewJournal(), g)
		})
	}
}

// wrongKey starts the program with another secret key than the one the data was
// sealed with. It refuses to start and changes nothing; with both keys it reads
// the data and seals it again.
func wrongKey(r *result) {
	for name, fresh := range databases(r) {
		r.each(func(int) {
			g := harness.Start(r, harness.Options{Database: fresh()})
			idp := harness.NewIdP(r, harness.Ada())
			acme := harness.NewCompany(
				g, g.API(), "acme", harness.TwoOrganizations(),
			)
			acme.ConnectOIDC(idp) // stores a sealed client secret
			v := g.Visitor()
			if a := v.SignIn(idp, "acme", "p-1"); !signedIn(a) {
				r.Fatal(a)
			}
			g.Terminate()
			g.Ended()
			before, key := content(r, g), g.Key
			for what, wrong := range map[string]string{
				"another":     store.NewKey().Reveal(),
				"a short one": base64.StdEncoding.EncodeToString([]byte("short")),
				"rubbish":     "rubbish",
				"half":        key.Reveal()[:22],
			} {
				g.Set("GATEHOUSE_SECRET_KEY", wrong)
				if _, said, status := g.Command("serve"); status == 0 || strings.Contains(said, wrong) {
					r.Errorf(
						"%s: it started with %s key, or said it: %d %s", name, what,
						status, said,
					)
				}
				if content(r, g) != before {
					r.corrupt++
					r.Errorf("%s: it changed something with %s key", name, what)
				}
			}
			next := store.NewKey()
			g.Set("GATEHOUSE_SECRET_KEY", next.Reveal())
			g.Set("GATEHOUSE_SECRET_KEY_PREVIOUS", key.Reveal())
			g.Key = next
			g.Begin("serve")
			g.WaitReady()
			if !v.SignedIn() {
				r.lost++
				r.Errorf("%s: a session did not outlive the rotation of the key", name)
			}
			if a := g.Visitor().SignIn(idp, "acme", "p-1"); !signedIn(a) {
				r.Errorf("%s: what was sealed with the previous key cannot be read: %v", name, a)
			}
			sealed := func() bool {
				return strings.Contains(g.Log(), "sealed with the current key")
			}
			if !harness.Soon(10*time.Second, sealed) {
				r.Errorf("%s: nothing was sealed with the new key", name)
			}
			r.audit(auditor.NewJournal(), g)
		})
	}
}

// content returns a digest of all data in a database.
func content(r *result, g *harness.Gateway) string {
	r.Helper()
	h := sha256.New()
	db := storetest.Raw(r, g.DSN)
	defer func() { _ = db.Close() }()
	for _, table := range []string{
		"sealed_values", "meta", "connections", "users", "sessions", "audit_heads",
		"goose_db_version",
	} {
		rows, err := db.Query("select * from " + table + " order by 1")
		if err != nil {
			r.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			r.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				r.Fatal(err)
			}
			for _, v := range values {
				_, _ = fmt.Fprintf(h, "%v|", *v.(*any)) // writing to a hash cannot fail
			}
		}
		if err := rows.Err(); err != nil {
			r.Fatal(err)
		}
	}
	files, _ := filepath.Glob(filepath.Join(g.DataDir, "*")) // the pattern is good
	for _, f := range files {
		if info, err := os.Stat(f); err == nil && !strings.Contains(f, "gatehouse.db-") {
			_, _ = fmt.Fprintln(h, info.Name())
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}
