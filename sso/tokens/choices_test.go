package tokens_test

import (
	"fmt"
	"testing"

	"gatehouse/sso"
)

// TestChoices are the applications that accept programs and admit the company, of more
// than a page of applications.
func TestChoices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	choices, err := w.Choices(t.Context(), w.ent.ID)
	w.ok(err)
	if len(choices) != 0 {
		t.Errorf("%d that accept no programs", len(choices))
	}
	const n = 120
	for i := range n {
		accepting := w.application(fmt.Sprintf("app%d", i), w.ent.ID)
		w.accept(accepting)
	}
	w.accept(w.wiki)  // admits every company
	w.accept(w.files) // admits another company
	choices, err = w.Choices(t.Context(), w.ent.ID)
	w.ok(err)
	seen := map[sso.ApplicationID]bool{}
	for _, a := range choices {
		seen[a.ID] = true
	}
	if len(choices) != n+1 || len(seen) != n+1 || !seen[w.wiki.ID] || seen[w.files.ID] {
		t.Errorf("%d choices, %d different ones, want %d", len(choices), len(seen), n+1)
	}
}

func (w *world) accept(a sso.Application) {
	w.Helper()
	_, err := w.db.UpdateApplication(w.Context(), by, a.ID, func(a sso.Application) (sso.Application, error) {
		a.Programs = true
		return a, nil
	})
	w.ok(err)
}

// TestServiceChoices are the applications that accept services, whether or not they
// accept programs of users, and admit the company.
func TestServiceChoices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.accept(w.wiki)
	create := func(key string, ents ...sso.EnterpriseID) sso.Application {
		a, err := w.db.CreateApplication(t.Context(), by, sso.Application{
			Key:         key,
			Name:        key,
			Origins:     []string{"https://" + key + ".example.com"},
			Enterprises: ents,
			Services:    true,
		})
		w.ok(err)
		return a
	}
	want := create("exports", w.ent.ID)
	create("foreign", w.enterprise("initech").ID)
	choices, err := w.ServiceChoices(t.Context(), w.ent.ID)
	w.ok(err)
	if len(choices) != 1 || choices[0].ID != want.ID {
		t.Errorf("%+v, want %s", choices, want.ID)
	}
}
