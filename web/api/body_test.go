package api

import (
	"encoding/json"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"gatehouse/sso"
)

// FuzzBody holds what is accepted against another reader: both must see the
// same values, and what is refused must be an error that a caller may see.
func FuzzBody(f *testing.F) {
	for _, seed := range []string{
		`{}`,
		`{"key":"acme","name":"Acme"}`,
		`{"name":"a","name":"b"}`,
		`{"name":"a","NAME":"b"}`,
		`{"n\u0061me":"a"}`,
		`{"name":"\ud83d\ude00"}`,
		`{"protocol":"saml","saml":{"certificates":["x"],"clock_skew_seconds":1e2}}`,
		`[[[[]]]]`,
		`nul`,
		"\xff",
		`{"name":1e999}`,
		`{"a":-0}`,
		strings.Repeat("[", 40),
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		r := httptest.NewRequest("POST", "/", strings.NewReader(string(body)))
		r.Header.Set("Content-Type", "application/json")
		got, err := takeBody(r, false)
		if err != nil {
			if sso.KindOf(err) != sso.Invalid {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		if len(body) == 0 {
			return
		}
		var ours, theirs newConnection
		if decode(got, &ours) != nil {
			return
		}
		if err := json.Unmarshal(body, &theirs); err != nil || !reflect.DeepEqual(ours, theirs) {
			t.Fatalf(
				"%q: read as %+v and, by another, as %+v (%v)", body, ours, theirs,
				err,
			)
		}
	})
}
