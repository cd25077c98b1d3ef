package idempotency

import (
	"context"
	"log/slog"

	"gatehouse/sso"
)

// store keeps claims and answers; store.DB implements it.
type store interface {
	ClaimRequest(
		ctx context.Context, k sso.RequestKey, request sso.Hash,
	) (answer sso.KeptResponse, known bool, err error)
	KeepAnswer(ctx context.Context, k sso.RequestKey, answer sso.KeptResponse) error
	ReleaseRequest(ctx context.Context, k sso.RequestKey) error
}

// Service carries out requests once. It is safe for concurrent use.
type Service struct {
	store store
	log   *slog.Logger
}

// New returns a Service.
func New(s store, log *slog.Logger) *Service { return &Service{s, log} }

// Once carries out a request with run, unless it was carried out before: then it
// returns the kept answer, and replayed is true. request is the digest of the
// request: a repetition must be the same. A request that fails or panics is not
// kept, so it may be tried again with its key. Errors besides those of run: Invalid
// "idempotency_key_reused"; Conflict "idempotency_key_in_use".
func (s *Service) Once(
	ctx context.Context, k sso.RequestKey, request sso.Hash, run func() (sso.KeptResponse, error),
) (answer sso.KeptResponse, replayed bool, err error) {
	answer, known, err := s.store.ClaimRequest(ctx, k, request)
	if err != nil || known {
		return answer, known, err
	}
	ctx = context.WithoutCancel(ctx) // the claim has to end also after the client disconnects
	done := false
	defer func() {
		if !done { // also after a panic
			_ = s.store.ReleaseRequest(ctx, k) // otherwise the claim expires
		}
	}()
	answer, err = run()
	if err != nil {
		return sso.KeptResponse{}, false, err
	}
	done = true
	// The request is carried out: failing to keep its answer is no failure of it.
	if err := s.store.KeepAnswer(ctx, k, answer); err != nil {
		s.log.WarnContext(
			ctx, "response to an idempotent request not saved", "token", string(k.Token), "error",
			err,
		)
	}
	return answer, false, nil
}
