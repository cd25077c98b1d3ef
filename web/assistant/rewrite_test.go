package assistant_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// TestRewriteInTheMappingStep: the step shows the rewrite on what the last test
// brought, before and after it is saved.
func TestRewriteInTheMappingStep(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	c, at := f.make(sso.Custom, sso.OIDC)
	f.who["link"] = &sso.Visitor{
		Role:       sso.RoleSetupLink,
		Actor:      "link-x",
		Intents:    sso.DefaultIntents(),
		Enterprise: f.ent.ID,
		Connection: c.ID,
	}
	org, err := f.db.CreateOrganization(t.Context(), "adm-olive", sso.Organization{
		Enterprise: f.ent.ID,
		Key:        "web",
		Name:       "Web",
	})
	f.ok(err)
	_, err = f.db.CreateGroup(t.Context(), "adm-olive", f.ent.ID, sso.Group{
		Organization: org.ID,
		Name:         "dev",
	})
	f.ok(err)
	form := func(pairs ...string) url.Values {
		v := url.Values{
			"mapping.login":        {"sub"},
			"mapping.groups":       {"groups\nroles"},
			"revision":             f.revision(c),
			"group_sync.on_absent": {"keep"},
		}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	try := at + "/attributes/try"
	f.leads(f.post("link", try, form()), at+"/attributes") // there was no test

	now := time.Now()
	f.ok(f.db.CreateTestRun(t.Context(), sso.TestRun{
		ID:         sso.NewID[sso.TestRunID](now),
		Enterprise: f.ent.ID,
		Connection: c.ID,
		Kind:       sso.TestLive,
		State:      sso.TestPassed,
		By:         "adm-olive",
		CreatedAt:  now,
		ExpiresAt:  now.Add(time.Hour),
		EndedAt:    now,
		Result: sso.TestResult{Identity: &sso.Identity{
			Claims: sso.Claims{
				"groups": {"CN=dev,DC=acme", "/acme/dev"},
				"roles":  {`{"dev":{"1":"acme"},"old":{}}`},
			},
			Mixed: map[string]sso.MixedClaim{"roles": {Other: []sso.RawGroup{{
				Raw: `{"dev":{"1":"acme"},"old":{}}`,
				Why: sso.RawNotText,
			}}}},
		}},
	}))
	for name, c := range map[string]struct {
		typed []string
		words []string
	}{
		"none": {nil, []string{"/acme/dev", "no group here"}},
		"CN of a DN": {
			[]string{"mapping.groups_rewrite.preset", sso.RewriteCommonName},
			[]string{"<bdi>dev</bdi>", "dev in Web", "matched"},
		},
		"path": {
			[]string{"mapping.groups_rewrite.preset", sso.RewriteLastSegment},
			[]string{"<bdi>dev</bdi>", "dev in Web"},
		},
		"object": {
			[]string{
				"mapping.groups_rewrite.preset", sso.RewriteMembers,
				"mapping.groups", "roles",
			},
			[]string{"<bdi>dev</bdi>", "<bdi>old</bdi>", "dev in Web"},
		},
		"expression": {
			[]string{
				"mapping.groups_rewrite.pattern", "^CN=([^,]+),.*$",
				"mapping.include", "^x",
			},
			[]string{"left out"},
		},
		"another claim": {
			[]string{"mapping.groups", "teams"},
			[]string{"no claim had groups that this mapping reads"},
		},
		"what it escapes": {
			[]string{
				"mapping.groups_rewrite.pattern", "^CN=(d)",
				"mapping.groups_rewrite.replace", "<b>$1",
			},
			[]string{"&lt;b&gt;d"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := f.post("link", try, form(c.typed...))
			f.says(
				w,
				http.StatusOK,
				append(
					c.words, "Groups of the last test", "CN of a DN",
					"Last part of a path", "Member names of an object",
				)...,
			)
			if len(c.typed) > 0 &&
				!strings.Contains(w.Body.String(), "<details open>") {
				t.Error("the form that is not saved is closed")
			}
		})
	}
	f.says(
		f.post("link", try, form("mapping.groups_rewrite.pattern", "^(")),
		http.StatusUnprocessableEntity,
		"Expression for group names",
	)
	if d := f.load(c.ID).Draft; d.Mapping.GroupsRewrite != nil {
		t.Errorf("trying saved %+v", d.Mapping.GroupsRewrite)
	}
	f.leads(
		f.post(
			"link", at+"/attributes",
			form("mapping.groups_rewrite.preset", sso.RewriteCommonName),
		),
		at+"/attributes?done=saved",
	)
	if d := f.load(c.ID).Draft; d.Mapping.GroupsRewrite == nil ||
		d.Mapping.GroupsRewrite.Preset != sso.RewriteCommonName {
		t.Errorf("saving kept %+v", d.Mapping.GroupsRewrite)
	}
	f.says(
		f.send("link", http.MethodGet, at+"/attributes", "", http.NoBody),
		http.StatusOK,
		"Groups of the last test",
		"dev in Web",
		`value="cn-of-dn" selected`,
	)
	f.leads(f.post("link", at+"/attributes", form()), at+"/attributes?done=saved")
	if d := f.load(c.ID).Draft; d.Mapping.GroupsRewrite != nil {
		t.Errorf("a rewrite that was taken away is still there: %+v", d.Mapping.GroupsRewrite)
	}
}
