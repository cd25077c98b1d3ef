package mapping

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/sso"
	"gatehouse/sso/fold"
)

// TestNotUnderstood: whatever names no group is recorded with the reason, what
// is beside it is taken, and the list does not count as complete.
func TestNotUnderstood(t *testing.T) {
	t.Parallel()
	delimited := with(func(m *sso.Mapping) { m.Delimiter = ";" })
	included := with(func(m *sso.Mapping) { m.Include = "^eng" })
	for name, c := range map[string]struct {
		mapping sso.Mapping
		list    sso.MixedClaim
		names   []string
		why     []sso.RawReason
	}{
		"an object beside a name": {
			simple,
			sso.MixedClaim{
				Texts: []string{"dev"},
				Other: []sso.RawGroup{{Raw: `{"name":"ops"}`, Why: sso.RawNotText}},
			},
			[]string{"dev"},
			[]sso.RawReason{sso.RawNotText},
		},
		"only objects": {
			simple,
			sso.MixedClaim{Other: []sso.RawGroup{
				{Raw: `{}`, Why: sso.RawNotText},
				{Raw: `false`, Why: sso.RawNotText},
			}},
			nil,
			[]sso.RawReason{sso.RawNotText, sso.RawNotText},
		},
		"a line break inside": {
			simple,
			sso.MixedClaim{Texts: []string{"dev", "site\n  reliability"}},
			[]string{"dev"},
			[]sso.RawReason{sso.RawLineBreak},
		},
		"a tab inside": {
			simple,
			sso.MixedClaim{Texts: []string{"a\tb"}},
			nil,
			[]sso.RawReason{sso.RawLineBreak},
		},
		"a no-break space inside": {
			simple,
			sso.MixedClaim{Texts: []string{"site\u00a0reliability"}},
			nil,
			[]sso.RawReason{sso.RawNoBreakSpace},
		},
		"an ideographic space inside": {
			simple,
			sso.MixedClaim{Texts: []string{"site\u3000reliability"}},
			nil,
			[]sso.RawReason{sso.RawNoBreakSpace},
		},
		"a zero-width space inside": {
			simple,
			sso.MixedClaim{Texts: []string{"engi\u200bneering"}},
			nil,
			[]sso.RawReason{sso.RawInvisible},
		},
		"a text direction inside": {
			simple,
			sso.MixedClaim{Texts: []string{"engi\u202eneering"}},
			nil,
			[]sso.RawReason{sso.RawInvisible},
		},
		"a control character": {
			simple,
			sso.MixedClaim{Texts: []string{"c\x00"}},
			nil,
			[]sso.RawReason{sso.RawInvisible},
		},
		"not UTF-8": {
			simple,
			sso.MixedClaim{Texts: []string{"c\xff"}},
			nil,
			[]sso.RawReason{sso.RawInvisible},
		},
		"nothing but what is invisible": {
			simple,
			sso.MixedClaim{Texts: []string{"\u200b"}},
			nil,
			[]sso.RawReason{sso.RawInvisible},
		},
		"too long": {
			simple,
			sso.MixedClaim{Texts: []string{strings.Repeat("a", 256)}},
			nil,
			[]sso.RawReason{sso.RawTooLong},
		},
		"a JSON list in a text": {
			simple,
			sso.MixedClaim{Texts: []string{`["dev","ops"]`}},
			[]string{`["dev","ops"]`},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"a JSON list of one": {
			simple,
			sso.MixedClaim{Texts: []string{`["dev"]`, "ops"}},
			[]string{`["dev"]`, "ops"},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"a list as Java writes it": {
			simple,
			sso.MixedClaim{Texts: []string{`[dev, ops]`}},
			[]string{`[dev, ops]`},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"an array of PostgreSQL": {
			simple,
			sso.MixedClaim{Texts: []string{`{dev,ops}`}},
			[]string{`{dev,ops}`},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"a list of one, as Java writes it": {
			simple,
			sso.MixedClaim{Texts: []string{`[dev]`}},
			[]string{`[dev]`},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"a list as Go writes it": {
			simple,
			sso.MixedClaim{Texts: []string{`[dev ops]`}},
			[]string{`[dev ops]`},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"an array of one of PostgreSQL": {
			simple,
			sso.MixedClaim{Texts: []string{`{dev}`}},
			[]string{`{dev}`},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"an empty array of PostgreSQL": {
			simple,
			sso.MixedClaim{Texts: []string{"dev", `{}`}},
			[]string{"dev", `{}`},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"an object of JavaScript": {
			simple,
			sso.MixedClaim{Texts: []string{"dev", "[object Object]"}},
			[]string{"dev", "[object Object]"},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"a lost character": {
			simple,
			sso.MixedClaim{Texts: []string{"dev", "Z\ufffdrich"}},
			[]string{"dev"},
			[]sso.RawReason{sso.RawGarbled},
		},
		"semicolons": {
			simple,
			sso.MixedClaim{Texts: []string{"dev;ops;sre"}},
			[]string{"dev;ops;sre"},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"bars": {
			simple,
			sso.MixedClaim{Texts: []string{"dev|ops"}},
			[]string{"dev|ops"},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"commas": {
			simple,
			sso.MixedClaim{Texts: []string{"dev, ops"}},
			[]string{"dev, ops"},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"distinguished names in one": {
			simple,
			sso.MixedClaim{Texts: []string{"CN=a,OU=x;CN=b,OU=x"}},
			[]string{"CN=a,OU=x;CN=b,OU=x"},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"JSON where a delimiter is set": {
			delimited,
			sso.MixedClaim{Texts: []string{`["dev";"ops"]`}},
			[]string{`["dev"`, `"ops"]`},
			[]sso.RawReason{sso.RawLooksLikeList},
		},
		"what an include would have got": {
			included,
			sso.MixedClaim{
				Texts: []string{"eng\u00a0eu", "\u200bops\u200b\n1", "e\u200bng"},
			},
			nil,
			[]sso.RawReason{sso.RawNoBreakSpace, sso.RawInvisible},
		},
		"an object, whatever is included": {
			included,
			sso.MixedClaim{Other: []sso.RawGroup{{
				Raw: `{}`,
				Why: sso.RawNotText,
			}}},
			nil,
			[]sso.RawReason{sso.RawNotText},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := asserted(t, c.mapping, c.list)
			var why []sso.RawReason
			for _, raw := range g.NotUnderstood {
				why = append(why, raw.Why)
				if !sso.Printable(raw.Raw) {
					t.Errorf("%q is not escaped", raw.Raw)
				}
			}
			if g.State != sso.GroupsPartial ||
				!slices.Equal(g.Names, c.names) ||
				!slices.Equal(why, c.why) ||
				g.NotUnderstoodCount != len(why) {
				t.Errorf(
					"%s: %q, not understood %v; want %q, %v", g.State, g.Names,
					g.NotUnderstood, c.names, c.why,
				)
			}
		})
	}
}

// TestUnusualNamesAreUnderstood: names that only look odd.
func TestUnusualNamesAreUnderstood(t *testing.T) {
	t.Parallel()
	for _, texts := range [][]string{
		{"CN=Ops,OU=Groups,DC=acme,DC=test"},
		{"cn=ops, ou=groups"},
		{"2.5.4.3=ops,DC=test"},
		{"[EU] admins"},
		{"[admins]", "dev"},
		{"(contractors)"},
		{"{6b1c1b5e-0000-4000-8000-000000000001}"},
		{"Sales, EMEA", "dev"},
		{"a;b", "c"},
		{"/eng/platform"},
		{`ACME\ops`},
		{"ops,"},
		{"R&D"},
		{"caf\u00e9"},
		{"\u2764\ufe0f"},
	} {
		if g := asserted(t, simple, sso.MixedClaim{Texts: texts}); g.State != sso.GroupsValues ||
			!slices.Equal(g.Names, texts) {
			t.Errorf("%q: %s, %q, %v", texts, g.State, g.Names, g.NotUnderstood)
		}
	}
	bars := with(func(m *sso.Mapping) { m.Delimiter = "|" })
	if g := asserted(t, bars, sso.MixedClaim{Texts: []string{"[admins]"}}); g.State != sso.GroupsValues {
		t.Errorf(
			"brackets where a delimiter is set: %s, %v", g.State, g.NotUnderstood,
		)
	}
	escape := with(func(m *sso.Mapping) { m.Delimiter = "|" })
	if g := asserted(t, escape, sso.MixedClaim{Texts: []string{"Sales, EMEA"}}); g.State != sso.GroupsValues {
		t.Errorf(
			"a configured delimiter is the only one: %s, %v", g.State,
			g.NotUnderstood,
		)
	}
}

// TestFiveThousandNames: more than a user may have, in a list that is short enough not to
// be timed.
func TestFiveThousandNames(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range 5000 {
		many = append(
			many,
			strings.Repeat("long-", 8)+string(rune('a'+i%26))+
				strings.Repeat("x", i/26%40)+string(rune('a'+i/1040)),
		)
	}
	many[4990], many[4999] = "engineering", "operations"
	g := asserted(t, with(func(m *sso.Mapping) {
		m.Include = "^(engineering|operations)$"
	}), sso.MixedClaim{Texts: many})
	if g.State != sso.GroupsValues ||
		!slices.Equal(g.Names, []string{"engineering", "operations"}) {
		t.Errorf("%s: %q", g.State, g.Names)
	}
	if g := asserted(t, simple, sso.MixedClaim{Texts: many}); g.State != sso.GroupsTruncated ||
		len(g.Names) != sso.MaxGroups ||
		g.Unread == 0 {
		t.Errorf("%s: %d names, %d unread", g.State, len(g.Names), g.Unread)
	}
}

// TestEveryValueIsAccountedFor: it is a name, a repetition, blank, left out by
// the mapping, unread or not understood; and a list with anything of the last
// two is not complete.
func TestEveryValueIsAccountedFor(t *testing.T) {
	t.Parallel()
	value := rapid.OneOf(
		rapid.SampledFrom([]string{
			"dev", "Dev", " dev ", "ops", "", " ", "\u200b", "a\nb", "a\u00a0b",
			"a,b", "a;b", `["a"]`, "CN=a,OU=b", strings.Repeat("x", 300), "e\u0301",
			"\u00e9",
		}),
		rapid.String())
	rapid.Check(t, func(t *rapid.T) {
		list := sso.MixedClaim{Texts: rapid.SliceOfN(value, 0, 8).Draw(t, "texts")}
		for _, raw := range rapid.SliceOfN(
			rapid.SampledFrom([]string{"{}", "1", "null"}), 0, 3,
		).Draw(t, "other") {
			list.Other = append(list.Other, sso.RawGroup{
				Raw: raw,
				Why: sso.RawNotText,
			})
		}
		m := simple
		m.Include = rapid.SampledFrom([]string{"", "^d", "."}).Draw(t, "include")
		g := asserted(t, m, list)
		if g.State.Complete() && (g.NotUnderstoodCount > 0 || g.Unread > 0) ||
			g.State == sso.GroupsPartial && g.NotUnderstoodCount == 0 {
			t.Fatalf("%s with %d not understood", g.State, g.NotUnderstoodCount)
		}
		if g.NotUnderstoodCount < len(list.Other) {
			t.Fatalf(
				"%d not understood, of %d that are no texts", g.NotUnderstoodCount,
				len(list.Other),
			)
		}
		for _, text := range list.Texts {
			name := fold.Clean(text)
			dropped := m.Include == "^d" && !strings.HasPrefix(name, "d")
			recorded := slices.ContainsFunc(g.NotUnderstood, func(r sso.RawGroup) bool {
				return r.Raw == sso.EscapeRaw(text)
			})
			if strings.TrimSpace(text) != "" &&
				!slices.Contains(g.Names, name) &&
				!dropped &&
				!recorded {
				t.Fatalf("%q is lost: %q, %v", text, g.Names, g.NotUnderstood)
			}
		}
		if again, err := Narrow(m, g); err != nil ||
			!slices.Equal(again.Names, g.Names) ||
			again.State != g.State {
			t.Fatalf(
				"read again: %s, %q (%v); was %s, %q", again.State, again.Names, err,
				g.State, g.Names,
			)
		}
	})
}

// asserted reads a list of groups.
func asserted(t interface{ Fatalf(string, ...any) }, m sso.Mapping, list sso.MixedClaim) sso.AssertedGroups {
	a := sso.Assertion{
		Subject: "s-1",
		Claims: sso.Claims{
			"login":  {"ada"},
			"email":  {"a@b.test"},
			"groups": list.Texts,
		},
	}
	if len(list.Other) > 0 {
		a.Mixed = map[string]sso.MixedClaim{"groups": list}
	}
	id, _, err := Apply(
		sso.Config{Mapping: m}, sso.Connection{ID: "conn-x", Protocol: sso.SAML}, a,
	)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return id.Groups
}
