package launch

import (
	"testing"

	"gatehouse/sso"
)

func idsOf(all []sso.Application) (ids []sso.ApplicationID) {
	for _, a := range all {
		ids = append(ids, a.ID)
	}
	return ids
}

// TestShared finds the origin of two applications, and the older one on both sides: the
// one to which Path leads.
func TestShared(t *testing.T) {
	t.Parallel()
	store := someApplications()
	s := newService(t, store)
	for i, other := range []sso.ApplicationID{"app-docs", "app-wiki"} {
		got, err := s.Shared(t.Context(), store.all[i])
		if err != nil || len(got) != 1 || got[0].Origin != wikiAt || got[0].First.ID != "app-wiki" ||
			len(got[0].Others) != 1 || got[0].Others[0].ID != other {
			t.Errorf("%s: %+v, %v", store.all[i].ID, got, err)
		}
	}
	alone := sso.Application{ID: "app-new", Origins: []string{"https://new.example.com"}}
	if got, err := s.Shared(t.Context(), alone); err != nil || got != nil {
		t.Errorf("alone: %+v, %v", got, err)
	}
	store.err = sso.NothingHere()
	if _, err := s.Shared(t.Context(), alone); err == nil {
		t.Error("without the store: no error")
	}
}

// TestArrivals tells applications that the session cookie reaches from others.
func TestArrivals(t *testing.T) {
	t.Parallel()
	store := &registered{all: []sso.Application{
		{ID: "app-wiki", Origins: []string{wikiAt}},
		{ID: "app-far", Origins: []string{"https://far.test"}},
		{ID: "app-plain", Origins: []string{"http://wiki.example.com"}},
		{ID: "app-theirs", Origins: []string{wikiAt}, Enterprises: []sso.EnterpriseID{"ent-b"}},
	}}
	s := newService(t, store)
	reached, far, err := s.Arrivals(t.Context(), "ent-a")
	if ids := idsOf(reached); err != nil || len(ids) != 1 || ids[0] != "app-wiki" {
		t.Errorf("reached %v, %v", ids, err)
	}
	if ids := idsOf(far); len(ids) != 2 || ids[0] != "app-far" || ids[1] != "app-plain" {
		t.Errorf("out of reach %v", ids)
	}
	store.err = sso.NothingHere()
	if _, _, err := s.Arrivals(t.Context(), "ent-a"); err == nil {
		t.Error("without the store: no error")
	}
}
