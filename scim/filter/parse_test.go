package filter

import (
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`userName eq "bjensen"`:                    `userName eq "bjensen"`,
		`USERNAME Eq "bjensen"`:                    `USERNAME eq "bjensen"`,
		`  userName   eq   "bjensen"  `:            `userName eq "bjensen"`,
		`name.familyName co "O'Malley"`:            `name.familyName co "O'Malley"`,
		`title pr`:                                 `title pr`,
		`title PR`:                                 `title pr`,
		`active eq True`:                           `active eq true`,
		`nickName eq null`:                         `nickName eq null`,
		`n gt -1.5e3`:                              `n gt -1500`,
		`displayName eq "a \"b\" \u00e9 é"`:        `displayName eq "a \"b\" é é"`,
		`title pr and userType eq "Employee"`:      `title pr and userType eq "Employee"`,
		`a pr or b pr and c pr`:                    `a pr or b pr and c pr`,
		`(a pr or b pr) and c pr`:                  `(a pr or b pr) and c pr`,
		`a pr and (b pr and c pr)`:                 `a pr and (b pr and c pr)`,
		`not (a pr)`:                               `not (a pr)`,
		`not(a pr)`:                                `not (a pr)`,
		`not (a pr or b pr) and c pr`:              `not (a pr or b pr) and c pr`,
		`((a pr))`:                                 `a pr`,
		`emails[type eq "work" and value co "@x"]`: `emails[type eq "work" and value co "@x"]`,
		`emails[type eq "work"].value eq "x"`:      `emails[type eq "work" and value eq "x"]`,
		`emails[type eq "work" or primary eq true].value pr`:       `emails[(type eq "work" or primary eq true) and value pr]`,
		`emails[type eq "a" and primary pr].value eq "x"`:          `emails[type eq "a" and primary pr and value eq "x"]`,
		`members[value eq "1"] and displayName eq "x"`:             `members[value eq "1"] and displayName eq "x"`,
		`urn:a:b:2.0:User:department eq "x"`:                       `urn:a:b:2.0:User:department eq "x"`,
		`urn:a:b:2.0:User:manager.value eq "x"`:                    `urn:a:b:2.0:User:manager.value eq "x"`,
		`meta.lastModified ge "2011-05-13T04:42:34Z"`:              `meta.lastModified ge "2011-05-13T04:42:34Z"`,
		`manager.$ref eq "x"`:                                      `manager.$ref eq "x"`,
		`id eq "g" and members eq "u"`:                             `id eq "g" and members eq "u"`,
		`userName eq "a)b(c[d]e"`:                                  `userName eq "a)b(c[d]e"`,
		strings.Repeat("(", 32) + "a pr" + strings.Repeat(")", 32): `a pr`,
	} {
		e, err := Parse(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got := e.String(); got != want {
			t.Errorf("%s was read as %s, want %s", in, got, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		``:                        `character 1, its end: the name of an attribute is expected`,
		`userName`:                `character 9, its end: an operator is expected`,
		`userName is "x"`:         `character 10 near "is \"x\"": an operator is expected`,
		`userName eq`:             `character 12, its end: a value is expected`,
		`userName eq bjensen`:     `character 13 near "bjensen": a value is expected`,
		`userName eq +1`:          `near "+1": a value is expected`,
		`userName eq 1e999`:       `a value is expected`,
		`userName eq "x`:          `character 13 near "\"x": the string has no closing quotation mark`,
		`userName eq "x\`:         `no closing quotation mark`,
		`userName eq "\q"`:        `is not a JSON string`,
		"userName eq \"\xff\"":    `is not a JSON string`,
		`éé eq "x" and 1x eq "y"`: `character 1 near "éé eq`,
		`a pr and 1x pr`:          `character 10 near "1x pr"`,
		`a pr b pr`:               `character 6 near "b pr": an operator (and, or) or the end`,
		`a pr and`:                `its end: the name of an attribute`,
		`not a pr`:                `not is followed by parentheses`,
		`(a pr`:                   `a closing parenthesis is expected`,
		`a pr)`:                   `near ")"`,
		`emails[type eq "x"`:      `a closing bracket is expected`,
		`emails[type eq "x")`:     `a closing bracket is expected`,
		`emails[]`:                `near "]"`,
		`emails.type[value pr]`:   `a sub-attribute has no elements`,
		`emails[value pr].`:       `the name of a sub-attribute`,
		`emails[value pr].type`:   `an operator is expected`,
		`a..b pr`:                 `not the name of an attribute`,
		`a.b.c pr`:                `not the name of an attribute`,
		`x:a pr`:                  `not the name of an attribute`,
		`urn: pr`:                 `not the name of an attribute`,
		`"a" eq "b"`:              `the name of an attribute is expected`,
		`a eq "x" ; drop table`:   `near "; drop table"`,
		strings.Repeat("(", 33) + "a pr" +
			strings.Repeat(")", 33): `more than 32 parentheses`,
		`a eq "` + strings.Repeat("x", maxLength) +
			`"`: `the limit is 4096`,
	} {
		e, err := Parse(in)
		if err == nil {
			t.Errorf("%q was read as %s", in, e)
			continue
		}
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", in, err, want)
		}
	}
}

func TestParseTarget(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]Target{
		`members`:         {Path: Path{Name: "members"}},
		`name.familyName`: {Path: Path{Name: "name", Sub: "familyName"}},
		`urn:a:2.0:User:department`: {Path: Path{
			URN:  "urn:a:2.0:User",
			Name: "department",
		}},
		`emails[type eq "work"]`: {
			Path:   Path{Name: "emails"},
			Filter: equal("type", "work"),
		},
		`emails[type eq "work"].value`: {
			Path:   Path{Name: "emails", Sub: "value"},
			Filter: equal("type", "work"),
		},
		`roles[primary eq "True"].value`: {
			Path:   Path{Name: "roles", Sub: "value"},
			Filter: equal("primary", "True"),
		},
	} {
		got, err := ParseTarget(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got.String() != want.String() || got.Path != want.Path {
			t.Errorf("%s was read as %s, want %s", in, got, want)
		}
	}
	for _, in := range []string{
		``, `members[`, `members[]`, `members eq "x"`, `members[value eq "1"].a.b`,
		`members[value eq "1"] x`, `[value pr]`, `a b`, `members[value]`,
		`members[value eq "1"]value`,
	} {
		if got, err := ParseTarget(in); err == nil {
			t.Errorf("%q was read as %s", in, got)
		}
	}
}

func TestParsePath(t *testing.T) {
	t.Parallel()
	if p, err := ParsePath("emails.value"); err != nil || !p.Is("EMAILS", "Value") {
		t.Errorf("emails.value was read as %v, %v", p, err)
	}
	if p, err := ParsePath(`emails[type eq "x"]`); err == nil {
		t.Errorf("a filter was read as a name: %v", p)
	}
}

func equal(name, value string) Expr {
	return Compare{
		Path:  Path{Name: name},
		Op:    Equal,
		Value: value,
	}
}
