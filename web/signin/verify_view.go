package signin

import (
	"errors"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/web/ui"
)

// verifyPage asks for the code sent to the user's address.
type verifyPage struct {
	ui.Base
	Email      string // masked
	Proof      string // ID of the waiting sign-in
	Connection string // for the way back
	Sent       bool   // a code was sent
	SentAt     ui.Time
	Until      ui.Time // end of its validity
	Problem    string  // with the entered code; "" for none
	TriesLeft  int     // after a wrong code; 0 for another problem
	NotSent    string  // why no new code was sent; "" if it was
	Locked     bool    // no code is accepted before a new one is sent
}

func (verifyPage) Title() string { return "Check your mail" }

// Field returns the page's only field.
func (p *verifyPage) Field() ui.Field {
	return ui.Field{
		ID:           "code",
		Name:         "code",
		Label:        "Code",
		Hint:         "Six digits, from the message we sent.",
		Error:        p.Problem,
		Autocomplete: "one-time-code",
		InputMode:    "numeric",
	}
}

// say adds the problem of the entered code, if there is one.
func (p *verifyPage) say(problem error, waiting login.Waiting) {
	if known, ok := errors.AsType[*sso.Error](problem); ok {
		p.Problem = known.Text().String()
	}
	switch code := sso.CodeOf(problem); {
	case code == sso.CodeProofExpired, p.Locked && code != sso.CodeProofLocked:
		p.Problem = "This code is no longer valid. Send a new one."
	case code == sso.CodeProofWrong:
		p.TriesLeft = waiting.TriesLeft()
	}
}

// Counts reports whether there is a code to enter.
func (p *verifyPage) Counts() bool { return p.Sent && !p.Locked }

// masked returns the first letter and the domain of an address, enough for its
// owner to recognize.
func masked(email string) string {
	local, domain, ok := strings.Cut(email, "@")
	if !ok || local == "" {
		return "•••"
	}
	return local[:1] + "•••@" + domain
}

// deliveryProblem returns the text for an error code of sending; "" for none.
func deliveryProblem(code string) string {
	switch code {
	case "":
		return ""
	case "too_many_codes":
		return "Too many codes were asked for. A code that you have still counts; for another one, wait a while."
	case "mail_refused":
		return "The mail server does not deliver to this address. Ask your company’s IT team whether it is right."
	}
	return "We could not send the code just now. Send it again in a minute."
}
