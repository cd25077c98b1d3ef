package main

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/devtools/golist"
)

// arrows lists what a package may import, and why nothing else.
type arrows struct {
	ours   string // packages of this module, without "gatehouse/"
	others string // modules
	why    string
}

// levels is the whole table, from the bottom up: a package imports only packages
// above its own row.
//
//nolint:lll // one row per package reads best
var levels = map[string]arrows{
	"sso":    {"", "", "the vocabulary imports nothing but the standard library, so that everyone can import it"},
	"config": {"sso sso/address", "github.com/caarlos0/env/v11 github.com/goccy/go-yaml", "settings act on nothing; cmd hands them to the packages that need one"},

	"saml":            {"sso sso/address", "github.com/beevik/etree github.com/crewjam/saml github.com/hashicorp/golang-lru/v2 github.com/russellhaering/goxmldsig", "a protocol is pure: no cookies, database, policy or pages. Only here is SAML spoken"},
	"oidc":            {"sso sso/address", "github.com/coreos/go-oidc/v3 github.com/go-jose/go-jose/v4 github.com/go-json-experiment/json github.com/hashicorp/golang-lru/v2 golang.org/x/oauth2 golang.org/x/sync", "a protocol is pure: no cookies, database, policy or pages. Only here is OpenID Connect spoken"},
	"scim":            {"scim/filter", "github.com/go-json-experiment/json", "a protocol is pure: documents in, documents and changes out. Only here is SCIM spoken"},
	"scim/filter":     {"", "golang.org/x/text", "a filter is a tree of comparisons; the store turns it into SQL"},
	"internal/mail":   {"sso sso/address", "github.com/wneessen/go-mail", "it composes and sends mail; callers decide when. Only here is SMTP"},
	"sso/policy":      {"sso", "cel.dev/cel-go", "deciding is a pure function of facts; callers load the facts and act. Only here is CEL"},
	"groupsync":       {"sso sso/fold", "golang.org/x/text", "planning is a pure function of memberships and asserted groups; callers read and write"},
	"groupsync/entra": {"sso", "", "it asks Microsoft Graph and decides nothing; its HTTP client restricts the addresses"},
	"store/engine":    {"", "github.com/jackc/pgx/v5 github.com/pressly/goose/v3 modernc.org/sqlite", "it runs SQL and knows no noun. Only here are the databases' drivers"},
	"store":           {"sso sso/fold sso/identity groupsync scim/filter store/engine", "", "the store decides nothing: it asks the pure packages, in the transaction that writes what they answer. Only here are tables"},
	"store/memory":    {"sso", "github.com/hashicorp/golang-lru/v2", "in-process variants of what nodes share; the truth is in SQL"},
	"store/redis":     {"sso", "github.com/go-redis/redis_rate/v10 github.com/redis/go-redis/v9", "state shared by several nodes; the truth is in SQL. Only here is Redis"},
	"web/route":       {"sso", "", "the base of every HTTP edge knows none of them"},

	"internal/outbound": {"sso", "code.dny.dev/ssrf", "the HTTP client for requests to identity providers knows no protocol"},

	"sso/address":     {"sso", "golang.org/x/net golang.org/x/text", "the syntax of an address is a question about text; callers know whose it is"},
	"sso/fold":        {"sso", "golang.org/x/text", "whether two names look alike is a question about text; the store keeps the folded names, groupsync compares them"},
	"sso/identity":    {"sso sso/fold", "", "whose an identity is follows from facts; the store reads them and writes the user"},
	"sso/mapping":     {"sso sso/address sso/fold", "", "reading an assertion is a function of the assertion and the mapping"},
	"sso/evaluate":    {"sso sso/mapping sso/policy groupsync groupsync/entra", "", "deciding what a sign-in comes to is one function of evidence, configuration and facts; who calls it writes, stores and shows"},
	"sso/trial":       {"sso sso/evaluate groupsync saml oidc", "", "what a sign-in would come to, and nothing of HTTP, SQL, pages or sessions"},
	"sso/login":       {"sso sso/address sso/evaluate sso/trial internal/mail saml oidc", "", "the order of a sign-in, and nothing of HTTP, SQL or pages"},
	"sso/connections": {"sso sso/address sso/evaluate sso/mapping sso/policy saml oidc", "golang.org/x/net golang.org/x/sync", "what an administrator does to connections and domains, and nothing of HTTP, SQL or pages"},
	"sso/directory":   {"sso sso/address sso/identity groupsync", "", "the rules about users, groups, organizations, applications and enterprises, and nothing of HTTP, SQL or pages"},
	"sso/idempotency": {"sso", "", "carrying a request out once is a rule about keys and answers, and nothing of HTTP or SQL"},
	"sso/sessions":    {"sso", "github.com/hashicorp/golang-lru/v2 golang.org/x/sync", "it resolves tokens to sessions; the store keeps them"},
	"sso/signing":     {"sso", "github.com/go-jose/go-jose/v4", "the signing key is a function of the clock; callers know what is signed, the store keeps the keys"},
	"sso/access":      {"sso sso/address", "github.com/alexedwards/argon2id github.com/go-webauthn/webauthn", "who may do what in the console, and nothing of HTTP, SQL or pages"},
	"sso/catalog":     {"sso", "", "the catalogue is a table; callers find out what failed"},
	"sso/guide":       {"sso", "", "the instructions for each identity provider are data"},
	"sso/health":      {"sso sso/address sso/catalog internal/mail", "", "findings are a pure function of facts, worded by the catalogue; callers load the facts and send the mail"},
	"web":             {"web/access web/account web/activity web/assistant web/connection web/console web/directory web/overview web/signin web/testconnection web/ui", "", "it only lists the pages of the features"},
	"web/ui":          {"sso sso/catalog", "", "the kit renders the data it is given, and knows no feature"},
	"web/ui/gallery":  {"sso web/ui", "", "it holds what examples share; the examples are beside their pages"},
	"web/session":     {"sso", "github.com/gorilla/sessions github.com/gorilla/securecookie github.com/hashicorp/golang-lru/v2", "it maps cookies to tokens and back; sso/sessions resolves tokens"},

	"web/signin":         {"sso sso/login web/route web/ui web/ui/gallery", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/account":        {"sso sso/directory web/route web/ui web/ui/gallery", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/forwardauth":    {"sso sso/address web/route web/ui", "github.com/hashicorp/golang-lru/v2", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/console":        {"sso sso/catalog web/route web/ui web/ui/gallery", "", "the base of every page of the console knows none of them"},
	"web/access":         {"sso sso/access web/console web/route web/session web/ui web/ui/gallery", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/overview":       {"sso sso/directory sso/health sso/catalog web/console web/route web/ui web/ui/gallery", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/directory":      {"sso sso/connections sso/directory groupsync web/console web/route web/ui web/ui/gallery", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/activity":       {"sso sso/catalog web/console web/route web/ui web/ui/gallery", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/assistant":      {"sso sso/guide sso/mapping sso/catalog sso/connections web/console web/route web/ui web/ui/gallery", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/connection":     {"sso sso/trial sso/mapping sso/catalog sso/connections sso/directory groupsync web/console web/route web/ui web/ui/gallery", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/testconnection": {"sso sso/guide sso/catalog web/console web/route web/ui web/ui/gallery", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/api":            {"sso sso/address sso/access sso/trial sso/catalog sso/connections sso/directory sso/idempotency groupsync web/route", "github.com/danielgtaylor/huma/v2 github.com/go-json-experiment/json", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/ops":            {"sso web/route", "github.com/prometheus/client_golang", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},

	"internal/demo/demoidp":   {"sso", "github.com/beevik/etree github.com/crewjam/saml github.com/go-jose/go-jose/v4 github.com/russellhaering/goxmldsig", "the development identity provider is a separate program to the gateway"},
	"internal/demo/demomail":  {"", "github.com/emersion/go-smtp", "the demo's mail server is a separate program to the gateway"},
	"internal/demo/demoproxy": {"", "", "the demo's reverse proxy asks the gateway over HTTP, as any other would"},
	"internal/demo":           {"sso saml oidc sso/policy store internal/demo/demoidp internal/demo/demomail internal/demo/demoproxy", "github.com/coreos/go-oidc/v3", "the demo configures the gateway as an admin would; only the demo command needs it"},
	"cmd/gatehouse":           {"*", "github.com/lmittmann/tint github.com/mattn/go-isatty github.com/prometheus/client_golang github.com/spf13/cobra", "main wires all packages, and needs no protocol or database library for it"},

	"store/storetest":           {"sso sso/fold store", "github.com/google/go-cmp github.com/jackc/pgx/v5 modernc.org/sqlite pgregory.net/rapid", "the test suite for every database"},
	"web/ui/uitest":             {"web/ui web/ui/gallery", "github.com/google/go-cmp golang.org/x/net", "the checks of the pages of every feature"},
	"store/nodetest":            {"sso sso/sessions web/route", "", "the test suite for every implementation of state shared by nodes"},
	"internal/testkit/proxies":  {"", "", "real reverse proxies; for tests"},
	"internal/testkit/smtptest": {"", "github.com/emersion/go-sasl github.com/emersion/go-smtp", "a mail server; for tests"},
	"internal/testkit/chromium": {"", "github.com/chromedp/chromedp", "a real browser; for tests"},
	"e2e/bench":                 {"", "github.com/jackc/pgx/v5", "only benchmarks"},
	"e2e":                       {"", "", "only tests"},
	"e2e/auditor":               {"sso store", "", "tests of the whole product from outside, with direct access to its database"},
	"e2e/faults":                {"", "", "only tests"},
	"e2e/harness":               {"sso store internal/testkit/chromium internal/demo/demoidp", "github.com/chromedp/cdproto github.com/chromedp/chromedp github.com/redis/go-redis/v9", "tests of the whole product from outside"},
	"e2e/keycloak":              {"sso e2e/harness", "github.com/chromedp/chromedp", "tests of the whole product from outside"},

	"internal/devtools":           {"", "", "tools for the repository are not part of the product"},
	"internal/devtools/budget":    {"internal/devtools/findings internal/devtools/golist", "", "tools for the repository are not part of the product"},
	"internal/devtools/figures":   {"internal/devtools/budget internal/devtools/findings internal/devtools/golist internal/devtools/structure", "", "tools for the repository are not part of the product"},
	"internal/devtools/findings":  {"", "", "tools for the repository are not part of the product"},
	"internal/devtools/gallery":   {"web web/access web/account web/activity web/assistant web/connection web/directory web/overview web/signin web/testconnection web/ui web/ui/gallery", "", "it serves the pages' examples"},
	"internal/devtools/golist":    {"", "", "tools for the repository are not part of the product"},
	"internal/devtools/gotest":    {"", "", "tools for the repository are not part of the product"},
	"internal/devtools/structure": {"internal/devtools/findings internal/devtools/golist", "", "tools for the repository are not part of the product"},
	"internal/devtools/vulncheck": {"", "", "tools for the repository are not part of the product"},
}

// inTests lists the modules that any test may import besides those of its package.
const inTests = "github.com/emersion/go-sasl github.com/emersion/go-smtp github.com/google/go-cmp pgregory.net/rapid github.com/chromedp/chromedp github.com/chromedp/cdproto " +
	"golang.org/x/net golang.org/x/oauth2 github.com/coreos/go-oidc/v3 github.com/go-jose/go-jose/v4 github.com/redis/go-redis/v9 " +
	"github.com/mattermost/xml-roundtrip-validator github.com/crewjam/saml github.com/scim2/filter-parser/v2 " + // the last two to be measured against
	"github.com/pressly/goose/v3" // to step back to an earlier schema

// onlyTests lists our packages that only tests, and each other, may import.
const onlyTests = "store/storetest store/nodetest web/ui/uitest internal/testkit/proxies internal/testkit/chromium internal/testkit/smtptest e2e"

func TestArrows(t *testing.T) {
	packages, err := golist.Packages(".")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, p := range packages {
		name := strings.TrimPrefix(p.ImportPath, "gatehouse/")
		seen[name] = true
		row, known := levels[name]
		if !known {
			t.Errorf("%s has no row in levels: say what it may import, and why no more", name)
			continue
		}
		for _, path := range p.Imports {
			if !row.allow(name, path) {
				t.Errorf("%s imports %s, but: %s", name, path, row.why)
			}
		}
		for _, path := range p.InTests() {
			if !golist.Standard(path) &&
				!golist.Within(path, "gatehouse") &&
				!row.allow(name, path) &&
				!within(path, inTests) {
				t.Errorf("the tests of %s import %s, which is not among what tests may use", name, path)
			}
		}
	}
	for name := range levels {
		if !seen[name] {
			t.Errorf("levels has a row for %s, which does not exist", name)
		}
	}
}

func (a arrows) allow(from, path string) bool {
	ours, found := strings.CutPrefix(path, "gatehouse/")
	switch {
	case golist.Standard(path):
		return true
	case !found:
		return within(path, a.others)
	case within(ours, onlyTests):
		return within(from, onlyTests)
	case a.ours == "*":
		return true
	}
	return slices.Contains(strings.Fields(a.ours), ours)
}

func within(path, prefixes string) bool {
	return slices.ContainsFunc(strings.Fields(prefixes), func(prefix string) bool {
		return golist.Within(path, prefix)
	})
}

// TestArrowsCanFail tests allow itself.
func TestArrowsCanFail(t *testing.T) {
	for _, c := range []struct {
		from, path string
		want       bool
	}{
		{"web/signin", "gatehouse/sso/login", true},
		{"web/signin", "net/http", true},
		{"web/signin", "gatehouse/store", false},
		{"web/signin", "gatehouse/sso/logins", false},
		{"web/api", "github.com/jackc/pgx/v5", false},
		{"store/engine", "github.com/jackc/pgx/v5/pgxpool", true},
		{"store/engine", "github.com/jackc/pgx/v55", false},
		{"store/engine", "gatehouse/sso", false},
		{"store", "github.com/jackc/pgx/v5/pgxpool", false},
		{"sso", "golang.org/x/text/unicode/norm", false},
		{"oidc", "github.com/crewjam/saml", false},
		{"cmd/gatehouse", "gatehouse/internal/demo", true},
		{"cmd/gatehouse", "gatehouse/store/storetest", false},
		{"e2e/keycloak", "gatehouse/e2e/harness", true},
		{"web/ui", "github.com/chromedp/chromedp", false},
	} {
		if got := levels[c.from].allow(c.from, c.path); got != c.want {
			t.Errorf("%s may import %s: %v", c.from, c.path, got)
		}
	}
}
