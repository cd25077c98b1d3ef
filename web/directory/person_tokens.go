package directory

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// tokenService lists and revokes the tokens of users, and changes the rules of an
// enterprise about them; tokens.Service does.
type tokenService interface {
	ShownTokens(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.PersonalToken, error)
	RevokePersonalToken(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, id sso.PersonalTokenID,
	) error
	TokenRules(ctx context.Context, ent sso.EnterpriseID) (sso.TokenRules, error)
	SetRules(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, revision int64, change func(*sso.TokenRules),
	) (sso.TokenRules, error)
}

// personTokens shows the tokens of a user.
func (d *Directory) personTokens(ctx context.Context, p *personDetailPage, e sso.Enterprise, user sso.UserID) error {
	rules, err := d.Tokens.TokenRules(ctx, e.ID)
	if err != nil {
		return fmt.Errorf("read the rules of tokens: %w", err)
	}
	all, err := d.Tokens.ShownTokens(ctx, e.ID, user)
	if err != nil {
		return fmt.Errorf("list the tokens of a person: %w", err)
	}
	p.TokenRules = console.At(e, "token-rules")
	for _, k := range all {
		p.Tokens = append(p.Tokens, d.personTokenRow(k, rules, personHref(e, user)+"/tokens/"+string(k.ID)))
	}
	return nil
}

func (d *Directory) personTokenRow(k sso.PersonalToken, rules sso.TokenRules, here string) personTokenRow {
	row := personTokenRow{
		Name:   k.Name,
		State:  ui.Badge{Label: "valid", State: "ok"},
		Opens:  ui.Count(len(k.Applications), "application", "applications"),
		Made:   ui.NewTime(k.CreatedAt, d.Now()),
		Ends:   ui.NewTime(rules.End(k), d.Now()),
		Used:   ui.NewTime(k.LastUsedAt, d.Now()),
		Client: k.LastClient,
		Admin:  k.MadeByOther(),
	}
	switch {
	case !k.RevokedAt.IsZero():
		row.State, row.Ended = ui.Badge{Label: "revoked"}, true
		row.Ends = ui.NewTime(k.RevokedAt, d.Now())
		return row
	case !d.Now().Before(rules.End(k)):
		row.State, row.Ended = ui.Badge{Label: "expired"}, true
		return row
	case !rules.Personal:
		row.State = ui.Badge{Label: "not allowed", State: "warn"}
	}
	row.Revoke = &ui.Press{
		Label:  "Revoke",
		About:  "Revoke the token " + k.Name,
		Action: here + "/revoke",
	}
	return row
}

// revokeToken ends one token of the user in the path.
func (d *Directory) revokeToken(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	id, err := sso.ParseID[sso.PersonalTokenID](r.PathValue("personal_token"))
	if err != nil {
		return err
	}
	if err := d.Tokens.RevokePersonalToken(r.Context(), v.Actor, v.Enterprise.ID, u.ID, id); err != nil {
		return fmt.Errorf("revoke a token: %w", err)
	}
	return console.Done(w, personHref(v.Enterprise, u.ID), "token")
}
