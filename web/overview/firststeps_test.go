package overview_test

import (
	"net/http"
	"regexp"
	"testing"

	"gatehouse/sso"
)

// TestFirstStepsLead: the steps of an enterprise link to where they are done, and the one about
// mail says where its settings are.
func TestFirstStepsLead(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.firstSteps(
		`<a href="/admin/enterprises/(acme|globex)/connections">Its identity provider</a>`,
		`<a href="/admin/enterprises/(acme|globex)">The first sign-in</a>`,
		`GATEHOUSE_SMTP_ADDR.*docs/configuration\.md`,
	)
	f.connect(sso.ConnectionEnabled)
	f.firstSteps(
		`<strong>Its identity provider</strong>`,
		`<a href="/admin/enterprises/acme">The first sign-in</a>`,
	)
	f.signIn("ada")
	f.firstSteps(`<strong>The first sign-in</strong>`)
}

// firstSteps asserts that the list of enterprises matches all of these patterns.
func (f *fixture) firstSteps(patterns ...string) {
	f.Helper()
	_, body := f.do("olive", http.MethodGet, "/admin/enterprises", nil)
	for _, p := range patterns {
		if !regexp.MustCompile(p).MatchString(body) {
			f.Errorf("lacks %s:\n%s", p, body)
		}
	}
}
