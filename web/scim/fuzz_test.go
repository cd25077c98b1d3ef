package scim

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/store/storetest"
)

// FuzzEdge sends requests of every kind to one connection. None makes the server
// fail, none is redirected, and every refusal is an error message of SCIM.
func FuzzEdge(f *testing.F) {
	for _, seed := range [][3]string{
		{"GET", "/Users?filter=userName+eq+\"a\"&count=1&startIndex=0", ""},
		{"GET", "//Users/?cursor=&attributes=emails.value", ""},
		{"POST", "/Users", `{"userName": "a", "emails": {"value": "x"}}`},
		{"POST", "/Groups", `{"displayName": "a", "members": ["{user}", {"value": 1}]}`},
		{"PATCH", "/Users/{user}", `{"Operations": [{"op": "Add", "path": "emails[type eq \"work\"].value", "value": "y"}]}`},
		{"PATCH", "/Groups/{group}", `{"Operations": [{"op": "remove", "path": "members[value eq \"{user}\"]"}]}`},
		{"PATCH", "/Groups/{group}?attributes=members", `{"Operations": [{"op": "replace", "value": {"members": []}}]}`},
		{"PUT", "/Users/{user}", `{"userName": "b", "active": "False"}`},
		{"PUT", "/Groups/{group}", `{"displayName": "b", "members": [{"value": "x"}]}`},
		{"POST", "/Users/.search", `{"filter": "emails[value co \"@\"]", "count": 2}`},
		{"DELETE", "/Users/none", ""},
		{"GET", "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", ""},
		{"HEAD", "/Groups/{group}", ""},
		{"OPTIONS", "/Me", ""},
	} {
		f.Add(seed[0], seed[1], seed[2])
	}
	x := newFixture(f, storetest.SQLite, options{})
	user := x.newUser("ada@acme.test").text("id")
	group := x.want(x.do("POST", "/Groups", `{"displayName": "g", "members": ["`+user+`"]}`), 201).text("id")
	names := strings.NewReplacer("{user}", user, "{group}", group)
	f.Fuzz(func(t *testing.T, method, path, body string) {
		r, err := http.NewRequest(method, "https://"+host+"/", strings.NewReader(names.Replace(body))) //nolint:noctx // of a fuzz test
		if err != nil || setTarget(r, x.base()+names.Replace(path)) != nil || r.URL.Path == "" {
			t.Skip()
		}
		if strings.HasSuffix(r.URL.Path, user) && method == http.MethodDelete {
			t.Skip() // the next request would find nothing
		}
		r.Header.Set("Authorization", "Bearer "+x.bearer.Reveal())
		r.Header.Set("Content-Type", "application/json")
		r.Host = host
		w := httptest.NewRecorder()
		x.ServeHTTP(w, r)
		checkAnswer(t, r, w)
		x.log.Reset()
	})
}

func checkAnswer(t *testing.T, r *http.Request, w *httptest.ResponseRecorder) {
	t.Helper()
	what := r.Method + " " + r.RequestURI
	switch {
	case w.Code >= 500 && w.Code != http.StatusNotImplemented:
		t.Fatalf("%s: %d %s", what, w.Code, w.Body)
	case w.Code >= 300 && w.Code < 400 && w.Code != http.StatusNotModified:
		t.Fatalf("%s: %d to %s", what, w.Code, w.Header().Get("Location"))
	case w.Code >= 400 && strings.HasPrefix(r.URL.Path, "/scim/") && w.Header().Get("Content-Type") != mediaType:
		t.Fatalf("%s: %d %v", what, w.Code, w.Header())
	}
}
