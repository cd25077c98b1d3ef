package store_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"gatehouse/scim"
	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// TestFilterPlans asks both databases how they would find what identity providers ask
// for: by an index, and not by reading all users in their order.
func TestFilterPlans(t *testing.T) {
	t.Parallel()
	for name, fresh := range benchDatabases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			planned := newPlanned(t, name, fresh)
			planned.fill(t)
			for text, index := range map[string]string{
				`userName eq "user-700@acme.test"`:                          "user_name_folded",
				`externalId eq "ext-700"`:                                   "external",
				`id eq "user-000700"`:                                       "id",
				`emails.value eq "user-700@acme.test"`:                      "value_folded",
				`emails[type eq "work" and value eq "user-700@acme.test"]`:  "value_folded",
				`emails[type eq "work"].value eq "user-700@acme.test"`:      "value_folded",
				`groups.value eq "idpgroup-000003"`:                         "group_id",
				`userName eq "user-700@acme.test" and active eq true`:       "user_name_folded",
				`externalId eq "ext-700" or userName eq "user-7@acme.test"`: "external",
			} {
				planned.users(t, text, index)
			}
			for text, index := range map[string]string{
				`displayName eq "Group 7"`:                              "display_name_folded",
				`externalId eq "ext-700"`:                               "external",
				`id eq "idpgroup-000003"`:                               "id",
				`members.value eq "user-000700"`:                        "user_id",
				`members eq "user-000700" and displayName eq "Group 7"`: "user_id",
				`members[value eq "user-000700"]`:                       "user_id",
			} {
				planned.groups(t, text, index)
			}
		})
	}
}

// TestFilterPlansOfEmptyTables asks the databases before they know anything about the
// tables: plans from then are used until they do, while the first synchronization
// fills them.
func TestFilterPlansOfEmptyTables(t *testing.T) {
	t.Parallel()
	for name, fresh := range benchDatabases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			planned := newPlanned(t, name, fresh)
			for text, index := range map[string]string{
				`userName eq "ada"`:   "user_name_folded",
				`externalId eq "ada"`: "external_id",
				`id eq "ada"`:         "id",
			} {
				planned.users(t, text, index)
			}
			for text, index := range map[string]string{
				`displayName eq "ada"`: "display_name_folded",
				`id eq "ada"`:          "id",
			} {
				planned.groups(t, text, index)
			}
			if name == "postgres" {
				planned.foreignKeys(t)
			}
		})
	}
}

// TestLookupPlans asks both databases how they would find accounts and groups by a name:
// each that is created is looked for. No plan reads what belongs to the whole enterprise.
func TestLookupPlans(t *testing.T) {
	t.Parallel()
	for name, fresh := range benchDatabases() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			planned := newPlanned(t, name, fresh)
			storetest.FillProvisioned(t, planned.dsn, planned.ent, planned.conn, storetest.Provisioned{
				Users:   20_000,
				Groups:  500,
				Members: 4,
				Applied: true,
			})
			if name == "postgres" {
				planned.analyze(t, "users", "groups", "provisioned_users")
			}
			query, args := store.UsersNamed(planned.db, planned.ent, planned.conn, "ada")
			planned.looksUp(t, query, args)
			for _, text := range []string{`externalId eq "ada"`, `emails.value eq "ada@acme.test"`, `id eq "ada"`} {
				f, err := scim.Users().ParseFilter(text)
				if err != nil {
					t.Fatal(err)
				}
				query, args := store.UsersFiltered(planned.db, planned.ent, planned.conn, f)
				planned.looksUp(t, query, args)
			}
			for query, args := range store.GroupsNamed(planned.db, planned.ent, "ada") {
				planned.looksUp(t, query, args)
			}
			planned.fillFormer(t)
			if name == "postgres" {
				planned.analyze(t, "former_identities")
			}
			planned.looksUp(t, store.FormerOfSignIn, []any{string(planned.ent), string(planned.conn), "ada", "ada"})
			query, args = store.RuleFacts(planned.ent, planned.conn)
			planned.looksUp(t, query, args)
			for _, query := range store.Releases() {
				planned.looksUp(t, query, []any{string(planned.ent), string(planned.conn), "ada", "ada"})
			}
		})
	}
}

// fillFormer makes each user have a former identity.
func (p *planned) fillFormer(t *testing.T) {
	t.Helper()
	if _, err := storetest.Raw(t, p.dsn).Exec(
		`insert into former_identities (enterprise_id, user_id, connection_id, connection_name, subject, external_id,
			login, why, ended_by, ended_at)
		select enterprise_id, id, 'conn-x', '', id, id, login, 'connection_deleted', '', 1 from users`,
	); err != nil {
		t.Fatal(err)
	}
}

func (p *planned) analyze(t *testing.T, tables ...string) {
	t.Helper()
	for _, table := range tables {
		if _, err := storetest.Raw(t, p.dsn).Exec("analyze " + table); err != nil {
			t.Fatal(err)
		}
	}
}

// broad matches a step that reads all rows of an enterprise or of a connection. n is the
// list of what is looked for.
var broad = regexp.MustCompile(`(?m)\((enterprise_id=\?|connection_id=\?| AND |status=\?|id>\?)+\)$` +
	`|Seq Scan on (users|identities|provisioned_users)|^SCAN [a-mo-z]$`)

// looksUp asserts that a plan looks up each value on its own.
func (p *planned) looksUp(t *testing.T, query string, args []any) {
	t.Helper()
	plan, err := p.plan(t, query, args)
	if err != nil || broad.MatchString(plan) {
		t.Errorf("%s\n%s\n%v", query, plan, err)
	}
}

// foreignKeys asks how PostgreSQL checks that the user and the group of a member are
// there, and finds the members of either.
func (p *planned) foreignKeys(t *testing.T) {
	t.Helper()
	const of = " where enterprise_id = $1 and connection_id = $2 and "
	for query, index := range map[string]string{
		"select 1 from only provisioned_users x" + of + "id = 'x' for key share of x":  "provisioned_users_pkey",
		"select 1 from only provisioned_groups x" + of + "id = 'x' for key share of x": "provisioned_groups_pkey",
		"select 1 from provisioned_members" + of + "user_id = 'x'":                     "(user_id = ",
		"select 1 from provisioned_members" + of + "group_id = 'x'":                    "(group_id = ",
		"select 1 from provisioned_emails" + of + "user_id = 'x'":                      "(user_id = ",
		"select 1 from provisioned_waiting" + of + "member = 'x'":                      "(member = ",
	} {
		p.uses(t, query, index, "provisioned_", query, []any{string(p.ent), string(p.conn)})
	}
}

func benchDatabases() map[string]func(testing.TB) string {
	databases := map[string]func(testing.TB) string{"sqlite": storetest.SQLite}
	if os.Getenv("TEST_POSTGRES_URL") != "" {
		databases["postgres"] = storetest.Postgres
	}
	return databases
}

// planned is a database whose plans are asked for.
type planned struct {
	db      *store.DB
	dsn     string
	explain string
	ent     sso.EnterpriseID
	conn    sso.ConnectionID
}

func newPlanned(t *testing.T, name string, fresh func(testing.TB) string) *planned {
	t.Helper()
	p := &planned{
		dsn:     fresh(t),
		explain: "explain query plan ",
	}
	if name == "postgres" {
		p.explain = "explain "
	}
	p.db = storetest.Open(t, p.dsn, store.Keyring{Current: store.NewKey()}, nil)
	ent, err := p.db.CreateEnterprise(t.Context(), sso.ActorSystem, sso.Enterprise{
		Key:  "acme",
		Name: "Acme",
	})
	if err != nil {
		t.Fatal(err)
	}
	conn, err := p.db.CreateConnection(t.Context(), sso.ActorSystem, sso.Connection{
		Enterprise: ent.ID,
		Protocol:   sso.SAML,
	})
	if err != nil {
		t.Fatal(err)
	}
	p.ent, p.conn = ent.ID, conn.ID
	return p
}

// fill puts resources into the connection, and lets the database count them.
func (p *planned) fill(t *testing.T) {
	t.Helper()
	storetest.FillProvisioned(t, p.dsn, p.ent, p.conn, storetest.Provisioned{
		Users:   20_000,
		Groups:  5000,
		Members: 4,
	})
	p.analyze(t, "provisioned_users", "provisioned_emails", "provisioned_groups", "provisioned_members")
}

func (p *planned) users(t *testing.T, text, index string) {
	t.Helper()
	f, err := scim.Users().ParseFilter(text)
	if err != nil {
		t.Fatal(err)
	}
	query, args, err := store.UserPage(p.db, p.ent, p.conn, f)
	if err != nil {
		t.Fatal(err)
	}
	p.uses(t, text, index, "provisioned_users", query, args)
}

func (p *planned) groups(t *testing.T, text, index string) {
	t.Helper()
	f, err := scim.Groups().ParseFilter(text)
	if err != nil {
		t.Fatal(err)
	}
	query, args, err := store.GroupPage(p.db, p.ent, p.conn, f)
	if err != nil {
		t.Fatal(err)
	}
	p.uses(t, text, index, "provisioned_groups", query, args)
}

// uses asserts that a plan uses an index or a column, and neither reads a table nor
// walks its positions.
func (p *planned) uses(t *testing.T, text, index, table, query string, args []any) {
	t.Helper()
	plan, err := p.plan(t, query, args)
	// The elements of a user's list are read one by one.
	plan = strings.ReplaceAll(plan, "SCAN e VIRTUAL", "the list")
	if err != nil || !strings.Contains(plan, index) || strings.Contains(plan, "seq>") ||
		strings.Contains(plan, "Seq Scan on "+table) || strings.Contains(plan, "SCAN ") ||
		strings.Contains(plan, "_seq") {
		t.Errorf("%s:\n%s\n%s\n%v", text, query, plan, err)
	}
}

// plan returns the steps of a plan.
func (p *planned) plan(t *testing.T, query string, args []any) (string, error) {
	t.Helper()
	rows, err := storetest.Raw(t, p.dsn).Query(p.explain+query, args...)
	if err != nil {
		return "", err
	}
	defer rows.Close() //nolint:errcheck // read to the end below
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var step string
		if strings.HasPrefix(p.explain, "explain query") {
			err = rows.Scan(&id, &parent, &unused, &step)
		} else {
			err = rows.Scan(&step)
		}
		if err != nil {
			return "", err
		}
		steps = append(steps, step)
	}
	return strings.Join(steps, "\n"), rows.Err()
}
