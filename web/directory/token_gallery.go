package directory

import (
	"time"

	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryPersonTokens() []personTokenRow {
	const day = 24 * time.Hour
	return []personTokenRow{
		{
			Name:   "Backup",
			Opens:  "2 applications",
			State:  ui.Badge{Label: "valid", State: "ok"},
			Made:   gallery.Ago(3 * day),
			Ends:   gallery.Ago(-87 * day),
			Used:   gallery.Ago(time.Minute),
			Client: "curl/8.5.0",
			Revoke: &ui.Press{
				Label:  "Revoke",
				About:  "Revoke the token Backup",
				Action: galleryPersonAt + "/tokens/x/revoke",
			},
		},
		{
			Name:  gallery.LongName,
			Opens: "1 application",
			State: ui.Badge{Label: "revoked"},
			Made:  gallery.Ago(40 * day),
			Ends:  gallery.Ago(2 * day),
			Used:  ui.NewTime(time.Time{}, gallery.Now()),
			Ended: true,
			Admin: true,
		},
	}
}

func galleryTokenRules() []gallery.Example {
	page := func(personal bool, days, wrong string) *tokenRulesPage {
		p := &tokenRulesPage{
			Base:   gallery.Console("People", galleryPeopleLink()),
			Action: galleryEnt + "/token-rules",
			Hidden: []ui.HiddenField{console.RevisionField(2)},
			Fields: tokenRuleFields(personal, days),
		}
		if p.Fields[1].Error = wrong; wrong != "" {
			p.Wrong = []ui.Wrong{{ID: "max_age_days", Label: p.Fields[1].Label, Message: wrong}}
		}
		return p
	}
	saved := page(true, "90", "")
	saved.Flash = "The rules are changed. Every node applies them within a second."
	return []gallery.Example{
		{Name: "TokenRules-saved", Status: 200, Page: saved},
		{Name: "TokenRules-wrong", Status: 422, Page: page(false, "9999", "Use between 1 day and 1095 days.")},
	}
}
