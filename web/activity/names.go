package activity

import (
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
	if err == nil {
		n.seen[actor] = l
	}
	return l, err
}

func (n *actorNames) lookup(ctx context.Context, actor string) (ui.Link, error) {
	ent := n.v.Enterprise
	if id, err := sso.ParseID[sso.ConnectionID](actor); err == nil && n.connections[id].ID != "" {
		return ui.Link{
			Label: "a sign-in through " + n.connections[id].Name,
			Href:  console.AtConnection(ent, id),
		}, nil
	}
	return console.ActorLink(ctx, n.Names, ent, sso.Actor(actor))
}

// parseActor returns the actor for an ID, a login or one of the labels that pages
// show; unknown input is returned unchanged.
func (a *Activity) parseActor(ctx context.Context, v console.Visit, entered string) (string, error) {
	switch entered {
	case "Gatehouse itself":
		return string(sso.ActorSystem), nil
	case "the command line":
		return string(sso.ActorOperator), nil
	case "the rule for login conflicts":
		return string(sso.ActorRule), nil
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
