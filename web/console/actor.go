package console

import (
	"cmp"
	"context"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// ActorReader finds the records of actors; store.DB does.
type ActorReader interface {
	User(ctx context.Context, ent sso.EnterpriseID, id sso.UserID) (sso.User, error)
	Admin(ctx context.Context, id sso.AdminID) (sso.Admin, error)
	SetupLink(ctx context.Context, ent sso.EnterpriseID, id sso.SetupLinkID) (sso.SetupLink, error)
	StandingProvisioningTokens(ctx context.Context, ent sso.EnterpriseID) ([]sso.ProvisioningToken, error)
}

// ActorLink returns the name of an actor, as it follows "by", and the page about it.
// An unknown actor keeps its ID.
func ActorLink(
	ctx context.Context, r ActorReader, ent sso.Enterprise, actor sso.Actor,
) (ui.Link, error) {
	l, err := actorLink(ctx, r, ent, string(actor))
	if sso.KindOf(err) == sso.NotFoundKind {
		return ui.Link{Label: string(actor)}, nil
	}
	return l, err
}

func actorLink(ctx context.Context, r ActorReader, ent sso.Enterprise, actor string) (ui.Link, error) {
	switch sso.Actor(actor) {
	case sso.ActorSystem:
		return ui.Link{Label: "Gatehouse itself"}, nil
	case sso.ActorOperator:
		return ui.Link{Label: "the command line"}, nil
	case sso.ActorRule:
		return ui.Link{Label: "the rule for login conflicts"}, nil
	}
	if id, err := sso.ParseID[sso.UserID](actor); err == nil && ent.ID != "" {
		u, err := r.User(ctx, ent.ID, id)
		return ui.Link{Label: cmp.Or(u.Name, u.Login), Href: At(ent, "people", actor)}, err
	}
	if id, err := sso.ParseID[sso.AdminID](actor); err == nil {
		admin, err := r.Admin(ctx, id)
		return ui.Link{Label: cmp.Or(admin.Name, admin.Login)}, err
	}
	if id, err := sso.ParseID[sso.SetupLinkID](actor); err == nil && ent.ID != "" {
		l, err := r.SetupLink(ctx, ent.ID, id)
		return ui.Link{Label: "the setup link for " + l.For}, err
	}
	if _, err := sso.ParseID[sso.TokenID](actor); err == nil {
		return ui.Link{Label: "the API token " + actor}, nil
	}
	if id, ok := sso.Actor(actor).CompanyToken(); ok {
		return ui.Link{Label: "the company’s API token " + string(id)}, nil
	}
	id, err := sso.ParseID[sso.ProvisioningTokenID](actor)
	if err != nil || ent.ID == "" {
		return ui.Link{Label: actor}, nil //nolint:nilerr // it has no name
	}
	return tokenLink(ctx, r, ent, id)
}

// tokenLink returns the name of a provisioning token, and its connection.
func tokenLink(
	ctx context.Context, r ActorReader, ent sso.Enterprise, id sso.ProvisioningTokenID,
) (ui.Link, error) {
	all, err := r.StandingProvisioningTokens(ctx, ent.ID)
	if err != nil {
		return ui.Link{}, err
	}
	for _, k := range all {
		if k.ID == id {
			return ui.Link{
				Label: "token " + k.Name,
				Href:  AtConnection(ent, k.Connection),
			}, nil
		}
	}
	return ui.Link{Label: "a revoked token"}, nil
}
