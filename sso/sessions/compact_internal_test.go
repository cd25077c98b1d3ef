package sessions

import (
	"fmt"
	"log/slog"
	"reflect"
	"runtime"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	lru "github.com/hashicorp/golang-lru/v2"

	"gatehouse/sso"
)

// fill gives every field of a struct a value of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch {
	case v.Type() == reflect.TypeFor[time.Time]():
		v.Set(reflect.ValueOf(
			time.UnixMicro(1_795_000_000_000_000 + int64(*n)).UTC(),
		))
	case v.Type() == reflect.TypeFor[time.Duration]():
		v.SetInt(int64(time.Duration(*n) * time.Second))
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case v.Kind() == reflect.String:
		v.SetString(fmt.Sprintf("text %d", *n))
	case v.Kind() == reflect.Bool:
		v.SetBool(true)
	case v.Kind() == reflect.Array:
		v.Index(0).SetUint(uint64(*n))
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case v.Kind() == reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 3, 3))
		for i := range 3 {
			fill(v.Index(i), n)
		}
	default:
		panic(v.Type())
	}
}

// TestCompactKeepsEverything also of fields that do not exist yet.
func TestCompactKeepsEverything(t *testing.T) {
	t.Parallel()
	s := newDeduplicator()
	for _, empty := range []bool{true, false} {
		var p sso.Principal
		if !empty {
			n := 0
			fill(reflect.ValueOf(&p).Elem(), &n)
			// as foreign keys have it
			p.Session.User, p.Session.Enterprise, p.User.Enterprise = p.User.ID, p.Enterprise.ID, p.Enterprise.ID
			// written with the session and never read
			p.Session.Browser = sso.Hash{}
		}
		c := s.compact(&p)
		if diff := cmp.Diff(p, c.principal(p.Session.Token, toMicros(p.Session.LastSeenAt))); diff != "" {
			t.Errorf("empty %v: %s", empty, diff)
		}
	}
}

func TestGroupListsAreShared(t *testing.T) {
	t.Parallel()
	s := newDeduplicator()
	list := func(names ...string) *[]sso.PrincipalGroup {
		var all []sso.PrincipalGroup
		for _, n := range names {
			all = append(all, sso.PrincipalGroup{
				ID:           sso.GroupID("group-" + n),
				Organization: "web",
				Name:         n,
			})
		}
		return s.groupList(all)
	}
	first := list("a", "b")
	if list("a", "b") != first ||
		list("a") == first ||
		list("ab") == first ||
		list("b", "a") == first ||
		list() != nil {
		t.Error("lists of the same groups are not one, or of others are")
	}
	renamed := s.groupList([]sso.PrincipalGroup{{
		ID:           "group-a",
		Organization: "web",
		Name:         "renamed",
	}})
	if (*renamed)[0].Name != "renamed" || (*list("a"))[0].Name != "a" {
		t.Error("a group that was renamed has its old name")
	}
}

// TestMemory measures what a session costs, with its strings as a driver gives
// them, each on its own. Lists of groups are shared: those of these people are of
// 20 groups, and a hundred have the same.
func TestMemory(t *testing.T) {
	without, with := memory(t, 0), memory(t, 20)
	t.Logf("%d bytes per session, %d with its part of the lists of groups", without, with)
	if without > 600 || with > 650 {
		t.Errorf("a session costs %d bytes, %d with groups; want at most 600 and 650", without, with)
	}
}

func memory(t *testing.T, groups int) int {
	t.Helper()
	const n = 20_000
	c := New(Options{
		Log:  slog.New(slog.DiscardHandler),
		Now:  time.Now,
		Size: n,
	})
	for i := range c.bySession.shards {
		c.bySession.shards[i], _ = lru.New[sso.Hash, *entry](n)
	}
	heap := func() uint64 {
		runtime.GC()
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before := heap()
	now := time.Now()
	for i := range n {
		p := testPrincipal(i, groups, now)
		e := &entry{compact: c.dedup.compact(&p)}
		c.bySession.shard(p.Session.Token).Add(p.Session.Token, e)
	}
	each := (heap() - before) / n
	runtime.KeepAlive(c)
	return int(each) //nolint:gosec // some hundreds
}

func testPrincipal(i, groups int, now time.Time) sso.Principal {
	ent := sso.Enterprise{
		ID: sso.EnterpriseID(fmt.Sprintf(
			"ent-06d5x0wkj3n8p7r5t2v4y6z8%02d", i%50,
		)),
		Key:       fmt.Sprintf("company-%d", i%50),
		Name:      fmt.Sprintf("Company %d", i%50),
		CreatedAt: now.Truncate(time.Hour),
	}
	user := sso.UserID(fmt.Sprintf("user-06d5x0wkj3n8p7r5t2v4%06d", i))
	login := fmt.Sprintf("person.%d@company-%d.example", i, i%50)
	p := sso.Principal{
		Session: sso.Session{
			ID: sso.SessionID(fmt.Sprintf(
				"ses-06d5x0wkj3n8p7r5t2v4%06d", i,
			)),
			Token:      sso.NewSecret().Hash(),
			Enterprise: ent.ID,
			Connection: sso.ConnectionID(fmt.Sprintf(
				"conn-06d5x0wkj3n8p7r5t2v4y6z8%02d", i%50,
			)),
			User: user,
			Attempt: sso.AttemptID(fmt.Sprintf(
				"att-06d5x0wkj3n8p7r5t2v4%06d", i,
			)),
			Subject:      fmt.Sprintf("00u%017d", i),
			NameIDFormat: "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
			SessionIndex: fmt.Sprintf("_%032d", i),
			Remote:       fmt.Sprintf("192.0.2.%d", i%256),
			UserAgent: fmt.Sprintf(
				"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/%d.0.0.0 Safari/537.36",
				140+i%20,
			),
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
		User: sso.User{
			ID:           user,
			Enterprise:   ent.ID,
			Login:        login,
			Email:        login,
			Name:         fmt.Sprintf("Person Number %d", i),
			Status:       sso.UserActive,
			CreatedAt:    now,
			LastSignInAt: now,
		},
		Enterprise: ent,
	}
	for g := range groups {
		p.Groups = append(p.Groups, sso.PrincipalGroup{
			ID: sso.GroupID(fmt.Sprintf(
				"group-06d5x0wkj3n8p7r5t2v4%03d%03d", i%200, g,
			)),
			Organization: "platform",
			Name:         fmt.Sprintf("team-%d-%d", i%200, g),
		})
	}
	return p
}
