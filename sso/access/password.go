package access

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"gatehouse/sso"
)

// Lengths of a password, in characters. The longest is more than a user types
// and costs little to hash.
const (
	minPassword = 12
	MaxPassword = 128
)

// Hashing uses much memory on purpose, so the number of concurrent hashes is
// limited: a flood of guesses makes the next one wait instead of exhausting
// memory.
const (
	maxConcurrentHashes = 2
	maxHashWait         = 5 * time.Second
)

// decoy is compared if there is no account, so that an unknown login takes as
// long as a wrong password. It has the form of a hash, and no password matches
// it.
const decoy = "$argon2id$v=19$m=12288,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// hasher creates and compares hashes of passwords.
type hasher struct{ slots chan struct{} }

func newHasher() *hasher { return &hasher{make(chan struct{}, maxConcurrentHashes)} }

// params returns those of the OWASP password storage cheat sheet with the least
// memory: 12 MiB, three passes.
func params() *argon2id.Params {
	return &argon2id.Params{
		Memory:      12 << 10,
		Iterations:  3,
		Parallelism: 1,
		SaltLength:  16,
		KeyLength:   32,
	}
}

func (h *hasher) acquire(ctx context.Context) (done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, maxHashWait)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, errBusy(ctx.Err())
	}
}

func errBusy(err error) error {
	e := &sso.Error{
		Kind:       sso.TooMany,
		Code:       "rate_limited",
		Public:     "Too many people are signing in at once. Wait a moment, then try again.",
		RetryAfter: maxHashWait,
	}
	return e.WithCause(err)
}

func (h *hasher) hash(ctx context.Context, password sso.Secret) (sso.Secret, error) {
	done, err := h.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	hash, err := argon2id.CreateHash(password.Reveal(), params())
	return sso.Secret(hash), err
}

// matches compares a password with a hash. Without a hash it compares with the
// decoy and returns false.
func (h *hasher) matches(ctx context.Context, password, hash sso.Secret) (bool, error) {
	hasAccount := hash != ""
	if !hasAccount {
		hash = decoy
	}
	if utf8.RuneCountInString(password.Reveal()) > MaxPassword {
		password = "" // of no account; it takes as long as any other
	}
	done, err := h.acquire(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	same, err := argon2id.ComparePasswordAndHash(password.Reveal(), hash.Reveal())
	return same && hasAccount, err
}

// checkPassword returns what is wrong with a new password of a name and login.
func (s *Service) checkPassword(password sso.Secret, name, login string) []sso.FieldError {
	message := checkLength(password.Reveal())
	if message == "" {
		message = s.checkWords(password.Reveal(), name, login)
	}
	if message == "" {
		return nil
	}
	return []sso.FieldError{{
		Field:   "password",
		Message: message,
	}}
}

func checkLength(password string) string {
	n := utf8.RuneCountInString(password)
	switch {
	case n < minPassword:
		return "Use at least 12 characters. Several words are easier to remember than one with odd characters."
	case n > MaxPassword:
		return "Use at most 128 characters."
	case !utf8.ValidString(password):
		return "It has characters that are not allowed."
	}
	return ""
}

// checkWords returns what is wrong with a password that others would try early.
func (s *Service) checkWords(password, name, login string) string {
	first, _ := utf8.DecodeRuneInString(password)
	hasLogin := utf8.RuneCountInString(login) >= leastWord &&
		strings.Contains(strings.ToLower(password), strings.ToLower(login))
	switch {
	case hasLogin:
		return leaveOut("your login")
	case strings.Trim(password, string(first)) == "":
		return "Use more than one character over and over."
	case isTriedFirst(password):
		return "This is close to passwords that are tried first. Use several unrelated words."
	}
	return checkPersonal(password, name, login, strings.Join(s.Names, " "))
}
