package e2e

import (
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// lostMembers is how long the story about lost members may take to go on: a cycle
// sends some five hundred requests, and large groups are applied in the background.
const lostMembers = 3 * time.Minute

// TestDemoLostMembers replays a field report in a browser without scripts. A company
// has 269 people in a group, of whom 21 have arrived, by signing in. The console says
// so, why, and what to do: the token of the directory covers people only. The scope is
// added to the token, provisioning is restarted at the directory, and 269 of 269 are
// there; the problem is solved and the alarm ends. Then provisioning is broken in
// several ways, and recovers from each.
func TestDemoLostMembers(t *testing.T) {
	harness.Long(t)
	g, _ := startDemo(t)
	v := demoVisit{harness.NewBrowser(t), t, g.URL}
	v.NoScripts()
	lostMembersAlarm(v)
	lostMembersRefused(v)
	lostMembersHealed(v)
	lostMembersBroken(v)
	v.ticked(11, 17, 18, 19, 20, 21)
}

// reloads opens a page until it has the text.
func (v demoVisit) reloads(address, text string) {
	v.t.Helper()
	if !harness.Soon(lostMembers, func() bool {
		v.Open(address)
		return strings.Contains(v.Text(), text)
	}) {
		v.t.Fatalf("%s never says %q:\n%s", address, text, v.Text())
	}
}

// ends waits until the run of the directory has ended, and asserts how.
func (v demoVisit) ends(text string) {
	v.t.Helper()
	if !harness.Soon(lostMembers, func() bool {
		return len(v.List(`.notice[data-kind="running"]`)) == 0 && len(v.List("#report")) == 1
	}) {
		v.t.Fatalf("the cycle does not end:\n%s", v.Text())
	}
	v.Says(text)
}

const (
	hooliOverview  = "/admin/enterprises/hooli"
	hooliDirectory = "/demo/idp/hooli/provisioning"
	refusedAlarm   = "Provisioning is refused"
)

// lostMembersAlarm finds the alarm, and from there who is missing and why.
func lostMembersAlarm(v demoVisit) {
	v.step(17)
	v.Arrive(v.base + hooliOverview + "/connections/")
	v.reloads(v.At(), "269 expected, 21 actual")
	v.Says("248 missing")
	v.Says("36 requests about it refused")
	v.Shoot("expected")
	v.Submit(`table a[href*="/drift/"]`)
	v.Says("248 missing")
	v.Says("Add scope scim")
	v.Shoot("why")
	v.Open(v.base + hooliOverview)
	v.Says(refusedAlarm)
	v.Shoot("alarm")
	v.reloads(v.base+"/demo/mail", refusedAlarm)
	v.Shoot("alarm-mail")
}

// lostMembersRefused runs a cycle: people arrive, and the group is refused.
func lostMembersRefused(v demoVisit) {
	v.step(18)
	v.Arrive(v.base + hooliDirectory)
	v.Shoot("directory")
	v.Submit(`form[action$="/run"] button[data-primary]`)
	v.ends("The cycle ended with 1 failure.")
	v.Says("StatusCode: Forbidden")
	v.Says(`Token "directory" lacks scope groups:read (it has users:read users:write). Add scope scim to it`)
	v.Shoot("refused")
	v.Submit(`a[href$="/provisioning/log"]`)
	v.Says("GET /Groups?")
	v.Shoot("log")
	v.Submit(`li[data-failed] a`)
	v.Says("lacks scope groups:read")
	v.Shoot("exchange")
}

// lostMembersHealed adds the scope, restarts, and finds everyone.
func lostMembersHealed(v demoVisit) {
	v.step(19)
	v.Arrive(v.base + hooliOverview + "/connections/")
	problems := v.At()
	v.Says("37 requests")
	v.Shoot("problem")
	v.Submit(`form[action$="/widen"] button`)
	v.Says("has the scope scim now")
	v.Shoot("widened")
	v.step(20)
	v.Arrive(v.base + hooliDirectory)
	v.Submit(`form[action$="/run"] button[name="restart"]`)
	v.ends("The restart ended: everything is provisioned.")
	v.Shoot("restarted")
	drift := strings.Replace(problems, "/problems", "/drift", 1)
	v.reloads(drift, "269 expected, 269 actual")
	v.Says("nothing differs")
	v.Shoot("equal")
	v.reloads(problems, "No open problems")
	v.Shoot("solved")
	v.Open(v.base + hooliOverview)
	if text := v.Text(); strings.Contains(text, refusedAlarm) || strings.Contains(text, "are missing") {
		v.t.Errorf("the alarm does not end:\n%s", text)
	}
	v.Shoot("no-alarm")
}

// lostMembersBroken breaks provisioning on purpose; in the end everyone is there.
func lostMembersBroken(v demoVisit) {
	v.step(21)
	v.Arrive(v.base + hooliDirectory)
	v.Choose(`input[name="lost"]`)
	v.Choose(`input[name="groups-first"]`)
	v.Submit(`form[action$="/breaks"] button`)
	v.Submit(`form[action$="/run"] button[name="restart"]`)
	v.ends("failures.")
	v.Says("before an answer arrived")
	v.Shoot("broken")
	v.Choose(`input[name="lost"]`)
	v.Submit(`form[action$="/breaks"] button`)
	v.Retype("#reuse", "hooli-0002")
	v.Submit(`form[action$="/people"] button:not([name])`)
	v.Says("New Hire")
	v.Submit(`form[action$="/run"] button[data-primary]`)
	v.ends("everything is provisioned.")
	v.Shoot("recovered")
	v.step(17)
	v.Arrive(v.base + hooliOverview + "/connections/")
	v.reloads(v.At(), "269 expected, 269 actual")
}
