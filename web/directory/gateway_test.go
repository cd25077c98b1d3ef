package directory_test

import (
	"html"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"gatehouse/sso"
)

func TestDomains(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	list := f.acme.at("domains")
	f.shows(
		f.get(list), 200, "acme.example", "_gatehouse-challenge.acme.example",
		"gatehouse-verification=acme", "not verified yet",
	)
	for name, says := range map[string]string{
		"":                  "Enter a domain such as",
		"gmail.com":         "cannot identify a company",
		"https://x.example": "without https://",
		"acme.example":      "in use already",
	} {
		f.shows(f.post(list, "name", name), 422, says)
	}
	f.shows(
		f.done(f.post(list, "name", " New.Example. "), list), 200, "new.example",
		"Domain added.",
	)
	verify := list + "/" + string(f.acme.domain.ID) + "/verify"
	f.shows(f.post(verify), 422, "acme.example could not be verified.", "found none")
	f.dns["_gatehouse-challenge.acme.example"] = []string{`v="<b>spf1`}
	f.shows(
		f.post(verify), 422, `<b>spf1`, "with the value gatehouse-verification=acme",
	)
	f.dns["_gatehouse-challenge.acme.example"] = nil
	f.shows(f.post(verify), 502, "does not answer")
	f.dns["_gatehouse-challenge.acme.example"] = []string{
		"gatehouse-verification=acme",
	}
	f.shows(
		f.done(f.post(verify), list), 200, "The domain is verified",
		"People with an address at acme.example are no longer led here",
	)
	f.shows(
		f.done(f.post(list+"/"+string(f.acme.domain.ID)+"/delete"), list),
		200,
		"Domain deleted.",
	)
}

func TestApplications(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	const list = "/admin/applications"
	get := func(path string) answer {
		return f.do("operator", "GET", path, nil)
	}
	post := func(path string, pairs ...string) answer {
		form := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			form.Set(pairs[i], pairs[i+1])
		}
		return f.do("operator", "POST", path, form)
	}
	f.shows(get(list), 200, "No applications yet.")
	f.shows(get(list+"/new"), 200, "Add an application")
	for _, c := range []struct {
		says  string
		pairs []string
	}{
		{"Enter a name.", []string{"key", "wiki", "origins", "https://wiki.example.com"}},
		{
			"Use 1 to 63",
			[]string{
				"name", "Wiki", "key", "W", "origins", "https://wiki.example.com",
			},
		},
		{
			"Name at least one origin",
			[]string{"name", "Wiki", "key", "wiki", "origins", " \r\n"},
		},
		{
			"Line 2: Use a scheme",
			[]string{
				"name", "Wiki", "key", "wiki", "origins",
				"https://wiki.example.com\r\nwiki.example.com/x",
			},
		},
		{
			"Line 1: There is no enterprise with the key nobody.",
			[]string{
				"name", "Wiki", "key", "wiki", "origins", "https://wiki.example.com",
				"enterprises", "nobody\nacme",
			},
		},
		{
			"There is no enterprise with the key A B.",
			[]string{
				"name", "Wiki", "key", "wiki", "origins", "https://wiki.example.com",
				"sign_in", "A B",
			},
		},
		{
			"This enterprise is not among those",
			[]string{
				"name", "Wiki", "key", "wiki", "origins", "https://wiki.example.com",
				"sign_in", "acme", "enterprises", "globex",
			},
		},
		{
			"Line 1: Use the key of an organization",
			[]string{
				"name", "Wiki", "key", "wiki", "origins", "https://wiki.example.com",
				"groups", "engineering",
			},
		},
		{
			"Line 1: Use the key of an organization",
			[]string{
				"name", "Wiki", "key", "wiki", "origins", "https://wiki.example.com",
				"told_groups", "*",
			},
		},
		{
			"Enter a number of bytes",
			[]string{
				"name", "Wiki", "key", "wiki", "origins", "https://wiki.example.com",
				"groups_limit", "many",
			},
		},
		{
			"Line 2: Use a path such as /health",
			[]string{
				"name", "Wiki", "key", "wiki", "origins", "https://wiki.example.com",
				"public_paths", "/health\n/a/../b",
			},
		},
		{
			"at most 16384 bytes",
			[]string{
				"name", "Wiki", "key", "wiki", "origins", "https://wiki.example.com",
				"groups_limit", "16385",
			},
		},
	} {
		a := post(list, c.pairs...)
		f.shows(a, 422, c.says)
		if c.pairs[0] == "name" && !strings.Contains(a.body, `value="Wiki"`) {
			t.Errorf("%s: the name is not kept", c.says)
		}
	}
	a := post(
		list, "name", "Wiki", "key", "wiki", "origins",
		"https://wiki.example.com\n\nhttps://docs.example.com",
		"enterprises", "acme", "groups", "research/engineering", "told_groups",
		"research/*", "groups_limit", "4096", "sign_in", "acme",
		"public_paths",
		"/health\n/public/*\n", "allow_preflight", "true", "programs", "true", "services", "true",
	)
	if a.status != 303 {
		f.shows(a, 303)
	}
	here, _, _ := strings.Cut(a.location, "?")
	f.shows(
		get(a.location), 200, "The application is added.",
		"server_name wiki.example.com docs.example.com;", "/auth/forward/wiki?",
		"Host(`wiki.example.com`) || Host(`docs.example.com`)",
		"path_prefix: /auth/envoy/wiki",
	)
	apps, _, err := f.db.Applications(t.Context(), sso.Page{})
	f.ok(err)
	if len(apps) != 1 ||
		apps[0].SignIn != f.acme.ent.ID ||
		len(apps[0].Enterprises) != 1 ||
		len(apps[0].Origins) != 2 ||
		apps[0].GroupsLimit != 4096 ||
		len(apps[0].PublicPaths) != 2 ||
		apps[0].PublicPaths[1] != "/public/*" ||
		!apps[0].AllowPreflight ||
		!apps[0].Programs ||
		!apps[0].Services ||
		apps[0].Told[0] != "research/*" {
		t.Errorf("made %+v", apps)
	}
	f.shows(
		get(list), 200, "Wiki", "and 1 more",
		"people of 1 enterprise in one of 1 group",
	)
	f.shows(
		post(
			list, "name", "Again", "key", "wiki", "origins",
			"https://again.example.com",
		),
		422,
		"in use already",
	)
	f.shows(
		post(here, "name", "Wiki", "key", "wiki", "origins", "nowhere"),
		422,
		"Line 1: Use a scheme",
	)
	a = post(
		here, "name", "Wikis", "key", "wikis", "origins",
		"https://wiki.elsewhere.example",
	)
	f.shows(
		get(a.location), 200, "The application is changed.", "/auth/nginx/wikis",
		"app_out_of_reach",
	)
	if now, err := f.db.Application(t.Context(), apps[0].ID); err != nil ||
		now.SignIn != "" ||
		now.Groups != nil ||
		now.Enterprises != nil ||
		now.PublicPaths != nil ||
		now.AllowPreflight ||
		now.Programs ||
		now.Services ||
		now.GroupsLimit != 0 {
		t.Errorf("what was taken out is still there: %+v, %v", now, err)
	}
	a = post(
		here, "name", "Wikis", "key", "wikis", "origins",
		"https://wiki.B\u00dccher.example",
	)
	f.shows(
		get(a.location), 200, "https://wiki.xn--bcher-kva.example",
		"server_name wiki.xn--bcher-kva.example;",
	)
	f.shows(
		post(
			here, "name", "Wikis", "key", "wikis", "origins",
			"https://\u0430cme.example",
		),
		422,
		"Line 1: Use a scheme",
	)
	for _, who := range []string{"acme", "link"} {
		for _, path := range []string{list, list + "/new", here} {
			f.shows(f.do(who, "GET", path, nil), 404)
		}
	}
	if a := post(here + "/delete"); a.status != 303 {
		f.shows(a, 303)
	}
	f.shows(get(here), 404)
	f.shows(get(list+"/new/x"), 404)
}

// TestSnippetsAreThoseOfTheDocs: what is copied from a page is what was tested.
func TestSnippetsAreThoseOfTheDocs(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	a, err := f.db.CreateApplication(t.Context(), "x", sso.Application{
		Key:     "wiki",
		Name:    "Wiki",
		Kind:    sso.ForwardAuth,
		Origins: []string{"https://wiki.example.com"},
	})
	f.ok(err)
	page := f.do("operator", "GET", "/admin/applications/"+string(a.ID), nil)
	f.shows(page, 200)
	for proxy, language := range map[string]string{
		"nginx": "nginx", "caddy": "caddy", "haproxy": "haproxy", "haproxy-lua": "lua", "traefik": "yaml", "envoy": "yaml",
	} {
		document, _, _ := strings.Cut(proxy, "-")
		doc, err := os.ReadFile("../../docs/integrations/" + document + ".md")
		f.ok(err)
		block := regexp.MustCompile("(?s)```" + language + "\n(.*?)```").FindSubmatch(doc)
		_, rest, _ := strings.Cut(page.body, `<code id="snippet-`+proxy+`">`)
		shown, _, ok := strings.Cut(rest, "</code>")
		if !ok || block == nil {
			t.Fatalf("%s is not there", proxy)
		}
		if got := html.UnescapeString(shown); got != string(block[1]) {
			t.Errorf("%s is not as in its document:\n%s", proxy, got)
		}
	}
}
