package provisioning

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"gatehouse/sso"
)

const (
	// ledgerDelay is how long requests are gathered before they are written in one
	// transaction.
	ledgerDelay = 100 * time.Millisecond
	// ledgerBatch is how many requests a transaction writes at most.
	ledgerBatch = 200
	// maxUnwritten is how many requests wait at most while the database does not
	// write. Those that come later are omitted and counted in the log.
	maxUnwritten = 10_000
	// ledgerPause is how long to wait after a failure.
	ledgerPause = time.Second
	// trimAfter is after how many events of a connection the oldest are trimmed.
	trimAfter = 5000
	// recentRefusal is how long a success may heal a refusal that the token, as it
	// was read, does not tell of yet.
	recentRefusal = time.Minute
)

// eventStore keeps what came of requests; store.DB implements it.
type eventStore interface {
	RecordProvisioning(ctx context.Context, all []sso.ProvisioningEvent) error
	RecordProvisioningReads(ctx context.Context, sums []sso.ProvisioningEvent) error
	TrimProvisioningEvents(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) error
	ProvisioningTokenByHash(ctx context.Context, h sso.Hash) (sso.ProvisioningToken, error)
}

// LedgerOptions are the parts of a Ledger; all are required.
type LedgerOptions struct {
	Store eventStore
	// Observe counts a request by method, resource type and status.
	Observe func(method, resource string, status int)
	Log     *slog.Logger
}

// Ledger records what came of the requests of identity providers. It writes shortly
// after the response, several requests at a time, so that no request waits for it
// and a full disk refuses none. What follows from a request is not recorded here:
// that is in the audit trail, in the same transaction.
//
// What was not written when the process is killed is lost. It is safe for
// concurrent use.
type Ledger struct {
	LedgerOptions
	writing sync.Mutex // held by the one who writes

	mu        sync.Mutex
	waiting   []sso.ProvisioningEvent
	scheduled bool
	omitted   int
	refused   map[sso.ConnectionID]time.Time // last
	tallies   tallies
	reads     reads
	written   map[connectionKey]int // since the last trim
}

type connectionKey struct {
	enterprise sso.EnterpriseID
	connection sso.ConnectionID
}

// NewLedger returns a Ledger.
func NewLedger(o LedgerOptions) *Ledger {
	return &Ledger{
		LedgerOptions: o,
		refused:       map[sso.ConnectionID]time.Time{},
		written:       map[connectionKey]int{},
	}
}

// Record records what came of a request. Those that only read are summed up, and
// those that were refused because there are too many. A read is recorded besides if
// it may heal a refusal. Requests without a known token are only counted: they must not fill the
// database.
func (l *Ledger) Record(_ context.Context, o Outcome) {
	e := eventOf(o)
	l.Observe(e.Method, o.Type, e.Status)
	if isOverload(e.Status) {
		l.tally(e, o)
		return
	}
	if e.Enterprise == "" {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if !e.Refused() {
		l.tallies.heal(e)
	}
	if e.Result() == sso.ResultRead {
		l.read(e, o)
		if !o.Token.Troubled && !l.refusedRecently(e) {
			return
		}
	}
	if e.Refused() {
		l.refused[e.Connection] = e.At
	}
	if len(l.waiting) >= maxUnwritten {
		l.omitted++
		return
	}
	l.waiting = append(l.waiting, e)
	l.schedule(ledgerDelay)
}

// refusedRecently reports whether this node refused a request of the connection
// within a minute; l.mu is held.
func (l *Ledger) refusedRecently(e sso.ProvisioningEvent) bool {
	at, is := l.refused[e.Connection]
	if is && e.At.Sub(at) > recentRefusal {
		delete(l.refused, e.Connection)
		return false
	}
	return is
}

// schedule has what waits written after a time; l.mu is held.
func (l *Ledger) schedule(after time.Duration) {
	if !l.scheduled {
		l.scheduled = true
		time.AfterFunc(after, func() {
			l.mu.Lock()
			l.scheduled = false
			l.mu.Unlock()
			_ = l.write(context.Background()) // which logs its failure
		})
	}
}

// Flush writes what waits, also sums that would grow for some seconds more. After a
// failure it is tried again later.
func (l *Ledger) Flush(ctx context.Context) error {
	l.sumUp(ctx)
	return errors.Join(l.write(ctx), l.writeReads(ctx))
}

func (l *Ledger) write(ctx context.Context) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	for {
		batch := l.take()
		if len(batch) == 0 {
			return nil
		}
		if err := l.Store.RecordProvisioning(ctx, batch); err != nil {
			l.giveBack(ctx, batch, err)
			return err
		}
		l.trim(ctx, batch)
		if len(batch) < ledgerBatch {
			return nil // what came meanwhile is scheduled, and gathers until then
		}
	}
}

func (l *Ledger) take() []sso.ProvisioningEvent {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := min(len(l.waiting), ledgerBatch)
	batch := l.waiting[:n:n]
	l.waiting = l.waiting[n:]
	if len(l.waiting) == 0 {
		l.waiting = nil
	}
	return batch
}

// giveBack keeps a batch that was not written, and tries again later.
func (l *Ledger) giveBack(ctx context.Context, batch []sso.ProvisioningEvent, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Log.WarnContext(
		ctx, "provisioning events not written; trying again", "events", len(batch)+len(l.waiting),
		"omitted", l.omitted, "error", err,
	)
	l.omitted = 0
	l.waiting = append(batch, l.waiting...)
	l.schedule(ledgerPause)
}

// trim deletes the oldest events of connections that have written many.
func (l *Ledger) trim(ctx context.Context, batch []sso.ProvisioningEvent) {
	for _, e := range batch {
		key := connectionKey{e.Enterprise, e.Connection}
		l.written[key]++
		if l.written[key] < trimAfter {
			continue
		}
		delete(l.written, key)
		if err := l.Store.TrimProvisioningEvents(ctx, e.Enterprise, e.Connection); err != nil {
			l.Log.WarnContext(ctx, "provisioning events not trimmed", "connection", e.Connection, "error", err)
		}
	}
}

// maxWaiting is how many of the IDs that wait for their user an event names.
const maxWaiting = 20

// eventOf returns what is recorded of a request.
func eventOf(o Outcome) sso.ProvisioningEvent {
	e := sso.ProvisioningEvent{
		ID:         o.Push.Event,
		Enterprise: o.Push.Enterprise,
		Connection: o.Push.Connection,
		At:         o.At,
		Token:      o.Token.ID,
		Client:     sso.ClientName(o.Client),
		Method:     o.Method,
		Kind:       o.Needs,
		Name:       kept(o.Key),
		Resource:   kept(o.Resource),
		Status:     statusOf(o),
		RequestID:  o.Request,
		Took:       o.Took,
		Changed:    o.Changed && o.Err == nil,
		Effects: sso.ProvisioningEffects{
			Added:        o.Effect.Added,
			Removed:      o.Effect.Removed,
			Waiting:      waiting(o.Effect.Unknown),
			WaitingCount: len(o.Effect.Unknown),
			Nested:       len(o.Nested),
			Listed:       o.Listed && o.Err == nil,
			Adopted:      o.Adopted && o.Err == nil,
			Reactivated:  o.Reactivated && o.Err == nil,
			StaysOff:     o.StaysOff && o.Err == nil,
		},
	}
	if o.Err == nil {
		return e
	}
	e.Code = sso.CodeOf(o.Err)
	e.Detail = "Something went wrong here; the log has the cause under the request ID."
	if refused, is := errors.AsType[*sso.Error](o.Err); is && refused.Kind != sso.Internal {
		e.Detail = kept(refused.Text().String())
	}
	e.SCIMType = string(TypeOf(e.Status, e.Code))
	return e
}

// longestKept is how many bytes of a text that a client sent an event keeps while it
// waits to be written; the store keeps fewer.
const longestKept = 4 << 10

// kept returns a copy of a text, so that the body it was part of is not kept.
func kept[T ~string](text T) T {
	return T(strings.Clone(string(text[:min(len(text), longestKept)])))
}

func waiting(unknown []sso.ResourceID) []sso.ResourceID {
	var first []sso.ResourceID
	for _, id := range unknown[:min(len(unknown), maxWaiting)] {
		first = append(first, kept(id))
	}
	return first
}

// statusOf returns the status of the response to a request.
func statusOf(o Outcome) int {
	switch {
	case o.Err == nil && o.Method == http.MethodPost && o.Changed:
		return http.StatusCreated
	case o.Err == nil && o.Method == http.MethodDelete:
		return http.StatusNoContent
	case o.Err == nil:
		return http.StatusOK
	case sso.CodeOf(o.Err) == codeTooLarge:
		return http.StatusRequestEntityTooLarge
	}
	status := map[sso.Kind]int{
		sso.Invalid:         http.StatusBadRequest,
		sso.Unauthenticated: http.StatusUnauthorized,
		sso.Forbidden:       http.StatusForbidden,
		sso.NotFoundKind:    http.StatusNotFound,
		sso.Conflict:        http.StatusConflict,
		sso.Stale:           http.StatusPreconditionFailed,
		sso.TooMany:         http.StatusTooManyRequests,
		sso.Unavailable:     http.StatusServiceUnavailable,
	}[sso.KindOf(o.Err)]
	if status == 0 {
		return http.StatusInternalServerError
	}
	return status
}
