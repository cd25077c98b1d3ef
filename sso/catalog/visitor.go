package catalog

import "cmp"

// Visitor has the words of the failure page around the sentence of an
// error.
type Visitor struct {
	Heading string
	Next    string // what to do
	Label   string // of the way on
	Href    string // where the way on leads
}

// ForVisitor returns the words for an error by its code, or else by the status it
// is answered with.
func ForVisitor(status int, code string) Visitor {
	words, ok := visitorWords()[code]
	if !ok {
		words, ok = applicationWords()[code]
	}
	if !ok {
		words = visitorByStatus(status, code)
	}
	words.Label = cmp.Or(words.Label, "Go to sign-in")
	words.Href = cmp.Or(words.Href, "/login")
	return words
}

// askIT is the next step of a visitor who is refused.
const askIT = "Ask your company’s IT team, and give them this reference so they can see what went wrong."

func visitorByStatus(status int, code string) Visitor {
	switch {
	case status == 404:
		return Visitor{
			Heading: "There is nothing here",
			Next:    "Check the address, or begin from the sign-in page.",
		}
	case status == 429:
		return Visitor{
			Heading: "One moment",
			Next:    "Wait a minute, then try again. Nothing is locked.",
		}
	case status == 502 && (code == "idp_unusable" || code == "metadata_unreadable"):
		// trying again does not change these
		return Visitor{
			Heading: "Your company’s sign‑in is not set up right",
			Next:    "Trying again will not help. Tell your company’s IT team, and give them this reference so they can see what went wrong.",
			Label:   "Back to sign-in",
		}
	case status == 502:
		return Visitor{
			Heading: "Your company’s sign‑in did not answer",
			Next:    "Try again in a minute. If the problem persists, tell your company’s IT team and give them this reference.",
			Label:   "Try again",
		}
	case status == 503:
		return Visitor{
			Heading: "Back in a moment",
			Next:    "If you were signed in, you still are. Try again in a few seconds.",
			Label:   "Try again",
		}
	case status >= 500:
		return Visitor{
			Heading: "That is our fault",
			Next:    "Try again. If it happens again, send us the reference.",
			Label:   "Try again",
		}
	case status == 403:
		return Visitor{
			Heading: "We couldn’t sign you in",
			Next:    askIT,
			Label:   "Try again",
		}
	}
	return Visitor{
		Heading: "That did not work",
		Next:    "Go back and try again. If it happens again, give the reference to your company’s IT team.",
	}
}

// visitorWords returns the words of the codes that have their own, whatever the
// status.
func visitorWords() map[string]Visitor {
	const again = "Let’s start again"
	gone := Visitor{
		Heading: "This link no longer opens",
		Next:    "Links expire, have a usage limit, and can be revoked. Nothing you entered is lost.",
	}
	return map[string]Visitor{
		"login_state_expired": {
			Heading: again,
			Next:    "This happens after a long pause, with the Back button, or with two tabs open. Nothing is lost: starting again takes a few seconds.",
			Label:   "Start again",
		},
		"code_expired": {
			Heading: again,
			Next:    "This happens after a long pause, with the Back button, or with a link from another browser. Starting again sends a new code.",
			Label:   "Start again",
		},
		"saml_replayed": {
			Heading: again,
			Next:    "This happens when a page is reloaded after signing in. If you are signed in already, starting again takes you straight back.",
			Label:   "Start again",
		},
		"idp_interaction_required": {
			Heading: "One more step",
			Next:    "Your company’s sign-in may ask for your password or your consent. If you come straight back here, give the reference to your company’s IT team.",
			Label:   "Start again",
		},
		"cookies_blocked": {
			Heading: "Allow cookies, then start again",
			Next:    "Without a cookie we cannot tell that this sign-in began in your browser. Most browsers have the setting beside the address.",
			Label:   "Start again",
		},
		"vouch_required": {
			Heading: "Almost there",
			Next:    "Ask your company’s IT team to approve you, and give them this reference. Then sign in again.",
			Label:   "Sign in again",
		},
		"idp_initiated_disabled": {
			Heading: "Start from here",
			Next:    "One click more, and you are in.",
			Label:   "Sign in",
		},
		"setup_link_gone": gone,
		"invitation_gone": gone,
		"not_an_admin": {
			Heading: "Nothing to administer",
			Next:    "If you have an admin account of your own, sign in with it.",
			Label:   "Sign in to the console",
			Href:    "/admin/sign-in",
		},
	}
}

// applicationWords returns the words of the codes of applications: their visitors are signed
// in, or the application is at fault.
func applicationWords() map[string]Visitor {
	refused := Visitor{
		Heading: "You have no access to this application",
		Next:    askIT,
		Label:   "Go to my account",
		Href:    "/account",
	}
	unseen, another, wrong := refused, refused, refused
	unseen.Heading = "This application does not see your sign-in"
	another.Heading = "This application needs another sign-in"
	wrong.Heading = "This application is not set up right"
	return map[string]Visitor{
		"app_group":              refused,
		"app_enterprise":         refused,
		"app_loop":               unseen,
		"app_out_of_reach":       unseen,
		"app_authn_insufficient": another,
		"app_authn_too_old":      another,
		"unknown_app":            wrong,
		"proxy_not_trusted":      wrong,
		"original_url_invalid":   wrong,
	}
}
