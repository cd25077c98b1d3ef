package mapping

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
)

// hostile are expressions of which every step of the program is alive at every
// byte of a text of the letter a.
func hostile() map[string]func(*sso.Mapping) {
	return map[string]func(*sso.Mapping){
		"include": func(m *sso.Mapping) {
			m.Include = `(?:a?){300}z|(?:[ab]?){100}c|0`
		},
		"exclude": func(m *sso.Mapping) {
			m.Exclude = `(?:a?){300}z|(?:[ab]?){100}c`
		},
		"rewrite": func(m *sso.Mapping) {
			m.GroupsRewrite = &sso.Rewrite{Pattern: `(?:[ab]?[ac]?[ad]?){60}(z)`}
		},
	}
}

func longList() []string {
	var all []string
	for i := range sso.MaxGroups {
		all = append(all, strings.Repeat("a", 200)+fmt.Sprintf("%04d", i))
	}
	return all
}

// TestHostileExpressionsAreCutOff: after their time, the remaining values are
// unread, so that they add no group and the list takes no group away.
func TestHostileExpressionsAreCutOff(t *testing.T) {
	t.Parallel()
	for name, change := range hostile() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := with(change)
			if p := Validate(m); len(p) > 0 {
				t.Fatal(p)
			}
			s, err := newSelection(m)
			if err != nil {
				t.Fatal(err)
			}
			clock, tried := time.Unix(0, 0), 0
			s.meter.now = func() time.Time { // 10 ms for each value
				tried++
				clock = clock.Add(5 * time.Millisecond)
				return clock
			}
			sent := s.read(sso.MixedClaim{Texts: longList()})
			s.setState()
			read := len(s.groups.Names)
			if sent != sso.MaxGroups ||
				s.groups.State != sso.GroupsTruncated ||
				read == 0 ||
				read+s.groups.Unread != sso.MaxGroups {
				t.Errorf(
					"%s: sent %d, read %d, unread %d", s.groups.State, sent, read,
					s.groups.Unread,
				)
			}
			if tried/2 > sso.MaxGroups/2 {
				t.Errorf("the expressions were tried on %d values", tried/2)
			}
		})
	}
}

// TestSlowMachineCutsNothingOff: expressions of the usual size are never timed.
func TestSlowMachineCutsNothingOff(t *testing.T) {
	t.Parallel()
	m := with(func(m *sso.Mapping) {
		m.Include, m.Exclude = "^a+[0-9]+$", "^old-"
		m.GroupsRewrite = &sso.Rewrite{Pattern: `^(?:ACME\\)?(.+)$`}
	})
	s, err := newSelection(m)
	if err != nil {
		t.Fatal(err)
	}
	clock := time.Unix(0, 0)
	s.meter.now = func() time.Time {
		clock = clock.Add(time.Minute)
		return clock
	}
	s.read(sso.MixedClaim{Texts: longList()})
	if len(s.groups.Names) != sso.MaxGroups || s.groups.Unread != 0 {
		t.Errorf("%d names and %d unread", len(s.groups.Names), s.groups.Unread)
	}
}

// TestValuesFarTooLong checks that values far too long are not understood,
// whatever an expression would have made of them, and so remove no membership.
func TestValuesFarTooLong(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", maxMatchedBytes) + "0"
	for name, change := range hostile() {
		id, _, err := apply(with(change), sso.Claims{
			"login":  {"ada"},
			"email":  {"a@b.test"},
			"groups": {"b0", long},
		})
		if err != nil ||
			id.Groups.State != sso.GroupsPartial ||
			!slices.Equal(id.Groups.Names, []string{"b0"}) {
			t.Errorf("%s: %s %q, %v", name, id.Groups.State, id.Groups.Names, err)
		}
	}
}

// TestRepeatingReplacementIsLimited makes no name longer than what is looked at.
func TestRepeatingReplacementIsLimited(t *testing.T) {
	t.Parallel()
	m := with(func(m *sso.Mapping) {
		m.GroupsRewrite = &sso.Rewrite{
			Pattern: `(.*)`,
			Replace: strings.Repeat("$0", 256),
		}
	})
	if p := Validate(m); len(p) > 0 {
		t.Fatal(p)
	}
	for _, value := range []string{
		strings.Repeat("a", 250), strings.Repeat("é", 125),
		strings.Repeat("\u30b0", 80),
	} {
		s, err := newSelection(m)
		if err != nil {
			t.Fatal(err)
		}
		if name, leftOut := s.selectName(value); leftOut ||
			len(name) > maxMatchedBytes ||
			unusableReason(name) != sso.RawTooLong {
			t.Errorf("%d bytes, %v, %q", len(name), leftOut, unusableReason(name))
		}
	}
}

func TestSelectorsHaveASize(t *testing.T) {
	t.Parallel()
	for name, expression := range map[string]string{
		"repetition":    `(?:a?){900}z`,
		"nested":        `(?:(?:a?){30}){30}`,
		"many":          strings.Repeat(`(?:a?){100}|`, 20) + "z",
		"longest":       strings.Repeat("a", maxSelectorBytes+1),
		"not RE2":       `(?=a)`,
		"does not end ": `(`,
	} {
		for _, field := range []string{"include", "exclude"} {
			m := with(func(m *sso.Mapping) {
				if m.Include = expression; field == "exclude" {
					m.Include, m.Exclude = "", expression
				}
			})
			if p := Validate(m); len(p) != 1 ||
				p[0].Field != "mapping."+field ||
				p[0].Message == "" {
				t.Errorf("%s as %s: %v", name, field, p)
			}
		}
	}
	names := "^(?:" + strings.Repeat("department-00-of-acme|", 45) + "x)$"
	if p := Validate(with(func(m *sso.Mapping) {
		m.Include = names
	})); len(p) != 0 {
		t.Errorf("a list of names: %v", p)
	}
}
