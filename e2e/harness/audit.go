package harness

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"gatehouse/e2e/auditor"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// Audit audits the installation of these nodes by reading its database
// directly. prepare, if not nil, may add to the auditor. No connection stays
// open: a database that another process has open is not recovered after a
// crash.
func Audit(
	t testing.TB, journal *auditor.Journal, prepare func(*auditor.Auditor), nodes ...*Gateway,
) ([]auditor.Violation, error) {
	t.Helper()
	one := nodes[0]
	db := storetest.Open(t, one.DSN, store.Keyring{Current: one.Key}, nil)
	a := &auditor.Auditor{
		DB:       storetest.Raw(t, one.DSN),
		Postgres: !strings.HasPrefix(one.DSN, "sqlite:"),
		Journal:  journal,
		Store:    db,
		Alive:    map[string]func() bool{},
		Dead:     map[string]func() bool{},
		Texts:    map[string]string{},
		Secrets:  []string{one.Key.Reveal()},
	}
	for _, g := range nodes {
		a.Texts["the log of "+g.Addr] = g.Log()
		a.Files = append(a.Files, g.DataDir)
		a.Secrets = append(a.Secrets, g.hidden()...)
	}
	if prepare != nil {
		prepare(a)
	}
	found, err := a.Check(t.Context())
	return found, errors.Join(err, a.DB.Close(), db.Close())
}

func (g *Gateway) hidden() []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return slices.Sorted(maps.Keys(g.secrets))
}
