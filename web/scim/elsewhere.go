package scim

import (
	"net/http"
	"slices"
	"strings"

	"gatehouse/sso"
)

// mistaken are the beginnings of paths that clients ask for when a part of the base
// URL is missing at the identity provider.
func mistaken() []string { return []string{"/v2/", "/connections/", "/Users/", "/Groups/"} }

// elsewhere answers a request to an address that is no endpoint, and takes note of one
// that an identity provider sent with a wrong base URL.
func (h *Handlers) elsewhere(_ http.ResponseWriter, r *http.Request) error {
	id, wrong := addressed(r.URL.Path)
	if !wrong {
		return sso.NothingHere()
	}
	done, err := h.load.enter(0)
	if err != nil {
		return err
	}
	defer done()
	request := h.requestOf(r, r.URL.Path)
	request.Connection = id
	return h.Admission.Misaddressed(r.Context(), request)
}

// addressed returns the ID of the connection that a path names, "" if it names none.
// wrong is false for a path below the right base URL that may be an endpoint which
// other servers have: it says nothing about the base URL.
func addressed(path string) (id sso.ConnectionID, wrong bool) {
	parts := strings.Split(strings.Trim(path, "/"), "/")
	for _, part := range parts {
		if found, err := sso.ParseID[sso.ConnectionID](part); err == nil {
			id = found
			break
		}
	}
	if len(parts) < 3 || parts[0] != "scim" || parts[1] != "v2" || parts[2] != "connections" {
		return id, true
	}
	below := parts[min(len(parts), 4):]
	return id, slices.ContainsFunc(below[min(len(below), 1):], isResources)
}

// isResources reports whether a part of a path is the name of resources. No resource
// has it as its ID.
func isResources(part string) bool {
	return slices.Contains([]string{"Users", "Groups", "ServiceProviderConfig", "Schemas", "ResourceTypes"}, part)
}
