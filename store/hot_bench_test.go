package store_test

import (
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// BenchmarkHotEnterprise compares the sign-ins a second of one enterprise with
// those of the same load spread over 200, by 32 callers of one node on PostgreSQL,
// with 0 and with 5 ms between them. One sign-in in five changes groups. The ratio
// is the median of three rounds, each of both.
func BenchmarkHotEnterprise(b *testing.B) {
	if os.Getenv("TEST_POSTGRES_URL") == "" {
		b.Skip("TEST_POSTGRES_URL names no PostgreSQL")
	}
	for _, delay := range []time.Duration{0, 5 * time.Millisecond} {
		b.Run(fmt.Sprint("between=", delay), func(b *testing.B) {
			f := newHotFixture(b, delay)
			b.ResetTimer()
			for b.Loop() {
				f.compare(b)
			}
		})
	}
}

const (
	hotEnterprises = 200
	hotCallers     = 32
	hotPeople      = 64 // of each enterprise that sign in
	hotRound       = 3 * time.Second
)

type hotFixture struct {
	db          *store.DB
	enterprises []sso.Connection // one of each
}

func newHotFixture(b *testing.B, delay time.Duration) *hotFixture {
	b.Helper()
	dsn, keys := storetest.Postgres(b), store.Keyring{Current: store.NewKey()}
	near := openHot(b, dsn, keys)
	f := &hotFixture{}
	for i := range hotEnterprises {
		f.enterprises = append(f.enterprises, newHotEnterprise(b, near, i))
	}
	f.db = openHot(b, relayed(b, dsn, delay), keys)
	for _, over := range []int{1, hotEnterprises} { // everyone is known, as on most days
		f.load(b, over, 2*hotPeople*over/max(1, over/4), time.Minute)
	}
	return f
}

// newHotEnterprise creates an enterprise with two groups, and returns its connection.
func newHotEnterprise(t testing.TB, db *store.DB, i int) sso.Connection {
	t.Helper()
	ctx := t.Context()
	ent, err := db.CreateEnterprise(ctx, sso.ActorSystem, sso.Enterprise{
		Key: fmt.Sprint("company-", i),
	}, sso.Organization{Key: "web"})
	if err != nil {
		t.Fatal(err)
	}
	orgs, _, err := db.Organizations(ctx, ent.ID, sso.Page{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"dev", "sre"} {
		if _, err := db.CreateGroup(ctx, sso.ActorSystem, ent.ID, sso.Group{
			Organization: orgs[0].ID,
			Name:         name,
		}); err != nil {
			t.Fatal(err)
		}
	}
	c, err := db.CreateConnection(ctx, sso.ActorSystem, sso.Connection{
		Enterprise: ent.ID,
		Protocol:   sso.OIDC,
		State:      sso.ConnectionEnabled,
		Live:       &sso.Config{Version: 1},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func openHot(t testing.TB, dsn string, keys store.Keyring) *store.DB {
	t.Helper()
	address, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	query.Set("pool_max_conns", "16") // as without a setting
	address.RawQuery = query.Encode()
	return storetest.Open(t, address.String(), keys, nil)
}

// compare reports the median ratio.
func (f *hotFixture) compare(b *testing.B) {
	var ratios, hot, spread []float64
	for range 3 {
		one := f.load(b, 1, 1<<30, hotRound)
		all := f.load(b, hotEnterprises, 1<<30, hotRound)
		hot, spread, ratios = append(hot, one), append(spread, all), append(ratios, 100*one/all)
	}
	for unit, values := range map[string][]float64{
		"hot-logins/s":    hot,
		"spread-logins/s": spread,
		"hot/spread-%":    ratios,
	} {
		slices.Sort(values)
		b.ReportMetric(values[len(values)/2], unit)
	}
}

// load records at most so many sign-ins, over some of the enterprises in turn, and
// returns how many it recorded a second.
func (f *hotFixture) load(b *testing.B, enterprises, most int, period time.Duration) float64 {
	b.Helper()
	var next, done atomic.Int64
	var callers sync.WaitGroup
	begun := time.Now()
	for range hotCallers {
		callers.Go(func() {
			for time.Since(begun) < period {
				i := int(next.Add(1))
				if i > most {
					return
				}
				c := f.enterprises[i%enterprises]
				if err := f.signIn(b, c, i/enterprises%hotPeople, i%5 == 0); err != nil {
					b.Error(err)
					return
				}
				done.Add(1)
			}
		})
	}
	callers.Wait()
	return float64(done.Load()) / time.Since(begun).Seconds()
}

func (f *hotFixture) signIn(b *testing.B, c sso.Connection, person int, other bool) error {
	s := hotSignIn(c, person, other)
	_, _, err := f.db.RecordLogin(b.Context(), s, storetest.Reset(s.Identity.Groups))
	return err
}

// hotSignIn returns a sign-in of a person with one group, or with another too.
func hotSignIn(c sso.Connection, person int, other bool) sso.SignIn {
	now, names := time.Now(), []string{"dev"}
	if other {
		names = []string{"dev", "sre"}
	}
	attempt := sso.NewID[sso.AttemptID](now)
	return sso.SignIn{
		Identity: sso.Identity{
			Connection: c.ID,
			Subject:    fmt.Sprint("subject-", person),
			Login:      fmt.Sprintf("person-%d@acme.test", person),
			Groups: sso.AssertedGroups{
				State: sso.GroupsValues,
				Names: names,
			},
		},
		Replay: sso.ReplayMark{
			Connection: c.ID,
			ResponseID: string(attempt),
			Until:      now.Add(time.Hour),
		},
		Attempt: sso.Attempt{
			ID:         attempt,
			Enterprise: c.Enterprise,
			Connection: c.ID,
			Outcome:    sso.OutcomeSucceeded,
			At:         now,
		},
		Session: sso.Session{
			ID:          sso.NewID[sso.SessionID](now),
			Token:       sso.NewSecret().Hash(),
			Enterprise:  c.Enterprise,
			Connection:  c.ID,
			Attempt:     attempt,
			CreatedAt:   now,
			LastSeenAt:  now,
			IdleTimeout: time.Hour,
			ExpiresAt:   now.Add(time.Hour),
		},
	}
}

// relayed returns the address of a relay to a database that delays each direction
// by half of a round trip.
func relayed(b *testing.B, dsn string, roundTrip time.Duration) string {
	b.Helper()
	if roundTrip == 0 {
		return dsn
	}
	address, err := url.Parse(dsn)
	if err != nil {
		b.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = listener.Close() })
	target := address.Host
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", target)
			if err != nil {
				_ = near.Close()
				continue
			}
			go relay(far, near, roundTrip/2)
			go relay(near, far, roundTrip/2)
		}
	}()
	address.Host = listener.Addr().String()
	return address.String()
}

// relay passes on what it reads, each piece after the delay.
func relay(to, from net.Conn, delay time.Duration) {
	type piece struct {
		at   time.Time
		data []byte
	}
	pieces := make(chan piece, 1024)
	go func() {
		defer close(pieces)
		for {
			data := make([]byte, 32<<10)
			n, err := from.Read(data)
			if n > 0 {
				pieces <- piece{time.Now().Add(delay), data[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	for p := range pieces {
		time.Sleep(time.Until(p.at))
		if _, err := to.Write(p.data); err != nil {
			break
		}
	}
	_ = to.Close()
	_, _ = io.Copy(io.Discard, from)
}
