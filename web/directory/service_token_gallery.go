package directory

import (
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const galleryServicesAt = galleryOrgs + "/x/service-tokens"

func galleryServiceTokens() []gallery.Example {
	groups := []sso.GroupCount{
		{Group: sso.Group{ID: "group-a", Name: "Data engineering"}},
		{Group: sso.Group{ID: "group-b", Name: "Readers"}},
	}
	choices := []sso.Application{{ID: "app-wiki", Name: "Wiki"}, {ID: "app-files", Name: "Files"}}
	page := func(typed typedService, wrong error) *serviceTokensPage {
		p := &serviceTokensPage{
			Base: gallery.Console("Organizations", ui.Link{
				Label: "Organizations",
				Href:  galleryOrgs,
			}, ui.Link{
				Label: "Research",
				Href:  galleryOrgs + "/x",
			}),
			Organization: "Research",
		}
		p.form(galleryServicesAt, typed, groups, choices, wrong)
		return p
	}
	begin := typedService{days: usualDays}
	listed, made, closed := page(begin, nil), page(begin, nil), page(begin, nil)
	listed.Services = galleryServices()
	made.Services = listed.Services[:1]
	made.Made = &madeServiceToken{
		Name:  "Nightly export",
		Value: ui.Copyable{ID: "made", Value: "gw_svc_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0oXhHh"},
		Command: ui.Copyable{
			ID: "command",
			Value: "curl -H 'Authorization: Bearer gw_svc_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcd0oXhHh' " +
				"https://wiki.example.com/",
		},
	}
	closed.form(galleryServicesAt, begin, groups, nil, nil)
	closed.Form = nil
	wrong := page(typedService{days: usualDays, groups: []string{"group-b"}}, galleryServiceProblems())
	return []gallery.Example{
		{Name: "ServiceTokens-listed", Status: 200, Page: listed},
		{Name: "ServiceTokens-made", Status: 200, Page: made},
		{Name: "ServiceTokens-wrong", Status: 422, Page: wrong},
		{Name: "ServiceTokens-none", Status: 200, Page: closed},
	}
}

func galleryServiceProblems() error {
	return &sso.Error{
		Kind: sso.Invalid,
		Fields: []sso.FieldError{
			{Field: "name", Message: "Enter a name."},
			{Field: "owner_group", Message: "Choose the group that answers for the service."},
			{Field: "applications", Message: "Choose 1 to 100 applications."},
		},
	}
}

func galleryServices() []serviceRow {
	const day = 24 * time.Hour
	return []serviceRow{
		{
			Name: "Nightly export",
			Facts: []ui.Fact{
				{Label: "Groups", Value: "Data engineering, Readers"},
				{Label: "Answered for by", Value: "Data engineering", Href: "/x"},
				{Label: "Login at applications", Value: "svc-06d5x0wkj3n8p7r5t2v4y6z8ab", Code: true},
			},
			Tokens: []serviceTokenRow{
				{
					Opens:  "For Wiki, Files",
					State:  ui.Badge{Label: "valid", State: "ok"},
					Made:   gallery.Ago(time.Hour),
					Ends:   gallery.Ago(-90 * day),
					Used:   ui.Time{Relative: "never"},
					Revoke: galleryRevoke(),
				},
				{
					Opens:  "For Wiki, Files",
					State:  ui.Badge{Label: "valid", State: "ok"},
					Made:   gallery.Ago(83 * day),
					Ends:   gallery.Ago(-7 * day),
					Used:   gallery.Ago(5 * time.Minute),
					Client: "curl/8.5.0",
					Revoke: galleryRevoke(),
				},
			},
		},
		{
			Name: gallery.LongName,
			Facts: []ui.Fact{
				{Label: "Groups", Value: "none"},
				{Label: "Answered for by", Value: "a group that was deleted"},
				{Label: "Login at applications", Value: "svc-06d5x0wkj3n8p7r5t2v4y6z8ac", Code: true},
			},
			Tokens: []serviceTokenRow{
				{
					Opens: "For no application that accepts services now",
					State: ui.Badge{Label: "revoked"},
					Made:  gallery.Ago(80 * day),
					Ends:  gallery.Ago(20 * day),
					Used:  gallery.Ago(21 * day),
					Ended: true,
				},
			},
			Another: &anotherForm{
				Action:  galleryServicesAt,
				Service: "svc-06d5x0wkj3n8p7r5t2v4y6z8ac",
				Days:    daysField("days-2", usualDays),
			},
		},
	}
}

func galleryRevoke() *ui.Confirm {
	return &ui.Confirm{
		Label:  "Revoke",
		Text:   "A program that presents it is refused within a second. This cannot be undone.",
		Action: galleryServicesAt + "/x/revoke",
		Button: "Revoke this token",
		Danger: true,
	}
}
