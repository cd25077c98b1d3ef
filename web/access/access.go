package access

import (
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/sso/access"
)

// Visitor implements console.Access.
func (h *Handlers) Visitor(r *http.Request) (sso.Visitor, error) {
	b, err := h.browser(r)
	if err != nil {
		return sso.Visitor{}, err
	}
	return h.Service.Visitor(r.Context(), b)
}

// browser returns the sessions whose cookies the request has.
func (h *Handlers) browser(r *http.Request) (access.Browser, error) {
	b := access.Browser{Admin: h.Admin.Token(r), Setup: h.Setup.Token(r)}
	p, err := h.Principals.Principal(r)
	switch {
	case err == nil:
		b.Principal = &p
	case sso.KindOf(err) != sso.Unauthenticated:
		return access.Browser{}, fmt.Errorf("find session: %w", err)
	}
	return b, nil
}
