package provisioning

import (
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryProblems() []gallery.Example {
	none := &connectionProblemsPage{
		Base:   ofConnection(true),
		Places: examplePlaces(placeProblems),
		Lead:   problemsLead,
	}
	widened := &connectionProblemsPage{
		Base:     ofConnection(true),
		Places:   examplePlaces(placeProblems),
		Lead:     problemsLead,
		Problems: []problem{exampleScopeMissing()},
	}
	widened.Flash = widenedText(sso.Connection{Provider: sso.Entra})
	widened.Problems[0].Presses = nil
	widened.Problems[0].Done = `The token "entra-1" has the scope scim now.`
	widened.Problems[0].Side = sideBadge(catalog.Company)
	return []gallery.Example{
		{Name: "ConnectionProblems-many", Status: 200, Page: exampleManyProblems()},
		{Name: "ConnectionProblems-widened", Status: 200, Page: widened},
		{Name: "ConnectionProblems-none", Status: 200, Page: none},
	}
}

func exampleScopeMissing() problem {
	return problem{
		ID:    "scim-scope-missing",
		Cause: "The token lacks the scope that the request needs.",
		Side:  sideBadge(catalog.Operator),
		Count: "14 requests about 2 names",
		First: gallery.Ago(3 * exampleDay),
		Last:  gallery.Ago(3 * time.Minute),
		Names: []refusedName{
			{
				Name:  "group grp_all@acme.example",
				Href:  gallery.EnterprisePath + "/groups/grp-1",
				Count: "13 requests",
				Last:  gallery.Ago(3 * time.Minute),
			},
			{Name: "group " + gallery.LongName, Count: "1 request", Last: gallery.Ago(2 * exampleDay)},
		},
		Told: exampleRefusal,
		Presses: []ui.Press{{
			Label:  `Add scope scim to "entra-1"`,
			Action: examplePath + "/tokens/scimtok-1/widen",
			Fields: []ui.HiddenField{{Name: "from", Value: "problems"}},
		}},
		Again: sendAgain(sso.Connection{Provider: sso.Entra}),
		Code:  "scim_scope_missing",
		Guide: "/admin/troubleshooting#scim_scope_missing",
		Log:   gallery.ActivityPath + "/provisioning?connection=conn-1&result=refused",
	}
}

func exampleManyProblems() *connectionProblemsPage {
	return &connectionProblemsPage{
		Base:   ofConnection(true),
		Places: examplePlaces(placeProblems),
		Lead:   problemsLead,
		Problems: []problem{
			exampleScopeMissing(),
			{
				ID:    "identity-held",
				Cause: "The identity provider pushed a person whose login another active account has.",
				Side:  sideBadge(catalog.Operator),
				Count: "2 requests about 1 name",
				First: gallery.Ago(exampleDay),
				Last:  gallery.Ago(time.Hour),
				Names: []refusedName{
					{Name: "user " + gallery.LongLogin, Count: "2 requests", Last: gallery.Ago(time.Hour)},
				},
				Told:  "Another active person of the company has the login ada: account user-1.",
				Do:    "Decide under Login conflicts whether they are the same person.",
				Link:  &ui.Link{Label: "Open Login conflicts", Href: gallery.EnterprisePath + "/questions"},
				Again: sendAgain(sso.Connection{Provider: sso.Entra}),
				Code:  "identity_held",
				Guide: "/admin/troubleshooting#identity_held",
				Log:   gallery.ActivityPath + "/provisioning?connection=conn-1&result=refused",
			},
			{
				ID:    "scim-invalid-value",
				Cause: "A value has the wrong type, or a required one is missing.",
				Side:  sideBadge(catalog.Company),
				Count: "600 requests about 300 names",
				First: gallery.Ago(exampleDay),
				Last:  gallery.Ago(2 * time.Hour),
				Names: []refusedName{
					{Name: "user ada@acme.example", Count: "2 requests", Last: gallery.Ago(2 * time.Hour)},
				},
				More:  "299 more names",
				Told:  `Operations[0] (replace, path "userName"): the value is not a text. Nothing was changed.`,
				Do:    "Correct the attribute mapping at the identity provider; the message names the attribute.",
				Place: "Entra admin center › the application › Provisioning › Mappings",
				Again: sendAgain(sso.Connection{Provider: sso.Entra}),
				Code:  "scim_invalid_value",
				Guide: "/admin/troubleshooting#scim_invalid_value",
				Log:   gallery.ActivityPath + "/provisioning?connection=conn-1&result=refused",
			},
		},
		Healed: []healedRow{{
			Name:   "group engineering",
			Cause:  "The connection does not provision groups.",
			Count:  "3 requests",
			First:  gallery.Ago(9 * exampleDay),
			Healed: gallery.Ago(8 * exampleDay),
		}},
		Pager: ui.Pager{Next: "?cursor=x"},
	}
}
