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
	rotateAfter = 30 * 24 * time.Hour
	lead        = time.Hour   // published before it signs
	kept        = time.Hour   // published after the next one signs
	readEvery   = time.Minute // much less than lead
	readTimeout = 2 * time.Second
)

// Keys signs with the installation's keys. It is safe for concurrent use. The
// first use creates the first key.
type Keys struct {
	Options
	reading sync.Mutex
	now     atomic.Pointer[set]
}

// set is the keys as read last. It is immutable.
type set struct {
	signer    jose.Signer
	published []byte
	tried     time.Time
}

// New returns Keys.
func New(o Options) *Keys { return &Keys{Options: o} }

// Sign returns a signed token, ES256 in compact form, of claims, which must
// marshal to a JSON object. It fails with Unavailable only if no key could ever
// be read.
func (k *Keys) Sign(ctx context.Context, claims any) (string, error) {
	s, err := k.current(ctx)
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
	s, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	return s.published, nil
}

// current returns the keys, and reads them again if they are old. Concurrent
// callers get the old ones meanwhile.
func (k *Keys) current(ctx context.Context) (*set, error) {
	s := k.now.Load()
	if s != nil && k.Now().Sub(s.tried) < readEvery {
		return s, nil
	}
	if s == nil {
		k.reading.Lock()
	} else if !k.reading.TryLock() {
		return s, nil
	}
	defer k.reading.Unlock()
	if newer := k.now.Load(); newer != s {
		return newer, nil
	}
	read, err := k.read(ctx)
	switch {
	case err == nil:
		s = read
	case s == nil:
		return nil, fmt.Errorf("read signing keys: %w", err)
	default:
		k.Log.WarnContext(ctx, "signing keys not reloaded; the loaded ones stay in use", "error", err)
		again := *s
		again.tried = k.Now()
		s = &again
	}
	k.now.Store(s)
	return s, nil
}

func (k *Keys) read(ctx context.Context) (*set, error) {
	// The caller may leave; the others want the result too.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), readTimeout)
	defer cancel()
	keys, err := k.Store.SigningKeys(ctx)
	if err != nil {
		return nil, err
	}
	now := k.Now()
	if add, remove := due(keys, now); add || len(remove) > 0 {
		keys, err = k.Store.ChangeSigningKeys(ctx, func(have []sso.SigningKey) (*sso.SigningKey, []sso.KeyID, error) {
			add, remove := due(have, now) // another node may have been faster
			if !add {
				return nil, remove, nil
			}
			made, err := newKey()
			return made, remove, err
		})
		if err != nil {
			return nil, err
		}
	}
	return newSet(keys, now)
}

// due says whether a key must be created, and which are no longer needed. keys
// are in the order of their creation.
func due(keys []sso.SigningKey, now time.Time) (add bool, remove []sso.KeyID) {
	if len(keys) == 0 {
		return true, nil
	}
	for i := range len(keys) - 1 {
		if now.After(keys[i+1].CreatedAt.Add(lead + kept)) {
			remove = append(remove, keys[i].ID)
		}
	}
	return now.Sub(keys[len(keys)-1].CreatedAt) >= rotateAfter, remove
}

// signs returns the key that signs: the newest that was published for long
// enough, or else the first one.
func signs(keys []sso.SigningKey, now time.Time) sso.SigningKey {
	for i := len(keys) - 1; i > 0; i-- {
		if !now.Before(keys[i].CreatedAt.Add(lead)) {
			return keys[i]
		}
	}
	return keys[0]
}

func newSet(keys []sso.SigningKey, now time.Time) (*set, error) {
	s := &set{tried: now}
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
	k := signs(keys, now)
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
