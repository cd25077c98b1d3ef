package storetest

import (
	"sync"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/store"
)

// failed records an attempt that failed with code.
func (w *world) failed(code string) sso.Attempt {
	w.Helper()
	a := w.signIn("ada").Attempt
	a.Outcome, a.Code = sso.OutcomeFailed, code
	w.ok(w.db.RecordAttempt(w.Context(), a, ""))
	return a
}

func testVitals(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	begin := w.clock.Now().Truncate(24 * time.Hour)
	ada, _ := w.enter("ada", "dev", "nowhere")
	w.clock.Move(24 * time.Hour)
	w.failed("saml_expired")
	w.failed("saml_expired")
	w.failed("idp_denied")
	w.enter("grace")
	last := w.clock.Now()
	w.clock.Move(time.Hour)
	other := addWorld(t, w.db, w.clock, "other") // whose sign-ins are not counted
	other.enter("eve", "unknown-elsewhere")
	v, err := w.db.Vitals(ctx, w.ent.ID, sso.VitalsQuery{
		Days:   begin,
		Since:  w.clock.Now().Add(-2 * time.Hour),
		Newest: 2,
	})
	w.ok(err)
	w.vitalsCounted(begin, last, v)
	if len(v.Newest) != 4 ||
		v.Newest[0].Outcome != sso.OutcomeSucceeded ||
		v.Newest[2].Outcome != sso.OutcomeFailed ||
		len(v.Newest[0].Checks) == 0 {
		t.Errorf("the newest are %+v", v.Newest)
	}
	if !v.HadGroups[ada.ID] || v.HadGroups[v.Newest[0].User] {
		t.Errorf("whose groups were known: %v", v.HadGroups)
	}
	w.same([]int{1, 0}, []int{v.Unmatched, v.Held})
	w.heldCounted(begin)
}

func (w *world) heldCounted(begin time.Time) {
	ctx := w.Context()
	w.hold("ada")
	v, err := w.db.Vitals(ctx, w.ent.ID, sso.VitalsQuery{
		Days:   begin,
		Since:  begin,
		Newest: 1,
	})
	w.ok(err)
	w.same([]int{1, 2}, []int{v.Held, len(v.Newest)})
}

func (w *world) vitalsCounted(begin, last time.Time, v sso.Vitals) {
	id := w.conn.ID
	w.same([]sso.SignInCount{
		{Connection: id, Outcome: sso.OutcomeSucceeded, Day: begin, Count: 1},
		{
			Connection: id,
			Outcome:    sso.OutcomeFailed,
			Day:        begin.Add(24 * time.Hour),
			Count:      3,
		},
		{
			Connection: id,
			Outcome:    sso.OutcomeSucceeded,
			Day:        begin.Add(24 * time.Hour),
			Count:      1,
		},
	}, v.Days)
	w.same([]sso.SignInCount{
		{
			Connection: id,
			Outcome:    sso.OutcomeFailed,
			Code:       "saml_expired",
			Count:      2,
		},
		{
			Connection: id,
			Outcome:    sso.OutcomeFailed,
			Code:       "idp_denied",
			Count:      1,
		},
		{Connection: id, Outcome: sso.OutcomeSucceeded, Count: 1},
	}, v.Last)
	w.same(map[sso.ConnectionID]time.Time{id: last}, v.LastSuccess)
}

func testSummaries(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.enter("ada", "dev")
	signed := w.clock.Now()
	w.clock.Move(time.Second)
	_, err := w.db.CreateEnterprise(ctx, by, sso.Enterprise{
		Key:  "percent",
		Name: "100 % Ünited",
	})
	w.ok(err)
	_, err = w.db.UpdateConnection(
		ctx,
		by,
		w.ent.ID,
		w.conn.ID,
		"connection.edited",
		func(c sso.Connection) (sso.Connection, error) {
			c.Draft = &sso.Config{Version: 2}
			return c, nil
		},
	)
	w.ok(err)
	for search, want := range map[string][]string{
		"":             {"acme", "percent"},
		"ACM":          {"acme"},
		"enterprise a": {"acme"},
		"%":            {"percent"},
		"_":            nil,
		"100 %":        {"percent"},
		"nobody":       nil,
	} {
		all, _, err := w.db.EnterpriseSummaries(ctx, search, sso.Page{})
		w.ok(err)
		var keys []string
		for _, s := range all {
			keys = append(keys, s.Enterprise.Key)
		}
		w.same(want, keys)
	}
	w.summaryPages(signed)
}

func (w *world) summaryPages(signed time.Time) {
	ctx := w.Context()
	all, next, err := w.db.EnterpriseSummaries(ctx, "", sso.Page{Limit: 1})
	w.ok(err)
	w.same([]sso.EnterpriseSummary{{
		Enterprise:  w.ent,
		People:      1,
		Enabled:     1,
		Drafts:      1,
		LastSuccess: signed,
	}}, all)
	all, next, err = w.db.EnterpriseSummaries(ctx, "", sso.Page{
		Limit:  1,
		Cursor: next,
	})
	w.ok(err)
	if len(all) != 1 ||
		all[0].Enterprise.Key != "percent" ||
		all[0].People != 0 ||
		!all[0].LastSuccess.IsZero() ||
		next != "" {
		w.Errorf("the second page is %+v, then %q", all, next)
	}
}

// expiring is a certificate with so many days left at most.
func expiring(c sso.ConnectionID, fingerprint string, days int) sso.Finding {
	return sso.Finding{
		HealthKey: sso.HealthKey{
			Kind:       sso.HealthCertificate,
			Connection: c,
			Subject:    fingerprint,
		},
		Threshold: days,
		FindingDetail: sso.FindingDetail{
			Text: "It expires.",
			Side: "company",
			Do:   "Renew it.",
			Path: "connections",
		},
	}
}

func testHealthEvents(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	held := sso.Finding{HealthKey: sso.HealthKey{Kind: sso.HealthHeld}}
	for _, step := range healthSteps(w.conn.ID, held) {
		w.clock.Move(time.Hour)
		added, err := w.db.RecordHealth(ctx, w.ent.ID, step.found)
		w.ok(err)
		open, _, err := w.db.HealthEvents(
			ctx, w.ent.ID, sso.HealthFilter{Open: true}, sso.Page{},
		)
		w.ok(err)
		if len(added) != step.new || len(open) != step.open {
			t.Errorf(
				"%+v: %d new and %d open, wanted %d and %d", step.found, len(added),
				len(open), step.new, step.open,
			)
		}
	}
	w.healthRecorded(held)
}

func (w *world) healthRecorded(held sso.Finding) {
	ctx := w.Context()
	all, _, err := w.db.HealthEvents(
		ctx, w.ent.ID, sso.HealthFilter{Kind: sso.HealthCertificate}, sso.Page{},
	)
	w.ok(err)
	if len(all) != 4 ||
		all[3].Threshold != 60 ||
		all[3].Side != "company" ||
		all[3].ResolvedAt.IsZero() {
		w.Errorf("certificates: %+v", all)
	}
	w.same(
		[]string{"health.resolved", "health.resolved", "health.found"}, w.actions(3),
	)
	w.chainHolds()
	_, err = w.db.RecordHealth(ctx, "ent-unknown", []sso.Finding{held})
	w.fails(err, sso.NotFoundKind, "not_found")
}

// testHealthMailOnce has several nodes find and claim at once: each event is
// recorded once and told by one of them, and by another if that one dies.
func testHealthMailOnce(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	nodes := []*store.DB{
		w.db, Open(t, w.dsn, w.keys, w.clock.Now),
		Open(t, w.dsn, w.keys, w.clock.Now),
	}
	if got := w.claimHealthMail(nodes); len(got) != 2 {
		t.Fatalf("%d events were claimed", len(got))
	}
	if got := w.claimHealthMail(nodes); len(got) != 0 {
		t.Errorf("%d events were claimed twice", len(got))
	}
	w.clock.Move(11 * time.Minute) // the node that claimed them died
	got := w.claimHealthMail(nodes)
	if len(got) != 2 {
		t.Fatalf("%d events were claimed after the death of a node", len(got))
	}
	w.ok(w.db.HealthMailed(
		ctx, w.ent.ID, []sso.HealthEventID{got[0].ID, got[1].ID}, 3,
	))
	w.clock.Move(11 * time.Minute)
	if got := w.claimHealthMail(nodes); len(got) != 0 {
		t.Errorf("%d events were mailed twice", len(got))
	}
	if open, _, err := w.db.HealthEvents(
		ctx, w.ent.ID, sso.HealthFilter{Open: true}, sso.Page{},
	); err != nil ||
		len(open) != 2 ||
		open[0].MailedAt.IsZero() {
		t.Errorf("%+v, %v", open, err)
	}
	w.chainHolds()
}

func (w *world) claimHealthMail(nodes []*store.DB) (all []sso.HealthEvent) {
	var mu sync.Mutex
	var done sync.WaitGroup
	for _, db := range nodes {
		done.Go(func() {
			_, err := db.RecordHealth(w.Context(), w.ent.ID, []sso.Finding{
				expiring(w.conn.ID, "a", 30), expiring(w.conn.ID, "b", 7),
			})
			some, claimErr := db.ClaimHealthMail(
				w.Context(), w.ent.ID, w.clock.Now().Add(10*time.Minute),
			)
			mu.Lock()
			defer mu.Unlock()
			if err != nil || claimErr != nil {
				w.Error(err, claimErr)
			}
			all = append(all, some...)
		})
	}
	done.Wait()
	return all
}

func testWhomToTell(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	ada, _ := w.enter("ada", "dev")
	w.enter("grace", "dev", "sre")
	w.enter("linus", "ops")
	w.adminAddresses()
	w.ok(w.db.AddEnterpriseAdmin(ctx, by, w.ent.ID, ada.ID))
	w.adminAddresses("ada@acme.test")
	_, err := w.db.UpdateGroup(
		ctx, by, w.ent.ID, w.group["web/dev"].ID,
		func(g sso.Group) (sso.Group, error) {
			g.Admin = true
			return g, nil
		},
	)
	w.ok(err)
	w.adminAddresses("ada@acme.test", "grace@acme.test")
	_, err = w.db.UpdateUser(ctx, by, w.ent.ID, ada.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
	w.adminAddresses("grace@acme.test")
	w.operatorAddresses()
}

func (w *world) adminAddresses(want ...string) {
	w.Helper()
	got, err := w.db.AdminAddresses(w.Context(), w.ent.ID)
	w.ok(err)
	w.same(want, got)
}

func (w *world) operatorAddresses() {
	ctx := w.Context()
	if got, err := w.db.OperatorAddresses(ctx); err != nil || len(got) != 0 {
		w.Errorf("%v, %v", got, err)
	}
	token := sso.NewSecret()
	_, err := w.db.CreateInvitation(ctx, by, sso.Invitation{
		Token:     token.Hash(),
		Recovery:  true,
		CreatedBy: by,
		ExpiresAt: w.clock.Now().Add(time.Hour),
	})
	w.ok(err)
	_, err = w.db.AcceptInvitation(ctx, token.Hash(), sso.Admin{
		Login:    "olive@vendor.test",
		Name:     "Olive",
		Password: "x",
	})
	w.ok(err)
	if got, err := w.db.OperatorAddresses(ctx); err != nil ||
		len(got) != 1 ||
		got[0] != "olive@vendor.test" {
		w.Errorf("%v, %v", got, err)
	}
}

func testFailingSince(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	check := func(failure string, since time.Time) {
		t.Helper()
		w.clock.Move(time.Hour)
		w.ok(w.db.SetMetadataStatus(ctx, w.ent.ID, w.conn.ID, sso.MetadataStatus{
			CheckedAt: w.clock.Now(),
			Error:     failure,
		}))
		if since.IsZero() && failure != "" {
			since = w.clock.Now()
		}
		c, err := w.db.Connection(ctx, w.ent.ID, w.conn.ID)
		w.ok(err)
		w.same(since, c.Metadata.FailingSince)
	}
	check("", time.Time{})
	check("no answer", time.Time{})
	first := w.clock.Now()
	check("another failure", first)
	_, err := w.db.UpdateConnection(
		ctx,
		by,
		w.ent.ID,
		w.conn.ID,
		"connection.edited",
		func(c sso.Connection) (sso.Connection, error) {
			c.Name = "New"
			return c, nil
		},
	)
	w.ok(err)
	check("again", first)
	check("", time.Time{})
	check("no answer", time.Time{})
}

func testActivity(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	s := w.signIn("ada", "dev")
	u, r := w.record(s)
	w.enter("ada", "dev")
	got, err := w.db.SyncRecord(ctx, w.ent.ID, r.ID)
	w.ok(err)
	w.same(s.Attempt.ID, got.Attempt)
	all, _, err := w.db.SyncRecords(ctx, w.ent.ID, sso.SyncFilter{
		User:    u.ID,
		Attempt: s.Attempt.ID,
	}, sso.Page{})
	w.ok(err)
	w.same([]sso.SyncRecord{got}, all)
	w.failed("saml_expired")
	for _, c := range []struct {
		f    sso.AttemptFilter
		want int
	}{
		{sso.AttemptFilter{Outcome: sso.OutcomeFailed}, 1},
		{sso.AttemptFilter{Code: "saml_expired"}, 1},
		{sso.AttemptFilter{Outcome: sso.OutcomeFailed, Code: "saml_expired"}, 1},
		{sso.AttemptFilter{Outcome: sso.OutcomeSucceeded}, 2},
		{sso.AttemptFilter{Outcome: sso.OutcomePending}, 0},
		{sso.AttemptFilter{Code: "other"}, 0},
		{sso.AttemptFilter{Login: "ada@acme.test"}, 3},
	} {
		some, _, err := w.db.Attempts(ctx, w.ent.ID, c.f, sso.Page{})
		w.ok(err)
		if len(some) != c.want {
			t.Errorf("%+v finds %d", c.f, len(some))
		}
	}
}

// healthStep is what an evaluation finds, and how many findings are new and open
// after it.
type healthStep struct {
	found     []sso.Finding
	new, open int
}

func healthSteps(c sso.ConnectionID, held sso.Finding) []healthStep {
	return []healthStep{
		{found: nil},
		{found: []sso.Finding{expiring(c, "a", 60)}, new: 1, open: 1},
		{found: []sso.Finding{expiring(c, "a", 60)}, open: 1},
		{found: []sso.Finding{expiring(c, "a", 30), held}, new: 2, open: 3},
		// a clock that was put back
		{
			found: []sso.Finding{expiring(c, "a", 60), held},
			open:  3,
		},
		{found: []sso.Finding{expiring(c, "b", 30), held}, new: 1, open: 2},
		{found: []sso.Finding{held}, open: 1},
		// it is back: that is news
		{
			found: []sso.Finding{expiring(c, "b", 30), held},
			new:   1,
			open:  2,
		},
		{found: nil},
	}
}
