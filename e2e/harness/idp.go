package harness

import (
	"net/http/httptest"
	"testing"

	"gatehouse/internal/demoidp"
)

// NewIdP runs a development identity provider in this process, on a port of its
// own and so, for a browser, at another site than the gateway.
func NewIdP(t testing.TB, people ...demoidp.Person) *demoidp.IdP {
	t.Helper()
	srv := httptest.NewUnstartedServer(nil)
	idp, err := demoidp.New(demoidp.Options{BaseURL: "http://" + srv.Listener.Addr().String(), Name: "Test Directory", RequireSignedRequests: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, person := range people {
		idp.AddPerson(person)
	}
	srv.Config.Handler = idp.Handler()
	srv.Start()
	t.Cleanup(srv.Close)
	return idp
}
