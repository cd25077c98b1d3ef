package login_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
)

// TestRandomSignIns follows two people of each company through sign-ins with
// random groups, some of them unknown, while an admin adds and removes them by
// hand and makes new groups. After every step they are in exactly the groups
// that a few lines of rules say: the asserted names in every organization after
// a whole list; nothing less than before after anything else.
func TestRandomSignIns(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			// what it holds is in tests of its own
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Brake.Off = true
			})
			p := &population{
				world:   w,
				company: c,
				random:  rand.New(rand.NewPCG(17, 55)),
				in:      map[string]map[string]bool{},
				users:   map[string]sso.UserID{},
			}
			for range 60 {
				p.step()
			}
			if p.unknown < 10 || p.whole < 10 {
				w.Errorf("%d unknown and %d whole lists: this test sees too little", p.unknown, p.whole)
			}
		}
	})
}

// population is what ought to be.
type population struct {
	*world
	*company
	random         *rand.Rand
	in             map[string]map[string]bool // person → "web/dev"
	users          map[string]sso.UserID
	unknown, whole int
}

func (p *population) step() {
	person := []string{"ada", "bob"}[p.random.IntN(2)]
	user := p.users[person]
	switch n := p.random.IntN(10); {
	case n == 0:
		p.newGroup()
	case n == 1 && user != "":
		p.byHand(person, user)
	default:
		p.signsIn(person)
	}
	for person, user := range p.users {
		p.compare(person, user)
	}
}

func (p *population) newGroup() {
	org := []string{"web", "app"}[p.random.IntN(2)]
	name := fmt.Sprintf("new-%d", p.random.IntN(3))
	if _, there := p.groups[org+"/"+name]; there {
		return
	}
	g, err := p.db.CreateGroup(p.Context(), by, p.ID, sso.Group{
		Organization: p.groups[org+"/dev"].Organization,
		Name:         name,
	})
	p.ok(err)
	p.groups[org+"/"+name] = g
}

func (p *population) byHand(person string, user sso.UserID) {
	all := slices.Sorted(maps.Keys(p.groups))
	name := all[p.random.IntN(len(all))]
	if p.in[person][name] {
		p.ok(p.db.RemoveMember(p.Context(), by, p.ID, p.groups[name].ID, user))
		delete(p.in[person], name)
		return
	}
	p.ok(p.db.AddMember(p.Context(), by, p.ID, p.groups[name].ID, user))
	p.in[person][name] = true
}

func (p *population) signsIn(person string) {
	var names []string
	for _, name := range []string{
		"dev", "Dev", "sre", "ops", "new-0", "new-1", "new-2", "DEV", "dev ",
		sso.DefaultGroupName, "nowhere",
	} {
		if p.random.IntN(3) == 0 {
			names = append(names, name)
		}
	}
	p.ok(p.idp.SetGroups("id-"+person, names))
	fault := []demoidp.Fault{
		demoidp.NoFault, demoidp.NoFault, demoidp.NoFault, demoidp.NoGroups,
		demoidp.Overage, demoidp.Truncated, demoidp.EmptyGroups,
	}[p.random.IntN(7)]
	p.idp.SetFaultOnce(fault)
	r := p.enters(p.company, person)
	if p.users[person] == "" {
		p.users[person], p.in[person] = r.User.ID, map[string]bool{}
	}
	asserted := map[string]bool{}
	for full := range p.groups {
		_, name, _ := strings.Cut(full, "/")
		if slices.ContainsFunc(names, func(said string) bool {
			return strings.TrimSpace(said) == name
		}) {
			asserted[full] = true
		}
	}
	switch fault {
	case demoidp.NoFault:
		p.whole++
		p.in[person] = asserted
	case demoidp.EmptyGroups:
		p.whole++
		p.in[person] = map[string]bool{}
	case demoidp.Truncated:
		p.unknown++
		maps.Copy(p.in[person], asserted)
	default:
		p.unknown++
	}
}

func (p *population) compare(person string, user sso.UserID) {
	all, err := p.db.UserMemberships(p.Context(), p.ID, user)
	p.ok(err)
	got, want := map[string]bool{}, maps.Clone(p.in[person])
	for _, m := range all {
		got[m.Organization.Key+"/"+m.Group.Name] = true
	}
	for name := range p.in[person] {
		org, _, _ := strings.Cut(name, "/")
		want[org+"/"+sso.DefaultGroupName] = true
	}
	if !maps.Equal(want, got) {
		p.Fatalf(
			"%s is in %v, and ought to be in %v", person,
			slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)),
		)
	}
}
