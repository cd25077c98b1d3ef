package scim

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
)

// simulator is an identity provider with its own truth. It sends what changed, as
// a mode of client does; a share of requests or answers is lost, so that it sends
// some again and does not know what arrived. In the end it loses nothing, and the
// service has to have its truth.
type simulator struct {
	*fixture
	random *rand.Rand
	mode   string
	lossy  bool

	users  map[string]*person // the truth, by externalId
	groups map[string]*team   // by externalId
	gone   []string           // IDs of deleted resources with their paths
	made   int                // numbers new names
}

// person is a user as the identity provider has them.
type person struct {
	login, name string
	active      bool
	id          string // of the service; "" if it is not known
	pending     bool   // whether something has to be sent
}

// team is a group as the identity provider has it.
type team struct {
	name      string
	members   map[string]bool // externalIds
	delivered map[string]bool // of which the identity provider knows that the service has them
	id        string
	pending   bool
}

// simulatorSeeds are few, for a quick answer beside the edge: e2e/provisioning plays
// many against the running program.
const simulatorSeeds = 3

// TestSimulatedProviders: after lost answers, repeated requests, mixed dialects and
// a token that may not write groups at first, the service has what the identity
// provider has, and the groups of the organization have those members.
func TestSimulatedProviders(t *testing.T) {
	t.Parallel()
	for name, database := range databases() {
		for _, mode := range []string{"entra", "okta-catalog", "okta-custom", "jumpcloud"} {
			t.Run(name+"/"+mode, func(t *testing.T) {
				t.Parallel()
				f := newFixture(t, database, options{})
				for seed := range uint64(simulatorSeeds) {
					s := newSimulator(f, mode, seed)
					s.run()
					if t.Failed() {
						t.Fatalf("seed %d", seed)
					}
				}
			})
		}
	}
}

// newSimulator returns the identity provider of a company of its own.
func newSimulator(f *fixture, mode string, seed uint64) *simulator {
	s := &simulator{
		fixture: f.another(options{
			key:    fmt.Sprintf("company-%d", seed),
			scopes: []sso.ProvisioningScope{sso.ScopeUsersWrite},
		}),
		random: rand.New(rand.NewPCG(seed, 12)), //nolint:gosec // inputs of a test
		mode:   mode,
		lossy:  true,
		users:  map[string]*person{},
		groups: map[string]*team{},
	}
	for range 4 {
		s.hire()
	}
	for range 2 {
		s.found()
	}
	for _, g := range s.groups {
		s.group(g.name) // the organization has it already
	}
	for _, p := range s.users {
		if s.random.IntN(2) == 0 {
			s.signIn(p.login)
		}
	}
	return s
}

// run lets things happen and sends them.
func (s *simulator) run() {
	for round := range 4 {
		for range 4 {
			s.happen()
		}
		s.send()
		if round == 0 {
			s.addScopes()
		}
	}
	s.lossy = false
	s.restart()
	s.send()
	s.send()
	s.compare()
}

func (s *simulator) hire() {
	s.made++
	login := fmt.Sprintf("Person-%d@acme.test", s.made)
	s.users[fmt.Sprintf("u-%d", s.made)] = &person{
		login:   login,
		name:    login,
		active:  true,
		pending: true,
	}
}

func (s *simulator) found() {
	s.made++
	s.groups[fmt.Sprintf("g-%d", s.made)] = &team{
		name:      fmt.Sprintf("Team %d & co", s.made),
		members:   map[string]bool{},
		delivered: map[string]bool{},
		pending:   true,
	}
}

func anyOf[T any](random *rand.Rand, all map[string]T) (string, bool) {
	names := slices.Sorted(maps.Keys(all))
	if len(names) == 0 {
		return "", false
	}
	return names[random.IntN(len(names))], true
}

// happen changes the truth.
func (s *simulator) happen() {
	user, isUser := anyOf(s.random, s.users)
	group, isGroup := anyOf(s.random, s.groups)
	if !isUser || !isGroup {
		s.hire()
		s.found()
		return
	}
	p, g := s.users[user], s.groups[group]
	switch s.random.IntN(12) {
	case 0, 1:
		s.hire()
	case 2:
		s.made++
		p.name = fmt.Sprintf("Renamed \"%d\"", s.made)
		p.pending = true
	case 3:
		s.made++
		p.login = fmt.Sprintf("moved+%d@acme.test", s.made)
		p.pending = true
	case 4, 5:
		p.active = !p.active
		p.pending = true
	case 6:
		s.dismiss(user)
	case 7:
		s.found()
	case 8:
		s.made++
		g.name = fmt.Sprintf("team %d; renamed", s.made)
		g.pending = true
	default:
		if g.members[user] {
			delete(g.members, user)
		} else {
			g.members[user] = true
		}
		g.pending = true
	}
}

func (s *simulator) dismiss(user string) {
	p := s.users[user]
	if p.id == "" {
		return // a later cycle would not find what was created meanwhile
	}
	s.gone = append(s.gone, "/Users/"+p.id)
	delete(s.users, user)
	for _, g := range s.groups {
		delete(g.members, user)
		delete(g.delivered, user)
	}
}

// ask sends a request. If it or its answer is lost, ok is false.
func (s *simulator) ask(method, path, body string) (got reply, ok bool) {
	s.Helper()
	fate := s.random.IntN(20)
	if s.lossy && fate == 0 {
		return got, false
	}
	got = s.do(method, path, body)
	if got.Code >= 500 {
		s.Fatalf("%s %s %s: %d %s", method, path, body, got.Code, got.Body)
	}
	return got, !s.lossy || fate > 2
}

// restart sends everything again.
func (s *simulator) restart() {
	for _, p := range s.users {
		p.id, p.pending = "", true
	}
	for _, g := range s.groups {
		g.id, g.pending = "", true
		g.delivered = map[string]bool{}
	}
}

// send is one cycle: users, then groups, then what was deleted.
func (s *simulator) send() {
	s.Helper()
	for _, external := range slices.Sorted(maps.Keys(s.users)) {
		if p := s.users[external]; p.pending {
			p.pending = !s.sendUser(external, p)
		}
	}
	for _, external := range slices.Sorted(maps.Keys(s.groups)) {
		if g := s.groups[external]; g.pending {
			g.pending = !s.sendTeam(external, g)
		}
	}
	s.gone = slices.DeleteFunc(s.gone, func(path string) bool {
		got, ok := s.ask("DELETE", path, "")
		return ok && (got.Code == 204 || got.Code == 404)
	})
}

// matchBy returns the ID that a filter finds.
func (s *simulator) matchBy(path, attribute, value string) (id string, ok bool) {
	text := url.QueryEscape(attribute + ` eq "` + value + `"`)
	got, ok := s.ask("GET", path+"?excludedAttributes=members&filter="+text, "")
	return match(got), ok && got.Code == 200
}

// known makes sure that a resource has an ID: by externalId, which does not change,
// then by its name, or by creating it.
func (s *simulator) known(id *string, path, external, attribute, name, body string) bool {
	for _, by := range [][2]string{{"externalId", external}, {attribute, name}} {
		if *id == "" {
			found, ok := s.matchBy(path, by[0], by[1])
			if !ok {
				return false
			}
			*id = found
		}
	}
	if *id != "" {
		return true
	}
	got, ok := s.ask("POST", path, body)
	if ok && got.Code == 201 {
		*id = got.text("id")
	}
	return *id != ""
}

func quoted(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

func (s *simulator) document(external string, p *person) string {
	return fmt.Sprintf(`{"userName": %s, "displayName": %s, "externalId": %s, "active": %t}`,
		quoted(p.login), quoted(p.name), quoted(external), p.active)
}

func (s *simulator) sendUser(external string, p *person) bool {
	s.Helper()
	if !s.known(&p.id, "/Users", external, "userName", p.login, s.document(external, p)) {
		return false
	}
	method, body := "PATCH", s.userPatch(external, p)
	if s.mode == "okta-custom" {
		method, body = "PUT", s.document(external, p)
	}
	got, ok := s.ask(method, "/Users/"+p.id, body)
	if ok && got.Code == 404 {
		p.id = ""
	}
	return ok && got.Code == 200
}

// userPatch is the update of a user in a dialect of the mode; Entra ID mixes two.
func (s *simulator) userPatch(external string, p *person) string {
	if s.mode != "okta-catalog" && s.random.IntN(2) == 0 {
		active := map[bool]string{true: `"True"`, false: `"False"`}[p.active]
		return fmt.Sprintf(`{"Operations": [{"op": "Replace", "path": "userName", "value": %s},
			{"op": "Add", "path": "displayName", "value": %s}, {"op": "Replace", "path": "active", "value": %s},
			{"op": "Add", "path": "externalId", "value": %s}]}`, quoted(p.login), quoted(p.name), active, quoted(external))
	}
	return `{"Operations": [{"op": "replace", "value": ` + s.document(external, p) + `}]}`
}

func (s *simulator) sendTeam(external string, g *team) bool {
	s.Helper()
	body := fmt.Sprintf(`{"displayName": %s, "externalId": %s}`, quoted(g.name), quoted(external))
	if !s.known(&g.id, "/Groups", external, "displayName", g.name, body) {
		return false
	}
	want := map[string]bool{}
	complete := true
	for user := range g.members {
		want[user] = true
		complete = complete && s.users[user].id != ""
	}
	method, body := s.teamChange(external, g)
	if body == "" {
		return complete
	}
	got, ok := s.ask(method, "/Groups/"+g.id, body)
	if !ok || got.Code >= 400 {
		return false
	}
	for user := range want {
		if s.users[user].id == "" {
			delete(want, user)
		}
	}
	g.delivered = want
	return complete
}

func (s *simulator) values(users []string) string {
	var all []string
	for _, user := range users {
		if p := s.users[user]; p != nil && p.id != "" {
			all = append(all, `{"value": "`+p.id+`"}`)
		}
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// teamChange is the update of a group: the difference to what is known to be there,
// or the whole list. After a restart nothing is known, so it is the whole list.
func (s *simulator) teamChange(external string, g *team) (method, body string) {
	all := slices.Sorted(maps.Keys(g.members))
	if s.mode == "okta-custom" {
		return "PUT", fmt.Sprintf(`{"displayName": %s, "externalId": %s, "members": %s}`,
			quoted(g.name), quoted(external), s.values(all))
	}
	rename := fmt.Sprintf(`{"op": "replace", "value": {"displayName": %s, "externalId": %s, "id": "%s"}}`,
		quoted(g.name), quoted(external), g.id)
	if !s.lossy || s.mode == "okta-catalog" && s.random.IntN(3) == 0 {
		return "PATCH", `{"Operations": [` + rename + `, {"op": "replace", "path": "members", "value": ` + s.values(all) + `}]}`
	}
	operations := []string{rename}
	var added []string
	for _, user := range all {
		if !g.delivered[user] {
			added = append(added, user)
		}
	}
	operations = append(operations, `{"op": "Add", "path": "members", "value": `+s.values(added)+`}`)
	for _, user := range slices.Sorted(maps.Keys(g.delivered)) {
		if !g.members[user] && s.users[user] != nil {
			operations = append(operations, s.removal(s.users[user].id))
		}
	}
	return "PATCH", `{"Operations": [` + strings.Join(operations, ", ") + `]}`
}

// removal removes one member in one of the dialects.
func (s *simulator) removal(id string) string {
	if s.mode == "jumpcloud" || s.mode == "entra" && s.random.IntN(2) == 0 {
		return `{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "` + id + `"}]}`
	}
	return `{"op": "remove", "path": "members[value eq \"` + id + `\"]"}`
}

// compare counts the differences between the truth and what the service has.
func (s *simulator) compare() {
	s.Helper()
	users := s.all("/Users")
	if len(users) != len(s.users) {
		s.Errorf("%d users, want %d", len(users), len(s.users))
	}
	for external, p := range s.users {
		u := users[external]
		if u["userName"] != p.login || u["displayName"] != p.name || u["active"] != p.active || u["id"] != p.id {
			s.Errorf("user %s is %v, want %+v", external, u, *p)
		}
	}
	groups := s.all("/Groups")
	if len(groups) != len(s.groups) {
		s.Errorf("%d groups, want %d", len(groups), len(s.groups))
	}
	for external, g := range s.groups {
		s.compareTeam(g, groups[external])
	}
	s.compareEffects()
}

// compareEffects compares accounts and memberships with the truth: of the groups
// of the organization that have the name of a provisioned one.
func (s *simulator) compareEffects() {
	s.Helper()
	accounts := map[string]string{}
	for external, p := range s.users {
		u, err := s.db.ProvisionedUser(s.Context(), s.enterprise.ID, s.connection.ID, sso.ResourceID(p.id))
		s.ok(err)
		account, err := s.db.User(s.Context(), s.enterprise.ID, u.Account)
		s.ok(err)
		if account.Login != p.login || (account.Status == sso.UserActive) != p.active {
			s.Errorf("the account of %+v is %+v", *p, account)
		}
		accounts[external] = string(account.ID)
	}
	own, _, err := s.db.Groups(s.Context(), s.enterprise.ID, sso.GroupFilter{}, sso.Page{Limit: 200})
	s.ok(err)
	for _, g := range own {
		for _, pushed := range s.groups {
			if pushed.name == g.Group.Name {
				s.compareMembers(g.Group, pushed, accounts)
			}
		}
	}
}

func (s *simulator) compareMembers(g sso.Group, pushed *team, accounts map[string]string) {
	s.Helper()
	var have, want []string
	members, _, err := s.db.GroupMembers(s.Context(), s.enterprise.ID, g.ID, sso.Page{Limit: 200})
	s.ok(err)
	for _, m := range members {
		have = append(have, string(m.User.ID))
	}
	for user := range pushed.members {
		want = append(want, accounts[user])
	}
	slices.Sort(have)
	slices.Sort(want)
	if !slices.Equal(have, want) {
		s.Errorf("group %s of the organization has %v, want %v", g.Name, have, want)
	}
}

func (s *simulator) compareTeam(g *team, got map[string]any) {
	s.Helper()
	var have, want []string
	members, _ := got["members"].([]any)
	for _, m := range members {
		have = append(have, m.(map[string]any)["value"].(string))
	}
	for user := range g.members {
		want = append(want, s.users[user].id)
	}
	slices.Sort(have)
	slices.Sort(want)
	if got["displayName"] != g.name || !slices.Equal(have, want) {
		s.Errorf("group %s is %v with %v, want %v", g.name, got["displayName"], have, want)
	}
}

// all reads a list page by page, by their externalId.
func (s *simulator) all(path string) map[string]map[string]any {
	s.Helper()
	found := map[string]map[string]any{}
	for cursor := ""; ; {
		page := s.want(s.do("GET", path+"?count=3&cursor="+cursor, ""), 200)
		for _, r := range list(page, "Resources") {
			resource := r.(map[string]any)
			external, _ := resource["externalId"].(string)
			if !strings.HasPrefix(external, "u-") && !strings.HasPrefix(external, "g-") {
				continue // was there before under a name that has changed since, and was not adopted
			}
			if found[external] != nil {
				s.Errorf("%s is there twice", external)
			}
			found[external] = resource
		}
		if cursor = page.text("nextCursor"); cursor == "" {
			return found
		}
	}
}
