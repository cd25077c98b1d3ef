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

// OperatorPassword is that of every operator the harness makes.
const OperatorPassword = "correct horse battery staple"

// AdminLink makes a one-time link with `gatehouse admin link`, as somebody with a
// shell on the server does.
func (g *Gateway) AdminLink(t testing.TB, args ...string) string {
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

// operators gives the admins of a gateway logins that differ.
type operators struct{ made atomic.Int64 }

func (o *operators) next() string { return "operator" + strconv.FormatInt(o.made.Add(1), 10) }

// Operator makes a recovery admin and is the browser they are signed in with. It
// may be called more than once.
func Operator(t testing.TB, g *Gateway) *Visitor {
	t.Helper()
	v := g.Visitor()
	form := url.Values{
		"name":     {"Olive Operator"},
		"login":    {g.operators.next()},
		"password": {OperatorPassword},
	}
	a := v.Post(g.AdminLink(t, "--recovery"), form)
	if a.Status != http.StatusSeeOther ||
		a.Location != "/admin/admins/me?done=welcome" {
		t.Fatalf("make an operator: %v", a)
	}
	return v
}

// Operator makes a recovery admin of a gateway in this browser, and leaves it
// signed in to the console.
func (b *Browser) Operator(g *Gateway) {
	b.t.Helper()
	b.Open(g.AdminLink(b.t, "--recovery"))
	b.Fill("#name", "Olive Operator")
	b.Fill("#login", g.operators.next())
	b.Fill("#password", OperatorPassword)
	b.Click("main form button")
	b.Arrive(g.URL + "/admin/admins/me")
}

// Passkeys gives the browser a device that makes passkeys and always knows its
// user.
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
