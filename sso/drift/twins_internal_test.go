package drift

import (
	"reflect"
	"testing"

	"gatehouse/sso"
)

// TestTwins: names that differ in letter case only are found where the identity
// provider has both.
func TestTwins(t *testing.T) {
	t.Parallel()
	group := func(id sso.GroupID, name string, others ...string) sso.Group {
		return sso.Group{
			ID:       id,
			Name:     name,
			IDPNames: others,
		}
	}
	asserted := map[sso.GroupID]sso.ExpectedMembers{"grp-1": {Asserted: 3}}
	for name, c := range map[string]struct {
		groups  []sso.Group
		members map[sso.GroupID]sso.ExpectedMembers
		pushed  string
		want    [][]string
	}{
		"two here, one pushed": {
			groups: []sso.Group{group("grp-1", "staff"), group("grp-2", "Staff")},
			pushed: "Staff",
			want:   [][]string{{"Staff", "staff"}},
		},
		"two here, one asserted": {
			groups:  []sso.Group{group("grp-1", "staff"), group("grp-2", "Staff")},
			members: asserted,
			want:    [][]string{{"Staff", "staff"}},
		},
		"two here, of no interest": {groups: []sso.Group{group("grp-1", "staff"), group("grp-2", "Staff")}},
		"one asserted, one pushed": {
			groups:  []sso.Group{group("grp-1", "staff")},
			members: asserted,
			pushed:  "Staff",
			want:    [][]string{{"Staff", "staff"}},
		},
		"one under two names": {groups: []sso.Group{group("grp-1", "staff")}, pushed: "Staff"},
		"one that has both names": {
			groups:  []sso.Group{group("grp-1", "staff", "Staff")},
			members: asserted,
			pushed:  "Staff",
		},
		"one name in two organizations": {
			groups:  []sso.Group{group("grp-1", "staff"), group("grp-2", "staff")},
			members: asserted,
			pushed:  "staff",
		},
	} {
		found := sso.MembershipReport{
			Groups:  c.groups,
			Members: c.members,
		}
		if c.pushed != "" {
			found.Pushed = []sso.ProvisioningGroupState{{Group: sso.ProvisionedGroup{DisplayName: c.pushed}}}
		}
		if got := twins(found); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: want %q, got %q", name, c.want, got)
		}
	}
}
