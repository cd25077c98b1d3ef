package demo

import (
	"slices"
	"strconv"
	"testing"

	"gatehouse/sso"
)

func member(org, group string, source sso.MembershipSource) sso.UserMembership {
	return sso.UserMembership{
		Membership: sso.Membership{Source: source},
		Group: sso.Group{
			ID:      sso.GroupID(org + "/" + group),
			Name:    group,
			Default: source == sso.SourceDefault,
		},
		Organization: sso.Organization{Name: org},
	}
}

func TestViewMemberships(t *testing.T) {
	last := sso.SyncRecord{Added: []sso.GroupChange{{Group: "Web/leads"}}}
	got := viewMemberships([]sso.UserMembership{
		member("Web", sso.DefaultGroupName, sso.SourceDefault),
		member("Web", "leads", sso.SourceJIT),
		member("Web", "Zoo", sso.SourceManual),
		member("Data", "admins", sso.SourceJIT),
	}, last)
	var flat []string
	for _, org := range got {
		for _, g := range org.Groups {
			text := org.Name + "/" + g.Name
			if g.New {
				text += "*"
			}
			flat = append(flat, text)
		}
	}
	if want := []string{"Data/admins", "Web/Zoo", "Web/leads*", "Web/Members"}; !slices.Equal(flat, want) {
		t.Errorf("got %q, want %q", flat, want)
	}
}

// TestSourceInWords tests that no source is shown as its stored value.
func TestSourceInWords(t *testing.T) {
	for source, want := range map[sso.MembershipSource]string{
		sso.SourceJIT:        "from your identity provider",
		sso.SourceSCIM:       "provisioned by your identity provider",
		sso.SourceManual:     "added by hand",
		sso.SourceConnection: "default group of the connection",
		sso.SourceDefault:    "everyone in the organization",
	} {
		if got := sourceInWords(source); got != want {
			t.Errorf("%s is %q, want %q", source, got, want)
		}
	}
}

func TestNearMissesInWords(t *testing.T) {
	near := func(why sso.Nearness, organization sso.OrganizationID) sso.NearMiss {
		return sso.NearMiss{
			Asserted:     "Developers",
			Name:         "developers",
			Organization: organization,
			Why:          why,
		}
	}
	v := viewSync(sso.SyncRecord{NearMisses: []sso.NearMiss{
		near(sso.DiffersInCase, "org-1"), near(sso.DiffersInCase, "org-2"),
		near(sso.DiffersInSpace, "org-1"),
		near(sso.DiffersInLookAlike, "org-1"), near(sso.IsDefaultGroup, "org-1"),
	}}, nil)
	want := []string{
		"Developers is nearly developers: some characters only look the same",
		"Developers is nearly developers: spaces differ",
		"Developers is nearly developers: upper and lower case differ",
		"Developers is what everyone’s group is called: no one is put there by name",
	}
	if !slices.Equal(v.Near, want) {
		t.Errorf("got %q, want %q", v.Near, want)
	}
}

func TestViewSyncShortensLongLists(t *testing.T) {
	var names []string
	for i := range 300 {
		names = append(names, strconv.Itoa(i))
	}
	v := viewSync(
		sso.SyncRecord{
			Asserted: sso.AssertedGroups{
				State: sso.GroupsValues,
				Names: names,
			},
			Matched:   []string{"299"},
			Unmatched: names[:maxNames],
			Added: []sso.GroupChange{{
				Group:            "Web/leads",
				Name:             "leads",
				OrganizationName: "Web",
			}},
		},
		[]sso.UserMembership{
			member("Web", "leads", sso.SourceJIT),
			member("Web", "staff", sso.SourceManual),
			member("Web", sso.DefaultGroupName, sso.SourceDefault),
		},
	)
	if len(v.Names) != maxNames ||
		v.More != 300-maxNames ||
		len(v.Unmatched) != maxNames ||
		v.MoreUn != 0 {
		t.Errorf(
			"%d names and %d more, %d unmatched and %d more", len(v.Names), v.More,
			len(v.Unmatched), v.MoreUn,
		)
	}
	if v.Names[0] != "299" || v.Names[1] != "0" {
		t.Errorf("the names begin with %q", v.Names[:2])
	}
	if !slices.Equal(v.Added, []string{"Web / leads"}) ||
		!slices.Equal(v.Kept, []string{"Web / staff"}) {
		t.Errorf("added %q, kept %q", v.Added, v.Kept)
	}
}
