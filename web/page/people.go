package page

// People lists an enterprise's people.
type People struct {
	Base
	Search Search
	Rows   []PersonRow
	Pager  Pager
}

func (People) title() string { return "People" }

// PersonRow is somebody in a list.
type PersonRow struct {
	Person     PersonLink
	Email      string
	Status     Badge
	LastSignIn Time
}

// PersonDetail is all that is known about somebody.
type PersonDetail struct {
	Base
	Name       string // or login
	Wrong      []Wrong
	Status     Badge
	Facts      []Fact
	Contested  string // the login that this person and another one claim; "" for none
	Question   Link   // where that is decided
	GiveLogin  string // where another login is posted
	LoginGiven bool   // an admin gave the login
	Login      Field
	Waits      *Press // to vouch for somebody who waits for it; nil if they do not
	Sees       string // what their own page says, in a sentence
	Groups     []GroupRow
	AddHref    string
	Lasting    []string // what becomes of changes by hand, connection by connection
	Identities []IdentityRow
	SignIns    []AttemptRow
	SignInsAll string // address of all of them
	Syncs      []SyncRow
	SyncsAll   string
	Sessions   []SessionRow
	EndAll     *Press // nil if there are none
	Restore    MomentForm
	Vouch      *Press   // for somebody who does not wait for it; nil if it was done
	Reactivate *Press   // nil if they may act
	Deactivate *Confirm // nil if they may not
}

func (p *PersonDetail) title() string { return p.Name }

// GroupRow is a group somebody is in.
type GroupRow struct {
	Organization Link
	Group        Link
	Source       string
	Since        Time
	Cause        Cause
	Remove       *Press // nil where it goes with another one
}

// IdentityRow is who somebody is at one identity provider.
type IdentityRow struct {
	Connection Link
	Subject    string // "" while none is bound
	Login      string
	Since      Time
	LastSeen   Time
}

// AttemptRow is one try to sign in.
type AttemptRow struct {
	At        Time
	Result    Badge
	Code      string
	Remote    string
	Reference Link
}

// SyncRow is what one sign-in, or one admin, changed about somebody's groups.
type SyncRow struct {
	At     Time
	What   string // in a sentence
	State  Badge
	Record Link
}

// SessionRow is a browser in which somebody is signed in.
type SessionRow struct {
	Browser string
	Remote  string
	Began   Time
	Seen    Time
	End     Press
}

// MomentForm asks for a moment in the past.
type MomentForm struct {
	Action string
	Field  Field
	Button string
}

// Pick is a list to choose a group for somebody from, or somebody for a group.
type Pick struct {
	Base
	Heading string
	Lasting []string // what becomes of it, connection by connection
	Wrong   []Wrong
	Search  Search
	What    string // the head of the first column
	Rows    []PickRow
	Pager   Pager
	Back    Link
}

func (p *Pick) title() string { return p.Heading }

// PickRow is one that can be chosen.
type PickRow struct {
	Name   string
	Detail string
	Href   string
	Press  *Press // nil if it was chosen before
}

// PastMembers is who was in a group at some moment.
type PastMembers struct {
	Base
	Heading string
	At      Time
	Moment  MomentForm
	Wrong   []Wrong
	Rows    []PastRow
	Pager   Pager
	Restore Link // Href is "" where nothing can be restored
}

func (p *PastMembers) title() string { return p.Heading }

// PastRow is a membership that was.
type PastRow struct {
	Person  PersonLink
	Source  string
	From    Time
	Cause   Cause
	Until   Time
	EndedBy Cause
	Still   bool // it is in force
}

// Restoring shows what a change of many memberships would do, before it is done.
type Restoring struct {
	Base
	Heading string
	Lead    string
	Wrong   []Wrong
	Lasting []string
	Lists   []MovedList // those that have anything in them
	Action  string      // where it is posted; "" if there is nothing to do
	Fields  []HiddenField
	Button  string
	Confirm *Field // a box to tick; nil if it is not so many
	Back    Link
}

func (p *Restoring) title() string { return p.Heading }

// MovedList is who comes, or goes, or cannot come.
type MovedList struct {
	ID      string
	Heading string
	Rows    []MovedRow
	More    string // how many more there are, in a sentence; "" for none
}

// MovedRow is one membership of them.
type MovedRow struct{ Name, Detail, Href string }
