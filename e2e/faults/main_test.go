package faults

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/e2e/auditor"
	"gatehouse/e2e/harness"
)

// fault is a row of the matrix. ci and full are the numbers of rounds in the
// two sizes; 0 skips the fault in that size. Faults that mostly wait run in
// parallel.
type fault struct {
	id, name string
	ci, full int
	run      func(r *result)
}

// matrix returns all faults in the order of docs/reliability.md.
func matrix() []fault {
	return []fault{
		{"F-01", "KilledSQLite", 50, 1000, killedSQLite},
		{"F-02", "KilledNode", 20, 1000, killedNode},
		{"F-06", "DiskFull", 2, 50, diskFull},
		{"F-07", "DiskFails", 0, 20, diskFails},
		{"F-08", "Locked", 1, 3, locked},
		{"F-10", "PostgresRestarted", 3, 100, postgresRestarted},
		{"F-11", "PostgresHangs", 1, 20, postgresHangs},
		{"F-13", "OneAnswerOneSession", 3, 200, oneAnswer},
		{"F-16", "OneNewcomer", 1, 100, oneNewcomer},
		{"F-20", "Revoked", 5, 200, revoked},
		{"F-21", "RevokedWithoutRedis", 2, 50, revokedWithoutRedis},
		{"F-22", "RedisFlushed", 5, 100, redisFlushed},
		{"F-23", "RedisRefuses", 1, 10, redisRefuses},
		{"F-24", "RedisHangs", 1, 10, redisHangs},
		{"F-25", "RedisLies", 100, 5000, redisLies},
		{"F-29", "ClockOfIdP", 1, 5, clockOfIdP},
		{"F-30", "MetadataGone", 20, 500, metadataGone},
		{"F-31", "KeysRolled", 2, 20, keysRolled},
		{"F-32", "MetadataSwapped", 1, 20, metadataSwapped},
		{"F-35", "IdPMisbehaves", 1, 5, idpMisbehaves},
		{"F-36", "IdPHangs", 100, 500, idpHangs},
		{"F-39", "Rolling", 3, 100, rolling},
		{"F-42", "KilledMigrating", 5, 50, killedMigrating},
		{"F-44", "MigratingAtOnce", 1, 20, migratingAtOnce},
		{"F-48", "WrongKey", 1, 5, wrongKey},
		{"F-51", "UnknownGroups", 60, 1000, unknownGroups},
		{"F-52", "OfficeAtNine", 120, 5000, officeAtNine},
		{"F-53", "Rush", 32, 256, rush},
	}
}

// full reports whether the full number of rounds is wanted.
func full() bool { return os.Getenv("GATEHOUSE_FAULTS") == "full" }

func TestFaults(t *testing.T) {
	harness.Long(t)
	for _, f := range matrix() {
		rounds := f.ci
		if full() {
			rounds = f.full
		}
		if rounds == 0 {
			continue
		}
		t.Run(f.id+"/"+f.name, func(t *testing.T) {
			r := &result{
				T:      t,
				id:     f.id,
				name:   f.name,
				rounds: rounds,
			}
			table.add(r)
			if slices.Contains([]string{"F-08", "F-35", "F-36"}, f.id) {
				t.Parallel()
			}
			f.run(r)
		})
	}
}

// result is the outcome of a fault.
type result struct {
	*testing.T
	id, name            string
	rounds, done        int
	lost, torn, corrupt int
	other               int // violations of the other invariants
	slowest             time.Duration
	errors              int // failed requests of clients
	note                string
}

// each runs do for each round. It stops at a failure, or a minute before the
// deadline of the test to report how far it came.
func (r *result) each(do func(n int)) {
	for n := range r.rounds {
		if r.Failed() {
			return
		}
		if end, limited := r.Deadline(); limited && time.Until(end) < time.Minute {
			r.Errorf("only %d of %d rounds in time", n, r.rounds)
			return
		}
		do(n)
		r.done++
	}
}

// took records how long the recovery took.
func (r *result) took(d time.Duration) { r.slowest = max(r.slowest, d) }

// at runs a subtest with a copy of the result, whose counts are added.
func (r *result) at(name string, run func(r *result)) {
	r.Run(name, func(t *testing.T) {
		whole := *r
		r.T, r.done = t, 0
		run(r)
		r.T, r.done = whole.T, whole.done+r.done
	})
}

// audit audits the installation and fails the test with the violations.
func (r *result) audit(journal *auditor.Journal, nodes ...*harness.Gateway) {
	r.auditWith(journal, nil, nodes...)
}

func (r *result) auditWith(journal *auditor.Journal, prepare func(*auditor.Auditor), nodes ...*harness.Gateway) {
	r.Helper()
	found, err := harness.Audit(r, journal, prepare, nodes...)
	if err != nil {
		r.Errorf("the auditor: %v", err)
	}
	for _, v := range found {
		r.Error(v)
		switch v.Invariant {
		case auditor.Kept:
			r.lost++
		case auditor.Whole:
			r.torn++
		case auditor.Sound:
			r.corrupt++
		default:
			r.other++
		}
	}
}

// report is the table printed at the end.
type report struct {
	mu   sync.Mutex
	rows []*result
}

var table report

func (p *report) add(r *result) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rows = append(p.rows, r)
}

func (p *report) String() string {
	const format = "%-5s %-20s %7s %5s %5s %8s %6s %9s %7s  %s\n"
	var b strings.Builder
	fmt.Fprintf(
		&b, format, "fault", "", "rounds", "lost", "torn", "corrupt", "other",
		"slowest", "errors", "",
	)
	for _, r := range p.rows {
		verdict := "ok"
		switch {
		case r.Failed():
			verdict = "FAILED"
		case r.done == 0:
			verdict = ""
		}
		slowest := "-"
		if r.slowest > 0 {
			slowest = r.slowest.Round(time.Millisecond).String()
		}
		fmt.Fprintf(
			&b, format, r.id, r.name, fmt.Sprint(r.done), fmt.Sprint(r.lost),
			fmt.Sprint(r.torn), fmt.Sprint(r.corrupt), fmt.Sprint(r.other),
			slowest,
			fmt.Sprint(r.errors), strings.TrimSpace(verdict+" "+r.note),
		)
	}
	return b.String()
}

func TestMain(m *testing.M) {
	status := harness.Main(m)
	if len(table.rows) > 0 {
		fmt.Print(&table)
	}
	os.Exit(status)
}

// signedIn reports whether a response is that of a successful sign-in.
func signedIn(a harness.Answer) bool {
	return a.Err == nil && a.Status == 303 && a.Location == "/"
}
