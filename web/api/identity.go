package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

// identityReader reads what changes of identities would do, and those that ended.
type identityReader interface {
	PreviewLink(ctx context.Context, by sso.Actor, l sso.IdentityLink) (sso.LinkPreview, error)
	PreviewUnlink(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, ref string,
	) (sso.UnlinkPreview, error)
	FormerIdentities(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.FormerIdentity, error)
}

//nolint:lll // a tag is one line
type formerIdentity struct {
	Connection sso.ConnectionID `json:"connection" doc:"Connection it was of; may be deleted." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name       string           `json:"connection_name" doc:"Name that the connection had." example:"Okta"`
	Subject    *string          `json:"subject" doc:"Subject that led to the user; null if none was bound." example:"00u1a2b3c4d5e6f7g8h9"`
	ExternalID *string          `json:"external_id" doc:"Identifier by which the identity provider pushed the user; null if it did not." example:"00u1a2b3c4d5e6f7g8h9"`
	Login      string           `json:"login" doc:"Login of the user there." example:"ada@acme.example"`
	Why        sso.FormerWhy    `json:"why" enum:"unlinked,connection_deleted" doc:"Reason why it ended." example:"unlinked"`
	By         sso.Actor        `json:"ended_by" doc:"Actor who ended it." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	At         time.Time        `json:"ended_at" doc:"Time at which it ended." example:"2026-11-24T12:00:00Z"`
}

//nolint:lll // a tag is one line
type userIdentities struct {
	Items  []identity       `json:"items" doc:"Identities that lead to the user."`
	Next   *string          `json:"next" doc:"Always null: the list is whole." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Former []formerIdentity `json:"former" doc:"Identities that ended, the last first. A sign-in with one of them, of which no user is known, waits with an identity question."`
}

//nolint:lll // a tag is one line
type linkBody struct {
	Connection sso.ConnectionID `json:"connection" pattern:"^conn-[0-9a-hjkmnp-tv-z]{26}$" patternDescription:"a connection's identifier" doc:"Connection to the identity provider." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Subject    string           `json:"subject,omitempty" doc:"Subject that leads to the user, as the identity provider sends it." example:"00u1a2b3c4d5e6f7g8h9"`
	Login      string           `json:"login,omitempty" doc:"In place of a subject: login, letter case included, that leads to the user at its next sign-in with an unknown subject, which is bound then." example:"ada.contractor@acme.example"`
	DryRun     bool             `json:"dry_run,omitempty" doc:"Only report what is in the way."`
}

//nolint:lll // a tag is one line
type linkResult struct {
	Identity  *identity        `json:"identity,omitempty" doc:"The identity; missing for a dry run."`
	InUse     *sso.UserID      `json:"in_use" doc:"User to whom it leads already; null if it leads to none. If both are one person, merge them." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ac"`
	Further   bool             `json:"further" doc:"Whether the user has an identity of the connection already, which stays."`
	Forbidden []mergeForbidden `json:"forbidden" doc:"Reasons why it is not possible; empty if it is."`
}

//nolint:lll // a tag is one line
type unlinkResult struct {
	Identity  identity         `json:"identity" doc:"The identity."`
	Sessions  int              `json:"sessions_ended" doc:"Number of sessions that began with it, which end." example:"1"`
	LastWay   bool             `json:"last_way" doc:"Whether the user has no other identity of an enabled connection, and cannot sign in any more."`
	Forbidden []mergeForbidden `json:"forbidden" doc:"Reasons why it is not possible; empty if it is."`
}

func (a *API) identityOperations() {
	const path = userPath + "/identities"
	add(a, operation{
		id:      "list-identities",
		method:  http.MethodGet,
		path:    path,
		scope:   "users:read",
		summary: "List a user's identities",
		about:   "Sorted by time of creation, oldest first. Includes those that ended.",
	}, a.listIdentities)
	add(a, operation{
		id:      "link-identity",
		method:  http.MethodPost,
		path:    path,
		scope:   "users:write",
		summary: "Link an identity to a user",
		about: "Sign-ins with the subject, or with the login, are then the user's. What is in the way is 409 with a " +
			"code of the dry run's list: identity_in_use if it leads to another user, operator_needed for an admin " +
			"of the company or an operator unless a token of the installation asks, link_approval_needed for a token " +
			"of one company, which passes no test connection, link_not_provisioned if the identity provider of the " +
			"connection provisions and not this user.",
	}, a.linkIdentity)
	add(a, operation{
		id:      "unlink-identity",
		method:  http.MethodDelete,
		path:    path + "/{identity}",
		scope:   "users:write",
		status:  http.StatusOK,
		summary: "Unlink an identity from a user",
		about: "It leads nowhere then, and sessions that began with it have ended. " +
			"Memberships and personal tokens stay with the user. " +
			"The next sign-in with it waits with an identity question and makes no second active user. " +
			"What is in the way is 409 with a code of the dry run's list.",
	}, a.unlinkIdentity)
}

func (a *API) listIdentities(ctx context.Context, c caller, in *inUser) (*out[userIdentities], error) {
	all, err := a.Members.UserIdentities(ctx, c.enterprise.ID, in.User)
	if err != nil {
		return nil, err
	}
	former, err := a.Identities.FormerIdentities(ctx, c.enterprise.ID, in.User)
	return answerTo(userIdentities{
		Items:  viewIdentities(all),
		Former: viewAll(former, viewFormer),
	}, err)
}

func viewFormer(f sso.FormerIdentity) formerIdentity {
	return formerIdentity{
		Connection: f.Connection,
		Name:       f.ConnectionName,
		Subject:    some(f.Subject),
		ExternalID: some(f.ExternalID),
		Login:      f.Login,
		Why:        f.Why,
		By:         f.By,
		At:         f.At,
	}
}

func (a *API) linkIdentity(ctx context.Context, c caller, in *struct {
	User sso.UserID `path:"user"`
	Body linkBody
}) (*out[linkResult], error) {
	link := sso.IdentityLink{
		Enterprise: c.enterprise.ID,
		User:       in.User,
		Connection: in.Body.Connection,
		Subject:    in.Body.Subject,
		Login:      in.Body.Login,
	}
	if err := directory.CheckLink(link); err != nil {
		return nil, err
	}
	preview, err := a.Identities.PreviewLink(ctx, c.by, link)
	if err != nil {
		return nil, err
	}
	result := linkResult{
		InUse:     some(preview.InUse),
		Further:   preview.Further,
		Forbidden: viewForbidden(preview.Forbidden),
	}
	if in.Body.DryRun {
		return answerTo(result, nil)
	}
	i, err := a.Directory.LinkIdentity(ctx, c.by, link)
	if err != nil {
		return nil, err
	}
	made := viewIdentity(i)
	result.Identity = &made
	return answerTo(result, nil)
}

func (a *API) unlinkIdentity(ctx context.Context, c caller, in *struct {
	User     sso.UserID `path:"user"`
	Identity string     `path:"identity"`
	DryRun   bool       `query:"dry_run" doc:"Only report what would end, and what is in the way."`
}) (*out[unlinkResult], error) {
	do := a.Directory.UnlinkIdentity
	if in.DryRun {
		do = a.Identities.PreviewUnlink
	}
	p, err := do(ctx, c.by, c.enterprise.ID, in.User, in.Identity)
	if err != nil {
		return nil, err
	}
	return answerTo(unlinkResult{
		Identity:  viewIdentity(p.Identity),
		Sessions:  p.Sessions,
		LastWay:   p.LastWay,
		Forbidden: viewForbidden(p.Forbidden),
	}, nil)
}
