package store

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"
)

const (
	// firstRows is how many rows are pushed before tables are analyzed.
	firstRows = 100
	// rowsPause is how long after the last analysis a push begins a new series: the
	// database has analyzed the tables by itself meanwhile.
	rowsPause = 10 * time.Minute
)

// The tables that users and groups fill when they are pushed.
var (
	userTables  = []string{"users", "user_terms", "identities", "linked_subjects", "provisioned_users", "provisioned_emails"}
	groupTables = []string{
		"groups", "memberships", "membership_history", "provisioned_groups", "provisioned_members",
	}
)

// growths are those of the tables of users and of groups: a first synchronization
// fills the one after the other.
type growths struct{ users, groups growth }

// growth counts pushed rows to notice that the statistics of PostgreSQL do not tell how many
// rows there are. It is safe for concurrent use.
type growth struct {
	mu       sync.Mutex
	rows     int // since the last analysis
	due      int // how many rows are the reason for the next
	analyzed time.Time
}

func (g *growth) add(rows int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.rows += rows
}

// take reports whether the tables are to be analyzed. Each analysis of a series waits
// for twice as many rows as the one before, so a million rows take 14.
func (g *growth) take(now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.due == 0 || now.Sub(g.analyzed) > rowsPause {
		g.due = firstRows
	}
	if g.rows < g.due {
		return false
	}
	g.rows = 0
	g.due *= 2
	g.analyzed = now
	return true
}

// RefreshStatistics makes PostgreSQL analyze the tables that pushes fill, if this
// process stored many pushed rows since. PostgreSQL does it by itself once a minute at
// most: until then it reads tables whole that it believes to be empty, and a first
// synchronization takes two to three times as long.
func (db *DB) RefreshStatistics(ctx context.Context) (err error) {
	defer func() { doing(&err, "analyze the tables of provisioning") }()
	return errors.Join(
		db.analyze(ctx, &db.grown.users, userTables),
		db.analyze(ctx, &db.grown.groups, groupTables),
	)
}

func (db *DB) analyze(ctx context.Context, g *growth, tables []string) error {
	analyze := db.sql.Dialect.Analyze
	if analyze == "" || !g.take(db.clock()) {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	return db.write(ctx, func(_ context.Context, t *tx) error {
		t.Queue(analyze + strings.Join(tables, ", "))
		return nil
	})
}
