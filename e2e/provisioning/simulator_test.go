package provisioning

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/e2e/harness"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/internal/demo/demoscim"
	"gatehouse/store/storetest"
)

const (
	seeds      = 20
	startUsers = 12
	changes    = 8 // between two cycles
	cycles     = 8

	pilotCycles = 6 // before a pilot ends
)

// idpGroupNames are names of the identity provider's groups, of which it has five at
// a time. Some are those of the organization's groups.
func idpGroupNames() []string {
	return append(groupNames(), "elsewhere", "Nowhere & <co>", "grp_all@acme.example")
}

// groupNames are the names of the organization's groups.
func groupNames() []string { return []string{"admins", "builders", "cooks", "drivers"} }

// TestSimulator lets identity providers of every dialect change their directory at
// random and provision it over a network that loses a share of what is sent, with
// a token that may not write groups at first. In the end accounts and memberships
// are what each identity provider knows.
func TestSimulator(t *testing.T) {
	harness.Long(t)
	for name, database := range map[string]func(testing.TB) string{
		"sqlite":   func(testing.TB) string { return "" },
		"postgres": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := harness.Start(t, harness.Options{
				Database: database(t),
				Env:      []string{"GATEHOUSE_RATE_LIMITS_SCIM_PER_CONNECTION=0"},
			})
			idp := harness.NewIdP(t)
			t.Run("modes", func(t *testing.T) {
				for _, mode := range modes() {
					// A token may make 1,200 requests in a minute, and all modes make more.
					api := g.API()
					for seed := range uint64(seeds) {
						t.Run(fmt.Sprintf("%s/%d", mode.name, seed), func(t *testing.T) {
							t.Parallel()
							newSimulation(t, g, api.For(t), idp, mode, seed).run()
						})
					}
				}
			})
		})
	}
}

// mode is how an identity provider speaks: in one dialect, or in several at once.
type mode struct {
	name     string
	dialects []demoscim.Dialect
	pilot    bool // some people are applied first, and everyone later
}

func modes() []mode {
	return []mode{
		{"entra-off", []demoscim.Dialect{demoscim.EntraOff}, false},
		{"entra-mixed", []demoscim.Dialect{demoscim.EntraOff, demoscim.EntraOn}, false},
		{"okta", []demoscim.Dialect{demoscim.Okta, demoscim.OktaCustom}, false},
		{"all", demoscim.Dialects(), false},
		{"pilot", demoscim.Dialects(), true},
	}
}

type simulation struct {
	*testing.T
	company *company
	mode    mode
	rand    *rand.Rand
	truth   *demoscim.Directory
	gone    map[string]bool // names of users who were removed
	network *lossy
	pusher  *demoscim.Pusher
	token   token
	made    int // users
	groups  int // that were created
	refused int // objects, because the token lacked a scope
	waited  int // users outside of a pilot, after each cycle
}

func newSimulation(
	t *testing.T, g *harness.Gateway, api *harness.API, idp *demoidp.IdP, m mode, seed uint64,
) *simulation {
	s := &simulation{
		T:     t,
		mode:  m,
		rand:  rand.New(rand.NewPCG(seed, 1)),
		truth: demoscim.NewDirectory(),
		gone:  map[string]bool{},
	}
	s.company = newCompany(t, g, api, fmt.Sprintf("%s-%d", m.name, seed), idp, groupNames()...)
	if m.pilot {
		s.company.pilot([]string{"Admins"}, []string{"user1@" + s.company.Key + ".example", "nobody@elsewhere.example"})
	} else {
		s.company.provision()
	}
	s.token = s.company.newToken("first", "users:write")
	s.network = &lossy{
		next: http.DefaultTransport,
		rand: rand.New(rand.NewPCG(seed, 2)),
	}
	s.pusher = demoscim.NewPusher(s.company.client(m.dialects[0], s.token.Token, s.network))
	for range startUsers {
		s.addUser()
	}
	for _, name := range idpGroupNames()[:5] {
		s.addGroup(name)
	}
	return s
}

func (s *simulation) run() {
	for n := range cycles {
		for range changes {
			s.change()
		}
		if n == cycles/2 {
			s.company.allow(s.token, "scim")
			s.pusher.Restart()
		}
		s.cycle()
		switch {
		case s.mode.pilot && n < pilotCycles:
			s.onlyPilot()
		case s.mode.pilot && n == pilotCycles:
			s.company.applyToAll(s.T)
		}
	}
	if s.refused == 0 {
		s.Error("a token that may write users only was not refused for a group")
	}
	if s.mode.pilot && s.waited == 0 {
		s.Error("no user was outside of the pilot")
	}
	s.network.heal()
	for range 4 {
		if r := s.cycle(); r.Changed == 0 && len(r.Failures) == 0 {
			s.compare()
			if s.mode.pilot {
				s.company.noneDiffers(s.T)
			}
			s.Logf(
				"%d users, %d requests or responses lost, %d refused for a scope",
				len(s.truth.Users), s.network.lost, s.refused,
			)
			return
		}
	}
	s.Errorf("the identity provider does not come to an end: %v", s.cycle().Failures)
}

func (s *simulation) cycle() demoscim.Report {
	s.pusher.Client.Dialect = s.mode.dialects[s.rand.IntN(len(s.mode.dialects))]
	ctx, cancel := context.WithTimeout(s.Context(), time.Minute)
	defer cancel()
	r := s.pusher.Cycle(ctx, s.truth)
	for _, f := range r.Failures {
		if refused, ok := errors.AsType[*demoscim.StatusError](f.Err); ok && refused.Status == http.StatusForbidden {
			s.refused++
		}
	}
	return r
}

// compare compares accounts and memberships with what the identity provider knows.
func (s *simulation) compare() {
	users, members := map[string]string{}, map[string][]string{}
	for _, u := range s.truth.Users {
		users[u.UserName] = "active"
		if !u.Active {
			users[u.UserName] = "deactivated"
		}
	}
	for name := range s.gone {
		users[name] = "deactivated"
	}
	for _, name := range groupNames() {
		members[name] = []string{}
	}
	for _, g := range s.truth.Groups {
		if !slices.Contains(groupNames(), g.Name) {
			continue
		}
		for key := range g.Members {
			members[g.Name] = append(members[g.Name], s.truth.Users[key].UserName)
		}
	}
	got := s.company.members()
	maps.DeleteFunc(got, func(name string, _ []string) bool { return members[name] == nil })
	for _, all := range []map[string][]string{members, got} {
		for _, logins := range all {
			slices.Sort(logins)
		}
	}
	if diff := cmp.Diff(members, got); diff != "" {
		s.Errorf("members (-identity provider +here):\n%s", diff)
	}
	s.compareResources()
	have := s.company.statuses()
	for name, want := range users {
		if have[name] != want && (want == "active" || have[name] != "") {
			s.Errorf("%s is %q here, and %q at the identity provider", name, have[name], want)
		}
	}
	for name, status := range have {
		if users[name] == "" && status == "active" {
			s.Errorf("%s is active here, and the identity provider does not know that name", name)
		}
	}
}

// compareResources compares what was provisioned with what the identity provider
// knows: groups with their members, also those that match no group here.
func (s *simulation) compareResources() {
	want, have := map[string][]string{}, map[string][]string{}
	for _, g := range s.truth.Groups {
		for key := range g.Members {
			want[g.Name] = append(want[g.Name], s.truth.Users[key].UserName)
		}
	}
	var list struct {
		Resources []struct {
			DisplayName string
			Members     []struct{ Value string }
		}
	}
	var users struct {
		Resources []struct{ ID, UserName string }
	}
	for path, out := range map[string]any{
		"/Groups?count=1000": &list,
		"/Users?count=1000":  &users,
	} {
		if err := s.pusher.Client.Do(s.Context(), http.MethodGet, path, nil, out); err != nil {
			s.Fatal(err)
		}
	}
	names := map[string]string{}
	for _, u := range users.Resources {
		names[u.ID] = u.UserName
	}
	for _, g := range list.Resources {
		for _, m := range g.Members {
			have[g.DisplayName] = append(have[g.DisplayName], names[m.Value])
		}
	}
	for _, all := range []map[string][]string{want, have} {
		for _, members := range all {
			slices.Sort(members)
		}
	}
	if diff := cmp.Diff(want, have); diff != "" {
		s.Errorf("provisioned members (-identity provider +here):\n%s", diff)
	}
}
