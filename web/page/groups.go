package page

// Organizations lists an enterprise's organizations.
type Organizations struct {
	Base
	Rows   []OrganizationRow
	Pager  Pager
	Wrong  []Wrong
	Action string
	Fields []Field // of a new one
}

func (Organizations) title() string { return "Organizations" }

// OrganizationRow is one of them.
type OrganizationRow struct {
	Organization Link
	Key          string
	Groups       int
	Members      int
}

// OrganizationDetail is one organization.
type OrganizationDetail struct {
	Base
	Name   string
	Wrong  []Wrong
	Facts  []Fact
	Rows   []GroupCountRow
	Pager  Pager
	Create string // where a group is made
	Action string // where a change is posted
	Fields []Field
	Remove TypedForm
}

func (p *OrganizationDetail) title() string { return p.Name }

// TypedForm is an act that is done only if its object's key is typed.
type TypedForm struct {
	Action string
	Text   string // what will happen
	Field  Field
	Button string
	Open   bool // it was tried, and not like this
}

// Groups lists an enterprise's groups.
type Groups struct {
	Base
	Search Search
	Rows   []GroupCountRow
	Pager  Pager
	Verify []Link // where the groups of identity providers are compared with these
	Wrong  []Wrong
	Action string
	Fields []Field // of a new one; none if there is no organization to make it in
}

func (Groups) title() string { return "Groups" }

// GroupCountRow is a group, with how many people are in it.
type GroupCountRow struct {
	Group        Link
	Organization Link
	Badge        *Badge
	Actual       int
	Expected     string // or why nobody is
	Off          bool   // the two differ
}

// GroupDetail is one group and who is in it.
type GroupDetail struct {
	Base
	Name    string
	Badge   *Badge
	Wrong   []Wrong
	Facts   []Fact
	Drift   []Todo // what is off
	Lasting []string
	Search  Search
	Rows    []MemberRow
	Pager   Pager
	AddHref string
	Moment  MomentForm
	Default bool // it belongs to its organization
	Action  string
	Fields  []Field
	Remove  *Confirm
	Restore MomentForm
}

func (p *GroupDetail) title() string { return p.Name }

// MemberRow is somebody in a group.
type MemberRow struct {
	Person PersonLink
	Source string
	Since  Time
	Cause  Cause
	Remove *Press
}

// GroupDrift compares who is in a group with whom the identity providers named.
type GroupDrift struct {
	Base
	Heading  string
	Expected int
	Actual   int
	Missing  []DriftRow
	Extra    []DriftRow
	More     bool   // there are others
	Preview  string // address of what reconciling would do; "" if it would do nothing
}

func (p *GroupDrift) title() string { return p.Heading }

// DriftRow is somebody who is not where they should be.
type DriftRow struct {
	Person     PersonLink
	Reason     string
	Reconciled bool
	Record     Link // Href is "" if there is none
}
