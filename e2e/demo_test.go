package e2e

import (
	"fmt"
	"net"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

var readyLine = regexp.MustCompile(`Gatehouse demo, ready in (\d+) ms`)

// TestDemo does all steps of the demo's checklist in a browser.
func TestDemo(t *testing.T) {
	harness.Long(t)
	g, port := startDemo(t)
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
		_, said, status := g.Command(
			"serve", "--secret-key-file", filepath.Join(g.DataDir, "secret.key"),
		)
		if status != 1 || !strings.Contains(said, "database of a demo") {
			t.Errorf("status %d: %s", status, said)
		}
	})
}

// startDemo starts a demo and returns its port.
func startDemo(t *testing.T) (g *harness.Gateway, port string) {
	t.Helper()
	g = harness.Prepare(t, harness.Options{})
	_, port, err := net.SplitHostPort(g.Addr)
	if err != nil {
		t.Fatal(err)
	}
	g.Begin("demo", "--port", port, "--data-dir", g.DataDir)
	if !harness.Soon(20*time.Second, func() bool {
		return readyLine.MatchString(g.Log()) || !g.Running()
	}) || !g.Running() {
		t.Fatalf("no ready line:\n%s", g.Log())
	}
	return g, port
}

// otherAddresses returns the addresses of this machine other than loopback.
func otherAddresses(t *testing.T) []string {
	t.Helper()
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	var ips []string
	for _, a := range all {
		if n, ok := a.(*net.IPNet); ok &&
			!n.IP.IsLoopback() &&
			!n.IP.IsLinkLocalUnicast() {
			ips = append(ips, n.IP.String())
		}
	}
	return ips
}

// demoVisit is a browser that follows the demo's pages.
type demoVisit struct {
	*harness.Browser
	t    *testing.T
	base string
}

// step follows the link of step n of the checklist.
func (v demoVisit) step(n int) {
	v.t.Helper()
	v.Open(v.base + "/demo")
	v.Click(fmt.Sprintf("ol.checklist li:nth-of-type(%d) a.button", n))
}

// as picks a person at a company's identity provider.
func (v demoVisit) as(company, person string) {
	v.t.Helper()
	v.Arrive(v.base + "/demo/idp/" + company + "/pick/")
	v.Shoot("pick-" + company)
	v.Click(`button[value="` + person + `"]`)
}

// switches agrees to replace the session by one of another company.
func (v demoVisit) switches() {
	v.t.Helper()
	v.Says("instead?")
	v.Shoot("replace")
	v.Click(`form[action="/login/sso"] button`)
}

// ticked asserts which steps are ticked.
func (v demoVisit) ticked(want ...int) {
	v.t.Helper()
	v.Open(v.base + "/demo")
	var got []int
	for i, title := range v.List("ol.checklist li h2") {
		if strings.HasSuffix(title, "(done)") {
			got = append(got, i+1)
		}
	}
	if !slices.Equal(got, want) {
		v.t.Errorf("ticked are %v, not %v", got, want)
	}
}

// leadsOn asserts that the line above a page tells the progress and the next step, and
// follows it to the checklist.
func (v demoVisit) leadsOn(page, progress, next string) {
	v.t.Helper()
	v.Open(page)
	if line := v.One("aside.banner"); !strings.Contains(line, progress) || !strings.Contains(line, next) {
		v.t.Errorf("the line above %s is %q", page, line)
	}
	v.Click("aside.banner a")
	v.Arrive(v.base + "/demo#step-")
}

// reads opens the wiki and asserts its texts.
func (v demoVisit) reads(texts ...string) {
	v.t.Helper()
	v.Open(v.base + "/demo/wiki")
	v.Arrive(v.base + "/demo/wiki")
	for _, text := range texts {
		v.Says(text)
	}
}

func demoChecklist(t *testing.T, g *harness.Gateway) {
	v := demoVisit{harness.NewBrowser(t), t, g.URL}
	v.ticked()
	v.Shoot("demo")
	demoGroups(v)
	demoApplications(v)
	demoPeople(v)
	demoFaults(v)
	demoEnd(v)
	demoSetup(v)
	v.Shoot("demo-done")
}

// demoGroups does the steps about groups and leaves Ada signed in.
func demoGroups(v demoVisit) {
	whoami := v.base + "/demo/whoami"
	v.step(1)
	v.as("acme", "acme-0001")
	v.Arrive(whoami)
	for _, text := range []string{
		"Ada Lovelace", "Platform", "Mobile", "Data", "release-managers",
	} {
		v.Says(text)
	}
	v.Shoot("whoami-saml")
	v.leadsOn(whoami, "1 of 21 steps done", "Next: Read the wiki")
	v.leadsOn(v.base+"/account", "1 of 21 steps done", "Next: Read the wiki")
	v.ticked(1)

	v.step(4)
	v.Arrive(v.base + "/demo/idp/acme/people/acme-0001")
	v.Shoot("edit-groups")
	v.Choose(`input[name="group"][value="admins"]`)
	v.Choose(`input[name="group"][value="release-managers"]`)
	v.Click(`button[data-primary]`)
	v.Says("Saved.")
	v.Open(whoami)
	v.Click(`a[data-primary]`) // "Sign in again"
	v.as("acme", "acme-0001")
	v.Arrive(whoami)
	for _, text := range []string{
		"Platform / admins", "Data / admins", "Platform / release-managers",
		"Mobile / release-managers",
	} {
		v.Says(text) // removed by the last sync, in every organization
	}
	v.Shoot("whoami-after-change")
	v.ticked(1, 4)
}

// demoApplications does the steps at the applications: Ada is allowed, Grace is
// refused.
func demoApplications(v demoVisit) {
	v.step(2)
	v.Arrive(v.base + "/demo/wiki")
	for _, text := range []string{
		"Good day, Ada Lovelace", "platform/developers", "made for this wiki",
		"E-mail verified\nyes",
	} {
		v.Says(text)
	}
	v.Shoot("wiki")
	v.ticked(1, 2, 4)

	v.step(3)
	v.as("acme", "acme-0002")
	v.Arrive(v.base + "/demo/api/releases")
	v.Says("Your account isn’t in a group that can use this application.")
	v.Shoot("api-refused")
	v.Open(v.base + "/demo/api")
	v.Says(`"you": "grace@acme.example"`)
	v.ticked(1, 2, 3, 4)
}

var sixDigits = regexp.MustCompile(`(?m)^\s*(\d{6})\s*$`)

// demoPeople does the steps with a person of another domain, who needs a code once, a
// contractor, who needs none, and a person in too many groups.
func demoPeople(v demoVisit) {
	whoami := v.base + "/demo/whoami"
	v.step(5)
	v.switches()
	v.as("globex", "globex-0001")
	v.Arrive(whoami)
	v.Says("Hedy Lamarr")
	v.Shoot("whoami-oidc")

	v.step(6)
	v.as("globex", "globex-0004")
	v.Arrive(v.base + "/login/verify")
	v.Shoot("verify")
	asked := v.At()
	v.ticked(1, 2, 3, 4, 5)
	v.Open(v.base + "/demo/mail")
	v.Shoot("mail")
	code := sixDigits.FindStringSubmatch(v.Text())
	if code == nil {
		v.t.Fatalf("no code in the mail:\n%s", v.Text())
	}
	v.Open(asked)
	v.Fill(`input[name="code"]`, code[1])
	v.Click(`form[action="/login/verify"] button`)
	v.Arrive(whoami)
	v.Says("margaret@apollo.example, verified")
	v.Says("You entered a code.")
	v.Shoot("whoami-proven")
	v.reads("Good day, Margaret Hamilton", "E-mail verified\nyes")
	v.ticked(1, 2, 3, 4, 5, 6)
	v.step(6)
	v.as("globex", "globex-0004")
	v.Arrive(whoami) // no code is required again
	v.Open(v.base + "/demo/mail")
	if letters := v.List(`article.letter`); codesIn(letters) != 1 {
		v.t.Errorf("%d codes were sent", codesIn(letters))
	}

	v.step(7)
	v.switches()
	v.as("acme", "acme-0004")
	v.Arrive(whoami)
	v.Says("kim@freelance.example, not verified")
	v.Says("You didn’t need a code.")
	v.Shoot("whoami-contractor")
	v.reads("Good day, Kim Novák", "mobile/contractors", "E-mail verified\nno")
	v.Shoot("wiki-contractor")

	v.step(8)
	v.switches()
	v.as("globex", "globex-0005")
	v.Arrive(whoami)
	v.Says("its directory named 232")
	v.Says("Web / leads")
	v.Shoot("whoami-overage")
	v.ticked(1, 2, 3, 4, 5, 6, 7, 8)
	v.Says("The directory named 232 groups.")
	v.Says(`Why: The connection’s expression says "skip".`)
}

// codesIn counts the letters with a code.
func codesIn(letters []string) (n int) {
	for _, text := range letters {
		if sixDigits.MatchString(text) {
			n++
		}
	}
	return n
}

// demoFaults does the two steps with a fault of the identity provider.
func demoFaults(v demoVisit) {
	set := func(step int, fault string) {
		v.step(step)
		v.Arrive(v.base + "/demo/idp/acme/faults")
		v.Choose(`input[value="` + fault + `"]`)
		v.Click(`button[data-primary]`)
		v.Says("Saved.")
		v.Shoot("faults")
	}
	set(9, "wrong-audience")
	v.step(1)
	v.switches()
	v.as("acme", "acme-0004")
	v.Says("saml_wrong_recipient")
	v.Shoot("refused")
	set(10, "no-groups")
	v.step(1)
	v.switches()
	v.as("acme", "acme-0004")
	v.Arrive(v.base + "/demo/whoami")
	v.Says("contractors") // unknown groups remove no membership
	v.Shoot("whoami-unknown-groups")
	v.ticked(1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
}

// demoEnd ends the session of another browser in the console; the wiki then refuses it.
func demoEnd(v demoVisit) {
	elsewhere := demoVisit{v.Another(v.t), v.t, v.base}
	elsewhere.step(1)
	elsewhere.as("acme", "acme-0004")
	elsewhere.Arrive(v.base + "/demo/whoami")
	elsewhere.reads("Good day, Kim Novák")
	v.step(11)
	v.Arrive(v.base + "/admin/enterprises")
	for _, company := range []string{"Acme", "Globex", "Initech"} {
		v.Says(company)
	}
	v.Shoot("console")
	v.ticked(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11)
	v.step(12)
	v.Arrive(v.base + "/admin/enterprises/acme/people")
	v.Open(v.At() + "?q=Kim")
	v.Submit(`main a[href*="/people/user-"]`)
	v.Submit(`form[action*="/sessions/"][action$="/revoke"] button`)
	v.ticked(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	elsewhere.step(13)
	elsewhere.Arrive(v.base + "/login?")
	elsewhere.Shoot("wiki-refused")
	v.ticked(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)
	v.reads("Good day, Kim Novák") // this browser's session goes on
	v.Open(v.base + "/demo")
}
