//go:build unix

package store_test

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/scim"
	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// pushBench is a connection with provisioned users and a group.
type pushBench struct {
	*testing.B
	db    *store.DB
	push  sso.Push
	group sso.ResourceID
	users []sso.ResourceID // no members of the group
}

// newPushBench fills a connection with a group of members, and 10,000 users more.
func newPushBench(b *testing.B, fresh func(testing.TB) string, members int) *pushBench {
	b.Helper()
	dsn := fresh(b)
	p := &pushBench{
		B:  b,
		db: storetest.Open(b, dsn, store.Keyring{Current: store.NewKey()}, nil),
	}
	ent, err := p.db.CreateEnterprise(b.Context(), sso.ActorSystem, sso.Enterprise{
		Key:  "acme",
		Name: "Acme",
	})
	p.check(err)
	conn, err := p.db.CreateConnection(b.Context(), sso.ActorSystem, sso.Connection{
		Enterprise: ent.ID,
		Protocol:   sso.SAML,
	})
	p.check(err)
	p.push = sso.Push{
		Enterprise: ent.ID,
		Connection: conn.ID,
	}
	const others = 10_000
	storetest.FillProvisioned(b, dsn, ent.ID, conn.ID, storetest.Provisioned{
		Users:   members + others,
		Groups:  1,
		Members: members,
	})
	groups, err := p.db.ProvisionedGroups(b.Context(), ent.ID, conn.ID, nil, sso.ResourcePage{Limit: 1})
	p.check(err)
	p.group = groups.Items[0].ID
	for i := range others { // members are those behind position 8
		p.users = append(p.users, sso.ResourceID(fmt.Sprintf("user-%06d", (members+8+i)%(members+others)+1)))
	}
	return p
}

func (p *pushBench) check(err error) {
	p.Helper()
	if err != nil {
		p.Fatal(err)
	}
}

func (p *pushBench) change(change sso.MemberChange, want int) {
	p.Helper()
	_, effect, err := p.db.ChangeProvisionedGroup(
		p.Context(), p.push, p.group,
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) { return g, change, nil },
	)
	p.check(err)
	if effect.Added+effect.Removed != want {
		p.Fatalf("%d members changed; want %d", effect.Added+effect.Removed, want)
	}
}

// each runs fn, and reports the CPU of the whole process.
func (p *pushBench) each(name string, fn func(b *testing.B, i int)) {
	p.Run(name, func(b *testing.B) {
		before := cpu()
		b.ResetTimer()
		for i := range b.N {
			fn(b, i)
		}
		b.StopTimer()
		b.ReportMetric(float64((cpu()-before).Microseconds())/float64(b.N), "cpu-µs/op")
	})
}

// BenchmarkProvisionedMember adds and removes one member of groups of three sizes.
func BenchmarkProvisionedMember(b *testing.B) {
	for name, fresh := range benchDatabases() {
		for _, size := range []int{0, 10_000, 100_000} {
			b.Run(fmt.Sprintf("%s/members=%d", name, size), func(b *testing.B) {
				p := newPushBench(b, fresh, size)
				one := p.users[:1]
				p.each("add+remove", func(*testing.B, int) {
					p.change(sso.MemberChange{Add: one}, 1)
					p.change(sso.MemberChange{Remove: one}, 1)
				})
				p.change(sso.MemberChange{Add: one}, 1)
				p.each("add again", func(*testing.B, int) {
					p.change(sso.MemberChange{Add: one}, 0)
				})
			})
		}
	}
}

// BenchmarkProvisionedMembers changes 10,000 members at once, and one of a list of
// as many.
func BenchmarkProvisionedMembers(b *testing.B) {
	for name, fresh := range benchDatabases() {
		b.Run(name, func(b *testing.B) {
			p := newPushBench(b, fresh, 0)
			p.each("add 10000, remove 10000", func(*testing.B, int) {
				p.change(sso.MemberChange{Add: p.users}, len(p.users))
				p.change(sso.MemberChange{Remove: p.users}, len(p.users))
			})
			n := len(p.users) - 1
			p.change(sso.MemberChange{Add: p.users[:n]}, n)
			list, next := p.users[1:], p.users[:n]
			p.each("replace 9999 with one changed", func(*testing.B, int) {
				list, next = next, list
				p.change(sso.MemberChange{
					Replace: true,
					Add:     next,
				}, 2)
			})
		})
	}
}

// BenchmarkProvisionedPages reads pages of 100,000 users.
func BenchmarkProvisionedPages(b *testing.B) {
	for name, fresh := range benchDatabases() {
		b.Run(name, func(b *testing.B) {
			p := newPushBench(b, fresh, 90_000)
			page := func(name, filter string, page sso.ResourcePage) {
				e, err := scim.Users().ParseFilter(filter)
				if filter == "" {
					e, err = nil, nil
				}
				p.check(err)
				p.each(name, func(b *testing.B, _ int) {
					page.Total = true
					list, err := p.db.ProvisionedUsers(b.Context(), p.push.Enterprise, p.push.Connection, e, page)
					if err != nil || len(list.Items) == 0 {
						b.Fatalf("%d users, %v", len(list.Items), err)
					}
				})
			}
			page("first", "", sso.ResourcePage{Limit: 100})
			page("second", "", sso.ResourcePage{Limit: 100, Offset: 100})
			page("middle", "", sso.ResourcePage{Limit: 100, Offset: 50_450})
			page("last", "", sso.ResourcePage{Limit: 100, Offset: 99_900})
			page("last by position", "", sso.ResourcePage{Limit: 100, After: 99_900})
			page("userName eq", `userName eq "USER-50000@acme.test"`, sso.ResourcePage{Limit: 100})
			page("emails eq", `emails[type eq "work"].value eq "user-50000@acme.test" or id eq "user-000001"`,
				sso.ResourcePage{Limit: 100})
			page("title eq, all users", `title eq "T7"`, sso.ResourcePage{Limit: 100})
		})
	}
}

// BenchmarkProvisionedSync is a first synchronization: 10,000 users, 500 groups and
// 100,000 memberships, added 100 at a time.
func BenchmarkProvisionedSync(b *testing.B) {
	for name, fresh := range benchDatabases() {
		b.Run(name, func(b *testing.B) {
			p := newPushBench(b, fresh, 0)
			for range b.N {
				b.ReportMetric(p.sync(10_000, 500, 200).Seconds(), "s/sync")
			}
		})
	}
}

func (p *pushBench) sync(users, groups, members int) time.Duration {
	began := time.Now()
	run := began.UnixNano()
	ids := make([]sso.ResourceID, users)
	for i := range ids {
		login := fmt.Sprintf("sync-%d-%d@acme.test", run, i)
		u, err := p.db.CreateProvisionedUser(p.Context(), p.push, sso.ProvisionedUser{
			UserName:   login,
			ExternalID: fmt.Sprint("ext-", run, i),
			Active:     true,
			Document:   fmt.Appendf(nil, `{"userName":%q,"active":true}`, login),
			Emails:     []sso.ProvisionedEmail{{Value: login}},
		})
		p.check(err)
		ids[i] = u.ID
	}
	p.Logf("%d users: %s", users, time.Since(began))
	for i := range groups {
		g, _, err := p.db.CreateProvisionedGroup(p.Context(), p.push, sso.ProvisionedGroup{
			DisplayName: fmt.Sprint("Sync ", run, i),
		}, sso.MemberChange{})
		p.check(err)
		p.group = g.ID
		for from := 0; from < members; from += 100 {
			some := make([]sso.ResourceID, 100)
			for k := range some {
				some[k] = ids[(i*37+from+k)%users]
			}
			p.change(sso.MemberChange{Add: some}, len(some))
		}
	}
	p.Logf("and %d groups of %d: %s", groups, members, time.Since(began))
	return time.Since(began)
}
