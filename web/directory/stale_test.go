package directory_test

import (
	"fmt"
	"html"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gatehouse/sso"
)

// editable is an object with a form that edits it.
type editable struct {
	noun string
	path string
	form url.Values // what the form has, but for the name and the revision
	// other is a field that the first edit changes and the second does not.
	other, value, shown string
	name                func() string
}

func (f *fixture) editables() []editable {
	f.Helper()
	ctx, p := f.Context(), f.acme
	a, err := f.db.CreateApplication(ctx, "x", sso.Application{
		Key:     "wiki",
		Name:    "Wiki",
		Kind:    sso.ForwardAuth,
		Origins: []string{"https://wiki.example.com"},
	})
	f.ok(err)
	return []editable{
		{
			noun:  "organization",
			path:  p.at("organizations", string(p.org.ID)),
			form:  url.Values{"key": {"research"}},
			other: "key",
			value: "science",
			shown: "Saved now: science",
			name: func() string {
				o, err := f.db.Organization(ctx, p.ent.ID, p.org.ID)
				f.ok(err)
				return o.Name
			},
		},
		{
			noun:  "group",
			path:  p.at("groups", string(p.group.ID)),
			form:  url.Values{"idp_names": {""}},
			other: "idp_names",
			value: "object-1\r\nobject-2",
			shown: "Saved now: object-1, object-2",
			name: func() string {
				g, err := f.db.Group(ctx, p.ent.ID, p.group.ID)
				f.ok(err)
				return g.Name
			},
		},
		{
			noun: "application",
			path: "/admin/applications/" + string(a.ID),
			form: url.Values{
				"key":     {"wiki"},
				"origins": {"https://wiki.example.com"},
			},
			other: "allow_preflight",
			value: "true",
			shown: "Saved now: yes.",
			name: func() string {
				a, err := f.db.Application(ctx, a.ID)
				f.ok(err)
				return a.Name
			},
		},
	}
}

// typed returns the form with a name and a revision.
func (e editable) typed(name, revision string, more ...string) url.Values {
	form := url.Values{"name": {name}, "revision": {revision}}
	for field, values := range e.form {
		form[field] = values
	}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

var revisionField = regexp.MustCompile(`<input type="hidden" name="revision" value="(\d+)">`)

// revisionOf returns the revision that the form of a page names.
func (f *fixture) revisionOf(a answer) string {
	f.Helper()
	found := revisionField.FindAllStringSubmatch(a.body, -1)
	if len(found) != 1 {
		f.Fatalf("the page has %d revisions", len(found))
	}
	return found[0][1]
}

// TestTwoAdminsEditAtOnce opens the form of each object twice and sends both. The
// second admin gets the form again with what they typed and what is saved now, and
// can then decide.
func TestTwoAdminsEditAtOnce(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, e := range f.editables() {
		send := func(form url.Values) answer {
			return f.do("operator", "POST", e.path, form)
		}
		first := f.revisionOf(f.do("operator", "GET", e.path, nil))
		second := f.revisionOf(f.do("operator", "GET", e.path, nil))
		if a := send(e.typed("First", first, e.other, e.value)); a.status != 303 {
			f.shows(a, 303)
		}
		for what, revision := range map[string]string{
			"earlier":    second,
			"no":         "",
			"another":    "77",
			"a negative": "-1",
			"a wrong":    "x",
		} {
			before := f.state()
			a := send(e.typed("Second", revision))
			f.shows(
				a, 409, "Someone else changed this "+e.noun+" in the meantime.",
				"Save again to replace it.", "Saved now: First", e.shown,
			)
			if !strings.Contains(html.UnescapeString(a.body), `value="Second"`) {
				t.Errorf("%s, %s revision: what was typed is gone", e.noun, what)
			}
			if got := f.revisionOf(a); got != "2" {
				t.Errorf("%s, %s revision: the form names revision %s; want 2", e.noun, what, got)
			}
			if f.state() != before || e.name() != "First" {
				t.Errorf("%s, %s revision: something was changed", e.noun, what)
			}
		}
		// A value that cannot be accepted leaves the form at its revision.
		a := send(e.typed("", "2"))
		f.shows(a, 422, "Enter a name.")
		if got := f.revisionOf(a); got != "2" {
			t.Errorf("%s: the corrected form names revision %s; want 2", e.noun, got)
		}
		if a := send(e.typed("Second", "2")); a.status != 303 {
			f.shows(a, 303)
		}
		if got := e.name(); got != "Second" {
			t.Errorf("the %s is called %q after the second edit", e.noun, got)
		}
	}
}

// TestConcurrentEditsOfOneRevision sends ten forms of one revision concurrently.
func TestConcurrentEditsOfOneRevision(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	for _, e := range f.editables() {
		statuses := make(chan int, 10)
		var group sync.WaitGroup
		for i := range cap(statuses) {
			group.Go(func() {
				statuses <- f.do(
					"operator", "POST", e.path, e.typed(fmt.Sprint("Name ", i), "1"),
				).status
			})
		}
		group.Wait()
		close(statuses)
		saved := 0
		for status := range statuses {
			switch status {
			case 303:
				saved++
			case 409:
			default:
				t.Errorf("a concurrent edit of the %s is %d", e.noun, status)
			}
		}
		if saved != 1 {
			t.Errorf("%d of 10 edits of one revision of the %s were saved; want 1", saved, e.noun)
		}
	}
}
