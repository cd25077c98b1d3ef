package access

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/alexedwards/argon2id"

	"gatehouse/sso"
)

// Lengths of a password, in characters. The longest is more than anybody types
// and no work to hash.
const (
	minPassword = 12
	MaxPassword = 128
)

// Hashing costs memory on purpose, so only so many are made at once: whoever
// sends guesses makes the next one wait and not the machine swap.
const (
	hashesAtOnce = 2
	hashPatience = 5 * time.Second
)

// decoy is compared with where there is no account, so that an unknown login
// takes as long as a wrong password. It is of the form hashes have, of nothing.
const decoy = "$argon2id$v=19$m=12288,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

// hasher makes and compares hashes of passwords.
type hasher struct{ slots chan struct{} }

func newHasher() *hasher { return &hasher{make(chan struct{}, hashesAtOnce)} }

// params are those of the OWASP password storage cheat sheet with the least
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

func (h *hasher) turn(ctx context.Context) (done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, hashPatience)
	defer cancel()
	select {
	case h.slots <- struct{}{}:
		return func() { <-h.slots }, nil
	case <-ctx.Done():
		return nil, busy(ctx.Err())
	}
}

func busy(err error) error {
	e := &sso.Error{
		Kind:       sso.TooMany,
		Code:       "rate_limited",
		Public:     "Too many people are signing in at once. Wait a moment, then try again.",
		RetryAfter: hashPatience,
	}
	return e.Because(err)
}

func (h *hasher) hash(ctx context.Context, password sso.Secret) (sso.Secret, error) {
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	made, err := argon2id.CreateHash(password.Reveal(), params())
	return sso.Secret(made), err
}

// matches compares a password with a hash, or, if there is none, with the decoy:
// then it never does.
func (h *hasher) matches(ctx context.Context, password, hash sso.Secret) (bool, error) {
	known := hash != ""
	if !known {
		hash = decoy
	}
	if utf8.RuneCountInString(password.Reveal()) > MaxPassword {
		password = "" // nobody's; and it takes as long as any other
	}
	done, err := h.turn(ctx)
	if err != nil {
		return false, err
	}
	defer done()
	same, err := argon2id.ComparePasswordAndHash(password.Reveal(), hash.Reveal())
	return same && known, err
}

// validPassword says what is wrong with a new password of a login.
func validPassword(field string, password sso.Secret, login string) []sso.FieldError {
	text := password.Reveal()
	n := utf8.RuneCountInString(text)
	switch {
	case n < minPassword:
		return []sso.FieldError{{
			Field:   field,
			Message: "Use at least 12 characters. Several words are easier to remember than one with odd characters.",
		}}
	case n > MaxPassword:
		return []sso.FieldError{{Field: field, Message: "Use at most 128 characters."}}
	case !utf8.ValidString(text):
		return []sso.FieldError{{Field: field, Message: "It has characters that cannot be in it."}}
	case login != "" && strings.Contains(strings.ToLower(text), strings.ToLower(login)):
		return []sso.FieldError{{
			Field:   field,
			Message: "Leave out your login: it is the first thing that others try.",
		}}
	case strings.Trim(text, text[:1]) == "":
		return []sso.FieldError{{
			Field:   field,
			Message: "Use more than one character over and over.",
		}}
	}
	return nil
}
