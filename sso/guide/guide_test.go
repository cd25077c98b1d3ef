package guide_test

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/guide"
	"gatehouse/sso/mapping"
)

func name(g guide.Guide) string { return string(g.Provider) + " " + string(g.Protocol) }

// TestClaimsFitThePreset checks that following a guide, and nothing else, sends
// every claim that the preset reads.
func TestClaimsFitThePreset(t *testing.T) {
	t.Parallel()
	for _, g := range guide.All() {
		values := map[guide.Use]string{
			guide.Subject: "u-1",
			guide.Login:   "ada@acme.example",
			guide.Email:   "ada.l@acme.example",
			guide.Groups:  "engineering",
		}
		switch named(g, guide.Email) {
		case guide.NameID:
			values[guide.Subject] = values[guide.Login]
			values[guide.Email] = values[guide.Login]
		case named(g, guide.Login):
			values[guide.Email] = values[guide.Login] // one claim is both
		}
		var groups []string
		if named(g, guide.Groups) != "" {
			groups = []string{values[guide.Groups]}
		}
		a := sso.Assertion{Subject: values[guide.Subject], Claims: sso.Claims{}}
		var names []string
		for _, c := range g.Claims {
			value := values[c.Use]
			if c.Use == guide.Name {
				value = c.Name + "-value"
				names = append(names, value)
			}
			if c.Name != guide.NameID {
				a.Claims[c.Name] = []string{value}
			}
		}
		cfg := sso.Config{Mapping: mapping.Preset(g.Provider, g.Protocol)}
		id, _, err := mapping.Apply(
			cfg, sso.Connection{ID: "conn", Protocol: g.Protocol}, a,
		)
		if err != nil {
			t.Errorf("%s: %v", name(g), err)
			continue
		}
		if id.Login != values[guide.Login] ||
			id.Email != values[guide.Email] ||
			id.Name != strings.Join(names, " ") ||
			!slices.Equal(id.Groups.Names, groups) {
			t.Errorf(
				"%s: read %q, %q, %q, %v", name(g), id.Login, id.Email, id.Name,
				id.Groups,
			)
		}
	}
}

// named returns the name of the first claim for a use; "" if there is none.
func named(g guide.Guide, use guide.Use) string {
	for _, c := range g.Claims {
		if c.Use == use {
			return c.Name
		}
	}
	return ""
}

// TestWithoutGroups: a guide without a claim for groups says so before its first
// step and where an admin chooses, as a note and not as a warning.
func TestWithoutGroups(t *testing.T) {
	t.Parallel()
	for _, g := range guide.All() {
		if sends := g.Provider.SendsGroups(g.Protocol); sends != (named(g, guide.Groups) != "") {
			t.Errorf("%s: sends groups: %t", name(g), sends)
		} else if !sends && (!strings.Contains(g.Create.Note, "groups") || !strings.Contains(g.Why, "groups")) {
			t.Errorf("%s: does not say that it sends no groups", name(g))
		}
		for _, p := range []guide.Part{g.Create, g.Configure, g.Attributes, g.Groups, g.Assign} {
			if p.Note != "" {
				checkText(t, name(g), p.Note)
			}
		}
	}
}

// TestGuidesAreWhole checks that no guide lacks a step, a value or a label.
func TestGuidesAreWhole(t *testing.T) {
	t.Parallel()
	needs := map[sso.Protocol][]guide.Kind{
		sso.SAML: {guide.ACSURL, guide.EntityID},
		sso.OIDC: {guide.RedirectURI},
	}
	wants := map[sso.Protocol][]string{
		sso.SAML: {"saml.idp_entity_id", "saml.sso_url", "saml.certificates"},
		sso.OIDC: {"oidc.issuer", "oidc.client_id", "oidc.client_secret"},
	}
	seen, better := map[string]bool{}, map[sso.Provider]int{}
	for _, g := range guide.All() {
		if seen[name(g)] {
			t.Errorf("%s: twice", name(g))
		}
		seen[name(g)] = true
		if g.Better {
			better[g.Provider]++
		}
		if got := guide.Of(g.Provider, g.Protocol); got.Product != g.Product || got.Protocol != g.Protocol {
			t.Errorf("%s: Of gives %s", name(g), name(got))
		}
		if g.Product == "" || g.Why == "" || g.Role == "" {
			t.Errorf("%s: says nothing about itself", name(g))
		}
		given := map[guide.Kind]bool{}
		for _, p := range []guide.Part{
			g.Create, g.Configure, g.Attributes, g.Groups, g.Assign,
		} {
			if p.Title == "" || len(p.Do) == 0 {
				t.Errorf("%s: a part without title or instructions: %+v", name(g), p)
			}
			for _, d := range p.Do {
				checkText(t, name(g), d.Text)
				for _, v := range d.Give {
					given[v.Kind] = true
					if v.Label == "" || (v.Kind == guide.Choice) != (v.Text != "") {
						t.Errorf("%s: %+v", name(g), v)
					}
				}
			}
			for _, w := range p.Warnings {
				checkText(t, name(g), w)
			}
		}
		for _, k := range needs[g.Protocol] {
			if !given[k] {
				t.Errorf("%s: never gives %s", name(g), k)
			}
		}
		for _, field := range wants[g.Protocol] {
			if !slices.ContainsFunc(g.Wanted, func(w guide.Wanted) bool {
				return w.Field == field && w.Label != "" && w.Where != ""
			}) {
				t.Errorf("%s: does not say where to find %s", name(g), field)
			}
		}
	}
	for _, p := range sso.Providers {
		if g := guide.Of(p, sso.SAML); g.Protocol != sso.SAML || g.Provider != p {
			t.Errorf("%s has no guide for SAML", p)
		}
		if g := guide.Of(p, sso.OIDC); g.Protocol != sso.OIDC || g.Provider != p && g.Provider != sso.Custom {
			t.Errorf("%s over OpenID Connect: %s", p, name(g))
		}
		if better[p] != 1 {
			t.Errorf("%s: %d protocols are the better one", p, better[p])
		}
	}
}

// checkText: marks come in pairs, sentences end.
func checkText(t *testing.T, where, text string) {
	t.Helper()
	for _, s := range guide.Spans(text) {
		if strings.ContainsAny(s.Text, "*`") && !s.Code && !s.Label {
			t.Errorf("%s: a mark without its other half: %q", where, text)
		}
	}
	if !strings.HasSuffix(strings.TrimRight(text, "`"), ".") &&
		!strings.HasSuffix(text, ":") &&
		!strings.HasSuffix(text, "`") {
		t.Errorf("%s: ends in the middle: %q", where, text)
	}
}

func TestSpans(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]guide.Span{
		"":      nil,
		"plain": {{Text: "plain"}},
		"a *b* `c` d": {
			{Text: "a "},
			{
				Text:  "b",
				Label: true,
			},
			{Text: " "},
			{
				Text: "c",
				Code: true,
			},
			{Text: " d"},
		},
		"`.*`":  {{Text: ".*", Code: true}},
		"a * b": {{Text: "a * b"}},
	} {
		if got := guide.Spans(text); !slices.Equal(got, want) {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

var update = flag.Bool(
	"update", false, "write the tables of docs/identity-providers",
)

// TestDocsAgree: the tables of docs/identity-providers are made from the guides;
// `go test -run Docs ./sso/guide -args -update` makes them anew.
func TestDocsAgree(t *testing.T) {
	t.Parallel()
	for _, g := range guide.All() {
		if g.Provider == sso.Custom {
			continue // has no page, so it has no words of its own
		}
		file := "../../docs/identity-providers/" + string(g.Provider) + ".md"
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		begin, end := "<!-- "+name(g)+" -->\n", "<!-- end -->\n"
		before, rest, found := strings.Cut(string(text), begin)
		had, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Fatalf("%s has no place for %s", file, name(g))
		}
		want := tables(g)
		if *update {
			if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o600); err != nil {
				t.Fatal(err)
			}
		} else if had != want {
			t.Errorf("%s: %s is not as the guide has it:\n%s", file, name(g), want)
		}
	}
}

// tables are what to enter and what to send, for those who use the REST API.
func tables(g guide.Guide) string {
	ours := map[guide.Kind]string{
		guide.ACSURL:       "`service_provider.acs_url`",
		guide.ACSPattern:   "the same as a regular expression: `^https:\\/\\/sso\\.example\\.com\\/saml\\/conn-…\\/acs$`",
		guide.EntityID:     "`service_provider.entity_id`",
		guide.MetadataURL:  "`service_provider.metadata_url`",
		guide.MetadataFile: "what `service_provider.metadata_url` answers",
		guide.Certificate:  "`service_provider.encryption_certificate`",
		guide.RedirectURI:  "`relying_party.redirect_uri`",
		guide.SignInURL:    "`sign_in_url`",
		guide.LogoutURL:    "`https://sso.example.com/logout`",
		guide.Backchannel:  "`relying_party.backchannel_logout_uri`",
	}
	var b strings.Builder
	b.WriteString("\n| in " + g.Product + " | what to enter |\n|---|---|\n")
	for _, d := range g.Create.Do {
		for _, v := range d.Give {
			what := ours[v.Kind]
			if v.Kind == guide.Choice {
				what = v.Text
			}
			b.WriteString("| " + v.Label + " | " + what + " |\n")
		}
	}
	b.WriteString("\n| attribute | from | for |\n|---|---|---|\n")
	for _, c := range g.Claims {
		sent := ""
		if c.ByName {
			sent = ", sent by default"
		}
		b.WriteString("| `" + c.Name + "` | " +
			strings.ReplaceAll(c.Value, ".*", "`.*`") + sent + " | " +
			string(c.Use) + " |\n")
	}
	return b.String() + "\n"
}
