package storetest

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

func brandTests() map[string]func(*testing.T, fresh) {
	return map[string]func(*testing.T, fresh){
		"are kept":         testBrands,
		"are kept apart":   testBrandsApart,
		"have drafts":      testBrandDrafts,
		"have pictures":    testBrandImages,
		"go with theirs":   testBrandsOfDeleted,
		"change at once":   testBrandRace,
		"say what changed": testBrandAudit,
	}
}

// pictureOf is a picture whose hash begins with a letter.
func pictureOf(letter string) sso.Image {
	return sso.Image{
		Hash:   strings.Repeat(letter, 64),
		Media:  sso.MediaPNG,
		Body:   []byte("\x89PNG\x00\xff of " + letter),
		Width:  64,
		Height: 32,
	}
}

// northwind is a brand with every field.
func northwind(logo, dark sso.Image) sso.Brand {
	return sso.Brand{
		Product:       "Northwind “Größe” 株式会社",
		Logo:          logo.Ref(),
		LogoDark:      dark.Ref(),
		Color:         "#102030",
		Accent:        "#0e5c4b",
		Support:       "help@northwind.example",
		Privacy:       "https://northwind.example/privacy",
		Terms:         "https://northwind.example/terms",
		MailName:      "Northwind",
		MailFooter:    "Northwind Ltd\nMain street 1",
		SignInText:    "Sign in with your company account.",
		Language:      "pt-BR",
		LanguageFirst: true,
	}
}

// wear changes a brand.
func (w *world) wear(ent sso.EnterpriseID, change func(*sso.BrandRecord), images ...sso.Image) sso.BrandRecord {
	w.Helper()
	b, err := w.db.UpdateBrand(w.Context(), by, ent, images, func(r sso.BrandRecord) (sso.BrandRecord, error) {
		change(&r)
		return r, nil
	})
	w.ok(err)
	return b
}

func (w *world) brand(ent sso.EnterpriseID) sso.BrandRecord {
	w.Helper()
	b, err := w.db.Brand(w.Context(), ent)
	w.ok(err)
	return b
}

// testBrands stores the brand of the installation and of an enterprise, whole.
func testBrands(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	logo, dark := pictureOf("a"), pictureOf("b")
	for _, ent := range []sso.EnterpriseID{"", w.ent.ID} {
		w.same(sso.BrandRecord{Revision: 1}, w.brand(ent))
		before, err := w.db.BrandRevision(t.Context())
		w.ok(err)
		want := sso.BrandRecord{
			Live:      northwind(logo, dark),
			Revision:  2,
			ChangedAt: w.clock.Now(),
		}
		if ent != "" {
			want.Allowance = sso.BrandAllowed
		}
		change := func(r *sso.BrandRecord) { r.Live, r.Allowance = want.Live, want.Allowance }
		w.same(want, w.wear(ent, change, logo, dark))
		w.same(want, w.brand(ent))
		after, err := w.db.BrandRevision(t.Context())
		w.ok(err)
		w.same(want, w.wear(ent, change, logo, dark)) // nothing changes
		again, err := w.db.BrandRevision(t.Context())
		w.ok(err)
		if after != before+1 || again != after {
			t.Errorf("the revision of all brands goes from %d to %d to %d", before, after, again)
		}
		_, err = w.db.UpdateBrand(t.Context(), by, ent, nil, func(r sso.BrandRecord) (sso.BrandRecord, error) {
			r.Live = sso.Brand{}
			return r, errors.New("refused")
		})
		if err == nil {
			t.Error("a change was made that was refused")
		}
		w.same(want, w.brand(ent))
	}
	_, err := w.db.Brand(t.Context(), "ent-unknown")
	w.fails(err, sso.NotFoundKind, "not_found")
}

// testBrandsApart tests that no company sees or changes the draft of another.
func testBrandsApart(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	other := addWorld(t, w.db, w.clock, "other")
	of := func(name string) func(*sso.BrandRecord) {
		return func(r *sso.BrandRecord) { r.Draft, r.Drafted = sso.Brand{Product: name}, true }
	}
	w.wear("", of("Installation"))
	w.wear(w.ent.ID, of("Acme"))
	w.wear(other.ent.ID, of("Other"))
	for ent, want := range map[sso.EnterpriseID]string{
		"": "Installation", w.ent.ID: "Acme", other.ent.ID: "Other",
	} {
		if got := w.brand(ent); got.Draft.Product != want || got.Live != (sso.Brand{}) || got.Revision != 2 {
			t.Errorf("%s has %+v", ent, got)
		}
	}
}

func testBrandDrafts(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	b := w.wear(w.ent.ID, func(r *sso.BrandRecord) { r.Drafted = true }) // a draft that removes everything
	if !b.Drafted || b.Revision != 2 || w.brand(w.ent.ID) != b {
		t.Errorf("%+v", b)
	}
	b = w.wear(w.ent.ID, func(r *sso.BrandRecord) { r.Draft.Product = "Northwind" })
	if b.Draft.Product != "Northwind" || b.Edited() != b.Draft || b.Revision != 3 {
		t.Errorf("%+v", b)
	}
	b = w.wear(w.ent.ID, func(r *sso.BrandRecord) { r.Drafted = false })
	if b.Drafted || b.Draft != (sso.Brand{}) || b.Edited() != b.Live || w.brand(w.ent.ID) != b {
		t.Errorf("%+v", b)
	}
}

// testBrandImages: a picture lives as long as a brand names it, live or as a draft, and a
// day longer.
func testBrandImages(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	other := addWorld(t, w.db, w.clock, "other")
	a, b, c := pictureOf("a"), pictureOf("b"), pictureOf("c")
	wears := func(ent sso.EnterpriseID, i sso.Image) {
		w.Helper()
		w.wear(ent, func(r *sso.BrandRecord) { r.Live.Logo = i.Ref() }, i)
	}
	wears("", a)
	wears(w.ent.ID, a)
	wears(other.ent.ID, b)
	w.wear(other.ent.ID, func(r *sso.BrandRecord) {
		r.Draft, r.Drafted = sso.Brand{Logo: c.Ref()}, true
	}, c)
	got, err := w.db.Image(t.Context(), a.Hash)
	w.ok(err)
	w.same(a, got)
	w.sweepLater(25 * time.Hour)
	w.hasImages(a, b, c)

	w.wear("", func(r *sso.BrandRecord) { r.Live.Logo = sso.ImageRef{} })
	w.wear(other.ent.ID, func(r *sso.BrandRecord) { r.Live, r.Drafted = r.Draft, false }) // published
	w.sweepLater(23 * time.Hour)
	w.hasImages(a, b, c) // for pages that were shown before
	w.sweepLater(2 * time.Hour)
	w.hasImages(a, c)
	w.ok(w.db.DeleteEnterprise(t.Context(), by, w.ent.ID))
	w.sweepLater(0)
	w.hasImages(c)
	wears(other.ent.ID, a)
	w.hasImages(a, c)
}

// sweepLater sweeps after a time.
func (w *world) sweepLater(d time.Duration) {
	w.Helper()
	w.clock.Move(d)
	w.ok(w.db.Sweep(w.Context(), store.Retention{}))
}

// hasImages asserts that of the pictures a, b and c those are stored.
func (w *world) hasImages(all ...sso.Image) {
	w.Helper()
	for _, letter := range []string{"a", "b", "c"} {
		want := false
		for _, i := range all {
			want = want || strings.HasPrefix(i.Hash, letter)
		}
		_, err := w.db.Image(w.Context(), pictureOf(letter).Hash)
		if want {
			w.ok(err)
			continue
		}
		w.fails(err, sso.NotFoundKind, "not_found")
	}
}

func testBrandsOfDeleted(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	logo := pictureOf("a")
	w.wear(w.ent.ID, func(r *sso.BrandRecord) { r.Live.Logo = logo.Ref() }, logo)
	w.ok(w.db.DeleteEnterprise(t.Context(), by, w.ent.ID))
	_, err := w.db.Brand(t.Context(), w.ent.ID)
	w.fails(err, sso.NotFoundKind, "not_found")
	dump := w.dump()
	if len(dump["enterprise_brands"])+len(dump["enterprise_brand_images"]) > 0 {
		t.Errorf("%v", dump)
	}
}

// testBrandRace: of changes that were made from the same revision, one is saved.
func testBrandRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	for _, ent := range []sso.EnterpriseID{"", w.ent.ID} {
		const n = 8
		results := make(chan error, n)
		for range n {
			go func() {
				_, err := w.db.UpdateBrand(
					t.Context(), by, ent, []sso.Image{pictureOf("a")},
					func(r sso.BrandRecord) (sso.BrandRecord, error) {
						r.Live.Logo = pictureOf("a").Ref()
						return r, sso.CheckRevision("brand", 1, r.Revision)
					},
				)
				results <- err
			}()
		}
		saved := 0
		for range n {
			err := <-results
			if err == nil {
				saved++
				continue
			}
			w.fails(err, sso.Stale, "changed_meanwhile")
		}
		if saved != 1 || w.brand(ent).Revision != 2 {
			t.Errorf("%d of %d changes were saved: %+v", saved, n, w.brand(ent))
		}
	}
}

func testBrandAudit(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.wear(w.ent.ID, func(r *sso.BrandRecord) { r.Draft, r.Drafted = sso.Brand{Product: "X", Color: "#000000"}, true })
	w.wear(w.ent.ID, func(r *sso.BrandRecord) { r.Live, r.Drafted = r.Draft, false })
	w.wear(w.ent.ID, func(r *sso.BrandRecord) { r.Allowance = sso.BrandRefused })
	w.wear(w.ent.ID, func(r *sso.BrandRecord) { r.Drafted, r.Draft = true, sso.Brand{} })
	w.wear(w.ent.ID, func(r *sso.BrandRecord) { r.Drafted = false })
	w.same([]string{
		"brand.discarded", "brand.changed", "brand.allowed", "brand.published", "brand.changed",
	}, w.actions(5))
	w.chainHolds()
	events, _, err := w.db.AuditEvents(t.Context(), w.ent.ID, sso.AuditFilter{Action: "brand.published"}, sso.Page{})
	w.ok(err)
	w.same(map[string]string{"fields": "product_name color"}, events[0].Detail)
	w.wear("", func(r *sso.BrandRecord) { r.Live.Product = "X" })
	events, _, err = w.db.AuditEvents(t.Context(), "", sso.AuditFilter{}, sso.Page{})
	w.ok(err)
	if len(events) != 1 || events[0].Action != "brand.published" || events[0].Target != "installation" {
		t.Errorf("%+v", events)
	}
}

func (f foreign) brands() calls {
	ctx, db := f.w.Context(), f.w.db
	f.w.wear(f.w.ent.ID, func(r *sso.BrandRecord) {
		r.Draft, r.Drafted = sso.Brand{Product: "Acme", Logo: pictureOf("a").Ref()}, true
	}, pictureOf("a"))
	return calls{
		"Brand": func() (int, error) {
			b, err := db.Brand(ctx, f.other.ent.ID)
			return count(b.Drafted), err
		},
		"UpdateBrand": func() (int, error) {
			b, err := db.UpdateBrand(
				ctx, by, f.other.ent.ID, nil,
				func(r sso.BrandRecord) (sso.BrandRecord, error) {
					r.Drafted = false
					return r, nil
				},
			)
			return count(b.Drafted), err
		},
	}
}
