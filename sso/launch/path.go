package launch

import (
	"bytes"
	"cmp"
	"compress/flate"
	"encoding/base64"
	"io"
	"net/url"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// maxLink is the longest link to return to, in bytes: a request for it is about
// as long as servers accept.
const maxLink = 8 << 10

// maxPlainLink is the longest return path with an unpacked link, in bytes. Longer
// ones are packed: escaped once here and once more in return_to, a link of
// Japanese text would be three times as long.
const maxPlainLink = 1024

// MaxPath is the longest return path, in bytes: every proxy accepts it in a header,
// and every server in a request line.
const MaxPath = 8000

// Prefix begins the paths that lead to an application; its key follows.
const Prefix = "/login/continue/"

// Return returns the path that leads to a link of an application: parameter to has
// the link, z has it packed, and lost marks one that was too long. The path is valid
// as return_to.
func Return(key, link string) string {
	plain := Prefix + key + "?" + url.Values{"to": {link}}.Encode()
	if len(plain) <= maxPlainLink {
		return plain
	}
	if len(link) <= maxLink {
		packed := Prefix + key + "?z=" + pack(link)
		if sso.ReturnTo(packed) == packed && len(packed) <= MaxPath {
			return packed
		}
	}
	return Lost(key)
}

// Lost returns the path that leads to an application whose link was too long.
func Lost(key string) string { return Prefix + key + "?lost=1" }

// Link returns the link in the query of a return path; "" unless there is exactly one.
func Link(query url.Values) string {
	links := query["to"]
	if z := query["z"]; len(z) == 1 {
		links = []string{unpack(z[0])}
	}
	if len(links) != 1 {
		return ""
	}
	return links[0]
}

// pack compresses a link and encodes it as base64url. Addresses compress well, so
// the result is at most about as long as the link.
func pack(link string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // fails only for other levels
	_, _ = io.WriteString(w, link)                     // a buffer accepts every write
	_ = w.Close()
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
}

// unpack reverses pack; it returns "" for invalid input.
func unpack(packed string) string {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(packed)
	if err != nil {
		return ""
	}
	link, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(raw)), maxLink+1))
	if err != nil || len(link) > maxLink {
		return ""
	}
	return string(link)
}

// Target returns the address of a link if it is at an origin of the application, else
// the application's start page.
func Target(a sso.Application, link string) string {
	if to, ok := served(a, link); ok {
		return to
	}
	return Start(a)
}

// Start returns the start page of an application.
func Start(a sso.Application) string { return a.Origins[0] + cmp.Or(a.StartPath, "/") }

// served returns a link as browsers write it; false unless the application serves its
// origin.
func served(a sso.Application, link string) (string, bool) {
	u, err := parse(link)
	if err != nil || !a.Serves(u.Scheme+"://"+u.Host) {
		return "", false
	}
	return u.String(), true
}

// parse parses an absolute address, with its host in ASCII.
func parse(link string) (*url.URL, error) {
	to, err := address.URL(link)
	if err != nil {
		return nil, err
	}
	return sso.ParseAbsolute(to)
}
