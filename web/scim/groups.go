package scim

import (
	"net/http"
	"net/url"

	"gatehouse/scim"
	"gatehouse/sso/provisioning"
)

func (h *Handlers) createGroup(x *exchange) error {
	show, err := x.selection(scim.Groups())
	if err != nil {
		return err
	}
	g, err := h.Groups.CreateGroup(x.Context(), x.call, x.body)
	if err != nil {
		return err
	}
	return h.sendGroup(x, http.StatusCreated, g, show)
}

func (h *Handlers) group(x *exchange) error {
	show, err := x.selection(scim.Groups())
	if err != nil {
		return err
	}
	g, err := h.Groups.Group(x.Context(), x.call, x.id)
	if err != nil || x.unchanged(g) {
		return err
	}
	return h.sendGroup(x, http.StatusOK, g, show)
}

func (h *Handlers) replaceGroup(x *exchange) error {
	show, err := x.selection(scim.Groups())
	if err != nil {
		return err
	}
	g, err := h.Groups.ReplaceGroup(x.Context(), x.call, x.id, x.body)
	if err != nil {
		return err
	}
	return h.sendGroup(x, http.StatusOK, g, show)
}

// patchGroup answers without a body unless one is asked for: Entra ID expects
// none, and the members of a large group are not read for it.
func (h *Handlers) patchGroup(x *exchange) error {
	show, err := x.selection(scim.Groups())
	if err != nil {
		return err
	}
	g, err := h.Groups.PatchGroup(x.Context(), x.call, x.id, x.body)
	if err != nil {
		return err
	}
	if show.IsEmpty() {
		x.w.Header().Set("ETag", g.Version)
		return x.noContent()
	}
	return h.sendGroup(x, http.StatusOK, g, show)
}

func (h *Handlers) deleteGroup(x *exchange) error {
	if err := h.Groups.DeleteGroup(x.Context(), x.call, x.id); err != nil {
		return err
	}
	return x.noContent()
}

func (h *Handlers) listGroups(x *exchange) error { return h.findGroups(x, x.URL.Query()) }

func (h *Handlers) searchGroups(x *exchange) error {
	params, err := scim.Params(x.body)
	if err != nil {
		return provisioning.Refusal(err)
	}
	return h.findGroups(x, params)
}

func (h *Handlers) findGroups(x *exchange, params url.Values) error {
	q, err := scim.Groups().ParseQuery(params)
	if err != nil {
		return provisioning.Refusal(err)
	}
	list, err := h.Groups.ListGroups(x.Context(), x.call, q)
	if err != nil {
		return err
	}
	return h.sendPage(x, q, list, func(s *stream, g scim.Resource) error {
		return h.writeGroup(x, s, g, q.Selection)
	})
}
