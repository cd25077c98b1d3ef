package connections_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
)

func TestRefreshMetadataTakesKeysOver(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	manual := certificate(t, 365)
	c := w.live(d)
	_, _, err := w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{Certificates: []string{b64(manual)}},
	})
	w.ok(err)
	c, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	c, _, err = w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{ForceAuthn: new(true)},
	})
	w.ok(err)

	old, next := d.certs[0], certificate(t, 365)
	for _, step := range []struct {
		published [][]byte
		changed   bool
		live      []string
		previous  []string
	}{
		{[][]byte{old}, false, []string{b64(old), b64(manual)}, []string{b64(old)}},
		{
			[][]byte{old, next},
			true,
			[]string{b64(old), b64(next), b64(manual)},
			[]string{b64(old), b64(next)},
		},
		{[][]byte{next}, true, []string{b64(next), b64(manual)}, []string{b64(next)}},
	} {
		d.set(func(d *directory) { d.certs = step.published })
		w.clock.Move(time.Minute)
		got, changed, err := w.RefreshMetadata(t.Context(), by, w.ent, c.ID)
		w.ok(err)
		if changed != step.changed || (got.Revision != c.Revision) != step.changed {
			t.Errorf(
				"changed %v, revision %d after %d", changed, got.Revision,
				c.Revision,
			)
		}
		w.same(step.live, keysOf(got.Live))
		w.same(step.live, keysOf(got.Draft))
		w.same(step.previous, keysOf(got.Previous))
		w.same(sso.MetadataStatus{CheckedAt: w.clock.Now()}, got.Metadata)
		if got.Live.Version != c.Live.Version ||
			!got.Draft.SAML.ForceAuthn ||
			got.Live.SAML.ForceAuthn {
			t.Error("more than what the metadata says was changed")
		}
		c = w.load(c.ID)
		w.same(got, c)
	}
	w.same(
		[]string{
			"connection.metadata_refreshed", "connection.metadata_refreshed",
			"connection.edited",
		},
		w.actions(3),
	)
	for _, want := range []string{
		"keys_added", sso.Certificate{Raw: next}.Fingerprint(), "level=INFO",
	} {
		if !strings.Contains(w.log.String(), want) {
			t.Errorf("the log does not tell %q:\n%s", want, w.log)
		}
	}
}

// Control of a metadata address must not be enough to become the identity
// provider, and no response of it breaks a working connection.
func TestRefreshKeepsWhatWorks(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	for name, tt := range map[string]struct {
		answer http.HandlerFunc
		kind   sso.Kind
		code   string
	}{
		"another entity": {
			answer(
				http.StatusOK,
				metadataOf("https://evil.test", d.sso, certificate(t, 365)),
			),
			sso.Conflict,
			"metadata_entity_changed",
		},
		"no keys": {
			answer(http.StatusOK, metadataOf(d.entity, d.sso)),
			sso.Invalid,
			"metadata_no_signing_key",
		},
		"a weak key": {
			answer(http.StatusOK, metadataOf(d.entity, d.sso, weak(t, 1024))),
			sso.Invalid,
			"weak_key",
		},
		"our own key": {
			answer(
				http.StatusOK, metadataOf(d.entity, d.sso, c.Keys[0].Certificate),
			),
			sso.Invalid,
			"own_certificate",
		},
		"a bad endpoint": {
			answer(
				http.StatusOK,
				metadataOf(d.entity, "javascript:alert(1)", d.certs...),
			),
			sso.Invalid,
			"metadata_bad_endpoint",
		},
		"an error": {
			answer(http.StatusInternalServerError, "canary"), sso.Upstream,
			"metadata_unavailable",
		},
		"a page": {
			answer(http.StatusOK, "<html>canary</html>"), sso.Invalid,
			"metadata_unreadable",
		},
		"to the metadata": {
			func(rw http.ResponseWriter, r *http.Request) {
				http.Redirect(rw, r, "http://169.254.169.254/", http.StatusFound)
			},
			sso.Invalid,
			"url_not_allowed",
		},
	} {
		d.set(func(d *directory) { d.override = tt.answer })
		w.clock.Move(time.Hour)
		_, changed, err := w.RefreshMetadata(t.Context(), by, w.ent, c.ID)
		if changed || sso.KindOf(err) != tt.kind || sso.CodeOf(err) != tt.code {
			t.Errorf("%s: %v, %v; want %s, %s", name, changed, err, tt.kind, tt.code)
		}
		now := w.load(c.ID)
		if now.Metadata.Error == "" ||
			strings.Contains(now.Metadata.Error, "canary") ||
			!now.Metadata.CheckedAt.Equal(w.clock.Now()) {
			t.Errorf("%s: status %+v", name, now.Metadata)
		}
		now.Metadata = c.Metadata
		w.same(c, now)
	}
	d.set(func(d *directory) { d.override = nil })
	c, changed, err := w.RefreshMetadata(t.Context(), by, w.ent, c.ID)
	if changed || err != nil || c.Metadata.Error != "" {
		t.Errorf("%v %v %+v", changed, err, c.Metadata)
	}
}

func TestRefreshMetadataNeedsAnAddress(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	_, _, err := w.RefreshMetadata(t.Context(), by, w.ent, w.oidc(d).ID)
	w.fails(err, sso.Invalid, "no_metadata_url", "saml.metadata_url")
	c := w.saml(d) // a draft can be refreshed as well
	d.set(func(d *directory) { d.certs = append(d.certs, certificate(t, 365)) })
	c, changed, err := w.RefreshMetadata(t.Context(), by, w.ent, c.ID)
	if err != nil || !changed || len(c.Draft.SAML.Certificates) != 2 {
		t.Errorf("%v %v", changed, err)
	}
}

// All keys at once: it may be a rollover without an overlap, and it is worth a
// look.
func TestAllKeysReplacedIsAWarning(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	d.set(func(d *directory) { d.certs = [][]byte{certificate(t, 365)} })
	_, changed, err := w.RefreshMetadata(t.Context(), by, w.ent, c.ID)
	if err != nil ||
		!changed ||
		!strings.Contains(w.log.String(), "level=WARN") {
		t.Errorf("%v %v:\n%s", changed, err, w.log)
	}
}

func TestFiftySignInsFetchOnce(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	w.clock.Move(time.Hour)
	next := certificate(t, 365)
	arrived := make(chan struct{})
	d.set(func(d *directory) {
		d.certs = [][]byte{next}
		body := metadataOf(d.entity, d.sso, next)
		d.override = func(rw http.ResponseWriter, r *http.Request) {
			<-arrived
			answer(http.StatusOK, body)(rw, r)
		}
	})
	before := d.count("/metadata")
	nodes := []*connections.Service{w.Service, w.Service, w.Service}
	var group sync.WaitGroup
	var changed atomic.Int64
	for i := range 50 {
		group.Go(func() {
			got, ok, err := nodes[i%len(nodes)].Refresh(t.Context(), c)
			if err != nil || keysOf(got.Live)[0] != b64(next) {
				t.Errorf("%v %v", keysOf(got.Live), err)
			}
			if ok {
				changed.Add(1)
			}
		})
	}
	close(arrived)
	group.Wait()
	if n := d.count("/metadata") - before; n != 1 || changed.Load() != 50 {
		t.Errorf("%d fetches, %d of 50 know of the new key", n, changed.Load())
	}
	if w.actions(1)[0] != "connection.metadata_refreshed" ||
		w.actions(2)[1] != "connection.enabled" {
		t.Error(w.actions(3))
	}
}

// Answers with unknown keys cost the identity provider one request a minute,
// however many there are and on whatever node.
func TestRefreshIsOnceAMinuteForAllNodes(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	other := w.node(nil)
	before := d.count("/metadata")
	fetches := func(want int, what string) {
		t.Helper()
		if got := d.count("/metadata") - before; got != want {
			t.Errorf("%s: %d fetches, want %d", what, got, want)
		}
	}
	refresh := func(s *connections.Service, want bool) {
		t.Helper()
		if _, changed, err := s.Refresh(t.Context(), c); err != nil || changed != want {
			t.Errorf("changed %v, %v", changed, err)
		}
	}
	refresh(w.Service, false)
	fetches(0, "read a moment ago")
	w.clock.Move(time.Minute)
	d.set(func(d *directory) { d.certs = [][]byte{certificate(t, 365)} })
	refresh(w.Service, true)
	fetches(1, "after a minute")
	refresh(other, true) // nothing is fetched, but what is live is not what the caller had
	refresh(w.Service, true)
	fetches(1, "again at once, here and there")
	w.clock.Move(59 * time.Second)
	refresh(other, true)
	fetches(1, "after 59 seconds")
	w.clock.Move(time.Second)
	refresh(other, true)
	fetches(2, "after another minute")
	w.clock.Move(-24 * time.Hour) // a clock set wrong, then right
	refresh(other, true)
	fetches(3, "last fetched tomorrow")

	d.set(func(d *directory) { d.override = answer(http.StatusBadGateway, "") })
	w.clock.Move(48 * time.Hour)
	if _, changed, err := w.Refresh(t.Context(), c); changed || sso.KindOf(err) != sso.Upstream {
		t.Errorf("%v %v", changed, err)
	}
	before = d.count("/metadata")
	refresh(w.Service, true)
	fetches(0, "failed a moment ago")
}

func TestRefreshOfWhatIsGone(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	w.clock.Move(time.Hour)
	w.ok(w.db.DeleteConnection(t.Context(), by, w.ent, c.ID, nil))
	_, changed, err := w.Refresh(t.Context(), c)
	if changed || sso.KindOf(err) != sso.NotFoundKind {
		t.Errorf("%v %v", changed, err)
	}
}

// The first caller may go; the others get the result.
func TestRefreshOutlivesWhoAskedFirst(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	c := w.live(d)
	w.clock.Move(time.Hour)
	asked, release := make(chan struct{}), make(chan struct{})
	body := metadataOf(d.entity, d.sso, certificate(t, 365))
	d.set(func(d *directory) {
		d.override = func(rw http.ResponseWriter, r *http.Request) {
			close(asked)
			<-release
			answer(http.StatusOK, body)(rw, r)
		}
	})
	ctx, leave := context.WithCancel(t.Context())
	first := make(chan error, 1)
	go func() {
		_, _, err := w.Refresh(ctx, c)
		first <- err
	}()
	<-asked
	leave()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	close(release)
	if _, changed, err := w.Refresh(t.Context(), c); !changed || err != nil {
		t.Errorf("%v %v", changed, err)
	}
}

func TestRefreshDue(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	first := w.live(d)
	address := func(n int) string { return fmt.Sprintf("/%d/metadata", n) }
	ids := []sso.ConnectionID{first.ID}
	for n := range 4 {
		c, _, err := w.Create(t.Context(), by, w.ent, sso.SAML, connections.Edit{
			Name: new("x"),
			SAML: &connections.SAMLEdit{MetadataURL: new(d.URL + address(n))},
		})
		w.ok(err)
		ids = append(ids, c.ID)
		if n == 3 {
			continue // stays a draft
		}
		_, err = w.Enable(t.Context(), by, w.ent, c.ID, 0)
		w.ok(err)
	}
	_, err := w.Disable(t.Context(), by, w.ent, ids[3], 0)
	w.ok(err)
	counts := func() []int {
		all := []int{d.count("/metadata")}
		for n := range 4 {
			all = append(all, d.count(address(n)))
		}
		return all
	}
	w.ok(w.RefreshDue(t.Context()))
	w.same([]int{1, 1, 1, 1, 1}, counts()) // each was read when it was made
	w.clock.Move(time.Hour)
	w.ok(w.RefreshDue(t.Context()))
	w.same([]int{2, 2, 2, 1, 1}, counts()) // neither the disabled one nor the draft
	w.ok(w.RefreshDue(t.Context()))
	w.same([]int{2, 2, 2, 1, 1}, counts())

	d.set(func(d *directory) { d.override = answer(http.StatusBadGateway, "") })
	w.clock.Move(time.Hour)
	w.ok(w.RefreshDue(t.Context()))
	if n := strings.Count(w.log.String(), "not refreshed"); n != 3 {
		t.Errorf("%d of 3 failures are in the log:\n%s", n, w.log)
	}
	if w.load(first.ID).Metadata.Error == "" {
		t.Error("the failure is not recorded")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if w.RefreshDue(ctx) == nil {
		t.Error("no error though the context has ended")
	}
}

// Connections that were made at one moment are not fetched at one moment.
func TestRefreshesSpread(t *testing.T) {
	t.Parallel()
	w, d := newWorld(t), newDirectory(t)
	const n = 40
	for i := range n {
		c := sso.Connection{
			Enterprise: w.ent,
			Name:       "x",
			Protocol:   sso.SAML,
			State:      sso.ConnectionEnabled,
			Metadata:   sso.MetadataStatus{CheckedAt: w.clock.Now()},
			Live: &sso.Config{
				SAML: &sso.SAMLConfig{
					MetadataURL: fmt.Sprintf("%s/%d/metadata", d.URL, i),
				},
			},
		}
		_, err := w.db.CreateConnection(t.Context(), by, c)
		w.ok(err)
	}
	var running, most atomic.Int64
	d.set(func(d *directory) {
		d.override = func(rw http.ResponseWriter, r *http.Request) {
			if now := running.Add(1); now > most.Load() {
				most.Store(now)
			}
			defer running.Add(-1)
			answer(http.StatusBadGateway, "")(rw, r)
		}
	})
	fetched := func() (total int) {
		for i := range n {
			total += d.count(fmt.Sprintf("/%d/metadata", i))
		}
		return total
	}
	var steps []int
	w.clock.Move(45 * time.Minute)
	for range 4 {
		w.ok(w.RefreshDue(t.Context()))
		steps = append(steps, fetched())
		w.clock.Move(5 * time.Minute)
	}
	if steps[3] != n ||
		steps[1] == 0 ||
		steps[1] == n ||
		!slices.IsSorted(steps) {
		t.Errorf("of %d after 45, 50, 55 and 60 minutes: %v", n, steps)
	}
	if most.Load() > 8 {
		t.Errorf("%d at a time", most.Load())
	}
}

// TestRefreshOfADraft: a draft is refreshed from its own address, by the button
// and in a test, and nothing of it reaches what is live.
func TestRefreshOfADraft(t *testing.T) {
	t.Parallel()
	w, live, next := newWorld(t), newDirectory(t), newDirectory(t)
	c := w.saml(live)
	c, err := w.Enable(t.Context(), by, w.ent, c.ID, 0)
	w.ok(err)
	c, _, err = w.Edit(t.Context(), by, w.ent, c.ID, connections.Edit{
		SAML: &connections.SAMLEdit{MetadataURL: new(next.URL + "/metadata")},
	})
	w.ok(err)
	was := keysOf(c.Live)
	for name, refresh := range map[string]func() (sso.Connection, bool, error){
		"button": func() (sso.Connection, bool, error) {
			return w.RefreshMetadata(t.Context(), by, w.ent, c.ID)
		},
		"test": func() (sso.Connection, bool, error) {
			return w.RefreshTested(t.Context(), w.load(c.ID))
		},
	} {
		key := certificate(t, 365)
		next.set(func(d *directory) { d.certs = [][]byte{key} })
		got, changed, err := refresh()
		w.ok(err)
		if !changed {
			t.Errorf("%s: nothing changed", name)
		}
		w.same([]string{b64(key)}, keysOf(got.Draft))
		w.same(was, keysOf(w.load(c.ID).Live))
		if _, changed, err := refresh(); changed || err != nil {
			t.Errorf("%s, again: %v, %v", name, changed, err)
		}
	}
	next.set(func(d *directory) {
		d.override = answer(http.StatusNotFound, "")
	})
	_, _, err = w.RefreshTested(t.Context(), w.load(c.ID))
	if sso.CodeOf(err) != "metadata_unreadable" ||
		!strings.Contains(err.Error(), "no such document (HTTP 404)") ||
		w.load(c.ID).Metadata.Error != "" {
		t.Errorf("%v, %+v", err, w.load(c.ID).Metadata)
	}
	never := w.saml(live) // never live: its draft counts
	key := certificate(t, 365)
	live.set(func(d *directory) { d.certs = [][]byte{key} })
	if got, changed, err := w.RefreshTested(t.Context(), never); err != nil ||
		!changed ||
		!slices.Equal(keysOf(got.Draft), []string{b64(key)}) {
		t.Errorf("a first draft: %v, %v", changed, err)
	}
}
