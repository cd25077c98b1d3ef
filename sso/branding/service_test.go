package branding_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/branding"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

const operator = sso.ActorOperator

// recorder is a store that can be made to fail or to hang.
type recorder struct {
	*store.DB
	broken atomic.Bool
	slow   atomic.Bool
	asked  atomic.Int64
}

var errBroken = errors.New("the database is gone")

func (r *recorder) fault(ctx context.Context) error {
	r.asked.Add(1)
	if r.slow.Load() {
		<-ctx.Done()
		return ctx.Err()
	}
	if r.broken.Load() {
		return errBroken
	}
	return nil
}

func (r *recorder) BrandRevision(ctx context.Context) (int64, error) {
	if err := r.fault(ctx); err != nil {
		return 0, err
	}
	return r.DB.BrandRevision(ctx)
}

func (r *recorder) Brand(ctx context.Context, ent sso.EnterpriseID) (sso.BrandRecord, error) {
	if err := r.fault(ctx); err != nil {
		return sso.BrandRecord{}, err
	}
	return r.DB.Brand(ctx, ent)
}

// world is a store with two enterprises.
type world struct {
	testing.TB
	db          *recorder
	log         *bytes.Buffer
	clock       atomic.Int64 // seconds that have passed
	acme, other sso.EnterpriseID
}

func newWorld(t testing.TB, database func(testing.TB) string) *world {
	w := &world{
		TB:  t,
		log: new(bytes.Buffer),
		db:  &recorder{DB: storetest.Open(t, database(t), store.Keyring{Current: store.NewKey()}, nil)},
	}
	for key, id := range map[string]*sso.EnterpriseID{"acme": &w.acme, "other": &w.other} {
		e, err := w.db.CreateEnterprise(t.Context(), operator, sso.Enterprise{
			Key:  key,
			Name: key,
		})
		w.ok(err)
		*id = e.ID
	}
	return w
}

// each runs a test on both databases.
func each(t *testing.T, test func(*world)) {
	t.Parallel()
	for name, database := range map[string]func(testing.TB) string{
		"SQLite": storetest.SQLite, "PostgreSQL": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newWorld(t, database))
		})
	}
}

func (w *world) now() time.Time {
	return time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC).Add(time.Duration(w.clock.Load()) * time.Second)
}

// service returns a node with a configuration.
func (w *world) service(configure ...func(*branding.Options)) *branding.Service {
	o := branding.Options{
		Store:      w.db,
		PerCompany: true,
		Log:        slog.New(slog.NewTextHandler(w.log, nil)),
		Now:        w.now,
	}
	for _, change := range configure {
		change(&o)
	}
	return branding.New(o)
}

func (w *world) ok(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// fails asserts the code of an error, and the fields that it blames.
func (w *world) fails(err error, code string, fields ...string) {
	w.Helper()
	var got []string
	if e, ok := errors.AsType[*sso.Error](err); ok {
		for _, f := range e.Fields {
			got = append(got, f.Field)
		}
	}
	if sso.CodeOf(err) != code || !slices.Equal(got, fields) {
		w.Errorf("got %v about %v; want %s about %v", err, got, code, fields)
	}
}

// publish sets the name of a product at once.
func (w *world) publish(s *branding.Service, ent sso.EnterpriseID, product string) {
	w.Helper()
	_, err := s.Save(w.Context(), operator, ent, branding.Edit{
		Product: &product,
		Publish: true,
	})
	w.ok(err)
}

func (w *world) shows(s *branding.Service, ent sso.EnterpriseID, product string) {
	w.Helper()
	if got := s.Of(w.Context(), ent).Product; got != product {
		w.Errorf("%q is shown in place of %q", got, product)
	}
}

// TestResolve asks for the product of every combination of levels.
func TestResolve(t *testing.T) {
	each(t, func(w *world) {
		s := w.service()
		w.shows(s, "", "")
		for set := range 8 {
			fixed, own, company := "", "", ""
			if set&1 > 0 {
				own = "Installation"
			}
			if set&2 > 0 {
				fixed = "Fixed"
			}
			if set&4 > 0 {
				company = "Acme"
			}
			w.publish(s, "", own)
			w.publish(s, w.acme, company)
			for _, allowed := range []bool{true, false} {
				node := w.service(func(o *branding.Options) {
					o.Fixed.Product, o.PerCompany = fixed, allowed
				})
				below := fixed
				if below == "" {
					below = own
				}
				want := below
				if company != "" && allowed {
					want = company
				}
				w.shows(node, w.acme, want)
				w.shows(node, w.other, below)
				w.shows(node, "ent-unknown", below)
				w.shows(node, "", below)
			}
		}
	})
}

// TestAllowance: the operator's decision about a company comes before the setting; what
// the company had set is kept.
func TestAllowance(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		s := w.service(func(o *branding.Options) { o.PerCompany = false })
		name := "Acme"
		_, err := s.Save(ctx, operator, w.acme, branding.Edit{Product: &name})
		w.fails(err, "brand_not_allowed")
		_, err = s.Allow(ctx, operator, w.acme, sso.BrandAllowed)
		w.ok(err)
		w.publish(s, w.acme, name)
		w.shows(s, w.acme, name)
		_, err = s.Save(ctx, operator, w.acme, branding.Edit{Color: ptr("#000000")})
		w.ok(err)
		state, err := s.Allow(ctx, operator, w.acme, sso.BrandRefused)
		w.ok(err)
		if state.Allowed || state.Live.Product != name || !state.Drafted || state.Worn.Product != "" {
			w.Errorf("%+v", state)
		}
		w.shows(s, w.acme, "")
		_, err = s.Publish(ctx, operator, w.acme, sso.AnyRevision)
		w.fails(err, "brand_not_allowed")
		state, err = s.Discard(ctx, operator, w.acme, sso.AnyRevision)
		w.ok(err)
		if state.Drafted {
			w.Errorf("%+v", state)
		}
		_, err = s.Allow(ctx, operator, w.acme, "perhaps")
		w.fails(err, "validation_failed", "allowance")
		_, err = s.Allow(ctx, operator, "", sso.BrandAllowed)
		w.fails(err, "not_found")
		_, err = s.Allow(ctx, operator, "ent-unknown", sso.BrandAllowed)
		w.fails(err, "not_found")
	})
}

func ptr[T any](v T) *T { return &v }

// TestDrafts: a draft is not shown before it is published, and to no other company ever.
func TestDrafts(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		s := w.service()
		w.publish(s, "", "Northwind")
		state, err := s.Save(ctx, operator, w.acme, branding.Edit{
			Revision: 1,
			Product:  ptr(" Acme "),
			Accent:   ptr("0E5C4B"),
			Support:  ptr("hilfe@bücher.example"),
			Privacy:  ptr("https://bücher.example/privacy"),
			Language: ptr("de"), LanguageFirst: ptr(true),
			MailFooter: ptr("One\r\nTwo\r\n"),
		})
		w.ok(err)
		want := sso.Brand{
			Product: "Acme", Accent: "#0e5c4b", Support: "hilfe@xn--bcher-kva.example",
			Privacy: "https://xn--bcher-kva.example/privacy", Language: "de", LanguageFirst: true, MailFooter: "One\nTwo",
		}
		if state.Draft != want || !state.Drafted || state.Worn.Product != "Northwind" || state.Preview.Product != "Acme" ||
			len(state.Checks) != 1 || !state.Checks[0].Passed {
			w.Errorf("%+v", state)
		}
		w.shows(s, w.acme, "Northwind")
		_, err = s.Save(ctx, operator, w.acme, branding.Edit{Revision: 1, Product: ptr("X")})
		w.fails(err, "changed_meanwhile")
		_, err = s.Publish(ctx, operator, w.acme, 1)
		w.fails(err, "changed_meanwhile")
		_, err = s.Discard(ctx, operator, w.acme, 1)
		w.fails(err, "changed_meanwhile")
		state, err = s.State(ctx, w.other)
		w.ok(err)
		if state.Drafted || state.Preview.Product != "Northwind" {
			w.Errorf("another company sees %+v", state)
		}
		_, err = s.Publish(ctx, operator, w.acme, state.Revision+1)
		w.ok(err)
		w.shows(s, w.acme, "Acme")
		w.shows(s, w.other, "Northwind")
		state, err = s.Save(ctx, operator, w.acme, branding.Edit{Product: ptr(""), Language: ptr("")})
		w.ok(err)
		if state.Preview.Product != "Northwind" || state.Draft.LanguageFirst {
			w.Errorf("%+v", state)
		}
		state, err = s.Save(ctx, operator, w.acme, branding.Edit{
			Product: ptr("Acme"), Language: ptr("de"), LanguageFirst: ptr(true),
		})
		w.ok(err)
		if state.Drafted {
			w.Errorf("a draft that changes nothing is left: %+v", state)
		}
		_, err = s.State(ctx, "ent-unknown")
		w.fails(err, "not_found")
		_, err = s.Save(ctx, operator, "ent-unknown", branding.Edit{Product: ptr("X")})
		w.fails(err, "not_found")
	})
}

// logo is a PNG picture.
func logo(side int) []byte {
	var out bytes.Buffer
	_ = png.Encode(&out, image.NewGray(image.Rect(0, 0, side, side))) // a buffer accepts every write
	return out.Bytes()
}

const drawing = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script/><path d="M0 0H9V9z"/></svg>`

func TestLogos(t *testing.T) {
	each(t, func(w *world) {
		ctx := w.Context()
		s := w.service()
		_, err := s.Save(ctx, operator, w.acme, branding.Edit{LogoDark: logo(8)})
		w.fails(err, "validation_failed", "logo_dark")
		_, err = s.Save(ctx, operator, w.acme, branding.Edit{Logo: []byte("GIF89a")})
		w.fails(err, "logo_unusable", "logo")
		state, err := s.Save(ctx, operator, w.acme, branding.Edit{Logo: []byte(drawing), LogoDark: logo(8)})
		w.ok(err)
		if !slices.Equal(state.Omitted, []string{"script"}) || state.Draft.Logo.Media != sso.MediaSVG ||
			state.Draft.LogoDark.Width != 8 {
			w.Errorf("%+v", state)
		}
		for _, ref := range []sso.ImageRef{state.Draft.Logo, state.Draft.LogoDark} {
			got, err := w.service().Image(ctx, ref.Hash)
			w.ok(err)
			if got.Ref() != ref || strings.Contains(string(got.Body), "script") {
				w.Errorf("%+v", got)
			}
		}
		again, err := s.Save(ctx, operator, w.other, branding.Edit{Logo: []byte(drawing)}) // the same one
		w.ok(err)
		if again.Draft.Logo != state.Draft.Logo {
			w.Errorf("%+v", again)
		}
		state, err = s.Save(ctx, operator, w.acme, branding.Edit{Logo: []byte{}})
		w.ok(err)
		if state.Drafted || state.Draft.LogoDark != (sso.ImageRef{}) {
			w.Errorf("the dark variant is left without its logo: %+v", state)
		}
		_, err = s.Image(ctx, strings.Repeat("0", 64))
		w.fails(err, "not_found")
	})
}

func TestRefusedBrands(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite)
	ctx := t.Context()
	s := w.service(func(o *branding.Options) {
		o.Fixed = sso.Brand{Product: "Fixed", Logo: sso.ImageRef{Hash: "f"}, Language: "de"}
	})
	_, err := s.Save(ctx, operator, "", branding.Edit{Accent: ptr("#ffff00")})
	w.fails(err, "contrast_too_low", "accent")
	if !strings.Contains(err.Error(), "nearest color that passes is #") {
		t.Error(err)
	}
	_, err = s.Save(ctx, operator, "", branding.Edit{Color: ptr("#ffff00"), Publish: true})
	w.ok(err) // text on it is black
	_, err = s.Save(ctx, operator, "", branding.Edit{Terms: ptr("javascript:x"), Product: ptr("a\u202eb")})
	w.fails(err, "brand_locked", "product_name")
	_, err = s.Save(ctx, operator, "", branding.Edit{Logo: logo(8), LogoDark: logo(8), LanguageFirst: ptr(true)})
	w.fails(err, "brand_locked", "logo", "logo_dark", "language_first")
	_, err = s.Save(ctx, operator, w.acme, branding.Edit{Terms: ptr("javascript:x"), Product: ptr("a\u202eb")})
	w.fails(err, "validation_failed", "product_name", "terms")
	state, err := s.Save(ctx, operator, w.acme, branding.Edit{Product: ptr("Acme"), Publish: true})
	w.ok(err) // which comes before the configuration
	if state.Worn.Product != "Acme" || state.Worn.Language != "de" || len(state.Locked) > 0 {
		t.Errorf("%+v", state)
	}
	state, err = s.State(ctx, "")
	w.ok(err)
	if !slices.Equal(state.Locked, []string{"product_name", "logo", "language", "logo_dark", "language_first"}) {
		t.Errorf("locked are %v", state.Locked)
	}
}

// TestStrangersChangeNoBrand: a user changes the brand of the company that they
// administer, and no other; the installation's is changed by operators only.
func TestStrangersChangeNoBrand(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite)
	s := w.service()
	stranger := sso.Actor(sso.NewID[sso.UserID](time.Now()))
	script := sso.Token{ID: sso.NewID[sso.TokenID](time.Now()), Enterprise: w.acme}.Actor()
	for ent, all := range map[sso.EnterpriseID][]sso.Actor{w.acme: {stranger}, "": {stranger, script}} {
		for _, by := range all {
			_, err := s.Save(t.Context(), by, ent, branding.Edit{Product: ptr("X"), Publish: true})
			w.fails(err, "not_an_admin")
			_, err = s.Publish(t.Context(), by, ent, sso.AnyRevision)
			w.fails(err, "not_an_admin")
			_, err = s.Discard(t.Context(), by, ent, sso.AnyRevision)
			w.fails(err, "not_an_admin")
			_, err = s.Allow(t.Context(), by, w.acme, sso.BrandAllowed)
			w.fails(err, "not_an_admin")
		}
	}
	w.shows(s, w.acme, "")
	w.shows(s, "", "")
}

// TestNodesAgree: a change is shown on its node at once, and on others within seconds; an
// unchanged brand is not read again.
func TestNodesAgree(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite)
	one, two := w.service(), w.service()
	w.publish(one, w.acme, "First")
	w.shows(one, w.acme, "First")
	w.shows(two, w.acme, "First")
	w.publish(one, w.acme, "Second")
	w.shows(one, w.acme, "Second")
	w.shows(two, w.acme, "First")
	w.clock.Add(5)
	w.shows(two, w.acme, "Second")
	before := w.db.asked.Load()
	for range 100 {
		w.shows(two, w.acme, "Second")
	}
	if asked := w.db.asked.Load() - before; asked > 0 {
		t.Errorf("the store was asked %d times about what it had just said", asked)
	}
	w.clock.Add(5)
	w.shows(two, w.acme, "Second")
	if asked := w.db.asked.Load() - before; asked != 1 {
		t.Errorf("the store was asked %d times whether anything changed", asked)
	}
}

// TestBrandOutlivesTheStore: pages go on wearing what was known last, without waiting, and
// the log is told once a minute.
func TestBrandOutlivesTheStore(t *testing.T) {
	t.Parallel()
	w := newWorld(t, storetest.SQLite)
	s := w.service(func(o *branding.Options) { o.Fixed.Support = "help@northwind.example" })
	w.publish(s, "", "Northwind")
	w.publish(s, w.acme, "Acme")
	w.shows(s, w.acme, "Acme")
	w.db.broken.Store(true)
	for range 30 {
		w.clock.Add(3)
		w.shows(s, w.acme, "Acme")
		w.shows(s, "", "Northwind")
		if got := s.Of(t.Context(), w.other); got.Product != "Northwind" || got.Support == "" {
			t.Errorf("a company that was never asked for has %+v", got)
		}
	}
	if n := strings.Count(w.log.String(), "brands not read"); n != 2 {
		t.Errorf("%d lines in the log of 90 seconds:\n%s", n, w.log)
	}
	fresh := w.service(func(o *branding.Options) { o.Fixed.Product = "Fixed" })
	w.shows(fresh, w.acme, "Fixed") // knows nothing but its configuration
	w.db.broken.Store(false)
	w.db.slow.Store(true)
	w.clock.Add(10)
	began := time.Now()
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { w.shows(s, w.acme, "Acme") })
	}
	all.Wait()
	if took := time.Since(began); took > time.Second {
		t.Errorf("pages waited %s for their brand", took)
	}
	w.db.slow.Store(false)
	w.clock.Add(10)
	w.shows(fresh, w.acme, "Acme")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	w.clock.Add(10)
	if got := s.Of(ended, w.acme); got.Product != "Acme" {
		t.Errorf("a visitor who left gets %+v", got)
	}
}
