package oidc

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"gatehouse/sso"
)

func TestFlatten(t *testing.T) {
	t.Parallel()
	for doc, want := range map[string]sso.Claims{
		`{}`: {},
		`{"a":"x","b":1,"c":true,"d":1.50,"e":1e400}`: {
			"a": {"x"},
			"b": {"1"},
			"c": {"true"},
			"d": {"1.50"},
			"e": {"1e400"},
		},
		`{"a":null,"b":[],"c":[null],"d":{}}`:        {"b": {}, "c": {}},
		`{"a":["x",1,false,null,"x"]}`:               {"a": {"x", "1", "false", "x"}},
		`{"a":{"b":{"c":["x","y"]},"d":"z"}}`:        {"a.b.c": {"x", "y"}, "a.d": {"z"}},
		`{"a.b":"literal","a":{"b":"nested","c":1}}`: {"a.b": {"literal"}, "a.c": {"1"}},
		`{"a":{"b":"nested"},"a.b":[]}`:              {"a.b": {}},
		`{"a":{"b":"nested"},"a.b":null}`:            {"a.b": {"nested"}},
		`{"g":[{"name":"x","id":1},{"name":"y"}]}`: {
			"g":      {},
			"g.name": {"x", "y"},
			"g.id":   {"1"},
		},
		`{"a":[["x"],["y",["z"]]]}`:          {"a": {"x", "y", "z"}},
		`{"_claim_names":{"groups":"src1"}}`: {"_claim_names.groups": {"src1"}},
		`{"":"x","a":{"":"y"}}`:              {"": {"x"}, "a.": {"y"}},
		` {"a":"\u00e9\n"} `:                 {"a": {"é\n"}},
	} {
		d, err := parseDocument([]byte(doc))
		if err != nil {
			t.Errorf("%s: %v", doc, err)
			continue
		}
		if diff := cmp.Diff(want, d.claims); diff != "" {
			t.Errorf("%s (-want +got):\n%s", doc, diff)
		}
	}
	for _, doc := range []string{
		``,
		`null`,
		`1`,
		`"x"`,
		`[]`,
		`{`,
		`{"a"}`,
		`{"a":}`,
		`{"a":1,}`,
		`{"a":1}x`,
		`{"a":1}{}`,
		`{'a':1}`,
		`{"a":NaN}`,
		`{"a":01}`,
		"{\"a\":\"\x01\"}",
		`{"a":1,"a":1}`,
		`{"\u0061":1,"a":1}`,
		`{"x":[{"a":1,"a":1}]}`,
		`{"a.b":{"c":1},"a":{"b.c":1}}`,
		`{"a":"\ud800"}`,
		"{\"a\":\"\xff\"}",
		"\ufeff{}",
		`{"a":` + strings.Repeat("[", 8) + strings.Repeat("]", 8) + `}`,
		`{"a":[` + strings.Repeat(`1,`, maxLeaves) + `1]}`,
	} {
		if d, err := parseDocument([]byte(doc)); err == nil {
			t.Errorf("%.80s is accepted as %v", doc, d.claims)
		}
	}
}

func TestManyGroupsFit(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]bool{
		sso.MaxGroups:      true,
		sso.MaxGroups + 1:  true,
		3 * sso.MaxGroups:  true,
		30 * sso.MaxGroups: false,
	} {
		groups := make([]string, n)
		for i := range groups {
			groups[i] = fmt.Sprintf("group-%d", i)
		}
		doc, err := json.Marshal(map[string]any{
			"groups": groups,
			"iss":    "x",
			"aud":    []string{"a", "b"},
		})
		if err != nil {
			t.Fatal(err)
		}
		d, err := parseDocument(doc)
		if (err == nil) != want || want && len(d.claims["groups"]) != n {
			t.Errorf("%d groups: %d, %v", n, len(d.claims["groups"]), err)
		}
	}
}

// Whatever encoding/json writes of values without clashing names is read back
// whole.
func TestReadsWhatEncodingJSONWrites(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.MapOfN(
			rapid.StringMatching(`[a-z]{1,6}`), rapid.SliceOfN(rapid.String(), 0, 5),
			0, 10,
		).Draw(t, "claims")
		doc, err := json.Marshal(map[string]any{"top": values})
		if err != nil {
			t.Fatal(err)
		}
		d, err := parseDocument(doc)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.claims) != len(values) {
			t.Fatalf("%d claims of %d", len(d.claims), len(values))
		}
		for name, want := range values {
			if got := d.claims["top."+name]; len(got) != len(want) || len(want) > 0 && !cmp.Equal(got, want) {
				t.Fatalf("%s: %q, want %q", name, got, want)
			}
		}
	})
}

func TestFoldNameMatchesEncodingJSON(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.StringOfN(
			rapid.RuneFrom([]rune("aAkK\u212asSſßẞéÉıIiİ_-")), 1, 3, -1,
		).Draw(t, "a")
		b := rapid.StringOfN(
			rapid.RuneFrom([]rune("aAkK\u212asSſßẞéÉıIiİ_-")), 1, 3, -1,
		).Draw(t, "b")
		if (foldName(a) == foldName(b)) != strings.EqualFold(a, b) {
			t.Fatalf("%q and %q: folded alike %v", a, b, foldName(a) == foldName(b))
		}
	})
}

func TestChecksAreSanitized(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"a b":            "a b",
		"a\nb\x00\u202e": "a�b��",
		"\xff":           "�",
	} {
		if got := sso.Sanitize(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	if got := []rune(sso.Sanitize(strings.Repeat("é", 500))); len(got) != 201 {
		t.Errorf("%d runes", len(got))
	}
}
