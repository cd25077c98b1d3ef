package access

import (
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryAPITokens() []gallery.Example {
	acme := tokensAt{
		of:   sso.Enterprise{ID: "ent-1", Key: "acme", Name: "Acme Corporation"},
		here: "/admin/enterprises/acme/access/api-tokens",
	}
	page := func(at tokensAt, typed typedToken, wrong error) *apiTokensPage {
		p := newAPITokensPage(at, typed, wrong)
		p.Base = gallery.Console("Admins & recovery", ui.Link{Label: "Admins & recovery", Href: "/admin/admins"})
		if at.of.ID != "" {
			p.Base = gallery.Console("Access", ui.Link{Label: "Access", Href: "/admin/enterprises/acme/access"})
		}
		return p
	}
	begin := typedToken{days: usualTokenDays}
	listed := page(tokensAt{here: apiTokensPath}, begin, nil)
	listed.Rows = galleryTokenRows(tokensAt{here: apiTokensPath})
	made := page(acme, begin, nil)
	made.Rows = galleryTokenRows(acme)[:1]
	made.Made = &madeAPIToken{
		Name:  "Nightly report",
		Value: ui.Copyable{ID: "made", Value: "gw_api_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0oXhHh"},
		Command: ui.Copyable{
			ID: "command",
			Value: "curl -H 'Authorization: Bearer gw_api_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0oXhHh' " +
				"https://sso.example.com/api/v1/enterprises",
		},
	}
	wrong := page(acme, typedToken{days: "30", scopes: []string{"users:read"}}, &sso.Error{
		Kind: sso.Invalid,
		Fields: []sso.FieldError{
			{Field: "name", Message: "Enter a name."},
			{Field: "scopes", Message: "Choose at least one scope."},
		},
	})
	return []gallery.Example{
		{Name: "ApiTokens-none", Status: 200, Page: page(acme, begin, nil)},
		{Name: "ApiTokens-listed", Status: 200, Page: listed},
		{Name: "ApiTokens-made", Status: 200, Page: made},
		{Name: "ApiTokens-wrong", Status: 422, Page: wrong},
	}
}

func galleryTokenRows(at tokensAt) []apiTokenRow {
	const day = 24 * time.Hour
	now := gallery.Now()
	row := func(i int, company string, k sso.Token) apiTokenRow {
		k.CreatedAt = now.Add(-80 * day)
		r := apiTokenRowOf(at, i, k, now)
		r.Company, r.By = company, ui.Link{Label: "Olga Petrova"}
		if company != "" {
			r.By.Href = "/admin/enterprises/acme/people/user-1"
		}
		return r
	}
	return []apiTokenRow{
		row(0, "", sso.Token{
			ID:         "tok-1",
			Name:       "Nightly report",
			Scopes:     []sso.Scope{"users:read", "groups:read", "records:read"},
			ExpiresAt:  now.Add(90 * day),
			LastUsedAt: now.Add(-time.Hour),
			LastClient: "curl/8.5.0",
		}),
		row(1, "Acme Corporation", sso.Token{
			ID:        "tok-2",
			Name:      gallery.LongName,
			Scopes:    []sso.Scope{"members:write"},
			ExpiresAt: now.Add(6 * day),
		}),
		row(2, "", sso.Token{ID: "tok-3", Name: "terraform", Scopes: []sso.Scope{sso.ScopeAll}}),
		row(3, "a deleted enterprise", sso.Token{
			ID:        "tok-4",
			Name:      "Old report",
			Scopes:    []sso.Scope{sso.ScopeAllRead},
			RevokedAt: now.Add(-day),
		}),
	}
}
