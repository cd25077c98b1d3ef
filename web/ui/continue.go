package ui

import (
	"net/url"
	"slices"

	"gatehouse/sso"
)

// Continue carries the browser on, to our own sign-in link or to an identity
// provider, by itself where there are scripts and by a visible button always.
type Continue struct {
	Base
	SignOut bool   // the journey ends a session instead of beginning one
	Back    bool   // from the identity provider, once more past ourselves
	Arrived bool   // signed in; continues to the requested page
	To      string // host it goes to; "" if that is still ours
	Action  string // where to
	Post    bool   // Fields are posted there; else it is a link
	Fields  []HiddenField
}

// NewContinue makes the page of a redirect to an identity provider.
func NewContinue(e sso.Enterprise, r sso.Redirect, signOut bool) *Continue {
	p := &Continue{
		Base:    BaseOf(e),
		SignOut: signOut,
		Action:  r.URL,
		Post:    r.Form != nil,
	}
	if u, err := url.Parse(r.URL); err == nil {
		p.To = u.Host
	}
	for name, values := range r.Form {
		for _, v := range values {
			p.Fields = append(p.Fields, HiddenField{name, v})
		}
	}
	slices.SortFunc(p.Fields, func(a, b HiddenField) int {
		return compare(a.Name, b.Name)
	})
	return p
}

// NewReturn makes the page that posts an identity provider's answer once more,
// now from our own site, with which the browser sends its cookies.
func NewReturn(action string, answer url.Values) *Continue {
	p := NewContinue(sso.Enterprise{}, sso.Redirect{URL: action, Form: answer}, false)
	p.Back = true
	return p
}

// NewArrived makes the page that leads a browser that has just signed in to
// where it wanted to go.
func NewArrived(e sso.Enterprise, to string) *Continue {
	p := NewContinue(e, sso.Redirect{URL: to}, false)
	p.Arrived = true
	return p
}

func compare(a, b string) int {
	if a < b {
		return -1
	}
	return 1
}

func (p *Continue) Title() string {
	switch {
	case p.SignOut:
		return "Signing you out"
	case p.Arrived:
		return "You are signed in"
	case p.Back:
		return "Signing you in"
	}
	return "Continue to your company"
}

// SignedOut confirms the sign-out, and leads back in.
type SignedOut struct {
	Base
	Asked bool // the identity provider was asked to end its session, too
	// Again is the sign-in link of the enterprise; "" if it is not known.
	Again string
	// Other is the sign-in page for another company; "" without Again.
	Other string
}

func (SignedOut) Title() string { return "You are signed out" }
