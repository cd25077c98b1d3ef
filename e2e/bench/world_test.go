//go:build linux

package bench

import (
	"bufio"
	"database/sql"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	_ "github.com/jackc/pgx/v5/stdlib" // to query the server's processes

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// databases returns the available databases by name. An empty DSN is SQLite.
func databases(b *testing.B) map[string]func(*testing.B) string {
	b.Helper()
	all := map[string]func(*testing.B) string{"SQLite": func(*testing.B) string {
		return ""
	}}
	if os.Getenv("TEST_POSTGRES_URL") != "" {
		all["PostgreSQL"] = func(b *testing.B) string {
			return storetest.Postgres(b)
		}
	}
	return all
}

// setting is a running gateway with one company, and its servers.
type setting struct {
	*testing.B
	g    *harness.Gateway
	idp  *demoidp.IdP
	acme *harness.Company
	sql  *sql.DB // PostgreSQL; nil for SQLite
}

const ada = "p-1"

// newSetting starts a gateway, on PostgreSQL together with Redis as for several nodes,
// with settings of its environment. The person is in groups existing groups, in three
// organizations.
func newSetting(b *testing.B, dsn string, groups int, env ...string) *setting {
	b.Helper()
	names := groupNames(groups)
	organizations := map[string][]string{
		"One":   {},
		"Two":   {},
		"Three": {},
	}
	keys := slices.Sorted(maps.Keys(organizations))
	for i, name := range names {
		key := keys[i%len(keys)]
		organizations[key] = append(organizations[key], name)
	}
	s := &setting{B: b}
	s.idp = harness.NewIdP(b, demoidp.Person{
		ID:        ada,
		Login:     "p-1@acme.example",
		Email:     "p-1@acme.example",
		GivenName: "Ada",
		Surname:   "Lovelace",
		Groups:    names,
	})
	o := harness.Options{
		Database: dsn,
		Env:      env,
	}
	if dsn != "" {
		o.Redis = os.Getenv("TEST_REDIS_URL")
		var err error
		if s.sql, err = sql.Open("pgx", os.Getenv("TEST_POSTGRES_URL")); err != nil {
			b.Fatal(err)
		}
		s.sql.SetMaxOpenConns(1)
		b.Cleanup(func() { _ = s.sql.Close() })
	}
	s.g = harness.Start(b, o)
	s.acme = harness.NewCompany(s.g, s.g.API(), "acme", organizations)
	return s
}

// twoOrganizations returns empty organizations.
func twoOrganizations() map[string][]string {
	return map[string][]string{"Platform": {"developers"}, "Mobile": {"developers"}}
}

// firstOrganization returns the ID of the company's first organization.
func firstOrganization(g *harness.Gateway, c *harness.Company) sso.OrganizationID {
	return sso.OrganizationID(harness.List[struct {
		ID string `json:"id"`
	}](g.API(), "/enterprises/"+c.ID+"/organizations")[0].ID)
}

// backends returns the processes of the database server for this gateway.
func (s *setting) backends() []int {
	if s.sql == nil {
		return nil
	}
	rows, err := s.sql.Query(
		"select pid from pg_stat_activity where pid <> pg_backend_pid() and (datname = current_database() or backend_type in ('walwriter', 'checkpointer', 'background writer'))",
	)
	if err != nil {
		s.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var pids []int
	for rows.Next() {
		var pid int
		if err := rows.Scan(&pid); err != nil {
			s.Fatal(err)
		}
		pids = append(pids, pid)
	}
	if err := rows.Err(); err != nil {
		s.Fatal(err)
	}
	return pids
}

// cost returns the processor time per item in milliseconds, of the program and of the
// database server.
func (s *setting) cost(n int, work func()) (ours, theirs float64) {
	s.Helper()
	each := func(spent time.Duration) float64 {
		return float64(spent.Microseconds()) / 1000 / float64(n)
	}
	theirs = each(spentBy(s.backends(), func() {
		before := processorOf(s, s.g.PID())
		work()
		ours = each(processorOf(s, s.g.PID()) - before)
	}))
	return ours, theirs
}

// courier is a browser with one open connection, so that the cost of opening
// connections is not measured.
type courier struct {
	s       *setting
	visitor *harness.Visitor
	remote  string // its client address, for the rate limits
	conn    *bufio.ReadWriter
}

// couriers counts the couriers, to give each an address.
var couriers atomic.Uint32

func (s *setting) courier() *courier {
	s.Helper()
	c, err := net.Dial("tcp", s.g.Addr)
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = c.Close() })
	n := couriers.Add(1)
	return &courier{
		s:       s,
		visitor: s.g.Visitor(),
		remote:  fmt.Sprintf("192.0.%d.%d", n>>8&255, n&255),
		conn:    bufio.NewReadWriter(bufio.NewReader(c), bufio.NewWriter(c)),
	}
}

// send sends a request and returns the status, the Location and the body.
func (c *courier) send(method, target string, form url.Values) (int, string, string) {
	c.s.Helper()
	u, err := url.Parse(target)
	if err != nil {
		c.s.Fatal(err)
	}
	body := form.Encode()
	r, err := http.NewRequest(
		method, c.s.g.URL+u.RequestURI(), strings.NewReader(body),
	)
	if err != nil {
		c.s.Fatal(err)
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("X-Forwarded-For", c.remote)
	for name, value := range c.visitor.Cookies() {
		r.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	if err := r.Write(c.conn); err != nil {
		c.s.Fatal(err)
	}
	if err := c.conn.Flush(); err != nil {
		c.s.Fatal(err)
	}
	resp, err := http.ReadResponse(c.conn.Reader, r)
	if err != nil {
		c.s.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.s.Fatal(err)
	}
	return resp.StatusCode, resp.Header.Get("Location"), string(text)
}

// letter is a response of the identity provider that is not delivered yet.
type letter struct {
	by *courier
	harness.Return
}

// perCourier is below the rate limit of sign-ins per address.
const perCourier = 50

// letters returns n undelivered responses.
func (s *setting) letters(n int) []letter {
	s.Helper()
	var all []letter
	var c *courier
	for i := range n {
		if i%perCourier == 0 {
			c = s.courier()
		}
		r, err := c.visitor.Visit(s.idp, "acme", ada)
		if err != nil {
			s.Fatal(err)
		}
		all = append(all, letter{c, r})
	}
	return all
}

// deliver posts the response, which must start a session.
func (l letter) deliver() error {
	method := http.MethodPost
	if l.Form == nil {
		method = http.MethodGet
	}
	status, location, _ := l.by.send(method, l.URL, l.Form)
	if status != http.StatusSeeOther || location != "/" {
		return fmt.Errorf("status %d to %q", status, location)
	}
	return nil
}
