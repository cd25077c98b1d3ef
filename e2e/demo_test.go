package e2e

import (
	"net"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

var readyLine = regexp.MustCompile(`Gatehouse demo, ready in (\d+) ms`)

// TestDemo does what whoever tries the demo is told to do, in a browser.
func TestDemo(t *testing.T) {
	harness.Long(t)
	g := harness.Prepare(t, harness.Options{})
	_, port, err := net.SplitHostPort(g.Addr)
	if err != nil {
		t.Fatal(err)
	}
	g.Begin("demo", "--port", port, "--data-dir", g.DataDir)
	if !harness.Soon(20*time.Second, func() bool { return readyLine.MatchString(g.Log()) || !g.Running() }) || !g.Running() {
		t.Fatalf("no ready line:\n%s", g.Log())
	}
	t.Log(readyLine.FindString(g.Log()))
	if !strings.Contains(g.Log(), g.URL+"/demo") {
		t.Errorf("does not say what to open:\n%s", g.Log())
	}
	t.Run("Checklist", func(t *testing.T) { demoChecklist(t, g) })
	t.Run("OnThisMachineOnly", func(t *testing.T) {
		for _, ip := range otherAddresses(t) {
			if conn, err := net.DialTimeout("tcp", net.JoinHostPort(ip, port), time.Second); err == nil {
				_ = conn.Close()
				t.Errorf("it can be reached at %s", ip)
			}
		}
	})
	g.Terminate()
	if status := g.Ended(); status != 0 {
		t.Errorf("exit status %d", status)
	}
	t.Run("ServeRefusesItsDatabase", func(t *testing.T) {
		_, said, status := g.Command("serve", "--secret-key-file", filepath.Join(g.DataDir, "secret.key"))
		if status != 1 || !strings.Contains(said, "database of a demo") {
			t.Errorf("status %d: %s", status, said)
		}
	})
}

// otherAddresses are those of this machine that other machines may reach.
func otherAddresses(t *testing.T) []string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	var ips []string
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok && !n.IP.IsLoopback() && !n.IP.IsLinkLocalUnicast() {
			ips = append(ips, n.IP.String())
		}
	}
	return ips
}

func demoChecklist(t *testing.T, g *harness.Gateway) {
	b := harness.NewBrowser(t)
	signIn := func(b *harness.Browser, company, person string) {
		b.Open(g.URL + "/login/sso?prompt=login&enterprise_key=" + company + "&return_to=/demo/whoami")
		b.Arrive(g.URL + "/demo/idp/" + company + "/pick/")
		if person == "acme-0001" || person == "globex-0001" {
			b.Shoot("pick-" + company)
		}
		b.Click(`button[value="` + person + `"]`)
		b.Arrive(g.URL + "/demo/whoami")
	}
	b.Open(g.URL + "/demo")
	b.Says("Sign in to Acme as Ada")
	b.Shoot("demo")

	signIn(b, "acme", "acme-0001")
	for _, text := range []string{"Ada Lovelace", "Platform", "Mobile", "Data", "release-managers"} {
		b.Says(text)
	}
	b.Shoot("whoami-saml")

	b.Open(g.URL + "/demo/idp/acme/people/acme-0001")
	b.Shoot("edit-groups")
	b.Click(`input[name="group"][value="admins"]`)
	b.Click(`input[name="group"][value="release-managers"]`)
	b.Click(`button[data-primary]`)
	b.Says("Saved.")
	signIn(b, "acme", "acme-0001")
	for _, text := range []string{"Platform / admins", "Data / admins", "Platform / release-managers", "Mobile / release-managers"} {
		b.Says(text) // what the last sync removed, in every organization
	}
	b.Shoot("whoami-after-change")

	signIn(b.Another(t), "acme", "acme-0004")
	globex := b.Another(t)
	signIn(globex, "globex", "globex-0001")
	globex.Says("Hedy Lamarr")
	globex.Shoot("whoami-oidc")

	b.Open(g.URL + "/demo")
	b.Shoot("demo-ticked")
	if n := len(b.List(`ol.checklist li[data-state="done"]`)); n != 4 {
		t.Errorf("%d steps are ticked after four:\n%s", n, b.Text())
	}
}
