package account

import (
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryTokens() []gallery.Example {
	choices := []sso.Application{{ID: "app-wiki", Name: "Wiki"}, {ID: "app-files", Name: "Files"}}
	rules := sso.DefaultTokenRules()
	base := func() *accountTokensPage {
		return &accountTokensPage{
			Base: exampleBase(),
			Form: tokenFormOf(typedToken{days: "90"}, choices, rules),
		}
	}
	listed, made := base(), base()
	wrong, forbidden := base(), base()
	listed.Tokens = exampleTokens()
	made.Tokens = listed.Tokens[:1]
	made.Made = &madeToken{
		Name:  "Backup of the wiki",
		Value: ui.Copyable{ID: "made", Value: "gw_pat_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0oXhHh"},
		Command: ui.Copyable{
			ID: "command",
			Value: "curl -H 'Authorization: Bearer gw_pat_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0oXhHh' " +
				"https://wiki.example.com/",
		},
	}
	wrong.Wrong = wrong.Form.blame(&sso.Error{
		Kind: sso.Invalid,
		Fields: []sso.FieldError{
			{Field: "name", Message: "Enter a name."},
			{Field: "applications", Message: "Choose 1 to 100 applications."},
			{Field: "expires_at", Message: "Choose a time in the future."},
		},
	})
	forbidden.Form, forbidden.Refusal = nil, sso.PersonalTokensForbidden().Public
	forbidden.Tokens = listed.Tokens[:1]
	forbidden.Tokens = []tokenRow{forbidden.Tokens[0]}
	forbidden.Tokens[0].State = ui.Badge{Label: "not allowed", State: "warn"}
	return []gallery.Example{
		{Name: "AccountTokens-listed", Status: 200, Page: listed},
		{Name: "AccountTokens-made", Status: 200, Page: made},
		{Name: "AccountTokens-none", Status: 200, Page: base()},
		{Name: "AccountTokens-wrong", Status: 422, Page: wrong},
		{Name: "AccountTokens-forbidden", Status: 200, Page: forbidden},
	}
}

func exampleTokens() []tokenRow {
	const day = 24 * time.Hour
	return []tokenRow{
		{
			ID:           "pat-1",
			Name:         "Backup of the wiki",
			Applications: "Wiki, Files",
			State:        ui.Badge{Label: "valid", State: "ok"},
			Made:         gallery.Ago(3 * day),
			Ends:         gallery.Ago(-87 * day),
			Used:         gallery.Ago(2 * time.Hour),
			Client:       "curl/8.5.0",
			Revocable:    true,
		},
		{
			ID:    "pat-2",
			Name:  "A report with a name that is as long as people make them when nothing stops them",
			State: ui.Badge{Label: "expired"},
			Made:  gallery.Ago(40 * day),
			Ends:  gallery.Ago(10 * day),
			Used:  ui.Time{Relative: "never"},
			Ended: true,
		},
		{
			ID:           "pat-3",
			Name:         "Old laptop",
			Applications: "Wiki",
			State:        ui.Badge{Label: "revoked"},
			Made:         gallery.Ago(80 * day),
			Ends:         gallery.Ago(20 * day),
			Used:         gallery.Ago(21 * day),
			Client:       "python-requests/2.32",
			Ended:        true,
			ByAdmin:      true,
		},
	}
}
