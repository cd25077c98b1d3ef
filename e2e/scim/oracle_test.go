package scim

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"gatehouse/e2e/harness"
	"gatehouse/scim"
)

// oracleCase is a document and the operations that are applied to it.
type oracleCase struct {
	Document   map[string]any   `json:"document"`
	Operations []map[string]any `json:"operations"`
}

// TestPatch compares PATCH with scim-patch, which others wrote, over random
// lists of operations: both refuse a list, or both make the same document of it.
//
// What they differ in on purpose is not generated or, where that cannot be told,
// left out by testdata/oracle.js:
//   - a remove that finds nothing: here a success, since clients repeat requests
//   - add to a filter that nothing matches, without a sub-attribute: here noTarget,
//     there nothing happens
//   - a filter of several conditions makes a missing element here, and not there
//   - of several elements with primary true one is left here, all there
//   - an element with nothing but its type is removed here and kept there
//   - values of unknown attributes, numbers, and texts for booleans
//   - pathless add to a list: here without duplicates, there with them
func TestPatch(t *testing.T) {
	modules := os.Getenv("TEST_SCIM_PATCH")
	if modules == "" {
		harness.Missing(t, "scim-patch", "TEST_SCIM_PATCH is not set")
	}
	random := rand.New(rand.NewPCG(1, 7644)) //nolint:gosec // inputs of a test
	cases := make([]oracleCase, 20_000)
	for i := range cases {
		cases[i] = randomCase(random)
	}
	refused, changed := 0, 0
	for i, theirs := range askOracle(t, modules, cases) {
		ours, err := applyOurs(cases[i])
		if theirs == nil {
			refused++
		}
		if (err != nil) != (theirs == nil) {
			t.Fatalf("%s\nwe: %v, they: %v", pretty(cases[i]), err, theirs)
		}
		if err != nil {
			continue
		}
		if want := canonical(t, theirs); pretty(ours) != pretty(want) {
			t.Fatalf("%s\nwe:   %s\nthey: %s", pretty(cases[i]), pretty(ours), pretty(want))
		}
		if pretty(ours) != pretty(canonical(t, cases[i].Document)) {
			changed++
		}
	}
	t.Logf("%d lists: %d change the document, %d are refused", len(cases), changed, refused)
	if changed < len(cases)/2 || refused < len(cases)/100 {
		t.Error("the lists do not try much")
	}
}

// askOracle returns the documents that scim-patch makes; nil for refused lists.
func askOracle(t *testing.T, modules string, cases []oracleCase) []map[string]any {
	t.Helper()
	raw, err := json.Marshal(cases)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "cases.json")
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "node", "testdata/oracle.js", file)
	cmd.Env = append(os.Environ(), "NODE_PATH="+modules)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var documents []map[string]any
	if err := json.Unmarshal(out, &documents); err != nil || len(documents) != len(cases) {
		t.Fatalf("%d documents, %v", len(documents), err)
	}
	return documents
}

func applyOurs(c oracleCase) (scim.Document, error) {
	doc, err := scim.Users().Document(c.Document)
	if err != nil {
		return nil, err
	}
	list := make([]any, len(c.Operations))
	for i, o := range c.Operations {
		list[i] = o
	}
	operations, err := scim.Operations(map[string]any{"Operations": list}, 100)
	if err != nil {
		return nil, err
	}
	return scim.Users().Patch(doc, "u1", operations)
}

// canonical returns a document in our form: without what says nothing.
func canonical(t *testing.T, document map[string]any) scim.Document {
	t.Helper()
	doc, err := scim.Users().Document(document)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func pretty(v any) string {
	raw, _ := json.MarshalIndent(v, "", " ") // of a test
	return string(raw)
}

func pick[T any](random *rand.Rand, all ...T) T { return all[random.IntN(len(all))] }

func randomCase(random *rand.Rand) oracleCase {
	c := oracleCase{Document: map[string]any{"userName": "u"}}
	if random.IntN(2) == 0 {
		c.Document["emails"] = randomEmails(random)
	}
	if random.IntN(2) == 0 {
		c.Document["name"] = map[string]any{"givenName": "g", "familyName": "f"}
	}
	if random.IntN(2) == 0 {
		c.Document["displayName"] = "d"
	}
	if random.IntN(3) == 0 {
		c.Document[scim.EnterpriseURN] = map[string]any{"department": "x"}
	}
	for range 1 + random.IntN(5) {
		c.Operations = append(c.Operations, randomOperation(random))
	}
	return c
}

// randomEmails returns addresses of different types, so that a filter by type
// finds one.
func randomEmails(random *rand.Rand) []any {
	var all []any
	for _, kind := range []string{"work", "home", "other"} {
		if random.IntN(2) == 0 {
			all = append(all, email(kind, pick(random, "a", "b", "c")))
		}
	}
	if all == nil {
		return []any{email("work", "a")}
	}
	return all
}

func email(kind, value string) map[string]any {
	return map[string]any{
		"type":  kind,
		"value": value,
	}
}

func randomOperation(random *rand.Rand) map[string]any {
	op := pick(random, "add", "replace", "Add", "Replace")
	text := pick(random, "a", "b", "c")
	kind := pick(random, "work", "home", "other")
	simple := pick(random, "displayName", "title", "nickName", "name.givenName", "name.familyName",
		scim.EnterpriseURN+":department", scim.EnterpriseURN+":division", scim.UserURN+":title")
	operation := func(op, path string, value any) map[string]any {
		o := map[string]any{"op": op}
		if path != "" {
			o["path"] = path
		}
		if value != nil {
			o["value"] = value
		}
		return o
	}
	switch random.IntN(14) {
	case 0, 1, 2:
		return operation(op, simple, pick(random, text, text, ""))
	case 3:
		return operation(pick(random, "remove", "Remove"), simple, nil)
	case 4:
		return operation(op, "name", map[string]any{pick(random, "givenName", "middleName"): text})
	case 5:
		return operation(op, "emails", randomEmails(random))
	case 6, 7:
		return operation(op, `emails[type eq "`+kind+`"].value`, text)
	case 8:
		return operation("remove", `emails[type eq "`+kind+`"].value`, nil)
	case 9:
		return operation("remove", pick(random, `emails[type eq "`+kind+`"]`, `emails[value eq "`+text+`"]`,
			`emails[type eq "`+kind+`" and value eq "`+text+`"]`, "emails", "name", scim.EnterpriseURN+":department"), nil)
	case 10:
		return operation("Remove", "emails", []any{email(kind, text)})
	case 11:
		return operation(pick(random, "replace", "Replace"), `emails[type eq "`+kind+`"]`, map[string]any{"value": text})
	default:
		return operation(op, "", map[string]any{
			"displayName":                      text,
			"name.givenName":                   text,
			scim.EnterpriseURN + ":department": text,
		})
	}
}
