package launch

import (
	"testing"

	"gatehouse/sso"
)

// TestDefaultApplicationThatRefuses leads to the default application only if it opens for
// the person and sees that they are signed in.
func TestDefaultApplicationThatRefuses(t *testing.T) {
	t.Parallel()
	wiki := sso.Application{ID: "app-wiki", Key: "wiki", Origins: []string{wikiAt}}
	toWiki := Return("wiki", wikiAt+"/")
	for name, c := range map[string]struct {
		change func(*sso.Application)
		home   sso.ApplicationID
		groups []sso.PrincipalGroup
		want   string
	}{
		"opens":         {func(*sso.Application) {}, "app-wiki", nil, toWiki},
		"none":          {func(*sso.Application) {}, "", nil, home},
		"deleted":       {func(*sso.Application) {}, "app-gone", nil, home},
		"other company": {func(a *sso.Application) { a.Enterprises = []sso.EnterpriseID{"ent-b"} }, "app-wiki", nil, home},
		"no group":      {func(a *sso.Application) { a.Groups = []string{"main/staff"} }, "app-wiki", nil, home},
		"group": {
			func(a *sso.Application) { a.Groups = []string{"main/staff"} }, "app-wiki",
			[]sso.PrincipalGroup{{Organization: "main", Name: "staff"}}, toWiki,
		},
		"out of reach": {func(a *sso.Application) { a.Origins = []string{"https://wiki.test"} }, "app-wiki", nil, home},
		"not https":    {func(a *sso.Application) { a.Origins = []string{"http://wiki.example.com"} }, "app-wiki", nil, home},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := wiki
			c.change(&a)
			s := newService(t, &registered{all: []sso.Application{a}, home: c.home})
			p := sso.Principal{Enterprise: sso.Enterprise{ID: "ent-a"}, Groups: c.groups}
			if got, err := s.Landing(t.Context(), p); err != nil || got != c.want {
				t.Errorf("%q, not %q (%v)", got, c.want, err)
			}
		})
	}
	s := newService(t, &registered{err: sso.NothingHere()})
	if got, err := s.Landing(t.Context(), sso.Principal{}); err == nil {
		t.Errorf("without the store: %q", got)
	}
}
