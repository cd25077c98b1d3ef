package storetest

import (
	"fmt"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// draft gives the world's connection a draft that asks with this prompt, and
// switches its shadow on or off.
func (w *world) draft(prompt string, shadow bool) sso.Connection {
	w.Helper()
	c, err := w.db.UpdateConnection(
		w.Context(),
		by,
		w.ent.ID,
		w.conn.ID,
		"connection.edited",
		func(c sso.Connection) (sso.Connection, error) {
			draft, client := *c.Live, *c.Live.OIDC
			client.Prompt = prompt
			draft.OIDC, draft.Version = &client, 2
			c.Draft, c.Shadow = &draft, time.Time{}
			if shadow {
				c.Shadow = time.Unix(1, 0)
			}
			return c, nil
		},
	)
	w.ok(err)
	got, err := w.db.Connection(w.Context(), w.ent.ID, w.conn.ID)
	w.ok(err)
	w.same(c, got)
	return c
}

func (w *world) compared(d sso.ShadowDifference) {
	w.Helper()
	d.Enterprise, d.Connection, d.At = w.ent.ID, w.conn.ID, w.clock.Now()
	w.ok(w.db.RecordShadow(w.Context(), d))
}

func (w *world) tally() sso.ShadowTally {
	w.Helper()
	s, err := w.db.Shadow(w.Context(), w.ent.ID, w.conn.ID)
	w.ok(err)
	return s
}

// testShadow: comparisons count for the draft they were made with, and for
// nothing else.
func testShadow(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	w.same(sso.ShadowTally{}, w.tally())
	w.compared(sso.ShadowDifference{Person: "ada", LiveCode: "x"}) // it is not on
	w.same(sso.ShadowTally{}, w.tally())
	w.same(time.Time{}, w.draft("login", false).Shadow)
	began := w.clock.Now()
	w.same(began, w.draft("login", true).Shadow)
	w.clock.Move(time.Minute)
	detail := w.shadowDetail()
	w.compareFour(began, detail)
	w.same(sso.ShadowTally{
		Compared:  4,
		Differing: 3,
		Refused:   1,
		Admitted:  1,
		People:    2,
		At:        w.clock.Now(),
	}, w.tally())
	w.differencesListed(detail)

	w.same(began, w.rename().Shadow) // nothing of the draft
	w.same(2, w.tally().People)
	again := w.draft("consent", true).Shadow
	w.same(w.clock.Now(), again)
	w.same(sso.ShadowTally{}, w.tally())
	w.shadowEnds(again)
}

func (w *world) shadowDetail() sso.ShadowDetail {
	return sso.ShadowDetail{
		Fields: []sso.ShadowField{{Field: "name", Live: "Ada", Draft: "ADA"}},
		Gained: []string{"dev"},
		Added: []sso.GroupChange{{
			Group:            w.group["web/dev"].ID,
			Name:             "dev",
			Organization:     w.orgs["web"].ID,
			OrganizationName: "Org web",
		}},
	}
}

func (w *world) compareFour(began time.Time, detail sso.ShadowDetail) {
	w.compared(sso.ShadowDifference{Since: began, Person: "ada"})
	w.compared(sso.ShadowDifference{
		Since:     began,
		Person:    "bob",
		DraftCode: "sign_in_denied",
		Detail:    sso.ShadowDetail{Reason: "no"},
	})
	w.compared(sso.ShadowDifference{
		Since:    began,
		Person:   "cy",
		LiveCode: "sign_in_denied",
	})
	w.compared(sso.ShadowDifference{
		Since:   began,
		Person:  "bob",
		User:    "user-bob",
		Attempt: "att-2",
		Detail:  detail,
	})
	// of an earlier one
	w.compared(sso.ShadowDifference{
		Since:    began.Add(-time.Hour),
		Person:   "dan",
		LiveCode: "x",
	})
}

func (w *world) differencesListed(detail sso.ShadowDetail) {
	ctx := w.Context()
	all, next, err := w.db.ShadowDifferences(
		ctx, w.ent.ID, w.conn.ID, sso.Page{Limit: 1},
	)
	w.ok(err)
	w.same([]sso.ShadowDifference{{
		Enterprise: w.ent.ID,
		Connection: w.conn.ID,
		Person:     "bob",
		User:       "user-bob",
		Attempt:    "att-2",
		At:         w.clock.Now(),
		Times:      2,
		Detail:     detail,
	}}, all)
	rest, end, err := w.db.ShadowDifferences(
		ctx, w.ent.ID, w.conn.ID, sso.Page{Cursor: next},
	)
	w.ok(err)
	w.same([]any{1, "cy", ""}, []any{len(rest), rest[0].Person, end})
}

func (w *world) shadowEnds(again time.Time) {
	ctx := w.Context()
	for i := range 1010 {
		w.compared(sso.ShadowDifference{
			Since:    again,
			Person:   fmt.Sprintf("person-%04d", i),
			LiveCode: "x",
		})
	}
	s := w.tally()
	w.same([]int{1010, 1000}, []int{s.Compared, s.People})
	w.clock.Move(31 * 24 * time.Hour)
	w.ok(w.db.Sweep(ctx, store.Retention{}))
	w.same(0, w.tally().People)
	c, err := w.db.UpdateConnection(
		ctx,
		by,
		w.ent.ID,
		w.conn.ID,
		"connection.enabled",
		func(c sso.Connection) (sso.Connection, error) {
			c.Live, c.Draft = c.Draft, nil
			return c, nil
		},
	)
	w.ok(err)
	w.same(time.Time{}, c.Shadow)
	w.same(sso.ShadowTally{}, w.tally())
}

func (w *world) rename() sso.Connection {
	w.Helper()
	c, err := w.db.UpdateConnection(
		w.Context(), by, w.ent.ID, w.conn.ID, "connection.edited",
		rename[sso.Connection],
	)
	w.ok(err)
	return c
}
