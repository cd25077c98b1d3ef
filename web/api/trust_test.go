package api

import (
	"testing"
)

const trustPath = connectionPath + "/trust-changes"

// TestTrustChanges approves and refuses what a setup link asked for, by digest.
func TestTrustChanges(t *testing.T) {
	each(t, func(t *testing.T, f *fixture) {
		w := f.acme
		got := f.do("GET", w.in(trustPath), nil)
		f.wants(got, 200, "")
		items := got.items()
		if len(items) != 2 {
			t.Fatalf("got %s", got.Body)
		}
		draft, _ := items[0].(m)
		back, _ := items[1].(m)
		if draft["version"] != "draft" {
			draft, back = back, draft
		}
		fields, _ := draft["fields"].([]any)
		if draft["state"] != "waiting" ||
			len(fields) != 1 ||
			fields[0] != "oidc.client_id" ||
			back["version"] != "previous" {
			t.Errorf("got %s", got.Body)
		}
		f.unchanged(func() {
			f.wants(
				f.do("POST", w.in(trustPath+"/approve"), m{"digest": "0000"}),
				409,
				"trust_change_gone",
			)
			f.wants(
				f.do("POST", w.in(trustPath+"/refuse"), m{"digest": "0000"}), 409,
				"trust_change_gone",
			)
		})
		f.wants(
			f.do("POST", w.in(trustPath+"/refuse"), m{"digest": draft["digest"]}),
			200,
			"",
		)
		f.did("connection.trust_refused")
		if state := f.stateOf(w, draft["digest"]); state != "refused" {
			t.Errorf("the change is %v", state)
		}
		f.wants(
			f.do("POST", w.in(trustPath+"/approve"), m{"digest": draft["digest"]}),
			200,
			"",
		)
		f.did("connection.trust_approved")
		if state := f.stateOf(w, draft["digest"]); state != "approved" {
			t.Errorf("the change is %v", state)
		}
		// Another content is another change, and an operator's own edit voids the approval too.
		f.wants(
			f.do("PATCH", w.in(connectionPath), m{
				"oidc": m{"client_id": "another"},
			}),
			200,
			"",
		)
		f.wants(
			f.do("POST", w.in(trustPath+"/approve"), m{"digest": draft["digest"]}),
			409,
			"trust_change_gone",
		)
	})
}

// stateOf is that of a change, nil if it is not there.
func (f *fixture) stateOf(w world, digest any) any {
	f.Helper()
	for _, item := range f.do("GET", w.in(trustPath), nil).items() {
		if c, _ := item.(m); c["digest"] == digest {
			return c["state"]
		}
	}
	return nil
}
