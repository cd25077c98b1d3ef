package activity

import (
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	return slices.Concat(
		gallerySignIns(),
		gallerySyncs(),
		galleryProvisioning(),
		galleryAudit(),
		galleryGuide(),
	)
}

func exampleTabs(current string) []ui.Link {
	all := []ui.Link{
		{Label: "Sign-ins", Href: gallery.ActivityPath},
		{Label: "Group syncs", Href: gallery.ActivityPath + "/syncs"},
		{Label: "Provisioning", Href: gallery.ActivityPath + "/provisioning"},
		{Label: "Audit log", Href: gallery.ActivityPath + "/audit"},
	}
	for i := range all {
		all[i].Current = all[i].Label == current
	}
	return all
}

func exampleHappened(tab, action string) eventList {
	return eventList{
		Tabs:   exampleTabs(tab),
		Action: action,
		All:    action,
		Filters: []ui.Field{
			{
				ID:       "login",
				Name:     "login",
				Label:    "Login",
				Optional: true,
			},
			{
				ID:       "outcome",
				Name:     "outcome",
				Label:    "Result",
				Kind:     "select",
				Optional: true,
				Options: []ui.Option{
					{Value: "", Label: "any", Chosen: true},
					{Value: "failed", Label: "failed"},
				},
			},
			{
				ID:       "since",
				Name:     "since",
				Label:    "Since",
				Kind:     "date",
				Optional: true,
			},
		},
	}
}

func gallerySignIns() []gallery.Example {
	failed := exampleFailedAttempt()
	many := exampleManyAttempts(failed)
	none := &attemptsPage{
		Base:      exampleBase(),
		eventList: exampleHappened("Sign-ins", gallery.ActivityPath),
	}
	none.Narrowed = true
	wrong := exampleWrongFilter()
	partly := exampleNotUnderstood()
	facts := exampleAttemptFacts(failed)
	return []gallery.Example{
		{
			Name:   "Attempts-many",
			Status: 200,
			Page:   many,
		},
		{
			Name:   "Attempts-none-found",
			Status: 200,
			Page:   none,
		},
		{
			Name:   "Attempts-wrong",
			Status: 422,
			Page:   wrong,
		},
		{
			Name:   "Attempts-empty",
			Status: 200,
			Page: &attemptsPage{
				Base:      exampleBase(),
				eventList: exampleHappened("Sign-ins", gallery.ActivityPath),
			},
		},
		{
			Name:   "AttemptDetail-failed",
			Status: 200,
			Page:   exampleFailedDetail(facts),
		},
		{
			Name:   "AttemptDetail-not-understood",
			Status: 200,
			Page:   examplePartlyUnderstood(partly, facts),
		},
		{
			Name:   "AttemptDetail-succeeded",
			Status: 200,
			Page:   exampleSucceededDetail(facts),
		},
	}
}

func exampleBase(trail ...ui.Link) ui.Base {
	return gallery.Console("Activity", trail...)
}

func exampleFailedAttempt() triedRow {
	return triedRow{
		At:         gallery.Ago(3 * time.Minute),
		Result:     ui.Badge{Label: "failed", State: "error"},
		Who:        "ada@acme.example",
		Connection: "Okta",
		Code:       "saml_expired",
		CodeHref:   "/admin/troubleshooting#saml_expired",
		Reference:  gallery.AttemptID,
		Href:       gallery.ActivityPath + "/attempts/" + gallery.AttemptID,
	}
}

func exampleManyAttempts(failed triedRow) *attemptsPage {
	ok := triedRow{
		At:         gallery.Ago(5 * time.Hour),
		Result:     ui.Badge{Label: "succeeded", State: "ok"},
		Who:        "ada@acme.example",
		Connection: "Okta",
		Reference:  gallery.AttemptID,
		Href:       failed.Href,
	}
	nobody := triedRow{
		At:         gallery.Ago(50 * time.Hour),
		Result:     ui.Badge{Label: "waiting for code", State: "warn"},
		Connection: gallery.LongName,
		Reference:  gallery.AttemptID,
		Href:       failed.Href,
	}
	long := ok
	long.Who, long.Connection = gallery.LongLogin, gallery.LongName
	many := &attemptsPage{
		Base:      exampleBase(),
		eventList: exampleHappened("Sign-ins", gallery.ActivityPath),
		Rows:      []triedRow{failed, ok, nobody, long},
	}
	many.Pager = ui.Pager{Next: "?cursor=x"}
	return many
}

func exampleWrongFilter() *attemptsPage {
	wrong := &attemptsPage{
		Base:      exampleBase(),
		eventList: exampleHappened("Sign-ins", gallery.ActivityPath),
	}
	wrong.Filters[0] = ui.Field{
		ID:       "reference",
		Name:     "reference",
		Label:    "Reference",
		Optional: true,
		Value:    "att-unknown",
		Error:    "No sign-in of this company has this reference.",
	}
	wrong.Wrong = []ui.Wrong{{ID: "reference", Label: "Reference", Message: wrong.Filters[0].Error}}
	return wrong
}

func exampleGroupsSaid() groupsSaid {
	return groupsSaid{
		Badge:  ui.Badge{Label: "said", State: "ok"},
		Words:  "These groups, and no others.",
		Names:  []string{"engineering", "on-call"},
		Source: "groups",
	}
}

func exampleNotUnderstood() groupsSaid {
	partly := exampleGroupsSaid()
	partly.Badge, partly.Words = console.GroupsState(gallery.AssertedGroups())
	partly.NotUnderstood = console.NewNotUnderstood(gallery.AssertedGroups())
	return partly
}

func exampleAttemptFacts(failed triedRow) []ui.Fact {
	return []ui.Fact{
		{Label: "When", Time: &failed.At},
		{Label: "Person", Value: "Ada Lovelace", Href: "/p"},
		{Label: "Connection", Value: "Okta", Href: "/c"},
		{Label: "From", Value: "192.0.2.17"},
		{Label: "Browser", Value: "Firefox on Linux"},
	}
}

func exampleChecks() console.Checks {
	return console.Checks{
		{
			Name:  "response_issuer",
			Want:  "http://www.okta.com/exk1",
			Got:   "http://www.okta.com/exk1",
			Badge: ui.Badge{Label: "ok", State: "ok"},
		},
		{
			Name:  "certificate",
			Want:  "valid now",
			Got:   "3fa9… expired on 2026-11-01",
			Badge: ui.Badge{Label: "warning", State: "warn"},
		},
		{
			Name:  "audience",
			Want:  "https://sso.example.com/saml/conn-01hf7k3m9q2v5x8z1b4d6g8j0n/metadata",
			Got:   "https://sso.example.com",
			Badge: ui.Badge{Label: "failed", State: "error"},
		},
	}
}

func exampleFailedDetail(facts []ui.Fact) *attemptDetailPage {
	return &attemptDetailPage{
		Base: exampleBase(ui.Link{
			Label: "Sign-ins",
			Href:  gallery.ActivityPath,
		}),
		Tabs: exampleTabs("Sign-ins"),
		Reference: ui.Copyable{
			ID:    "reference",
			Value: gallery.AttemptID,
		},
		Result: ui.Badge{Label: "failed", State: "error"},
		Facts:  facts,
		Checks: exampleChecks(),
		Advice: &failureAdvice{
			Cause: "The answer is for someone else: its audience is https://sso.example.com.",
			Whose: "Your IT admin, at the identity provider",
			Do:    "Set the audience to the entity ID of this connection.",
			Place: "Okta Admin Console › Applications › Gatehouse › General › SAML Settings › Audience URI (SP Entity ID)",
			Code:  "saml_wrong_recipient",
			Guide: "/admin/troubleshooting#saml_wrong_recipient",
		},
		Groups: groupsSaid{
			Badge: ui.Badge{Label: "not said", State: "warn"},
			Words: "Nothing was said about groups, so no one loses one.",
		},
	}
}

func examplePartlyUnderstood(partly groupsSaid, facts []ui.Fact) *attemptDetailPage {
	return &attemptDetailPage{
		Base: exampleBase(ui.Link{
			Label: "Sign-ins",
			Href:  gallery.ActivityPath,
		}),
		Tabs: exampleTabs("Sign-ins"),
		Reference: ui.Copyable{
			ID:    "reference",
			Value: gallery.AttemptID,
		},
		Result:  ui.Badge{Label: "succeeded", State: "ok"},
		Trusted: true,
		Facts:   facts,
		Checks:  exampleChecks()[:1],
		Groups:  partly,
	}
}

func exampleSucceededDetail(facts []ui.Fact) *attemptDetailPage {
	return &attemptDetailPage{
		Base: exampleBase(ui.Link{
			Label: "Sign-ins",
			Href:  gallery.ActivityPath,
		}),
		Tabs: exampleTabs("Sign-ins"),
		Reference: ui.Copyable{
			ID:    "reference",
			Value: gallery.AttemptID,
		},
		Result:  ui.Badge{Label: "succeeded", State: "ok"},
		Trusted: true,
		Facts: append(facts, ui.Fact{
			Label: "Group sync",
			Value: "What changed",
			Href:  "/s",
		}),
		Checks: exampleChecks()[:2],
		Said: []ui.Fact{
			{Label: "Subject", Value: "00u1a2b3c4", Code: true},
			{Label: "Login", Value: "ada@acme.example"},
			{Label: "E-mail", Value: "ada@acme.example"},
			{Label: "Name", Value: "Ada Lovelace"},
		},
		Groups: exampleGroupsSaid(),
		Claims: []claimLine{
			{"email", "ada@acme.example"},
			{"groups", strings.Repeat("a-long-group-name, ", 20)},
		},
		Decided: "No code was asked for: the domain acme.example is verified.",
		Replay:  &replay{Action: "/r", Attempt: gallery.AttemptID},
	}
}

func gallerySyncs() []gallery.Example {
	row := exampleChangedRow()
	held := syncEntry{
		At:     gallery.Ago(2 * time.Hour),
		Who:    gallery.LongLogin,
		Mode:   "kept unchanged",
		Result: []ui.Badge{{Label: "held", State: "error"}},
		Href:   row.Href,
	}
	facts := exampleSyncFacts()
	empty := &syncListPage{
		Base:      exampleBase(),
		eventList: exampleHappened("Group syncs", gallery.ActivityPath+"/syncs"),
	}
	return []gallery.Example{
		{
			Name:   "SyncList-many",
			Status: 200,
			Page: &syncListPage{
				Base:      exampleBase(),
				eventList: exampleHappened("Group syncs", gallery.ActivityPath+"/syncs"),
				Rows:      []syncEntry{row, held},
			},
		},
		{
			Name:   "SyncList-empty",
			Status: 200,
			Page:   empty,
		},
		{
			Name:   "SyncDetail-changed",
			Status: 200,
			Page:   exampleChangedSync(facts),
		},
		{
			Name:   "SyncDetail-held",
			Status: 200,
			Page:   exampleHeldSync(facts),
		},
	}
}

func galleryProvisioning() []gallery.Example {
	many := examplePushes()
	none := examplePushes()
	none.Rows, none.Narrowed = nil, true
	nothing := examplePushes()
	nothing.Rows = nil
	return []gallery.Example{
		{
			Name:   "Provisioning-many",
			Status: 200,
			Page:   many,
		},
		{
			Name:   "Provisioning-none-found",
			Status: 200,
			Page:   none,
		},
		{
			Name:   "Provisioning-empty",
			Status: 200,
			Page:   nothing,
		},
	}
}

func examplePushes() *provisioningPage {
	refused := pushEntry{
		At:         gallery.Ago(time.Hour),
		Connection: "Entra ID",
		Request:    "read group",
		Name:       "grp_all@acme.example",
		Result:     []ui.Badge{{Label: "refused, 403", State: "error"}},
		Detail: `Token "entra-1" lacks scope groups:read (it has users:read users:write). Add scope scim to it in ` +
			`Gatehouse under SSO & provisioning > Entra ID > SCIM: its secret stays the same.`,
		Token:     "token entra-1",
		RequestID: "req-06d5x0wkj3n8p7r5t2v4y6z8ab",
	}
	return &provisioningPage{
		Base:        exampleBase(),
		eventList:   examplePushList(),
		JSON:        gallery.ActivityPath + "/provisioning/events.jsonl",
		CSV:         gallery.ActivityPath + "/provisioning/events.csv",
		Connections: gallery.EnterprisePath + "/connections",
		Rows: []pushEntry{
			refused,
			{
				At:         gallery.Ago(2 * time.Hour),
				Connection: "Entra ID",
				Request:    "change group",
				Name:       "grp_" + gallery.LongLogin,
				Result: []ui.Badge{
					{Label: "100 added", State: "ok"},
					{Label: "2 not known yet", State: "warn"},
				},
				Token: "token entra-1",
			},
			exampleDeparture(),
			{
				At:         gallery.Ago(3 * time.Hour),
				Connection: "a deleted connection",
				Request:    "create user",
				Name:       gallery.LongLogin,
				Result:     []ui.Badge{{Label: "done", State: "ok"}},
				Token:      "a revoked token",
			},
			exampleReads(),
			{
				At:         gallery.Ago(4 * time.Hour),
				Connection: "Entra ID",
				Request:    "replace user",
				Name:       "ada@acme.example",
				Result:     []ui.Badge{{Label: "nothing changed"}},
				Token:      "token entra-1",
			},
		},
	}
}

// examplePushList has the filters of the log.
func examplePushList() eventList {
	list := exampleHappened("Provisioning", gallery.ActivityPath+"/provisioning")
	list.Filters = nil
	for _, f := range []*ui.Field{nameField(), resultField(), sinceField()} {
		f.ID, f.Optional = f.Name, true
		list.Filters = append(list.Filters, *f)
	}
	return list
}

func exampleReads() pushEntry {
	return pushEntry{
		At:         gallery.Ago(4 * time.Hour),
		Connection: "Entra ID",
		Request:    "look up users by userName",
		Sum:        "1,214 requests in 58 s",
		Name:       gallery.LongLogin,
		Result:     []ui.Badge{{Label: "21 of 1,214 found", State: "ok"}},
		Token:      "token entra-1",
		Client:     "Azure AD Provisioning Service",
	}
}

func exampleDeparture() pushEntry {
	e := pushEntry{
		At:         gallery.Ago(2 * time.Hour),
		Connection: "Entra ID",
		Request:    "change user",
		Name:       "ada@acme.example",
		Token:      "token entra-1",
	}
	e.addDepartures([]sso.DeprovisionReceipt{{
		Login: "ada@acme.example",
		Ended: sso.EndedAccess{
			Sessions: 2,
			SignIns:  1,
			Admin:    true,
		},
		Nodes: []sso.NodeReceipt{
			{Node: "gw-1:8080", Took: 3 * time.Millisecond},
			{Node: "gw-2:8080", Took: 41 * time.Millisecond},
		},
	}})
	return e
}

func exampleChangedRow() syncEntry {
	return syncEntry{
		At:      gallery.Ago(time.Hour),
		Who:     "Ada Lovelace",
		WhoHref: "/p",
		Mode:    "reset to the groups sent",
		Result: []ui.Badge{
			{Label: "2 added", State: "ok"},
			{Label: "1 removed", State: "warn"},
			{Label: "3 unmatched", State: ""},
		},
		Href: gallery.ActivityPath + "/syncs/sync-1",
	}
}

func exampleSyncFacts() []ui.Fact {
	at := gallery.Ago(time.Hour)
	facts := []ui.Fact{
		{Label: "When", Time: &at},
		{Label: "Person", Value: "Ada Lovelace", Href: "/p"},
		{Label: "Cause", Value: gallery.AttemptID, Href: "/a", Code: true},
		{Label: "Mode", Value: "reset to the groups sent"},
	}
	return facts
}

func exampleChangedSync(facts []ui.Fact) *syncDetailPage {
	return &syncDetailPage{
		Base: exampleBase(ui.Link{
			Label: "Group syncs",
			Href:  gallery.ActivityPath + "/syncs",
		}),
		Tabs:  exampleTabs("Group syncs"),
		ID:    "sync-1",
		Facts: facts,
		Changes: []organizationChange{
			{
				Name:    "Research",
				Added:   []string{"engineering", "Members"},
				Removed: []string{"guests"},
			},
			{
				Name:  gallery.LongName,
				Added: []string{strings.Repeat("grp_all_employees_", 6)},
			},
		},
		Groups: groupsSaid{
			Badge:  ui.Badge{Label: "said", State: "ok"},
			Words:  "These groups, and no others.",
			Names:  []string{"engineering", "Sec-ops", "all-employees"},
			Source: "groups",
		},
		Matched:   []string{"engineering"},
		Unmatched: []string{"Sec-ops", "all-employees"},
		Near: []nearGroup{{
			"Sec-ops", "sec-ops", "Research", "upper and lower case differ",
		}},
		Unknown: "/g",
	}
}

func exampleHeldSync(facts []ui.Fact) *syncDetailPage {
	return &syncDetailPage{
		Base: exampleBase(ui.Link{
			Label: "Group syncs",
			Href:  gallery.ActivityPath + "/syncs",
		}),
		Tabs:  exampleTabs("Group syncs"),
		ID:    "sync-1",
		Facts: facts,
		Held:  gallery.EnterprisePath + "/held",
		Note:  "The sign-in would have removed the last member of the admin groups.",
		Groups: groupsSaid{
			Badge: ui.Badge{Label: "none", State: "warn"},
			Words: "The person is in no group.",
		},
	}
}

func galleryAudit() []gallery.Example {
	many := &auditLogPage{
		Base:      gallery.Console("Activity"),
		eventList: exampleAuditEvents("Audit log"),
		Rows:      exampleAuditRows(),
		Check:     gallery.ActivityPath + "/audit/verify",
		JSON:      "/j",
		CSV:       "/c",
		Checked:   &chainCheck{"ok", "All 412 events are as they were written: none was changed, removed or added."},
	}
	many.Pager = ui.Pager{
		Next:  "?cursor=1",
		First: gallery.ActivityPath + "/audit",
	}
	broken := &auditLogPage{
		Base:      gallery.Console("Troubleshooting"),
		eventList: exampleAuditEvents(""),
		Rows:      exampleAuditRows(),
		Check:     "/v",
		JSON:      "/j",
		CSV:       "/c",
		Instance:  true,
		Checked: &chainCheck{
			"error",
			"The chain is broken at event 411: it is not what was written. Someone changed the database behind Gatehouse’s back.",
		},
	}
	broken.Tabs = nil
	return []gallery.Example{
		{
			Name:   "AuditLog-verified",
			Status: 200,
			Page:   many,
		},
		{
			Name:   "AuditLog-broken",
			Status: 200,
			Page:   broken,
		},
		{
			Name:   "AuditLog-empty",
			Status: 200,
			Page: &auditLogPage{
				Base:      gallery.Console("Activity"),
				eventList: exampleAuditEvents("Audit log"),
				Check:     "/v",
				JSON:      "/j",
				CSV:       "/c",
			},
		},
	}
}

func exampleAuditEvents(tab string) eventList {
	h := exampleHappened(tab, gallery.ActivityPath+"/audit")
	h.Filters = []ui.Field{
		{
			ID:       "actor",
			Name:     "actor",
			Label:    "Who",
			Optional: true,
		},
		{
			ID:       "action",
			Name:     "action",
			Label:    "What",
			Optional: true,
		},
		{
			ID:       "since",
			Name:     "since",
			Label:    "Since",
			Kind:     "date",
			Optional: true,
		},
	}
	return h
}

func exampleAuditRows() []changeRow {
	return []changeRow{
		{
			Sequence: "412",
			At:       gallery.Ago(time.Hour),
			Who:      "Olive Operator",
			Action:   "connection.enabled",
			Target:   "conn-01hf7k3m9q2v5x8z1b4d6g8j0n",
			Details:  []claimLine{{"name", "Okta"}, {"state", "enabled"}},
		},
		{
			Sequence: "411",
			At:       gallery.Ago(3 * time.Hour),
			Who:      gallery.LongLogin,
			WhoHref:  "/p",
			Action:   "memberships.synced",
			Target:   "user-01hf7k3m9q2v5x8z1b4d6g8j0n",
			Details:  []claimLine{{"added", strings.Repeat("Research/engineering, ", 12)}},
		},
		{
			Sequence: "410",
			At:       gallery.Ago(9 * time.Hour),
			Who:      "Gatehouse itself",
			Action:   "health.found",
			Target:   "conn-01hf7k3m9q2v5x8z1b4d6g8j0n",
		},
	}
}

func galleryGuide() []gallery.Example {
	filters := []ui.Field{
		{
			ID:       "code",
			Name:     "code",
			Label:    "Code",
			Optional: true,
			Mono:     true,
		},
		{
			ID:       "provider",
			Name:     "provider",
			Label:    "Identity provider",
			Kind:     "select",
			Optional: true,
			Options: []ui.Option{
				{Value: "", Label: "any", Chosen: true},
				{Value: "okta saml", Label: "Okta, SAML"},
			},
		},
	}
	rows := []guideRow{
		{
			"saml_expired", "The answer is older than it may be, or the clocks differ.",
			"company", "Set the clock of the identity provider.",
			"Okta Admin Console › Applications › Gatehouse",
		},
		{"user_inactive", "The person is deactivated here.", "you", "Reactivate them.", ""},
	}
	return []gallery.Example{
		{
			Name:   "Guide-all",
			Status: 200,
			Page: &guidePage{
				Base:    gallery.Console("Troubleshooting"),
				Action:  "/admin/troubleshooting",
				Filters: filters,
				Areas: []guideArea{
					{"signing-in", "Signing in", rows[1:]},
					{"saml", "SAML", rows[:1]},
				},
			},
		},
		{
			Name:   "Guide-found",
			Status: 200,
			Page: &guidePage{
				Base:    gallery.Console("Troubleshooting"),
				Action:  "/admin/troubleshooting",
				Filters: filters,
				Areas:   []guideArea{{"saml", "SAML", rows[:1]}},
				Found:   "1 code has “expired” in it.",
				All:     "/admin/troubleshooting",
			},
		},
		{
			Name:   "Guide-nothing",
			Status: 200,
			Page: &guidePage{
				Base:    gallery.Console("Troubleshooting"),
				Action:  "/admin/troubleshooting",
				Filters: filters,
				All:     "/admin/troubleshooting",
			},
		},
	}
}
