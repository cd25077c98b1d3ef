package api

import (
	"context"
	"net/http"
	"net/url"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

type enterprise struct {
	ID        sso.EnterpriseID   `json:"id" doc:"Identifier; immutable." example:"ent-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Key       string             `json:"key" doc:"Part of the sign-in URL; unique." example:"acme"`
	Name      string             `json:"name" doc:"Name shown to users." example:"Acme Corporation"`
	Default   *sso.ApplicationID `json:"default_application" doc:"Application where users arrive after a sign-in without a requested URL; null for the list of their applications. An application that was deleted or does not open for the user counts as none." example:"app-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	SignInURL string             `json:"sign_in_url" doc:"URL at which the enterprise's users sign in." example:"https://sso.example.com/login/sso?enterprise_key=acme"`
	CreatedAt time.Time          `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
}

// newNamed is the body that creates an enterprise or an organization.
type newNamed struct {
	Key  string `json:"key" doc:"Key of 1 to 63 lower-case letters, digits and inner hyphens." example:"acme"`
	Name string `json:"name" doc:"Name shown to users; 1 to 255 bytes." example:"Acme Corporation"`
}

// enterprisePatch changes an enterprise.
type enterprisePatch struct {
	Key     *string            `json:"key,omitempty" doc:"New key. Links with the old key stop working." example:"acme"`
	Name    *string            `json:"name,omitempty" doc:"New name; 1 to 255 bytes." example:"Acme Corporation"`
	Default *sso.ApplicationID `json:"default_application,omitempty" doc:"Application where users arrive after a sign-in without a requested URL; \"\" for none. It must admit the enterprise, and the session cookie must reach its first origin." example:"app-06d5x0wkj3n8p7r5t2v4y6z8ab"`
}

// namedPatch changes an organization.
type namedPatch struct {
	Key  *string `json:"key,omitempty" doc:"New key. Links with the old key stop working." example:"acme"`
	Name *string `json:"name,omitempty" doc:"New name; 1 to 255 bytes." example:"Acme Corporation"`
}

func (a *API) viewEnterprise(e sso.Enterprise) enterprise {
	return enterprise{
		ID:        e.ID,
		Key:       e.Key,
		Name:      e.Name,
		Default:   some(e.DefaultApplication),
		SignInURL: a.signInURL(e, ""),
		CreatedAt: e.CreatedAt,
	}
}

func (a *API) signInURL(e sso.Enterprise, c sso.ConnectionID) string {
	query := url.Values{"enterprise_key": {e.Key}}
	if c != "" {
		query.Set("connection", string(c))
	}
	return a.BaseURL + "/login/sso?" + query.Encode()
}

const enterprisePath = "enterprises/{enterprise}"

func (a *API) enterpriseOperations() {
	add(a, operation{
		id:      "list-enterprises",
		method:  http.MethodGet,
		path:    "enterprises",
		scope:   "enterprises:read",
		own:     true,
		summary: "List enterprises",
		about:   "Sorted by time of creation, oldest first. A token of one enterprise sees that one.",
	}, a.listEnterprises)
	add(a, operation{
		id:      "create-enterprise",
		method:  http.MethodPost,
		path:    "enterprises",
		scope:   "enterprises:write",
		status:  http.StatusCreated,
		summary: "Create an enterprise",
		about:   "An enterprise is one customer company. A key in use is 409 key_taken.",
	}, a.createEnterprise)
	add(a, operation{
		id:      "get-enterprise",
		method:  http.MethodGet,
		path:    enterprisePath,
		scope:   "enterprises:read",
		summary: "Get an enterprise",
	}, a.getEnterprise)
	add(a, operation{
		id:      "update-enterprise",
		method:  http.MethodPatch,
		path:    enterprisePath,
		scope:   "enterprises:write",
		summary: "Update an enterprise",
		about:   "Omitted members stay unchanged.",
	}, a.updateEnterprise)
	add(a, operation{
		id:      "delete-enterprise",
		method:  http.MethodDelete,
		path:    enterprisePath,
		scope:   "enterprises:write",
		summary: "Delete an enterprise",
		about: "Deletes everything in the enterprise (users, groups, connections, records) and ends its sessions. " +
			"Its audit events are kept.",
	}, a.deleteEnterprise)
}

func (a *API) listEnterprises(ctx context.Context, c caller, in *struct{ Paging }) (*out[list[enterprise]], error) {
	if own := c.token.Enterprise; own != "" {
		e, err := a.Structure.Enterprise(ctx, own)
		return pageFrom([]sso.Enterprise{e}, err, func(e sso.Enterprise) string {
			return string(e.ID)
		}, in.Paging, a.viewEnterprise)
	}
	all, next, err := a.Structure.Enterprises(ctx, in.page())
	return pageOf(all, next, err, a.viewEnterprise)
}

func (a *API) createEnterprise(ctx context.Context, c caller, in *struct{ Body newNamed }) (*made[enterprise], error) {
	e, err := a.Directory.CreateEnterprise(ctx, c.by, directory.NewEnterprise{
		Key:  in.Body.Key,
		Name: in.Body.Name,
	})
	if err != nil {
		return nil, err
	}
	return &made[enterprise]{Location: locationOf(e.ID, "", ""), Body: a.viewEnterprise(e)}, nil
}

// locationOf returns the path of an object in an enterprise, or of the
// enterprise if collection is empty.
func locationOf(ent sso.EnterpriseID, collection, id string) string {
	path := Prefix + "enterprises/" + string(ent)
	if collection != "" {
		path += "/" + collection + "/" + id
	}
	return path
}

func (a *API) getEnterprise(_ context.Context, c caller, _ *struct{}) (*out[enterprise], error) {
	return answerTo(a.viewEnterprise(c.enterprise), nil)
}

func (a *API) updateEnterprise(ctx context.Context, c caller, in *struct{ Body enterprisePatch }) (*out[enterprise], error) {
	e, err := a.Directory.UpdateEnterprise(
		ctx, c.by, c.enterprise.ID, directory.EnterpriseEdit{
			Key:                in.Body.Key,
			Name:               in.Body.Name,
			DefaultApplication: in.Body.Default,
		},
	)
	return answerTo(a.viewEnterprise(e), err)
}

func (a *API) deleteEnterprise(ctx context.Context, c caller, _ *struct{}) (*done, error) {
	if err := a.Directory.DeleteEnterprise(ctx, c.by, c.enterprise.ID); err != nil {
		return nil, err
	}
	return nil, nil
}
