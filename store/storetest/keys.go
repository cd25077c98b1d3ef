package storetest

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/store"
)

// testSecretsSealed looks for secrets in all that is stored, and in the files
// themselves where there are any.
func testSecretsSealed(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	token, bearer := sso.Secret(
		"canary-session-token",
	), sso.Secret("canary-api-token")
	s := w.signIn("ada", "dev")
	s.Session.Token = token.Hash()
	w.pending(&s)
	w.record(s)
	_, err := w.db.FinishTestRun(
		t.Context(), finished(w.testRun("canary-test-token"), sso.TestPassed, ""),
		"",
	)
	w.ok(err)
	_, err = w.db.CreateToken(t.Context(), by, sso.Token{
		Name: "ci",
		Hash: bearer.Hash(),
	})
	w.ok(err)
	_, err = w.db.ChangeSigningKeys(t.Context(), func([]sso.SigningKey) (*sso.SigningKey, []sso.KeyID, error) {
		return &sso.SigningKey{Private: "canary-signing-key"}, nil, nil
	})
	w.ok(err)
	stored := fmt.Sprint(
		w.dump(), rows(t, Raw(t, w.dsn), "select * from tokens"),
		rows(t, Raw(t, w.dsn), "select * from sealed_values"),
		rows(t, Raw(t, w.dsn), "select * from signing_keys"),
	)
	if !strings.Contains(stored, "ada@acme.test") ||
		!strings.Contains(stored, token.Hash().String()) {
		t.Fatal("the dump does not have what it must have: this test sees nothing")
	}
	if strings.Contains(stored, "canary") && !onlyName(stored) {
		t.Error("a secret is stored in clear")
	}
	w.filesSealed()
}

func (w *world) filesSealed() {
	path, ok := strings.CutPrefix(w.dsn, "sqlite:")
	if !ok {
		return
	}
	files, err := filepath.Glob(path + "*")
	w.ok(err)
	for _, name := range files {
		b, err := os.ReadFile(name)
		w.ok(err)
		if bytes.Contains(b, []byte("canary-")) {
			w.Errorf("%s has a secret in clear", filepath.Base(name))
		}
		if info, err := os.Stat(name); err != nil ||
			info.Mode().Perm()&0o077 != 0 && !strings.HasSuffix(name, ".lock") {
			w.Errorf(
				"%s can be read by others: %v (%v)", filepath.Base(name),
				info.Mode(), err,
			)
		}
	}
}

// onlyName says that the word comes only as the name of the sealed canary.
func onlyName(stored string) bool { return !strings.Contains(stored, "canary-") }

func testWrongKey(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	for name, keys := range map[string]store.Keyring{
		"another": {Current: store.NewKey()},
		"none":    {},
		"short":   {Current: "c2hvcnQ="},
		"garbage": {Current: "%%%"},
	} {
		before := w.dump()
		db, err := store.Open(t.Context(), store.Options{
			DSN:  w.dsn,
			Keys: keys,
		})
		if err == nil {
			_ = db.Close()
			t.Errorf("%s: opened", name)
			continue
		}
		if !strings.Contains(err.Error(), "secret key") ||
			keys.Current != "" &&
				strings.Contains(err.Error(), keys.Current.Reveal()) {
			t.Errorf("%s: the error says %q", name, err)
		}
		w.same(before, w.dump())
	}
}

func testRotation(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	var s sso.SignIn
	p := w.pending(&s)
	next := store.NewKey()
	db := Open(
		t, w.dsn, store.Keyring{Current: next, Previous: w.keys.Current},
		w.clock.Now,
	)
	check := func(db *store.DB) {
		t.Helper()
		c, err := db.Connection(ctx, w.ent.ID, w.conn.ID)
		w.ok(err)
		got, err := db.PendingLogin(ctx, p.ID)
		w.ok(err)
		if c.Live.OIDC.ClientSecret != "canary-client-secret" ||
			c.Live.Directory.ClientSecret != "canary-directory-secret" ||
			c.Keys[0].Private != "canary-private-key" ||
			got.Nonce != p.Nonce ||
			got.Verifier != p.Verifier {
			t.Error("a secret did not survive")
		}
		if _, err := db.VerifyAudit(ctx, w.ent.ID); err != nil {
			t.Error(err)
		}
	}
	check(db)
	n, err := db.RotateKeys(ctx)
	w.ok(err)
	if n != 8 { // canary, audit key, token key, client secret, directory secret, private key, nonce, verifier
		t.Errorf("%d values were sealed again; want 8", n)
	}
	if n, err = db.RotateKeys(ctx); err != nil || n != 0 {
		t.Errorf("rotating again sealed %d values (%v)", n, err)
	}
	check(db)
	check(Open(t, w.dsn, store.Keyring{Current: next}, w.clock.Now))
	if _, err := store.Open(ctx, store.Options{DSN: w.dsn, Keys: w.keys}); err == nil {
		t.Error("the old key still opens everything")
	}
}

// testSealedInPlace moves sealed values to where they do not belong.
func testSealedInPlace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	other := addWorld(t, w.db, w.clock, "other")
	db := Raw(t, w.dsn)
	_, err := w.db.UpdateConnection(
		ctx,
		by,
		w.ent.ID,
		w.conn.ID,
		"connection.edited",
		func(c sso.Connection) (sso.Connection, error) {
			c.Draft = &sso.Config{OIDC: &sso.OIDCConfig{ClientSecret: "draft"}}
			return c, nil
		},
	)
	w.ok(err)
	for name, text := range map[string]string{
		"another enterprise's": "update connections set live_secret = (select o.live_secret from connections o where o.id = $2) where id = $1",
		"another column's":     "update connections set live_secret = draft_secret where id = $1 and $2 <> ''",
		"cut":                  "update connections set live_secret = substr(live_secret, 1, length(live_secret) - 4) where id = $1 and $2 <> ''",
	} {
		t.Run(name, func(t *testing.T) {
			before := rows(t, db, "select live_secret from connections where id = $1", string(w.conn.ID))[0]
			if _, err := db.Exec(text, string(w.conn.ID), string(other.conn.ID)); err != nil {
				t.Fatal(err)
			}
			if _, err := w.db.Connection(ctx, w.ent.ID, w.conn.ID); err == nil {
				t.Error("a sealed value opened where it does not belong")
			}
			if _, err := db.Exec(
				"update connections set live_secret = $2 where id = $1",
				string(w.conn.ID), strings.Trim(before, "[]"),
			); err != nil {
				t.Fatal(err)
			}
			if _, err := w.db.Connection(ctx, w.ent.ID, w.conn.ID); err != nil {
				t.Errorf("the test did not put back what it changed: %v", err)
			}
		})
	}
	w.pendingSealed(other, db)
}

func (w *world) pendingSealed(other *world, db *sql.DB) {
	ctx := w.Context()
	var signIn sso.SignIn
	pending := w.pending(&signIn)
	if _, err := db.Exec(
		"update pending_logins set enterprise_id = $2, connection_id = $3 where id = $1",
		pending.ID, string(other.ent.ID), string(other.conn.ID),
	); err != nil {
		w.Fatal(err)
	}
	if _, err := w.db.PendingLogin(ctx, pending.ID); err == nil {
		w.Error("a sealed value opened for another enterprise")
	}
}
