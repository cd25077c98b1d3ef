package idempotency_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/idempotency"
)

// requests is a store of one key.
type requests struct {
	answer   *sso.KeptResponse
	released int
	keepErr  error
}

func (r *requests) ClaimRequest(context.Context, sso.RequestKey, sso.Hash) (sso.KeptResponse, bool, error) {
	if r.answer != nil {
		return *r.answer, true, nil
	}
	return sso.KeptResponse{}, false, nil
}

func (r *requests) KeepAnswer(_ context.Context, _ sso.RequestKey, a sso.KeptResponse) error {
	if r.keepErr == nil {
		r.answer = &a
	}
	return r.keepErr
}

func (r *requests) ReleaseRequest(ctx context.Context, _ sso.RequestKey) error {
	r.released++
	return ctx.Err()
}

// TestOnce tests that a failed or panicking request can be tried again, that an
// answer is returned although it cannot be kept, and that a kept one is replayed.
func TestOnce(t *testing.T) {
	t.Parallel()
	store, log := &requests{}, new(bytes.Buffer)
	service := idempotency.New(store, slog.New(slog.NewTextHandler(log, nil)))
	once := func(run func() (sso.KeptResponse, error)) (sso.KeptResponse, bool, error) {
		return service.Once(
			t.Context(), sso.RequestKey{Token: "tok-1"}, sso.Hash{}, run,
		)
	}
	failure := errors.New("failed")
	if _, _, err := once(func() (sso.KeptResponse, error) {
		return sso.KeptResponse{}, failure
	}); !errors.Is(err, failure) || store.released != 1 {
		t.Errorf("a failed request: %v, released %d times", err, store.released)
	}
	func() {
		defer func() { _ = recover() }()
		_, _, _ = once(func() (sso.KeptResponse, error) { panic("failed") })
	}()
	if store.released != 2 {
		t.Errorf("after a panic, the claim was released %d times", store.released)
	}
	created := func() (sso.KeptResponse, error) {
		return sso.KeptResponse{Status: 201}, nil
	}
	store.keepErr = failure
	if a, replayed, err := once(created); a.Status != 201 ||
		replayed ||
		err != nil {
		t.Errorf("an answer that is not kept: %v %t %v", a, replayed, err)
	}
	if !strings.Contains(
		log.String(), "response to an idempotent request not saved",
	) {
		t.Error("it was not logged")
	}
	store.keepErr = nil
	for _, want := range []bool{false, true} {
		if a, replayed, err := once(created); a.Status != 201 ||
			replayed != want ||
			err != nil {
			t.Errorf("%v %t %v, want replayed %t", a, replayed, err, want)
		}
	}
	if store.released != 2 {
		t.Errorf("a finished claim was released %d times", store.released-2)
	}
}
