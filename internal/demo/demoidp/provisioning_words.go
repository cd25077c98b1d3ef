package demoidp

import (
	"errors"
	"fmt"
	"net/http"

	"gatehouse/internal/demo/demoscim"
	"gatehouse/sso"
)

// product is how a real product words provisioning.
type product struct {
	Label   string // in the list of products
	Name    string
	Pace    string // when it pushes
	Again   string // how it sends again what was refused
	Restart string // the button of this page
}

func productOf(d demoscim.Dialect) product {
	p := product{
		Restart: "Restart provisioning",
		Pace:    "pushes when something changes.",
		Again:   "Restart evaluates every person and group again.",
	}
	switch d {
	case demoscim.Okta, demoscim.OktaCustom:
		p.Name, p.Label = "Okta", "Okta, application of the catalog"
		if d == demoscim.OktaCustom {
			p.Label = "Okta, custom application"
		}
		p.Again = "What was refused is sent again with Push now on the group, or with Force Sync for people."
		p.Restart = "Force Sync"
	case demoscim.JumpCloud:
		p.Name, p.Label = "JumpCloud", "JumpCloud"
	case demoscim.OneLogin:
		p.Name, p.Label = "OneLogin", "OneLogin"
	default:
		p.Name, p.Label = "Entra ID", "Microsoft Entra ID"
		if d == demoscim.EntraOn {
			p.Label += ", with aadOptscim062020"
		}
		p.Pace = "runs a cycle every 40 minutes."
		p.Again = "What was refused is sent again in later and later cycles, or at once with Restart provisioning."
	}
	return p
}

// root returns the text of the error that the others are about.
func root(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return sso.Sentence(err.Error())
}

// failure returns a failure as the product shows it to its admin.
func (p product) failure(f demoscim.Failure) string {
	refused, ok := errors.AsType[*demoscim.StatusError](f.Err)
	if !ok {
		return root(f.Err)
	}
	kind := "user"
	if f.Group {
		kind = "group"
	}
	status := http.StatusText(refused.Status)
	switch {
	case p.Name == "Entra ID":
		return fmt.Sprintf("StatusCode: %s Message: Processing of the HTTP request resulted in an exception. "+
			"Please see the HTTP response returned by the 'Response' property of this exception for details. "+
			"Web Response: %s", status, refused.Detail)
	case p.Name == "Okta" && f.Group:
		return fmt.Sprintf("Unable to update Group Push mapping target App group %s: %s. "+
			"Errors reported by remote server: %s", f.Object, status, refused.Detail)
	case p.Name == "Okta":
		return fmt.Sprintf("Automatic provisioning of user %s to app Gatehouse failed: %s. "+
			"Errors reported by remote server: %s", f.Object, status, refused.Detail)
	}
	return fmt.Sprintf("Could not provision the %s: %d %s: %s", kind, refused.Status, status, refused.Detail)
}
