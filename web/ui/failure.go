package ui

import (
	"cmp"
	"time"
)

// Failure is why somebody can't get in.
type Failure struct {
	Base
	Status    int
	Heading   string
	Sentence  string
	Next      string // what to do
	Href      string // the way on
	Label     string
	Code      string
	Reference string
	At        Time
}

func (p *Failure) Title() string { return p.Heading }

// Report is what the copy button copies: all an admin needs to find it.
func (p *Failure) Report() Copyable {
	return Copyable{ID: "report", Value: p.Reference + " · " + p.Code + " · " + p.At.ISO}
}

// NewFailure chooses the words around a failure's sentence.
func NewFailure(status int, code, sentence, reference string, at time.Time) *Failure {
	f := &Failure{
		Status:    status,
		Code:      code,
		Sentence:  sentence,
		Reference: reference,
		At:        NewTime(at, at),
		Href:      "/login",
		Label:     "Go to sign-in",
	}
	if w, ok := failureWords()[code]; ok {
		f.Heading, f.Next, f.Label = w.heading, w.next, cmp.Or(w.label, f.Label)
		f.Href = cmp.Or(w.href, f.Href)
		return f
	}
	switch {
	case status == 404:
		f.Heading, f.Next = "There is nothing here", "Check the address, or begin from the sign-in page."
	case status == 429:
		f.Heading, f.Next = "One moment", "Wait a minute, then try again. Nothing is locked."
	case status == 502:
		f.ofProvider()
	case status == 503:
		f.Heading, f.Next, f.Label = "Back in a moment", "If you were signed in, you still are. Try again in a few seconds.", "Try again"
	case status >= 500:
		f.Heading, f.Next, f.Label = "That is our fault", "Try again. If it happens again, send us the reference.", "Try again"
	case status == 403:
		f.Heading, f.Next = "We couldn’t sign you in", "Ask your company’s IT team, and give them this reference so they can see what went wrong."
		f.Label = "Try again"
	default:
		f.Heading, f.Next = "That did not work", "Go back and try again. If it happens again, give the reference to your company’s IT team."
	}
	return f
}

// words are those around a failure's sentence; an empty label or href is the
// usual one.
type words struct{ heading, next, label, href string }

// failureWords are the words of codes that have their own, whatever the status.
func failureWords() map[string]words {
	const again = "Let’s start again"
	gone := words{
		heading: "This link no longer opens",
		next:    "Links expire, have a usage limit, and can be revoked. Nothing you entered is lost.",
	}
	return map[string]words{
		"login_state_expired": {
			heading: again,
			next:    "This happens after a long pause, with the Back button, or with two tabs open. Nothing is lost: starting again takes a few seconds.",
			label:   "Start again",
		},
		"code_expired": {
			heading: again,
			next:    "This happens after a long pause, with the Back button, or with a link from another browser. Starting again sends a new code.",
			label:   "Start again",
		},
		"saml_replayed": {
			heading: again,
			next:    "This happens when a page is reloaded after signing in. If you are signed in already, starting again takes you straight back.",
			label:   "Start again",
		},
		"idp_interaction_required": {
			heading: "One more step",
			next:    "Your company’s sign-in may ask for your password or your consent. If you come straight back here, give the reference to your company’s IT team.",
			label:   "Start again",
		},
		"cookies_blocked": {
			heading: "Allow cookies, then start again",
			next:    "Without a cookie we cannot tell that this sign-in began in your browser. Most browsers have the setting beside the address.",
			label:   "Start again",
		},
		"vouch_required": {
			heading: "Almost there",
			next:    "Ask your company’s IT team to approve you, and give them this reference. Then sign in again.",
			label:   "Sign in again",
		},
		"idp_initiated_disabled": {heading: "Start from here", next: "One click more, and you are in.", label: "Sign in"},
		"setup_link_gone":        gone,
		"invitation_gone":        gone,
		"not_an_admin": {
			heading: "Nothing to administer",
			next:    "If you have an admin account of your own, sign in with it.",
			label:   "Sign in to the console",
			href:    "/admin/sign-in",
		},
	}
}

// ofProvider words a failure of the identity provider: one that passes, or one
// that trying again does not change.
func (f *Failure) ofProvider() {
	switch f.Code {
	case "idp_unusable", "metadata_unreadable":
		f.Heading, f.Label = "Your company’s sign‑in is not set up right", "Back to sign-in"
		f.Next = "Trying again will not help. Tell your company’s IT team, and give them this reference so they can see what went wrong."
	default:
		f.Heading, f.Label = "Your company’s sign‑in did not answer", "Try again"
		f.Next = "Try again in a minute. If the problem persists, tell your company’s IT team and give them this reference."
	}
}
