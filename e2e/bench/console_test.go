//go:build linux

package bench

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// BenchmarkConsole opens the pages of an enterprise with 100,000 users in 1,000
// groups, five each, as an operator's browser does. It reports the median and the 99th
// percentile of the response time, and the processor time of the program and of the
// database server.
func BenchmarkConsole(b *testing.B) {
	for name, database := range databases(b) {
		b.Run(name, func(b *testing.B) {
			s := newSetting(b, database(b), 1)
			home, began := s.crowd(), time.Now()
			s.g.Terminate()
			s.g.Ended()
			s.g.Begin("serve") // builds the search terms
			if !harness.Soon(5*time.Minute, func() bool {
				return s.g.Probe("/readyz") == http.StatusOK
			}) {
				b.Fatal("not ready")
			}
			made := time.Since(began)
			c := s.courier()
			c.visitor = harness.Operator(b, s.g)
			for _, p := range s.pages(c, home) {
				b.Run(p.what, func(b *testing.B) {
					var p50, p99 float64
					ours, theirs := s.cost(paced, func() {
						p50, p99 = c.pace(b, p.path)
					})
					report(
						b, "p99 < 50 ms", figure{p50, "ms-p50"},
						figure{p99, "ms-p99"}, figure{ours, "ms-cpu"},
						figure{theirs, "ms-cpu-db"},
					)
				})
			}
			b.Run("search made at the start", func(b *testing.B) {
				report(b, "", figure{made.Seconds(), "s"})
			})
		})
	}
}

// crowd fills the enterprise directly in the database, and returns the path of its
// pages. Names repeat, so that some searches match many users and some one.
func (s *setting) crowd() string {
	s.Helper()
	raw := storetest.Raw(s, s.g.DSN)
	exec := func(text string, args ...any) {
		s.Helper()
		if _, err := raw.Exec(text, args...); err != nil {
			s.Fatal(err)
		}
	}
	org := string(firstOrganization(s.g, s.acme))
	exec("create table bench_names (n bigint primary key, first text, last text)")
	first := []string{
		"Ada", "Alan", "Barbara", "Claude", "Donald", "Edsger", "Frances", "Grace",
		"Hedy", "Joan",
	}
	last := []string{
		"Lovelace", "Turing", "Liskov", "Shannon", "Knuth", "Dijkstra", "Allen",
		"Hopper", "Lamarr", "Clarke",
	}
	for i := range 100 {
		exec(
			"insert into bench_names values ($1, $2, $3)", int64(i), first[i%10],
			last[i/10],
		)
	}
	const people = "with recursive u(n) as (select 0 union all select n + 1 from u where n < 99999)"
	exec(
		people+
			` insert into users (enterprise_id, id, login, email, email_verified, name, status, created_at, last_sign_in_at)
		select $1, 'user-' || substr('00000000000000000000000000', 1, 26 - length(cast(u.n as text))) || u.n, lower(b.first) || '.' || lower(b.last) || u.n || '@acme.example', lower(b.first) || u.n || '@acme.example', false,
			b.first || ' ' || b.last, case when u.n % 500 = 0 then 'deactivated' else 'active' end, 1, 1 from u join bench_names b on b.n = u.n % 100`,
		s.acme.ID,
	)
	exec(
		`with recursive g(n) as (select 0 union all select n + 1 from g where n < 999) insert into groups (enterprise_id, id, organization_id, name, folded, is_default, created_at)
		select $1, 'group-' || substr('00000000000000000000000000', 1, 26 - length(cast(n as text))) || n, $2, 'Group ' || n, 'group ' || n, false, 1 from g`,
		s.acme.ID, org,
	)
	for i := range 5 {
		exec(people+fmt.Sprintf(` insert into memberships (enterprise_id, user_id, group_id, source, since, cause)
			select $1, us.id, gr.id, 'jit', 1, '' from u join users us on us.enterprise_id = $1 and us.id = 'user-' || substr('00000000000000000000000000', 1, 26 - length(cast(u.n as text))) || u.n
			join groups gr on gr.enterprise_id = $1 and gr.name = 'Group ' || ((u.n * 7 + %d) %% 1000)`,
			i*37),
			s.acme.ID)
	}
	exec(
		"insert into memberships (enterprise_id, user_id, group_id, source, since, cause) select $1, u.id, g.id, 'default', 1, '' from users u join groups g on g.enterprise_id = u.enterprise_id and g.organization_id = $2 and g.is_default where u.enterprise_id = $1",
		s.acme.ID, org,
	)
	exec(
		"insert into asserted_names (enterprise_id, user_id, name) select m.enterprise_id, m.user_id, g.name from memberships m join groups g on g.enterprise_id = m.enterprise_id and g.id = m.group_id where m.enterprise_id = $1 and not g.is_default",
		s.acme.ID,
	)
	exec("delete from meta where key = 'users_termed'")
	s.analyze(raw)
	return "/admin/enterprises/" + s.acme.Key
}

// analyze updates the statistics, which autovacuum would do within a minute.
func (s *setting) analyze(raw *sql.DB) {
	s.Helper()
	if s.sql == nil {
		return
	}
	if _, err := raw.Exec("vacuum analyze"); err != nil {
		s.Fatal(err)
	}
}

// measuredPage is a page to open.
type measuredPage struct{ what, path string }

func (s *setting) pages(c *courier, home string) []measuredPage {
	s.Helper()
	groups := harness.List[struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}](
		s.g.API(),
		"/enterprises/"+s.acme.ID+"/groups?organization="+
			string(firstOrganization(s.g, s.acme))+"&name="+
			url.QueryEscape(sso.DefaultGroupName),
	)
	_, _, second := c.send(http.MethodGet, home+"/people?q=a", nil)
	next := strings.ReplaceAll(
		between(second, `<a href="`, `">Next page`), "&amp;", "&",
	)
	user := home + "/people/user-00000000000000000000042424"
	group := home + "/groups/group-00000000000000000000000042"
	everybody := home + "/groups/" + groups[0].ID
	return []measuredPage{
		{"users", home + "/people"},
		{"users whose name begins with a", home + "/people?q=a"},
		{"the second page of these", next},
		{"users by a whole login", home + "/people?q=donald.dijkstra54@"},
		{"users by a last name", home + "/people?q=HOPPER"},
		{"users, without matches", home + "/people?q=zz"},
		{"deactivated users whose name begins with a", home + "/people?q=a&status=deactivated"},
		{"deactivated users", home + "/people?status=deactivated"},
		{"a user", user},
		{"choosing a group for a user", user + "/groups?q=group+9"},
		{"organizations", home + "/organizations"},
		{"groups", home + "/groups"},
		{"groups by a part of the name", home + "/groups?q=UP+9"},
		{"a group of 500", group},
		{"its members whose name begins with a", group + "?q=a"},
		{"its expected and actual members", group + "/drift"},
		{"a group of 100,000", everybody},
		{"its members by a last name", everybody + "?q=HOPPER"},
		{"its members, without matches", everybody + "?q=zz"},
	}
}

func between(s, from, to string) string {
	before, _, _ := strings.Cut(s, to)
	return before[strings.LastIndex(before, from)+len(from):]
}

const paced = 300 // number of requests per page

// pace measures a page, without its first requests.
func (c *courier) pace(b *testing.B, path string) (p50, p99 float64) {
	b.Helper()
	const warm = 20
	var took []float64
	for i := range paced {
		began := time.Now()
		status, location, _ := c.send(http.MethodGet, path, nil)
		if status != http.StatusOK {
			b.Fatalf("%s: %d %s", path, status, location)
		}
		if i >= warm {
			took = append(took, float64(time.Since(began).Microseconds())/1000)
		}
	}
	slices.Sort(took)
	return took[len(took)/2], took[len(took)*99/100]
}
