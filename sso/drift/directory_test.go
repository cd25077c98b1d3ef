package drift_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"gatehouse/groupsync/okta"
	"gatehouse/sso"
	"gatehouse/sso/drift"
)

// TestListsAtOnce: a company reads one list at a time: a server that an admin names
// may be slow, and what it sends large.
func TestListsAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t, "Staff")
	asked, answer := make(chan struct{}), make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked <- struct{}{}
		<-answer
		w.WriteHeader(http.StatusForbidden)
	}))
	t.Cleanup(slow.Close)
	s := drift.New(drift.Options{
		Facts:  f.db,
		Writer: f.db,
		Okta:   okta.New(okta.Options{HTTP: slow.Client()}),
	})
	read := func() string {
		_, err := s.ExpectListed(f.Context(), sso.ActorOperator, f.ent, f.conn, drift.Listing{
			Group: "Staff",
			Okta:  &drift.OktaAccess{URL: slow.URL},
		})
		return sso.CodeOf(err)
	}
	codes := make(chan string)
	for range 2 { // the place is free again after the first
		go func() { codes <- read() }()
		<-asked
		if code := read(); code != "directory_busy" {
			t.Errorf("a second one: %q", code)
		}
		answer <- struct{}{}
		if code := <-codes; code != sso.CodeDirectoryDenied {
			t.Errorf("the first: %q", code)
		}
	}
}
