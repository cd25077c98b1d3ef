package groupsync_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

// past returns a membership of a user in a group.
func past(user sso.UserID, group sso.GroupID) sso.PastMembership {
	return sso.PastMembership{
		User:   user,
		Group:  sso.GroupChange{Group: group},
		Source: sso.SourceJIT,
	}
}

func TestCheckMoment(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		at   time.Time
		want string
	}{
		{"when the history begins", day(3), ""},
		{"now", day(9), ""},
		{"before the history", day(3).Add(-time.Microsecond), "moment_not_known"},
		{"in the future", day(9).Add(time.Microsecond), "moment_not_known"},
	} {
		if got := sso.CodeOf(groupsync.CheckMoment(c.at, day(3), day(9))); got != c.want {
			t.Errorf("%s: got %q; want %q", c.name, got, c.want)
		}
	}
}

func TestRestoreUser(t *testing.T) {
	t.Parallel()
	inDefault := past("u", "everyone")
	inDefault.Default = true
	type list = []sso.PastMembership
	kept := past("u", "kept")
	lost := past("u", "lost")
	gone := past("u", "gone")
	joined := past("u", "joined")
	existing := []sso.GroupID{"kept", "lost", "joined", "everyone"}
	for _, c := range []struct {
		name      string
		then, now list
		want      sso.Restoration
	}{
		{
			"nothing changed",
			list{kept, inDefault},
			list{kept, inDefault},
			sso.Restoration{},
		},
		{"left a group", list{kept, lost}, list{kept}, sso.Restoration{Add: list{lost}}},
		{
			"joined a group",
			list{kept},
			list{kept, joined},
			sso.Restoration{Remove: list{joined}},
		},
		{"the group was deleted", list{gone}, nil, sso.Restoration{Gone: list{gone}}},
		{"default groups follow", list{inDefault}, nil, sso.Restoration{}},
		{"default groups follow when joining", nil, list{inDefault}, sso.Restoration{}},
		{
			"all at once",
			list{lost, gone, kept},
			list{kept, joined},
			sso.Restoration{
				Add:    list{lost},
				Remove: list{joined},
				Gone:   list{gone},
			},
		},
	} {
		if diff := cmp.Diff(c.want, groupsync.RestoreUser(c.then, c.now, existing)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestRestoreGroup(t *testing.T) {
	t.Parallel()
	type list = []sso.PastMembership
	stays, left, joined := past("stays", "g"), past("left", "g"), past("joined", "g")
	again := stays
	again.From = day(2)
	want := sso.Restoration{
		Add:     list{left},
		Remove:  list{joined},
		Members: 2,
	}
	if diff := cmp.Diff(want, groupsync.RestoreGroup(list{stays, left}, list{again, joined})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestReconcileGroupDoesWhatIsDecided(t *testing.T) {
	t.Parallel()
	d := sso.GroupDrift{
		Group: sso.Group{
			ID:           "g",
			Name:         "builders",
			Organization: "o",
		},
		Actual: 3,
		Drifting: []sso.DriftingUser{
			{User: sso.User{ID: "missing"}},
			{
				User: sso.User{ID: "extra"},
				Membership: &sso.Membership{
					Source: sso.SourceManual,
					Since:  day(4),
					Cause:  "att-1",
				},
			},
			{User: sso.User{ID: "uncertain"}},
		},
	}
	got := groupsync.ReconcileGroup(d, func(x sso.DriftingUser) (add, remove bool) {
		return x.User.ID == "missing", x.User.ID == "extra"
	})
	group := sso.GroupChange{
		Group:        "g",
		Name:         "builders",
		Organization: "o",
	}
	want := sso.Restoration{
		Members: 3,
		Add: []sso.PastMembership{{
			Group:  group,
			User:   "missing",
			Source: sso.SourceJIT,
		}},
		Remove: []sso.PastMembership{{
			Group:  group,
			User:   "extra",
			Source: sso.SourceManual,
			From:   day(4),
			Cause:  "att-1",
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
