package storetest

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

func certificate(b byte, source sso.CertificateSource) sso.Certificate {
	return sso.Certificate{Raw: []byte{b}, Source: source}
}

// samlConnection makes an enabled SAML connection.
func (w *world) samlConnection(metadataURL string, certificates ...sso.Certificate) sso.Connection {
	w.Helper()
	c, err := w.db.CreateConnection(w.Context(), by, sso.Connection{
		Enterprise: w.ent.ID,
		Name:       "SAML",
		Protocol:   sso.SAML,
		Provider:   sso.Okta,
		State:      sso.ConnectionEnabled,
		Live: &sso.Config{SAML: &sso.SAMLConfig{
			MetadataURL:  metadataURL,
			IDPEntityID:  "https://idp.test",
			Certificates: certificates,
		}},
	})
	w.ok(err)
	return c
}

func testConnections(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	c, err := w.db.CreateConnection(ctx, by, sso.Connection{
		Enterprise: w.ent.ID,
		Name:       "C",
		Protocol:   sso.OIDC,
		Provider:   sso.Entra,
		Draft:      secretConfig("draft"),
		Keys:       w.twoKeys(),
	})
	w.ok(err)
	if c.State != sso.ConnectionDraft ||
		c.Revision != 1 ||
		!strings.HasPrefix(string(c.ID), "conn-") {
		t.Errorf("got %+v", c)
	}
	got, err := w.db.Connection(ctx, w.ent.ID, c.ID)
	w.ok(err)
	w.same(c, got)
	changed := w.enableWithSecrets(c)
	w.same([]string{"connection.enabled", "connection.created"}, w.actions(2))
	all, err := w.db.Connections(ctx, w.ent.ID)
	w.ok(err)
	if len(all) != 2 || len(all[0].Keys)+len(all[1].Keys) != 2 {
		t.Errorf("got %+v", all)
	}
	w.conn = changed
	w.deletedConnection(c)
}

func secretConfig(s sso.Secret) *sso.Config {
	return &sso.Config{
		Version: len(s),
		OIDC: &sso.OIDCConfig{
			ClientSecret: s,
			Scopes:       []string{"openid"},
		},
		Mapping: sso.Mapping{Login: []string{"email"}, Subject: "sub"},
	}
}

func (w *world) twoKeys() []sso.KeyPair {
	return []sso.KeyPair{
		{
			ID:          "key-new",
			Certificate: []byte{1},
			Private:     "private-1",
			CreatedAt:   w.clock.Now(),
		},
		{
			ID:          "key-old",
			Certificate: []byte{2},
			Private:     "private-2",
			CreatedAt:   w.clock.Now().Add(-time.Hour),
		},
	}
}

func (w *world) enableWithSecrets(c sso.Connection) sso.Connection {
	ctx := w.Context()
	changed, err := w.db.UpdateConnection(
		ctx,
		by,
		w.ent.ID,
		c.ID,
		"connection.enabled",
		func(c sso.Connection) (sso.Connection, error) {
			c.State = sso.ConnectionEnabled
			c.Live = secretConfig("live")
			c.Previous = secretConfig("previous")
			c.Draft = nil
			c.Keys = c.Keys[:1]
			c.ID, c.Enterprise, c.Revision = "conn-x", "ent-x", 77
			return c, nil
		},
	)
	w.ok(err)
	if changed.ID != c.ID ||
		changed.Enterprise != w.ent.ID ||
		changed.Revision != 2 {
		w.Errorf("got %+v", changed)
	}
	got, err := w.db.ConnectionByID(ctx, c.ID)
	w.ok(err)
	w.same(changed, got)
	if got.Live.OIDC.ClientSecret.Reveal() != "live" ||
		got.Previous.OIDC.ClientSecret.Reveal() != "previous" ||
		got.Keys[0].Private.Reveal() != "private-1" {
		w.Error("a secret did not come back")
	}
	return changed
}

func (w *world) deletedConnection(c sso.Connection) {
	ctx := w.Context()
	s := w.signIn("ada", "dev")
	u, _ := w.record(s)
	w.ok(w.db.DeleteConnection(ctx, by, w.ent.ID, c.ID, nil))
	_, err := w.db.Principal(ctx, s.Session.Token)
	w.fails(err, sso.Unauthenticated, "session_ended")
	_, err = w.db.ConnectionByID(ctx, c.ID)
	w.fails(err, sso.NotFoundKind, "not_found")
	_, err = w.db.User(ctx, w.ent.ID, u.ID)
	w.ok(err)
	revoked, err := w.db.Revocations(ctx, 0)
	w.ok(err)
	w.same([]sso.Revocation{{Sequence: 1, Session: s.Session.ID}}, revoked)
	_, _, err = w.db.RecordLogin(ctx, w.signIn("ada"), Reset(s.Identity.Groups))
	w.fails(err, sso.NotFoundKind, "not_found")
}

func testCertificateUse(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	first, second := certificate(1, sso.FromMetadata), certificate(2, sso.FromAdmin)
	w.conn = w.samlConnection("", first)
	made := w.clock.Now()
	w.clock.Move(time.Hour)
	_, err := w.db.UpdateConnection(
		ctx,
		by,
		w.ent.ID,
		w.conn.ID,
		"connection.updated",
		func(c sso.Connection) (sso.Connection, error) {
			live := *c.Live
			saml := *live.SAML
			saml.Certificates = []sso.Certificate{second}
			live.SAML, c.Live = &saml, &live
			return c, nil
		},
	)
	w.ok(err)
	changed := w.clock.Now()
	w.clock.Move(time.Hour)
	s := w.signIn("ada")
	s.Certificate = second.Fingerprint()
	w.record(s)
	got, err := w.db.Certificates(ctx, w.ent.ID, w.conn.ID)
	w.ok(err)
	w.same([]sso.CertificateUse{
		{
			Fingerprint: second.Fingerprint(),
			Source:      sso.FromAdmin,
			FirstSeen:   changed,
			LastSeen:    changed,
			LastUsed:    w.clock.Now(),
		},
		{
			Fingerprint: first.Fingerprint(),
			Source:      sso.FromMetadata,
			FirstSeen:   made,
			LastSeen:    made,
		},
	}, got)
}

func testConnectionsToRefresh(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	never := w.samlConnection("https://idp.test/metadata")
	w.samlConnection("")
	off := w.samlConnection("https://idp.test/metadata")
	_, err := w.db.UpdateConnection(
		ctx,
		by,
		w.ent.ID,
		off.ID,
		"connection.disabled",
		func(c sso.Connection) (sso.Connection, error) {
			c.State = sso.ConnectionDisabled
			return c, nil
		},
	)
	w.ok(err)
	other := addWorld(t, w.db, w.clock, "other")
	checked := other.samlConnection("https://idp.test/metadata")
	w.ok(w.db.SetMetadataStatus(ctx, other.ent.ID, checked.ID, sso.MetadataStatus{
		CheckedAt: w.clock.Now(),
		Error:     "unreachable",
	}))
	ids := func(before time.Time) (ids []sso.ConnectionID) {
		t.Helper()
		all, err := w.db.ConnectionsToRefresh(ctx, before)
		w.ok(err)
		for _, c := range all {
			ids = append(ids, c.ID)
		}
		slices.Sort(ids)
		return ids
	}
	w.same([]sso.ConnectionID{never.ID}, ids(w.clock.Now()))
	both := []sso.ConnectionID{never.ID, checked.ID}
	slices.Sort(both)
	w.same(both, ids(w.clock.Now().Add(time.Minute)))
	got, err := w.db.Connection(ctx, other.ent.ID, checked.ID)
	w.ok(err)
	if got.Metadata.Error != "unreachable" || got.Revision != checked.Revision {
		t.Errorf("got %+v", got)
	}
}

func testDomains(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	other := addWorld(t, w.db, w.clock, "other")
	mine, err := w.db.CreateDomain(ctx, by, sso.Domain{
		Enterprise: w.ent.ID,
		Name:       "acme.test",
		TXTRecord:  "mine",
	})
	w.ok(err)
	theirs, err := w.db.CreateDomain(ctx, by, sso.Domain{
		Enterprise: other.ent.ID,
		Name:       "acme.test",
		TXTRecord:  "theirs",
	})
	w.ok(err)
	_, err = w.db.CreateDomain(ctx, by, sso.Domain{
		Enterprise: w.ent.ID,
		Name:       "acme.test",
	})
	w.fails(err, sso.Conflict, "domain_taken")
	_, err = w.db.EnterpriseByDomain(ctx, "acme.test")
	w.fails(err, sso.NotFoundKind, "not_found")
	verify := func(d sso.Domain) (sso.Domain, error) {
		d.VerifiedAt, d.Name = w.clock.Now(), "elsewhere.test"
		return d, nil
	}
	mine, err = w.db.UpdateDomain(ctx, by, w.ent.ID, mine.ID, verify)
	w.ok(err)
	w.same([]string{"domain.verified"}, w.actions(1))
	_, err = w.db.UpdateDomain(ctx, by, other.ent.ID, theirs.ID, verify)
	w.fails(err, sso.Conflict, "domain_taken")
	w.domainRead(mine)
}

func (w *world) domainRead(mine sso.Domain) {
	ctx := w.Context()
	ent, err := w.db.EnterpriseByDomain(ctx, "acme.test")
	w.ok(err)
	w.same(w.ent, ent)
	got, err := w.db.Domain(ctx, w.ent.ID, mine.ID)
	w.ok(err)
	w.same(mine, got)
	all, err := w.db.Domains(ctx, w.ent.ID)
	w.ok(err)
	w.same([]sso.Domain{mine}, all)
	w.ok(w.db.DeleteDomain(ctx, by, w.ent.ID, mine.ID))
	_, err = w.db.EnterpriseByDomain(ctx, "acme.test")
	w.fails(err, sso.NotFoundKind, "not_found")
}

func testAttempts(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	u, _ := w.enter("ada", "dev")
	w.clock.Move(time.Hour)
	since := w.clock.Now()
	failed := sso.Attempt{
		ID:         sso.NewID[sso.AttemptID](since),
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Login:      "ada@acme.test",
		Outcome:    sso.OutcomeFailed,
		Code:       "saml_expired",
		Detail:     "wanted before 12:00, got 12:10",
		Checks:     []sso.Check{{Name: "expiry", Want: "a", Got: "b"}},
		At:         since,
	}
	w.ok(w.db.RecordAttempt(ctx, failed, ""))
	got, err := w.db.Attempt(ctx, w.ent.ID, failed.ID)
	w.ok(err)
	w.same(failed, got)
	w.attemptsFiltered(u, since)
	w.fails(w.db.RecordAttempt(ctx, sso.Attempt{
		ID:         "att-x",
		Enterprise: "ent-unknown",
	}, ""), sso.NotFoundKind, "not_found")
}

func (w *world) attemptsFiltered(u sso.User, since time.Time) {
	ctx := w.Context()
	for name, c := range map[string]struct {
		filter sso.AttemptFilter
		want   int
	}{
		"all":     {sso.AttemptFilter{}, 2},
		"user":    {sso.AttemptFilter{User: u.ID}, 1},
		"login":   {sso.AttemptFilter{Login: "ada@acme.test"}, 2},
		"outcome": {sso.AttemptFilter{Outcome: sso.OutcomeFailed}, 1},
		"code":    {sso.AttemptFilter{Code: "saml_expired"}, 1},
		"since":   {sso.AttemptFilter{Since: since}, 1},
		"none":    {sso.AttemptFilter{User: u.ID, Code: "saml_expired"}, 0},
	} {
		all, _, err := w.db.Attempts(ctx, w.ent.ID, c.filter, sso.Page{})
		w.ok(err)
		if len(all) != c.want {
			w.Errorf("%s: %d attempts; want %d", name, len(all), c.want)
		}
	}
}

func testMeta(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	for _, want := range []string{"", "1", "2"} {
		if want != "" {
			w.ok(w.db.SetMeta(ctx, "demo", want))
		}
		if got, err := w.db.Meta(ctx, "demo"); err != nil || got != want {
			t.Errorf("got %q, %v; want %q", got, err, want)
		}
	}
	w.ok(w.db.Ping(ctx))
	canceled, cancel := context.WithCancel(ctx)
	cancel()
	if err := w.db.SetMeta(canceled, "demo", "3"); err == nil {
		t.Error("a write whose caller has gone was done")
	}
}

func testClosed(t *testing.T, fresh fresh) {
	db, err := store.Open(t.Context(), store.Options{
		DSN:  fresh(t),
		Keys: store.Keyring{Current: store.NewKey()},
	})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
	}
	_, readErr := db.Meta(t.Context(), "x")
	for name, err := range map[string]error{
		"write": db.SetMeta(t.Context(), "x", "1"),
		"read":  readErr,
		"ping":  db.Ping(t.Context()),
	} {
		if sso.KindOf(err) != sso.Unavailable ||
			sso.CodeOf(err) != "temporarily_unavailable" {
			t.Errorf("%s: got %v; want Unavailable", name, err)
		}
	}
}
