package forwardauth

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"io"
	"net/url"

	"gatehouse/sso"
)

// maxLink is the longest link that people come back to, in bytes: with it, the
// request itself is about as long as servers accept.
const maxLink = 8 << 10

// plainLink is how long a link may be to be written in the way as it is. Longer
// ones are packed: escaped once for us and once more as return_to, a link of
// Japanese text would be three times as long.
const plainLink = 1024

// way is the path that leads back to a link of an application: to says it, z has
// it packed, and lost says that it was too long. What it returns survives as
// return_to.
func way(key, link string) string {
	const prefix = "/login/continue/"
	plain := prefix + key + "?" + url.Values{"to": {link}}.Encode()
	if len(plain) <= plainLink {
		return plain
	}
	if len(link) <= maxLink {
		if packed := prefix + key + "?z=" + pack(link); sso.ReturnTo(packed) == packed && len(packed) <= maxLocation {
			return packed
		}
	}
	return prefix + key + "?lost=1"
}

// pack writes a link with letters, digits, - and _ alone. Addresses have little
// variety, so it is about as long as the link at most.
func pack(link string) string {
	var b bytes.Buffer
	w, _ := flate.NewWriter(&b, flate.BestCompression) // fails only for other levels
	_, _ = io.WriteString(w, link)                     // a buffer takes everything
	_ = w.Close()
	return base64.RawURLEncoding.EncodeToString(b.Bytes())
}

// unpack undoes pack, "" if that is not what packed is.
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
