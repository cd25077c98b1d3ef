package route

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
)

func TestFail(t *testing.T) {
	t.Parallel()
	field := []sso.FieldError{{Field: "key", Message: "Taken."}}
	for name, c := range map[string]struct {
		err  error
		want Problem
	}{
		"conflict": {
			&sso.Error{
				Kind:   sso.Conflict,
				Code:   "key_taken",
				Public: "Taken.",
				Fields: field,
			},
			Problem{
				Type:   "urn:gatehouse:problem:key_taken",
				Title:  "Conflict",
				Status: 409,
				Detail: "Taken.",
				Code:   "key_taken",
				Errors: field,
			},
		},
		"stale": {
			&sso.Error{
				Kind:   sso.Stale,
				Code:   "stale",
				Public: "Changed.",
			},
			Problem{
				Type:   "urn:gatehouse:problem:stale",
				Title:  "Precondition Failed",
				Status: 412,
				Detail: "Changed.",
				Code:   "stale",
			},
		},
		"unexpected": {errors.New("canary"), Problem{
			Type:   "urn:gatehouse:problem:internal",
			Title:  "Internal Server Error",
			Status: 500,
			Detail: "Something went wrong on our side.",
			Code:   "internal",
		}},
	} {
		f := newFixture(t, nil)
		f.API("/api/v2/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			Fail(w, r, c.err)
		}), 0)
		w := f.do(get("/api/v2/x"))
		var got Problem
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil ||
			w.Code != c.want.Status ||
			w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("%s: %d %v %v", name, w.Code, w.Header(), err)
		}
		c.want.RequestID = w.Header().Get("X-Request-Id")
		if diff := cmp.Diff(c.want, got); diff != "" || got.RequestID == "" {
			t.Errorf("%s: %s", name, diff)
		}
		if lines := strings.Count(f.log.String(), "request failed"); lines != 1 {
			t.Errorf("%s: logged %d times", name, lines)
		}
	}
}

// TestPanicOnAPI is answered in the words of the surface it happens on.
func TestPanicOnAPI(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.API("/api/v2/", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		panic("canary")
	}), 0)
	w := f.do(get("/api/v2/x"))
	if w.Code != 500 ||
		w.Header().Get("Content-Type") != "application/problem+json" ||
		strings.Contains(w.Body.String(), "canary") {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestFailRetryAfter(t *testing.T) {
	t.Parallel()
	f := newFixture(t, nil)
	f.API("/api/v2/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Fail(w, r, &sso.Error{
			Kind:       sso.TooMany,
			Code:       "rate_limited",
			RetryAfter: 1500 * time.Millisecond,
		})
	}), 0)
	if w := f.do(get("/api/v2/x")); w.Code != 429 || w.Header().Get("Retry-After") != "2" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
}

func TestFailWithoutRouter(t *testing.T) {
	t.Parallel()
	w := httptest.NewRecorder()
	Fail(w, httptest.NewRequest("GET", "/", http.NoBody), errors.New("canary"))
	if w.Code != 500 || strings.Contains(w.Body.String(), "canary") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}
