package identity_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

func TestMoveKey(t *testing.T) {
	t.Parallel()
	same := func(by sso.MoveBy, values ...string) {
		t.Helper()
		for _, v := range values[1:] {
			if a, b := identity.MoveKey(by, values[0]), identity.MoveKey(by, v); a != b || a == "" {
				t.Errorf("%s: %q is %q and %q is %q; want one key", by, values[0], a, v, b)
			}
		}
	}
	differ := func(by sso.MoveBy, a, b string) {
		t.Helper()
		if k := identity.MoveKey(by, a); k == identity.MoveKey(by, b) && k != "" {
			t.Errorf("%s: %q and %q have one key", by, a, b)
		}
	}
	same(sso.MoveByLogin, "ada@acme.test", "ADA@Acme.Test", " ada@acme.test ", "ａda@acme.test")
	same(sso.MoveByEmail, "ada@acme.test", "Ada@ACME.test", "ada@acme.test ")
	same(sso.MoveByEmail, "ada@bücher.example", "ada@xn--bcher-kva.example")
	differ(sso.MoveByEmail, "ada@acme.test", "ada+x@acme.test")
	same(sso.MoveByExternalID, "E-17", " E-17")
	differ(sso.MoveByExternalID, "E-17", "e-17")
	differ(sso.MoveByAttribute+"number", "17", "0017")
	same(sso.MoveByAttribute+"number", strings.Repeat("7", 5000), strings.Repeat("7", 5000))
	differ(sso.MoveByAttribute+"number", strings.Repeat("7", 5000), strings.Repeat("7", 5001))
	if a, b := identity.MoveKey(sso.MoveByLogin, "17"), identity.MoveKey(sso.MoveByExternalID, "17"); a == b {
		t.Errorf("a login and an externalId have one key: %q", a)
	}
	for _, value := range []string{"", " ", "ada", "jürgen@acme.test", "ada@ac\u212ae.test", "a@b@acme.test"} {
		if key := identity.MoveKey(sso.MoveByEmail, value); key != "" {
			t.Errorf("the address %q has the key %q", value, key)
		}
	}
	if key := identity.MoveKey(sso.MoveByLogin, "  "); key != "" {
		t.Errorf("a blank login has the key %q", key)
	}
}

func TestMoveKeysOfClaims(t *testing.T) {
	t.Parallel()
	keys := identity.MoveKeys(sso.Identity{
		Login:   "Ada",
		Subject: "00u1",
		Claims:  sso.Claims{"number": {"17"}, "groups": {"a", "b"}, "empty": {}, "blank": {""}},
	})
	want := []string{"login=ada", "external_id=00u1", "attribute:number=17"}
	if diff := cmp.Diff(want, keys); diff != "" {
		t.Error(diff)
	}
}

func TestPlanMove(t *testing.T) {
	t.Parallel()
	active := func(id sso.UserID, key string) identity.MovePerson {
		return identity.MovePerson{
			User:   id,
			Key:    key,
			Status: sso.UserActive,
		}
	}
	gone := func(id sso.UserID, key string) identity.MovePerson {
		p := active(id, key)
		p.Status = sso.UserDeactivated
		return p
	}
	type (
		person = identity.MovePerson
		people = []identity.MovePerson
	)
	with := func(p person, change func(*person)) person {
		change(&p)
		return p
	}
	pending := func(p *person) { p.Status = sso.UserPending }
	admin := func(p *person) { p.Admin = true }
	operator := func(p *person) { p.Admin, p.Operator = true, true }
	outdated := func(p *person) { p.Outdated = true }
	there := func(p *person) { p.There, p.Admin = true, true }
	taken := func(p *person) { p.Taken = "x" }
	atTarget := func(p *person) { p.AtTarget = "x" }
	for name, c := range map[string]struct {
		people people
		want   string // state, reason and other of each
	}{
		"matched":            {people{active("a", "k"), active("b", "l")}, "waiting waiting"},
		"pending":            {people{with(active("a", "k"), pending)}, "waiting"},
		"no value":           {people{active("a", ""), active("b", "")}, "unmatched/no_value unmatched/no_value"},
		"twice":              {people{active("a", "k"), active("b", "k")}, "held/twice/b held/twice/a"},
		"three times":        {people{active("a", "k"), active("b", "k"), active("c", "k")}, "held/twice/b held/twice/a held/twice/a"},
		"leaver":             {people{gone("a", "k")}, "blocked/deactivated"},
		"leaver's successor": {people{gone("a", "k"), active("b", "k")}, "unmatched/deactivated/b waiting"},
		"two leavers":        {people{gone("a", "k"), gone("b", "k")}, "blocked/deactivated blocked/deactivated"},
		"leaver elsewhere":   {people{with(gone("a", "k"), taken)}, "unmatched/deactivated/x"},
		"there":              {people{with(active("a", "k"), there)}, "there"},
		"account there":      {people{with(active("a", "k"), atTarget)}, "held/at_target/x"},
		"taken":              {people{with(active("a", "k"), taken)}, "held/taken/x"},
		"admin":              {people{with(active("a", "k"), admin)}, "held/admin"},
		"outdated":           {people{with(active("a", "k"), outdated)}, "held/outdated"},
		"operator":           {people{with(active("a", "k"), operator)}, "held/operator"},
		"admin twice":        {people{with(active("a", "k"), admin), active("b", "k")}, "held/twice/b held/twice/a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, e := range identity.PlanMove(c.people) {
				text := strings.TrimRight(string(e.State)+"/"+string(e.Why)+"/"+string(e.Other), "/")
				got = append(got, text)
			}
			if diff := cmp.Diff(c.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestFindMoved(t *testing.T) {
	t.Parallel()
	expected := func(id sso.UserID, changes ...func(*identity.ExpectedMove)) identity.ExpectedMove {
		x := identity.ExpectedMove{
			Entry: sso.MoveEntry{
				User:  id,
				Key:   "email=ada@acme.test",
				State: sso.MoveWaiting,
			},
			User: sso.User{
				ID:     id,
				Email:  "Ada@acme.test",
				Status: sso.UserActive,
			},
		}
		for _, change := range changes {
			change(&x)
		}
		return x
	}
	state := func(s sso.MoveEntryState) func(*identity.ExpectedMove) {
		return func(x *identity.ExpectedMove) { x.Entry.State = s }
	}
	admin := func(x *identity.ExpectedMove) { x.Admin = true }
	bound := func(x *identity.ExpectedMove) { x.Bound = true }
	decided := func(x *identity.ExpectedMove) { x.Entry.DecidedBy = "adm-1" }
	renamed := func(x *identity.ExpectedMove) { x.User.Email = "king@acme.test" }
	left := func(x *identity.ExpectedMove) { x.User.Status = sso.UserDeactivated }
	replaced := func(x *identity.ExpectedMove) { x.Replaced = true }
	used := func(x *identity.ExpectedMove) { x.Entry.State, x.Bound = sso.MoveUsed, true }
	called := func(name string) func(*identity.ExpectedMove) {
		return func(x *identity.ExpectedMove) { x.Entry.State, x.User.Name = sso.MoveHeld, name }
	}
	for name, c := range map[string]struct {
		all          []identity.ExpectedMove
		found, doubt sso.UserID
	}{
		"no entry":                  {nil, "", ""},
		"the user":                  {[]identity.ExpectedMove{expected("a")}, "a", ""},
		"by two attributes":         {[]identity.ExpectedMove{expected("a"), expected("a")}, "a", ""},
		"held":                      {[]identity.ExpectedMove{expected("a", state(sso.MoveHeld))}, "", "a"},
		"used":                      {[]identity.ExpectedMove{expected("a", state(sso.MoveUsed))}, "", "a"},
		"bound":                     {[]identity.ExpectedMove{expected("a", bound)}, "", "a"},
		"an admin by now":           {[]identity.ExpectedMove{expected("a", admin)}, "", "a"},
		"a decided admin":           {[]identity.ExpectedMove{expected("a", admin, decided)}, "a", ""},
		"another address by now":    {[]identity.ExpectedMove{expected("a", renamed)}, "", "a"},
		"used, another address":     {[]identity.ExpectedMove{expected("a", renamed, state(sso.MoveUsed))}, "", ""},
		"deactivated":               {[]identity.ExpectedMove{expected("a", left)}, "a", ""},
		"blocked":                   {[]identity.ExpectedMove{expected("a", left, state(sso.MoveBlocked))}, "a", ""},
		"deactivated admin":         {[]identity.ExpectedMove{expected("a", left, admin)}, "a", ""},
		"deactivated and replaced":  {[]identity.ExpectedMove{expected("a", left, replaced)}, "", ""},
		"deactivated, then another": {[]identity.ExpectedMove{expected("a", left, replaced), expected("b")}, "b", ""},
		"two users":                 {[]identity.ExpectedMove{expected("a"), expected("b")}, "", "a"},
		"one of two decided":        {[]identity.ExpectedMove{expected("a", state(sso.MoveHeld)), expected("b", decided)}, "b", ""},
		"both of two decided":       {[]identity.ExpectedMove{expected("a", decided), expected("b", decided)}, "", "a"},
		"certain, and one held":     {[]identity.ExpectedMove{expected("a", state(sso.MoveHeld)), expected("b")}, "", "a"},
		"decided, but has come":     {[]identity.ExpectedMove{expected("a", decided, bound, state(sso.MoveUsed))}, "", "a"},
		"the other has come":        {[]identity.ExpectedMove{expected("a", used), expected("b", state(sso.MoveHeld))}, "", "b"},
		"both have come":            {[]identity.ExpectedMove{expected("a", used), expected("b", used)}, "", "a"},
		"held, by name":             {[]identity.ExpectedMove{expected("a", called("Bob")), expected("b", called("ADA King"))}, "", "b"},
		"come, by name": {
			[]identity.ExpectedMove{expected("a", called("Ada King"), used), expected("b", called("Bob"))},
			"", "b",
		},
		"decided, and changed since": {[]identity.ExpectedMove{expected("a", decided, renamed)}, "", "a"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, doubt := identity.FindMoved(c.all, "Ada King")
			if found.User != c.found || doubt.User != c.doubt {
				t.Errorf("found %q, doubt %q; want %q and %q", found.User, doubt.User, c.found, c.doubt)
			}
		})
	}
}

// TestMovedAreFoundFirst: a move comes after what is bound, and before anything that is
// guessed from names.
func TestMovedAreFoundFirst(t *testing.T) {
	t.Parallel()
	if ladder := identity.SignInLadder(); !slices.Equal(ladder[:3], []identity.Key{identity.Subject, identity.Linked, identity.Moved}) {
		t.Errorf("the ladder is %v", ladder)
	}
}

// TestDoubtWaits: who may be the user of a move waits, and an active account goes on
// meanwhile.
func TestDoubtWaits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		before sso.User
		want   identity.Outcome
	}{
		"newcomer": {sso.User{}, identity.Held},
		"waiting":  {sso.User{ID: "user-b", Status: sso.UserPending}, identity.Held},
		"active":   {sso.User{ID: "user-b", Status: sso.UserActive, Login: "b"}, identity.Existing},
		"gone":     {sso.User{ID: "user-b", Status: sso.UserDeactivated}, identity.Refused},
	} {
		r := identity.Resolve(identity.Facts{
			Identity: sso.Identity{Login: "b"},
			Before:   c.before,
			Doubt:    "user-a",
		})
		if r.Outcome != c.want || r.Outcome != identity.Refused && r.Claim.Holder != "user-a" {
			t.Errorf("%s: %+v; want %s", name, r, c.want)
		}
	}
}
