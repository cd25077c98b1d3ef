package storetest

import (
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

func testIdempotency(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	k := w.requestKey("first")
	request, another := sso.Secret("POST /x").Hash(), sso.Secret("POST /y").Hash()

	w.claimFree(k, request)
	_, _, err := w.claimRequest(k, request)
	w.fails(err, sso.Conflict, "idempotency_key_in_use")
	_, _, err = w.claimRequest(k, another)
	w.fails(err, sso.Invalid, "idempotency_key_reused")

	w.ok(w.db.ReleaseRequest(ctx, k))
	w.claimFree(k, another) // what changed nothing leaves the key to any request
	w.keepAnswer(k, request, another)

	w.claimFree(w.requestKey("second"), request) // a key is one token's
	other := k
	other.Key = another
	w.claimFree(other, request)

	w.clock.Move(3 * time.Minute) // the node of the unanswered claim died
	w.claimFree(other, another)
	w.clock.Move(24*time.Hour - 4*time.Minute)
	if _, known, err := w.claimRequest(k, another); err != nil || !known {
		t.Errorf("within 24 hours: %v, %v", known, err)
	}
	w.clock.Move(time.Minute)
	w.claimFree(k, request)

	w.clock.Move(25 * time.Hour)
	w.ok(w.db.Sweep(ctx, store.Retention{}))
	if left := rows(t, Raw(t, w.dsn), "select * from idempotency_keys"); len(left) != 0 {
		t.Errorf("swept, and there is %v", left)
	}
}

func (w *world) claimRequest(k sso.RequestKey, request sso.Hash) (sso.KeptResponse, bool, error) {
	return w.db.ClaimRequest(w.Context(), k, request)
}

func (w *world) claimFree(k sso.RequestKey, request sso.Hash) {
	w.Helper()
	a, known, err := w.claimRequest(k, request)
	w.ok(err)
	if known || a.Status != 0 {
		w.Errorf("a free key has the answer %+v", a)
	}
}

func (w *world) keepAnswer(k sso.RequestKey, request, another sso.Hash) {
	ctx := w.Context()
	answer := sso.KeptResponse{
		Status: 201,
		Header: map[string]string{"ETag": `"1"`},
		Body:   []byte(`{"id":"ß\u2028"}`),
	}
	w.ok(w.db.KeepAnswer(ctx, k, answer))
	w.ok(w.db.ReleaseRequest(ctx, k)) // too late: it is answered
	w.ok(w.db.KeepAnswer(ctx, k, sso.KeptResponse{Status: 500}))
	got, known, err := w.claimRequest(k, another)
	w.ok(err)
	w.same(answer, got)
	if !known {
		w.Error("the answer is there and not known")
	}
	_, _, err = w.claimRequest(k, request)
	w.fails(err, sso.Invalid, "idempotency_key_reused")
}

func (w *world) requestKey(token string) sso.RequestKey {
	w.Helper()
	k, err := w.db.CreateToken(w.Context(), by, sso.Token{
		Name: token,
		Hash: sso.NewSecret().Hash(),
	})
	w.ok(err)
	return sso.RequestKey{Token: k.ID, Key: sso.Secret("key").Hash()}
}

// testIdempotencyRace sends one request twenty times at once: one does it.
func testIdempotencyRace(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	k, request := w.requestKey("token"), sso.Secret("POST /x").Hash()
	var group sync.WaitGroup
	results := make(chan error, 20)
	for range cap(results) {
		group.Go(func() {
			_, known, err := w.db.ClaimRequest(t.Context(), k, request)
			if known {
				t.Error("there is no answer yet")
			}
			results <- err
		})
	}
	group.Wait()
	close(results)
	done := 0
	for err := range results {
		if err == nil {
			done++
			continue
		}
		w.fails(err, sso.Conflict, "idempotency_key_in_use")
	}
	if done != 1 {
		t.Errorf("%d of 20 were let through", done)
	}
}
