package store

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// trailAtOnce is how many events one query of a deletion reads.
const trailAtOnce = 5000

// errErasedMeanwhile ends a deletion whose facts changed while the trail was read.
var errErasedMeanwhile = &sso.Error{
	Kind:   sso.Conflict,
	Code:   "changed_meanwhile",
	Public: "Something about the person changed at the same moment. Try again.",
}

// tracing finds the traces of a user, and the events of the audit trail that have them.
// It reads the long trails beside other changes first; in the transaction of the
// deletion, another one reads what they have grown by.
type tracing struct {
	reader    engine.Reader
	from      *DB
	company   sso.EnterpriseID
	accounts  []sso.UserID // the user, and those merged into them
	resources []erasedResource
	traces
	read map[sso.EnterpriseID]readTrail
	// former are the values that events about the accounts say.
	former []trace
}

func newTracing(r engine.Reader, db *DB, ent sso.EnterpriseID, accounts []sso.UserID) *tracing {
	return &tracing{
		reader:   r,
		from:     db,
		company:  ent,
		accounts: accounts,
		read:     map[sso.EnterpriseID]readTrail{},
	}
}

// readTrail is a trail as far as it was read.
type readTrail struct {
	ends  map[int64]head // by strand
	found []redaction
}

// redaction is an event that gets another detail.
type redaction struct {
	event  storedEvent
	before sso.Hash
	detail map[string]string
}

// trails are those that may have values of the user: the company's and the instance's.
func (e *tracing) trails() []sso.EnterpriseID { return []sso.EnterpriseID{e.company, ""} }

// readAll reads the trails, from where an earlier reading ended; nil for the first one.
func (e *tracing) readAll(ctx context.Context, earlier *tracing) error {
	starts := map[sso.EnterpriseID]readTrail{}
	if earlier != nil {
		starts = earlier.read
		e.former = slices.Clone(earlier.former)
	}
	for _, trail := range e.trails() {
		ends, err := e.ends(ctx, trail)
		if err != nil {
			return err
		}
		e.read[trail] = readTrail{ends: ends}
	}
	err := e.scan(ctx, e.company, starts[e.company].ends, func(event storedEvent, _ sso.Hash) {
		if slices.Contains(e.accounts, sso.UserID(event.Target)) {
			e.former = append(e.former, formerOf(event.Detail)...)
		}
	})
	if err != nil {
		return err
	}
	if err := e.collect(ctx, e.former); err != nil {
		return err
	}
	for _, trail := range e.trails() {
		read := e.read[trail]
		err := e.scan(ctx, trail, starts[trail].ends, func(event storedEvent, before sso.Hash) {
			if detail, changed := e.redact(event.AuditEvent); changed {
				read.found = append(read.found, redaction{
					event:  event,
					before: before,
					detail: detail,
				})
			}
		})
		if err != nil {
			return err
		}
		e.read[trail] = read
	}
	return nil
}

func (e *tracing) ends(ctx context.Context, trail sso.EnterpriseID) (map[int64]head, error) {
	heads, err := engine.List(
		ctx, e.reader, scanHead, "select "+headColumns+" from audit_heads where enterprise_id = $1", string(trail),
	)
	ends := map[int64]head{}
	for _, h := range heads {
		ends[h.strand] = h
	}
	return ends, err
}

// scan calls fn with the events of a trail after starts, nil for all, and the hash of the
// one before in the strand. Rows behind the end of a strand are no events.
func (e *tracing) scan(
	ctx context.Context, trail sso.EnterpriseID, starts map[int64]head, fn func(storedEvent, sso.Hash),
) error {
	ends := e.read[trail].ends
	if len(starts) == 0 {
		return e.scanFrom(ctx, trail, head{strand: -1}, map[int64]sso.Hash{}, fn)
	}
	for _, strand := range slices.Sorted(maps.Keys(ends)) {
		start := starts[strand]
		if ends[strand].position == start.position {
			continue
		}
		start.strand = strand
		if err := e.scanFrom(ctx, trail, start, map[int64]sso.Hash{strand: start.hash}, fn); err != nil {
			return err
		}
	}
	return nil
}

// scanFrom reads the events of a strand after one, of all strands if it is -1. last are the
// hashes of the events before.
func (e *tracing) scanFrom(
	ctx context.Context, trail sso.EnterpriseID, start head, last map[int64]sso.Hash, fn func(storedEvent, sso.Hash),
) error {
	ends, after := e.read[trail].ends, start.sequence
	for {
		some, err := engine.List(
			ctx, e.reader, scanStoredEvent, "select "+storedEventColumns+` from audit_events
			where enterprise_id = $1 and sequence > $2 and ($3 < 0 or strand = $3) order by sequence limit `+
				strconv.Itoa(trailAtOnce),
			string(trail), after, start.strand,
		)
		if err != nil {
			return err
		}
		for _, event := range some {
			after = event.Sequence
			if event.Position > ends[event.Strand].position {
				continue
			}
			fn(event, last[event.Strand])
			last[event.Strand] = event.Hash
		}
		if len(some) < trailAtOnce {
			return nil
		}
	}
}

// check returns errErasedMeanwhile unless the traces are those of an earlier reading, whose
// events are all then.
func (e *tracing) check(earlier *tracing) error {
	if slices.Equal(e.accounts, earlier.accounts) && maps.Equal(e.values, earlier.values) &&
		maps.Equal(e.shared, earlier.shared) && maps.Equal(e.targets, earlier.targets) {
		return nil
	}
	return errErasedMeanwhile
}

// eraseTries is how often a deletion is tried whose facts change meanwhile.
const eraseTries = 5

// tryErasure calls try again while the facts change.
func tryErasure(ctx context.Context, try func() (sso.Erasure, error)) (made sso.Erasure, err error) {
	for range eraseTries {
		if made, err = try(); !errors.Is(err, errErasedMeanwhile) || ctx.Err() != nil {
			return made, err
		}
	}
	return made, err
}
