package harness

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
)

// OperatorPassword is the password of every operator that the harness creates.
const OperatorPassword = "correct horse battery staple"

// adminLink creates a one-time link with `gatehouse admin link`, as an operator
// with a shell on the server does.
func (g *Gateway) adminLink(t testing.TB, args ...string) string {
	t.Helper()
	out, said, status := g.Command(append(
		[]string{"admin", "link", "--json"}, args...,
	)...)
	var link struct{ URL string }
	if err := json.Unmarshal([]byte(out), &link); err != nil || status != 0 {
		t.Fatalf("gatehouse admin link: status %d: %v: %s", status, err, said)
	}
	g.hide(link.URL[strings.LastIndex(link.URL, "/")+1:])
	return link.URL
}

// operators numbers the admins of a gateway, whose logins must differ.
type operators struct{ made atomic.Int64 }

func (o *operators) next() string { return "operator" + strconv.FormatInt(o.made.Add(1), 10) }

// Operator creates a recovery admin and returns a visitor that is signed in as
// one. It may be called more than once.
func Operator(t testing.TB, g *Gateway) *Visitor {
	t.Helper()
	v := g.Visitor()
	form := url.Values{
		"name":     {"Olive Operator"},
		"login":    {g.operators.next()},
		"password": {OperatorPassword},
	}
	a := v.Post(g.adminLink(t, "--recovery"), form)
	if a.Status != http.StatusSeeOther ||
		a.Location != "/admin/admins/me?done=welcome" {
		t.Fatalf("make an operator: %v", a)
	}
	return v
}

// Operator creates a recovery admin of a gateway and signs in to the
// console as one.
func (b *Browser) Operator(g *Gateway) {
	b.t.Helper()
	b.Open(g.adminLink(b.t, "--recovery"))
	b.Fill("#name", "Olive Operator")
	b.Fill("#login", g.operators.next())
	b.Fill("#password", OperatorPassword)
	b.Click("main form button")
	b.Arrive(g.URL + "/admin/admins/me")
}

// Passkeys adds a virtual authenticator that verifies its user.
func (b *Browser) Passkeys() {
	b.t.Helper()
	if _, err := chromedp.Call(b.ctx, webauthn.Enable, webauthn.EnableParams{}); err != nil {
		b.t.Fatal(err)
	}
	options := webauthn.VirtualAuthenticatorOptions{
		Protocol:                    "ctap2",
		Transport:                   "internal",
		HasResidentKey:              true,
		HasUserVerification:         true,
		IsUserVerified:              true,
		AutomaticPresenceSimulation: true,
	}
	if _, err := chromedp.Call(
		b.ctx, webauthn.AddVirtualAuthenticator,
		webauthn.AddVirtualAuthenticatorParams{Options: &options},
	); err != nil {
		b.t.Fatal(err)
	}
}
