package page

// activityPages say what happened.
func activityPages() []Page {
	return []Page{new(Attempts), new(AttemptDetail), new(SyncList), new(SyncDetail), new(Provisioning), new(AuditLog), new(Guide), new(EnterpriseList), new(Overview)}
}

// Happened is what the lists of what happened have in common.
type Happened struct {
	Tabs     []Link
	Action   string  // where the form that narrows the list leads
	Filters  []Field // of that form
	Wrong    []Wrong // with what was entered there
	Narrowed bool    // something was entered there
	All      string  // the list without anything entered
	Pager    Pager
}

// Attempts lists sign-ins.
type Attempts struct {
	Base
	Happened
	Rows []TriedRow
}

func (*Attempts) title() string { return "Sign-ins" }

// TriedRow is one sign-in of a list.
type TriedRow struct {
	At         Time
	Result     Badge
	Who        string // "" if it did not get that far
	Connection string
	Code       string // "" if it did not fail
	CodeHref   string
	Reference  string
	Href       string
}

// AttemptDetail is everything that is known about one sign-in.
type AttemptDetail struct {
	Base
	Tabs      []Link
	Reference Copyable
	Result    Badge
	Facts     []Fact
	Advice    *Advice // nil if it did not fail
	Trusted   bool    // something that the identity provider said could be trusted
	Checks    Checks
	Said      []Fact // what the identity provider said about the person; empty if it did not get that far
	Groups    GroupsSaid
	Claims    []ClaimLine
	Decided   string  // about the e-mail address; "" if nothing was
	Replay    *Replay // nil if it cannot be
}

func (*AttemptDetail) title() string { return "Sign-in" }

// Advice is why a sign-in failed and what to do about it.
type Advice struct {
	Cause, Whose, Do, Place string
	Link                    *Link  // to the place, where it is one of ours
	Ask                     string // whom to ask, where it is one that the visitor may not open
	Code, Guide             string // Guide is where there is more about Code
}

// GroupsSaid is what an identity provider said about groups.
type GroupsSaid struct {
	Badge  Badge
	Words  string // what that means
	Names  []string
	Source string // the claim it was read from

	NotUnderstood *NotUnderstood // nil if everything was
}

// ClaimLine is one claim as it came.
type ClaimLine struct{ Name, Values string }

// Replay tries a sign-in on the draft.
type Replay struct{ Action, Attempt string }

// SyncList lists group syncs.
type SyncList struct {
	Base
	Happened
	Rows []SyncEntry
}

func (*SyncList) title() string { return "Group syncs" }

// SyncEntry is one group sync of a list.
type SyncEntry struct {
	At      Time
	Who     string
	WhoHref string
	Mode    string
	Result  []Badge
	Href    string
}

// SyncDetail is what one group sync saw and did.
type SyncDetail struct {
	Base
	Tabs      []Link
	ID        string
	Facts     []Fact
	Note      string
	Held      string // where what waits is decided; "" if nothing does
	Changes   []OrganizationChange
	Groups    GroupsSaid
	Matched   []string
	Unmatched []string
	Near      []NearGroup
	Unknown   string // where a group can be made for what matched none
}

func (*SyncDetail) title() string { return "Group sync" }

// OrganizationChange is what changed in one organization.
type OrganizationChange struct {
	Name           string
	Added, Removed []string
}

// NearGroup is a group that an unmatched name nearly names.
type NearGroup struct{ Asserted, Group, Organization, Why string }

// Provisioning says what will be listed here.
type Provisioning struct {
	Base
	Tabs        []Link
	Connections string // where they are set up
}

func (*Provisioning) title() string { return "Provisioning" }

// AuditLog lists changes.
type AuditLog struct {
	Base
	Happened
	Rows     []ChangeRow
	Check    string   // where the chain is verified
	Checked  *Checked // nil if it was not just now
	JSON     string   // where the whole list is
	CSV      string
	Instance bool // it is that of the installation
}

func (p *AuditLog) title() string {
	if p.Instance {
		return "Audit log of this installation"
	}
	return "Audit log"
}

// ChangeRow is one audit event.
type ChangeRow struct {
	Sequence string
	At       Time
	Who      string
	WhoHref  string
	Action   string
	Target   string
	Details  []ClaimLine
}

// Checked is what verifying a chain gave.
type Checked struct {
	State string // as Badge has it
	Text  string
}

// Guide is the troubleshooting guide.
type Guide struct {
	Base
	Action  string
	Filters []Field
	Wrong   []Wrong
	Areas   []GuideArea
	Found   string // how many, where it was searched
	All     string // address of all of it; "" if this is it
}

func (*Guide) title() string { return "Troubleshooting" }

// GuideArea is a part of the product, with the codes of it.
type GuideArea struct {
	ID, Name string
	Rows     []GuideRow
}

// GuideRow is one code.
type GuideRow struct{ Code, Meaning, Whose, Do, Place string }
