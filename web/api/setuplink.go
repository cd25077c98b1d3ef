package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/access"
)

// linkMaker creates and revokes setup links; access.Service does.
type linkMaker interface {
	CreateLink(ctx context.Context, by sso.Actor, e sso.Enterprise, n access.NewLink) (sso.SetupLink, sso.Secret, error)
	RevokeLink(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.SetupLinkID) error
}

//nolint:lll // a tag is one line
type setupLink struct {
	ID         sso.SetupLinkID   `json:"id" doc:"Identifier; immutable." example:"link-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	URL        *string           `json:"url" doc:"URL to send to the recipient. It is in the response that created the link only; null otherwise." example:"https://login.example.com/setup/6bJ1l2Yz0v…"`
	Connection *sso.ConnectionID `json:"connection" doc:"Only connection that the link opens; null until its holder creates one." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Intents    []sso.Intent      `json:"intents" doc:"Parts of the setup that the link opens: sign-on, provisioning, domain, groups." example:"[\"sign-on\",\"domain\",\"groups\"]"`
	For        string            `json:"for" doc:"Recipient of the link." example:"Grace at the IT desk"`
	Open       bool              `json:"open" doc:"Whether the link can be opened now." example:"true"`
	Opens      int               `json:"opens" doc:"Number of times that the link was opened." example:"2"`
	MaxOpens   int               `json:"max_opens" doc:"Number of times that the link can be opened." example:"10"`
	CreatedAt  time.Time         `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
	ExpiresAt  time.Time         `json:"expires_at" doc:"Time of expiry." example:"2026-12-01T12:00:00Z"`
	OpenedAt   *time.Time        `json:"opened_at" doc:"Time at which the link was last opened; null if never." example:"2026-11-24T13:00:00Z"`
	RevokedAt  *time.Time        `json:"revoked_at" doc:"Time of revocation; null if the link was not revoked." example:"2026-11-25T12:00:00Z"`
}

//nolint:lll // a tag is one line
type newSetupLink struct {
	Connection sso.ConnectionID `json:"connection,omitempty" doc:"Only connection that the link opens. If omitted, its holder creates one, and the link opens only that one from then on." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Intents    []sso.Intent     `json:"intents,omitempty" maxItems:"20" doc:"Parts of the setup that the link opens: sign-on (the setup assistant and test connections), provisioning (the assistant for SCIM, and tokens), domain (the domains of the enterprise), groups (Verify groups, read only). If omitted: sign-on, domain and groups. Provisioning and groups need a connection, or sign-on to create one." example:"[\"sign-on\",\"provisioning\"]"`
	For        string           `json:"for" doc:"Recipient of the link, as shown in the list." example:"Grace at the IT desk"`
	ExpiresIn  int              `json:"expires_in,omitempty" minimum:"3600" maximum:"2592000" default:"604800" doc:"Lifetime in seconds." example:"604800"`
	MaxOpens   int              `json:"max_opens,omitempty" minimum:"1" maximum:"100" default:"10" doc:"Number of times that the link can be opened." example:"10"`
}

func (a *API) viewSetupLink(l sso.SetupLink) setupLink {
	return setupLink{
		ID:         l.ID,
		Connection: some(l.Connection),
		Intents:    always(l.Intents),
		For:        l.For,
		Open:       l.Open(a.Now()),
		Opens:      l.Opens,
		MaxOpens:   l.MaxOpens,
		CreatedAt:  l.CreatedAt,
		ExpiresAt:  l.ExpiresAt,
		OpenedAt:   moment(l.OpenedAt),
		RevokedAt:  moment(l.RevokedAt),
	}
}

type inSetupLink struct {
	Link sso.SetupLinkID `path:"setup_link"`
}

const setupLinksPath = enterprisePath + "/setup-links"

func (a *API) setupLinkOperations() {
	add(a, operation{
		id:      "list-setup-links",
		method:  http.MethodGet,
		path:    setupLinksPath,
		scope:   "setup-links:read",
		summary: "List setup links",
		about:   "Sorted by time of creation, newest first.",
	}, a.listSetupLinks)
	add(a, operation{
		id:      "create-setup-link",
		method:  http.MethodPost,
		path:    setupLinksPath,
		scope:   "setup-links:write",
		status:  http.StatusCreated,
		once:    "url",
		summary: "Create a setup link",
		about: "The link gives a person without an account access to the parts of the setup in intents, and to " +
			"nothing else. Its " +
			"url is returned once: a repetition with the same Idempotency-Key has null there.",
	}, a.createSetupLink)
	add(a, operation{
		id:      "revoke-setup-link",
		method:  http.MethodDelete,
		path:    setupLinksPath + "/{setup_link}",
		scope:   "setup-links:write",
		summary: "Revoke a setup link",
		about:   "Ends the assistant sessions that the link opened. The link stays in the list.",
	}, a.revokeSetupLink)
}

func (a *API) listSetupLinks(ctx context.Context, c caller, in *struct{ Paging }) (*out[list[setupLink]], error) {
	all, next, err := a.Structure.SetupLinks(ctx, c.enterprise.ID, in.page())
	return pageOf(all, next, err, a.viewSetupLink)
}

func (a *API) createSetupLink(
	ctx context.Context, c caller, in *struct{ Body newSetupLink },
) (*made[setupLink], error) {
	if id := in.Body.Connection; id != "" {
		_, err := sso.ParseID[sso.ConnectionID](string(id))
		if err == nil {
			_, err = a.Records.Connection(ctx, c.enterprise.ID, id)
		}
		if sso.KindOf(err) == sso.NotFoundKind {
			return nil, sso.InvalidField(
				"validation_failed", "connection", "The enterprise has no such connection.",
			)
		}
		if err != nil {
			return nil, err
		}
	}
	l, token, err := a.Links.CreateLink(ctx, c.by, c.enterprise, access.NewLink{
		Connection: in.Body.Connection,
		Intents:    in.Body.Intents,
		For:        in.Body.For,
		ExpiresIn:  time.Duration(in.Body.ExpiresIn) * time.Second,
		MaxOpens:   in.Body.MaxOpens,
	})
	if err != nil {
		return nil, err
	}
	view := a.viewSetupLink(l)
	view.URL = some(a.BaseURL + "/setup/" + token.Reveal())
	return &made[setupLink]{
		Location: locationOf(c.enterprise.ID, "setup-links", string(l.ID)),
		Body:     view,
	}, nil
}

func (a *API) revokeSetupLink(ctx context.Context, c caller, in *inSetupLink) (*done, error) {
	return nil, a.Links.RevokeLink(ctx, c.by, c.enterprise.ID, in.Link)
}
