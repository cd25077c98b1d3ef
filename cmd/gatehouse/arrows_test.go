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
var levels = map[string]arrows{
	"sso": {
		why: "the vocabulary imports nothing but the standard library, so that everyone can import it",
	},
	"config": {
		ours:   "sso sso/address",
		others: "github.com/caarlos0/env/v11 github.com/goccy/go-yaml",
		why:    "settings act on nothing; cmd hands them to the packages that need one",
	},

	"saml": {
		ours: "sso sso/address",
		others: "github.com/beevik/etree github.com/crewjam/saml github.com/hashicorp/golang-lru/v2 " +
			"github.com/russellhaering/goxmldsig",
		why: "a protocol is pure: no cookies, database, policy or pages. Only here is SAML spoken",
	},
	"oidc": {
		ours: "sso sso/address",
		others: "github.com/coreos/go-oidc/v3 github.com/go-jose/go-jose/v4 github.com/go-json-experiment/json " +
			"github.com/hashicorp/golang-lru/v2 golang.org/x/oauth2 golang.org/x/sync",
		why: "a protocol is pure: no cookies, database, policy or pages. Only here is OpenID Connect spoken",
	},
	"scim": {
		ours:   "scim/filter",
		others: "github.com/go-json-experiment/json",
		why:    "a protocol is pure: documents in, documents and changes out. Only here is SCIM spoken",
	},
	"scim/filter": {
		others: "golang.org/x/text",
		why:    "a filter is a tree of comparisons; the store turns it into SQL",
	},
	"internal/mail": {
		ours:   "internal/words sso sso/address",
		others: "github.com/wneessen/go-mail",
		why:    "it composes and sends mail; callers decide when. Only here is SMTP",
	},
	"sso/policy": {
		ours:   "sso",
		others: "cel.dev/cel-go",
		why:    "deciding is a pure function of facts; callers load the facts and act. Only here is CEL",
	},
	"groupsync": {
		ours:   "sso sso/fold",
		others: "golang.org/x/text",
		why:    "planning is a pure function of memberships and asserted groups; callers read and write",
	},
	"groupsync/entra": {
		ours: "sso",
		why:  "it asks Microsoft Graph and decides nothing; its HTTP client restricts the addresses",
	},
	"groupsync/okta": {
		ours: "sso",
		why:  "it asks Okta's API and decides nothing; its HTTP client restricts the addresses",
	},
	"store/engine": {
		others: "github.com/jackc/pgx/v5 github.com/pressly/goose/v3 modernc.org/sqlite",
		why:    "it runs SQL and knows no noun. Only here are the databases' drivers",
	},
	"store": {
		ours: "sso sso/fold sso/identity sso/mapping groupsync scim scim/filter store/engine",
		why: "the store decides nothing: it asks the pure packages, in the transaction that writes what they answer. " +
			"Only here are tables",
	},
	"store/memory": {
		ours:   "sso",
		others: "github.com/hashicorp/golang-lru/v2",
		why:    "in-process variants of what nodes share; the truth is in SQL",
	},
	"store/redis": {
		ours:   "sso",
		others: "github.com/go-redis/redis_rate/v10 github.com/hashicorp/golang-lru/v2 github.com/redis/go-redis/v9",
		why:    "state shared by several nodes; the truth is in SQL. Only here is Redis",
	},
	"web/route": {
		ours: "sso",
		why:  "the base of every HTTP edge knows none of them",
	},

	"internal/words": {
		others: "github.com/go-json-experiment/json golang.org/x/text",
		why:    "a catalogue of texts knows no page and no request; callers name the text",
	},
	"internal/outbound": {
		ours:   "sso",
		others: "code.dny.dev/ssrf",
		why:    "the HTTP client for requests to identity providers knows no protocol",
	},

	"sso/address": {
		ours:   "sso",
		others: "golang.org/x/net golang.org/x/text",
		why:    "the syntax of an address is a question about text; callers know whose it is",
	},
	"sso/fold": {
		ours:   "sso",
		others: "golang.org/x/text",
		why: "whether two names look alike is a question about text; the store keeps the folded names, groupsync " +
			"compares them",
	},
	"sso/identity": {
		ours: "sso sso/address sso/fold scim/filter",
		why:  "whose an identity is follows from facts; the store reads them and writes the user",
	},
	"sso/mapping": {
		ours: "sso sso/address sso/fold",
		why:  "reading an assertion is a function of the assertion and the mapping",
	},
	"sso/evaluate": {
		ours: "sso sso/mapping sso/policy groupsync groupsync/entra",
		why: "deciding what a sign-in comes to is one function of evidence, configuration and facts; who calls it " +
			"writes, stores and shows",
	},
	"sso/trial": {
		ours: "sso sso/evaluate groupsync saml oidc",
		why:  "what a sign-in would come to, and nothing of HTTP, SQL, pages or sessions",
	},
	"sso/login": {
		ours: "sso sso/address sso/evaluate sso/trial internal/mail internal/words saml oidc",
		why:  "the order of a sign-in, and nothing of HTTP, SQL or pages. Of words only the language of a mail",
	},
	"sso/connections": {
		ours:   "sso sso/address sso/evaluate sso/mapping sso/policy saml oidc",
		others: "golang.org/x/net golang.org/x/sync",
		why:    "what an administrator does to connections and domains, and nothing of HTTP, SQL or pages",
	},
	"sso/directory": {
		ours: "sso sso/address sso/identity groupsync",
		why: "the rules about users, groups, organizations, applications and enterprises, and nothing of HTTP, SQL or " +
			"pages",
	},
	"sso/provisioning": {
		ours: "sso scim scim/filter",
		why:  "the order of a provisioning request, and nothing of HTTP, JSON or SQL",
	},
	"sso/drift": {
		ours: "sso sso/catalog sso/provisioning groupsync groupsync/entra groupsync/okta scim/filter",
		why: "comparing who is expected with who is there, and nothing of HTTP, SQL or pages; how an identity provider " +
			"is made to send again is worded by sso/provisioning",
	},
	"sso/tokens": {
		ours: "sso",
		why:  "who may have a token, and whose request one is, and nothing of HTTP or SQL",
	},
	"sso/branding": {
		ours:   "sso sso/address",
		others: "github.com/hashicorp/golang-lru/v2 golang.org/x/sync",
		why:    "what people see in place of our name, and nothing of HTTP, SQL or pages",
	},
	"sso/firststeps": {
		ours: "sso",
		why:  "what is done in a new installation is a function of facts, and nothing of HTTP, SQL or pages",
	},
	"sso/launch": {
		ours: "sso sso/address",
		why:  "where an address leads is a question about registered applications, and nothing of HTTP, SQL or pages",
	},
	"sso/idempotency": {
		ours: "sso",
		why:  "carrying a request out once is a rule about keys and answers, and nothing of HTTP or SQL",
	},
	"sso/sessions": {
		ours:   "sso",
		others: "github.com/hashicorp/golang-lru/v2 golang.org/x/sync",
		why:    "it resolves tokens to sessions; the store keeps them",
	},
	"sso/signing": {
		ours:   "sso",
		others: "github.com/go-jose/go-jose/v4",
		why:    "the signing key is a function of the clock; callers know what is signed, the store keeps the keys",
	},
	"sso/access": {
		ours:   "sso sso/address",
		others: "github.com/alexedwards/argon2id github.com/go-webauthn/webauthn",
		why:    "who may do what in the console, and nothing of HTTP, SQL or pages",
	},
	"sso/catalog": {
		ours: "sso",
		why:  "the catalogue is a table; callers find out what failed",
	},
	"sso/guide": {
		ours: "sso",
		why:  "the instructions for each identity provider are data",
	},
	"sso/health": {
		ours: "sso sso/address sso/catalog sso/drift internal/mail",
		why:  "findings are a pure function of facts, worded by the catalogue; callers load the facts and send the mail",
	},
	"web": {
		ours: "web/access web/account web/activity web/assistant web/connection web/console web/directory web/overview " +
			"web/provisioning web/signin web/testconnection web/ui",
		why: "it only lists the pages of the features",
	},
	"web/ui": {
		ours: "internal/words sso sso/catalog",
		why:  "the kit renders the data it is given, and knows no feature",
	},
	"web/ui/gallery": {
		ours: "internal/words sso web/ui",
		why:  "it holds what examples share; the examples are beside their pages",
	},
	"web/session": {
		ours:   "sso",
		others: "github.com/gorilla/sessions github.com/gorilla/securecookie github.com/hashicorp/golang-lru/v2",
		why:    "it maps cookies to tokens and back; sso/sessions resolves tokens",
	},

	"web/signin": {
		ours: "internal/words sso sso/branding sso/login web/route web/ui web/ui/gallery",
		why:  "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/account": {
		ours: "sso sso/directory sso/launch sso/tokens web/route web/ui web/ui/gallery",
		why:  "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/forwardauth": {
		ours:   "sso sso/launch web/route web/ui",
		others: "github.com/hashicorp/golang-lru/v2",
		why:    "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/console": {
		ours: "sso sso/catalog web/route web/ui web/ui/gallery",
		why:  "the base of every page of the console knows none of them",
	},
	"web/access": {
		ours: "sso sso/access sso/tokens web/console web/route web/session web/ui web/ui/gallery",
		why:  "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/overview": {
		ours: "sso sso/directory sso/firststeps sso/health sso/launch sso/catalog web/console web/route web/ui web/ui/gallery",
		why:  "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/directory": {
		ours: "sso sso/connections sso/directory sso/drift sso/launch sso/tokens groupsync web/console web/route web/ui " +
			"web/ui/gallery",
		why: "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/activity": {
		ours: "sso sso/catalog web/console web/route web/ui web/ui/gallery",
		why:  "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/assistant": {
		ours: "sso sso/guide sso/mapping sso/catalog sso/connections sso/provisioning web/console web/route web/ui web/ui/gallery",
		why:  "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/connection": {
		ours: "sso sso/trial sso/mapping sso/catalog sso/connections sso/directory groupsync web/console web/route " +
			"web/ui web/ui/gallery",
		why: "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/provisioning": {
		ours: "sso sso/catalog sso/connections sso/directory sso/drift sso/guide sso/health sso/provisioning groupsync " +
			"web/console web/route web/ui web/ui/gallery",
		why: "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/testconnection": {
		ours: "sso sso/guide sso/catalog web/console web/route web/ui web/ui/gallery",
		why:  "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/api": {
		ours: "sso sso/address sso/access sso/branding sso/trial sso/catalog sso/connections sso/directory sso/drift sso/idempotency sso/provisioning " +
			"sso/tokens groupsync web/route",
		others: "github.com/danielgtaylor/huma/v2 github.com/go-json-experiment/json",
		why:    "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/scim": {
		ours: "sso sso/provisioning scim web/route",
		why:  "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},
	"web/ops": {
		ours:   "sso sso/drift web/route",
		others: "github.com/prometheus/client_golang",
		why:    "an edge decodes, makes one call and renders; it sees the store only through an interface of its own",
	},

	"internal/demo/demoidp": {
		ours: "sso internal/demo/demoscim",
		others: "github.com/beevik/etree github.com/crewjam/saml github.com/go-jose/go-jose/v4 " +
			"github.com/russellhaering/goxmldsig",
		why: "the development identity provider is a separate program to the gateway",
	},
	"internal/demo/demomail": {
		others: "github.com/emersion/go-smtp",
		why:    "the demo's mail server is a separate program to the gateway",
	},
	"internal/demo/demoscim": {
		why: "the demo's identity provider pushes over HTTP, as any other would",
	},
	"internal/demo/demoproxy": {
		why: "the demo's reverse proxy asks the gateway over HTTP, as any other would",
	},
	"internal/demo": {
		ours: "sso saml oidc sso/policy sso/provisioning store internal/demo/demoidp internal/demo/demomail " +
			"internal/demo/demoproxy internal/demo/demoscim",
		others: "github.com/coreos/go-oidc/v3",
		why:    "the demo configures the gateway as an admin would; only the demo command needs it",
	},
	"cmd/gatehouse": {
		ours: "*",
		others: "github.com/lmittmann/tint github.com/mattn/go-isatty github.com/prometheus/client_golang " +
			"github.com/spf13/cobra",
		why: "main wires all packages, and needs no protocol or database library for it",
	},

	"store/storetest": {
		ours:   "sso sso/fold sso/identity groupsync scim scim/filter store",
		others: "github.com/google/go-cmp github.com/jackc/pgx/v5 modernc.org/sqlite pgregory.net/rapid",
		why:    "the test suite for every database, where users are changed by the rules that hold",
	},
	"web/ui/uitest": {
		ours:   "internal/words sso web/ui web/ui/gallery",
		others: "github.com/google/go-cmp golang.org/x/net",
		why:    "the checks of the pages of every feature",
	},
	"store/nodetest": {
		ours: "sso sso/sessions web/route",
		why:  "the test suite for every implementation of state shared by nodes",
	},
	"internal/testkit/proxies": {
		why: "real reverse proxies; for tests",
	},
	"internal/testkit/smtptest": {
		others: "github.com/emersion/go-sasl github.com/emersion/go-smtp",
		why:    "a mail server; for tests",
	},
	"internal/testkit/chromium": {
		others: "github.com/chromedp/chromedp",
		why:    "a real browser; for tests",
	},
	"e2e/bench": {
		others: "github.com/jackc/pgx/v5",
		why:    "only benchmarks",
	},
	"e2e": {
		why: "only tests",
	},
	"e2e/auditor": {
		ours: "sso store",
		why:  "tests of the whole product from outside, with direct access to its database",
	},
	"e2e/faults": {
		why: "only tests",
	},
	"e2e/harness": {
		ours:   "sso store internal/testkit/chromium internal/demo/demoidp",
		others: "github.com/chromedp/cdproto github.com/chromedp/chromedp github.com/redis/go-redis/v9",
		why:    "tests of the whole product from outside",
	},
	"e2e/provisioning": {
		why: "only tests",
	},
	"e2e/scim": {
		why: "only tests",
	},
	"e2e/keycloak": {
		ours:   "sso e2e/harness",
		others: "github.com/chromedp/chromedp",
		why:    "tests of the whole product from outside",
	},

	"internal/devtools": {
		why: "tools for the repository are not part of the product",
	},
	"internal/devtools/budget": {
		ours: "internal/devtools/findings internal/devtools/golist",
		why:  "tools for the repository are not part of the product",
	},
	"internal/devtools/figures": {
		ours: "internal/devtools/budget internal/devtools/findings internal/devtools/golist internal/devtools/structure",
		why:  "tools for the repository are not part of the product",
	},
	"internal/devtools/findings": {
		why: "tools for the repository are not part of the product",
	},
	"internal/devtools/gallery": {
		ours: "web web/access web/account web/activity web/assistant web/connection web/directory web/overview " +
			"web/provisioning web/signin web/testconnection web/ui web/ui/gallery",
		why: "it serves the pages' examples",
	},
	"internal/devtools/golist": {
		why: "tools for the repository are not part of the product",
	},
	"internal/devtools/gotest": {
		why: "tools for the repository are not part of the product",
	},
	"internal/devtools/structure": {
		ours: "internal/devtools/findings internal/devtools/golist",
		why:  "tools for the repository are not part of the product",
	},
	"internal/devtools/vulncheck": {
		why: "tools for the repository are not part of the product",
	},
	"internal/devtools/words": {
		ours:   "internal/devtools/golist internal/devtools/structure sso sso/catalog",
		others: "github.com/go-json-experiment/json",
		why:    "it compares templates and the sentences of errors with the files of the catalogue",
	},
}

// inTests lists the modules that any test may import besides those of its package.
const inTests = "github.com/emersion/go-sasl github.com/emersion/go-smtp github.com/google/go-cmp " +
	"pgregory.net/rapid github.com/chromedp/chromedp github.com/chromedp/cdproto golang.org/x/net " +
	"golang.org/x/oauth2 github.com/coreos/go-oidc/v3 github.com/go-jose/go-jose/v4 github.com/redis/go-redis/v9 " +
	// to be measured against
	"github.com/mattermost/xml-roundtrip-validator github.com/crewjam/saml github.com/scim2/filter-parser/v2 " +
	// to step back to an earlier schema
	"github.com/pressly/goose/v3"

// onlyTests lists our packages that only tests, and each other, may import.
const onlyTests = "store/storetest store/nodetest web/ui/uitest internal/testkit/proxies " +
	"internal/testkit/chromium internal/testkit/smtptest e2e"

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
