package connections_test

import (
	"slices"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

// TestMetadataThatReplacesEveryKey: it is taken over and remembered to be told; a
// rollover that keeps one key is not.
func TestMetadataThatReplacesEveryKey(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.saml(d)
	c, err := w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	refresh := func(certs ...[]byte) *sso.SAMLConfig {
		t.Helper()
		d.set(func(d *directory) { d.certs = certs })
		w.clock.Move(time.Hour)
		_, _, err := w.RefreshMetadata(t.Context(), by, w.ent, c.ID)
		w.ok(err)
		return w.load(c.ID).Live.SAML
	}
	old := c.Live.SAML.Certificates[0].Raw
	one, two, three := certificate(t, 365), certificate(t, 365), certificate(t, 365)
	if got := refresh(old, one); !got.ReplacedAt.IsZero() {
		t.Errorf("one was added: %v", got.ReplacedAt)
	}
	if got := refresh(one); !got.ReplacedAt.IsZero() {
		t.Errorf("one was left out: %v", got.ReplacedAt)
	}
	if got := refresh(two, three); !got.ReplacedAt.Equal(w.clock.Now()) ||
		!slices.Equal(keysOf(w.load(c.ID).Live), []string{b64(two), b64(three)}) {
		t.Errorf("all were replaced: %+v", got)
	}
	at := w.clock.Now()
	if got := refresh(two, three); !got.ReplacedAt.Equal(at) {
		t.Errorf("the same again: %v", got.ReplacedAt)
	}
	_, err = w.ConfirmKeys(t.Context(), by, w.ent, c.ID)
	if sso.CodeOf(err) != "no_pending_keys" || sso.KindOf(err) != sso.Conflict {
		t.Errorf("nothing waits: %v", err)
	}
}

// TestNewKeysThatWait: if an admin has to confirm new keys, every fetch keeps the
// trusted ones until then.
func TestNewKeysThatWait(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.saml(d)
	byHandKey := certificate(t, 365)
	c, _, err := w.Edit(
		t.Context(), by, w.ent, c.ID,
		connections.Edit{SAML: &connections.SAMLEdit{
			ConfirmNewKeys: new(true),
			Certificates:   []string{b64(byHandKey)},
		}},
	)
	w.ok(err)
	c, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	was := keysOf(c.Live)
	next, other := certificate(t, 365), certificate(t, 365)
	for name, fetch := range map[string]func() error{
		"button": func() error {
			_, _, err := w.RefreshMetadata(t.Context(), by, w.ent, c.ID)
			return err
		},
		"sign-in": func() error {
			_, _, err := w.Refresh(t.Context(), w.load(c.ID))
			return err
		},
		"test": func() error {
			_, _, err := w.RefreshTested(t.Context(), w.load(c.ID))
			return err
		},
	} {
		d.set(func(d *directory) { d.certs = [][]byte{next} })
		w.clock.Move(time.Hour)
		w.ok(fetch())
		live := w.load(c.ID).Live
		if !slices.Equal(keysOf(live), was) ||
			len(live.SAML.Pending) != 1 ||
			!slices.Equal(live.SAML.Pending[0].Raw, next) {
			t.Errorf(
				"%s: %q, pending %d", name, keysOf(live), len(live.SAML.Pending),
			)
		}
	}
	old := c.Live.SAML.Certificates[0].Raw
	// back, with one more
	d.set(func(d *directory) {
		d.certs = [][]byte{old, other}
	})
	_, _, err = w.RefreshMetadata(t.Context(), by, w.ent, c.ID)
	w.ok(err)
	if live := w.load(c.ID).Live; len(live.SAML.Pending) != 0 ||
		!slices.Contains(keysOf(live), b64(other)) ||
		!slices.Contains(keysOf(live), b64(old)) {
		t.Errorf(
			"the old key is back: %q, pending %d", keysOf(live),
			len(live.SAML.Pending),
		)
	}
	d.set(func(d *directory) { d.certs = [][]byte{next} })
	_, _, err = w.RefreshMetadata(t.Context(), by, w.ent, c.ID)
	w.ok(err)
	confirmed, err := w.ConfirmKeys(t.Context(), by, w.ent, c.ID)
	w.ok(err)
	got := keysOf(confirmed.Live)
	slices.Sort(got)
	want := []string{b64(byHandKey), b64(next)}
	slices.Sort(want)
	if !slices.Equal(got, want) ||
		len(confirmed.Live.SAML.Pending) != 0 ||
		!confirmed.Live.SAML.ReplacedAt.IsZero() {
		t.Errorf("confirmed: %q, %+v", got, confirmed.Live.SAML)
	}
	if now := w.load(c.ID); now.Metadata.Error != "" {
		t.Errorf("%+v", now.Metadata)
	}
}
