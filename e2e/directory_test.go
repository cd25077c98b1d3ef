package e2e

import (
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"golang.org/x/net/dns/dnsmessage"

	"gatehouse/e2e/harness"
)

// TestDirectory finds a user as an operator in a browser, adds them to a group
// manually, and deactivates them, which ends their session in another browser.
func TestDirectory(t *testing.T) {
	harness.Long(t)
	browser := harness.NewBrowser(t)
	idp := harness.NewIdP(t, harness.People(30)...)
	names := newDNS(t)
	g := harness.Start(t, harness.Options{
		Env: []string{"GATEHOUSE_DNS_RESOLVER=" + names.addr},
	})
	api := g.API()
	c := harness.NewCompany(g, api, "acme", harness.TwoOrganizations())
	api.Do(http.MethodPost, "/enterprises/"+c.ID+"/organizations", harness.Object{
		"key":  "extra",
		"name": "Extra",
	}, nil)
	conn := c.ConnectSAML(idp)
	c.Switch(conn.ID, "enable")
	for _, p := range harness.People(30) {
		if a := g.Visitor().SignIn(idp, "acme", p.ID); a.Status != http.StatusSeeOther {
			t.Fatalf("sign in %s: %v", p.ID, a)
		}
	}
	someone := harness.People(30)[7]
	theirs := browser.Another(t)
	theirs.Open(g.URL + "/login/sso?enterprise_key=acme&return_to=/account")
	theirs.Arrive(idp.Issuer() + "/pick/")
	theirs.Click(`button[value="` + someone.ID + `"]`)
	theirs.Arrive(g.URL + "/account")

	browser.Operator(g)
	home := g.URL + "/admin/enterprises/acme"
	browser.Open(home + "/people")
	browser.Shoot("people")
	browser.Fill("#q", strings.ToUpper(someone.Login))
	browser.Click(".search button")
	browser.Arrive(home + "/people?q=")
	if rows := browser.List("tbody tr"); len(rows) != 1 || !strings.Contains(rows[0], someone.Login) {
		t.Fatalf("the search finds %q", rows)
	}
	browser.Click("tbody a")
	browser.Arrive(home + "/people/user-")
	browser.Says(someone.Login)
	browser.Shoot("person")
	person := browser.At()

	t.Run("ByHand", func(t *testing.T) { byHand(t, browser, g, person) })
	t.Run("EndedEverywhere", func(t *testing.T) {
		browser.Open(person)
		browser.Click(".confirm summary")
		browser.Click(".confirm button")
		browser.Arrive(person + "?done=deactivated")
		browser.Shoot("person-deactivated")
		theirs.Open(g.URL + "/account")
		theirs.Arrive(g.URL + "/login")
		browser.Click(`form[action$="/reactivate"] button`)
		browser.Arrive(person + "?done=reactivated")
	})
	t.Run("Domain", func(t *testing.T) { proveDomain(t, browser, names, home) })
}

func byHand(t *testing.T, b *harness.Browser, g *harness.Gateway, person string) {
	b.Open(person)
	b.Click(`main a[href$="/groups"]`)
	b.Says("Add")
	b.Fill("#q", "MEMB")
	b.Click(".search button")
	b.Arrive(person + "/groups?q=MEMB")
	b.Says("resets groups at each sign-in")
	b.Shoot("pick-group")
	b.Click(`button[aria-label="Add to Members in Extra"]`)
	b.Arrive(person)
	b.Says("They are in the group.")
	b.Says("by hand")
	b.Shoot("person-by-hand")
	b.Open(strings.Split(person, "/people/")[0] + "/organizations")
	b.Says("Extra")
	b.Shoot("organizations")
}

func proveDomain(t *testing.T, b *harness.Browser, names *dns, home string) {
	b.Open(home + "/domains")
	b.Fill("#name", "Acme.Example")
	b.Click(".form button")
	b.Says("Domain added.")
	values := b.List(".value code")
	if len(values) != 2 || values[0] != "_gatehouse-challenge.acme.example" {
		t.Fatalf("the record is %q", values)
	}
	verify := `form[action$="/verify"] button`
	b.Click(verify)
	b.Says("found none")
	names.set(values[0], `v="spf1"`, "gatehouse-verification=somebodyelses")
	b.Click(verify)
	b.Says("gatehouse-verification=somebodyelses")
	b.Shoot("domain-not-proven")
	names.fail(true)
	b.Click(verify)
	b.Says("does not answer")
	names.fail(false)
	names.set(values[0], "v=spf1 -all", values[1])
	b.Click(verify)
	b.Says("The domain is verified")
	b.Shoot("domain-proven")
}

// dns is a name server for TXT records set by a test, over UDP.
type dns struct {
	addr    string
	mu      sync.Mutex
	records map[string][]string
	failing bool
}

func newDNS(t *testing.T) *dns {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &dns{addr: conn.LocalAddr().String(), records: map[string][]string{}}
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = conn.Close()
		<-done
	})
	go func() {
		defer close(done)
		for buf := make([]byte, 1500); ; {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return // closed
			}
			if reply, err := d.reply(buf[:n]); err == nil {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	return d
}

func (d *dns) set(name string, values ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.records[name+"."] = values
}

func (d *dns) fail(fail bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failing = fail
}

// reply answers a query for TXT records; other queries get an empty answer.
func (d *dns) reply(asked []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(asked); err != nil {
		return nil, err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	m.Response = true
	m.Authoritative = true
	m.RecursionAvailable = true
	m.Additionals = nil
	q := m.Questions[0]
	values, known := d.records[q.Name.String()]
	switch {
	case d.failing:
		m.RCode = dnsmessage.RCodeServerFailure
	case !known:
		m.RCode = dnsmessage.RCodeNameError
	case q.Type == dnsmessage.TypeTXT:
		for _, v := range values {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{
					Name:  q.Name,
					Type:  q.Type,
					Class: q.Class,
					TTL:   1,
				},
				Body: &dnsmessage.TXTResource{TXT: []string{v}},
			})
		}
	}
	return m.Pack()
}

// TestDirectoryWithoutScripts submits the pages' forms by plain requests.
func TestDirectoryWithoutScripts(t *testing.T) {
	harness.Long(t)
	g := harness.Start(t, harness.Options{})
	c := harness.NewCompany(g, g.API(), "acme", harness.TwoOrganizations())
	idp := harness.NewIdP(t, harness.Ada())
	conn := c.ConnectSAML(idp)
	c.Switch(conn.ID, "enable")
	ada := g.Visitor()
	if a := ada.SignIn(idp, "acme", harness.Ada().ID); a.Status != http.StatusSeeOther {
		t.Fatal(a)
	}
	v := harness.Operator(t, g)
	id := c.Users(harness.Ada().Login)[0].ID
	person := "/admin/enterprises/acme/people/" + id
	if a := v.Get(person); a.Status != http.StatusOK || !strings.Contains(a.Body, harness.Ada().Login) {
		t.Fatalf("the page of a person: %v", a)
	}
	if a := v.Post(person+"/deactivate", url.Values{}); a.Status != http.StatusSeeOther {
		t.Errorf("deactivate: %v", a)
	}
	if ada.SignedIn() {
		t.Error("a deactivated person is signed in")
	}
	if a := ada.SignIn(idp, "acme", harness.Ada().ID); a.Code() != "user_inactive" {
		t.Errorf("a deactivated person signs in: %v", a)
	}
	if a := v.Post(person+"/reactivate", url.Values{}); a.Status != http.StatusSeeOther {
		t.Errorf("reactivate: %v", a)
	}
	if a := ada.SignIn(idp, "acme", harness.Ada().ID); a.Status != http.StatusSeeOther || !ada.SignedIn() {
		t.Errorf("after reactivating: %v", a)
	}
	if a := v.Post("/admin/applications", url.Values{
		"name":    {"Wiki"},
		"key":     {"wiki"},
		"origins": {"https://wiki.example.com"},
	}); a.Status != http.StatusSeeOther {
		t.Errorf("add an application: %v", a)
	}
	if a := ada.Get(person); a.Status != http.StatusForbidden && a.Status != http.StatusNotFound {
		t.Errorf("the person themselves on the console: %v", a)
	}
}
