package groupsync

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
)

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"engineering":            true,
		"Zürich":                 true,
		"研发":                     true,
		"a b":                    true,
		strings.Repeat("a", 255): true,
		"Kelvin K":               true,
		"Zu\u0308rich":           false,
		"\u212bngstrom":          false,
		"":                       false,
		" a":                     false,
		"a ":                     false,
		"a\u200bb":               false,
		"a\u202eb":               false,
		"a\x00b":                 false,
		"a\nb":                   false,
		"\xff":                   false,
		"Z\ufffdrich":            false,
		strings.Repeat("a", 256): false,
	} {
		if got := CheckName("name", name); (len(got) == 0) != ok {
			t.Errorf("%q: %v", name, got)
		}
	}
}

func TestCleanIDPNames(t *testing.T) {
	t.Parallel()
	many := make([]string, sso.MaxIDPNames+1)
	for i := range many {
		many[i] = fmt.Sprint("name ", i)
	}
	for name, c := range map[string]struct{ given, want, fields []string }{
		"sorted, each once": {[]string{"b", "a", "b"}, []string{"a", "b"}, nil},
		"its own name":      {[]string{"sre", "x"}, []string{"x"}, nil},
		"space": {
			[]string{" a\u00a0", "\u200ba\ufeff", "a"},
			[]string{"a"},
			nil,
		},
		"composed": {[]string{"e\u0301"}, []string{"\u00e9"}, nil},
		"a DN": {
			[]string{"CN=SRE,OU=Groups,DC=acme"},
			[]string{"CN=SRE,OU=Groups,DC=acme"},
			nil,
		},
		"none": {nil, nil, nil},
		"blank": {
			[]string{"a", " "},
			[]string{"a"},
			[]string{"idp_names[1]"},
		},
		"a line break": {[]string{"a\nb"}, nil, []string{"idp_names[0]"}},
		"invisible":    {[]string{"a\u200bb"}, nil, []string{"idp_names[0]"}},
		"too long": {
			[]string{strings.Repeat("x", 256)},
			nil,
			[]string{"idp_names[0]"},
		},
		"of a default group": {[]string{"Members"}, nil, []string{"idp_names[0]"}},
		"not UTF-8":          {[]string{"\xff"}, nil, []string{"idp_names[0]"}},
		"too many":           {many, nil, []string{"idp_names"}},
	} {
		got, problems := CleanIDPNames("sre", c.given)
		var fields []string
		for _, p := range problems {
			fields = append(fields, p.Field)
		}
		if !slices.Equal(fields, c.fields) ||
			name != "too many" && !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, %q; want %q, %q", name, got, fields, c.want, c.fields)
		}
	}
}
