package harness

import (
	"net/http/httptest"
	"testing"

	"gatehouse/internal/demo/demoidp"
)

// NewIdP runs a development identity provider in this process on its own port,
// which makes it another site for a browser.
func NewIdP(t testing.TB, people ...demoidp.Person) *demoidp.IdP {
	t.Helper()
	idp, _ := NewFrontedIdP(t, people...)
	return idp
}

// NewFrontedIdP is NewIdP behind a proxy that can misbehave.
func NewFrontedIdP(t testing.TB, people ...demoidp.Person) (*demoidp.IdP, *Front) {
	t.Helper()
	front := &Front{over: make(chan struct{})}
	srv := httptest.NewUnstartedServer(front)
	idp, err := demoidp.New(demoidp.Options{
		BaseURL:               "http://" + srv.Listener.Addr().String(),
		Name:                  "Test Directory",
		RequireSignedRequests: true,
		Now:                   front.now,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, person := range people {
		idp.AddPerson(person)
	}
	front.idp = idp.Handler()
	srv.Start()
	t.Cleanup(srv.Close)
	// Before the server closes, which would wait for hanging requests.
	t.Cleanup(func() {
		close(front.over)
	})
	return idp, front
}
