package overview

import (
	"slices"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/firststeps"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	return slices.Concat(
		galleryEnterprises(),
		galleryStarted(),
		galleryOverview(),
	)
}

func galleryEnterprises() []gallery.Example {
	fields := func() []ui.Field {
		return []ui.Field{
			{
				ID:    "name",
				Name:  "name",
				Label: "Name",
			},
			{
				ID:    "key",
				Name:  "key",
				Label: "Key",
				Hint:  "Lower case letters, digits and hyphens; it is in the sign-in link.",
				Mono:  true,
			},
			{
				ID:       "organization",
				Name:     "organization",
				Label:    "First organization",
				Optional: true,
			},
		}
	}
	search := ui.Field{
		ID:       "q",
		Name:     "q",
		Label:    "Name or key",
		Optional: true,
	}
	rows := []enterpriseRow{
		{
			"Acme Corporation",
			"acme",
			gallery.EnterprisePath,
			ui.Badge{
				Label: "signing in",
				State: "ok",
			},
			1240,
			2,
			gallery.Ago(time.Minute),
		},
		{
			gallery.LongName,
			"rhein-ruhr-wasser-und-energie",
			"/x",
			ui.Badge{
				Label: "draft waits",
				State: "warn",
			},
			0,
			0,
			ui.NewTime(time.Time{}, gallery.Now()),
		},
	}
	wrong := &enterpriseListPage{
		Base:   gallery.Console("Enterprises"),
		Search: search,
		Fields: fields(),
		Rows:   rows,
	}
	wrong.Fields[1].Value, wrong.Fields[1].Error = "acme", "This key is in use already. Choose another."
	wrong.Wrong = []ui.Wrong{{ID: "key", Label: "Key", Message: wrong.Fields[1].Error}}
	return []gallery.Example{
		{
			Name:   "EnterpriseList-many",
			Status: 200,
			Page: &enterpriseListPage{
				Base:   gallery.Console("Enterprises"),
				Search: search,
				Fields: fields(),
				Rows:   rows,
				Pager:  ui.Pager{Next: "?cursor=x"},
			},
		},
		{
			Name:   "EnterpriseList-empty",
			Status: 200,
			Page: &enterpriseListPage{
				Base:   gallery.Console("Enterprises"),
				Search: search,
				Fields: fields(),
				First:  exampleFirstSteps(sso.Enterprise{}, firststeps.Account, firststeps.Mail),
			},
		},
		{
			Name:   "EnterpriseList-wrong",
			Status: 422,
			Page:   wrong,
		},
	}
}

// galleryStarted is the list with the first enterprise, whose steps link to it.
func galleryStarted() []gallery.Example {
	acme := sso.Enterprise{
		ID:   "ent-acme",
		Key:  "acme",
		Name: "Acme Corporation",
	}
	return []gallery.Example{{
		Name:   "EnterpriseList-started",
		Status: 200,
		Page: &enterpriseListPage{
			Base: gallery.Console("Enterprises"),
			Search: ui.Field{
				ID:       "q",
				Name:     "q",
				Label:    "Name or key",
				Optional: true,
			},
			Fields: fields("", "", ""),
			Rows: []enterpriseRow{{
				Name:  acme.Name,
				Key:   acme.Key,
				Href:  gallery.EnterprisePath,
				State: ui.Badge{Label: "not set up"},
			}},
			First: exampleFirstSteps(acme, firststeps.Account, firststeps.Company),
		},
	}}
}

// exampleFirstSteps returns the first steps, of which some are done, with an enterprise or none.
func exampleFirstSteps(ent sso.Enterprise, done ...firststeps.Step) *firstSteps {
	var items []firststeps.Item
	for _, s := range []firststeps.Step{
		firststeps.Account, firststeps.SecondWay, firststeps.Mail, firststeps.Application,
		firststeps.Company, firststeps.Provider, firststeps.SignIn,
	} {
		item := firststeps.Item{
			Step: s,
			Done: slices.Contains(done, s),
		}
		if s == firststeps.Provider || s == firststeps.SignIn {
			item.Enterprise = ent
		}
		items = append(items, item)
	}
	return newFirstSteps(items)
}

const exampleHeld = "The group names that Okta sends no longer match the groups here, so every removal is held. 24 people signed in with the old groups. 2 lost groups before that."

func galleryOverview() []gallery.Example {
	days, quiet := exampleDays()
	link := ui.Copyable{
		ID:    "sign-in",
		Value: "https://sso.example.com/login/sso?enterprise_key=acme",
	}
	last := gallery.Ago(2 * time.Minute)
	okta := exampleOkta(last)
	entra := connectionHealth{
		ID:    "conn-2",
		Name:  gallery.LongName,
		Href:  "/c",
		State: ui.Badge{Label: "draft", State: "warn"},
		Facts: []ui.Fact{{Label: "Last success", Value: "never"}},
	}
	wrong := exampleWrongDelete(days, link, okta)
	many := exampleFailures()
	return []gallery.Example{
		{
			Name:   "Overview-held",
			Status: 200,
			Page:   exampleRemovalsHeld(days, link, okta),
		},
		{
			Name:   "Overview-attention",
			Status: 200,
			Page:   exampleAttention(days, link, okta, entra, many),
		},
		{
			Name:   "Overview-healthy",
			Status: 200,
			Page: &overviewPage{
				Base:        gallery.Console("Overview"),
				Verdict:     ui.Badge{Label: "healthy", State: "ok"},
				Sentence:    "Sign-in works: the last one succeeded 2 minutes ago.",
				SignIn:      link,
				Arrival:     arrivalPlace{Label: listLabel},
				Chart:       newChart(days),
				Connections: []connectionHealth{okta},
			},
		},
		{
			Name:   "Overview-new",
			Status: 200,
			Page: &overviewPage{
				Base:     gallery.Console("Overview"),
				Verdict:  ui.Badge{Label: "not set up", State: ""},
				Sentence: "No one can sign in yet.",
				Begin:    "/admin/enterprises/acme/connections/new",
				SignIn:   link,
				Arrival:  arrivalPlace{Label: listLabel},
				Chart:    newChart(quiet),
				Operator: exampleOperator(),
			},
		},
		{
			Name:   "Overview-wrong",
			Status: 422,
			Page:   wrong,
		},
	}
}

func exampleDays() ([]chartDay, []chartDay) {
	var days, quiet []chartDay
	for i := range 14 {
		d := gallery.Now().AddDate(0, 0, i-13)
		days = append(days, chartDay{
			Name:      d.Format("2 Jan"),
			Succeeded: 120 + 37*i%90,
			Failed:    i * i % 11,
		})
		quiet = append(quiet, chartDay{Name: d.Format("2 Jan")})
	}
	return days, quiet
}

func exampleOkta(last ui.Time) connectionHealth {
	return connectionHealth{
		ID:    "conn-1",
		Name:  "Okta",
		Href:  "/c",
		State: ui.Badge{Label: "enabled", State: "ok"},
		Facts: []ui.Fact{
			{Label: "Last success", Time: &last},
			{
				Label: "Failures, 24 h",
				Value: "3 of 214 (1 %)",
				Badge: &ui.Badge{Label: "normal", State: "ok"},
			},
			{
				Label: "Certificate",
				Value: "6 days left",
				Badge: &ui.Badge{Label: "expires soon", State: "error"},
			},
			{Label: "Clock", Value: "2 seconds ahead"},
			{Label: "Metadata", Time: &last},
			{
				Label: "Provisioned",
				Value: "1240 people, 31 groups",
				Href:  "/p",
			},
			{
				Label: "Refused pushes",
				Value: "14 open refusals",
				Href:  "/p",
				Badge: &ui.Badge{Label: "first 3 days ago", State: "error"},
			},
		},
	}
}

func exampleOperator() *operatorForms {
	return &operatorForms{
		Arrive: "/z",
		Arrival: ui.Field{
			ID:    "default_application",
			Name:  "default_application",
			Label: "After a sign-in, people arrive at",
			Hint: "Unless they opened an application or a page first. A person for whom the application does not open gets the list. " +
				"Left out: Legacy CRM. " + noCookie,
			Kind: "select",
			Options: []ui.Option{
				{Value: "", Label: "the list of their applications"},
				{Value: "app-wiki", Label: "Wiki"},
			},
		},
		Rename: "/x",
		Fields: []ui.Field{
			{
				ID:    "name",
				Name:  "name",
				Label: "Name",
				Value: "Acme Corporation",
			},
			{
				ID:    "key",
				Name:  "key",
				Label: "Key",
				Value: "acme",
				Mono:  true,
			},
		},
		Delete: ui.TypedForm{
			Action: "/y",
			Text: "All connections, people, groups, sign-ins and sessions of Acme Corporation " +
				"are deleted. Only a backup can restore them. The audit log stays.",
			Field: ui.Field{
				ID:    "confirm",
				Name:  "confirm",
				Label: "Type acme to confirm",
				Mono:  true,
			},
			Button: "Delete this enterprise",
		},
	}
}

func exampleWrongDelete(days []chartDay, link ui.Copyable, okta connectionHealth) *overviewPage {
	wrong := &overviewPage{
		Base:        gallery.Console("Overview"),
		Verdict:     ui.Badge{Label: "healthy", State: "ok"},
		Sentence:    "Sign-in works: the last one succeeded 2 minutes ago.",
		SignIn:      link,
		Arrival:     arrivalPlace{Label: listLabel},
		Chart:       newChart(days),
		Connections: []connectionHealth{okta},
		Operator:    exampleOperator(),
	}
	del := &wrong.Operator.Delete
	del.Open = true
	del.Field.Value = "acne"
	del.Field.Error = "This is not the key of the enterprise."
	wrong.Wrong = []ui.Wrong{{
		ID:      "confirm",
		Label:   "Type acme to confirm",
		Message: del.Field.Error,
	}}
	return wrong
}

func exampleFailures() []failureRow {
	many := make([]failureRow, 3)
	for i := range many {
		many[i] = failureRow{
			Count: 12 - i,
			Code:  [...]string{"saml_expired", "idp_denied", "user_inactive"}[i],
			Guide: "/admin/troubleshooting#x" + strconv.Itoa(i),
			List:  gallery.ActivityPath,
			Meaning: [...]string{
				"The answer is older than it may be, or the clocks differ.",
				"The identity provider refused, and says so.",
				"The person is deactivated here.",
			}[i],
			Whose: [...]string{"company", "company", "you"}[i],
		}
	}
	return many
}

func exampleRemovalsHeld(days []chartDay, link ui.Copyable, okta connectionHealth) *overviewPage {
	return &overviewPage{
		Base:        gallery.Console("Overview"),
		Verdict:     ui.Badge{Label: "removals held", State: "error"},
		Sentence:    "Sign-in works: the last one succeeded 2 minutes ago. Removals from groups are held until an admin decides.",
		SignIn:      link,
		Arrival:     arrivalPlace{Label: listLabel},
		Chart:       newChart(days),
		Connections: []connectionHealth{okta},
		Todos: []ui.Todo{{
			State: "error",
			Text: exampleHeld +
				" You, here: Look at the held group syncs. If the removals are a mistake, discard them and correct the groups at the identity provider. If they are meant, approve them.",
			Href:  "/h",
			Label: "Decide",
		}},
	}
}

func exampleAttention(
	days []chartDay, link ui.Copyable, okta, entra connectionHealth, many []failureRow,
) *overviewPage {
	return &overviewPage{
		Base:        gallery.Console("Overview"),
		Verdict:     ui.Badge{Label: "needs attention", State: "error"},
		Sentence:    "12 of the last day’s 20 sign-ins failed.",
		Arrival:     arrivalPlace{Label: "Wiki", URL: "https://wiki.example.com/home"},
		SignIn:      link,
		Chart:       newChart(days),
		Failures:    many,
		Connections: []connectionHealth{okta, entra},
		Operator:    exampleOperator(),
		Todos: []ui.Todo{
			{
				State: "error",
				Text:  "The certificate of Okta expires on 30 November 2026. Your IT admin, at the identity provider: create a new signing certificate.",
				Href:  "/c",
				Label: "See the certificates",
			},
			{
				State: "warn",
				Text:  "A group sync waits for an admin.",
				Href:  "/h",
				Label: "Decide",
			},
			{
				State: "",
				Text:  "The domain acme.example is not verified yet.",
				Href:  "/d",
				Label: "Verify it",
			},
		},
	}
}
