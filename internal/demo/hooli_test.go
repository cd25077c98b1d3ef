package demo

import (
	"testing"

	"gatehouse/sso"
)

// TestHooli tests where the story about lost members begins, also in a kept database:
// one person who signed in is in the group, and the group is refused.
func TestHooli(t *testing.T) {
	dsn, keys := file(t)
	newWorld(t, dsn, keys)
	w := newWorld(t, dsn, keys)
	people := w.demo.IDP(hooliKey).People()
	names := map[string]bool{}
	for _, p := range people {
		names[p.Login] = true
	}
	if len(names) != hooliPeople {
		t.Errorf("%d of %d logins differ", len(names), hooliPeople)
	}
	w.as(w.demo.hooliConnection, hooliKey, people[0].ID)
	if f := w.facts(); f.members != 1 || f.pushed != 0 || f.widened || f.broken || f.missing {
		t.Errorf("the story begins with %+v", f)
	}
	tallies, err := w.db.RefusalTallies(t.Context(), w.demo.hooli.ID)
	if err != nil || len(tallies) != 1 || tallies[0].Last.Count != hooliCycles {
		t.Fatalf("refused is %+v: %v", tallies, err)
	}
	reach, err := w.db.ProvisioningReach(t.Context(), w.demo.hooli.ID, w.demo.hooliConnection.ID)
	if state, _ := reach.State(); err != nil || state != sso.ReachWell {
		t.Errorf("before its first cycle the directory is %q: %v", state, err)
	}
	tokens, _, err := w.db.ProvisioningTokens(t.Context(), w.demo.hooli.ID, w.demo.hooliConnection.ID, sso.Page{})
	if err != nil || len(tokens) != 2 {
		t.Errorf("%d tokens: %v", len(tokens), err)
	}
	report, err := w.db.MembershipReport(t.Context(), w.demo.hooli.ID, w.demo.hooliConnection.ID)
	if err != nil || len(report.Expectations) != 1 || report.Expectations[0].People != hooliPeople {
		t.Errorf("expected is %+v: %v", report.Expectations, err)
	}
}
