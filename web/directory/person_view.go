package directory

import "gatehouse/web/ui"

// personDetailPage shows a user with their memberships, identities and sign-ins.
type personDetailPage struct {
	ui.Base
	Name       string // or login
	Wrong      []ui.Wrong
	Status     ui.Badge
	Facts      []ui.Fact
	Sources    []sourceRow
	Owner      *ui.Link  // the connection whose identity provider owns the facts; nil if none does
	Kept       []ui.Link // connections whose pushes of this person are kept and not applied
	Departures []departureRow
	Contested  string  // the login that this person and another one claim; "" for none
	Question   ui.Link // where that is decided
	GiveLogin  string  // where another login is posted
	LoginGiven bool    // an admin gave the login
	Login      ui.Field
	Waits      *ui.Press // vouches for a pending user; nil for others
	Sees       string    // what their own page says, in a sentence
	Groups     []groupRow
	Roles      []personRoleRow
	Attributes []personAttributeRow
	// AttributesHref is the list of the enterprise's attributes.
	AttributesHref string
	AddHref        string
	Lasting        []string // what becomes of changes by hand, connection by connection
	Identities     []identityRow
	LinkHref       string // where to tie a further identity; "" for a merged user
	Former         []formerRow
	SignIns        []attemptRow
	SignInsAll     string // address of all of them
	Syncs          []syncRow
	SyncsAll       string
	Sessions       []sessionRow
	EndAll         *ui.Press // nil if there are none
	Tokens         []personTokenRow
	TokenRules     string     // address of the rules
	MergedInto     *personRef // the user that this one was merged into; nil for others
	Merges         []mergeRow // the latest
	MergesAll      string     // address of the merges of everyone
	MergeHref      string     // where to merge with another user; "" for a merged one
	Export         ui.Press
	EraseHref      string // where to delete the user for good; "" while they are active
	Restore        momentForm
	Vouch          *ui.Press   // vouches for a user who is not pending; nil if it was done
	Reactivate     *ui.Press   // nil if they may act
	Deactivate     *ui.Confirm // nil if they may not
	KeepOff        *ui.Confirm // nil unless a push deactivated them
}

func (p *personDetailPage) Title() string { return p.Name }

// groupRow is a group that the user is in.
type groupRow struct {
	Organization ui.Link
	Group        ui.Link
	Source       string
	Since        ui.Time
	Cause        causeLink
	Remove       *ui.Press // nil where it goes with another one
}

// identityRow is an identity of the user at one identity provider.
type identityRow struct {
	Connection ui.Link
	Subject    string // "" while none is bound
	Login      string
	Since      ui.Time
	LastSeen   ui.Time
	Unlink     string // where to untie it; "" where that is not offered
	ref        string // see sso.UserIdentity.Ref
}

// attemptRow is one try to sign in.
type attemptRow struct {
	At        ui.Time
	Result    ui.Badge
	Code      string
	Remote    string
	Reference ui.Link
}

// syncRow is what one sign-in, or one admin, changed in the groups of a user.
type syncRow struct {
	At     ui.Time
	What   string // in a sentence
	State  ui.Badge
	Record ui.Link
}

// sessionRow is a browser in which the user is signed in.
type sessionRow struct {
	Browser string
	Remote  string
	Began   ui.Time
	Seen    ui.Time
	End     ui.Press
}

// sourceRow says where a fact about a user comes from.
type sourceRow struct {
	Fact  string
	Value string
	From  string
	How   string // it can change
}

// departureRow is what ended when an identity provider took the user away.
type departureRow struct {
	At    ui.Time
	What  string
	Ended string
	Nodes string
}

// personTokenRow is a token by which a program acts for the user.
type personTokenRow struct {
	Name, Opens      string
	State            ui.Badge
	Made, Ends, Used ui.Time
	Ended            bool
	Admin            bool // an admin created it, or a program with an API token
	Client           string
	Revoke           *ui.Press // nil of one that ended
}
