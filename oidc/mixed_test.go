package oidc

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

// TestMixed: every value that is not a text is kept as it stands in the
// document, at the path by which a mapping would read it.
func TestMixed(t *testing.T) {
	t.Parallel()
	text := func(raw string) sso.RawGroup {
		return sso.RawGroup{
			Raw: raw,
			Why: sso.RawNotText,
		}
	}
	missing := func(raw string) sso.RawGroup {
		return sso.RawGroup{
			Raw: raw,
			Why: sso.RawNoMember,
		}
	}
	for doc, want := range map[string]map[string]sso.MixedClaim{
		`{"g":["a","b"]}`:     {},
		`{"g":[]}`:            {},
		`{"g":null}`:          {},
		`{"exp":1,"iat":2.5}`: {},
		`{"g":false}`: {"g": {
			Texts: []string{},
			Other: []sso.RawGroup{text("false")},
		}},
		`{"g":["a",null,7,"b"]}`: {
			"g": {
				Texts: []string{"a", "b"},
				Other: []sso.RawGroup{text("null"), text("7")},
			},
		},
		`{"g":[["a",[true]],"b"]}`: {"g": {
			Texts: []string{"a", "b"},
			Other: []sso.RawGroup{text("true"), text(`["a",[true]]`)},
		}},
		`{"g":[[]]}`: {"g": {
			Texts: []string{},
			Other: []sso.RawGroup{text("[]")},
		}},
		`{"g":["a", [ ["b"] ] ]}`: {
			"g": {Texts: []string{"a", "b"}, Other: []sso.RawGroup{text(`[ ["b"] ]`)}},
		},
		`{"g":[{"n":["a"]}]}`: {"g": {
			Texts: []string{},
			Other: []sso.RawGroup{text(`{"n":["a"]}`)},
		}},
		`{"g" : [ {"x":"1"} ,"a"]}`: {
			"g":   {Texts: []string{"a"}, Other: []sso.RawGroup{text(`{"x":"1"}`)}},
			"g.x": {Texts: []string{"1"}, Other: []sso.RawGroup{missing(`"a"`)}},
		},
		`{"g":{"admin":{"1":"x"}}}`: {
			"g":       {Other: []sso.RawGroup{text(`{"admin":{"1":"x"}}`)}},
			"g.admin": {Other: []sso.RawGroup{text(`{"1":"x"}`)}},
		},
		`{"g":[{"n":"a"},{"n":"b"},{}]}`: {
			"g": {
				Texts: []string{},
				Other: []sso.RawGroup{
					text(`{"n":"a"}`), text(`{"n":"b"}`), text(`{}`),
				},
			},
			"g.n": {Texts: []string{"a", "b"}, Other: []sso.RawGroup{missing(`{}`)}},
		},
	} {
		d, err := parseDocument([]byte(doc))
		if err != nil {
			t.Errorf("%s: %v", doc, err)
			continue
		}
		if diff := cmp.Diff(want, d.mixed); diff != "" {
			t.Errorf("%s (-want +got):\n%s", doc, diff)
		}
	}
}

// TestMixedIsBounded: of many elements without a member a few are kept.
func TestMixedIsBounded(t *testing.T) {
	t.Parallel()
	d, err := parseDocument([]byte(
		`{"g":[` + strings.Repeat(`{"i":"1"},`, 20_000) + `{"n":"a"}]}`,
	))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(d.mixed["g.n"].Other); n != sso.MaxRawGroups+1 {
		t.Errorf("%d elements without a member are kept", n)
	}
}
