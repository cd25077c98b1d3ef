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

// maxValue is the largest value of a cookie, in bytes.
const maxValue = 128

// tokenSize is the size of an sso.NewSecret, in bytes. A cookie carries these
// bytes, not their 43 characters, to stay short.
const tokenSize = 32

// cookie is one kind of cookie: its name, attributes and keys.
type cookie struct {
	name    string
	options sessions.Options
	codecs  []*securecookie.SecureCookie // newest key first
	// decoded caches verified values. Verifying one again would cost more than the
	// rest of a forward-auth response.
	decoded *lru.Cache[string, value]
}

// value is the content of a cookie.
type value struct {
	secret  sso.Secret
	current bool // the current key made it
}

// decodedCacheSize is the size of the cache, at about 400 bytes an entry. Forged
// values never enter it.
const decodedCacheSize = 8192

func newCookie(name string, codecs []*securecookie.SecureCookie, o sessions.Options) cookie {
	switch {
	case o.Secure && o.Domain == "":
		name = "__Host-" + name
	case o.Secure:
		name = "__Secure-" + name // a domain forbids __Host-
	}
	known, _ := lru.New[string, value](decodedCacheSize) // fails only for sizes below 1
	return cookie{
		name:    name,
		options: o,
		codecs:  codecs,
		decoded: known,
	}
}

// codecsOf derives a cookie key from each secret key. The tag covers the cookie's
// name, so one kind of cookie is not valid as another.
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
		codec.MaxAge(0) // the session has its own lifetime
		codec.MaxLength(maxValue)
		codec.SetSerializer(securecookie.NopEncoder{})
		codecs = append(codecs, codec)
	}
	if len(codecs) == 0 {
		return nil, errors.New("there is no key to make cookies with")
	}
	return codecs, nil
}

// read returns the value of the request's cookie and whether the current key made
// it; "" without a valid one, and for two different values: another host or path
// has set one of them, and it is unknown which.
func (c *cookie) read(r *http.Request) (secret sso.Secret, current bool) {
	all := r.CookiesNamed(c.name)
	if len(all) != 1 {
		return "", false
	}
	v, _ := c.decode(all[0])
	return v.secret, v.current
}

// maxDuplicates is how many cookies of one name are read. Each host and path
// below the cookie domain can set one.
const maxDuplicates = 8

// readAll returns the distinct valid values of the cookie, in the order sent.
func (c *cookie) readAll(r *http.Request) []value {
	all := r.CookiesNamed(c.name)
	values := make([]value, 0, min(len(all), maxDuplicates))
	for _, one := range all[:min(len(all), maxDuplicates)] {
		v, ok := c.decode(one)
		if ok && !slices.ContainsFunc(values, func(o value) bool {
			return o.secret == v.secret
		}) {
			values = append(values, v)
		}
	}
	return values
}

// decode verifies a cookie and returns its value.
func (c *cookie) decode(sent *http.Cookie) (value, bool) {
	if sent.Quoted {
		return value{}, false
	}
	if v, ok := c.decoded.Get(sent.Value); ok {
		return v, true
	}
	if !canonical(sent.Value) {
		return value{}, false
	}
	for i, codec := range c.codecs {
		var raw []byte
		if codec.Decode(c.name, sent.Value, &raw) == nil && len(raw) == tokenSize {
			v := value{sso.Secret(base64.RawURLEncoding.EncodeToString(raw)), i == 0}
			c.decoded.Add(strings.Clone(sent.Value), v) // else the cache would retain the whole header
			return v, true
		}
	}
	return value{}, false
}

// canonical reports whether a value has our exact encoding. Decoders accept line
// breaks and stray last bits; different or damaged cookies would then be equal.
func canonical(value string) bool {
	var b [maxValue]byte
	if len(value) > maxValue {
		return false
	}
	n, err := base64.URLEncoding.Strict().Decode(b[:], []byte(value))
	return err == nil && base64.URLEncoding.EncodedLen(n) == len(value)
}

// set sends the cookie as a session cookie and replaces an earlier one in the
// same response.
func (c *cookie) set(w http.ResponseWriter, value sso.Secret) error { return c.keep(w, value, 0) }

// keep is set with a Max-Age, in seconds.
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
