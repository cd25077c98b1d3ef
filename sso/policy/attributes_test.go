package policy

import (
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestAttributes: a policy reads the attributes of the user by their types, and one that
// fails on them admits nobody.
func TestAttributes(t *testing.T) {
	t.Parallel()
	in := Input{Attributes: []sso.AttributeValue{
		{Name: "department", Type: sso.AttributeText, Value: "R&D"},
		{Name: "level", Type: sso.AttributeNumber, Value: "7.5"},
		{Name: "external", Type: sso.AttributeBoolean, Value: "false"},
		{Name: "since", Type: sso.AttributeDate, Value: "2024-02-29"},
		{Name: "teams", Type: sso.AttributeList, Value: "blue\ngreen"},
	}}
	for expression, admits := range map[string]bool{
		`user.attributes["department"] == "R&D"`:                                    true,
		`user.attributes.department == "R&D"`:                                       true,
		`user.attributes["department"].startsWith("S")`:                             false,
		`user.attributes["level"] > 7`:                                              true,
		`user.attributes["level"] > 7.5`:                                            false,
		`user.attributes["external"] == false`:                                      true,
		`user.attributes["since"] < "2025-01-01"`:                                   true,
		`"green" in user.attributes["teams"]`:                                       true,
		`"gre" in user.attributes["teams"]`:                                         false,
		`user.attributes["teams"].exists(t, t.matches("^b"))`:                       true,
		`"badge" in user.attributes && user.attributes["badge"] == "1"`:             false,
		`user.attributes["badge"] == "1"`:                                           false, // fails
		`user.attributes["department"] > 7`:                                         false, // fails
		`!("badge" in user.attributes) || user.attributes["badge"] == "1"`:          true,
		`identity.claims.size() == 0 && user.attributes.exists(k, k == "external")`: true,
	} {
		p, err := CompileSignIn(expression)
		if err != nil {
			t.Errorf("%s: %v", expression, err)
			continue
		}
		if got := p.Check(in) == nil; got != admits {
			t.Errorf("%s admits %v, want %v: %v", expression, got, admits, p.Check(in))
		}
	}
	_, err := CompileSignIn(`user.attribute["department"] == "R&D"`)
	fields := err.(*sso.Error).Fields //nolint:errorlint,forcetypeassert // ours
	if len(fields) != 1 || !strings.Contains(fields[0].Message, "user.attributes") {
		t.Errorf("a misspelt name: %v", fields)
	}
}
