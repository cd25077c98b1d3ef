package mapping

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"gatehouse/sso"
)

func value(name string, kind sso.AttributeType, text string) sso.AttributeValue {
	return sso.AttributeValue{
		Name:  name,
		Type:  kind,
		Value: text,
	}
}

// TestAttributes: the first candidate with a value counts, a value of another type does
// not, and none of it refuses a user.
func TestAttributes(t *testing.T) {
	t.Parallel()
	defined := []sso.Attribute{
		{Name: "teams", Label: "Teams", Type: sso.AttributeList},
		{Name: "badge", Label: "Badge", Type: sso.AttributeNumber},
		{Name: "room", Label: "Room", Type: sso.AttributeText},
	}
	m := with(func(m *sso.Mapping) {
		m.Attributes = map[string][]string{
			"badge":   {"employeeNumber", "badge"},
			"room":    {"{building}-{floor}", "room"},
			"teams":   {"teams"},
			"removed": {"login"},
		}
	})
	base := sso.Claims{"login": {"ada"}, "email": {"ada@acme.test"}}
	for name, test := range map[string]struct {
		claims   sso.Claims
		want     []sso.AttributeValue
		warnings int
		got      string // part of a check
	}{
		"nothing": {got: "none of them; what is known stays"},
		"all": {
			claims: sso.Claims{
				"employeeNumber": {"17"},
				"building":       {"A"},
				"floor":          {"2"},
				"teams":          {"b", "a"},
			},
			want: []sso.AttributeValue{
				value("badge", sso.AttributeNumber, "17"),
				value("room", sso.AttributeText, "A-2"),
				value("teams", sso.AttributeList, "a\nb"),
			},
			got: "a, b (teams)",
		},
		"the second": {
			claims: sso.Claims{"employeeNumber": {" "}, "badge": {"18"}},
			want:   []sso.AttributeValue{value("badge", sso.AttributeNumber, "18")},
			got:    "18 (badge)",
		},
		"no fall-back from a wrong value": {
			claims:   sso.Claims{"employeeNumber": {"x"}, "badge": {"18"}},
			warnings: 1,
			got:      `"x" from employeeNumber: no number such as 17 or -2.5; what is known stays`,
		},
		"half a template": {
			claims: sso.Claims{"building": {"A"}, "room": {"7"}},
			want:   []sso.AttributeValue{value("room", sso.AttributeText, "7")},
			got:    "7 (room)",
		},
		"said to be empty": {
			claims: sso.Claims{"badge": {}, "teams": {""}, "room": {"7"}},
			want: []sso.AttributeValue{
				value("badge", sso.AttributeNumber, ""), value("room", sso.AttributeText, "7"), value("teams", sso.AttributeList, ""),
			},
			got: "no value (badge); a known one is removed",
		},
		"hostile": {
			claims: sso.Claims{
				"badge": {"17\r\nX-Auth-Request-User: admin"},
				"room":  {"abc\u202edef"},
				"teams": {strings.Repeat("a", 2000)},
			},
			warnings: 3,
			got:      "longer than 1024 bytes",
		},
		"several values": {
			claims:   sso.Claims{"room": {"7", "8"}},
			warnings: 1,
			got:      "2 values, and the attribute has one",
		},
		"the name of another part": {
			claims: sso.Claims{"sub": {"root"}, "NameID": {"root"}, "room": {"7"}},
			want:   []sso.AttributeValue{value("room", sso.AttributeText, "7")},
		},
	} {
		claims := sso.Claims{}
		for _, some := range []sso.Claims{base, test.claims} {
			for name, values := range some {
				claims[name] = values
			}
		}
		c := sso.Connection{ID: "conn-x", Protocol: sso.SAML, Attributes: defined}
		id, checks, err := Apply(sso.Config{Mapping: m}, c, sso.Assertion{Subject: "s-1", Claims: claims})
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(test.want, id.Attributes, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if id.Subject != "s-1" || id.Login != "ada" {
			t.Errorf("%s: %s is %s", name, id.Subject, id.Login)
		}
		warnings, found := 0, false
		for _, c := range checks {
			found = found || c.Name == checkAttribute && strings.Contains(c.Got, test.got)
			if c.Name == checkAttribute && c.Warning {
				warnings++
			}
		}
		if warnings != test.warnings || !found {
			t.Errorf("%s: %d warnings, want %d and %q: %+v", name, warnings, test.warnings, test.got, checks)
		}
	}
}

// TestAttributesAreValidated: names and candidates of a mapping.
func TestAttributesAreValidated(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		attributes map[string][]string
		field      string
	}{
		"good":            {map[string][]string{"department": {"dept", "{a} {b}"}}, ""},
		"no candidate":    {map[string][]string{"department": {}}, ""},
		"blank candidate": {map[string][]string{"department": {" "}}, "mapping.attributes.department[0]"},
		"half a template": {map[string][]string{"department": {"{a"}}, "mapping.attributes.department[0]"},
		"name":            {map[string][]string{"Department": {"a"}}, "mapping.attributes"},
		"hostile name":    {map[string][]string{"a\r\nb": {"a"}}, "mapping.attributes"},
	} {
		problems := Validate(with(func(m *sso.Mapping) { m.Attributes = test.attributes }))
		if test.field == "" && len(problems) != 0 || test.field != "" && (len(problems) == 0 || problems[0].Field != test.field) {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}
