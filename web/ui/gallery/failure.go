package gallery

import (
	"gatehouse/sso"
	"gatehouse/web/ui"
)

func galleryFailures() []Example {
	const att, req = "att-01hf7k3m9q2v5x8z1b4d6g8j0n", "req-k3m9q2v5x8z1b4d6"
	says := func(name string, status int, code string, sentence sso.Text, ref, enterprise, href string) Example {
		f := ui.NewFailure(status, code, sentence, ref, Now())
		if enterprise != "" {
			f.Enterprise, f.Of = enterprise, Acme
		}
		if href != "" {
			f.Href = href
		}
		return Example{"Failure-" + name, status, f}
	}
	fail := func(name string, status int, code, sentence, ref, enterprise, href string) Example {
		return says(name, status, code, sso.Text{Pattern: sentence}, ref, enterprise, href)
	}
	return []Example{
		closedApplication(fail),
		fail(
			"start-again", 400, "login_state_expired",
			"This sign-in took too long, was already finished, or began in another browser. Start again.",
			att, "Acme Corporation", "/login/sso?enterprise_key=acme",
		),
		fail(
			"interaction", 400, "idp_interaction_required",
			"Your company’s identity provider needs to ask you something first. Start again, and answer there.",
			att, "Acme Corporation", "/login/sso?enterprise_key=acme",
		),
		says(
			"cookies", 400, "cookies_blocked",
			sso.Text{
				Pattern: "Your browser sent no cookie back. If it blocks cookies for {host}, " +
					"allow them and start again; if you began in another browser, continue there.",
				Values: sso.Values{"host": "sso.example.com"},
			},
			att, "Acme Corporation", "/login/sso?enterprise_key=acme",
		),
		fail(
			"refused", 403, "saml_signature_invalid",
			"The sign-in message of your company’s identity provider did not pass our checks.",
			att, "Acme Corporation", "",
		),
		fail("not-found", 404, "not_found", "There is nothing at this address.", req, "", ""),
		fail("too-many", 429, "rate_limited", "Too many requests at once. Wait a moment, then try again.", req, "", ""),
		fail(
			"identity-provider", 502, "idp_unavailable",
			"Your company’s identity provider did not give a usable response. Try again in a moment.",
			att, LongName, "",
		),
		fail(
			"unavailable", 503, "temporarily_unavailable",
			"We cannot answer right now. Please try again in a moment.", req, "", "",
		),
		fail(
			"for-admins", 409, "name_taken", "The organization has a group of this name already.",
			req, "", "",
		),
		fail("internal", 500, "internal", "Something went wrong on our side.", req, "", ""),
		fail(
			"setup-link-gone", 404, "setup_link_gone",
			"This setup link is no longer valid. Ask the sender for a new one.",
			req, "", "",
		),
		fail(
			"not-an-admin", 403, "not_an_admin",
			"You are signed in, but you do not administer anything here. Ask an admin of your company to add you.",
			req, "", "",
		),
	}
}

// closedApplication is the page about an application that is not open to the visitor.
func closedApplication(fail func(name string, status int, code, sentence, ref, enterprise, href string) Example) Example {
	e := fail(
		"no-access", 403, "app_group", "Your account isn’t in a group that can use this application.",
		"req-k3m9q2v5x8z1b4d6", "", "",
	)
	e.Page.(*ui.Failure).Application = "Release planning"
	return e
}
