package drift

import (
	"cmp"
	"slices"
	"time"

	"gatehouse/groupsync"
	"gatehouse/scim/filter"
	"gatehouse/sso"
)

// Report compares the groups of a connection.
type Report struct {
	Connection sso.Connection
	At         time.Time
	Applied    bool // pushes take effect
	Applying   bool // and are being applied
	Users      int  // that were pushed
	Unsettled  int  // of Users: without an account
	Lines      []Line
	Twins      [][]string // names of groups that differ in letter case only; one of each can be pushed
	Total      Count      // of all lines with a group
}

// Count is how many people should be in a group, are in it, are missing, and are in
// it without being expected. Excused are those of Missing, and Kept those of Extra,
// who are no fault: deactivated, outside of the pilot, added by hand and the like.
type Count struct {
	Expected int
	Actual   int
	Missing  int
	Excused  int
	Extra    int
	Kept     int
}

// Line compares one group.
type Line struct {
	Name     string    // of the group here, or what the identity provider calls it
	Group    sso.Group // ID is "" if no group here has the name
	Evidence Evidence
	Count
	Reasons  []Reason
	Refusals sso.GroupRefusals // open ones about the group
	Since    time.Time         // since when the first of the missing is; zero: not known
	Change   Change
}

// Evidence is what says who should be in a group.
type Evidence struct {
	Expectation *sso.Expectation // nil: none was given
	Groups      int              // pushed groups
	Pushed      int              // their members, with those that wait for their user
	// ListedAt is when the identity provider last sent all members; zero: it sends
	// changes.
	ListedAt time.Time
	Asserted int // people whose last sign-in with groups named the group
}

// Reason counts the people who differ for one reason.
type Reason struct {
	Reason  sso.DriftReason
	Missing bool // else they are extra
	People  int
	Since   time.Time // as of a Line
}

// GroupReport compares one group and names its people.
type GroupReport struct {
	Report
	Line    Line
	Missing []Person
	Extra   []Person
	More    bool // there are others
}

// Person is a user who differs.
type Person struct {
	sso.DriftingMember
	Reason     sso.DriftReason
	Reconciled bool // reconciling resolves it
}

// Differs reports whether something needs attention: people are missing or extra
// who should not be, or requests about a group are refused.
func (r Report) Differs() bool { return slices.ContainsFunc(r.Lines, Line.Differs) }

// Differs reports it of one group. A pushed group that no group here has the name of
// differs only if an admin expects members in it.
func (l Line) Differs() bool {
	if l.Refusals.Count > 0 {
		return true
	}
	if l.Group.ID == "" && l.Evidence.Expectation == nil {
		return false
	}
	return l.Missing > l.Excused || l.Extra > l.Kept
}

// Reconcilable reports whether reconciling may change a group.
func (r Report) Reconcilable() bool { return slices.ContainsFunc(r.Lines, Line.Reconcilable) }

// Reconcilable reports whether reconciling may change the group.
func (l Line) Reconcilable() bool {
	return l.Group.ID != "" && slices.ContainsFunc(l.Reasons, func(r Reason) bool {
		return r.Reason == sso.DriftLost || r.Reason == sso.DriftLeftOver || r.Reason == sso.DriftUnconfirmed
	})
}

// compare makes the lines of a connection, without the reasons.
func compare(c sso.Connection, found sso.MembershipReport) Report {
	r := Report{
		Connection: c,
		Applied: c.State == sso.ConnectionEnabled && c.Live != nil &&
			c.Live.Provisioning == sso.ProvisionSCIM,
		Applying:  found.Applying,
		Users:     found.Users,
		Unsettled: found.Unsettled,
	}
	m := newMatcher(found)
	for _, g := range found.Groups {
		if l, ok := m.line(g); ok {
			r.Lines = append(r.Lines, l)
		}
	}
	for _, l := range r.Lines {
		r.Total.add(l.Count)
	}
	r.Lines = append(r.Lines, m.unmatched()...)
	r.Twins = twins(found)
	return r
}

func (c *Count) add(other Count) {
	c.Expected += other.Expected
	c.Actual += other.Actual
	c.Missing += other.Missing
	c.Extra += other.Extra
	c.Kept += other.Kept
}

// matcher finds what is known of each name.
type matcher struct {
	found    sso.MembershipReport
	pushed   map[string][]sso.ProvisioningGroupState
	expected map[string]*sso.Expectation
	used     map[string]bool // names, as they are compared, that a group here has
	matched  map[string]bool // names of pushed groups that a group here has
	changes  changes
}

func newMatcher(found sso.MembershipReport) *matcher {
	m := &matcher{
		found:    found,
		pushed:   map[string][]sso.ProvisioningGroupState{},
		expected: map[string]*sso.Expectation{},
		used:     map[string]bool{},
		matched:  map[string]bool{},
		changes:  changesOf(found),
	}
	for _, g := range found.Pushed {
		m.pushed[g.Group.DisplayName] = append(m.pushed[g.Group.DisplayName], g)
	}
	for i := range found.Expectations {
		m.expected[found.Expectations[i].Group] = &found.Expectations[i]
	}
	return m
}

// line returns the line of a group here; false if nothing is known of it.
func (m *matcher) line(g sso.Group) (Line, bool) {
	n := m.found.Members[g.ID]
	l := Line{
		Name:  g.Name,
		Group: g,
	}
	for _, name := range append([]string{g.Name}, g.IDPNames...) {
		m.add(&l, name)
	}
	l.Change = m.changes.of(l)
	if l.Evidence.Groups == 0 && l.Evidence.Expectation == nil && l.Refusals.Count == 0 && n.Expected == 0 &&
		!l.Change.Any() {
		return l, false
	}
	l.Evidence.Pushed = n.Pushed
	l.Evidence.Asserted = n.Asserted
	l.count(n)
	return l, true
}

// add adds what is known of one of a group's names.
func (m *matcher) add(l *Line, name string) {
	folded := filter.Fold(name)
	for _, g := range m.pushed[name] {
		m.used[folded] = true
		m.matched[name] = true
		l.pushed(g)
	}
	if e := m.expected[name]; e != nil && l.Evidence.Expectation == nil {
		m.used[folded] = true
		l.Evidence.Expectation = e
	}
	if refused := m.found.Refusals[folded]; refused.Count > 0 && l.Refusals.Count == 0 {
		m.used[folded] = true
		l.Refusals = refused
	}
}

// pushed adds the evidence of a pushed group. Members of several are complete when
// all were listed.
func (l *Line) pushed(g sso.ProvisioningGroupState) {
	e := &l.Evidence
	if e.Groups == 0 || g.ListedAt.Before(e.ListedAt) {
		e.ListedAt = g.ListedAt
	}
	e.Groups++
	e.Pushed += g.Group.Members + g.Group.Waiting
}

// count compares the numbers. Of an expected number without names, members whom
// nothing else names count as expected.
func (l *Line) count(n sso.ExpectedMembers) {
	l.Expected = n.Expected
	l.Actual = n.Actual
	l.Missing = n.Expected - n.Matched
	l.Extra = n.Actual - n.Matched
	if e := l.Evidence.Expectation; e != nil && !e.Listed {
		l.Expected = max(n.Expected, e.People)
		if unnamed := e.People - n.Expected - l.Extra; unnamed > 0 {
			l.Missing += unnamed
			l.Reasons = []Reason{{
				Missing: true,
				People:  unnamed,
				Since:   e.At,
			}} // the reason follows with those of the others
		}
	}
}

// unmatched returns the lines of names that no group here has.
func (m *matcher) unmatched() []Line {
	lines := map[string]*Line{}
	at := func(folded, name string) *Line {
		if lines[folded] == nil {
			lines[folded] = &Line{Name: name}
		}
		return lines[folded]
	}
	for _, g := range m.found.Pushed {
		if name := g.Group.DisplayName; !m.matched[name] {
			l := at(filter.Fold(name), name)
			l.Change = m.changes.unmatched[name]
			l.pushed(g)
			l.Expected = l.Evidence.Pushed
		}
	}
	for i, e := range m.found.Expectations {
		if folded := filter.Fold(e.Group); !m.used[folded] {
			l := at(folded, e.Group)
			l.Evidence.Expectation = &m.found.Expectations[i]
			l.Expected = max(l.Expected, e.People)
		}
	}
	for folded, refused := range m.found.Refusals {
		if !m.used[folded] && refused.Count > 0 {
			at(folded, refused.Name).Refusals = refused
		}
	}
	var all []Line
	for _, l := range lines {
		l.Missing = l.Expected
		all = append(all, *l)
	}
	slices.SortFunc(all, func(a, b Line) int { return cmp.Compare(a.Name, b.Name) })
	return all
}

// differing returns the groups whose people have to be looked at.
func (r Report) differing() []sso.GroupID {
	var all []sso.GroupID
	for _, l := range r.Lines {
		if l.Group.ID != "" && (l.Missing > 0 || l.Extra > 0) {
			all = append(all, l.Group.ID)
		}
	}
	return all
}

// group returns what matters of a line for all of its people.
func (r Report) group(l Line) groupsync.PushedGroup {
	return groupsync.PushedGroup{
		Applied:   r.Applied,
		GroupsOff: r.Connection.Live != nil && r.Connection.Live.SCIM.GroupsOff,
		NoGroup:   l.Group.ID == "",
		Refused:   l.Refusals.Count > 0,
	}
}

// explain adds the reasons of those who differ.
func (r *Report) explain(classes []sso.MemberClass) {
	by := map[sso.GroupID][]sso.MemberClass{}
	for _, c := range classes {
		by[c.Group] = append(by[c.Group], c)
	}
	for i := range r.Lines {
		l := &r.Lines[i]
		r.explainLine(l, by[l.Group.ID])
		if l.Group.ID != "" {
			r.Total.Kept += l.Kept
			r.Total.Excused += l.Excused
		}
	}
}

// explainLine adds the reasons of one line. A person whom only a number expects is
// taken for one whom the identity provider has and does not send.
func (r *Report) explainLine(l *Line, classes []sso.MemberClass) {
	unnamed := sso.MemberFacts{
		Named:       true,
		Provisioned: true,
	}
	counted := l.Reasons
	l.Reasons = nil
	for _, c := range counted {
		l.tell(groupsync.ExplainMember(r.group(*l), unnamed), c)
	}
	if l.Group.ID == "" {
		if l.Missing > 0 {
			l.tell(sso.DriftNoGroup, Reason{Missing: true, People: l.Missing})
		}
		return
	}
	for _, c := range classes {
		reason := groupsync.ExplainMember(r.group(*l), c.Facts)
		l.tell(reason, Reason{
			Missing: c.Facts.Missing(),
			People:  c.People,
			Since:   c.Since,
		})
		switch {
		case !noFault(reason):
		case c.Facts.Missing():
			l.Excused += c.People
		default:
			l.Kept += c.People
		}
	}
	slices.SortStableFunc(l.Reasons, func(a, b Reason) int { return cmp.Compare(b.People, a.People) })
}

// noFault reports whether nothing has to be done about a reason.
func noFault(reason sso.DriftReason) bool {
	switch reason {
	case sso.DriftManual, sso.DriftConfigured, sso.DriftElsewhere, sso.DriftOutsidePilot, sso.DriftDeactivated,
		sso.DriftRemoved:
		return true
	}
	return false
}

// tell counts people under a reason.
func (l *Line) tell(reason sso.DriftReason, c Reason) {
	c.Reason = reason
	if c.Missing && !c.Since.IsZero() && (l.Since.IsZero() || c.Since.Before(l.Since)) {
		l.Since = c.Since
	}
	for i := range l.Reasons {
		known := &l.Reasons[i]
		if known.Reason == reason && known.Missing == c.Missing {
			known.People += c.People
			if c.Since.Before(known.Since) {
				known.Since = c.Since
			}
			return
		}
	}
	l.Reasons = append(l.Reasons, c)
}

// people explains up to mostPeople people, and reports whether there are others.
func (r Report) people(l Line, all []sso.DriftingMember) (people []Person, more bool) {
	g := r.group(l)
	for _, m := range all[:min(len(all), mostPeople)] {
		add, remove := groupsync.ReconcileMember(g, m.Facts)
		people = append(people, Person{
			DriftingMember: m,
			Reason:         groupsync.ExplainMember(g, m.Facts),
			Reconciled:     add || remove,
		})
	}
	return people, len(all) > mostPeople
}
