package harness

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
)

// OperatorPassword is that of every operator the harness makes.
const OperatorPassword = "correct horse battery staple"

// AdminLink makes a one-time link with `gatehouse admin link`, as somebody with a
// shell on the server does.
func (g *Gateway) AdminLink(t testing.TB, args ...string) string {
	t.Helper()
	out, said, status := g.Command(append([]string{"admin", "link", "--json"}, args...)...)
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
	form := url.Values{"name": {"Olive Operator"}, "login": {g.operators.next()}, "password": {OperatorPassword}}
	a := v.Post(g.AdminLink(t, "--recovery"), form)
	if a.Status != http.StatusSeeOther || a.Location != "/admin/admins/me?done=welcome" {
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
