package session

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gorilla/securecookie"
	"github.com/gorilla/sessions"
	lru "github.com/hashicorp/golang-lru/v2"

	"gatehouse/sso"
)

// maxValue is what a cookie's value may weigh, in bytes.
const maxValue = 128

// tokenSize is what sso.NewSecret holds, in bytes. A cookie carries those bytes
// and not their 43 characters, so that it stays short.
const tokenSize = 32

// cookie is one kind of cookie: its name, attributes and keys.
type cookie struct {
	name    string
	options sessions.Options
	codecs  []*securecookie.SecureCookie // newest key first
	// known are the values that were read lately. Verifying one again costs more
	// than the rest of an answer to a proxy that asks about each request.
	known *lru.Cache[string, value]
}

// value is what a cookie holds.
type value struct {
	secret  sso.Secret
	current bool // the current key made it
}

// knownValues is how many are remembered, at about 400 bytes each. They are
// ours: what is forged is never among them.
const knownValues = 8192

func newCookie(name string, codecs []*securecookie.SecureCookie, o sessions.Options) cookie {
	switch {
	case o.Secure && o.Domain == "":
		name = "__Host-" + name
	case o.Secure:
		name = "__Secure-" + name // a domain forbids __Host-
	}
	known, _ := lru.New[string, value](knownValues) // fails only for sizes below 1
	return cookie{
		name:    name,
		options: o,
		codecs:  codecs,
		known:   known,
	}
}

// codecsOf derives a key of our own from each secret key. The cookie's name is
// in its tag, so one kind is no other kind.
func codecsOf(keys []sso.Secret) ([]*securecookie.SecureCookie, error) {
	var codecs []*securecookie.SecureCookie
	for _, k := range keys {
		if k == "" {
			continue
		}
		key, err := hkdf.Key(sha256.New, []byte(k.Reveal()), nil, "gatehouse cookie 1", sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("derive the key of cookies: %w", err)
		}
		codec := securecookie.New(key, nil)
		codec.MaxAge(0) // the session knows when it ends
		codec.MaxLength(maxValue)
		codec.SetSerializer(securecookie.NopEncoder{})
		codecs = append(codecs, codec)
	}
	if len(codecs) == 0 {
		return nil, errors.New("there is no key to make cookies with")
	}
	return codecs, nil
}

// read returns the value that the browser has, "" if it has none that we made or
// two of the name: then another host or path has set one of them, and there is
// no telling which. It reports whether the current key made it.
func (c *cookie) read(r *http.Request) (secret sso.Secret, current bool) {
	all := r.CookiesNamed(c.name)
	if len(all) != 1 {
		return "", false
	}
	v, _ := c.decode(all[0])
	return v.secret, v.current
}

// maxSame is how many cookies of one name are looked at. Each host and path on
// the way down from the cookie domain can leave one.
const maxSame = 8

// readAll returns the different values of the name that we made, in the order
// in which the browser sent them.
func (c *cookie) readAll(r *http.Request) []value {
	all := r.CookiesNamed(c.name)
	values := make([]value, 0, min(len(all), maxSame))
	for _, one := range all[:min(len(all), maxSame)] {
		v, ok := c.decode(one)
		if ok && !slices.ContainsFunc(values, func(o value) bool {
			return o.secret == v.secret
		}) {
			values = append(values, v)
		}
	}
	return values
}

// decode returns what a cookie holds, if we made it.
func (c *cookie) decode(sent *http.Cookie) (value, bool) {
	if sent.Quoted {
		return value{}, false
	}
	if v, ok := c.known.Get(sent.Value); ok {
		return v, true
	}
	if !canonical(sent.Value) {
		return value{}, false
	}
	for i, codec := range c.codecs {
		var raw []byte
		if codec.Decode(c.name, sent.Value, &raw) == nil && len(raw) == tokenSize {
			v := value{sso.Secret(base64.RawURLEncoding.EncodeToString(raw)), i == 0}
			c.known.Add(strings.Clone(sent.Value), v) // else the whole header would stay
			return v, true
		}
	}
	return value{}, false
}

// canonical reports whether a value is written the one way we write it. Decoders
// take line breaks and stray last bits; then two different cookies would be the
// same, and a damaged one good.
func canonical(value string) bool {
	var b [maxValue]byte
	if len(value) > maxValue {
		return false
	}
	n, err := base64.URLEncoding.Strict().Decode(b[:], []byte(value))
	return err == nil && base64.URLEncoding.EncodedLen(n) == len(value)
}

// set gives the browser a value. What this answer would have set before is
// taken back.
func (c *cookie) set(w http.ResponseWriter, value sso.Secret) error { return c.keep(w, value, 0) }

// keep is set for a cookie that lives longer than the browser runs; maxAge is in
// seconds.
func (c *cookie) keep(w http.ResponseWriter, value sso.Secret, maxAge int) error {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(value.Reveal())
	if err != nil ||
		len(raw) != tokenSize ||
		base64.RawURLEncoding.EncodedLen(len(raw)) != len(value) {
		return errors.New("the value is not one of sso.NewSecret")
	}
	encoded, err := c.codecs[0].Encode(c.name, raw)
	if err != nil {
		return err
	}
	c.write(w, encoded, maxAge)
	return nil
}

func (c *cookie) clear(w http.ResponseWriter) { c.write(w, "", -1) }

func (c *cookie) write(w http.ResponseWriter, value string, maxAge int) {
	o := c.options
	o.MaxAge = maxAge
	h := w.Header()
	kept := h["Set-Cookie"][:0:0]
	for _, line := range h["Set-Cookie"] {
		if !strings.HasPrefix(line, c.name+"=") {
			kept = append(kept, line)
		}
	}
	h["Set-Cookie"] = append(kept, sessions.NewCookie(c.name, value, &o).String())
}
