package auditor

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"gatehouse/store"
)

// Invariant is one of the invariants numbered in docs/reliability.md.
type Invariant string

// The invariants.
const (
	Kept     Invariant = "I1" // no acknowledged change is missing
	Whole    Invariant = "I2" // no user's groups are a mixture of two sign-ins
	One      Invariant = "I3" // one user per connection and subject
	Once     Invariant = "I4" // nothing single-use was used twice
	Refused  Invariant = "I5" // nothing revoked is accepted
	Audited  Invariant = "I6" // the audit chain verifies and contains every acknowledged change
	Sound    Invariant = "I7" // the database and its references are intact
	Separate Invariant = "I8" // no row of one enterprise refers to another's
	Discreet Invariant = "I9" // no secret is readable
)

// spelledOut is the number of violations of one invariant that are reported in full.
const spelledOut = 5

// Violation is a violated invariant and its evidence.
type Violation struct {
	Invariant Invariant
	Says      string
}

func (v Violation) String() string { return string(v.Invariant) + ": " + v.Says }

// Auditor checks one installation. Only DB is required; checks of missing parts are
// skipped.
type Auditor struct {
	DB       *sql.DB
	Postgres bool
	Store    *store.DB // verifies the audit chains
	Journal  *Journal
	// Alive and Dead test from outside whether a credential is accepted: those of
	// acknowledged sign-ins, and revoked ones.
	Alive, Dead map[string]func() bool
	// Secrets must occur neither in the database, nor in Texts (by name), nor in the
	// files at or below Files.
	Secrets []string
	Texts   map[string]string
	Files   []string
}

// Check checks all invariants and returns the violations; an error means that it
// could not check. There must be no sign-ins meanwhile: its queries do not share a
// snapshot.
func (a *Auditor) Check(ctx context.Context) ([]Violation, error) {
	c := &check{Auditor: a, ctx: ctx}
	if a.Journal != nil {
		c.told = a.Journal.read()
	}
	for _, look := range []struct {
		at  Invariant
		run func() error
	}{
		{Sound, c.sound},
		{Separate, c.separate},
		{Kept, c.kept},
		{Whole, c.whole},
		{One, c.one},
		{Once, c.once},
		{Refused, c.refused},
		{Audited, c.audited},
		{Discreet, c.discreet},
	} {
		c.at = look.at
		if err := look.run(); err != nil {
			return c.found, fmt.Errorf("look at %s: %w", look.at, err)
		}
	}
	return c.found, nil
}

// check is one run of an Auditor.
type check struct {
	*Auditor
	ctx   context.Context //nolint:containedctx // of the call to Check
	told  told
	at    Invariant
	found []Violation
	said  map[Invariant]int
}

// broken adds a violation of the invariant being checked; those beyond spelledOut are
// only counted.
func (c *check) broken(format string, args ...any) {
	if c.said == nil {
		c.said = map[Invariant]int{}
	}
	if c.said[c.at]++; c.said[c.at] <= spelledOut {
		c.found = append(c.found, Violation{c.at, fmt.Sprintf(format, args...)})
	}
}

// rows returns the result of a query, every value as text.
func (c *check) rows(query string) ([][]string, error) {
	rows, err := c.DB.QueryContext(c.ctx, query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", firstLine(query), err)
	}
	defer func() { _ = rows.Close() }() // rows.Err reports failures
	columns, err := rows.Columns()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", firstLine(query), err)
	}
	var all [][]string
	for rows.Next() {
		values := make([]sql.NullString, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("%s: %w", firstLine(query), err)
		}
		texts := make([]string, len(columns))
		for i, v := range values {
			texts[i] = v.String
		}
		all = append(all, texts)
	}
	return all, rows.Err()
}

func firstLine(query string) string {
	line, _, _ := strings.Cut(query, "\n")
	return line
}

// none reports every row of a query that must return none.
func (c *check) none(meaning, query string) error {
	rows, err := c.rows(query)
	for _, row := range rows {
		c.broken("%s: %s", meaning, strings.Join(row, " "))
	}
	return err
}
