package scim

import (
	"net/http"

	"gatehouse/scim"
	"gatehouse/sso/provisioning"
	"gatehouse/web/route"
)

// notOffered answers what RFC 7644 leaves to the service provider and no identity
// provider uses: bulk requests and /Me.
func notOffered(*exchange) error {
	return route.NotImplemented("Bulk requests and /Me are not offered; use /Users and /Groups.")
}

func (h *Handlers) providerConfig(x *exchange) error {
	writeJSON(x.w, http.StatusOK, scim.ServiceProviderConfig(x.base, x.call.Features()))
	return nil
}

func (h *Handlers) resourceTypes(x *exchange) error {
	return x.sendDocuments(scim.ResourceTypes(x.base, x.call.Features()))
}

func (h *Handlers) resourceType(x *exchange) error {
	return x.sendDocument(scim.ResourceTypes(x.base, x.call.Features()))
}

func (h *Handlers) schemas(x *exchange) error {
	return x.sendDocuments(scim.Schemas(x.base, x.call.Features()))
}

func (h *Handlers) schema(x *exchange) error {
	return x.sendDocument(scim.Schemas(x.base, x.call.Features()))
}

// sendDocuments writes a list of discovery documents. Paging is ignored, and a
// filter refused (RFC 7644, section 4).
func (x *exchange) sendDocuments(all []map[string]any) error {
	if x.URL.Query().Has("filter") {
		return provisioning.NoFilter()
	}
	page := scim.Page{
		Total:     len(all),
		Resources: all,
	}
	writeJSON(x.w, http.StatusOK, page.Body(scim.Query{Start: 1}))
	return nil
}

// sendDocument writes the discovery document of the ID in the address.
func (x *exchange) sendDocument(all []map[string]any) error {
	for _, document := range all {
		if document["id"] == x.id {
			writeJSON(x.w, http.StatusOK, document)
			return nil
		}
	}
	return provisioning.NoDocument(x.id)
}
