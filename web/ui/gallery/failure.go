package gallery

import "gatehouse/web/ui"

func galleryFailures() []Example {
	const att, req = "att-01hf7k3m9q2v5x8z1b4d6g8j0n", "req-k3m9q2v5x8z1b4d6"
	fail := func(name string, status int, code, sentence, ref, enterprise, href string) Example {
		f := ui.NewFailure(status, code, sentence, ref, Now())
		if enterprise != "" {
			f.Base = Company(enterprise)
		}
		if href != "" {
			f.Href = href
		}
		return Example{"Failure-" + name, status, f}
	}
	closed := fail(
		"no-access", 403, "app_group", "Your account isn’t in a group that can use this application.", req, "", "",
	)
	closed.Page.(*ui.Failure).Application = "Release planning"
	return []Example{
		closed,
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
		fail(
			"cookies", 400, "cookies_blocked",
			"Your browser sent no cookie back. If it blocks cookies for sso.example.com, allow them and start again; if you began in another browser, continue there.",
			att, "Acme Corporation", "/login/sso?enterprise_key=acme",
		),
		fail(
			"refused", 403, "saml_signature_invalid",
			"Your company’s sign-in sent something we can’t trust.",
			att, "Acme Corporation", "",
		),
		fail("not-found", 404, "not_found", "There is nothing at this address.", req, "", ""),
		fail("too-many", 429, "rate_limited", "Too many requests at once. Wait a moment, then try again.", req, "", ""),
		fail(
			"identity-provider", 502, "idp_unavailable",
			"Your company’s identity provider did not answer in time.",
			att, LongName, "",
		),
		fail(
			"unavailable", 503, "temporarily_unavailable",
			"We can’t reach our own records right now.", req, "", "",
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
