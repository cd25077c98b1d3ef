package main

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/devtools/golist"
)

// arrows says of a package what it may import, and why no more.
type arrows struct {
	ours   string // packages of this module, without "gatehouse/"
	others string // modules
	why    string
}

// levels is the whole table, from the bottom up: nothing imports what stands
// below it.
//
//nolint:lll // one row per package reads best
var levels = map[string]arrows{
	"sso":    {"", "", "the vocabulary imports nothing but the standard library, so that everyone can import it"},
	"config": {"sso sso/address", "github.com/caarlos0/env/v11 github.com/goccy/go-yaml", "settings act on nothing; whoever needs one is given it by cmd"},

	"saml":            {"sso sso/address", "github.com/beevik/etree github.com/crewjam/saml github.com/hashicorp/golang-lru/v2 github.com/russellhaering/goxmldsig", "a protocol is pure: no cookies, database, policy or pages. Only here is SAML spoken"},
	"oidc":            {"sso sso/address", "github.com/coreos/go-oidc/v3 github.com/go-jose/go-jose/v4 github.com/go-json-experiment/json github.com/hashicorp/golang-lru/v2 golang.org/x/oauth2 golang.org/x/sync", "a protocol is pure: no cookies, database, policy or pages. Only here is OpenID Connect spoken"},
	"internal/mail":   {"sso sso/address", "github.com/wneessen/go-mail", "composing and sending; when, others decide. Only here is SMTP"},
	"sso/policy":      {"sso", "cel.dev/cel-go", "deciding is a function of what is known; others find it out and act. Only here is CEL"},
	"groupsync":       {"sso sso/fold", "golang.org/x/text", "planning is a function of what is and what was said; others read and write"},
	"groupsync/entra": {"sso", "", "it asks Microsoft Graph and decides nothing; which addresses may be called, its client knows"},
	"store/engine":    {"", "github.com/jackc/pgx/v5 github.com/pressly/goose/v3 modernc.org/sqlite", "it runs SQL and knows no noun. Only here are the databases' drivers"},
	"store":           {"sso sso/fold store/engine", "", "the store decides nothing, so it needs no one who decides. Only here are tables"},
	"store/memory":    {"sso", "github.com/hashicorp/golang-lru/v2", "what one node shares with itself; the truth is in SQL"},
	"store/redis":     {"sso", "github.com/go-redis/redis_rate/v10 github.com/redis/go-redis/v9", "what several nodes share; the truth is in SQL. Only here is Redis"},
	"web/route":       {"sso", "", "what every HTTP edge stands on knows none of them"},

	"internal/outbound": {"sso", "code.dny.dev/ssrf", "the one client for what identity providers are asked knows no protocol"},

	"sso/address":     {"sso", "golang.org/x/net golang.org/x/text", "how an address is written is a question about text; whose it is, others know"},
	"sso/fold":        {"sso", "golang.org/x/text", "whether two names look alike, and what a name may be meant for, are questions about text; the store keeps the answer, groupsync asks it"},
	"sso/mapping":     {"sso sso/address sso/fold", "", "reading an assertion is a function of the assertion and the mapping"},
	"sso/evaluate":    {"sso sso/mapping sso/policy groupsync groupsync/entra", "", "deciding what a sign-in comes to is one function of evidence, configuration and facts; who calls it writes, stores and shows"},
	"sso/login":       {"sso sso/address sso/evaluate groupsync internal/mail saml oidc", "", "the order of a sign-in, and nothing of HTTP, SQL or pages"},
	"sso/connections": {"sso sso/address sso/evaluate sso/mapping sso/policy saml oidc", "golang.org/x/net golang.org/x/sync", "what an administrator does to connections and domains, and nothing of HTTP, SQL or pages"},
	"sso/sessions":    {"sso", "github.com/hashicorp/golang-lru/v2 golang.org/x/sync", "who a token is; where tokens are kept is the store's business"},
	"sso/signing":     {"sso", "github.com/go-jose/go-jose/v4", "which key signs is a function of the clock; what is signed, and where keys are kept, others know"},
	"sso/access":      {"sso sso/address", "github.com/alexedwards/argon2id github.com/go-webauthn/webauthn", "who may do what in the console, and nothing of HTTP, SQL or pages"},
	"sso/catalog":     {"sso", "", "the catalogue is a table; who fails, others find out"},
	"sso/guide":       {"sso", "", "how an identity provider is connected is data"},
	"sso/health":      {"sso sso/address sso/catalog internal/mail", "", "what is unwell is a function of what is known, told in the words of the catalogue; others know it, and send"},
	"web/page":        {"sso", "", "pages show what they are given"},
	"web/session":     {"sso", "github.com/gorilla/sessions github.com/gorilla/securecookie github.com/hashicorp/golang-lru/v2", "cookie to token and back; whose token it is, others find out"},

	"web/signin":         {"sso sso/login web/page web/route", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/account":        {"sso web/page web/route", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/forwardauth":    {"sso sso/address web/page web/route", "github.com/hashicorp/golang-lru/v2", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/console":        {"sso sso/catalog web/page web/route", "", "what every page of the console stands on knows none of them"},
	"web/access":         {"sso sso/access web/console web/page web/route web/session", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/overview":       {"sso sso/health sso/catalog web/console web/page web/route", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/directory":      {"sso sso/address sso/connections groupsync web/console web/page web/route", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/activity":       {"sso sso/catalog web/console web/page web/route", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/assistant":      {"sso sso/guide sso/mapping sso/catalog sso/connections web/console web/page web/route", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/connection":     {"sso sso/login sso/mapping sso/catalog sso/connections groupsync web/console web/page web/route", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/testconnection": {"sso sso/guide sso/login sso/catalog web/console web/page web/route", "", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/api":            {"sso sso/address sso/access sso/login sso/catalog sso/connections groupsync web/route", "github.com/danielgtaylor/huma/v2 github.com/go-json-experiment/json", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},
	"web/ops":            {"sso web/route", "github.com/prometheus/client_golang", "an edge decodes, makes one call and renders; it sees the store only through an interface of its own"},

	"internal/demo/demoidp":   {"sso", "github.com/beevik/etree github.com/crewjam/saml github.com/go-jose/go-jose/v4 github.com/russellhaering/goxmldsig", "the development identity provider is someone else's program as far as the gateway goes"},
	"internal/demo/demomail":  {"", "github.com/emersion/go-smtp", "the demonstration's mail server is someone else's program as far as the gateway goes"},
	"internal/demo/demoproxy": {"", "", "the demonstration's reverse proxy takes the gateway's word over HTTP, as any other would"},
	"internal/demo":           {"sso saml oidc sso/policy store internal/demo/demoidp internal/demo/demomail internal/demo/demoproxy", "github.com/coreos/go-oidc/v3", "a demonstration is set up as an administrator would; nothing but the demo verb needs it"},
	"cmd/gatehouse":           {"*", "github.com/lmittmann/tint github.com/mattn/go-isatty github.com/prometheus/client_golang github.com/spf13/cobra", "main builds everything and knows everyone, and needs no protocol or database library for it"},

	"store/storetest":           {"sso sso/fold store", "github.com/google/go-cmp github.com/jackc/pgx/v5 modernc.org/sqlite pgregory.net/rapid", "the suite every database passes; for tests"},
	"store/nodetest":            {"sso sso/sessions web/route", "", "the suite whatever nodes share passes; for tests"},
	"internal/testkit/proxies":  {"", "", "real reverse proxies; for tests"},
	"internal/testkit/smtptest": {"", "github.com/emersion/go-sasl github.com/emersion/go-smtp", "a mail server; for tests"},
	"internal/testkit/chromium": {"", "github.com/chromedp/chromedp", "a real browser; for tests"},
	"e2e/bench":                 {"", "github.com/jackc/pgx/v5", "measurements alone"},
	"e2e":                       {"", "", "tests alone"},
	"e2e/auditor":               {"sso store", "", "tests of the whole product see it from outside, and its database behind its back"},
	"e2e/faults":                {"", "", "tests alone"},
	"e2e/harness":               {"sso store internal/testkit/chromium internal/demo/demoidp", "github.com/chromedp/cdproto github.com/chromedp/chromedp github.com/redis/go-redis/v9", "tests of the whole product see it from outside"},
	"e2e/keycloak":              {"sso e2e/harness", "github.com/chromedp/chromedp", "tests of the whole product see it from outside"},

	"internal/devtools":           {"", "", "what is about the repository is not part of the product"},
	"internal/devtools/budget":    {"internal/devtools/golist", "", "what is about the repository is not part of the product"},
	"internal/devtools/gallery":   {"web/page", "", "it serves the pages and nothing else"},
	"internal/devtools/golist":    {"", "", "what is about the repository is not part of the product"},
	"internal/devtools/gotest":    {"", "", "what is about the repository is not part of the product"},
	"internal/devtools/vulncheck": {"", "", "what is about the repository is not part of the product"},
}

// inTests are the modules that any test may use beside those of its package.
const inTests = "github.com/emersion/go-sasl github.com/emersion/go-smtp github.com/google/go-cmp pgregory.net/rapid github.com/chromedp/chromedp github.com/chromedp/cdproto " +
	"golang.org/x/net golang.org/x/oauth2 github.com/coreos/go-oidc/v3 github.com/go-jose/go-jose/v4 github.com/redis/go-redis/v9 " +
	"github.com/mattermost/xml-roundtrip-validator github.com/crewjam/saml " + // the latter to be measured against
	"github.com/pressly/goose/v3" // to step back to an earlier schema

// onlyTests are ours that nothing but tests, and each other, may import.
const onlyTests = "store/storetest store/nodetest internal/testkit/proxies internal/testkit/chromium internal/testkit/smtptest e2e"

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
			if !golist.Standard(path) && !golist.Within(path, "gatehouse") && !row.allow(name, path) && !within(path, inTests) {
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
	return slices.ContainsFunc(strings.Fields(prefixes), func(prefix string) bool { return golist.Within(path, prefix) })
}

// TestArrowsCanFail makes sure of the table's own rules.
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
		{"web/page", "github.com/chromedp/chromedp", false},
	} {
		if got := levels[c.from].allow(c.from, c.path); got != c.want {
			t.Errorf("%s may import %s: %v", c.from, c.path, got)
		}
	}
}
