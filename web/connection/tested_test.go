package connection_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

// tested keeps a test connection that passed, in which these groups were sent.
func (f *fixture) tested(names ...string) sso.TestRun {
	f.Helper()
	return f.testedBy("adm-olive", names...)
}

// testedBy is tested with the actor who ran it.
func (f *fixture) testedBy(by sso.Actor, names ...string) sso.TestRun {
	f.Helper()
	now := time.Now()
	asserted := sso.AssertedGroups{
		State:  sso.GroupsValues,
		Names:  names,
		Source: "groups",
	}
	_, snapshot, err := f.db.Snapshot(
		f.Context(), f.ent.ID, f.conn.ID, "", "", names, sso.Brake{}, nil,
	)
	f.ok(err)
	planned, err := groupsync.Plan(
		sso.GroupSync{Mode: sso.SyncReset}, asserted, snapshot,
	)
	f.ok(err)
	allowed := true
	run := sso.TestRun{
		ID:         sso.NewID[sso.TestRunID](now),
		Enterprise: f.ent.ID,
		Connection: f.conn.ID,
		Kind:       sso.TestReplay,
		State:      sso.TestPassed,
		By:         by,
		CreatedAt:  now,
		ExpiresAt:  now,
		EndedAt:    now,
		Result: sso.TestResult{
			Identity: &sso.Identity{
				Connection: f.conn.ID,
				Subject:    "1",
				Login:      "ada",
				Groups:     asserted,
				Claims:     sso.Claims{"groups": names},
			},
			Allowed:    &allowed,
			Unmatched:  planned.Record.Unmatched,
			NearMisses: planned.Record.NearMisses,
		},
	}
	f.ok(f.db.CreateTestRun(f.Context(), run))
	return run
}

func (f *fixture) groupsOf(organization string, names ...string) map[string]sso.GroupID {
	f.Helper()
	org, err := f.db.CreateOrganization(
		f.Context(), sso.ActorOperator,
		sso.Organization{
			Enterprise: f.ent.ID,
			Key:        strings.ToLower(organization),
			Name:       organization,
		},
	)
	f.ok(err)
	made := map[string]sso.GroupID{}
	for _, name := range names {
		g, err := f.db.CreateGroup(
			f.Context(), sso.ActorOperator, f.ent.ID,
			sso.Group{
				Organization: org.ID,
				Name:         name,
			},
		)
		f.ok(err)
		made[name] = g.ID
	}
	return made
}

// TestAcceptOnTheTestPage: a near miss becomes an IdP name where the test shows
// it, for those who may change groups.
func TestAcceptOnTheTestPage(t *testing.T) {
	f := newFixture(t)
	groups := f.groupsOf("Web", "engineering", "sales")
	run := f.tested("Engineering", "CN=sales,DC=acme", "a;sales")
	here, accept := f.home+"/tests/"+string(run.ID), f.home+"/groups/accept"

	f.says(
		200, "GET", here, nil, "Accept “Engineering” for engineering in Web",
		"Accept “CN=sales,DC=acme” for sales in Web",
	)
	_, page := f.do("olive", "GET", here, nil)
	if strings.Contains(page, "Accept “a;sales”") {
		t.Error("several names in one value are offered as the name of one group")
	}
	code, page := f.do("link", "GET", here, nil)
	if code != 200 ||
		strings.Contains(page, "Accept “") ||
		!strings.Contains(page, "upper and lower case differ") {
		t.Errorf("a setup link is shown the result without the button: %d", code)
	}
	form := url.Values{
		"name":  {"Engineering"},
		"group": {string(groups["engineering"])},
		"test":  {string(run.ID)},
	}
	for _, who := range []string{"link", "gus"} {
		if code, _ := f.do(who, "POST", accept, form); code != 404 {
			t.Errorf("%s: %d", who, code)
		}
	}
	if code := f.fromElsewhere(accept, form); code != 403 {
		t.Errorf("another site posts it: %d", code)
	}
	f.wantNames(groups["engineering"])

	f.says(303, "POST", accept, form, here+"?done=accepted")
	f.wantNames(groups["engineering"], "Engineering")
	f.says(
		200, "GET", here+"?done=accepted", nil,
		"The name is accepted for the group.", "accepted</span>",
		"Accept “CN=sales,DC=acme”",
	)
	_, page = f.do("olive", "GET", here, nil)
	if strings.Contains(page, "Accept “Engineering”") {
		t.Error("what is accepted is offered again")
	}
	f.ok(f.db.DeleteGroup(t.Context(), sso.ActorOperator, f.ent.ID, groups["sales"]))
	_, page = f.do("olive", "GET", here, nil)
	if strings.Contains(page, "Accept “CN=sales,DC=acme”") {
		t.Error("a name is offered for a group that is gone")
	}
	form.Set("test", "https://evil.example/")
	form.Set("name", "Eng")
	f.says(303, "POST", accept, form, f.home+"/groups?done=accepted")
}

func (f *fixture) wantNames(id sso.GroupID, names ...string) {
	f.Helper()
	g, err := f.db.Group(f.Context(), f.ent.ID, id)
	f.ok(err)
	if !slices.Equal(g.IDPNames, names) {
		f.Errorf("the group has the IdP names %q; want %q", g.IDPNames, names)
	}
}

// fromElsewhere posts a form as a page of another site would.
func (f *fixture) fromElsewhere(path string, form url.Values) int {
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
	r.Host = "sso.example"
	r.Header.Set("Visitor", "olive")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://evil.example")
	r.Header.Set("Sec-Fetch-Site", "cross-site")
	w := httptest.NewRecorder()
	f.router.ServeHTTP(w, r)
	return w.Code
}

// TestRewriteOnTheLastTest: the settings show what the mapping as it is typed
// makes of what the last test brought, and save nothing.
func TestRewriteOnTheLastTest(t *testing.T) {
	f := newFixture(t)
	try := f.home + "/settings/try-groups"
	form := url.Values{"mapping.groups_rewrite.preset": {sso.RewriteCommonName}}
	f.says(422, "POST", try, form, "No test connection has shown yet what is sent.")
	f.groupsOf("Web", "engineering", "sales")
	f.groupsOf("Ops", "engineering")
	f.says(
		200, "GET", f.home+"/settings", nil, "Show it on the last test",
		"CN of a DN", "Last part of a path", "Member names of an object",
	)
	f.mapGroups()
	f.tested(
		"CN=engineering,DC=acme", "CN=nowhere,DC=acme", "/acme/sales",
		"sales\u00a0x",
	)
	for name, c := range map[string]struct {
		form url.Values
		rows []string
	}{
		"CN of a DN": {form, []string{
			">CN=engineering,DC=acme<", "<bdi>engineering</bdi>",
			"engineering in Ops, engineering in Web",
			"<bdi>nowhere</bdi>", "no group here", "sales<U+00A0>x",
			"not understood",
		}},
		"last part of a path": {
			url.Values{"mapping.groups_rewrite.preset": {sso.RewriteLastSegment}},
			[]string{"<bdi>sales</bdi>", "sales in Web"},
		},
		"expression": {
			url.Values{
				"mapping.groups_rewrite.pattern": {`^CN=(\w+),`},
				"mapping.exclude":                {"^nowhere$"},
			},
			[]string{"<bdi>engineering</bdi>", "left out"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			f.says(
				200, "POST", try, c.form,
				append(c.rows, "Groups of the last test")...,
			)
		})
	}
	f.says(
		422, "POST", try, url.Values{"mapping.groups_rewrite.pattern": {"("}},
		"Expression for group names",
	)
	if c, err := f.db.Connection(t.Context(), f.ent.ID, f.conn.ID); err != nil || c.Draft != nil {
		t.Errorf("trying saved %+v, %v", c.Draft, err)
	}
	if code, _ := f.do("link", "POST", try, form); code != 404 {
		t.Errorf("a setup link: %d", code)
	}
}

// mapGroups has the connection read groups.
func (f *fixture) mapGroups() {
	f.Helper()
	_, err := f.db.UpdateConnection(
		f.Context(),
		sso.ActorOperator,
		f.ent.ID,
		f.conn.ID,
		"connection.edited",
		func(c sso.Connection) (sso.Connection, error) {
			live := *c.Live
			live.Mapping.Groups = []string{"groups"}
			c.Live = &live
			return c, nil
		},
	)
	f.ok(err)
}
