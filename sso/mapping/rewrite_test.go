package mapping

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/sso"
)

func TestRewrite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rewrite sso.Rewrite
		sent    []string
		want    []string
	}{
		"CN": {
			sso.Rewrite{Preset: sso.RewriteCommonName},
			[]string{
				"CN=dev,OU=Groups,DC=acme", `cn=Sales\, EMEA,DC=acme`, ` CN="R,D"`,
			},
			[]string{"dev", "Sales, EMEA", "R,D"},
		},
		"no DN stays": {
			sso.Rewrite{Preset: sso.RewriteCommonName},
			[]string{"dev", "OU=x,DC=acme"},
			[]string{"dev", "OU=x,DC=acme"},
		},
		"path": {
			sso.Rewrite{Preset: sso.RewriteLastSegment},
			[]string{"/acme/dev", "/sre/", "ops"},
			[]string{"dev", "sre", "ops"},
		},
		"expression": {
			sso.Rewrite{Pattern: `^ACME\\(.+)$`},
			[]string{`ACME\dev`, `OTHER\dev`},
			[]string{"dev", `OTHER\dev`},
		},
		"replacement": {
			sso.Rewrite{Pattern: `^(\w+)-(\w+)$`, Replace: "$2 ${1}s"},
			[]string{"a-b"},
			[]string{"b as"},
		},
		"named capture": {
			sso.Rewrite{Pattern: `^app-(?P<name>.*)$`, Replace: "${name}"},
			[]string{"app-dev"},
			[]string{"dev"},
		},
		"blank stays": {
			sso.Rewrite{Pattern: `^app-(.*)$`},
			[]string{"app-"},
			[]string{"app-"},
		},
		"two values become one name": {
			sso.Rewrite{Preset: sso.RewriteLastSegment},
			[]string{"/a/dev", "/b/dev"},
			[]string{"dev"},
		},
		"case of an expression": {
			sso.Rewrite{Pattern: `(?i)^acme\\(.+)$`},
			[]string{`ACME\Dev`},
			[]string{"Dev"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := with(func(m *sso.Mapping) { m.GroupsRewrite = &c.rewrite })
			if p := Validate(m); len(p) > 0 {
				t.Fatal(p)
			}
			id, _, err := apply(m, sso.Claims{
				"login":  {"ada"},
				"email":  {"a@b.test"},
				"groups": c.sent,
			})
			if err != nil || !slices.Equal(id.Groups.Names, c.want) {
				t.Errorf("got %q, %v; want %q", id.Groups.Names, err, c.want)
			}
		})
	}
}

// TestRewriteOrder: values are split first, and include and exclude see what they
// were rewritten to.
func TestRewriteOrder(t *testing.T) {
	t.Parallel()
	m := with(func(m *sso.Mapping) {
		m.GroupsRewrite = &sso.Rewrite{Preset: sso.RewriteLastSegment}
		m.Delimiter, m.Include, m.Exclude = ";", "^app-", "^app-old$"
	})
	id, _, err := apply(m, sso.Claims{
		"login":  {"ada"},
		"email":  {"a@b.test"},
		"groups": {"/x/app-dev;/app-old;/y/ops"},
	})
	if err != nil || !slices.Equal(id.Groups.Names, []string{"app-dev"}) {
		t.Errorf("got %q, %v", id.Groups.Names, err)
	}
}

func TestRewriteValidation(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rewrite sso.Rewrite
		field   string
	}{
		"nothing":          {sso.Rewrite{}, "pattern"},
		"only replacement": {sso.Rewrite{Replace: "x"}, "pattern"},
		"no capture":       {sso.Rewrite{Pattern: "^x$"}, "pattern"},
		"group no capture": {sso.Rewrite{Pattern: "(?:x)"}, "pattern"},
		"does not compile": {sso.Rewrite{Pattern: "(x"}, "pattern"},
		"backreference":    {sso.Rewrite{Pattern: `(x)\1`}, "pattern"},
		"too long": {
			sso.Rewrite{Pattern: "(" + strings.Repeat("x", 512) + ")"},
			"pattern",
		},
		"too large": {sso.Rewrite{Pattern: "((a{30}){30})"}, "pattern"},
		"long replacement": {
			sso.Rewrite{
				Pattern: "(x)",
				Replace: strings.Repeat("x", 513),
			},
			"replace",
		},
		"both": {
			sso.Rewrite{
				Pattern: "(x)",
				Preset:  sso.RewriteCommonName,
			},
			"preset",
		},
		"unknown preset": {sso.Rewrite{Preset: "cn"}, "preset"},
		"fine":           {sso.Rewrite{Pattern: `^(.+)@acme\.example$`}, ""},
		"fine preset":    {sso.Rewrite{Preset: sso.RewriteMembers}, ""},
	} {
		problems := Validate(with(func(m *sso.Mapping) {
			m.GroupsRewrite = &c.rewrite
		}))
		var fields []string
		for _, p := range problems {
			fields = append(
				fields, strings.TrimPrefix(p.Field, "mapping.groups_rewrite."),
			)
		}
		if strings.Join(fields, " ") != c.field {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

// TestRewriteLosesNothing: whatever is sent, a rewrite never makes a value blank,
// and each value is some name.
func TestRewriteLosesNothing(t *testing.T) {
	t.Parallel()
	rewrites := []sso.Rewrite{
		{Preset: sso.RewriteCommonName},
		{Preset: sso.RewriteLastSegment},
		{Preset: sso.RewriteMembers},
		{Pattern: "^(.*)x"},
		{Pattern: "(a)?", Replace: "$1"},
	}
	rapid.Check(t, func(t *rapid.T) {
		r := rapid.SampledFrom(rewrites).Draw(t, "rewrite")
		w, err := newRewriter(&r)
		if err != nil {
			t.Fatal(err)
		}
		value := rapid.OneOf(
			rapid.String(),
			rapid.SampledFrom([]string{"CN=a,DC=b", "/a/b/", "x", "ax", "{}"}),
		).Draw(t, "value")
		if got := w.rewrite(value); strings.TrimSpace(got) == "" && strings.TrimSpace(value) != "" {
			t.Fatalf("%q became %q", value, got)
		}
	})
}

// TestSubjectInAnyCase: NameID names the protocol's own subject, however it is
// written, and never a claim of that name.
func TestSubjectInAnyCase(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"nameid", "NameID", "NAMEID", "nameId"} {
		m := with(func(m *sso.Mapping) {
			m.Login, m.Subject = []string{name}, "missing|"+name
		})
		id, _, err := apply(m, sso.Claims{
			"email":  {"a@b.test"},
			name:     {"evil"},
			"nameid": {"evil"},
			"NameID": {"evil"},
		})
		if err != nil || id.Login != "s-1" || id.Subject != "s-1" {
			t.Errorf("%s: %+v, %v", name, id, err)
		}
		origins := Origins(m, sso.SAML, sso.Assertion{
			Subject: "s-1",
			Claims:  sso.Claims{},
		})
		if origins["login"] != "NameID" || origins["subject"] != "NameID" {
			t.Errorf("%s: %v", name, origins)
		}
	}
}

// TestMemberNames: the member names of an object are the groups, as Zitadel sends
// roles; what is no object stays what it is.
func TestMemberNames(t *testing.T) {
	t.Parallel()
	m := with(func(m *sso.Mapping) {
		m.GroupsRewrite = &sso.Rewrite{Preset: sso.RewriteMembers}
	})
	object := func(raw ...string) sso.MixedClaim {
		var mixed sso.MixedClaim
		for _, r := range raw {
			mixed.Other = append(mixed.Other, sso.RawGroup{
				Raw: r,
				Why: sso.RawNotText,
			})
		}
		return mixed
	}
	for name, c := range map[string]struct {
		sent  sso.MixedClaim
		state sso.GroupsState
		names []string
	}{
		"roles of Zitadel": {
			object(`{"viewer":{"163":"acme.example"},"admin":{"163":"acme.example"}}`),
			sso.GroupsValues,
			[]string{"admin", "viewer"},
		},
		"a dot in a name": {
			object(`{"app.admin":{}}`),
			sso.GroupsValues,
			[]string{"app.admin"},
		},
		"no roles": {object(`{}`), sso.GroupsEmpty, nil},
		"an object as text": {
			sso.MixedClaim{Texts: []string{`{"admin":1}`}},
			sso.GroupsValues,
			[]string{"admin"},
		},
		"a list beside it": {
			sso.MixedClaim{
				Texts: []string{"dev"},
				Other: object(`{"admin":{}}`).Other,
			},
			sso.GroupsValues,
			[]string{"dev", "admin"},
		},
		"a number beside it": {
			object(`{"admin":{}}`, `7`),
			sso.GroupsPartial,
			[]string{"admin"},
		},
	} {
		id, _, err := Apply(
			sso.Config{Mapping: m},
			sso.Connection{ID: "conn-x", Protocol: sso.OIDC},
			sso.Assertion{
				Subject: "s-1",
				Claims:  sso.Claims{"login": {"ada"}, "email": {"a@b.test"}},
				Mixed:   map[string]sso.MixedClaim{"groups": c.sent},
			},
		)
		slices.Sort(id.Groups.Names)
		slices.Sort(c.names)
		if err != nil ||
			id.Groups.State != c.state ||
			!slices.Equal(id.Groups.Names, c.names) {
			t.Errorf(
				"%s: got %s %q, %v", name, id.Groups.State, id.Groups.Names, err,
			)
		}
	}
}
