package identity_test

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/identity"
)

var morning = time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)

// minutes are moments after morning, the latest first.
func minutes(from, to int) (all []time.Time) {
	for m := to; m >= from; m-- {
		all = append(all, morning.Add(time.Duration(m)*time.Minute))
	}
	return all
}

// TestSubjectSigns: five signs in a row are a change, and so are twenty that are most.
func TestSubjectSigns(t *testing.T) {
	for name, c := range map[string]struct {
		signs, known []time.Time
		since        int // minute; -1: no change
	}{
		"none":                            {nil, nil, -1},
		"four":                            {minutes(1, 4), nil, -1},
		"five":                            {minutes(1, 5), nil, 1},
		"five, a known one before":        {minutes(1, 5), minutes(0, 0), 1},
		"five, a known one between":       {minutes(1, 5), minutes(3, 3), -1},
		"a known one at the same moment":  {minutes(1, 5), minutes(1, 1), -1},
		"five since a known one":          {minutes(1, 9), minutes(3, 4), 5},
		"a known one last":                {minutes(1, 19), minutes(20, 20), -1},
		"twenty, fewer known ones":        {minutes(1, 20), minutes(2, 20), 1},
		"twenty, as many known ones":      {minutes(1, 20), minutes(1, 20), -1},
		"nineteen, one known one":         {minutes(1, 19), minutes(18, 18), -1},
		"twenty-five, a known one lately": {minutes(1, 25), minutes(24, 24), 1},
	} {
		since, changed := identity.SubjectSigns{
			Signs: c.signs,
			Known: c.known,
		}.Changed()
		if changed != (c.since >= 0) || changed && !since.Equal(morning.Add(time.Duration(c.since)*time.Minute)) {
			t.Errorf("%s: %v, since %v", name, changed, since)
		}
	}
}

// TestSucceed: only a user who is no admin, and was not seen since, gets a new subject,
// and only by an answer.
func TestSucceed(t *testing.T) {
	const day = 24 * time.Hour
	before, after := morning.Add(-time.Minute), morning.Add(time.Minute)
	change := func(answer sso.SubjectAnswer, age time.Duration) sso.SubjectChange {
		return sso.SubjectChange{
			ID:        "subjects-1",
			Answer:    answer,
			FirstAt:   morning,
			DecidedAt: morning.Add(time.Hour - age),
		}
	}
	for name, c := range map[string]struct {
		change sso.SubjectChange
		seen   time.Time
		admin  bool
		want   identity.Succession
	}{
		"no change":               {sso.SubjectChange{}, before, false, identity.Claims},
		"no change, an admin":     {sso.SubjectChange{}, before, true, identity.Contests},
		"waiting":                 {change("", 0), before, false, identity.Barred},
		"waiting, an admin":       {change("", 0), before, true, identity.Contests},
		"waiting, seen since":     {change("", 0), after, false, identity.Contests},
		"waiting, seen then":      {change("", 0), morning, false, identity.Contests},
		"refused":                 {change(sso.SubjectsRefuse, 0), before, false, identity.Barred},
		"refused, seen since":     {change(sso.SubjectsRefuse, 0), after, false, identity.Contests},
		"same":                    {change(sso.SubjectsSame, 0), before, false, identity.Succeeds},
		"same, an admin":          {change(sso.SubjectsSame, 0), before, true, identity.Contests},
		"same, seen since":        {change(sso.SubjectsSame, 0), after, false, identity.Claims},
		"same, long ago":          {change(sso.SubjectsSame, 91*day), before, false, identity.Contests},
		"other":                   {change(sso.SubjectsOther, 0), before, false, identity.Contests},
		"other, long ago":         {change(sso.SubjectsOther, 31*day), before, false, identity.Claims},
		"other, long ago, admin":  {change(sso.SubjectsOther, 31*day), before, true, identity.Contests},
		"an answer of the future": {change("another", 0), before, false, identity.Barred},
	} {
		if got := identity.Succeed(c.change, c.seen, c.admin, morning.Add(time.Hour)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}
