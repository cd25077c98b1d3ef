package activity

import (
	"cmp"
	"context"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// link returns the actor's display name and page; an unknown actor keeps its ID.
func (n *actorNames) link(ctx context.Context, actor string) (ui.Link, error) {
	if l, ok := n.seen[actor]; ok {
		return l, nil
	}
	l, err := n.lookup(ctx, actor)
	if sso.KindOf(err) == sso.NotFoundKind {
		l, err = ui.Link{Label: actor}, nil
	}
	if err == nil {
		n.seen[actor] = l
	}
	return l, err
}

func (n *actorNames) lookup(ctx context.Context, actor string) (ui.Link, error) {
	switch sso.Actor(actor) {
	case sso.ActorSystem:
		return ui.Link{Label: "Gatehouse itself"}, nil
	case sso.ActorOperator:
		return ui.Link{Label: "the command line"}, nil
	}
	ent := n.v.Enterprise
	if id, err := sso.ParseID[sso.UserID](actor); err == nil && ent.ID != "" {
		u, err := n.Names.User(ctx, ent.ID, id)
		return ui.Link{Label: cmp.Or(u.Name, u.Login), Href: console.At(ent, "people", actor)}, err
	}
	if id, err := sso.ParseID[sso.ConnectionID](actor); err == nil && n.connections[id].ID != "" {
		return ui.Link{
			Label: "a sign-in through " + n.connections[id].Name,
			Href:  console.AtConnection(ent, id),
		}, nil
	}
	if id, err := sso.ParseID[sso.AdminID](actor); err == nil {
		admin, err := n.Names.Admin(ctx, id)
		return ui.Link{Label: cmp.Or(admin.Name, admin.Login)}, err
	}
	if id, err := sso.ParseID[sso.SetupLinkID](actor); err == nil && ent.ID != "" {
		l, err := n.Names.SetupLink(ctx, ent.ID, id)
		return ui.Link{Label: "the setup link for " + l.For}, err
	}
	return n.lookupToken(ctx, actor)
}

// lookupToken is lookup of tokens, and of what is not known.
func (n *actorNames) lookupToken(ctx context.Context, actor string) (ui.Link, error) {
	if _, err := sso.ParseID[sso.TokenID](actor); err == nil {
		return ui.Link{Label: "the API token " + actor}, nil
	}
	id, err := sso.ParseID[sso.ProvisioningTokenID](actor)
	if err != nil || n.v.Enterprise.ID == "" {
		return ui.Link{Label: actor}, nil //nolint:nilerr // it has no name
	}
	return n.tokenLink(ctx, id)
}

// tokenLink returns the name of a provisioning token, and its connection.
func (n *actorNames) tokenLink(ctx context.Context, id sso.ProvisioningTokenID) (ui.Link, error) {
	all, err := n.Names.StandingProvisioningTokens(ctx, n.v.Enterprise.ID)
	if err != nil {
		return ui.Link{}, err
	}
	for _, k := range all {
		if k.ID == id {
			return ui.Link{
				Label: "token " + k.Name,
				Href:  console.AtConnection(n.v.Enterprise, k.Connection),
			}, nil
		}
	}
	return ui.Link{Label: "a revoked token"}, nil
}

// parseActor returns the actor for an ID, a login or one of the labels that pages
// show; unknown input is returned unchanged.
func (a *Activity) parseActor(ctx context.Context, v console.Visit, entered string) (string, error) {
	switch entered {
	case "Gatehouse itself":
		return string(sso.ActorSystem), nil
	case "the command line":
		return string(sso.ActorOperator), nil
	}
	if v.Enterprise.ID != "" {
		users, _, err := a.Names.Users(
			ctx, v.Enterprise.ID, sso.UserFilter{Login: entered}, sso.Page{Limit: 1},
		)
		if err != nil || len(users) > 0 {
			return string(append(users, sso.User{})[0].ID), err
		}
	}
	admin, err := a.Names.AdminByLogin(ctx, entered)
	switch {
	case err == nil:
		return string(admin.ID), nil
	case sso.KindOf(err) == sso.NotFoundKind:
		return entered, nil
	}
	return "", err
}
