package forwardauth

import (
	"bytes"
	"compress/flate"
	"encoding/base64"
	"io"
	"net/url"

	"gatehouse/sso"
)

// maxLink is the longest link to return to, in bytes: a request for it is about
// as long as servers accept.
const maxLink = 8 << 10

// maxPlainLink is the longest return path with an unpacked link, in bytes. Longer
// ones are packed: escaped once here and once more in return_to, a link of
// Japanese text would be three times as long.
const maxPlainLink = 1024

// continuePrefix begins the path of resume; the key of an application follows.
const continuePrefix = "/login/continue/"

// returnPath returns the path of resume for a link of an application: parameter
// to has the link, z has it packed, and lost marks one that was too long. The
// path is valid as return_to.
func returnPath(key, link string) string {
	plain := continuePrefix + key + "?" + url.Values{"to": {link}}.Encode()
	if len(plain) <= maxPlainLink {
		return plain
	}
	if len(link) <= maxLink {
		packed := continuePrefix + key + "?z=" + pack(link)
		if sso.ReturnTo(packed) == packed && len(packed) <= maxLocation {
			return packed
		}
	}
	return continuePrefix + key + "?lost=1"
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
