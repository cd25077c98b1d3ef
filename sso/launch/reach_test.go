package launch

import (
	"context"
	"reflect"
	"testing"

	"gatehouse/sso"
)

// Organizations returns those of enterprise ent-a.
func (s *registered) Organizations(
	_ context.Context, ent sso.EnterpriseID, _ sso.Page,
) ([]sso.Organization, string, error) {
	if ent != "ent-a" {
		return nil, "", s.err
	}
	return []sso.Organization{{ID: "org-main", Key: "main"}}, "", s.err
}

// Groups finds the groups of organization main by name.
func (s *registered) Groups(
	_ context.Context, ent sso.EnterpriseID, f sso.GroupFilter, _ sso.Page,
) ([]sso.GroupCount, string, error) {
	switch f.Name {
	case "staff", "sales", "it", "board":
		if ent == "ent-a" && f.Organization == "org-main" {
			return []sso.GroupCount{{}}, "", s.err
		}
	}
	return nil, "", s.err
}

// TestReach lists what opens, then what needs a group, and mentions nothing of other
// companies.
func TestReach(t *testing.T) {
	t.Parallel()
	at := func(name string, change func(*sso.Application)) sso.Application {
		a := sso.Application{Name: name, Origins: []string{"https://" + name + ".example.com"}}
		change(&a)
		return a
	}
	s := newService(t, &registered{all: []sso.Application{
		at("shut", func(a *sso.Application) {
			a.Groups = []string{"rival/secret", "main/gone", "main/sales", "main/staff", "main/it", "main/board"}
		}),
		at("foreign", func(a *sso.Application) { a.Groups = []string{"rival/secret"} }),
		at("wiki", func(a *sso.Application) { a.StartPath = "/home?x=1" }),
		at("mine", func(a *sso.Application) { a.Groups = []string{"main/dev"} }),
		at("unlisted", func(a *sso.Application) { a.Unlisted = true }),
		at("theirs", func(a *sso.Application) { a.Enterprises = []sso.EnterpriseID{"ent-b"} }),
		at("far", func(a *sso.Application) { a.Origins = []string{"https://far.test"} }),
	}})
	got, err := s.Reach(t.Context(), sso.Principal{
		Enterprise: sso.Enterprise{ID: "ent-a"},
		Groups:     []sso.PrincipalGroup{{Organization: "main", Name: "dev"}},
	})
	want := []Launch{
		{Name: "wiki", URL: "https://wiki.example.com/home?x=1"},
		{Name: "mine", URL: "https://mine.example.com/"},
		{
			Name:    "shut",
			URL:     "https://shut.example.com/",
			Closed:  true,
			Missing: []string{"main/sales", "main/staff", "main/it"},
		},
		{Name: "foreign", URL: "https://foreign.example.com/", Closed: true},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	for _, lost := range []*registered{{err: sso.NothingHere()}} {
		if got, err := newService(t, lost).Reach(t.Context(), sso.Principal{}); err == nil {
			t.Errorf("without the store: %+v", got)
		}
	}
}
