package sso

import (
	"testing"

	"pgregory.net/rapid"
)

// TestOpens compares the decision with one over a set of references, also for names that
// resemble each other across the slash.
func TestOpens(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{"a", "b", "ab", "a/b", "b/a", "aa", "ä", "A"})
		key := rapid.SampledFrom([]string{"a", "b", "ab", "aa"})
		ents := rapid.SliceOfN(rapid.SampledFrom([]EnterpriseID{"one", "two"}), 0, 2)
		a := Application{Enterprises: ents.Draw(t, "enterprises")}
		required := map[string]bool{}
		for range rapid.IntRange(0, 3).Draw(t, "required") {
			ref := GroupRef(key.Draw(t, "key"), part.Draw(t, "name"))
			a.Groups, required[ref] = append(a.Groups, ref), true
		}
		var groups []PrincipalGroup
		member := len(required) == 0
		for range rapid.IntRange(0, 3).Draw(t, "groups") {
			g := PrincipalGroup{
				Organization: key.Draw(t, "organization"),
				Name:         part.Draw(t, "group"),
			}
			groups, member = append(groups, g), member || required[g.Ref()]
		}
		want := Refusal("")
		switch {
		case !a.Admits("one"):
			want = CodeAppEnterprise
		case !member:
			want = CodeAppGroup
		}
		if got := a.Opens("one", groups); got != want {
			t.Fatalf("%q, not %q, for %v of %v", got, want, groups, a)
		}
	})
}
