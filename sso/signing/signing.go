package signing

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-jose/go-jose/v4"

	"gatehouse/sso"
)

// store keeps the keys; store.DB implements it.
type store interface {
	SigningKeys(ctx context.Context) ([]sso.SigningKey, error)
	// ChangeSigningKeys runs fn in a transaction; concurrent calls run one
	// after the other.
	ChangeSigningKeys(
		ctx context.Context, fn func([]sso.SigningKey) (add *sso.SigningKey, remove []sso.KeyID, err error),
	) ([]sso.SigningKey, error)
}

// Options configure Keys; all are required.
type Options struct {
	Store store
	Log   *slog.Logger
	Now   func() time.Time
}

const (
	rotateAfter     = 30 * 24 * time.Hour
	publishedBefore = time.Hour   // published before it signs
	publishedAfter  = time.Hour   // published after the next one signs
	readEvery       = time.Minute // much less than lead
	readTimeout     = 2 * time.Second
)

// Keys signs with the installation's keys. It is safe for concurrent use. The
// first use creates the first key.
type Keys struct {
	Options
	reading sync.Mutex
	cached  atomic.Pointer[keySet]
}

// keySet is the keys as read last. It is immutable.
type keySet struct {
	signer    jose.Signer
	published []byte
	readAt    time.Time
}

// New returns Keys.
func New(o Options) *Keys { return &Keys{Options: o} }

// Sign returns a signed token, ES256 in compact form, of claims, which must
// marshal to a JSON object. It fails with Unavailable only if no key could ever
// be read.
func (k *Keys) Sign(ctx context.Context, claims any) (string, error) {
	s, err := k.currentSet(ctx)
	if err != nil {
		return "", err
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		return "", fmt.Errorf("write claims: %w", err)
	}
	token, err := s.signer.Sign(payload)
	if err != nil {
		return "", fmt.Errorf("sign claims: %w", err)
	}
	return token.CompactSerialize()
}

// Published returns the JSON Web Key Set that verifies the tokens.
func (k *Keys) Published(ctx context.Context) ([]byte, error) {
	s, err := k.currentSet(ctx)
	if err != nil {
		return nil, err
	}
	return s.published, nil
}

// currentSet returns the keys, and reads them again if they are old. Concurrent
// callers get the old ones meanwhile.
func (k *Keys) currentSet(ctx context.Context) (*keySet, error) {
	s := k.cached.Load()
	if s != nil && k.Now().Sub(s.readAt) < readEvery {
		return s, nil
	}
	if s == nil {
		k.reading.Lock()
	} else if !k.reading.TryLock() {
		return s, nil
	}
	defer k.reading.Unlock()
	if newer := k.cached.Load(); newer != s {
		return newer, nil
	}
	fresh, err := k.readSet(ctx)
	switch {
	case err == nil:
		s = fresh
	case s == nil:
		return nil, fmt.Errorf("read signing keys: %w", err)
	default:
		k.Log.WarnContext(ctx, "signing keys not reloaded; the loaded ones stay in use", "error", err)
		retried := *s
		retried.readAt = k.Now()
		s = &retried
	}
	k.cached.Store(s)
	return s, nil
}

func (k *Keys) readSet(ctx context.Context) (*keySet, error) {
	// The caller may leave; the others want the result too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
	defer cancel()
	keys, err := k.Store.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	now := k.Now()
	if add, remove := planRotation(keys, now); add || len(remove) > 0 {
		keys, err = k.Store.ChangeSigningKeys(
			ctx,
			func(current []sso.SigningKey) (*sso.SigningKey, []sso.KeyID, error) {
				add, remove := planRotation(current, now) // another node may have been faster
				if !add {
					return nil, remove, nil
				}
				key, err := newKey()
				return key, remove, err
			},
		)
		if err != nil {
			return nil, err
		}
	}
	return newKeySet(keys, now)
}

// planRotation says whether a key must be created, and which are no longer needed. keys
// are in the order of their creation.
func planRotation(keys []sso.SigningKey, now time.Time) (add bool, remove []sso.KeyID) {
	if len(keys) == 0 {
		return true, nil
	}
	for i := range len(keys) - 1 {
		if now.After(keys[i+1].CreatedAt.Add(publishedBefore + publishedAfter)) {
			remove = append(remove, keys[i].ID)
		}
	}
	return now.Sub(keys[len(keys)-1].CreatedAt) >= rotateAfter, remove
}

// signingKey returns the key that signs: the newest that was published for long
// enough, or else the first one.
func signingKey(keys []sso.SigningKey, now time.Time) sso.SigningKey {
	for i := len(keys) - 1; i > 0; i-- {
		if !now.Before(keys[i].CreatedAt.Add(publishedBefore)) {
			return keys[i]
		}
	}
	return keys[0]
}

func newKeySet(keys []sso.SigningKey, now time.Time) (*keySet, error) {
	s := &keySet{readAt: now}
	var public jose.JSONWebKeySet
	for _, k := range keys {
		key, err := x509.ParsePKIXPublicKey(k.Public)
		if err != nil {
			return nil, fmt.Errorf("read public key %s: %w", k.ID, err)
		}
		public.Keys = append(public.Keys, jose.JSONWebKey{
			Key:       key,
			KeyID:     string(k.ID),
			Algorithm: string(jose.ES256),
			Use:       "sig",
		})
	}
	var err error
	if s.published, err = json.Marshal(public); err != nil {
		return nil, fmt.Errorf("write the key set: %w", err)
	}
	k := signingKey(keys, now)
	private, err := privateKey(k)
	if err != nil {
		return nil, err
	}
	s.signer, err = jose.NewSigner(jose.SigningKey{
		Algorithm: jose.ES256,
		Key:       jose.JSONWebKey{Key: private, KeyID: string(k.ID)},
	},
		(&jose.SignerOptions{}).WithType("JWT"))
	if err != nil {
		return nil, fmt.Errorf("sign with key %s: %w", k.ID, err)
	}
	return s, nil
}

func newKey() (*sso.SigningKey, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("make a signing key: %w", err)
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return nil, fmt.Errorf("write a public key: %w", err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, fmt.Errorf("write a private key: %w", err)
	}
	return &sso.SigningKey{
		Public:  public,
		Private: sso.Secret(base64.StdEncoding.EncodeToString(private)),
	}, nil
}

func privateKey(k sso.SigningKey) (any, error) {
	der, err := base64.StdEncoding.DecodeString(k.Private.Reveal())
	if err != nil {
		return nil, fmt.Errorf("read private key %s: %w", k.ID, err)
	}
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, fmt.Errorf("read private key %s: %w", k.ID, err)
	}
	return key, nil
}
