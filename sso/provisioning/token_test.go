package provisioning_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/provisioning"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

const admin = sso.ActorOperator

// fixture is the service of tokens over a real database with an enterprise of two
// connections, and another enterprise.
type fixture struct {
	*testing.T
	*provisioning.Tokens
	db          *store.DB
	clock       *storetest.Clock
	ent         sso.Enterprise
	conn, other sso.Connection
	stranger    sso.Connection
}

// onBoth runs a test on SQLite and on PostgreSQL.
func onBoth(t *testing.T, test func(f *fixture)) {
	t.Helper()
	for name, database := range map[string]func(testing.TB) string{
		"SQLite":     storetest.SQLite,
		"PostgreSQL": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(newFixture(t, database(t)))
		})
	}
}

func newFixture(t *testing.T, dsn string) *fixture {
	t.Helper()
	f := &fixture{
		T:     t,
		clock: storetest.NewClock(time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)),
	}
	f.db = storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, f.clock.Now)
	f.Tokens = provisioning.NewTokens(f.db, f.clock.Now)
	f.ent = f.enterprise("acme")
	f.conn, f.other = f.connection(f.ent, "Entra ID"), f.connection(f.ent, "Okta")
	f.stranger = f.connection(f.enterprise("globex"), "Entra ID")
	return f
}

func (f *fixture) enterprise(key string) sso.Enterprise {
	f.Helper()
	e, err := f.db.CreateEnterprise(f.Context(), admin, sso.Enterprise{
		Key:  key,
		Name: key,
	})
	f.ok(err)
	return e
}

func (f *fixture) connection(e sso.Enterprise, name string) sso.Connection {
	f.Helper()
	c, err := f.db.CreateConnection(f.Context(), admin, sso.Connection{
		Enterprise: e.ID,
		Name:       name,
		Protocol:   sso.OIDC,
		Provider:   sso.Custom,
		Draft: &sso.Config{OIDC: &sso.OIDCConfig{
			Issuer:   "https://idp.test",
			ClientID: "gatehouse",
		}},
	})
	f.ok(err)
	return c
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

func (f *fixture) create(c sso.Connection, name string) (sso.ProvisioningToken, string) {
	f.Helper()
	f.clock.Move(time.Second)
	k, secret, err := f.Create(f.Context(), admin, c.Enterprise, c.ID, provisioning.NewToken{
		Name:      name,
		ExpiresAt: f.clock.Now().Add(24 * time.Hour),
	})
	f.ok(err)
	return k, secret.Reveal()
}

// refused asserts that a bearer value is refused with a code, and returns the text.
func (f *fixture) refused(c sso.ConnectionID, bearer, code string) string {
	f.Helper()
	k, err := f.Authorize(f.Context(), c, bearer, "test")
	if sso.KindOf(err) != sso.Unauthenticated || sso.CodeOf(err) != code {
		f.Errorf("got %v, want %s", err, code)
		return ""
	}
	if k.Allows(sso.ScopeUsersRead) || k.Allows(sso.ScopeSCIM) {
		f.Errorf("%s: the token still allows something", code)
	}
	if text := err.Error(); len(bearer) > len(sso.SCIMToken) && strings.Contains(text, bearer) {
		f.Errorf("the text repeats the token: %s", text)
	}
	return err.Error()
}

func TestAuthorize(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		k, bearer := f.create(f.conn, "entra-1")
		got, err := f.Authorize(f.Context(), f.conn.ID, bearer, "Azure\x00 AD \u202eProvisioning")
		f.ok(err)
		if got.ID != k.ID || got.Enterprise != f.ent.ID || !got.Allows(sso.ScopeGroupsWrite) || got.Troubled {
			f.Errorf("got %+v", got)
		}
		used, err := f.db.ProvisioningToken(f.Context(), f.ent.ID, f.conn.ID, k.ID)
		f.ok(err)
		if used.LastClient != "Azure AD Provisioning" || used.LastUsedAt.IsZero() {
			f.Errorf("used by %q at %s", used.LastClient, used.LastUsedAt)
		}
		for _, c := range []sso.ConnectionID{
			f.other.ID, f.stranger.ID, "", "conn-x", sso.NewID[sso.ConnectionID](f.clock.Now()),
		} {
			text := f.refused(c, bearer, "scim_token_elsewhere")
			if strings.Contains(text, "entra-1") || strings.Contains(text, string(f.conn.ID)) {
				f.Errorf("the text says whose the token is: %s", text)
			}
		}
	})
}

func TestAuthorizeEnded(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		old, bearer := f.create(f.conn, "entra-1")
		other := provisioning.NewTokens(f.db, f.clock.Now) // another node
		f.clock.Move(25 * time.Hour)
		text := f.refused(f.conn.ID, bearer, "scim_token_expired")
		if !strings.Contains(text, `Token "entra-1" expired on 30 November 2026. Create a token`) {
			f.Error(text)
		}
		k, second := f.create(f.conn, "entra-2")
		text = f.refused(f.conn.ID, bearer, "scim_token_expired")
		if !strings.Contains(text, `A valid token "entra-2" exists; put that into the identity provider.`) {
			f.Error(text)
		}
		_, err := other.Authorize(f.Context(), f.conn.ID, second, "")
		f.ok(err)
		f.ok(f.Revoke(f.Context(), admin, f.ent.ID, f.conn.ID, k.ID))
		_, err = other.Authorize(f.Context(), f.conn.ID, second, "")
		if sso.CodeOf(err) != "scim_token_revoked" {
			f.Errorf("the other node says %v", err)
		}
		f.refused(f.other.ID, second, "scim_token_elsewhere") // not that it was revoked
		later := f.clock.Now().Add(time.Hour)
		_, err = f.Edit(f.Context(), admin, f.ent.ID, f.conn.ID, old.ID, provisioning.TokenEdit{ExpiresAt: &later})
		f.ok(err)
		_, err = f.Authorize(f.Context(), f.conn.ID, bearer, "")
		f.ok(err)
		f.ok(f.db.DeleteConnection(f.Context(), admin, f.ent.ID, f.conn.ID, nil))
		f.refused(f.conn.ID, bearer, "scim_token_invalid")
		_, third := f.create(f.other, "okta")
		f.ok(f.db.DeleteEnterprise(f.Context(), admin, f.ent.ID))
		f.refused(f.other.ID, third, "scim_token_invalid")
	})
}

// countingStore counts look-ups.
type countingStore struct {
	*store.DB
	asked atomic.Int64
}

func (s *countingStore) ProvisioningTokenByHash(ctx context.Context, h sso.Hash) (sso.ProvisioningToken, error) {
	s.asked.Add(1)
	return s.DB.ProvisioningTokenByHash(ctx, h)
}

// TestTokenCut is T-TOKEN-CUT: nothing but the whole token, letter by letter, is
// accepted; and what has another form costs no query.
func TestTokenCut(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		_, bearer := f.create(f.conn, "entra")
		counting := &countingStore{DB: f.db}
		f.Tokens = provisioning.NewTokens(counting, f.clock.Now)
		first := f.refused(f.conn.ID, "", "scim_token_invalid")
		for _, cut := range cuts(bearer) {
			if text := f.refused(f.conn.ID, cut, "scim_token_invalid"); text != first {
				f.Errorf("%q gets another text: %s", cut, text)
			}
		}
		if n := counting.asked.Load(); n != 0 {
			f.Errorf("malformed values cost %d queries", n)
		}
		unknown := sso.SCIMToken.New().Reveal()
		if text := f.refused(f.conn.ID, unknown, "scim_token_invalid"); text != first {
			f.Errorf("an unknown token gets another text: %s", text)
		}
		_, err := f.Authorize(f.Context(), f.conn.ID, bearer, "")
		f.ok(err)
	})
}

// cuts returns every proper prefix and suffix of a token, each letter in the other
// case, what is padded, and tokens of other kinds.
func cuts(bearer string) (all []string) {
	for i := range bearer {
		all = append(all, bearer[:i], bearer[i+1:], bearer[:i]+"\x00"+bearer[i+1:])
		other := strings.ToUpper(bearer[i : i+1])
		if other == bearer[i:i+1] {
			other = strings.ToLower(other)
		}
		if other != bearer[i:i+1] {
			all = append(all, bearer[:i]+other+bearer[i+1:])
		}
	}
	for _, pad := range []string{" ", "\t", "\n", "=", "0", "A", "\x00", ",", ";", "%20"} {
		all = append(all, bearer+pad, pad+bearer)
	}
	return append(
		all, strings.ToUpper(bearer), strings.ToLower(bearer), bearer+bearer, `"`+bearer+`"`,
		sso.APIToken.New().Reveal(), sso.NewSecret().Reveal(),
	)
}

func TestTokenProblems(t *testing.T) {
	t.Parallel()
	onBoth(t, func(f *fixture) {
		ctx := f.Context()
		_, _, err := f.Create(ctx, admin, f.ent.ID, f.conn.ID, provisioning.NewToken{
			Name:      " ",
			Scopes:    []sso.ProvisioningScope{"users:read", "users.write"},
			ExpiresAt: f.clock.Now(),
		})
		want := "validation_failed: Some entries cannot be accepted. [name: Enter a name.] " +
			`[scopes: "users.write" is no scope. Use scim, users:read, users:write, groups:read or groups:write.] ` +
			"[expires_at: Choose a moment in the future, or none.]"
		if err == nil || err.Error() != want {
			f.Errorf("got  %v\nwant %s", err, want)
		}
		k, bearer := f.create(f.conn, "  entra ")
		if k.Name != "entra" || len(k.Scopes) != 1 || k.Scopes[0] != sso.ScopeSCIM {
			f.Errorf("got %+v", k)
		}
		_, err = f.Edit(ctx, admin, f.ent.ID, f.conn.ID, k.ID, provisioning.TokenEdit{
			Scopes: []sso.ProvisioningScope{},
		})
		if err == nil || !strings.Contains(err.Error(), "[scopes: Name at least one scope: scim, ") {
			f.Errorf("got %v", err)
		}
		k, err = f.Edit(ctx, admin, f.ent.ID, f.conn.ID, k.ID, provisioning.TokenEdit{
			Scopes: []sso.ProvisioningScope{"groups:write", "users:read", "groups:write"},
		})
		f.ok(err)
		got, err := f.Authorize(ctx, f.conn.ID, bearer, "")
		f.ok(err)
		if !got.Allows(sso.ScopeGroupsRead) || got.Allows(sso.ScopeUsersWrite) || len(k.Scopes) != 2 {
			f.Errorf("got %+v", got)
		}
	})
}
