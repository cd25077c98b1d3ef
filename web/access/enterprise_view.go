package access

import "gatehouse/web/ui"

// accessPage lists the admins, setup links and enforcement of an enterprise.
type accessPage struct {
	ui.Base
	Wrong  []ui.Wrong
	Admins []namedAdmin
	Pager  ui.Pager
	Groups []ui.Link
	Add    ui.Field
	AddTo  string
	// Appointed are the admins of organizations.
	Appointed      []appointedAdmin
	AppointedPager ui.Pager
	Appoint        []ui.Field // nil without an organization
	AppointTo      string
	Appointing     bool // the form was sent, and is wrong

	Links    []setupLinkRow
	LinkTo   string
	LinkForm []ui.Field
	Made     *newLink
	Tokens   string // address of the API tokens
	Enforced bool
	Enforce  enforceSwitch
}

func (accessPage) Title() string { return "Access" }

// namedAdmin is a user who is an admin of the enterprise.
type namedAdmin struct {
	Name, Login, Href string
	Inactive          bool
	Since             ui.Time
	Remove            ui.Confirm
}

// appointedAdmin is a user who administers an organization.
type appointedAdmin struct {
	Organization      ui.Link
	Name, Login, Href string
	Roles             bool
	Since             ui.Time
	Remove            ui.Confirm
}

// setupLinkRow is one setup link.
type setupLinkRow struct {
	For, Connection string
	Parts           string // what it opens
	Badge           ui.Badge
	Opens, MaxOpens int
	Opened, Expires ui.Time
	Revoke          *ui.Confirm // nil for an expired or used-up link
}

// enforceSwitch is the switch that makes single sign-on the only way in.
type enforceSwitch struct {
	Confirm ui.Confirm
	Missing []ui.Todo // steps before it can be switched on
}
