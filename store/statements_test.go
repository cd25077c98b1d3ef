package store_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// tenantStatement matches text that reads or writes a table of an enterprise.
var tenantStatement = regexp.MustCompile(
	`(?:from|join|into|update) (?:` + strings.Join(tenantTables(), "|") + `)\b`,
)

// tenantTables are the tables whose rows belong to an enterprise.
func tenantTables() []string {
	return []string{
		"organizations",
		"groups",
		"users",
		"memberships",
		"connections",
		"connection_keys",
		"certificates",
		"identities",
		"linked_subjects",
		"former_identities",
		"merges",
		"erasures",
		"erasure_keys",
		"domains",
		"pending_logins",
		"test_runs",
		"replay_marks",
		"sessions",
		"attempts",
		"sync_records",
		"asserted_names",
		"membership_history",
		"former_groups",
		"held_syncs",
		"identity_questions",
		"subject_changes",
		"subject_signs",
		"moves",
		"move_entries",
		"brake_signs",
		"brake_losses",
		"brake_stops",
		"health_events",
		"email_proofs",
		"email_codes",
		"enterprise_admins",
		"organization_admins",
		"setup_links",
		"setup_sessions",
		"user_terms",
		"shadow_tallies",
		"shadow_differences",
		"audit_events",
		"audit_trails",
		"audit_heads",
		"audit_set_aside",
		"provisioned_users",
		"provisioned_emails",
		"provisioned_groups",
		"provisioned_members",
		"provisioned_waiting",
		"provisioned_gone",
		"provisioned_former",
		"provisioned_counters",
		"provisioned_receipts",
		"provisioned_receipt_nodes",
		"provisioned_tombstones",
		"provisioned_creations",
		"provisioned_pending",
		"provisioned_blocks",
		"provisioned_renames",
		"provisioning_tokens",
		"personal_tokens",
		"services",
		"service_groups",
		"service_tokens",
		"token_rules",
		"session_rules",
		"identity_rules",
		"provisioning_events",
		"provisioning_refusals",
		"provisioning_lists",
		"provisioning_ledgers",
		"provisioning_expectations",
		"provisioning_expected",
		"provisioning_visits",
		"provisioning_contacts",
		"group_roles",
		"attributes",
		"attribute_revisions",
		"user_attributes",
		"enterprise_brands",
		"enterprise_brand_images",
	}
}

// TestEveryStatementNamesTheEnterprise reads the source: a statement about an
// enterprise's table has the enterprise in it, also where the row's ID alone
// would do. The exceptions find out which enterprise it is about.
func TestEveryStatementNamesTheEnterprise(t *testing.T) {
	t.Parallel()
	exceptions := map[string]string{
		"ConnectionByID":          "select enterprise_id from connections where id = $1",
		"ProvisioningTokenByHash": "where t.hash = $1",
		"recordContacts":          "from connections c where c.id = $1", // a request names nothing else
		"TestRunByToken":          "from test_runs t where t.token <> '' and t.token = $1",
		"PendingLogin":            "from pending_logins where id = $1",
		"EmailProof":              "from email_proofs where id = $1",
		"codesSince":              "from email_codes where ", // its callers give the condition
		"TouchSessions":           "update sessions set last_seen_at = $2 where id = $1",
		"EnterpriseByDomain":      "where d.name = $1 and d.verified_at > 0",
		"Principal":               "where s.token = $1",
		"TokenPrincipal":          "where t.hash = $1",
		"UsePersonalTokens":       "where id = $1 and last_used_at < $2",
		"ServicePrincipal":        "where t.hash = $1",
		"UseServiceTokens":        "where id = $1 and last_used_at < $2",
		"serviceTokenSelect":      "s.enterprise_id = t.enterprise_id",        // its callers give the condition
		"tokenExpiries":           "t.enterprise_id = services.enterprise_id", // background work over all tenants
		"expiries":                "u.hash = images.hash",                     // a picture is of all enterprises that show it
		"SetupLinkByToken":        "where l.token = $1",
		"SetupSession":            "where s.token = $1",
		"ApplyMoves":              "from moves where state = 'collecting' or asking order by created_at",
		"ApplyProvisioned":        "from provisioned_pending order by asked_at", // background work over all tenants
		"readBrought":             "from sessions s",                            // of a browser, which may have been at another company
		"UpdateRole":              "from group_roles x where x.role_id = $2",    // a role is the installation's
		"RoleGroups":              "where x.role_id = $1",                       // the operator's list of all
		"RoleCounts":              "from group_roles x group by x.role_id",      // likewise
		"definedAttributes":       "a.enterprise_id = c.enterprise_id",          // likewise
		"principalAttributes":     "d.enterprise_id = a.enterprise_id",          // its callers name the row
		"groupTripleColumns":      "x.enterprise_id = m.enterprise_id",          // its callers name the row
		"EndSetupSession":         "delete from setup_sessions where token = $1",
		"foldGroups":              "order by enterprise_id, id limit $3",          // all of them, when the fold changes
		"makeTerms":               "order by u.enterprise_id, u.id limit $3",      // likewise
		"conditions":              "x.enterprise_id = t.enterprise_id",            // and its callers give that
		"EnterprisesProvisioned":  `c.state = 'enabled' and c.live like`,          // likewise
		"EnterprisesHeld":         "h.state = 'waiting' and h.at > $1",            // background work over all tenants
		"EnterpriseSummaries":     "u.enterprise_id = e.id",                       // the operator's list of all
		"EnterpriseInUse":         "from connections c where c.state = 'enabled'", // the operator's first steps
		"AnySignIn":               "a.enterprise_id = c.enterprise_id",            // likewise
		"OperatorAddresses":       "u.enterprise_id = a.enterprise_id",            // an operator may be a user of any
		"AuditHeadsToLog":         "returning enterprise_id, strand",              // background work over all of them
		"listConnections":         "order by c.id, k.position",                    // its callers give the condition
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	parsed, consts := map[string]*ast.File{}, map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		if parsed[name], err = parser.ParseFile(token.NewFileSet(), name, nil, 0); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 { // a constant may be made of others
		for _, file := range parsed {
			constants(file, consts)
		}
	}
	statements := 0
	for name, file := range parsed {
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok {
				continue
			}
			all := texts(f, consts)
			collected := slices.ContainsFunc(all, func(text string) bool {
				return strings.HasSuffix(text, "enterprise_id = ")
			})
			for _, text := range all {
				if !tenantStatement.MatchString(text) {
					continue
				}
				statements++
				conditioned := strings.Contains(text, "enterprise_id = $") ||
					strings.HasPrefix(text, "insert into ") &&
						strings.Contains(text, "enterprise_id")
				excepted := exceptions[f.Name.Name] != "" &&
					strings.Contains(text, exceptions[f.Name.Name])
				if !conditioned && !excepted && !collected {
					t.Errorf(
						"%s: %s does not say of which enterprise: %s", name,
						f.Name.Name, text,
					)
				}
			}
		}
	}
	if statements < 70 {
		t.Errorf("only %d statements were found: this test sees too little", statements)
	}
}

// constants adds the string constants of a file.
func constants(file *ast.File, consts map[string]string) {
	for _, decl := range file.Decls {
		g, ok := decl.(*ast.GenDecl)
		if !ok || g.Tok != token.CONST {
			continue
		}
		for _, spec := range g.Specs {
			v := spec.(*ast.ValueSpec)
			for i, value := range v.Values {
				if text, ok := flatten(value, consts); ok {
					consts[v.Names[i].Name] = text
				}
			}
		}
	}
}

// texts are the string constants of a function, those that are added together
// as one.
func texts(f *ast.FuncDecl, consts map[string]string) []string {
	var all []string
	ast.Inspect(f, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		if !ok {
			return true
		}
		if text, ok := flatten(e, consts); ok {
			all = append(all, text)
			return false
		}
		return true
	})
	return all
}

func flatten(e ast.Expr, consts map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		text, err := strconv.Unquote(e.Value)
		return text, err == nil
	case *ast.Ident:
		text, ok := consts[e.Name]
		return text, ok
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		left, okLeft := flatten(e.X, consts)
		right, okRight := flatten(e.Y, consts)
		return left + right, okLeft || okRight
	}
	return "", false
}
