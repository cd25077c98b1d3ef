package scim

import (
	"encoding/json"
	"net/http"

	"gatehouse/scim"
	"gatehouse/sso/provisioning"
	"gatehouse/web/route"
)

// render writes a failure as the error message of RFC 7644, section 3.12.
func render(w http.ResponseWriter, _ *http.Request, f route.Failure) {
	refused := scim.Error{
		Status: f.Status,
		Type:   provisioning.TypeOf(f.Status, f.Code),
		Detail: f.Text.String() + " [request " + f.Reference + "]",
	}
	writeJSON(w, f.Status, refused.Body())
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", mediaType)
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // fails only if the client is gone
}

// send writes a resource.
func (x *exchange) send(status int, t *scim.Type, r scim.Resource, show scim.Selection) error {
	x.describe(status, t, r)
	writeJSON(x.w, status, t.Render(x.base, r, show))
	return nil
}

// describe sets the headers of a resource.
func (x *exchange) describe(status int, t *scim.Type, r scim.Resource) {
	x.w.Header().Set("ETag", r.Version)
	location := "Content-Location"
	if status == http.StatusCreated {
		location = "Location"
	}
	x.w.Header().Set(location, t.Location(x.base, r.ID))
}

// unchanged answers a read of a version that the client has, and reports whether
// it did.
func (x *exchange) unchanged(r scim.Resource) bool {
	if !scim.MatchesETag(x.Header.Values("If-None-Match"), r.Version) {
		return false
	}
	x.w.Header().Set("ETag", r.Version)
	x.w.WriteHeader(http.StatusNotModified)
	return true
}

func (x *exchange) noContent() error {
	x.w.WriteHeader(http.StatusNoContent)
	return nil
}

// selection reads what of a resource the response shows.
func (x *exchange) selection(t *scim.Type) (scim.Selection, error) {
	params := x.URL.Query()
	show, err := t.ParseSelection(params.Get("attributes"), params.Get("excludedAttributes"))
	return show, provisioning.Refusal(err)
}
