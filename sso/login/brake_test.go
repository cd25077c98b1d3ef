package login_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/groupsync"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/trial"
)

// incident is a company in which everybody signed in yesterday.
type incident struct {
	*world
	c      *company
	people []string
	groups map[string][]string // what the identity provider sends for each
	users  map[string]sso.UserID
	before map[string][]string
}

// yesterday lets n people sign in who are in the given groups, in turn.
func yesterday(w *world, n int, groups ...[]string) *incident {
	w.Helper()
	x := &incident{
		world:  w,
		c:      w.globex,
		groups: map[string][]string{},
		users:  map[string]sso.UserID{},
		before: map[string][]string{},
	}
	for i := range n {
		name := fmt.Sprintf("p%02d", i)
		x.people = append(x.people, name)
		x.groups[name] = slices.Clone(groups[i%len(groups)])
		addPerson(x.c.idp, name, x.groups[name])
		x.users[name] = w.enters(x.c, name).User.ID
		x.before[name] = x.memberships(name)
	}
	w.clock.Move(24 * time.Hour)
	return x
}

// today lets people sign in with other lists, a second apart, and says whose were held.
func (x *incident) today(people []string, change func(i int, groups []string) []string) (held []string) {
	x.Helper()
	for i, name := range people {
		x.clock.Move(time.Second)
		x.ok(x.c.idp.SetGroups("id-"+name, change(i, x.groups[name])))
		if x.enters(x.c, name).Sync.Held != "" {
			held = append(held, name)
		}
	}
	return held
}

func (x *incident) memberships(name string) []string {
	x.Helper()
	all, err := x.db.UserMemberships(x.Context(), x.c.ID, x.users[name])
	x.ok(err)
	names := []string{}
	for _, m := range all {
		names = append(
			names,
			m.Organization.Key+"/"+m.Group.Name+"="+string(m.Membership.Source),
		)
	}
	return names
}

// lost are those who are not in every group that they were in.
func (x *incident) lost() (people []string) {
	x.Helper()
	for _, name := range x.people {
		if !slices.Equal(x.before[name], x.memberships(name)) {
			people = append(people, name)
		}
	}
	return people
}

func (x *incident) tallies() string {
	x.Helper()
	all, err := x.db.HeldTallies(x.Context(), x.c.ID)
	x.ok(err)
	texts := []string{}
	for _, t := range all {
		texts = append(
			texts,
			fmt.Sprintf(
				"%s %s waiting=%d standing=%v lost=%d", t.Cause, t.GroupName,
				t.Waiting, t.Standing, t.Lost,
			),
		)
	}
	return strings.Join(texts, "; ")
}

func objectIDs(groups []string) []string {
	ids := []string{}
	for i := range groups {
		ids = append(ids, fmt.Sprintf("6f1c1a%02x-3b5d-4c7e-9a1b-2c3d4e5f6071", i))
	}
	return ids
}

// TestObjectIDIncident: object IDs come in place of names for 25 of 26 people. No
// user loses a group, one decision ends it, and later sign-ins are as usual.
func TestObjectIDIncident(t *testing.T) {
	each(t, func(w *world) {
		x := yesterday(
			w, 26, []string{"dev", "sre"}, []string{"ops"}, []string{"dev", "ops"},
		)
		held := x.today(x.people, func(i int, groups []string) []string {
			if i == 1 {
				return groups
			}
			return objectIDs(groups)
		})
		if len(held) != 25 || len(x.lost()) != 0 {
			w.Errorf("held for %v, lost by %v", held, x.lost())
		}
		if got := x.tallies(); got != "connection_names_changed  waiting=25 standing=true lost=0" {
			w.Error(got)
		}
		preview, err := w.login.PreviewSync(
			w.Context(), x.c.ID, x.c.conn.ID,
			trial.PreviewRequest{
				Login: "p03",
				Groups: sso.AssertedGroups{
					State: sso.GroupsValues,
					Names: objectIDs(x.groups["p03"]),
				},
			},
		)
		w.ok(err)
		if h := preview.Changes.Held; h == nil ||
			h.Cause != sso.HeldNamesChanged ||
			preview.Changes.Record.Note == "" {
			w.Errorf("the preview says %+v", preview.Changes)
		}
		done, err := w.db.DecideHeldSyncs(w.Context(), by, x.c.ID, sso.HeldDecision{
			Cause:   sso.HeldNamesChanged,
			Restore: true,
		})
		w.ok(err)
		if done.Decided != 25 || done.Restored != 0 || len(x.lost()) != 0 {
			w.Errorf("got %+v, lost by %v", done, x.lost())
		}
		if held = x.today(x.people[:5], func(_ int, groups []string) []string {
			return objectIDs(groups)
		}); len(held) != 5 {
			w.Errorf("after the discard it is held for %v", held)
		}
		w.clock.Move(2 * time.Hour)
		x.today(x.people, func(_ int, groups []string) []string {
			return groups
		})
		if got := x.tallies(); got != "" || len(x.lost()) != 0 {
			w.Errorf("once the names are back: %s, lost by %v", got, x.lost())
		}
	})
}

// TestIncidents: other ways in which groups vanish for many people at once, and
// some that look like it and are meant.
func TestIncidents(t *testing.T) {
	prefixed := func(_ int, groups []string) []string {
		changed := slices.Clone(groups)
		for i, name := range changed {
			if name != "ops" {
				changed[i] = "ACME " + name
			}
		}
		return changed
	}
	upper := func(_ int, groups []string) []string {
		return strings.Split(strings.ToUpper(strings.Join(groups, " ")), " ")
	}
	none := func(int, []string) []string { return nil }
	without := func(name string) func(int, []string) []string {
		return func(_ int, groups []string) []string {
			return slices.DeleteFunc(slices.Clone(groups), func(g string) bool {
				return g == name
			})
		}
	}
	for name, tt := range map[string]struct {
		n, changed int
		groups     [][]string
		change     func(int, []string) []string
		lost, held int
		tallies    string
	}{
		"half of the groups get a prefix": {
			26, 26, [][]string{{"dev", "ops"}, {"ops", "sre"}, {"ops"}}, prefixed, 2, 16,
			"connection_names_changed  waiting=16 standing=true lost=2",
		},
		"letter case changes": {
			26,
			26,
			[][]string{
				{"ops", "sre"},
				{"sre"},
			},
			upper,
			0,
			26,
			"connection_names_changed  waiting=26 standing=true lost=0",
		},
		"everybody gets an empty list": {
			26, 26, [][]string{{"dev"}, {"ops"}, {"sre"}}, none, 2, 24,
			"connection_names_changed  waiting=24 standing=true lost=2",
		},
		"one group is deleted, of five people": {
			26,
			5,
			[][]string{{"dev", "ops"}},
			without("dev"),
			5,
			0,
			"",
		},
		"the only group of five is deleted": {
			26,
			5,
			[][]string{{"dev"}},
			none,
			5,
			0,
			"",
		},
		"one group loses its people": {
			30, 30, [][]string{{"ops", "sre"}}, without("sre"), 20, 10,
			"group_share web/sre waiting=10 standing=true lost=20",
		},
		"one person moves": {
			26,
			1,
			[][]string{{"dev", "ops"}},
			func(int, []string) []string {
				return []string{"ops", "elsewhere"}
			},
			1,
			0,
			"",
		},
		"one person's names change": {
			26,
			1,
			[][]string{{"dev", "ops"}},
			func(int, []string) []string {
				return []string{"elsewhere"}
			},
			0,
			1,
			"matches_nothing  waiting=1 standing=false lost=0",
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				x := yesterday(w, tt.n, tt.groups...)
				held := x.today(x.people[:tt.changed], tt.change)
				if lost := x.lost(); len(lost) != tt.lost ||
					len(held) != tt.held ||
					x.tallies() != tt.tallies {
					w.Errorf(
						"lost by %d, want %d; held for %d, want %d; %q, want %q",
						len(lost), tt.lost, len(held), tt.held, x.tallies(),
						tt.tallies,
					)
				}
			})
		})
	}
}

// TestGivenBack: one decision gives back what people lost before it was noticed,
// and another lets it all happen.
func TestGivenBack(t *testing.T) {
	each(t, func(w *world) {
		x := yesterday(w, 30, []string{"ops", "sre"})
		without := func(int, []string) []string { return []string{"ops"} }
		x.today(x.people, without)
		done, err := w.db.DecideHeldSyncs(w.Context(), by, x.c.ID, sso.HeldDecision{
			Cause:   sso.HeldGroupShare,
			Restore: true,
		})
		w.ok(err)
		if done.Decided != 10 || done.Restored != 20 || len(x.lost()) != 0 {
			w.Errorf("got %+v, lost by %v", done, x.lost())
		}
		if held := x.today(x.people, without); len(held) != 30 || len(x.lost()) != 0 {
			w.Errorf("after the discard it is held for %d", len(held))
		}
		waiting, _, err := w.db.HeldSyncs(
			w.Context(), x.c.ID, sso.HeldFilter{State: sso.HeldWaiting},
			sso.Page{Limit: 200},
		)
		w.ok(err)
		done, err = w.db.DecideHeldSyncs(w.Context(), by, x.c.ID, sso.HeldDecision{
			Cause:   sso.HeldGroupShare,
			Approve: true,
			Through: waiting[9].ID,
		})
		w.ok(err)
		if done.Decided != 21 || len(x.lost()) != 21 {
			w.Errorf("those shown: %+v, lost by %d", done, len(x.lost()))
		}
		done, err = w.db.DecideHeldSyncs(w.Context(), by, x.c.ID, sso.HeldDecision{
			Cause:   sso.HeldGroupShare,
			Approve: true,
		})
		w.ok(err)
		if done.Decided != 9 || len(x.lost()) != 30 || x.tallies() != "" {
			w.Errorf("all: %+v, lost by %d, %s", done, len(x.lost()), x.tallies())
		}
		if held := x.today(x.people[:3], without); len(held) != 0 {
			w.Errorf("what was approved is held again for %v", held)
		}
	})
}

// TestBrakeAtOnce: of sign-ins at one moment none slips under the share.
func TestBrakeAtOnce(t *testing.T) {
	alone(t, func(w *world) {
		x := yesterday(w, 30, []string{"ops", "sre"})
		rules := groupsync.RulesOf(*x.c.conn.Live, false)
		var all sync.WaitGroup
		for i, name := range x.people {
			all.Go(func() {
				asserted := sso.AssertedGroups{
					State: sso.GroupsValues,
					Names: []string{"ops"},
				}
				now := w.clock.Now()
				attempt := sso.NewID[sso.AttemptID](now)
				_, _, err := w.db.RecordLogin(w.Context(), sso.SignIn{
					Identity: sso.Identity{
						Connection: x.c.conn.ID,
						Subject:    "id-" + name,
						Login:      name,
						Groups:     asserted,
					},
					Replay: sso.ReplayMark{
						Connection: x.c.conn.ID,
						ResponseID: fmt.Sprint(i),
						Until:      now.Add(time.Hour),
					},
					Attempt: sso.Attempt{
						ID:         attempt,
						Enterprise: x.c.ID,
						Connection: x.c.conn.ID,
						Outcome:    sso.OutcomeSucceeded,
						At:         now,
					},
					Session: sso.Session{
						ID:          sso.NewID[sso.SessionID](now),
						Token:       sso.NewSecret().Hash(),
						Enterprise:  x.c.ID,
						Connection:  x.c.conn.ID,
						Attempt:     attempt,
						CreatedAt:   now,
						LastSeenAt:  now,
						IdleTimeout: time.Hour,
						ExpiresAt:   now.Add(time.Hour),
					},
				}, func(f sso.SignInFacts) (v sso.Verdict, err error) {
					v.Memberships, err = groupsync.Plan(rules, asserted, f.Groups)
					return v, err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := x.tallies(); len(x.lost()) != 20 ||
			got != "group_share web/sre waiting=10 standing=true lost=20" {
			t.Errorf("lost by %d; %s", len(x.lost()), got)
		}
	})
}

// TestBrakeOff: an admin may want none of it, but for the last admin.
func TestBrakeOff(t *testing.T) {
	each(t, func(w *world) {
		w.edit(w.globex, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.Brake.Off = true
		})
		x := yesterday(w, 5, []string{"dev", "sre"}, []string{"ops"})
		if held := x.today(x.people, func(_ int, groups []string) []string {
			return objectIDs(groups)
		}); len(held) != 0 || len(x.lost()) != 5 {
			w.Errorf("held for %v, lost by %v", held, x.lost())
		}
	})
}

func addPerson(idp *demoidp.IdP, name string, groups []string) {
	idp.AddPerson(demoidp.Person{
		ID:        "id-" + name,
		Login:     name,
		Email:     name + "@globex.example",
		GivenName: name,
		Surname:   "X",
		Groups:    groups,
	})
}
