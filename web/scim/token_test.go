package scim

import (
	"net/http"
	"os"
	"strings"
	"testing"

	"gatehouse/store/storetest"
)

// TestTokenCut is T-TOKEN-CUT (CVE-2026-27840): nothing but the whole token, letter
// by letter, is accepted, all else is told the same, and no log repeats it.
func TestTokenCut(t *testing.T) {
	t.Parallel()
	dsn := storetest.SQLite(t)
	f := newFixture(t, func(testing.TB) string { return dsn }, options{})
	bearer := f.bearer.Reveal()
	want := f.send(http.MethodGet, f.base()+"/Users", "", "Authorization: Bearer x").detail()
	for _, cut := range cuts(bearer) {
		got := f.send(http.MethodGet, f.base()+"/Users", "", "Authorization: Bearer "+cut)
		if got.Code != http.StatusUnauthorized || got.detail() != want ||
			!strings.Contains(got.Header().Get("WWW-Authenticate"), `error="invalid_token"`) {
			t.Errorf("%q: %d %s", cut, got.Code, got.Body)
		}
	}
	f.want(f.send(http.MethodGet, f.base()+"/Users", "", "Authorization: Bearer "+bearer), http.StatusOK)
	f.ok(f.ledger.Flush(t.Context()))
	if logged := f.log.String(); strings.Contains(logged, bearer[:20]) || !strings.Contains(logged, "scim_token_invalid") {
		t.Error("the log has the token, or nothing")
	}
	path := strings.TrimPrefix(dsn, "sqlite:")
	for _, file := range []string{path, path + "-wal"} {
		if data, err := os.ReadFile(file); err != nil || strings.Contains(string(data), bearer[:20]) {
			t.Errorf("%s has the token (%v)", file, err)
		}
	}
}

// cuts returns every proper prefix and suffix of a token, each letter in the other
// case, and what is padded.
func cuts(bearer string) (all []string) {
	for i := 1; i < len(bearer); i++ {
		all = append(all, bearer[:i], bearer[i:])
		for _, other := range []string{strings.ToUpper(bearer[i : i+1]), strings.ToLower(bearer[i : i+1])} {
			if other != bearer[i:i+1] {
				all = append(all, bearer[:i]+other+bearer[i+1:])
			}
		}
	}
	for _, pad := range []string{"=", "0", "A", ",", ";", "%20", "."} {
		all = append(all, bearer+pad, pad+bearer)
	}
	return append(all, strings.ToUpper(bearer), bearer+bearer, `"`+bearer+`"`, bearer+" "+bearer)
}
