package access

import (
	"fmt"
	"net/http"
	"net/url"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/route"
)

const signInPath = console.Prefix + "/sign-in"

// home redirects visitors to their first page.
func (h *Handlers) home(w http.ResponseWriter, r *http.Request) error {
	v, err := h.Visitor(r)
	if sso.CodeOf(err) == sso.CodeSecondStepNeeded {
		return console.Confirm(w, r)
	}
	if sso.KindOf(err) == sso.Unauthenticated {
		return route.SeeOther(w, signInPath+"?"+url.Values{"return_to": {console.Prefix}}.Encode())
	}
	if err != nil {
		return fmt.Errorf("find the signed-in user: %w", err)
	}
	if v.Role == sso.RoleOperator {
		return route.SeeOther(w, console.Prefix+"/enterprises")
	}
	e, err := h.Facts.Enterprise(r.Context(), v.Enterprise)
	if err != nil {
		return fmt.Errorf("find the enterprise: %w", err)
	}
	if v.Role == sso.RoleEnterpriseAdmin {
		return route.SeeOther(w, console.Home(e))
	}
	if v.Role == sso.RoleOrganizationAdmin {
		return route.SeeOther(w, console.AtOrganization(e, v.Organizations[0].Organization.ID, "groups"))
	}
	return route.SeeOther(w, console.SetupStart(e, v))
}
