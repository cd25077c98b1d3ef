package drift

import (
	"fmt"
	"slices"
	"time"

	"gatehouse/groupsync"
	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// Change is what an identity provider lately did to the name of a group, and by which
// the group here lost its members, or never got them. The zero value is none.
type Change struct {
	// Former is the name before the identity provider renamed the group to Name, which
	// no group here has; "" if it did not.
	Former string
	Name   string
	// Deleted says that the identity provider deleted the group.
	Deleted bool
	At      time.Time // of the rename, or the deletion
	// Near are groups here whose names are nearly that of a pushed group, which no
	// group here has.
	Near []sso.NearMiss
}

// Any reports whether there is anything to tell.
func (c Change) Any() bool { return c.Former != "" || c.Deleted || len(c.Near) > 0 }

// Remedy says in words what the identity provider did, and what to do.
func (c Change) Remedy() Remedy {
	switch {
	case c.Deleted:
		return Remedy{
			Text: "the identity provider deleted the group on " + day(c.At) + "; the members that it had sent left",
			Side: catalog.Company,
			Do: "If that was a mistake, assign the group to the application again at the identity provider, or push " +
				"it again. Otherwise delete the group here.",
		}
	case c.Former != "":
		return Remedy{
			Text: fmt.Sprintf(
				"the identity provider renamed the group from %s to %s on %s; no group here has that name, so the "+
					"members that it sends left",
				quoted(c.Former), quoted(c.Name), day(c.At),
			),
			Side: catalog.Operator,
			Do:   "Add " + quoted(c.Name) + " to the IdP names of the group here: its members join again.",
		}
	case len(c.Near) > 0:
		near := c.Near[0]
		return Remedy{
			Text: fmt.Sprintf("the identity provider pushes %s, and the group here is %s: %s",
				quoted(near.Asserted), quoted(near.Name), near.Why.Explanation()),
			Side: catalog.Operator,
			Do: "Add " + quoted(near.Asserted) + " to the IdP names of " + quoted(near.Name) +
				": its members join then.",
		}
	}
	return Remedy{}
}

func quoted(name string) string { return "“" + name + "”" }

// changes are what an identity provider did to groups.
type changes struct {
	// renamed is by the former name, unmatched by the name that no group here has.
	renamed   map[string]Change
	unmatched map[string]Change
	deleted   map[string]Change
}

// changesOf compares the names of pushed groups with those here.
func changesOf(found sso.MembershipReport) changes {
	here := map[string]bool{}
	for _, g := range found.Groups {
		here[g.Name] = true
		for _, name := range g.IDPNames {
			here[name] = true
		}
	}
	c := changes{
		renamed:   map[string]Change{},
		unmatched: map[string]Change{},
		deleted:   map[string]Change{},
	}
	var unmatched []string
	for _, g := range found.Pushed {
		name := g.Group.DisplayName
		if here[name] {
			continue
		}
		unmatched = append(unmatched, name)
		was := found.Renamed[g.Group.ID]
		if here[was.Former] && filter.Fold(was.Former) != filter.Fold(name) { // otherwise they are near
			x := Change{
				Former: was.Former,
				Name:   name,
				At:     was.At,
			}
			c.renamed[was.Former], c.unmatched[name] = x, x
		}
	}
	for _, miss := range groupsync.NearMisses(unmatched, found.Groups, nil) {
		if x := c.unmatched[miss.Asserted]; x.Former == "" && miss.Acceptable() {
			x.Near = append(x.Near, miss)
			c.unmatched[miss.Asserted] = x
		}
	}
	for _, g := range found.Deleted {
		c.deleted[g.Name] = Change{
			Deleted: true,
			At:      g.At,
		}
	}
	return c
}

// of returns what was done to a group here. A group that is still pushed under another
// of its names lost nothing.
func (c changes) of(l Line) Change {
	if l.Evidence.Groups > 0 {
		return Change{}
	}
	for _, name := range append([]string{l.Group.Name}, l.Group.IDPNames...) {
		if x := c.renamed[name]; x.Any() {
			return x
		}
		if x := c.deleted[name]; x.Any() {
			return x
		}
	}
	return Change{}
}

// Changed returns the lines of groups to which the identity provider did something
// that has to be looked at: once for each group, with the line of the group here if
// there is one.
func (r Report) Changed() (lines []Line) {
	for _, l := range r.Lines {
		twice := l.Group.ID == "" && l.Change.Former != ""
		if l.Change.Any() && !twice {
			lines = append(lines, l)
		}
	}
	return slices.Clip(lines)
}
