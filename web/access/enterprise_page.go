package access

import "gatehouse/web/ui"

// accessPage is who administers an enterprise.
type accessPage struct {
	ui.Base
	Wrong    []ui.Wrong
	Admins   []namedAdmin
	Pager    ui.Pager
	Groups   []ui.Link
	Add      ui.Field
	AddTo    string
	Links    []setupLinkRow
	LinkTo   string
	LinkForm []ui.Field
	Made     *newLink
	Enforced bool
	Enforce  enforceSwitch
}

func (accessPage) Title() string { return "Access" }

// namedAdmin is a user who administers their enterprise.
type namedAdmin struct {
	Name, Login, Href string
	Inactive          bool
	Since             ui.Time
	Remove            ui.Confirm
}

// setupLinkRow is one setup link.
type setupLinkRow struct {
	For, Connection string
	Badge           ui.Badge
	Opens, MaxOpens int
	Opened, Expires ui.Time
	Revoke          *ui.Confirm // nil for one that opens nothing any more
}

// enforceSwitch is the switch that makes single sign-on the only way in.
type enforceSwitch struct {
	Confirm ui.Confirm
	Missing []ui.Todo // what has to be done before it can be switched on
}
