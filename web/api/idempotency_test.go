package api

import (
	"context"
	"errors"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/sso/tokens"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

func TestIdempotencyKey(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w, body := f.acme, m{"name": "platform"}
		path := w.in(organizationPath + "/groups")
		first := f.do("POST", path, body, keyHeader, "k1")
		f.wants(first, 201, "")
		if first.Header().Get("Idempotency-Replayed") != "" {
			t.Error("the first is no repetition")
		}
		before := f.history()
		again := f.do("POST", path, body, keyHeader, "k1")
		f.wants(again, 201, "")
		if again.Body.String() != first.Body.String() ||
			again.Header().Get("Location") != first.Header().Get("Location") ||
			again.Header().Get("Idempotency-Replayed") != "true" {
			t.Errorf("%v %s", again.Header(), again.Body)
		}
		for name, r := range map[string]reply{
			"another body": f.do(
				"POST", path, m{"name": "other"}, keyHeader, "k1",
			),
			"another spelling": f.do(
				"POST", path, `{"name": "platform"}`, keyHeader, "k1",
			),
			"another address": f.do(
				"POST", w.in(userPath+"/reactivate"), nil, keyHeader, "k1",
			),
		} {
			if r.Code != 422 ||
				r.code() != "idempotency_key_reused" ||
				r.fields()[0] != keyHeader {
				t.Errorf("%s: %d %s", name, r.Code, r.Body)
			}
		}
		if after := f.history(); after[0] != before[0] {
			t.Errorf("repetitions wrote %d events", after[0]-before[0])
		}
		disable := w.in(connectionPath + "/disable")
		tag := f.do("GET", w.in(connectionPath), nil).Header().Get("ETag")
		f.wants(f.do("POST", disable, nil, keyHeader, "k4", "If-Match", `"77"`), 412, "connection_changed")
		f.wants(f.do("POST", disable, nil, keyHeader, "k4", "If-Match", tag), 200, "")
		f.wants(f.do("POST", disable, nil, keyHeader, "k4", "If-Match", tag), 200, "")
		for _, other := range []string{`"77"`, "*", ""} {
			f.wants(
				f.do("POST", disable, nil, keyHeader, "k4", "If-Match", other), 422,
				"idempotency_key_reused",
			)
		}
		before = f.history()
		for range 2 { // an error is not remembered: it changed nothing
			f.wants(f.do("POST", path, body, keyHeader, "k2"), 409, "name_taken")
			f.wants(
				f.do("POST", path, m{}, keyHeader, "k3"), 422, "validation_failed",
			)
		}
		if after := f.history(); after[0] != before[0] {
			t.Errorf("%d events more", after[0]-before[0])
		}
		f.wants(f.do("POST", path, m{"name": "mended"}, keyHeader, "k3"), 201, "")
		f.wants(f.do("DELETE", first.Header().Get("Location"), nil, keyHeader, "k1"), 204, "") // no POST, no key

		// Another token's keys are its own.
		secret := sso.APIToken.New()
		_, err := f.db.CreateToken(t.Context(), sso.ActorOperator, sso.Token{
			Name:   "second",
			Hash:   secret.Hash(),
			Scopes: []sso.Scope{sso.ScopeAll},
		})
		f.ok(err)
		f.wants(
			f.do(
				"POST", path, m{"name": "third"}, keyHeader, "k1", "Authorization",
				"Bearer "+secret.Reveal(),
			),
			201,
			"",
		)

		for _, bad := range []string{
			"", " ", "a b", "é", strings.Repeat("k", 256), "a\x00",
		} {
			f.wants(
				f.do("POST", path, m{"name": "never"}, keyHeader, bad), 400,
				"bad_request",
			)
		}
		r := f.request("POST", path, m{"name": "never"})
		r.Header[keyHeader] = []string{"a", "a"}
		f.wants(f.send(r), 400, "bad_request")
	})
}

// TestIdempotencyAtOnce sends one POST twenty times at once: it is done once,
// and every client receives the first response.
func TestIdempotencyAtOnce(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		var group sync.WaitGroup
		answers := make(chan *httptest.ResponseRecorder, 20)
		for range cap(answers) {
			r := f.request("POST", Prefix+"enterprises", m{
				"key":  "once",
				"name": "Once",
			}, keyHeader, "once")
			group.Go(func() {
				w := httptest.NewRecorder()
				f.ServeHTTP(w, r)
				answers <- w
			})
		}
		group.Wait()
		close(answers)
		bodies := map[string]int{}
		for w := range answers {
			switch w.Code {
			case 201:
				bodies[w.Body.String()]++
			case 409: // still running
				if !strings.Contains(w.Body.String(), "idempotency_key_in_use") ||
					w.Header().Get("Retry-After") == "" {
					t.Errorf("%v %s", w.Header(), w.Body)
				}
			default:
				t.Errorf("%d %s", w.Code, w.Body)
			}
		}
		if len(bodies) != 1 {
			t.Errorf("%d different answers", len(bodies))
		}
	})
}

// TestClientGone is about a sender that hangs up while its request is carried
// out: the key is free again, or has the answer.
func TestClientGone(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	ctx, cancel := context.WithCancel(t.Context())
	f.api.Directory = directory.New(directory.Options{
		Enterprises: hangsUp{f.db, cancel},
	})
	r := f.request("POST", Prefix+"enterprises", m{
		"key":  "gone",
		"name": "Gone",
	}, keyHeader, "k").WithContext(ctx)
	f.ServeHTTP(httptest.NewRecorder(), r)
	f.wants(f.do("POST", Prefix+"enterprises", m{
		"key":  "gone",
		"name": "Gone",
	}, keyHeader, "k"), 201, "")
}

// hangsUp is the store, with a sender that goes away in the middle.
type hangsUp struct {
	*store.DB
	cancel func()
}

func (h hangsUp) CreateEnterprise(ctx context.Context, by sso.Actor, e sso.Enterprise,
	organizations ...sso.Organization) (sso.Enterprise, error) {
	h.cancel()
	return h.DB.CreateEnterprise(ctx, by, e, organizations...)
}

// limiter refuses after so many.
type limiter struct {
	mu   sync.Mutex
	left int
	keys map[string]bool
	err  error
}

func (l *limiter) Allow(_ context.Context, key string, _ int) (time.Duration, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.keys[key] = true
	if l.left--; l.left < 0 {
		return 3 * time.Second, l.err
	}
	return 0, l.err
}

func (l *limiter) Check(context.Context, string, int) (time.Duration, error) { return 0, l.err }

func TestRate(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	l := &limiter{left: 2, keys: map[string]bool{}}
	f.api.Limiter = l
	for range 2 {
		f.wants(f.do("GET", Prefix+"enterprises", nil), 200, "")
	}
	got := f.do("GET", Prefix+"enterprises", nil)
	f.wants(got, 429, "rate_limited")
	if got.Header().Get("Retry-After") != "3" ||
		len(l.keys) != 1 ||
		!l.keys["api:token:"+string(f.actor)] {
		t.Errorf("%v, keys %v", got.Header(), l.keys)
	}
	f.wants(
		f.do("GET", Prefix+"enterprises", nil, "Authorization", "Bearer x"),
		401,
		"invalid_token",
	)
	l.err = errors.New("away") // a limit that cannot be checked refuses no request
	f.wants(f.do("GET", Prefix+"enterprises", nil), 200, "")
}

// TestStoreAway is 503 for everything, and never 401: not being able to tell is
// not the same as knowing.
func TestStoreAway(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	f.api.Tokens = tokens.NewAPI(away{f.db}, time.Now)
	got := f.do("GET", Prefix+"enterprises", nil)
	f.wants(got, 503, "temporarily_unavailable")
	if got.Header().Get("Retry-After") == "" ||
		got.Header().Get("WWW-Authenticate") != "" {
		t.Errorf("%v", got.Header())
	}
	// costs no query
	f.wants(
		f.do("GET", Prefix+"enterprises", nil, "Authorization", "Bearer gw_api_x"),
		401,
		"invalid_token",
	)
}

type away struct{ *store.DB }

func (away) TokenByHash(context.Context, sso.Hash, string) (sso.Token, error) {
	return sso.Token{}, &sso.Error{
		Kind:   sso.Unavailable,
		Code:   "temporarily_unavailable",
		Public: "Not now.",
	}
}

// TestUnexpected tests an unexpected error and a panic: status 500 without details.
func TestUnexpected(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	f.api.Structure = broken{DB: f.db, err: errors.New("pq: " + canarySecret)}
	r := f.request("GET", Prefix+"enterprises", nil)
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	if w.Code != 500 ||
		strings.Contains(w.Body.String(), canarySecret) ||
		!strings.Contains(w.Body.String(), "urn:gatehouse:problem:internal") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	whole := f.api.Directory
	f.api.Directory = directory.New(directory.Options{Enterprises: broken{DB: f.db}})
	f.log.Reset()
	got := f.do(
		"POST", Prefix+"enterprises", m{"key": "x", "name": "x"}, keyHeader, "k",
	)
	f.wants(got, 500, "internal")
	if strings.Contains(got.Body.String(), "no one foresaw") {
		t.Errorf("%s", got.Body)
	}
	f.api.Directory = whole
	// the key is free
	f.wants(f.do("POST", Prefix+"enterprises", m{
		"key":  "x",
		"name": "x",
	}, keyHeader, "k"), 201, "")
}

type broken struct {
	*store.DB
	err error
}

func (b broken) Enterprises(context.Context, sso.Page) ([]sso.Enterprise, string, error) {
	return nil, "", b.err
}

func (broken) CreateEnterprise(
	context.Context, sso.Actor, sso.Enterprise, ...sso.Organization,
) (sso.Enterprise, error) {
	panic("no one foresaw this")
}
