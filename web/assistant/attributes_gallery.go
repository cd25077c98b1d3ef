package assistant

import (
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func galleryAttributes(change func(*setupAttributesPage)) *setupAttributesPage {
	base, a := galleryStep(3, "Attribute mapping", &ui.Link{
		Label: "Next: assign access",
		Href:  galleryAt + "assign",
	})
	part := galleryPart()
	part.Do = part.Do[:1]
	groups := galleryPart()
	groups.Do = groups.Do[2:]
	groups.ID = "h-groups"
	groups.Heading = "Groups"
	p := &setupAttributesPage{
		Base:      base,
		stepFrame: a,
		Part:      part,
		Groups:    groups,
		Form: setupForm{
			Action: galleryAt + "attributes",
			Button: "Save",
			Fields: []ui.Field{
				{
					ID:    "login",
					Name:  "mapping.login",
					Label: "Login",
					Kind:  "area",
					Mono:  true,
					Value: "login\nusername",
				},
				{
					ID:       "groups",
					Name:     "mapping.groups",
					Label:    "Groups",
					Kind:     "area",
					Mono:     true,
					Optional: true,
					Value:    "groups",
				},
			},
			More: []ui.Field{{
				ID:       "delimiter",
				Name:     "mapping.delimiter",
				Label:    "Between group names",
				Optional: true,
			}},
		},
	}
	for _, c := range []claimRow{
		{
			Use:   "Login",
			Name:  ui.Copyable{ID: "c-login", Value: "login"},
			Value: "user.userprincipalname",
		},
		{
			Use:   "E-mail",
			Name:  ui.Copyable{ID: "c-email", Value: "email"},
			Value: "user.mail",
			Note:  "People without a mailbox have none.",
		},
		{
			Use:   "Groups",
			Name:  ui.Copyable{ID: "c-groups", Value: "groups"},
			Value: "Cloud-only group display names",
		},
	} {
		c.Badge = ui.Badge{Label: "not tested", State: ""}
		p.Claims = append(p.Claims, c)
	}
	change(p)
	return p
}

func galleryAttributesSeen(at ui.Time) *setupAttributesPage {
	seen := galleryAttributes(func(p *setupAttributesPage) {
		p.Tested = &at
		p.Claims[0].Badge = ui.Badge{Label: "seen", State: "ok"}
		p.Claims[1].Badge = ui.Badge{Label: "not sent", State: "warn"}
		p.Claims[2].Badge = ui.Badge{Label: "seen", State: "ok"}
		p.Sent = []sent{
			{"login", []string{"ada@acme.example"}, 0},
			{"groups", []string{"engineering", "grp_all_employees_without_contractors", "開発"}, 17},
			{"http://schemas.microsoft.com/identity/claims/objectidentifier", []string{"0f1e2d3c"}, 0},
		}
	})
	seen.Try, seen.Trace = galleryAt+"attributes/try#trace", console.GalleryTrace()
	seen.Form.Tried, seen.Form.More = true, append(seen.Form.More, console.GalleryRewrite()...)
	return seen
}

func galleryAttributesWrong() *setupAttributesPage {
	return galleryAttributes(func(p *setupAttributesPage) {
		p.Form.Fields[0].Value, p.Form.Fields[0].Error = "{first", "Line 1: a { without its }"
		p.Form.Wrong = []ui.Wrong{{ID: "login", Label: "Login", Message: p.Form.Fields[0].Error}}
	})
}
