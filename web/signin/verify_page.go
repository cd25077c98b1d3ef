package signin

import (
	"strings"

	"gatehouse/web/ui"
)

// verifyPage asks for the code that was sent to somebody's address.
type verifyPage struct {
	ui.Base
	Email      string // what may be seen of the address; see Masked
	Proof      string // which sign-in it is about
	Connection string // of which connection, for the way back
	Sent       bool   // a code is on its way
	SentAt     ui.Time
	Until      ui.Time // how long it counts
	Problem    string  // with what was entered; "" if nothing
	NotSent    string  // why no other code was sent; "" if it was
	Locked     bool    // nothing that is entered counts before another code is sent
}

func (verifyPage) Title() string { return "Check your mail" }

// Field is the page's only one.
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

// Counts reports whether there is a code to enter.
func (p *verifyPage) Counts() bool { return p.Sent && !p.Locked }

// masked shows whose address it is to who knows it, and not the address: the
// first letter and the domain.
func masked(email string) string {
	local, domain, ok := strings.Cut(email, "@")
	if !ok || local == "" {
		return "your address"
	}
	return local[:1] + "•••@" + domain
}

// notSent puts in words why a code was not sent; code is an error's, "" for none.
func notSent(code string) string {
	switch code {
	case "":
		return ""
	case "too_many_codes":
		return "Too many codes were asked for. A code that you have still counts; for another one, wait a while."
	case "mail_refused":
		return "The mail server does not deliver to this address. Ask your company’s IT team whether it is right."
	}
	return "We could not send the code just now. You stay where you are: send it again in a minute."
}
