package directory_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
)

// TestForeignObjects asks for every page of an enterprise with objects of
// another one in its path, with ones that never were, and with nonsense: all of
// these are the same answer, and nothing is changed by them. The pages are those
// that were registered, so a new one is among them.
func TestForeignObjects(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	now := time.Now()
	own := map[string]string{
		"user":         string(f.acme.user.ID),
		"group":        string(f.acme.group.ID),
		"organization": string(f.acme.org.ID),
		"domain":       string(f.acme.domain.ID),
		"session":      string(f.acme.sess),
	}
	foreign := map[string]string{
		"user":         string(f.globex.user.ID),
		"group":        string(f.globex.group.ID),
		"organization": string(f.globex.org.ID),
		"domain":       string(f.globex.domain.ID),
		"session":      string(f.globex.sess),
	}
	unknown := map[string]string{
		"user":         string(sso.NewID[sso.UserID](now)),
		"group":        string(sso.NewID[sso.GroupID](now)),
		"organization": string(sso.NewID[sso.OrganizationID](now)),
		"domain":       string(sso.NewID[sso.DomainID](now)),
		"session":      string(sso.NewID[sso.SessionID](now)),
	}
	fill := func(path, key, with string) string {
		path = strings.ReplaceAll(path, "{enterprise}", "acme")
		for name, id := range own {
			if name == key {
				id = with
			}
			path = strings.ReplaceAll(path, "{"+name+"}", id)
		}
		return path
	}
	before := f.state()
	tried := 0
	for pattern, need := range f.console.Needs() {
		method, path, _ := strings.Cut(pattern, " ")
		if need != console.Enterprise && need != console.Organization {
			continue
		}
		// Of another enterprise, and of one that never was.
		theirs := f.do("globex", method, fill(path, "", ""), nil)
		nobodys := f.do(
			"acme", method,
			strings.ReplaceAll(fill(path, "", ""), "/acme", "/nobody"), nil,
		)
		if theirs.status != http.StatusNotFound || theirs != nobodys {
			t.Errorf("%s: someone else's enterprise is %d, an unknown one %d", pattern, theirs.status, nobodys.status)
		}
		if a := f.do("link", method, fill(path, "", ""), nil); a.status != http.StatusNotFound {
			t.Errorf("%s: the holder of a setup link gets %d", pattern, a.status)
		}
		for key := range own {
			if !strings.Contains(path, "{"+key+"}") {
				continue
			}
			tried++
			want := f.do("acme", method, fill(path, key, unknown[key]), nil)
			for what, id := range map[string]string{
				"another enterprise's": foreign[key],
				"nonsense":             "x",
				"of another kind":      string(f.acme.conn.ID),
				"upper case":           strings.ToUpper(own[key]),
			} {
				if got := f.do(
					"acme", method, fill(path, key, id), nil,
				); got.status != http.StatusNotFound || got != want {
					t.Errorf(
						"%s: a %s that is %s is %d, an unknown one %d", pattern, key,
						what, got.status, want.status,
					)
				}
			}
		}
	}
	if tried < 25 {
		t.Errorf("only %d were tried: this test sees too little", tried)
	}
	if after := f.state(); after != before {
		t.Errorf("something was changed: %q, was %q", after, before)
	}
}

// state is the heads of both audit chains: every change moves one.
func (f *fixture) state() (all string) {
	f.Helper()
	for _, p := range []place{f.acme, f.globex} {
		events, _, err := f.db.AuditEvents(
			f.Context(), p.ent.ID, sso.AuditFilter{}, sso.Page{Limit: 1},
		)
		f.ok(err)
		all += events[0].Hash.String() + " "
	}
	return all
}
