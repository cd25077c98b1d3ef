package catalog

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestWarn: every warning has a cause, a side, an action and a place at every
// identity provider over both protocols.
func TestWarn(t *testing.T) {
	for _, code := range WarningCodes() {
		for _, p := range sso.Providers {
			for _, protocol := range []sso.Protocol{sso.SAML, sso.OIDC} {
				w := sso.Warning{
					Code:  code,
					Field: "email",
					Want:  "a",
					Got:   "b",
				}
				a := Warn(p, protocol, w)
				if a.Cause == "" ||
					a.Side == "" ||
					a.Place == "" ||
					a.Do == "" && code != "note" {
					t.Errorf("%s, %s, %s: %+v is not complete", p, protocol, code, a)
				}
				forPeople(t, a)
				if a.Side == Company && strings.HasPrefix(a.Place, "Here") ||
					a.Side == Operator && !strings.HasPrefix(a.Place, "Here") {
					t.Errorf(
						"%s, %s, %s: %s is not where %s acts", p, protocol, code,
						a.Place, a.Side,
					)
				}
			}
		}
	}
}

// forPeople checks that an advice has none of the API's words.
func forPeople(t *testing.T, a Advice) {
	t.Helper()
	text := a.Cause + " " + a.Do
	for _, word := range []string{
		" POST …", " GET …", " PATCH …", "…/", "{field}", "{want}", "{got}", "`",
		"*",
	} {
		if strings.Contains(text, word) {
			t.Errorf("%q speaks to a program: %q", text, word)
		}
	}
	for _, found := range underscored.FindAllString(text, -1) {
		if !protocolWords[found] {
			t.Errorf("%q has the name %s", text, found)
		}
	}
}

var underscored = regexp.MustCompile(`\b[a-z]+[_.][a-z_]+\b`)

// protocolWords are the underscored words that identity providers themselves use.
var protocolWords = map[string]bool{
	"jwks_uri":            true,
	"token_endpoint":      true,
	"redirect_uri":        true,
	"invalid_client":      true,
	"saml_subject":        true,
	"invalid_scope":       true,
	"unauthorized_client": true,
	"invalid_grant":       true,
}

// TestDocumentWarnings: the guide's table of warnings is the one here.
func TestDocumentWarnings(t *testing.T) {
	have, err := os.ReadFile(guide)
	if err != nil {
		t.Fatal(err)
	}
	table := regexp.MustCompile(`(?m)^<!-- warnings -->\n(\|.*\n)+`)
	rows := "<!-- warnings -->\n| code | what was found | who | what to do |\n|---|---|---|---|\n"
	words := strings.NewReplacer("{want}", "…", "{got}", "…", "{field}", "…")
	all := warnings()
	for i, w := range all {
		if i+1 < len(all) && all[i+1].codes == w.codes {
			continue // the last one of a code is the general one
		}
		rows += fmt.Sprintf(
			"| `%s` | %s | %s | %s |\n", w.codes, words.Replace(w.cause), w.side,
			words.Replace(w.do),
		)
	}
	want := table.ReplaceAllLiteralString(string(have), rows)
	if *update {
		if err := os.WriteFile(guide, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if want != string(have) || !table.Match(have) {
		t.Error("the guide says something else about warnings: run this test with -update")
	}
}
