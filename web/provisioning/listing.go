package provisioning

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/drift"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// listingForm reads the members of a group from the company's directory.
type listingForm struct {
	Action string
	From   string // name of the directory, for the heading
	About  string
	Group  ui.Field
	// Access are the fields of an access to Okta; empty for Microsoft Graph.
	Access []ui.Field
	// Settings is where an application at Microsoft Graph is entered; "" if there is
	// one.
	Settings string
	Open     bool
	Wrong    []ui.Wrong
}

// typedListing is what the form has in it.
type typedListing struct{ group, url string }

// listing returns the form for the product of a connection; nil if its directory
// cannot be read.
func listing(v console.Visit, typed typedListing, wrong error) *listingForm {
	f := &listingForm{
		Action: at(v, "drift", "read"),
		Group:  listedGroup(typed.group, "Its name there."),
		Open:   wrong != nil,
	}
	switch c := v.Connection; {
	case c.Live != nil && c.Live.Directory != nil:
		f.From = "Microsoft Graph"
		f.About = aboutGraph
		f.Group.Hint = "Its display name, or its object ID."
	case c.Provider == sso.Entra:
		f.From = "Microsoft Graph"
		f.About = "An application that may read your directory is needed, with the permissions " +
			"GroupMember.Read.All and User.Read.All."
		f.Settings = console.AtConnection(v.Enterprise, c.ID, "settings") + "#h-directory"
	case c.Provider == sso.Okta:
		f.From = "Okta"
		f.About = aboutOkta
		f.Access = oktaFields(typed.url)
	default:
		return nil
	}
	f.blame(wrong)
	return f
}

// Texts about what is read.
const (
	aboutGraph = "The direct members whose accounts are not blocked are read now, with the application in the " +
		"settings of this connection."
	aboutOkta = "The members are read now, without deactivated users. The token is used once and not kept."
)

func listedGroup(value, hint string) ui.Field {
	return ui.Field{
		ID:    "read-group",
		Name:  "group",
		Label: "Group",
		Hint:  hint,
		Value: value,
	}
}

func oktaFields(address string) []ui.Field {
	return []ui.Field{
		{
			ID:    "read-url",
			Name:  "url",
			Label: "Okta address",
			Hint:  "As in your admin console, without -admin: https://acme.okta.com",
			Kind:  "url",
			Value: address,
		},
		{
			ID:           "read-token",
			Name:         "token",
			Label:        "API token",
			Hint:         "Create one in Okta under Security > API > Tokens, and revoke it afterwards.",
			Kind:         "password",
			Autocomplete: "off",
		},
	}
}

// blame puts what is wrong beside the fields.
func (f *listingForm) blame(wrong error) {
	fields := []*ui.Field{&f.Group}
	for i := range f.Access {
		fields = append(fields, &f.Access[i])
	}
	f.Wrong = ui.Blame(wrong, fields...)
}

// readListing reads the members of a group from the directory.
func (h *Handlers) readListing(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	typed := typedListing{
		group: strings.TrimSpace(r.PostFormValue("group")),
		url:   strings.TrimSpace(r.PostFormValue("url")),
	}
	l := drift.Listing{Group: typed.group}
	if v.Connection.Provider == sso.Okta && (v.Connection.Live == nil || v.Connection.Live.Directory == nil) {
		l.Okta = &drift.OktaAccess{
			URL:   typed.url,
			Token: sso.Secret(strings.TrimSpace(r.PostFormValue("token"))),
		}
	}
	_, err := h.Drift.ExpectListed(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, l)
	switch {
	case err == nil:
		return console.Done(w, at(v, "drift"), "listed")
	case console.OnForm(err):
		return h.showDrift(w, r, v, driftForms{
			listing: typed,
			read:    err,
		})
	}
	return fmt.Errorf("read expected members: %w", err)
}

// pathOfGroup begins the address of the page with a group typed in.
func pathOfGroup(v console.Visit, group string) string {
	return at(v, "drift") + "?group=" + url.QueryEscape(group) + "#h-expect"
}
