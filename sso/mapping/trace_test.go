package mapping

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/sso"
)

// TestTraceSaysWhatASignInDoes: the names of a trace are those that the same
// mapping gives a sign-in.
func TestTraceSaysWhatASignInDoes(t *testing.T) {
	t.Parallel()
	value := rapid.OneOf(
		rapid.SampledFrom([]string{
			"CN=dev,DC=acme", "/acme/dev", "dev", " dev ", "a;b", "", "x\u00a0y",
			`{"a":{},"b":1}`, `["a","b"]`, "app-dev", "app-old",
		}),
		rapid.StringN(0, 12, 40),
	)
	rapid.Check(t, func(t *rapid.T) {
		rewrites := []*sso.Rewrite{
			nil,
			{Preset: sso.RewriteCommonName},
			{Preset: sso.RewriteLastSegment},
			{Preset: sso.RewriteMembers},
			{Pattern: `^app-(.*)$`},
		}
		m := with(func(m *sso.Mapping) {
			m.GroupsRewrite = rapid.SampledFrom(rewrites).Draw(t, "rewrite")
			m.Delimiter = rapid.SampledFrom([]string{"", ";"}).Draw(t, "delimiter")
			m.Exclude = rapid.SampledFrom([]string{"", "^a"}).Draw(t, "exclude")
		})
		sent := rapid.SliceOfN(value, 0, 8).Draw(t, "sent")
		id, _, err := apply(m, sso.Claims{
			"login":  {"ada"},
			"email":  {"a@b.test"},
			"groups": sent,
		})
		if err != nil {
			t.Fatal(err)
		}
		trace, err := Trace(m, id)
		if err != nil ||
			trace.Source != id.Groups.Source && id.Groups.State.NamesGroups() {
			t.Fatalf(
				"read from %q, %v; a sign-in reads %q", trace.Source, err,
				id.Groups.Source,
			)
		}
		var names []string
		for _, v := range trace.Values {
			if v.Name != "" && !v.LeftOut && !slices.Contains(names, v.Name) {
				names = append(names, v.Name)
			}
		}
		if !slices.Equal(names, id.Groups.Names) {
			t.Errorf("the trace names %q, a sign-in %q", names, id.Groups.Names)
		}
	})
}

func TestTraceKeepsWhatWasSent(t *testing.T) {
	t.Parallel()
	const object = `{"dev":{},"ops":{}}`
	m := with(func(m *sso.Mapping) {
		m.GroupsRewrite = &sso.Rewrite{Preset: sso.RewriteMembers}
	})
	trace, err := Trace(m, sso.Identity{
		Claims: sso.Claims{"groups": {"x"}},
		Mixed: map[string]sso.MixedClaim{
			"groups": {
				Texts: []string{"x", "a\u200bb"},
				Other: []sso.RawGroup{
					{
						Raw: object,
						Why: sso.RawNotText,
					},
					{
						Raw: "7",
						Why: sso.RawNotText,
					},
				},
			},
		},
	})
	want := []sso.TracedGroup{
		{Sent: object, Name: "dev"},
		{Sent: object, Name: "ops"},
		{Sent: "7", Why: sso.RawNotText},
		{Sent: "x", Name: "x"},
		{Sent: "a\u200bb", Why: sso.RawInvisible},
	}
	if err != nil || len(trace.Values) != len(want) {
		t.Fatalf("got %+v, %v", trace, err)
	}
	for i, v := range trace.Values {
		if v.Sent != want[i].Sent ||
			v.Name != want[i].Name ||
			v.Why != want[i].Why {
			t.Errorf("value %d: got %+v; want %+v", i, v, want[i])
		}
	}
	many := make([]string, 3*maxTraced)
	for i := range many {
		many[i] = "x"
	}
	if trace, err := Trace(m, sso.Identity{
		Claims: sso.Claims{"groups": many},
	}); err != nil || len(trace.Values) != maxTraced {
		t.Errorf("%d values, %v", len(trace.Values), err)
	}
}
