package demoscim

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestNetwork tests that every fifth answer to a request that writes is lost after the
// application has carried it out, and that the log has every request and no token.
func TestNetwork(t *testing.T) {
	carriedOut := 0
	app := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			w.WriteHeader(http.StatusForbidden)
			_, _ = w.Write([]byte(`{"detail": "not you"}`))
			return
		}
		carriedOut++
		_, _ = w.Write([]byte(`{"id": "1"}`))
	}))
	defer app.Close()
	network := &Network{Next: http.DefaultTransport}
	network.Lose(true)
	client := &Client{
		Base:    app.URL,
		Token:   "secret-token",
		Dialect: OneLogin,
		HTTP:    &http.Client{Transport: network},
	}
	lost := 0
	for range 10 {
		if err := client.Do(t.Context(), http.MethodPost, "/Users", object{"userName": "ada"}, nil); err != nil {
			lost++
		}
	}
	if carriedOut != 10 || lost != 2 {
		t.Errorf("%d were carried out, and %d answers lost", carriedOut, lost)
	}
	err := client.Do(t.Context(), http.MethodGet, "/Users?count=1", nil, nil)
	if statusOf(err) != http.StatusForbidden || !strings.Contains(err.Error(), "not you") {
		t.Errorf("the refusal is %v", err)
	}
	all := network.Exchanges()
	newest, oldest := all[0], all[len(all)-1]
	if len(all) != 11 || newest.Number != 11 || newest.Path != "/Users?count=1" || newest.Detail() != "not you" ||
		!newest.Failed() || oldest.Failed() || oldest.Sent != `{"userName":"ada"}` || !all[1].Failed() ||
		!strings.Contains(all[1].Detail(), "before an answer") {
		t.Errorf("the log is %+v", all)
	}
	for _, e := range all {
		if strings.Contains(e.Sent+e.Answered+e.Path, "secret-token") {
			t.Errorf("the log has the token: %+v", e)
		}
	}
}
