//go:build linux

package bench

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoscim"
	"gatehouse/sso"
	"gatehouse/store/storetest"
)

// pushing is a company whose connection provisions by SCIM, with a pushed group that a
// group here has the name of.
type pushing struct {
	*setting
	conn   harness.Connection
	client *demoscim.Client
	group  string
	others []string // pushed users who are no members of the group
}

// pushedOthers is how many users are no members of the group.
const pushedOthers = 10_000

// newPushing starts a gateway with a pushed group of some members.
func newPushing(b *testing.B, dsn string, members int) *pushing {
	b.Helper()
	s := newSetting(b, dsn, 1, "GATEHOUSE_RATE_LIMITS_SCIM_PER_CONNECTION=0")
	p := &pushing{
		setting: s,
		conn:    s.acme.ConnectSAML(s.idp),
		group:   "idpgroup-000001",
	}
	api, ent := s.g.API(), "/enterprises/"+s.acme.ID
	api.Do(http.MethodPatch, ent+"/connections/"+p.conn.ID, harness.Object{
		"provisioning": "scim",
		"brake":        harness.Object{"off": true},
	}, nil)
	s.acme.Switch(p.conn.ID, "enable")
	organization := string(firstOrganization(s.g, s.acme))
	api.Do(http.MethodPost, ent+"/organizations/"+organization+"/groups", harness.Object{"name": "Group 1"}, nil)
	storetest.FillProvisioned(b, s.g.DSN, sso.EnterpriseID(s.acme.ID), sso.ConnectionID(p.conn.ID), storetest.Provisioned{
		Users:   members + pushedOthers,
		Groups:  1,
		Members: members,
		Applied: true,
	})
	s.analyze(storetest.Raw(b, s.g.DSN))
	for i := range pushedOthers { // members are those behind position 8
		p.others = append(p.others, fmt.Sprintf("user-%06d", (members+8+i)%(members+pushedOthers)+1))
	}
	_, token := s.acme.SCIM(p.conn.ID, "bench")
	p.client = &demoscim.Client{
		Base:    "http://" + s.g.Addr + "/scim/v2/connections/" + p.conn.ID,
		Host:    strings.TrimPrefix(s.g.URL, "http://"),
		Token:   token,
		Dialect: demoscim.EntraOff,
		HTTP:    &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}},
	}
	return p
}

// do sends a request, which must succeed.
func (p *pushing) do(method, path string, body, out any) {
	p.Helper()
	if err := p.client.Do(p.Context(), method, path, body, out); err != nil {
		p.Fatal(err)
	}
}

// patch sends operations about a group.
func (p *pushing) patch(group string, operations ...harness.Object) {
	p.Helper()
	p.do(http.MethodPatch, "/Groups/"+group, harness.Object{
		"schemas":    []string{"urn:ietf:params:scim:api:messages:2.0:PatchOp"},
		"Operations": operations,
	}, nil)
}

// operation is one about the members of a group.
func operation(op string, ids ...string) harness.Object {
	members := make([]harness.Object, len(ids))
	for i, id := range ids {
		members[i] = harness.Object{"value": id}
	}
	return harness.Object{
		"op":    op,
		"path":  "members",
		"value": members,
	}
}

// BenchmarkPushedMember measures requests that add or remove one member of a group,
// with what follows from them.
func BenchmarkPushedMember(b *testing.B) {
	for name, database := range databases(b) {
		b.Run(name, func(b *testing.B) {
			empty := 0.0
			for _, members := range []int{0, 10_000, 100_000} {
				b.Run(fmt.Sprintf("members=%d", members), func(b *testing.B) {
					p := newPushing(b, database(b), members)
					ours, theirs := p.oneByOne()
					if empty == 0 {
						empty = ours + theirs
					}
					report(
						b, "≤ 1.5 ms, and ≤ 2 × of an empty group", figure{ours, "cpu-ms/op"},
						figure{theirs, "database-cpu-ms/op"}, figure{(ours + theirs) / empty, "x-of-empty"},
					)
				})
			}
		})
	}
}

// oneByOne returns the median cost of a request that adds or removes one member.
func (p *pushing) oneByOne() (ours, theirs float64) {
	p.Helper()
	const pairs = 50
	var all, database []float64
	for range rounds + 1 { // the first does not count
		mine, other := p.cost(2*pairs, func() {
			for i := range pairs {
				p.patch(p.group, operation("add", p.others[i]))
				p.patch(p.group, operation("remove", p.others[i]))
			}
		})
		all, database = append(all, mine), append(database, other)
	}
	return median(all[1:]), median(database[1:])
}

// BenchmarkPushedMembers measures large requests: their duration, their processor time
// and what the program allocates for them.
func BenchmarkPushedMembers(b *testing.B) {
	for name, database := range databases(b) {
		b.Run(name, func(b *testing.B) {
			p := newPushing(b, database(b), 0)
			all := p.others
			p.large("add 10000", "", func() { p.patch(p.group, operation("add", all...)) },
				func() { p.patch(p.group, operation("remove", all...)) })
			p.large("remove 10000", "", func() { p.patch(p.group, operation("remove", all...)) },
				func() { p.patch(p.group, operation("add", all...)) })
			var each [2][]harness.Object
			for _, id := range all[:1000] {
				each[0] = append(each[0], operation("remove", id))
				each[1] = append(each[1], operation("add", id))
			}
			p.large("1000 operations", "≤ 500 ms, ≤ 50 MiB", func() { p.patch(p.group, each[0]...) },
				func() { p.patch(p.group, each[1]...) })
			p.patch(p.group, operation("remove", all[0]))
			p.large("replace 9999 with one changed", "2 rows",
				func() { p.patch(p.group, operation("replace", all[:9999]...)) },
				func() { p.patch(p.group, operation("replace", all[1:]...)) })
		})
	}
}

// large reports the medians of a request. back undoes it.
func (p *pushing) large(name, aim string, request, back func()) {
	p.Run(name, func(b *testing.B) {
		var ms, ours, theirs, allocated []float64
		for i := range rounds {
			if i > 0 {
				back()
			}
			before := p.allocated()
			mine, other := p.cost(1, func() {
				begun := time.Now()
				request()
				ms = append(ms, float64(time.Since(begun).Microseconds())/1000)
			})
			ours, theirs = append(ours, mine), append(theirs, other)
			allocated = append(allocated, (p.allocated()-before)/(1<<20))
		}
		back()
		report(
			b, aim, figure{median(ms), "ms"}, figure{median(ours), "cpu-ms"}, figure{median(theirs), "database-cpu-ms"},
			figure{median(allocated), "MiB"},
		)
	})
}

// allocated returns how many bytes the program has allocated since its start.
func (p *pushing) allocated() float64 {
	p.Helper()
	const name = "go_memstats_alloc_bytes_total "
	for line := range strings.Lines(p.metrics()) {
		if value, is := strings.CutPrefix(line, name); is {
			n, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil {
				p.Fatal(err)
			}
			return n
		}
	}
	p.Fatal("no metric " + name)
	return 0
}

func (p *pushing) metrics() string {
	p.Helper()
	r, err := http.NewRequestWithContext(p.Context(), http.MethodGet, "http://"+p.g.Addr+"/metrics", nil)
	if err != nil {
		p.Fatal(err)
	}
	r.Host = p.client.Host
	resp, err := p.client.HTTP.Do(r)
	if err != nil {
		p.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		p.Fatal(err)
	}
	return string(text)
}

// BenchmarkPushedSync measures a first synchronization: 10,000 users, 500 groups and
// 100,000 memberships, 100 of them in a request, from some workers at once.
func BenchmarkPushedSync(b *testing.B) {
	for name, database := range databases(b) {
		b.Run(name, func(b *testing.B) {
			p := newPushing(b, database(b), 0)
			var began, usersIn time.Time
			requests := 10_000 + 500 + 1000
			ours, theirs := p.cost(1, func() {
				began = time.Now()
				users := p.syncUsers(10_000)
				usersIn = time.Now()
				p.syncGroups(users, 500, 200)
			})
			took := time.Since(began).Seconds()
			report(
				b, "", figure{took, "s"}, figure{usersIn.Sub(began).Seconds(), "s-users"},
				figure{float64(requests) / took, "requests/s"}, figure{ours / 1000, "cpu-s"},
				figure{theirs / 1000, "database-cpu-s"},
			)
		})
	}
}

// syncWorkers is how many requests a first synchronization sends at once.
const syncWorkers = 4

// syncUsers creates users, and returns their IDs.
func (p *pushing) syncUsers(n int) []string {
	return slices.Concat(harness.AtOnce(syncWorkers, func(worker int) (ids []string) {
		for i := worker; i < n; i += syncWorkers {
			ids = append(ids, p.syncUser(fmt.Sprint("sync-", i)))
		}
		return ids
	})...)
}

func (p *pushing) syncUser(name string) string {
	var made struct{ ID string }
	p.do(http.MethodPost, "/Users", harness.Object{
		"schemas":     []string{"urn:ietf:params:scim:schemas:core:2.0:User"},
		"userName":    name + "@acme.example",
		"externalId":  "ext-" + name,
		"displayName": "User " + name,
		"name":        harness.Object{"givenName": "User", "familyName": name},
		"emails":      []harness.Object{{"value": name + "@acme.example", "type": "work", "primary": true}},
		"active":      true,
	}, &made)
	return made.ID
}

func (p *pushing) syncGroup(name string) string {
	var made struct{ ID string }
	p.do(http.MethodPost, "/Groups", harness.Object{
		"schemas":     []string{"urn:ietf:params:scim:schemas:core:2.0:Group"},
		"displayName": name,
	}, &made)
	return made.ID
}

// syncGroups creates groups of some of the users.
func (p *pushing) syncGroups(users []string, n, each int) {
	harness.AtOnce(syncWorkers, func(worker int) error {
		for i := worker; i < n; i += syncWorkers {
			group := p.syncGroup(fmt.Sprint("Sync ", i))
			for from := 0; from < each; from += 100 {
				p.patch(group, operation("add", around(users, i*37+from, 100)...))
			}
		}
		return nil
	})
}

// around returns n items from a position on, from the beginning again after the last.
func around(all []string, from, n int) []string {
	some := make([]string, n)
	for i := range some {
		some[i] = all[(from+i)%len(all)]
	}
	return some
}
