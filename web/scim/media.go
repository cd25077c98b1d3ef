package scim

import (
	"mime"
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/route"
)

const mediaType = "application/scim+json"

// checkMedia accepts both media types of SCIM (RFC 7644, section 3.1), and a body
// that does not say what it is.
func checkMedia(contentType string) error {
	if contentType == "" {
		return nil
	}
	media, params, err := mime.ParseMediaType(contentType)
	if err != nil || media != mediaType && media != "application/json" {
		return route.UnsupportedMedia("Send the body as application/scim+json or application/json.")
	}
	if charset := params["charset"]; charset != "" && !strings.EqualFold(charset, "utf-8") {
		return route.UnsupportedMedia("Send the body as UTF-8.")
	}
	return nil
}

// checkCoding refuses a body that is compressed: a small one could become very large.
// The response says in Accept-Encoding what is accepted (RFC 9110, section 15.5.16).
func checkCoding(h http.Header) error {
	for _, coding := range h.Values("Content-Encoding") {
		if !strings.EqualFold(strings.TrimSpace(coding), "identity") {
			return route.UnsupportedMedia("Send the body uncompressed, without the header Content-Encoding.")
		}
	}
	return nil
}

// acceptable refuses a client that takes nothing that could be JSON.
func acceptable(r *http.Request) error {
	accept := strings.Join(r.Header.Values("Accept"), ",")
	if accept == "" {
		return nil
	}
	for one := range strings.SplitSeq(accept, ",") {
		media, _, _ := strings.Cut(one, ";")
		switch strings.ToLower(strings.TrimSpace(media)) {
		case mediaType, "application/json", "application/*", "*/*", "":
			return nil
		}
	}
	return route.NotAcceptable("The response is application/scim+json, which the header Accept does not have.")
}

// cutOff is the refusal of a body that ended early.
func cutOff(err error) error {
	return (&sso.Error{
		Kind:   sso.Invalid,
		Code:   "bad_request",
		Public: "The request ended before it was complete.",
	}).WithCause(err)
}
