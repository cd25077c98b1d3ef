package store

import (
	"context"
	"encoding/base64"
	"fmt"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// imagesKept is how long a picture that no brand names is kept: pages that were shown
// before refer to it.
const imagesKept = 24 * time.Hour

func scanImage(r engine.Row) (i sso.Image, err error) {
	var content string
	if err := r.Scan(&i.Hash, &i.Media, &content, &i.Width, &i.Height); err != nil {
		return i, err
	}
	if i.Body, err = base64.StdEncoding.DecodeString(content); err != nil {
		return i, fmt.Errorf("decode a picture: %w", err)
	}
	return i, nil
}

// Image returns a picture by its hash. Pictures are public, and belong to no enterprise.
func (db *DB) Image(ctx context.Context, hash string) (_ sso.Image, err error) {
	defer func() { doing(&err, "find picture") }()
	return found(engine.One(
		ctx, db.sql, scanImage, "select hash, media, content, width, height from images where hash = $1", hash,
	))
}

// saveImages queues that pictures are stored. One that is stored already is kept for
// another while.
func (t *tx) saveImages(images []sso.Image) {
	for _, i := range images {
		t.Queue(
			`insert into images (hash, media, content, width, height, saved_at) values ($1, $2, $3, $4, $5, $6)
			on conflict (hash) do update set saved_at = excluded.saved_at`,
			i.Hash, i.Media, base64.StdEncoding.EncodeToString(i.Body), i.Width, i.Height, engine.Micros(t.now),
		)
	}
}

// releaseImage queues that a picture is kept for a while after its last use.
func (t *tx) releaseImage(hash string) {
	t.Queue("update images set saved_at = $2 where hash = $1", hash, engine.Micros(t.now))
}

// unusedImage is a picture that no brand names.
const unusedImage = `saved_at <= $1
	and not exists (select 1 from enterprise_brand_images u where u.hash = images.hash)
	and not exists (select 1 from installation_brand b where b.live like '%' || images.hash || '%'
		or b.draft like '%' || images.hash || '%')`
