package page

import (
	"cmp"
	"net/url"
	"slices"
	"time"

	"gatehouse/sso"
)

// SignIn asks one question: whose sign-in to go to.
type SignIn struct {
	Base
	Value    string // as typed before
	Problem  string // what is wrong with it; "" if nothing
	ReturnTo string // "" for nowhere in particular
	Last     *Choice
}

func (SignIn) title() string { return "Sign in" }

// Field is the page's only one.
func (p *SignIn) Field() Field {
	return Field{ID: "company", Name: "company", Label: "Work e-mail or company key",
		Hint: "For example ada@acme.example, or acme.", Error: p.Problem, Value: p.Value,
		Autocomplete: "username", InputMode: "email"}
}

// Choice is one way to sign in.
type Choice struct {
	Name   string // of the company, or of its connection
	Detail string // what it runs on, "Okta, SAML"; may be empty
	Href   string
	Last   bool // what this browser used last
}

// ChooseConnection is for a company with several ways to sign in, the last used
// one first.
type ChooseConnection struct {
	Base
	Choices []Choice
}

func (ChooseConnection) title() string { return "Choose how to sign in" }

// Continue carries the browser on, to our own sign-in link or to an identity
// provider, by itself where there are scripts and by a visible button always.
type Continue struct {
	Base
	SignOut bool   // the journey ends a session instead of beginning one
	Back    bool   // from the identity provider, once more past ourselves
	Arrived bool   // signed in; it goes back to what was opened
	To      string // host it goes to; "" if that is still ours
	Action  string // where to
	Post    bool   // Fields are posted there; else it is a link
	Fields  []HiddenField
}

// HiddenField is one part of a message.
type HiddenField struct{ Name, Value string }

// NewContinue makes the page of a redirect to an identity provider.
func NewContinue(enterprise string, r sso.Redirect, signOut bool) *Continue {
	p := &Continue{Base: Base{Enterprise: enterprise}, SignOut: signOut, Action: r.URL, Post: r.Form != nil}
	if u, err := url.Parse(r.URL); err == nil {
		p.To = u.Host
	}
	for name, values := range r.Form {
		for _, v := range values {
			p.Fields = append(p.Fields, HiddenField{name, v})
		}
	}
	slices.SortFunc(p.Fields, func(a, b HiddenField) int { return compare(a.Name, b.Name) })
	return p
}

// NewReturn makes the page that posts an identity provider's answer once more,
// now from our own site, with which the browser sends its cookies.
func NewReturn(action string, answer url.Values) *Continue {
	p := NewContinue("", sso.Redirect{URL: action, Form: answer}, false)
	p.Back = true
	return p
}

// NewArrived makes the page that leads a browser that has just signed in to
// where it wanted to go.
func NewArrived(enterprise, to string) *Continue {
	p := NewContinue(enterprise, sso.Redirect{URL: to}, false)
	p.Arrived = true
	return p
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func (p *Continue) title() string {
	switch {
	case p.SignOut:
		return "Signing you out"
	case p.Arrived:
		return "You are signed in"
	case p.Back:
		return "Signing you in"
	case p.Enterprise != "":
		return "Continue to " + p.Enterprise
	}
	return "Continue to your company"
}

// SignedOut says what ended.
type SignedOut struct{ Base }

func (SignedOut) title() string { return "You are signed out" }

// LogoutConfirm asks, because a link alone must not sign anybody out.
type LogoutConfirm struct{ Base }

func (LogoutConfirm) title() string { return "Sign out?" }

// Account is what somebody is told about themselves.
type Account struct {
	Base
	Profile       Profile
	Organizations []Organization
	Sessions      []Session
	SignIns       []SignInRow
}

func (Account) title() string { return "My account" }

// Others reports whether there are sessions besides this one.
func (p *Account) Others() bool { return len(p.Sessions) > 1 }

// Profile is who somebody is and how their company vouches for them.
type Profile struct {
	Name, Login, Email string
	EmailVerified      bool
	Connection         string // "Okta (SAML)"
	SignedInAt         Time
}

// Organization is one with its groups.
type Organization struct {
	Name   string
	Groups []Group
}

// Group is a membership.
type Group struct {
	Name   string
	Source string // in words: "from your company's sign-in"
	Since  Time
}

// Session is a signed-in browser.
type Session struct {
	ID      string
	Browser string // "Firefox on Windows"
	Remote  string
	Current bool
	Began   Time
	Seen    Time
}

// SignInRow is one try to sign in.
type SignInRow struct {
	At        Time
	Succeeded bool
	Result    string
	Remote    string
	Reference string
}

// NoAccess is the account of somebody whom no group of theirs lets in anywhere.
type NoAccess struct {
	Base
	Profile  Profile
	Asserted []string // group names the company did send
	Near     []Near   // what some of them nearly are
	Told     bool     // the company sent groups, if only an empty list
}

// Near is a group name the company sent and the one here that it nearly is, for
// the IT team: the difference can be hard to see.
type Near struct{ Asserted, Name string }

func (NoAccess) title() string { return "No access yet" }

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

func (p *Failure) title() string { return p.Heading }

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

// Runs says what a connection runs on, in the words of its product: "Okta, SAML".
func Runs(c sso.Connection) string {
	protocol := "SAML"
	if c.Protocol == sso.OIDC {
		protocol = "OpenID Connect"
	}
	if name, ok := map[sso.Provider]string{sso.Okta: "Okta", sso.Entra: "Microsoft Entra ID", sso.JumpCloud: "JumpCloud", sso.Google: "Google Workspace",
		sso.OneLogin: "OneLogin", sso.Ping: "Ping", sso.Keycloak: "Keycloak", sso.ADFS: "AD FS"}[c.Provider]; ok {
		return name + ", " + protocol
	}
	return protocol
}
