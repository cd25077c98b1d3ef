package testconnection

import (
	"time"

	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	blocked := galleryTestsPage()
	blocked.Blocked = "There is no configuration yet."
	blocked.Fix = "/admin/enterprises/acme/connections/conn-1/setup"
	problem := galleryTestsMany()
	problem.Captured.Value = "hello"
	problem.Captured.Error = "This is neither the XML of a SAML response nor the value of SAMLResponse."
	problem.Wrong = []ui.Wrong{{ID: "captured", Label: "Response", Message: problem.Captured.Error}}
	expired := &testPage{
		Base: galleryTestBase(ui.Link{
			Label: "Test connections",
			Href:  galleryTests,
		}),
		Badge:    ui.Badge{Label: "expired"},
		Heading:  "The test is over",
		Sentence: "The identity provider did not respond in time.",
		Again:    galleryTests,
		Facts:    galleryTestFacts(),
	}
	return []gallery.Example{
		{Name: "Tests-empty", Status: 200, Page: galleryTestsPage()},
		{Name: "Tests-blocked", Status: 200, Page: blocked},
		{Name: "Tests-many", Status: 200, Page: galleryTestsMany()},
		{Name: "Tests-problem", Status: 422, Page: problem},
		{Name: "Test-waiting", Status: 200, Page: galleryTestWaiting()},
		{Name: "Test-passed", Status: 200, Page: galleryTestPassed()},
		{Name: "Test-warned", Status: 200, Page: galleryTestWarned()},
		{Name: "Test-failed", Status: 200, Page: galleryTestFailed()},
		{Name: "Test-failed-early", Status: 200, Page: galleryTestFailedEarly()},
		{Name: "Test-expired", Status: 200, Page: expired},
		{Name: "Test-long", Status: 200, Page: galleryTestLong()},
	}
}

const galleryTests = "/admin/enterprises/acme/connections/conn-1/tests"

func galleryTestBase(trail ...ui.Link) ui.Base {
	return gallery.Console("SSO & provisioning", append([]ui.Link{{
		Label: "Okta",
		Href:  "/admin/enterprises/acme/connections/conn-1",
	}}, trail...)...)
}

func galleryNear() []testNear {
	accept := &ui.Press{
		Label:  "Accept",
		About:  "Accept “Admins ” for Admins in Website",
		Action: gallery.ConnectionPath + "/groups/accept",
	}
	return []testNear{
		{
			Asserted:     "Admins ",
			Name:         "Admins",
			Organization: "Website",
			Why:          "spaces differ",
			Accept:       accept,
		},
		{
			Asserted:     "everyone",
			Name:         "Everyone",
			Organization: "Research",
			Why:          "upper and lower case differ",
			Accepted:     true,
		},
	}
}

func galleryTestsPage() *testsPage {
	return &testsPage{
		Base:       galleryTestBase(),
		Connection: "Okta",
		Start:      galleryTests,
		Draft:      true,
		What:       "the value of SAMLResponse, or the XML of the response",
		Captured: ui.Field{
			ID:    "captured",
			Name:  "captured",
			Label: "Response",
			Kind:  "area",
			Lines: 6,
			Mono:  true,
		},
	}
}

func galleryTestsMany() *testsPage {
	p, now := galleryTestsPage(), gallery.Now()
	p.Attempts = []ui.Option{
		{Value: "att-1", Label: "ada@acme.example, 2 hours ago", Chosen: true},
		{Value: "att-2", Label: gallery.LongLogin + ", 3 hours ago"},
	}
	for i, state := range []ui.Badge{
		{Label: "waiting", State: "warn"},
		{Label: "passed", State: "ok"},
		{Label: "failed", State: "error"},
		{Label: "expired"},
	} {
		row := testRow{
			Href:  galleryTests + "/test-1",
			Kind:  "a sign-in",
			Badge: state,
			At:    ui.NewTime(now.Add(-time.Duration(i)*5*time.Hour), now),
		}
		if state.Label == "failed" {
			row.Result, row.Kind = "saml_wrong_recipient", "a pasted response"
		}
		p.Runs = append(p.Runs, row)
	}
	p.Pager.Next = "?after=x"
	return p
}

func galleryTestFacts() []ui.Fact {
	now := gallery.Now()
	at := ui.NewTime(now.Add(-4*time.Minute), now)
	return []ui.Fact{
		{Label: "Kind", Value: "a sign-in"},
		{Label: "Started", Time: &at},
		{Label: "Reference", Value: "test-06d5x0wkj3n8p7r5t2v4y6z8ab", Code: true},
	}
}

func galleryTestWaiting() *testPage {
	return &testPage{
		Base: galleryTestBase(ui.Link{
			Label: "Test connections",
			Href:  galleryTests,
		}),
		Badge:    ui.Badge{Label: "waiting", State: "warn"},
		Heading:  "Waiting for the sign-in",
		Sentence: "Waiting for a response from the identity provider.",
		Stops: []testStop{
			{
				Cause:   "The client ID is unknown there",
				Message: "400 Bad Request: The client_id is invalid. (invalid_client)",
				Do:      "Compare the client ID entered here with that of the application, and check that the issuer is the right tenant or realm.",
				Place:   "Okta Admin Console › Applications › your application › General › Client Credentials › Client ID",
				Values: []console.Entry{
					{
						Label: "Client ID entered here",
						Copy: &ui.Copyable{
							ID:    "stop-0-0",
							Value: "0oa1ab2cd3EF4gh5i6j7",
						},
					},
					{
						Label: "Issuer entered here",
						Copy: &ui.Copyable{
							ID:    "stop-0-1",
							Value: "https://acme.okta.com/oauth2/default",
						},
					},
				},
			},
			{
				Cause:   "The person is not assigned to the application",
				Message: "User is not assigned to the client application. (access_denied)",
				Do:      "Assign the person, or a group they are in, to the application.",
				Place:   "Okta Admin Console › Applications › your application › Assignments › Assign to Groups",
			},
		},
		Waiting: &testWaiting{
			Open:    galleryTests + "/test-1/open",
			Left:    "There are 9 minutes left.",
			Refresh: galleryTests + "/test-1",
			Link: &ui.Copyable{
				ID:    "link",
				Value: "https://login.example.com/login/test/5sQ0yXJtWb4mTn8Jr3pKq2vLz7cDf9hG1aBeRuNw",
			},
		},
	}
}

func galleryTestPassed() *testPage {
	return &testPage{
		Base: galleryTestBase(ui.Link{
			Label: "Test connections",
			Href:  galleryTests,
		}),
		Badge:    ui.Badge{Label: "passed", State: "ok"},
		Heading:  "The test passed",
		Sentence: "A sign-in would work and make the changes below. Nothing was changed.",
		Facts:    galleryTestFacts(),
		Links: []ui.Link{
			{Label: "Enable the connection", Href: "/x", Current: true},
			{Label: "Back to the setup assistant", Href: "/y", Current: false},
		},
		Again: galleryTests,
		Notes: []testWarning{{
			Cause: "The e-mail domain acme.example is not verified for this company.",
			Who:   "You, here in Gatehouse",
			Do:    "Verify the domain, so that its people are found by their address and need no code.",
			Place: "Here: Domains",
			Link:  &ui.Link{Label: "Open Domains", Href: "/d"},
			Minor: true,
		}},
		Identity: []testValue{
			{"Subject", "00u1ab2cd3EF", "NameID"},
			{"Login", "ada@acme.example", "login"},
			{"E-mail", "ada@acme.example", "email"},
			{"E-mail verified", "not verified by the identity provider", ""},
			{"Name", "Ada Lovelace", "{firstName} {lastName}"},
			{"Groups", "3", "groups"},
			{"Authenticated at", "2026-11-24T12:00:00Z", ""},
			{"Authentication context", "https://refeds.org/profile/mfa", ""},
		},
		Groups: &testGroups{
			State:     "A list of 3.",
			Badge:     ui.Badge{Label: "values", State: "ok"},
			Names:     []string{"engineering", "Admins ", "everyone"},
			Unmatched: []string{"Admins ", "everyone"},
			Near:      galleryNear(),
		},
		Changes: []testChange{
			{"Research", []string{"engineering"}, []string{"reviewers"}, []string{"Members"}},
			{Organization: "Website"},
		},
		Entry:  galleryEntry(),
		Checks: galleryChecks(),
		Raw: &ui.Copyable{
			ID:    "raw",
			Value: "<Response>\n  <Assertion>…</Assertion>\n</Response>",
		},
		Bundle: &ui.Copyable{
			ID:    "bundle",
			Value: "Test connection test-06d5x0wkj3n8p7r5t2v4y6z8ab of conn-1\nResult: passed",
		},
	}
}

func galleryEntry() []ui.Fact {
	return []ui.Fact{
		{
			Label: "Account",
			Value: "user-06d5x0wkj3n8p7r5t2v4y6z8ab",
			Code:  true,
		},
		{
			Label: "Sign-in rule",
			Value: "lets this person in",
			Badge: &ui.Badge{Label: "yes", State: "ok"},
		},
		{
			Label: "First sign-in",
			Value: "Nothing is asked. The domain acme.example is verified for this company.",
		},
	}
}

func galleryChecks() console.Checks {
	return console.Checks{
		{
			Name:  "Assertion signature",
			Want:  "signed by 3f9a2b7c11d04e58…",
			Got:   "RSA-SHA256 by 3f9a2b7c11d04e58…",
			Badge: ui.Badge{Label: "ok", State: "ok"},
		},
		{
			Name:  "Audience",
			Want:  "https://login.example.com/saml/conn-1/metadata",
			Got:   "https://login.example.com/saml/conn-1/metadata",
			Badge: ui.Badge{Label: "ok", State: "ok"},
		},
		{
			Name:  "Certificate",
			Want:  "more than 60 days left",
			Got:   "until 2026-12-20: 26 days left",
			Badge: ui.Badge{Label: "warning", State: "warn"},
		},
	}
}

func galleryTestWarned() *testPage {
	p := galleryTestPassed()
	p.Badge = ui.Badge{Label: "passed, with warnings", State: "warn"}
	p.Heading = "The test passed, with warnings"
	p.Sentence = "A sign-in would work, but read the warnings before anyone depends on this connection. Nothing was changed."
	p.Warnings = []testWarning{
		{
			Cause: "A group is sent under a name that is almost that of a group here: “Admins ” was sent, Website has “Admins”.",
			Who:   "You, here in Gatehouse",
			Do:    "Accept the name that is sent as an IdP name of the group, or rename one of the two. Letter case and every character count.",
			Place: "Here: the connection › Verify groups",
			Link:  &ui.Link{Label: "Open Verify groups", Href: "/g"},
		},
		{
			Cause: "The signing certificate expires soon: on 20 December 2026, in 26 days.",
			Who:   "Your company’s IT team, at the identity provider",
			Do:    "Renew it at the identity provider before that day. With a metadata address the new one is fetched from there; otherwise add it here.",
			Place: "Okta Admin Console › Applications › your application › Sign On › SAML Signing Certificates",
		},
	}
	return p
}

func galleryTestFailed() *testPage {
	p := galleryTestPassed()
	p.Badge = ui.Badge{Label: "failed", State: "error"}
	p.Heading = "The test failed"
	p.Sentence = "A sign-in would not work. Nothing was changed."
	p.Identity = nil
	p.Groups = nil
	p.Changes = nil
	p.Entry = nil
	p.Notes = nil
	p.Links = p.Links[1:]
	p.Failed = &testFailed{
		Cause: "The assertion is for another audience: wanted https://login.example.com/saml/conn-1/metadata, got https://old.example.com.",
		Who:   "Your company’s IT team, at the identity provider",
		Do:    "Set the audience (the service provider’s entity ID) to https://login.example.com/saml/conn-1/metadata.",
		Place: "Okta Admin Console › Applications › your application › General › SAML Settings › Edit › Configure SAML › Audience URI (SP Entity ID)",
		Code:  "saml_wrong_recipient",
	}
	p.Checks[1].Got, p.Checks[1].Badge = "https://old.example.com", ui.Badge{
		Label: "failed",
		State: "error",
	}
	p.Checks = p.Checks[:2]
	return p
}

// galleryTestFailedEarly is one of which there is next to nothing to show.
func galleryTestFailedEarly() *testPage {
	p := galleryTestFailed()
	p.Checks, p.Raw = nil, nil
	p.Failed = &testFailed{
		Cause: "The identity provider did not answer, or not usably: idp.acme.example answered with status 503.",
		Who:   "Your company’s IT team, at the identity provider",
		Do:    "Try again; if it persists, look at the identity provider’s status and log.",
		Place: "Okta Admin Console › Reports › System Log",
		Code:  "idp_unavailable",
	}
	return p
}

func galleryTestLong() *testPage {
	p := galleryTestPassed()
	p.Identity[1].Value, p.Identity[4].Value, p.Identity[1].From = gallery.LongLogin,
		gallery.LongName, "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
	p.Groups.Names = append(p.Groups.Names, gallery.LongName, gallery.LongLogin)
	p.Groups.Badge, p.Groups.State = console.GroupsState(gallery.AssertedGroups())
	p.Groups.NotUnderstood = console.NewNotUnderstood(gallery.AssertedGroups())
	p.Changes = append(p.Changes, testChange{
		gallery.LongName, []string{gallery.LongName, gallery.LongLogin}, nil, nil,
	})
	p.Checks = append(p.Checks, console.Check{
		Name:  "Issuer",
		Want:  gallery.LongLogin + gallery.LongLogin,
		Got:   gallery.LongLogin + gallery.LongLogin,
		Badge: ui.Badge{Label: "ok", State: "ok"},
	})
	return p
}
