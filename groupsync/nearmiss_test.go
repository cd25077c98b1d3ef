package groupsync_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gatehouse/groupsync"
	"gatehouse/sso"
)

func TestNearMisses(t *testing.T) {
	t.Parallel()
	groups := world(
		"web/Members", "web/sre", "web/On call", "app/Members", "app/Sre",
		"app/office", "data/Members", "data/HR", "data/straße",
	)
	for asserted, want := range map[string][]string{
		"SRE":            {"app/Sre case", "web/sre case"},
		" sre":           {"app/Sre case", "web/sre space"},
		"On  call\u00a0": {"web/On call space"},
		"ѕrе":            {"app/Sre look-alike", "web/sre look-alike"}, // Cyrillic s and e
		"oﬃce":           {"app/office look-alike"},
		"ＨＲ":             {"data/HR look-alike"},
		"НR":             {"data/HR look-alike"}, // Cyrillic En, which is drawn as H
		"s\u200bre":      {"app/Sre look-alike", "web/sre invisible"},
		"STRASSE":        {"data/straße case"},
		"Members": {
			"app/Members default", "data/Members default", "web/Members default",
		},
		"members": {"app/Members case", "data/Members case", "web/Members case"},
		"sres":    nil,
		"":        nil,
		" ":       nil,
		"\xff":    nil,
		"\ufffd":  nil,
	} {
		var got []string
		for _, m := range groupsync.NearMisses(
			[]string{asserted}, groups,
			map[sso.OrganizationID]string{
				"web":  "web",
				"app":  "app",
				"data": "data",
			},
		) {
			if m.Asserted != asserted ||
				string(m.Group) != m.OrganizationName+"/"+m.Name {
				t.Errorf("%q: %+v", asserted, m)
			}
			got = append(got, fmt.Sprint(m.Group, " ", m.Why))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", asserted, diff)
		}
	}
}

// TestNearMissesOfIDPNames: what is nearly an IdP name is nearly the group, and is
// said once of each.
func TestNearMissesOfIDPNames(t *testing.T) {
	t.Parallel()
	groups := world("web/Members", "web/sre", "web/dev")
	groups[1].IDPNames = []string{"SRE team", "sre Team", "CN=SRE"}
	for asserted, want := range map[string][]string{
		"sre team": {"web/sre case"},
		"cn=sre":   {"web/sre case"},
		" CN=SRE":  {"web/sre space"},
		"SRE team": nil,
		"SRE":      {"web/sre case"},
	} {
		var got []string
		for _, m := range groupsync.NearMisses([]string{asserted}, groups, nil) {
			got = append(got, fmt.Sprint(m.Organization, "/", m.Name, " ", m.Why))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", asserted, diff)
		}
	}
}

// TestNearMissesInside: a value that contains the name of a group is nearly it,
// and says what it is.
func TestNearMissesInside(t *testing.T) {
	t.Parallel()
	groups := world("web/Members", "web/sre", "web/On call", "web/Sales, EMEA")
	for asserted, want := range map[string][]string{
		"CN=sre,OU=Groups,DC=acme":          {"web/sre cn"},
		`CN=Sales\, EMEA,OU=Groups`:         {"web/Sales, EMEA cn"},
		`CN="On call",DC=acme`:              {"web/On call cn"},
		"OU=sre,DC=acme":                    nil,
		"/sre":                              {"web/sre path"},
		"/acme/teams/On call":               {"web/On call path"},
		"acme/SRE/":                         {"web/sre path"},
		`ACME\sre`:                          {"web/sre domain"},
		`acme.example\On call`:              {"web/On call domain"},
		"sre@acme.example":                  {"web/sre domain"},
		"sre@acme":                          nil,
		`["sre","On call"]`:                 {"web/On call brackets", "web/sre brackets"},
		`{"sre":{"acme":"acme.example"}}`:   {"web/sre brackets"},
		"[sre, ops]":                        {"web/sre brackets"},
		"(sre)":                             {"web/sre brackets"},
		"sre;ops":                           {"web/sre piece"},
		"ops|On call":                       {"web/On call piece"},
		"ops, sre":                          {"web/sre piece"},
		"sre ops":                           {"web/sre piece"},
		"Members;x":                         nil,
		"CN=Members,DC=acme":                nil,
		"6731de76-14a6-49ae-97bc-6eba69143": nil,
		"presre":                            nil,
	} {
		var got []string
		for _, m := range groupsync.NearMisses([]string{asserted}, groups, nil) {
			got = append(got, fmt.Sprint(m.Group, " ", m.Why))
			if m.Why.Explanation() == "" ||
				m.Acceptable() != (m.Why.Remedy() != sso.RemedyDelimiter &&
					m.Why.Remedy() != sso.RemedyNone) {
				t.Errorf("%q: %+v", asserted, m)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", asserted, diff)
		}
	}
}

// TestObjectIDsAreNearMisses: an object ID is a near miss of no group, whether or
// not there are groups, until it is an IdP name.
func TestObjectIDsAreNearMisses(t *testing.T) {
	t.Parallel()
	const id = "6731de76-14a6-49ae-97bc-6eba6914391e"
	groups := world("web/Members", "web/sre")
	named := world("web/sre")
	named[0].IDPNames = []string{id}
	for _, c := range []struct {
		name      string
		unmatched []string
		groups    []sso.Group
		want      []string
	}{
		{"lower case", []string{id}, groups, []string{id + " object-id"}},
		{
			"upper case",
			[]string{strings.ToUpper(id)},
			groups,
			[]string{strings.ToUpper(id) + " object-id"},
		},
		{"no groups at all", []string{id}, nil, []string{id + " object-id"}},
		{
			"beside a name",
			[]string{id, "SRE"},
			groups,
			[]string{id + " object-id", "SRE case"},
		},
		{
			"in other case than the IdP name",
			[]string{strings.ToUpper(id)},
			named,
			[]string{strings.ToUpper(id) + " case"},
		},
		{"cut off", []string{id[:35], "x" + id}, groups, nil},
	} {
		var got []string
		for _, m := range groupsync.NearMisses(c.unmatched, c.groups, nil) {
			got = append(got, m.Asserted+" "+string(m.Why))
			if m.Why == sso.IsObjectID &&
				(m.Group != "" ||
					m.Acceptable() ||
					!strings.Contains(m.Why.Explanation(), "IdP name")) {
				t.Errorf("%s: %+v", c.name, m)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", c.name, diff)
		}
	}
	many := make([]string, 300)
	for i := range many {
		many[i] = fmt.Sprintf("%08x-14a6-49ae-97bc-6eba6914391e", i)
	}
	if got := len(groupsync.NearMisses(many, groups, nil)); got != 50 {
		t.Errorf("of 300 object IDs %d are near misses", got)
	}
}
