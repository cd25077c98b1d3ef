package directory

import (
	"time"

	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func gallerySessionRules() []gallery.Example {
	page := func(v sessionRuleValues) *sessionRulesPage {
		return &sessionRulesPage{
			Base:   gallery.Console("People", galleryPeopleLink()),
			Action: galleryEnt + "/session-rules",
			Hidden: []ui.HiddenField{console.RevisionField(2)},
			Sessions: v.sessionFields(directory.Lifetimes{
				Idle:     time.Hour,
				Lifetime: 8 * time.Hour,
			}),
			Authn: v.authnFields(),
		}
	}
	saved := page(sessionRuleValues{
		idle:   "30",
		age:    "720",
		acr:    "phr\nhttps://refeds.org/profile/mfa",
		single: true,
	})
	saved.Flash = "The rules are changed. Every node applies them within a second."
	wrong := page(sessionRuleValues{idle: "61"})
	wrong.Sessions[0].Error = "Use 0, or between 5 and 60 minutes."
	wrong.Wrong = []ui.Wrong{{
		ID:      "idle_minutes",
		Label:   wrong.Sessions[0].Label,
		Message: wrong.Sessions[0].Error,
	}}
	return []gallery.Example{
		{Name: "SessionRules-none", Status: 200, Page: page(sessionRuleValues{})},
		{Name: "SessionRules-saved", Status: 200, Page: saved},
		{Name: "SessionRules-wrong", Status: 422, Page: wrong},
	}
}
