package access

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/tokens"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// apiTokens creates, lists, replaces and revokes API tokens; tokens.API does.
type apiTokens interface {
	Create(
		ctx context.Context, by sso.Actor, g tokens.Grant, r tokens.APIRequest,
	) (sso.Token, sso.Secret, error)
	Replace(
		ctx context.Context, by sso.Actor, g tokens.Grant, ent sso.EnterpriseID, id sso.TokenID, expiresAt time.Time,
	) (sso.Token, sso.Secret, error)
	Tokens(ctx context.Context, ent sso.EnterpriseID, page sso.Page) ([]sso.Token, string, error)
	Token(ctx context.Context, ent sso.EnterpriseID, id sso.TokenID) (sso.Token, error)
	RevokeToken(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.TokenID) error
}

// apiTokensPath is the address of the tokens of the installation.
const apiTokensPath = console.Prefix + "/api-tokens"

// apiTokenPages are the pages of operators, who see all tokens and make those of the
// installation, and of the admins of an enterprise, who see and make its own.
func (h *Handlers) apiTokenPages() []console.Page {
	const own = console.Prefix + "/enterprises/{enterprise}/access/api-tokens"
	var pages []console.Page
	for _, p := range []struct {
		at   string
		need console.Need
	}{{apiTokensPath, console.Operator}, {own, console.Enterprise}} {
		pages = append(
			pages,
			console.Page{Pattern: "GET " + p.at, Need: p.need, Handle: h.apiTokens},
			console.Page{Pattern: "POST " + p.at, Need: p.need, Handle: h.createAPIToken},
			console.Page{Pattern: "POST " + p.at + "/{api_token}/replace", Need: p.need, Handle: h.replaceAPIToken},
			console.Page{Pattern: "POST " + p.at + "/{api_token}/revoke", Need: p.need, Handle: h.revokeAPIToken},
		)
	}
	return pages
}

// tokensAt are the tokens that a page is about.
type tokensAt struct {
	of   sso.Enterprise // zero: of the installation
	here string
}

// tokensOf returns what the path is about. An operator's page names no enterprise.
func tokensOf(r *http.Request, v console.Visit) tokensAt {
	if r.PathValue("enterprise") == "" {
		return tokensAt{here: apiTokensPath}
	}
	return tokensAt{
		of:   v.Enterprise,
		here: console.At(v.Enterprise, "access", "api-tokens"),
	}
}

// grantOf returns the most that a visitor may give: an admin of an enterprise has
// everything of it, and nothing of the installation.
func grantOf(v console.Visit) tokens.Grant {
	grant := tokens.Operator()
	if v.Role != sso.RoleOperator {
		grant.Enterprise = v.Enterprise.ID
	}
	return grant
}

// typedToken is what the form of a token has in it.
type typedToken struct {
	name, days string
	scopes     []string
}

// usualTokenDays is what the form begins with.
const usualTokenDays = "90"

func typedTokenOf(form url.Values) typedToken {
	return typedToken{
		name:   form.Get("name"),
		days:   form.Get("days"),
		scopes: form["scopes"],
	}
}

// endsAt returns the end that was chosen; zero for none.
func (t typedToken) endsAt(now time.Time) (time.Time, error) {
	days, err := strconv.Atoi(t.days)
	if err != nil || days < 0 || days > longestTokenDays {
		return time.Time{}, sso.InvalidField(
			"validation_failed", "expires_at", "Choose how long the token is good for.",
		)
	}
	if days == 0 {
		return time.Time{}, nil
	}
	return now.AddDate(0, 0, days), nil
}

func (t typedToken) request(ent sso.EnterpriseID, now time.Time) (r tokens.APIRequest, err error) {
	r.Name, r.Enterprise = t.name, ent
	for _, s := range t.scopes {
		r.Scopes = append(r.Scopes, sso.Scope(s))
	}
	r.ExpiresAt, err = t.endsAt(now)
	return r, err
}

func (h *Handlers) apiTokens(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showAPITokens(w, r, v, typedToken{days: usualTokenDays}, nil, nil)
}

func (h *Handlers) createAPIToken(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	at, typed := tokensOf(r, v), typedTokenOf(r.PostForm)
	request, err := typed.request(at.of.ID, h.Now())
	if err != nil {
		return h.showAPITokens(w, r, v, typed, err, nil)
	}
	k, secret, err := h.Tokens.Create(r.Context(), v.Actor, grantOf(v), request)
	return h.madeAPIToken(w, r, v, typed, k, secret, err)
}

// madeAPIToken shows a token that was created, or why it was not.
func (h *Handlers) madeAPIToken(
	w http.ResponseWriter, r *http.Request, v console.Visit,
	typed typedToken, k sso.Token, secret sso.Secret, err error,
) error {
	switch {
	case console.OnForm(err), sso.KindOf(err) == sso.Forbidden:
		return h.showAPITokens(w, r, v, typed, err, nil)
	case err != nil:
		return fmt.Errorf("create an API token: %w", err)
	}
	made := &madeAPIToken{
		Name:  k.Name,
		Value: ui.Copyable{ID: "made", Value: secret.Reveal()},
		Command: ui.Copyable{
			ID:    "command",
			Value: "curl -H 'Authorization: Bearer " + secret.Reveal() + "' " + h.BaseURL + "/api/v1/enterprises",
		},
	}
	return h.showAPITokens(w, r, v, typedToken{days: usualTokenDays}, nil, made)
}

func (h *Handlers) replaceAPIToken(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.TokenID](r.PathValue("api_token"))
	if err != nil {
		return err
	}
	ends, err := typedTokenOf(r.PostForm).endsAt(h.Now())
	if err != nil {
		return h.showAPITokens(w, r, v, typedToken{days: usualTokenDays}, err, nil)
	}
	k, secret, err := h.Tokens.Replace(r.Context(), v.Actor, grantOf(v), tokensOf(r, v).of.ID, id, ends)
	return h.madeAPIToken(w, r, v, typedToken{days: usualTokenDays}, k, secret, err)
}

func (h *Handlers) revokeAPIToken(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.TokenID](r.PathValue("api_token"))
	if err != nil {
		return err
	}
	at := tokensOf(r, v)
	if err := h.Tokens.RevokeToken(r.Context(), v.Actor, at.of.ID, id); err != nil {
		return fmt.Errorf("revoke an API token: %w", err)
	}
	return console.Done(w, at.here, "revoked")
}

// showAPITokens renders the page: with what was typed and is wrong, or with the token that
// was made.
func (h *Handlers) showAPITokens(
	w http.ResponseWriter, r *http.Request, v console.Visit, typed typedToken, wrong error, made *madeAPIToken,
) error {
	at, after := tokensOf(r, v), r.URL.Query().Get("after")
	all, next, err := h.Tokens.Tokens(r.Context(), at.of.ID, sso.Page{Cursor: after})
	if err != nil {
		return fmt.Errorf("list API tokens: %w", err)
	}
	p := newAPITokensPage(at, typed, wrong)
	p.Made = made
	p.Pager = pager(at.here, after, next)
	if at.of.ID == "" {
		p.Base = h.Console.Base(v, console.AreaAdmins, ui.Link{
			Label: console.AreaAdmins,
			Href:  adminsPath,
		})
	} else {
		p.Base = h.Console.Base(v, console.AreaAccess, ui.Link{
			Label: "Access",
			Href:  console.At(at.of, "access"),
		})
	}
	p.Flash = console.Said(r, map[string]string{
		"revoked": "The token is revoked. Every node refuses it from the next request on.",
	})
	if p.Rows, err = h.apiTokenRows(r.Context(), at, all); err != nil {
		return err
	}
	return h.Pages.Render(w, r, statusOf(wrong), p)
}

func statusOf(wrong error) int {
	if sso.KindOf(wrong) == sso.Forbidden {
		return http.StatusForbidden
	}
	return console.FormStatus(wrong)
}

// apiTokenRows returns tokens with their companies, and the names of who created them.
func (h *Handlers) apiTokenRows(ctx context.Context, at tokensAt, all []sso.Token) (rows []apiTokenRow, err error) {
	companies := map[sso.EnterpriseID]sso.Enterprise{"": {}, at.of.ID: at.of}
	makers := map[sso.Actor]ui.Link{}
	for i, k := range all {
		company, ok := companies[k.Enterprise]
		if !ok {
			if company, err = h.companyOf(ctx, k.Enterprise); err != nil {
				return nil, err
			}
			companies[k.Enterprise] = company
		}
		by, ok := makers[k.CreatedBy]
		if !ok {
			if by, err = h.makerOf(ctx, at, company, k.CreatedBy); err != nil {
				return nil, err
			}
			makers[k.CreatedBy] = by
		}
		row := apiTokenRowOf(at, i, k, h.Now())
		row.By = by
		if at.of.ID == "" {
			row.Company = cmp.Or(company.Name, company.Key)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

// companyOf returns the enterprise of a token, which may have been deleted.
func (h *Handlers) companyOf(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error) {
	e, err := h.Facts.Enterprise(ctx, id)
	if sso.KindOf(err) == sso.NotFoundKind {
		return sso.Enterprise{Name: "a deleted enterprise"}, nil
	}
	if err != nil {
		return e, fmt.Errorf("find an enterprise: %w", err)
	}
	return e, nil
}

// makerOf returns the name of who created a token of a company, and the page about them.
// A token that created another one has a name only where its own list is shown.
func (h *Handlers) makerOf(
	ctx context.Context, at tokensAt, company sso.Enterprise, by sso.Actor,
) (ui.Link, error) {
	id, is := by.CompanyToken()
	if !is {
		id, is = by.APIToken()
	}
	if is {
		k, err := h.Tokens.Token(ctx, at.of.ID, id)
		if err == nil {
			return ui.Link{Label: "the token " + k.Name}, nil
		}
		if sso.KindOf(err) != sso.NotFoundKind {
			return ui.Link{}, fmt.Errorf("find the token that created another: %w", err)
		}
	}
	l, err := console.ActorLink(ctx, h.Actors, company, by)
	if err != nil {
		return l, fmt.Errorf("find who created a token: %w", err)
	}
	return l, nil
}
