package scim

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(harness.Main(m)) }

// TestServer has scim2-tester, a compliance checker that others wrote, check
// the running program on both databases: everything succeeds, and nothing is left
// out.
func TestServer(t *testing.T) {
	harness.Long(t)
	tester := os.Getenv("TEST_SCIM2")
	if tester == "" {
		harness.Missing(t, "scim2", "TEST_SCIM2 is not set")
	}
	for name, database := range map[string]func(testing.TB) string{
		"sqlite":   storetest.SQLite,
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			g := harness.Start(t, harness.Options{Database: database(t)})
			url, token := provisioned(g)
			cmd := exec.CommandContext(t.Context(), tester, "--url", url, "test", "--verbose")
			cmd.Env = append(os.Environ(), "SCIM_CLI_HEADERS=Authorization: Bearer "+token)
			out, err := cmd.CombinedOutput()
			checkReport(t, out, err)
		})
	}
}

// provisioned makes a company whose identity provider provisions by SCIM, and
// returns the base URL and a token.
func provisioned(g *harness.Gateway) (url, token string) {
	api := g.API()
	c := harness.NewCompany(g, api, "acme", map[string][]string{"Research": {"engineering"}})
	conn := c.Connect(harness.Object{
		"name":     "Directory",
		"protocol": "oidc",
		"provider": "entra",
		"oidc": harness.Object{
			"issuer":        "http://127.0.0.1:1/none",
			"client_id":     "gatehouse",
			"client_secret": "not used",
		},
		"provisioning": "scim",
	})
	return c.SCIM(conn.ID, "tester")
}

var resultLine = regexp.MustCompile(`(?m)^([A-Z]{5,}) (\w+)`)

func checkReport(t *testing.T, out []byte, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("scim2 test: %v", err)
	}
	succeeded := 0
	for _, m := range resultLine.FindAllSubmatch(out, -1) {
		if string(m[1]) != "SUCCESS" {
			t.Errorf("%s %s", m[1], m[2])
			continue
		}
		succeeded++
	}
	if succeeded < 120 {
		t.Errorf("%d checks succeeded; the report may have another form", succeeded)
	}
	if t.Failed() {
		t.Logf("%s", bytes.TrimSpace([]byte(strings.ToValidUTF8(string(out), "?"))))
	}
}
