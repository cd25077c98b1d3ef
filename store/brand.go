package store

import (
	"context"
	"maps"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// brandCounter grows with every change of a brand, so that a cache is checked by reading
// one row.
const brandCounter = "brands"

// brandRow is the stored JSON of a brand. Its names are written out because they outlive
// those of the code.
type brandRow struct {
	Product       string   `json:"product,omitempty"`
	Logo          imageRow `json:"logo,omitzero"`
	LogoDark      imageRow `json:"logo_dark,omitzero"`
	Color         string   `json:"color,omitempty"`
	Accent        string   `json:"accent,omitempty"`
	Support       string   `json:"support,omitempty"`
	Privacy       string   `json:"privacy,omitempty"`
	Terms         string   `json:"terms,omitempty"`
	MailName      string   `json:"mail_name,omitempty"`
	MailFooter    string   `json:"mail_footer,omitempty"`
	SignInText    string   `json:"sign_in_text,omitempty"`
	Language      string   `json:"language,omitempty"`
	LanguageFirst bool     `json:"language_first,omitempty"`
}

// imageRow is the stored JSON of a reference to a picture.
type imageRow struct {
	Hash   string `json:"hash"`
	Media  string `json:"media"`
	Width  int    `json:"width"`
	Height int    `json:"height"`
}

func brandText(b sso.Brand) (string, error) {
	return engine.JSONText(brandRow{
		Product:       b.Product,
		Logo:          imageRow(b.Logo),
		LogoDark:      imageRow(b.LogoDark),
		Color:         b.Color,
		Accent:        b.Accent,
		Support:       b.Support,
		Privacy:       b.Privacy,
		Terms:         b.Terms,
		MailName:      b.MailName,
		MailFooter:    b.MailFooter,
		SignInText:    b.SignInText,
		Language:      b.Language,
		LanguageFirst: b.LanguageFirst,
	})
}

func (r brandRow) brand() sso.Brand {
	return sso.Brand{
		Product:       r.Product,
		Logo:          sso.ImageRef(r.Logo),
		LogoDark:      sso.ImageRef(r.LogoDark),
		Color:         r.Color,
		Accent:        r.Accent,
		Support:       r.Support,
		Privacy:       r.Privacy,
		Terms:         r.Terms,
		MailName:      r.MailName,
		MailFooter:    r.MailFooter,
		SignInText:    r.SignInText,
		Language:      r.Language,
		LanguageFirst: r.LanguageFirst,
	}
}

func scanBrand(r engine.Row) (b sso.BrandRecord, err error) {
	var live, draft brandRow
	var drafted string
	err = r.Scan(
		&b.Allowance, engine.JSON(&live), &drafted, engine.JSON(&draft), &b.Revision, engine.Time(&b.ChangedAt),
	)
	b.Live, b.Draft, b.Drafted = live.brand(), draft.brand(), drafted != ""
	return b, err
}

const (
	selectInstallationBrand = "select '', live, draft, draft, revision, changed_at from installation_brand where id = 1"
	// An enterprise that has set nothing has a row of defaults.
	selectEnterpriseBrand = `select coalesce(b.allowance, ''), coalesce(b.live, ''), coalesce(b.draft, ''),
			coalesce(b.draft, ''), coalesce(b.revision, 1), coalesce(b.changed_at, 0)
		from enterprises e left join enterprise_brands b on b.enterprise_id = $1 where e.id = $1`
)

// Brand returns the brand of an enterprise, or of the installation if ent is "".
func (db *DB) Brand(ctx context.Context, ent sso.EnterpriseID) (_ sso.BrandRecord, err error) {
	defer func() { doing(&err, "read a brand") }()
	return readBrand(ctx, db.sql, ent)
}

func readBrand(ctx context.Context, r engine.Reader, ent sso.EnterpriseID) (sso.BrandRecord, error) {
	if ent != "" {
		return found(engine.One(ctx, r, scanBrand, selectEnterpriseBrand, string(ent)))
	}
	b, ok, err := engine.One(ctx, r, scanBrand, selectInstallationBrand)
	if err == nil && !ok {
		b.Revision = 1
	}
	return b, err
}

// BrandRevision returns a number that changes with every change of a brand.
func (db *DB) BrandRevision(ctx context.Context) (_ int64, err error) {
	defer func() { doing(&err, "read the revision of brands") }()
	n, _, err := engine.One(
		ctx, db.sql, engine.ScanNumber, "select value from counters where name = $1", brandCounter,
	)
	return n, err
}

// UpdateBrand changes the brand of an enterprise, or of the installation if ent is "". fn
// runs inside the transaction, where it can compare the revision. images are those that the
// changed brand names and that may not be stored yet. A change adds one to the revision.
func (db *DB) UpdateBrand(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, images []sso.Image,
	fn func(sso.BrandRecord) (sso.BrandRecord, error),
) (_ sso.BrandRecord, err error) {
	defer func() { doing(&err, "change a brand") }()
	load := func(ctx context.Context, t *tx) (sso.BrandRecord, bool, error) {
		b, err := readBrand(ctx, t, ent)
		return b, true, err
	}
	var now sso.BrandRecord
	change := func(old sso.BrandRecord) (sso.BrandRecord, error) {
		b, err := fn(old)
		b.Revision, b.ChangedAt = old.Revision, old.ChangedAt
		if !b.Drafted {
			b.Draft = sso.Brand{}
		}
		if b != old {
			b.Revision++
		}
		now = b
		return b, err
	}
	_, err = edit(ctx, db, ent, load, change, func(ctx context.Context, t *tx, old, b sso.BrandRecord) error {
		b.ChangedAt = t.now
		now = b
		t.saveImages(images)
		if err := t.saveBrand(ent, b); err != nil {
			return err
		}
		t.releaseImages(ent, old, b)
		t.Queue("update counters set value = value + 1 where name = $1", brandCounter)
		return t.auditBrand(ctx, by, ent, old, b)
	})
	if err != nil {
		return sso.BrandRecord{}, err
	}
	return now, nil
}

func (t *tx) saveBrand(ent sso.EnterpriseID, b sso.BrandRecord) error {
	live, err := brandText(b.Live)
	if err != nil {
		return err
	}
	draft := ""
	if b.Drafted {
		if draft, err = brandText(b.Draft); err != nil {
			return err
		}
	}
	if ent == "" {
		t.Queue(
			`insert into installation_brand (id, live, draft, revision, changed_at) values (1, $1, $2, $3, $4)
			on conflict (id) do update set live = excluded.live, draft = excluded.draft,
				revision = excluded.revision, changed_at = excluded.changed_at`,
			live, draft, b.Revision, engine.Micros(b.ChangedAt),
		)
		return nil
	}
	t.Queue(
		`insert into enterprise_brands (enterprise_id, allowance, live, draft, revision, changed_at)
		values ($1, $2, $3, $4, $5, $6)
		on conflict (enterprise_id) do update set allowance = excluded.allowance, live = excluded.live,
			draft = excluded.draft, revision = excluded.revision, changed_at = excluded.changed_at`,
		string(ent), string(b.Allowance), live, draft, b.Revision, engine.Micros(b.ChangedAt),
	)
	return nil
}

// imagesOf returns the hashes of the pictures that a brand names, live or as a draft.
func imagesOf(b sso.BrandRecord) map[string]bool {
	all := map[string]bool{}
	for _, ref := range []sso.ImageRef{b.Live.Logo, b.Live.LogoDark, b.Draft.Logo, b.Draft.LogoDark} {
		if ref.Hash != "" {
			all[ref.Hash] = true
		}
	}
	return all
}

// releaseImages queues which pictures a brand names, so that others are deleted after a
// while.
func (t *tx) releaseImages(ent sso.EnterpriseID, old, b sso.BrandRecord) {
	had, has := imagesOf(old), imagesOf(b)
	for _, hash := range slices.Sorted(maps.Keys(had)) {
		if has[hash] {
			continue
		}
		t.releaseImage(hash)
		if ent != "" {
			t.Queue(
				"delete from enterprise_brand_images where enterprise_id = $1 and hash = $2", string(ent), hash,
			)
		}
	}
	for _, hash := range slices.Sorted(maps.Keys(has)) {
		if ent != "" && !had[hash] {
			t.Queue(
				"insert into enterprise_brand_images (enterprise_id, hash) values ($1, $2)", string(ent), hash,
			)
		}
	}
}

// auditBrand records what changed, by the names of fields: the values are public, and long.
func (t *tx) auditBrand(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, old, b sso.BrandRecord) error {
	target := string(ent)
	if ent == "" {
		target = "installation"
	}
	if b.Allowance != old.Allowance {
		if err := t.audit(ctx, by, "brand.allowed", target, "allowance", describeAllowance(b.Allowance)); err != nil {
			return err
		}
	}
	if changed := b.Live.Differences(old.Live); len(changed) > 0 {
		return t.audit(ctx, by, "brand.published", target, "fields", strings.Join(changed, " "))
	}
	if b.Draft == old.Draft && b.Drafted == old.Drafted {
		return nil
	}
	fields := strings.Join(b.Edited().Differences(b.Live), " ")
	if fields == "" {
		return t.audit(ctx, by, "brand.discarded", target)
	}
	return t.audit(ctx, by, "brand.changed", target, "fields", fields)
}

func describeAllowance(a sso.BrandAllowance) string {
	if a == sso.BrandByDefault {
		return "default"
	}
	return string(a)
}
