package page

import (
	"strings"
	"time"
)

// Verify asks for the code that was sent to somebody's address.
type Verify struct {
	Base
	Email      string // what may be seen of the address; see Masked
	Proof      string // which sign-in it is about
	Connection string // of which connection, for the way back
	Sent       bool   // a code is on its way
	SentAt     Time
	Until      Time   // how long it counts
	Problem    string // with what was entered; "" if nothing
	NotSent    string // why no other code was sent; "" if it was
	Locked     bool   // nothing that is entered counts before another code is sent
}

func (Verify) title() string { return "Check your mail" }

// Field is the page's only one.
func (p *Verify) Field() Field {
	return Field{ID: "code", Name: "code", Label: "Code", Hint: "Six digits, from the message we sent.", Error: p.Problem,
		Autocomplete: "one-time-code", InputMode: "numeric"}
}

// Counts reports whether there is a code to enter.
func (p *Verify) Counts() bool { return p.Sent && !p.Locked }

// Masked shows whose address it is to who knows it, and not the address: the
// first letter and the domain.
func Masked(email string) string {
	local, domain, ok := strings.Cut(email, "@")
	if !ok || local == "" {
		return "your address"
	}
	return local[:1] + "•••@" + domain
}

// NotSent puts in words why a code was not sent; code is an error's, "" for none.
func NotSent(code string) string {
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

func galleryVerify() []Example {
	now := galleryNow()
	at := func(d time.Duration) Time { return NewTime(now.Add(d), now) }
	base := func() Base { return Base{Enterprise: "Acme Corporation"} }
	return []Example{
		{"Verify-sent", 200, &Verify{Base: base(), Email: Masked("ada@elsewhere.example"), Proof: "proof-1", Connection: "conn-1", Sent: true, SentAt: at(-time.Minute), Until: at(9 * time.Minute)}},
		{"Verify-wrong", 422, &Verify{Base: base(), Email: Masked("ada@elsewhere.example"), Sent: true, SentAt: at(-time.Minute), Until: at(9 * time.Minute), Problem: "That code is incorrect. You have 3 tries left."}},
		{"Verify-locked", 422, &Verify{Base: base(), Email: Masked("ada@elsewhere.example"), Sent: true, Locked: true, SentAt: at(-time.Minute), Until: at(9 * time.Minute), Problem: "This code was entered wrongly too often and is no longer valid. Send a new one."}},
		{"Verify-not-sent", 200, &Verify{Base: base(), Email: Masked("ada@elsewhere.example"), NotSent: NotSent("mail_unavailable")}},
		{"Verify-too-many", 429, &Verify{Base: base(), Email: Masked("ada@elsewhere.example"), Sent: true, SentAt: at(-8 * time.Minute), Until: at(2 * time.Minute), NotSent: NotSent("too_many_codes")}},
		{"Verify-long-name", 200, &Verify{Base: Base{Enterprise: longName}, Email: Masked(longLogin), Sent: true, SentAt: at(0), Until: at(10 * time.Minute)}},
		{"Verify-right-to-left", 200, &Verify{Base: Base{Dir: "rtl", Enterprise: "شركة المستقبل للتقنية"}, Email: Masked("layla@future.example"), Sent: true, SentAt: at(0), Until: at(10 * time.Minute)}},
	}
}
