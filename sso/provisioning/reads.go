package provisioning

import (
	"context"
	"strings"
	"time"

	"gatehouse/sso"
)

const (
	// readsPause is how long reads are summed up before they are written: a sum is
	// written at most this often, and a process that is killed loses no more.
	readsPause = 5 * time.Second
	// readsSpan is the time that a sum covers.
	readsSpan = time.Minute
	// longestRead is longer than any read takes: one that began that long before others
	// that have ended was timed by a clock that was set back.
	longestRead = 5 * time.Minute
	// mostReads is how many sums there are at most. While the database does not write,
	// they pile up; reads that would begin another are omitted and counted in the log.
	mostReads = 4000
	// mostReadsOf is how many sums of a connection tell clients and filters apart. A
	// client can send any number of either.
	mostReadsOf = 16
	// longestBy is how many bytes of the attribute of a filter are kept.
	longestBy = 100
)

// readKey identifies the reads that are summed up.
type readKey struct {
	connection sso.ConnectionID
	token      sso.ProvisioningTokenID
	client     string
	kind       sso.ProvisioningScope
	sort       sso.ReadSort
	by         string
}

// reads sum up requests that only read. The zero value is empty.
type reads struct {
	open      map[readKey]*readSum
	of        map[sso.ConnectionID]int // sums of open
	ended     []*readSum               // no longer in open, and not written
	latest    time.Time                // of the last request
	scheduled bool
	omitted   int
}

// readSum is a sum of reads.
type readSum struct {
	event     sso.ProvisioningEvent // of the first, with name, request and duration of the last
	reads     sso.ProvisioningReads
	requests  int
	written   bool // once, perhaps with fewer requests
	unwritten bool // in part
	ended     bool
}

// read adds a request that only read to the sum of its like; l.mu is held. It costs no
// query, and no write of its own.
func (l *Ledger) read(e sso.ProvisioningEvent, o Outcome) {
	if !l.reads.add(e, o) {
		l.reads.omitted++
	}
	l.scheduleReads() // also without room: it takes out sums that are over
}

// scheduleReads has sums written after a time; l.mu is held.
func (l *Ledger) scheduleReads() {
	if !l.reads.scheduled {
		l.reads.scheduled = true
		time.AfterFunc(readsPause, func() {
			l.mu.Lock()
			l.reads.scheduled = false
			l.mu.Unlock()
			_ = l.writeReads(context.Background()) // which logs its failure
		})
	}
}

// add adds a request, and reports whether there was room for it.
func (r *reads) add(e sso.ProvisioningEvent, o Outcome) bool {
	r.latest = e.At // not the greatest: a clock that was ahead is set back
	sum := r.find(e, o)
	if sum == nil {
		return false
	}
	sum.requests++
	sum.unwritten = true
	sum.event.Name = e.Name
	sum.event.RequestID = e.RequestID
	sum.event.Took = e.Took
	sum.reads.Returned += o.Returned
	if o.Found || o.Read == "" {
		sum.reads.Found++
	}
	if e.At.After(sum.reads.Last) {
		sum.reads.Last = e.At
	}
	return true
}

// find returns the sum that a request belongs to, a new one if there is none; nil if
// there are too many.
func (r *reads) find(e sso.ProvisioningEvent, o Outcome) *readSum {
	key := keyOfRead(e, o)
	sum := r.open[key]
	if sum == nil && r.of[e.Connection] >= mostReadsOf {
		key.client, key.by = "", ""
		sum = r.open[key]
	}
	if sum != nil && sum.over(e.At) {
		r.end(key, sum)
		sum = nil
	}
	if sum == nil && len(r.open)+len(r.ended) < mostReads {
		sum = r.begin(key, e)
	}
	return sum
}

func keyOfRead(e sso.ProvisioningEvent, o Outcome) readKey {
	key := readKey{
		connection: e.Connection,
		token:      e.Token,
		client:     e.Client,
		kind:       e.Kind,
		sort:       o.Read,
		by:         o.By[:min(len(o.By), longestBy)],
	}
	if key.sort == "" {
		key.sort = sso.ReadDiscovery
	}
	return key
}

// over reports whether a request is too late to belong to a sum, or so early that the
// clock was set back.
func (s *readSum) over(at time.Time) bool {
	after := at.Sub(s.event.At)
	return after >= readsSpan || after <= -longestRead
}

func (r *reads) begin(key readKey, e sso.ProvisioningEvent) *readSum {
	if r.open == nil {
		r.open = map[readKey]*readSum{}
		r.of = map[sso.ConnectionID]int{}
	}
	key.client, key.by = strings.Clone(key.client), strings.Clone(key.by) // the rest of the request is let go
	e.Client = key.client
	e.Resource = ""
	sum := &readSum{
		event: e,
		reads: sso.ProvisioningReads{Sort: key.sort},
	}
	if sso.Printable(key.by) {
		sum.reads.By = key.by
	}
	r.open[key] = sum
	r.of[key.connection]++
	return sum
}

// end takes a sum out of those that grow.
func (r *reads) end(key readKey, sum *readSum) {
	delete(r.open, key)
	if r.of[key.connection]--; r.of[key.connection] == 0 {
		delete(r.of, key.connection)
	}
	sum.ended = true
	if sum.unwritten {
		r.ended = append(r.ended, sum)
	}
}

// take returns the sums that are to be written, also as events.
func (r *reads) take() (sums []*readSum, events []sso.ProvisioningEvent) {
	sums, r.ended = r.ended, nil
	for key, sum := range r.open {
		if sum.unwritten {
			sums = append(sums, sum)
			sum.unwritten = false
		}
		if sum.over(r.latest) {
			r.end(key, sum)
		}
	}
	for _, sum := range sums {
		sum.unwritten = false // as of now
		e, reads := sum.event, sum.reads
		e.Effects = sso.ProvisioningEffects{
			Requests: sum.requests,
			Reads:    &reads,
		}
		events = append(events, e)
	}
	return sums, events
}

// giveBack keeps sums that were not written. One that grew meanwhile waits already.
func (r *reads) giveBack(sums []*readSum) {
	for _, sum := range sums {
		if !sum.unwritten && sum.ended {
			r.ended = append(r.ended, sum)
		}
		sum.unwritten = true
	}
}

// writeReads writes the sums that grew. A sum has the same ID each time, and replaces
// what was written of it before. Those that grow meanwhile are written next time:
// otherwise it would go on for as long as there are reads.
func (l *Ledger) writeReads(ctx context.Context) error {
	l.writing.Lock()
	defer l.writing.Unlock()
	l.mu.Lock()
	sums, events := l.reads.take()
	omitted := l.reads.omitted
	l.reads.omitted = 0
	l.mu.Unlock()
	if omitted > 0 {
		l.Log.WarnContext(ctx, "provisioning reads omitted", "requests", omitted)
	}
	for len(sums) > 0 {
		n := min(len(sums), ledgerBatch)
		if err := l.Store.RecordProvisioningReads(ctx, events[:n]); err != nil {
			l.giveBackReads(ctx, sums, err)
			return err
		}
		l.trim(ctx, begun(sums[:n], events[:n]))
		sums, events = sums[n:], events[n:]
	}
	return nil
}

// begun notes that sums were written, and returns the events of those that had not been.
func begun(sums []*readSum, events []sso.ProvisioningEvent) (first []sso.ProvisioningEvent) {
	for i, sum := range sums {
		if !sum.written {
			sum.written = true
			first = append(first, events[i])
		}
	}
	return first
}

// giveBackReads keeps sums that were not written, and tries again later.
func (l *Ledger) giveBackReads(ctx context.Context, sums []*readSum, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.Log.WarnContext(ctx, "provisioning reads not written; trying again", "sums", len(sums), "error", err)
	l.reads.giveBack(sums)
	l.scheduleReads()
}
