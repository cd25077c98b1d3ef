package provisioning

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
)

const (
	// tallyPause is how long requests that are refused because there are too many are
	// summed up before they are written: one row for any number of them.
	tallyPause = 5 * time.Second
	// mostTallies is how many sums there are at most. Requests that would begin
	// another are counted in the metrics only.
	mostTallies = 1000
	// mostStrangers is how many of them are of tokens that have to be looked up: more
	// than connections that one node refuses at once, and few enough queries.
	mostStrangers = 50
)

// isOverload reports whether a status means that there were too many requests.
func isOverload(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// tallies sum up requests that were refused because there were too many, by the
// connection they were sent to. The zero value is empty.
type tallies struct {
	of        map[sso.ConnectionID][]*tally
	count     int
	strangers int
}

// tally is a sum of refused requests of one token.
type tally struct {
	last     sso.ProvisioningEvent
	bearer   sso.Hash // of a token that is not known yet; zero otherwise
	requests int
	healed   time.Time // of a success after the last of them; zero if there was none
}

// tally adds a request that was refused because there are too many. It costs no
// query: the token of one that was refused before it was read is looked up when the
// sum is written. What has not the form of a token is left out.
func (l *Ledger) tally(e sso.ProvisioningEvent, o Outcome) {
	var bearer sso.Hash
	if e.Enterprise == "" {
		secret, err := sso.SCIMToken.Parse(o.Bearer)
		if err != nil {
			return
		}
		bearer = secret.Hash()
		e.Connection = o.Addressed
	}
	// What they wanted is unknown, or does not matter.
	e.Kind, e.Name, e.Resource = "", "", ""
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.tallies.add(e, bearer) {
		time.AfterFunc(tallyPause, func() { _ = l.Flush(context.Background()) })
	}
}

// add adds a request, and reports whether it is the first of all.
func (t *tallies) add(e sso.ProvisioningEvent, bearer sso.Hash) (first bool) {
	for _, have := range t.of[e.Connection] {
		if have.bearer == bearer && have.last.Token == e.Token && have.last.Code == e.Code {
			have.last = e
			have.requests++
			have.healed = time.Time{}
			return false
		}
	}
	unknown := bearer != (sso.Hash{})
	if t.count >= mostTallies || unknown && t.strangers >= mostStrangers {
		return false
	}
	if t.of == nil {
		t.of = map[sso.ConnectionID][]*tally{}
	}
	t.of[e.Connection] = append(t.of[e.Connection], &tally{
		last:     e,
		bearer:   bearer,
		requests: 1,
	})
	t.count++
	if unknown {
		t.strangers++
	}
	return t.count == 1
}

// heal notes a success of the connection.
func (t *tallies) heal(e sso.ProvisioningEvent) {
	for _, have := range t.of[e.Connection] {
		if have.healed.IsZero() && !e.At.Before(have.last.At) {
			have.healed = e.At
		}
	}
}

// sumUp moves the sums to the events that wait to be written.
func (l *Ledger) sumUp(ctx context.Context) {
	l.mu.Lock()
	sums := l.tallies
	l.tallies = tallies{}
	l.mu.Unlock()
	for _, all := range sums.of {
		for _, t := range all {
			if t.bearer == (sso.Hash{}) || l.recognize(ctx, t) {
				l.addSum(t)
			}
		}
	}
}

// recognize fills in the token of a sum, and reports whether it is a valid one of the
// connection that was addressed. Without an answer the sum is left out: the identity
// provider repeats what was refused.
func (l *Ledger) recognize(ctx context.Context, t *tally) bool {
	k, err := l.Store.ProvisioningTokenByHash(ctx, t.bearer)
	if err != nil || k.Connection != t.last.Connection || !k.Live(t.last.At) {
		return false
	}
	t.last.ID = sso.NewID[sso.ProvisioningEventID](t.last.At)
	t.last.Enterprise, t.last.Token = k.Enterprise, k.ID
	return true
}

func (l *Ledger) addSum(t *tally) {
	e := t.last
	e.Effects = sso.ProvisioningEffects{Requests: t.requests}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting)+1 >= maxUnwritten {
		l.omitted += t.requests
		return
	}
	l.refused[e.Connection] = e.At
	l.waiting = append(l.waiting, e)
	if !t.healed.IsZero() {
		l.waiting = append(l.waiting, sso.ProvisioningEvent{
			ID:         e.ID,
			Enterprise: e.Enterprise,
			Connection: e.Connection,
			At:         t.healed,
			Status:     http.StatusOK,
		})
	}
	l.schedule(ledgerDelay)
}
