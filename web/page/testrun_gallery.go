package page

import (
	"strings"
	"time"

	"gatehouse/sso"
)

const galleryTests = "/admin/enterprises/acme/connections/conn-1/tests"

func galleryTestBase(trail ...Link) Base {
	return galleryConsole("SSO & provisioning", append([]Link{{Label: "Okta", Href: "/admin/enterprises/acme/connections/conn-1"}}, trail...)...)
}

func galleryTest() []Example {
	acme := sso.Enterprise{Key: "acme", Name: "Acme Corporation"}
	tested := func(s sso.TestState) *Tested {
		return NewTested(acme, sso.TestRun{ID: "test-1", Connection: "conn-1", State: s})
	}
	return []Example{
		{"Tested-passed", 200, tested(sso.TestPassed)},
		{"Tested-warned", 200, NewTested(acme, sso.TestRun{ID: "test-1", Connection: "conn-1", State: sso.TestPassed, Warned: 1})},
		{"Tested-failed", 200, tested(sso.TestFailed)},
		{"Tested-expired", 200, tested(sso.TestExpired)},
		{"Tests-empty", 200, galleryTestsPage()},
		{"Tests-blocked", 200, func() *Tests {
			p := galleryTestsPage()
			p.Blocked, p.Fix = "There is no configuration yet.", "/admin/enterprises/acme/connections/conn-1/setup"
			return p
		}()},
		{"Tests-many", 200, galleryTestsMany()},
		{"Tests-problem", 422, func() *Tests {
			p := galleryTestsMany()
			p.Captured.Value, p.Captured.Error = "hello", "This is neither the XML of a SAML response nor the value of SAMLResponse."
			p.Wrong = []Wrong{{"captured", "Response", p.Captured.Error}}
			return p
		}()},
		{"Test-waiting", 200, galleryTestWaiting()},
		{"Test-passed", 200, galleryTestPassed()},
		{"Test-warned", 200, galleryTestWarned()},
		{"Test-failed", 200, galleryTestFailed()},
		{"Test-failed-early", 200, galleryTestFailedEarly()},
		{"Test-expired", 200, &Test{Base: galleryTestBase(Link{Label: "Test connections", Href: galleryTests}), Badge: Badge{Label: "expired"}, Heading: "The test is over",
			Sentence: "The identity provider did not respond in time.", Again: galleryTests, Facts: galleryTestFacts()}},
		{"Test-long", 200, galleryTestLong()},
	}
}

func galleryNear() []TestNear {
	accept := &Press{Label: "Accept", About: "Accept “Admins ” for Admins in Website", Action: galleryConn + "/groups/accept"}
	return []TestNear{
		{Asserted: "Admins ", Name: "Admins", Organization: "Website", Why: "spaces differ", Accept: accept},
		{Asserted: "everyone", Name: "Everyone", Organization: "Research", Why: "upper and lower case differ", Accepted: true},
	}
}

func galleryTestsPage() *Tests {
	return &Tests{Base: galleryTestBase(), Connection: "Okta", Start: galleryTests, Draft: true, What: "the value of SAMLResponse, or the XML of the response",
		Captured: Field{ID: "captured", Name: "captured", Label: "Response", Kind: "area", Lines: 6, Mono: true}}
}

func galleryTestsMany() *Tests {
	p, now := galleryTestsPage(), galleryNow()
	p.Attempts = []Option{{Value: "att-1", Label: "ada@acme.example, 2 hours ago", Chosen: true}, {Value: "att-2", Label: longLogin + ", 3 hours ago"}}
	for i, state := range []Badge{{"waiting", "warn"}, {"passed", "ok"}, {"failed", "error"}, {Label: "expired"}} {
		row := TestRow{Href: galleryTests + "/test-1", Kind: "a sign-in", Badge: state, At: NewTime(now.Add(-time.Duration(i)*5*time.Hour), now)}
		if state.Label == "failed" {
			row.Result, row.Kind = "saml_wrong_recipient", "a pasted response"
		}
		p.Runs = append(p.Runs, row)
	}
	p.Pager.Next = "?after=x"
	return p
}

func galleryTestFacts() []Fact {
	now := galleryNow()
	at := NewTime(now.Add(-4*time.Minute), now)
	return []Fact{{Label: "Kind", Value: "a sign-in"}, {Label: "Begun", Time: &at}, {Label: "Reference", Value: "test-06d5x0wkj3n8p7r5t2v4y6z8ab", Code: true}}
}

func galleryTestWaiting() *Test {
	return &Test{Base: galleryTestBase(Link{Label: "Test connections", Href: galleryTests}), Badge: Badge{"waiting", "warn"}, Heading: "Waiting for the sign-in",
		Sentence: "Waiting for a response from the identity provider.",
		Stops: []TestStop{
			{
				Cause: "The client ID is unknown there", Message: "400 Bad Request: The client_id is invalid. (invalid_client)",
				Do:    "Compare the client ID entered here with that of the application, and check that the issuer is the right tenant or realm.",
				Place: "Okta Admin Console › Applications › your application › General › Client Credentials › Client ID",
				Values: []Entry{
					{Label: "Client ID entered here", Copy: &Copyable{ID: "stop-0-0", Value: "0oa1ab2cd3EF4gh5i6j7"}},
					{Label: "Issuer entered here", Copy: &Copyable{ID: "stop-0-1", Value: "https://acme.okta.com/oauth2/default"}},
				},
			},
			{
				Cause: "The person is not assigned to the application", Message: "User is not assigned to the client application. (access_denied)",
				Do:    "Assign the person, or a group they are in, to the application.",
				Place: "Okta Admin Console › Applications › your application › Assignments › Assign to Groups",
			},
		},
		Waiting: &TestWaiting{Open: galleryTests + "/test-1/open", Left: "There are 9 minutes left.", Refresh: galleryTests + "/test-1",
			Link: &Copyable{ID: "link", Value: "https://login.example.com/login/test/5sQ0yXJtWb4mTn8Jr3pKq2vLz7cDf9hG1aBeRuNw"}}}
}

func galleryTestPassed() *Test {
	return &Test{Base: galleryTestBase(Link{Label: "Test connections", Href: galleryTests}), Badge: Badge{"passed", "ok"}, Heading: "The test passed",
		Sentence: "A sign-in would work and make the changes below. Nothing was changed.", Facts: galleryTestFacts(),
		Links: []Link{{"Enable the connection", "/x", true}, {"Back to the setup assistant", "/y", false}}, Again: galleryTests,
		Notes: []TestWarning{{Cause: "The e-mail domain acme.example is not verified for this company.", Who: "You, here in Gatehouse",
			Do: "Verify the domain, so that its people are found by their address and need no code.", Place: "Here: Domains", Link: &Link{Label: "Open Domains", Href: "/d"}, Minor: true}},
		Identity: []TestValue{{"Subject", "00u1ab2cd3EF", "NameID"}, {"Login", "ada@acme.example", "login"}, {"E-mail", "ada@acme.example", "email"},
			{"E-mail verified", "not verified by the identity provider", ""}, {"Name", "Ada Lovelace", "{firstName} {lastName}"}, {"Groups", "3", "groups"}},
		Groups: &TestGroups{State: "A list of 3.", Badge: Badge{"values", "ok"}, Names: []string{"engineering", "Admins ", "everyone"},
			Unmatched: []string{"Admins ", "everyone"}, Near: galleryNear()},
		Changes: []TestChange{{"Research", []string{"engineering"}, []string{"reviewers"}, []string{"Members"}}, {Organization: "Website"}},
		Entry: []Fact{{Label: "Account", Value: "user-06d5x0wkj3n8p7r5t2v4y6z8ab", Code: true}, {Label: "Who may sign in", Value: "lets this person in", Badge: &Badge{"yes", "ok"}},
			{Label: "First sign-in", Value: "Nothing is asked. The domain acme.example is verified for this company."}},
		Checks: Checks{{"Assertion signature", "signed by 3f9a2b7c11d04e58…", "RSA-SHA256 by 3f9a2b7c11d04e58…", Badge{"ok", "ok"}},
			{"Audience", "https://login.example.com/saml/conn-1/metadata", "https://login.example.com/saml/conn-1/metadata", Badge{"ok", "ok"}},
			{"Certificate", "more than 60 days left", "until 2026-12-20: 26 days left", Badge{"look at it", "warn"}}},
		Raw:    &Copyable{ID: "raw", Value: "<Response>\n  <Assertion>…</Assertion>\n</Response>"},
		Bundle: &Copyable{ID: "bundle", Value: "Test connection test-06d5x0wkj3n8p7r5t2v4y6z8ab of conn-1\nResult: passed"}}
}

func galleryTestWarned() *Test {
	p := galleryTestPassed()
	p.Badge, p.Heading = Badge{"passed, with warnings", "warn"}, "The test passed, with warnings"
	p.Sentence = "A sign-in would work, but read the warnings before anyone depends on this connection. Nothing was changed."
	p.Warnings = []TestWarning{
		{Cause: "A group is sent under a name that is almost that of a group here: “Admins ” was sent, Website has “Admins”.", Who: "You, here in Gatehouse",
			Do: "Accept the name that is sent as an IdP name of the group, or rename one of the two. Letter case and every character count.", Place: "Here: the connection › Verify groups",
			Link: &Link{Label: "Open Verify groups", Href: "/g"}},
		{Cause: "The signing certificate expires soon: on 20 December 2026, in 26 days.", Who: "Your company’s IT team, at the identity provider",
			Do:    "Renew it at the identity provider before that day. With a metadata address the new one is fetched from there; otherwise add it here.",
			Place: "Okta Admin Console › Applications › your application › Sign On › SAML Signing Certificates"},
	}
	return p
}

func galleryTestFailed() *Test {
	p := galleryTestPassed()
	p.Badge, p.Heading, p.Sentence = Badge{"failed", "error"}, "The test failed", "A sign-in would not work. Nothing was changed."
	p.Identity, p.Groups, p.Changes, p.Entry, p.Notes = nil, nil, nil, nil, nil
	p.Links = p.Links[1:]
	p.Failed = &TestFailed{Cause: "The assertion is for another audience: wanted https://login.example.com/saml/conn-1/metadata, got https://old.example.com.",
		Who: "Your company’s IT team, at the identity provider", Do: "Set the audience (the service provider's entity ID) to https://login.example.com/saml/conn-1/metadata.",
		Place: "Okta Admin Console › Applications › your application › General › SAML Settings › Edit › Configure SAML › Audience URI (SP Entity ID)", Code: "saml_wrong_recipient"}
	p.Checks[1].Got, p.Checks[1].Badge = "https://old.example.com", Badge{"failed", "error"}
	p.Checks = p.Checks[:2]
	return p
}

// galleryTestFailedEarly is one of which there is next to nothing to show.
func galleryTestFailedEarly() *Test {
	p := galleryTestFailed()
	p.Checks, p.Raw = nil, nil
	p.Failed = &TestFailed{Cause: "The identity provider did not answer, or not usably: idp.acme.example answered with status 503.", Who: "Your company’s IT team, at the identity provider",
		Do: "Try again; if it stays so, look at the identity provider's status and log.", Place: "Okta Admin Console › Reports › System Log", Code: "idp_unavailable"}
	return p
}

func galleryTestLong() *Test {
	p := galleryTestPassed()
	p.Identity[1].Value, p.Identity[4].Value, p.Identity[1].From = longLogin, longName, "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"
	p.Groups.Names = append(p.Groups.Names, longName, longLogin)
	p.Groups.Badge, p.Groups.State = GroupsState(exampleGroups())
	p.Groups.NotUnderstood = NewNotUnderstood(exampleGroups())
	p.Changes = append(p.Changes, TestChange{longName, []string{longName, longLogin}, nil, nil})
	p.Checks = append(p.Checks, Check{"Issuer", longLogin + longLogin, longLogin + longLogin, Badge{"ok", "ok"}})
	return p
}

// exampleGroups has values that name no group.
func exampleGroups() (g sso.AssertedGroups) {
	g.State, g.Names = sso.GroupsPartial, []string{"engineering", "on-call"}
	g.AddRaw(`{"id":"00g1ab2cd3EF","name":"operations"}`, sso.RawNotText)
	g.AddRaw("site\u00a0reliability", sso.RawNoBreakSpace)
	g.AddRaw(strings.Repeat("a-long-group-name-", 20), sso.RawTooLong)
	g.NotUnderstoodCount = 61
	return g
}
