package scim

import (
	"net/http"
	"net/url"

	"gatehouse/scim"
	"gatehouse/sso/provisioning"
)

func (h *Handlers) createUser(x *exchange) error {
	show, err := x.selection(scim.Users())
	if err != nil {
		return err
	}
	u, err := h.Users.CreateUser(x.Context(), x.call, x.body, show)
	if err != nil {
		return err
	}
	return x.send(http.StatusCreated, scim.Users(), u, show)
}

func (h *Handlers) user(x *exchange) error {
	show, err := x.selection(scim.Users())
	if err != nil {
		return err
	}
	u, err := h.Users.User(x.Context(), x.call, x.id, show)
	if err != nil || x.unchanged(u) {
		return err
	}
	return x.send(http.StatusOK, scim.Users(), u, show)
}

func (h *Handlers) replaceUser(x *exchange) error {
	show, err := x.selection(scim.Users())
	if err != nil {
		return err
	}
	u, err := h.Users.ReplaceUser(x.Context(), x.call, x.id, x.body, show)
	if err != nil {
		return err
	}
	return x.send(http.StatusOK, scim.Users(), u, show)
}

func (h *Handlers) patchUser(x *exchange) error {
	show, err := x.selection(scim.Users())
	if err != nil {
		return err
	}
	u, err := h.Users.PatchUser(x.Context(), x.call, x.id, x.body, show)
	if err != nil {
		return err
	}
	return x.send(http.StatusOK, scim.Users(), u, show)
}

func (h *Handlers) deleteUser(x *exchange) error {
	if err := h.Users.DeleteUser(x.Context(), x.call, x.id); err != nil {
		return err
	}
	return x.noContent()
}

func (h *Handlers) listUsers(x *exchange) error { return h.findUsers(x, x.URL.Query()) }

func (h *Handlers) searchUsers(x *exchange) error {
	params, err := scim.Params(x.body)
	if err != nil {
		return provisioning.Refusal(err)
	}
	return h.findUsers(x, params)
}

func (h *Handlers) findUsers(x *exchange, params url.Values) error {
	q, err := scim.Users().ParseQuery(params)
	if err != nil {
		return provisioning.Refusal(err)
	}
	list, err := h.Users.ListUsers(x.Context(), x.call, q)
	if err != nil {
		return err
	}
	return h.sendPage(x, q, list, func(s *stream, u scim.Resource) error {
		return h.writeUser(x, s, u, q.Selection)
	})
}
