package store_test

import (
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/store"
	"gatehouse/store/storetest"
)

// TestPlansAreKept signs people in until PostgreSQL has had the choice to keep its plan of
// each statement. It plans a statement anew at each execution if only the value of a
// parameter shows that it may use an index, which takes longer than to execute it.
func TestPlansAreKept(t *testing.T) {
	t.Parallel()
	db := openHot(t, storetest.Postgres(t), store.Keyring{Current: store.NewKey()})
	c := newHotEnterprise(t, db, 0)
	browser := sso.NewSecret().Hash()
	for person := range 20 {
		s := hotSignIn(c, person, false)
		s.Session.Browser = browser
		s.Brought = []sso.Hash{sso.NewSecret().Hash()}
		if _, _, err := db.RecordLogin(t.Context(), s, storetest.Reset(s.Identity.Groups)); err != nil {
			t.Fatal(err)
		}
	}
	again, err := store.PlannedAgain(t.Context(), db)
	if err != nil || len(again) > 0 {
		t.Errorf("planned at each execution, error %v:\n%s", err, strings.Join(again, "\n\n"))
	}
}
