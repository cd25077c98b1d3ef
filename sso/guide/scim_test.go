package guide_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/guide"
)

// TestSCIMGuidesAreWhole checks that each guide gives the address and the token once,
// names what userName has to be, and leaves nothing open.
func TestSCIMGuidesAreWhole(t *testing.T) {
	t.Parallel()
	for _, g := range guide.AllSCIM() {
		name := string(g.Provider)
		if got := guide.SCIMOf(g.Provider); got.Product != g.Product {
			t.Errorf("%s: SCIMOf gives %s", name, got.Product)
		}
		given := map[guide.Kind]int{}
		for _, p := range []guide.Part{g.Connect, g.Mappings, g.Assign} {
			if p.Title == "" || len(p.Do) == 0 {
				t.Errorf("%s: a part without title or instructions: %+v", name, p)
			}
			for _, d := range p.Do {
				checkText(t, name, d.Text)
				for _, v := range d.Give {
					given[v.Kind]++
					if v.Label == "" || (v.Kind == guide.Choice) != (v.Text != "") {
						t.Errorf("%s: %+v", name, v)
					}
				}
			}
			for _, w := range p.Warnings {
				checkText(t, name, w)
			}
		}
		for _, text := range append([]string{g.Cycle, g.First, g.Network, g.OwnTest.Text, g.Again, g.Role}, g.NotNeeded...) {
			checkText(t, name, text)
		}
		if given[guide.SCIMURL] != 1 || given[guide.TokenValue] != 1 {
			t.Errorf("%s: gives the address %d times, the token %d times", name, given[guide.SCIMURL], given[guide.TokenValue])
		}
		checkRequired(t, name, g)
		for _, m := range sso.Milestones {
			checkText(t, name, g.Try(m))
		}
		if !strings.HasSuffix(g.TokenName, "-1") {
			t.Errorf("%s: %q is not the first of several names", name, g.TokenName)
		}
	}
}

func checkRequired(t *testing.T, name string, g guide.SCIM) {
	t.Helper()
	logins := 0
	for _, r := range g.Required {
		if r.From == "" || r.Why == "" {
			t.Errorf("%s: %+v", name, r)
		}
		if r.Login {
			logins++
			if r.Attribute != "userName" {
				t.Errorf("%s: the login is %s", name, r.Attribute)
			}
		}
	}
	if logins != 1 {
		t.Errorf("%s: %d attributes are the login", name, logins)
	}
}

// TestSCIMOf: products without a guide get the generic one, and those that cannot
// push get none.
func TestSCIMOf(t *testing.T) {
	t.Parallel()
	for p, want := range map[sso.Provider]string{
		sso.Okta:     "Okta",
		sso.Keycloak: "Another identity provider",
		sso.Google:   "",
		sso.ADFS:     "",
	} {
		if got := guide.SCIMOf(p).Product; got != want {
			t.Errorf("%s: %q", p, got)
		}
	}
}

// TestOwnTests: only the test of JumpCloud creates something, and that of Entra ID
// looks at no group.
func TestOwnTests(t *testing.T) {
	t.Parallel()
	for p, covers := range map[sso.Provider]string{
		sso.Entra:     "find-user list-users",
		sso.Okta:      "find-user list-users find-group list-groups",
		sso.JumpCloud: "find-user list-users find-group list-groups create-user create-group delete-group delete-user",
	} {
		var got []string
		for _, probe := range []string{
			"find-user", "list-users", "find-group", "list-groups", "create-user", "update-user", "create-group",
			"add-member", "delete-group", "delete-user",
		} {
			if guide.SCIMOf(p).OwnTest.Covers(probe) {
				got = append(got, probe)
			}
		}
		if strings.Join(got, " ") != covers {
			t.Errorf("%s: %v", p, got)
		}
	}
}

// TestSCIMDocsAgree: the steps of docs/identity-providers are made from the guides;
// `go test -run Docs ./sso/guide -args -update` makes them anew. It does not run beside
// TestDocsAgree, which writes the same files.
func TestSCIMDocsAgree(t *testing.T) {
	for _, g := range guide.AllSCIM() {
		file := "../../docs/identity-providers/" + string(g.Provider) + ".md"
		if g.Provider == sso.Custom {
			file = "../../docs/identity-providers/scim.md"
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		begin, end := "<!-- "+string(g.Provider)+" scim -->\n", "<!-- end -->\n"
		before, rest, found := strings.Cut(string(text), begin)
		had, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Fatalf("%s has no place for SCIM", file)
		}
		want := scimSteps(g)
		if *update {
			if err := os.WriteFile(file, []byte(before+begin+want+end+after), 0o600); err != nil {
				t.Fatal(err)
			}
		} else if had != want {
			t.Errorf("%s is not as the guide has it:\n%s", file, want)
		}
	}
}

// scimSteps are the steps of a guide for those who use the REST API.
func scimSteps(g guide.SCIM) string {
	var b strings.Builder
	n := 0
	for _, p := range []guide.Part{g.Connect, g.Mappings, g.Assign} {
		b.WriteString("\n**" + p.Title + "**\n\n")
		for _, d := range p.Do {
			n++
			b.WriteString(strconv.Itoa(n) + ". " + d.Text + "\n")
			for _, v := range d.Give {
				b.WriteString("   - " + v.Label + ": " + scimValue(v) + "\n")
			}
		}
		for i, w := range p.Warnings {
			if i == 0 {
				b.WriteString("\n")
			}
			b.WriteString("- " + w + "\n")
		}
	}
	b.WriteString("\n| attribute | from | why |\n|---|---|---|\n")
	for _, r := range g.Required {
		b.WriteString("| `" + r.Attribute + "` | " + r.From + " | " + r.Why + " |\n")
	}
	b.WriteString("\n")
	b.WriteString("| to see | do |\n|---|---|\n")
	for _, m := range sso.Milestones {
		b.WriteString("| `" + string(m) + "` | " + g.Try(m) + " |\n")
	}
	b.WriteString("\n")
	for _, text := range append(g.NotNeeded, g.Cycle, g.OwnTest.Text, "After a repair: "+g.Again) {
		b.WriteString("- " + text + "\n")
	}
	return b.String() + "\n"
}

func scimValue(v guide.Value) string {
	switch v.Kind {
	case guide.SCIMURL:
		return "`scim.base_url`"
	case guide.TokenValue:
		return "`token` of a [provisioning token](../api.md#provisioning)"
	default:
		return v.Text
	}
}
