package login_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// askedDirectory is the database that counts what Discover asks of it.
type askedDirectory struct {
	*store.DB
	companies   int
	connections int
}

func (d *askedDirectory) EnterpriseByKey(ctx context.Context, key string) (sso.Enterprise, error) {
	d.companies++
	return d.DB.EnterpriseByKey(ctx, key)
}

func (d *askedDirectory) EnterpriseByDomain(ctx context.Context, name string) (sso.Enterprise, error) {
	d.companies++
	return d.DB.EnterpriseByDomain(ctx, name)
}

func (d *askedDirectory) Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error) {
	d.connections++
	return d.DB.Connections(ctx, ent)
}

// TestUnknownTakesTheSameWay: an unknown key or address costs the same statements
// as a known one, so that the time tells nothing. All addresses at a known domain
// get the same answer.
func TestUnknownTakesTheSameWay(t *testing.T) {
	each(t, func(w *world) {
		w.enters(w.acme, "ada")
		for _, typed := range []string{
			"acme", "nobody", "acme-2", "ada@acme.example", "nobody@acme.example",
			"eve@unknown.example", "eve@acme.examples",
		} {
			d := &askedDirectory{DB: w.db}
			s := w.with(func(o *options) { o.Enterprises = d })
			_, err := s.Discover(w.Context(), typed)
			if err != nil && sso.CodeOf(err) != "unknown_company" {
				w.Errorf("%s: %v", typed, err)
			}
			if d.companies != 1 || d.connections != 1 {
				w.Errorf("%s: asks for %d companies, and %d times for connections", typed, d.companies, d.connections)
			}
		}
		known, err := w.login.Discover(w.Context(), "ada@acme.example")
		w.ok(err)
		unknown, err := w.login.Discover(w.Context(), "nobody@acme.example")
		w.ok(err)
		if diff := cmp.Diff(known, unknown); diff != "" {
			w.Errorf("a person who is known is answered otherwise: %s", diff)
		}
	})
}

// BenchmarkDiscover compares what is known with what is not.
func BenchmarkDiscover(b *testing.B) {
	db := storetest.Open(
		b, storetest.SQLite(b), store.Keyring{Current: store.NewKey()}, start,
	)
	acme, err := db.CreateEnterprise(b.Context(), by, sso.Enterprise{
		Key:  "acme",
		Name: "Acme",
	})
	if err == nil {
		_, err = db.CreateDomain(b.Context(), by, sso.Domain{
			Enterprise: acme.ID,
			Name:       "acme.example",
			TXTRecord:  "x",
			VerifiedAt: start(),
		})
	}
	if err != nil {
		b.Fatal(err)
	}
	s := login.New(login.Options{Enterprises: db})
	for _, typed := range []string{
		"acme", "nobody", "ada@acme.example", "eve@unknown.example",
	} {
		b.Run(typed, func(b *testing.B) {
			for b.Loop() {
				if _, err := s.Discover(b.Context(), typed); err != nil &&
					sso.CodeOf(err) != "unknown_company" {
					b.Fatal(err)
				}
			}
		})
	}
}
