package api

import (
	"bytes"
	"flag"
	"os"
	"testing"

	"gatehouse/store/storetest"
)

var update = flag.Bool("update", false, "write testdata/openapi.json")

// TestDocument shows every change of the API in review.
func TestDocument(t *testing.T) {
	t.Parallel()
	f := newFixture(t, storetest.SQLite)
	got, err := f.api.OpenAPI()
	f.ok(err)
	const golden = "testdata/openapi.json"
	if *update {
		f.ok(os.MkdirAll("testdata", 0o755))
		f.ok(os.WriteFile(golden, got, 0o644))
	}
	want, err := os.ReadFile(golden)
	f.ok(err)
	if !bytes.Equal(want, got) {
		t.Error("the document is not testdata/openapi.json: run go test ./web/api -run TestDocument -update, and look at the difference")
	}
	r := f.do("GET", Prefix+"openapi.json", nil, "Authorization", "")
	if r.Code != 200 || !bytes.Equal(r.Body.Bytes(), got) {
		t.Errorf("served: %d, %d bytes", r.Code, r.Body.Len())
	}
}
