package login_test

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/store"
)

// shadow gives a company a draft, made from what is live, and compares with it.
func (w *world) shadow(c *company, change func(cfg *sso.Config)) *services {
	w.Helper()
	var err error
	c.conn, err = w.db.UpdateConnection(
		w.Context(),
		by,
		c.ID,
		c.conn.ID,
		"connection.edited",
		func(conn sso.Connection) (sso.Connection, error) {
			cfg := *conn.Live
			cfg.Version++
			if cfg.SAML != nil {
				saml := *cfg.SAML
				cfg.SAML = &saml
			}
			change(&cfg)
			conn.Draft, conn.Shadow = &cfg, w.clock.Now()
			return conn, nil
		},
	)
	w.ok(err)
	return w.with(func(*options) {})
}

// tally waits until so many sign-ins were compared.
func (w *world) tally(c *company, compared int) (sso.ShadowTally, []sso.ShadowDifference) {
	w.Helper()
	var t sso.ShadowTally
	for range 500 {
		var err error
		t, err = w.db.Shadow(w.Context(), c.ID, c.conn.ID)
		w.ok(err)
		if t.Compared >= compared {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	all, _, err := w.db.ShadowDifferences(w.Context(), c.ID, c.conn.ID, sso.Page{})
	w.ok(err)
	if t.Compared != compared {
		w.Errorf(
			"%d sign-ins were compared, want %d\n%s", t.Compared, compared,
			w.log.String(),
		)
	}
	return t, all
}

func (w *world) completeBy(s *services, c *company, cb sso.Callback) (login.Result, error) {
	return s.Complete(w.Context(), c.conn.ID, cb)
}

func names(all []sso.GroupChange) string {
	var s []string
	for _, g := range all {
		s = append(s, g.OrganizationName+"/"+g.Name)
	}
	slices.Sort(s)
	return strings.Join(s, " ")
}

// TestShadow: the draft is evaluated on what people really send, over both
// protocols, and what it would do is told while what is live is done.
func TestShadow(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			s := w.shadow(c, func(cfg *sso.Config) {
				cfg.Mapping.Name = []string{"email"}
				cfg.Mapping.Exclude = "^dev$"
				cfg.AllowSignIn = `identity.login != "bob"`
			})
			ada, err := w.completeBy(s, c, w.answer(c, "ada", w.begin(c)))
			w.ok(err)
			_, err = w.completeBy(s, c, w.answer(c, "bob", w.begin(c)))
			w.ok(err)
			// by what is live
			w.in(
				c, ada.User.ID, "app/Members=default", "app/dev=jit",
				"web/Members=default", "web/dev=jit",
			)
			tally, all := w.tally(c, 2)
			if tally.Differing != 2 ||
				tally.Refused != 1 ||
				tally.Admitted != 0 ||
				len(all) != 2 {
				w.Fatalf("%s: %+v %+v", c.Key, tally, all)
			}
			a, b := all[0], all[1]
			if a.Person != "ada" ||
				a.User != ada.User.ID ||
				a.LiveCode+a.DraftCode != "" ||
				b.Person != "bob" ||
				b.DraftCode != "sign_in_denied" {
				w.Errorf("%s: %+v", c.Key, all)
			}
			if !reflect.DeepEqual(a.Detail.Lost, []string{"dev"}) ||
				names(
					a.Detail.Removed,
				) != "app/Members app/dev web/Members web/dev" ||
				len(a.Detail.Added) != 0 {
				w.Errorf("%s: %+v", c.Key, a.Detail)
			}
			if len(a.Detail.Fields) != 1 ||
				a.Detail.Fields[0].Field != "name" ||
				a.Detail.Fields[0].Draft != "ada@"+c.Key+".example" {
				w.Errorf("%s: %+v", c.Key, a.Detail.Fields)
			}
			attempts, _, err := w.db.Attempts(
				w.Context(), c.ID, sso.AttemptFilter{}, sso.Page{},
			)
			w.ok(err)
			if len(attempts) != 2 {
				w.Errorf("%s: %d attempts: the comparison left some of its own", c.Key, len(attempts))
			}
		}
	})
}

// TestShadowTrust: a response is verified once more with what the draft trusts,
// so that a draft lets in whom what is live refuses, and the other way round.
func TestShadowTrust(t *testing.T) {
	each(t, func(w *world) {
		c := w.acme
		s := w.shadow(c, func(cfg *sso.Config) {
			cfg.SAML.IDPEntityID = "https://elsewhere.example"
		})
		_, err := w.completeBy(s, c, w.answer(c, "ada", w.begin(c)))
		w.ok(err)
		tally, all := w.tally(c, 1)
		if tally.Refused != 1 ||
			len(all) != 1 ||
			!strings.HasPrefix(all[0].DraftCode, "saml_") ||
			all[0].Detail.Reason == "" {
			w.Errorf("%+v %+v", tally, all)
		}
		right := c.conn.Live.SAML.IDPEntityID
		w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.SAML.IDPEntityID, cfg.SAML.MetadataURL = "https://elsewhere.example", ""
		})
		s = w.shadow(c, func(cfg *sso.Config) { cfg.SAML.IDPEntityID = right })
		_, err = w.completeBy(s, c, w.answer(c, "ada", w.begin(c)))
		if err == nil {
			w.Fatal("what is live let somebody in whom it must not")
		}
		if tally, all = w.tally(c, 1); tally.Admitted != 1 ||
			len(all) != 1 ||
			all[0].DraftCode != "" ||
			all[0].LiveCode == "" ||
			all[0].Person != "ada" {
			w.Errorf("%+v %+v", tally, all)
		}
	})
}

// Nothing is compared without a draft, and nothing that goes wrong with it is
// noticed by who signs in.
func TestShadowStaysOut(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		broken := w.with(func(o *options) { o.trial.Facts = panicking{w.db} })
		_, err := w.completeBy(broken, c, w.answer(c, "ada", w.begin(c)))
		w.ok(err)
		s := w.shadow(c, func(*sso.Config) {})
		_, err = w.completeBy(broken, c, w.answer(c, "ada", w.begin(c)))
		w.ok(err)
		_, err = w.completeBy(s, c, w.answer(c, "ada", w.begin(c)))
		w.ok(err)
		if tally, all := w.tally(c, 1); tally.Differing != 0 || len(all) != 0 {
			w.Errorf("the same configuration differs: %+v %+v", tally, all)
		}
	})
}

type panicking struct{ *store.DB }

func (panicking) RecordShadow(context.Context, sso.ShadowDifference) error { panic("canary") }

func (panicking) LoginClaim(context.Context, sso.EnterpriseID, sso.User, sso.Identity) (sso.LoginClaim, error) {
	panic("canary")
}

func (panicking) Snapshot(context.Context, sso.EnterpriseID, sso.ConnectionID, sso.UserID, string, []string, sso.Brake,
	[]sso.GroupID) (sso.User, sso.GroupSnapshot, error) {
	panic("canary")
}
