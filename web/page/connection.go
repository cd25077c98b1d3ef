package page

import "gatehouse/sso"

// connectionPages are about a connection as it is, and the groups it brings.
func connectionPages() []Page {
	return []Page{new(Connections), new(Connection), new(ConnectionSettings), new(ConnectionCertificates), new(ConnectionShadow), new(ConnectionGroups), new(ConnectionPerson), new(HeldSyncs)}
}

// Connections are those of an enterprise.
type Connections struct {
	Base
	Rows []ConnectionRow
	New  string // where one is set up
	Held *Todo  // group syncs that wait; nil for none
}

func (Connections) title() string { return "SSO & provisioning" }

// ConnectionRow is one connection.
type ConnectionRow struct {
	Name, Href, Runs string
	State            Badge
	Last             Time // that somebody signed in through it
	Certificate      Fact // Value is how long it lasts; without one, Label says why
	Next             Link // the one thing to do
}

// Connection is one, as it is.
type Connection struct {
	Base
	Name, Runs string
	State      Badge
	Wrong      []Wrong
	Todos      []Todo
	Trust      []TrustPart
	Places     []Link // what else there is about it
	Facts      []Fact
	SignIn     Copyable
	Draft      *DraftPart // nil: nothing is being edited
	Acts       []Confirm
	Tests      []TestLine
	TestsHref  string
	Delete     DeletePart
}

func (p *Connection) title() string { return p.Name }

// DraftPart is what is being edited beside what is live.
type DraftPart struct {
	Version string // "Version 4"
	First   bool   // nothing is live yet
	Changes []Change
	Tested  Badge  // whether the last test connection passed
	Note    string // what that means
	Loses   []string
	Enable  Confirm
	Discard *Confirm // nil where the draft is all there is
	Edit    string
	Setup   string
	Test    string
	Shadow  string // "" where there is nothing to compare with
}

// Change is one field of a draft that differs from what is live.
type Change struct {
	Label         string
	Before, After string
	Gone, New     []string // of a list, in place of Before and After
	Secret        bool
}

// TestLine is one test connection.
type TestLine struct {
	At    Time
	State Badge
	By    string
	Why   string // it failed
	Href  string
}

// DeletePart asks for the name of what is deleted.
type DeletePart struct {
	Blocked string // why it cannot be; "" if it can
	Text    string // what will happen
	Action  string
	Name    Field
}

// ConnectionSettings is the form of all that the assistant does not ask for.
type ConnectionSettings struct {
	Base
	Action   string
	Try      string // where the policies are tried
	Back     string
	Revision string
	Live     bool // what is saved waits to be enabled
	Wrong    []Wrong
	Warnings []string
	Trial    *PolicyTrial // nil: nothing was tried
	Trace    *GroupTrace  // of the last test's groups; nil: it was not asked for
	// TryGroups is where the form is posted to see it.
	TryGroups string
	Sections  []FieldSection
}

func (ConnectionSettings) title() string { return "Settings" }

// FieldSection is a part of a long form.
type FieldSection struct {
	ID, Heading, Lead string
	Fields            []Field
}

// PolicyTrial is what policies would have done about recent sign-ins.
type PolicyTrial struct {
	Summary string
	Rows    []TrialRow
}

// TrialRow is one of them.
type TrialRow struct {
	Login  string
	At     Time
	Result Badge
	Reason string
}

// ConnectionCertificates is what an identity provider signs with, and our own
// keys.
type ConnectionCertificates struct {
	Base
	Wrong    []Wrong
	Rows     []CertificateRow
	Window   string // what the lines show: "May 2026 to November 2028"
	Metadata []Fact
	Refresh  string   // "" if there is no address to fetch from
	Pending  *Confirm // nil if no new certificates wait to be confirmed
	Add      string   // "" for OpenID Connect
	Field    Field
	Revision string
	Draft    string // address of the draft that waits to be enabled; "" for none
	Own      []OwnKey
	Rotate   *Confirm // nil without keys of ours
}

func (ConnectionCertificates) title() string { return "Certificates" }

// CertificateRow is one certificate of an identity provider.
type CertificateRow struct {
	Subject     string
	Fingerprint string
	State       Badge
	Source      string
	Life        *Lifeline // nil if it cannot be read any more
	Used        Time
	Remove      *Confirm // nil where that is not for an admin
}

// Lifeline is a span on a line that stands for Window: from and to as parts of
// 1000, and where now is.
type Lifeline struct {
	From, Length, Now int
	State             string // of a badge
	Text              string // the same in words
}

// OwnKey is one of our own.
type OwnKey struct {
	Label    string
	Made     Time
	Download string
}

// ConnectionShadow compares a draft with what is live.
type ConnectionShadow struct {
	Base
	Wrong    []Wrong
	On       bool
	Facts    []Fact
	Counts   []Share
	Rows     []ShadowRow
	Pager    Pager
	Start    string // where it is started; "" if it is on, or cannot be
	Stop     string
	Without  string // why it cannot be; "" if it can
	Protocol string // what is not compared
	Promote  *Confirm
}

func (ConnectionShadow) title() string { return "Shadow mode" }

// ShadowRow is what a draft means to one person.
type ShadowRow struct {
	Person  string
	Href    string // "" for nobody here yet
	Outcome Badge
	Lines   []string
	Times   string
	At      Time
}

// Share is a share of a whole, drawn and in words.
type Share struct {
	Label   string
	Text    string
	Percent int
	State   string // of a badge
}

// ConnectionGroups compares the groups that an identity provider names with those
// that are here.
type ConnectionGroups struct {
	Base
	Wrong   []Wrong
	Facts   []Fact
	Show    []Link // which names
	Search  Field
	Here    string // where is searched
	Shown   string // hidden in the search
	Columns []string
	Rows    []MatrixRow
	Total   string
	Pager   Pager
	Create  *GroupForm // nil where there is nothing to create
	Accept  *GroupForm // likewise
	Objects bool       // a name that matches nothing looks like an object ID
	Missing []DriftLine
	Person  Field // whose next sign-in is looked at
	Ask     string
}

func (ConnectionGroups) title() string { return "Verify groups" }

// MatrixRow is one name, over all organizations.
type MatrixRow struct {
	Name   string
	People string // whom the identity provider says it of
	State  Badge
	Cells  []MatrixCell // in the order of the columns
}

// MatrixCell is a name in one organization.
type MatrixCell struct {
	State  Badge // "matched", "near", …
	Detail string
	Href   string
	Accept *Press // makes the name an IdP name of the group; nil where that is no mend
}

// GroupForm creates a group for a name that is nowhere, or gives it to one.
type GroupForm struct {
	Action string
	Fields []Field
}

// DriftLine is one group whose members are not those that are expected.
type DriftLine struct {
	Group        string
	Organization string
	Share        Share
	Why          []string
	Href         string
}

// ConnectionPerson is what the next sign-in of somebody would change.
type ConnectionPerson struct {
	Base
	Person        string
	Href          string // of who it is; "" for a newcomer
	Facts         []Fact
	Refused       string
	Notes         []string
	Organizations []PersonChanges
	Unmatched     []string
	Back          string
}

func (ConnectionPerson) title() string { return "The next sign-in" }

// WithReason is the name of a group that somebody joins or stays in, with why if no
// name that is sent matches it.
func WithReason(name string, source sso.MembershipSource) string {
	if source == sso.SourceConnection {
		return name + " (default group of the connection)"
	}
	return name
}

// PersonChanges is what would change in one organization.
type PersonChanges struct {
	Name                 string
	Added, Removed, Kept []string
	Near                 []string
}

// HeldSyncs wait for an admin, or did.
type HeldSyncs struct {
	Base
	Wrong   []Wrong
	Causes  []HeldCause
	Waiting []HeldRow
	Before  []HeldRow
	Pager   Pager
}

func (HeldSyncs) title() string { return "Held group syncs" }

// HeldCause is what was held for one cause, to be decided together.
type HeldCause struct {
	Title   string
	State   Badge
	Since   Time
	Count   string // "25 people wait"
	Text    string // why it is held
	Approve *Confirm
	Discard *Confirm
}

// HeldRow is one of them.
type HeldRow struct {
	ID             string
	Person         string
	Href           string
	At             Time
	State          Badge
	Added, Removed []string
	Text           string // what approving comes to
	Approve        *Confirm
	Discard        *Confirm
	Decided        string
}
