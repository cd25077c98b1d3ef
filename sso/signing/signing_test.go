package signing_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/sso"
	"gatehouse/sso/signing"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// installation is a store, and nodes with their own Keys.
type installation struct {
	*testing.T
	*storetest.Clock
	down bool
	db   *store.DB
}

func newInstallation(t *testing.T) *installation {
	i := &installation{
		T:     t,
		Clock: storetest.NewClock(time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)),
	}
	i.db = storetest.Open(
		t, storetest.SQLite(t), store.Keyring{Current: store.NewKey()}, i.Now,
	)
	return i
}

func (i *installation) node() *signing.Keys {
	return signing.New(signing.Options{
		Store: i,
		Log:   slog.New(slog.DiscardHandler),
		Now:   i.Now,
	})
}

func (i *installation) SigningKeys(ctx context.Context) ([]sso.SigningKey, error) {
	if i.down {
		return nil, &sso.Error{
			Kind:   sso.Unavailable,
			Code:   "temporarily_unavailable",
			Public: "Later.",
		}
	}
	return i.db.SigningKeys(ctx)
}

func (i *installation) ChangeSigningKeys(
	ctx context.Context, fn func([]sso.SigningKey) (*sso.SigningKey, []sso.KeyID, error),
) ([]sso.SigningKey, error) {
	if i.down {
		return nil, errors.New("down")
	}
	return i.db.ChangeSigningKeys(ctx, fn)
}

// sign makes a token and returns the key that did.
func (i *installation) sign(k *signing.Keys) (token, kid string) {
	i.Helper()
	token, err := k.Sign(i.Context(), map[string]any{"sub": "ada"})
	if err != nil {
		i.Fatal(err)
	}
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{
		jose.ES256,
	})
	if err != nil {
		i.Fatal(err)
	}
	return token, parsed.Signatures[0].Header.KeyID
}

func (i *installation) published(k *signing.Keys) jose.JSONWebKeySet {
	i.Helper()
	doc, err := k.Published(i.Context())
	if err != nil {
		i.Fatal(err)
	}
	var set jose.JSONWebKeySet
	if err := json.Unmarshal(doc, &set); err != nil {
		i.Fatal(err)
	}
	for _, key := range set.Keys {
		if !key.IsPublic() || key.Algorithm != "ES256" || key.Use != "sig" {
			i.Errorf("published %+v", key)
		}
	}
	return set
}

// verifies reports whether an application that has fetched keys accepts a token.
func verifies(set jose.JSONWebKeySet, token string) bool {
	parsed, err := jose.ParseSignedCompact(token, []jose.SignatureAlgorithm{
		jose.ES256,
	})
	if err != nil {
		return false
	}
	_, err = parsed.Verify(&set)
	return err == nil
}

func TestFirstUseOnManyNodes(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	var all sync.WaitGroup
	var mu sync.Mutex
	var kids []string
	for range 8 {
		all.Go(func() {
			_, kid := i.sign(i.node())
			mu.Lock()
			defer mu.Unlock()
			kids = append(kids, kid)
		})
	}
	all.Wait()
	if slices.Sort(kids); kids[0] != kids[7] {
		t.Errorf("nodes sign with different keys: %v", kids)
	}
}

// TestRotation goes through four months on two nodes, minute by minute where it
// matters: whatever is signed verifies with keys fetched within the five minutes
// before, and old keys go.
func TestRotation(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	nodes := []*signing.Keys{i.node(), i.node()}
	fetched := i.published(nodes[1])
	seen := map[string]bool{}
	for day := range 120 {
		for minute := range 200 {
			n := minute % 2
			token, kid := i.sign(nodes[n])
			seen[kid] = true
			if !verifies(fetched, token) ||
				!verifies(i.published(nodes[1-n]), token) {
				t.Fatalf("day %d, minute %d: the application does not know key %s", day, minute, kid)
			}
			if minute%5 == 4 {
				fetched = i.published(nodes[n])
			}
			i.Move(time.Minute)
			if day%30 > 1 && minute > 10 {
				break // nothing happens
			}
		}
		i.Move(24*time.Hour - 11*time.Minute)
		fetched = i.published(nodes[0])
	}
	if len(seen) < 3 || len(seen) > 5 {
		t.Errorf("%d keys have signed", len(seen))
	}
	if n := len(fetched.Keys); n > 2 {
		t.Errorf("%d keys are published", n)
	}
}

func TestStoreUnavailable(t *testing.T) {
	t.Parallel()
	i := newInstallation(t)
	i.down = true
	k := i.node()
	if _, err := k.Sign(t.Context(), 1); sso.KindOf(err) != sso.Unavailable {
		t.Errorf("before the first key: %v", err)
	}
	i.down = false
	token, kid := i.sign(k)
	i.down = true
	for range 3 {
		i.Move(time.Hour)
		if _, again := i.sign(k); again != kid || !verifies(i.published(k), token) {
			t.Errorf("signed with %s; want %s", again, kid)
		}
	}
	if _, err := i.node().Published(t.Context()); err == nil {
		t.Error("a node that never read a key publishes some")
	}
	i.down = false
	i.Move(time.Hour)
	if _, again := i.sign(k); again != kid {
		t.Errorf("signed with %s; want %s", again, kid)
	}
}
