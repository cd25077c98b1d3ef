package scim

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestWorkIsBounded: a request of a few MiB costs no minutes, whatever its operations
// compare. The resource is locked meanwhile, and on SQLite every other write waits.
func TestWorkIsBounded(t *testing.T) {
	t.Parallel()
	roles := document(t, Users(), `{"userName": "a", "roles": [`+repeated(5000, `{"value": "role %d"}`)+`]}`)
	opaque := document(t, Users(), `{"userName": "a", `+repeated(5000, `"urn:x:a%d": {"a": "b"}`)+`}`)
	plain := document(t, Users(), `{"userName": "a"}`)
	long := document(t, Users(), `{"userName": "a", "roles": [{"value": "`+strings.Repeat("é", 100_000)+`"}]}`)
	for name, test := range map[string]struct {
		doc Document
		ops string
	}{
		"many values at once": {
			plain, `{"op": "add", "path": "emails", "value": [` + repeated(50_000, `{"value": "%d@acme.test"}`) + `]}`,
		},
		"one value after the other": {plain, repeated(10_000, `{"op": "add", "path": "emails", "value": {"value": "%d"}}`)},
		"a filter on a long list":   {roles, repeated(10_000, `{"op": "remove", "path": "roles[value eq \"%d\"]"}`)},
		"many comparisons": {
			roles, repeated(200, `{"op": "remove", "path": "roles[value eq \"%d\"`+strings.Repeat(` or value eq \"x\"`, 100)+`]"}`),
		},
		"a filter on a long text": {long, repeated(10_000, `{"op": "remove", "path": "roles[value eq \"%d\"]"}`)},
		"removals of a list": {
			roles, `{"op": "remove", "path": "roles", "value": [` + repeated(50_000, `{"value": "%d"}`) + `]}`,
		},
		"extensions one by one": {opaque, repeated(10_000, `{"op": "add", "path": "urn:y:a%d:z", "value": "b"}`)},
		"extensions at once":    {plain, `{"op": "add", "value": {` + repeated(50_000, `"urn:x:a%d": {"a": "b"}`) + `}}`},
		"an extension that grows": {
			plain, repeated(5000, `{"op": "add", "path": "urn:x:y", "value": {"a%d": "b"}}`),
		},
		"extensions of odd names": {plain, `{"op": "add", "value": {` + repeated(50_000, `"urn:x:%d": {"a": "b"}`) + `}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ops := manyOperations(t, test.ops)
			began := time.Now()
			_, err := Users().Patch(test.doc, "u1", ops)
			if err == nil || !strings.Contains(err.Error(), "413: ") || !strings.Contains(err.Error(), "Nothing was changed.") {
				t.Errorf("got %.200v", err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func manyOperations(t *testing.T, list string) []Operation {
	t.Helper()
	ops, err := Operations(read(t, `{"Operations": [`+list+`]}`), 10_000)
	if err != nil {
		t.Fatal(err.Error()[:100])
	}
	return ops
}

// repeated returns texts with numbers, separated by commas.
func repeated(n int, format string) string {
	texts := make([]string, n)
	for i := range texts {
		texts[i] = fmt.Sprintf(format, i)
	}
	return strings.Join(texts, ",")
}

// TestOrdinaryWorkIsAccepted: what identity providers send is far from the bound.
func TestOrdinaryWorkIsAccepted(t *testing.T) {
	t.Parallel()
	doc := document(t, Users(), `{"userName": "a", "emails": [`+repeated(10, `{"value": "%d@acme.test", "type": "x"}`)+`]}`)
	for name, ops := range map[string]string{
		"10,000 filters": repeated(10_000, `{"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "%d@acme.test"}`),
		"a list of 500":  `{"op": "add", "path": "roles", "value": [` + repeated(500, `{"value": "%d"}`) + `]}`,
		"10,000 texts":   repeated(10_000, `{"op": "replace", "path": "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department", "value": "%d"}`),
	} {
		if _, err := Users().Patch(doc, "u1", manyOperations(t, ops)); err != nil {
			t.Errorf("%s: %.200v", name, err)
		}
	}
}

// TestValuesAreCounted: a body of small values takes many times its size in memory.
func TestValuesAreCounted(t *testing.T) {
	t.Parallel()
	for _, piece := range []string{`{}`, `[]`, `1`, `""`} {
		body := `{"userName": "a", "urn:x:y": {"a": [` + strings.TrimSuffix(strings.Repeat(piece+",", 200_000), ",") + `]}}`
		if _, err := Read([]byte(body)); err == nil || !strings.Contains(err.Error(), "413: ") {
			t.Errorf("%s: %.200v", piece, err)
		}
	}
	members := `{"displayName": "g", "members": [` +
		repeated(10_000, `{"value": "%d", "$ref": "x", "type": "User", "display": "y"}`) + `]}`
	if _, err := Read([]byte(members)); err != nil {
		t.Error(err)
	}
}

// TestNamesAlikeAreOne: a name that lookups take for another is that name: the long s
// is an s to them.
func TestNamesAlikeAreOne(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		`{"members": [], "memberſ": []}`,
		`{"Operations": [], "operationſ": []}`,
		`{"a": {"costCenter": "x", "coſtCenter": "y"}}`,
		`{"k": 1, "K": 2}`,
		`{"ς": 1, "Σ": 2}`,
	} {
		if got, err := Read([]byte(body)); err == nil || !strings.Contains(err.Error(), "appears twice") {
			t.Errorf("%s was read as %v, %v", body, got, err)
		}
	}
	if _, err := Read([]byte(`{"İ": 1, "i": 2, "ß": 3, "ss": 4}`)); err != nil { // EqualFold tells them apart
		t.Error(err)
	}
}

// TestErrorsQuoteLittle: an error repeats the beginning of what was sent.
func TestErrorsQuoteLittle(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 1<<20)
	quoted, err := json.Marshal(long)
	if err != nil {
		t.Fatal(err)
	}
	_, twice := Read([]byte(`{` + string(quoted) + `: 1, ` + string(quoted) + `: 2}`))
	_, alike := Read([]byte(`{"A` + long + `": 1, "a` + long + `": 2}`))
	_, op := Operations(read(t, `{"Operations": [{"op": `+string(quoted)+`}]}`), 10)
	_, path := Users().Patch(Document{}, "u1", operations(t, `{"op": "add", "path": `+string(quoted)+`, "value": "x"}`))
	_, number := Read([]byte(`{"a": 1` + long + `}`))
	for name, err := range map[string]error{
		"a name twice": twice,
		"names alike":  alike,
		"an operation": op,
		"a path":       path,
		"a number":     number,
	} {
		if err == nil || len(err.Error()) > 1000 {
			t.Errorf("%s: %.200v", name, err)
		}
	}
}

func TestSelectionIsBounded(t *testing.T) {
	t.Parallel()
	if _, err := Users().ParseSelection(strings.Repeat("userName,", 255)+"id", ""); err != nil {
		t.Error(err)
	}
	for _, list := range []string{strings.Repeat("a,", 256), strings.Repeat(",", 1<<20)} {
		if _, err := Users().ParseSelection("", list); err == nil || !strings.Contains(err.Error(), "400 invalidValue") {
			t.Errorf("%.20q: %v", list, err)
		}
	}
}

// TestPatchedStaysReadable: what operations make can be read again. A resource that
// could not would break every list it is in.
func TestPatchedStaysReadable(t *testing.T) {
	t.Parallel()
	for name, ops := range map[string]string{
		"an extension twice": `{"op": "add", "value": {"urn:x:y": {"a": 1}}}, {"op": "add", "value": {"urn:x:y": {"A": 2}}}`,
		"an attribute twice": `{"op": "add", "path": "urn:x:y:a", "value": 1}, {"op": "add", "path": "urn:x:y:A", "value": 2}`,
		"a part twice":       `{"op": "add", "path": "urn:x:y:a.b", "value": 1}, {"op": "add", "path": "URN:x:y:A.B", "value": 2}`,
		"a part, then whole": `{"op": "add", "path": "urn:x:y:a", "value": 1}, {"op": "replace", "path": "urn:X:Y", "value": {"A": 2}}`,
		"an odd name twice":  `{"op": "add", "value": {"urn:x:1": {"k": 1}}}, {"op": "add", "value": {"urn:x:1": {"K": 2}}}`,
		"a NUL in a filter":  `{"op": "add", "path": "emails[type eq \"\\u0000\"].value", "value": "a@acme.test"}`,
		"a surrogate":        `{"op": "add", "path": "emails[type eq \"\\ud800\"].value", "value": "a@acme.test"}`,
		"deep":               `{"op": "add", "path": "urn:x:y:a.b", "value": ` + strings.Repeat("[", 29) + "1" + strings.Repeat("]", 29) + `}`,
	} {
		patched, err := Users().Patch(document(t, Users(), `{"userName": "a"}`), "u1", operations(t, ops))
		if err != nil {
			if !strings.Contains(err.Error(), "400 invalidValue") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		again, err := Read([]byte(encode(t, patched)))
		if err != nil || encode(t, again) != encode(t, patched) {
			t.Errorf("%s: %s: %v", name, encode(t, patched), err)
		}
	}
}
