package provisioning_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// record records requests of a token; without a code they succeeded.
func (f *fixture) record(k sso.ProvisioningToken, kind sso.ProvisioningScope, code string, names ...string) {
	f.Helper()
	var all []sso.ProvisioningEvent
	begin := time.Now().Add(-time.Duration(len(names)) * time.Millisecond)
	for i, name := range names {
		now := begin.Add(time.Duration(i) * time.Millisecond)
		e := sso.ProvisioningEvent{
			ID:         sso.NewID[sso.ProvisioningEventID](now),
			Enterprise: f.ent.ID,
			Connection: f.conn.ID,
			At:         now,
			Token:      k.ID,
			Client:     "Azure",
			Method:     "PATCH",
			Kind:       kind,
			Name:       name,
			Status:     200,
			Changed:    true,
			RequestID:  "req-1",
		}
		if code != "" {
			e.Status = 403
			e.Code = code
			e.Detail = "The text of " + code + "."
			e.Changed = false
		}
		all = append(all, e)
	}
	f.ok(f.db.RecordProvisioning(f.Context(), all))
}

// TestProblems: refusals are listed by cause with the side, the names and the
// remedy; one press adds a scope; a success moves what was refused to what is over.
func TestProblems(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	page := f.home + "/problems"
	f.shows("ada", page, 200, "No open problems", "NOT h-healed")
	k := f.token("entra-1", sso.ScopeUsersWrite)
	f.record(
		k, sso.ScopeGroupsRead, "scim_scope_missing", "grp_all", "grp_all", "<b>dev",
	)
	f.record(k, sso.ScopeUsersWrite, "scim_invalid_value", "bob")
	f.record(k, sso.ScopeUsersWrite, "identity_held", "ada")
	body := f.shows(
		"ada", page, 200,
		"3 requests about 2 names", "group grp_all", "2 requests, last",
		"group <b>dev", "user bob",
		"The token lacks the scope", `Add scope scim to "entra-1"`,
		"at the identity provider</span>",
		"Provisioning › Mappings", "Open Login conflicts", "press Restart provisioning in the Entra admin center",
		"The text of scim_scope_missing.", "troubleshooting#scim_invalid_value",
	)
	if strings.Index(body, "h-identity-held") > strings.Index(
		body, "h-scim-scope-missing",
	) {
		t.Error("what was repeated last is not first")
	}
	f.shows("ada", f.home, 200, "4 refusals are open", page)
	body = f.post("ada", f.home+"/tokens/"+string(k.ID)+"/widen", url.Values{
		"from": {"problems"},
	})
	f.says(
		"after the press", 200, body, 200,
		"has the scope scim now, and its secret stays", "Open problems",
		`The token "entra-1" has the scope scim now.`, "NOT Add scope scim to",
		`What to do <span class="tag" data-state="warn">at the identity provider</span></h3>
<ol class="do"><li><p>The token`,
	)
	f.record(k, sso.ScopeGroupsWrite, "", "grp_all", "<b>dev")
	f.shows(
		"ada", page, 200, "NOT h-scim-scope-missing", "h-healed",
		"group grp_all</bdi>", "succeeded <time",
	)
}

// TestProblemLinks: a name leads to the person or group here that has it.
func TestProblemLinks(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	k := f.token("entra-1")
	group := f.groupHere("grp_all")
	user := f.signIn("ada@acme.example")
	f.record(k, sso.ScopeGroupsWrite, "scim_invalid_value", "grp_all", "grp_other")
	f.record(k, sso.ScopeUsersWrite, "scim_invalid_value", "ada@acme.example", "bob@acme.example")
	const people, groups = "/admin/enterprises/acme/people/", "/admin/enterprises/acme/groups/"
	links := []string{
		`href="` + groups + string(group) + `"><bdi>group grp_all</bdi></a>`,
		`href="` + people + string(user.ID) + `"><bdi>user ada@acme.example</bdi></a>`,
		"<strong><bdi>group grp_other</bdi></strong>", "<strong><bdi>user bob@acme.example</bdi></strong>",
	}
	f.shows("ada", f.home+"/problems", 200, links...)
	f.record(k, sso.ScopeGroupsWrite, "", "grp_all", "grp_other")
	f.record(k, sso.ScopeUsersWrite, "", "ada@acme.example", "bob@acme.example")
	f.shows("ada", f.home+"/problems", 200, append(links, "No open problems")...)
}

// TestManyProblems: each cause lists 50 names and counts the others.
func TestManyProblems(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	k := f.token("entra-1")
	var names []string
	for i := range 260 {
		names = append(names, fmt.Sprintf("user-%03d", i))
	}
	f.record(k, sso.ScopeUsersWrite, "scim_invalid_value", names...)
	f.shows(
		"ada", f.home+"/problems", 200, "260 requests about 260 names",
		"user user-259", "and 210 more names",
		"NOT user user-209<",
	)
	f.record(k, sso.ScopeUsersWrite, "", names...)
	body := f.shows(
		"ada", f.home+"/problems", 200, "No open problems", "user user-259",
		"NOT user user-000", "Next page",
	)
	_, rest, _ := strings.Cut(body, "cursor=")
	cursor, _, _ := strings.Cut(rest, `"`)
	f.shows(
		"ada", f.home+"/problems?cursor="+cursor, 200, "First page", "user user-209",
		"NOT user user-210<",
	)
}
