package directory

import "gatehouse/web/ui"

// rolesPage lists the roles of the installation, with the form of a new one.
type rolesPage struct {
	ui.Base
	Wrong  []ui.Wrong
	Rows   []roleRow
	Action string
	Fields []ui.Field
}

func (rolesPage) Title() string { return "Roles" }

// roleRow is a role.
type roleRow struct {
	Role       ui.Link
	Key        string
	Precedence int
	About      string
	Groups     int // that carry it
}

// roleDetailPage is a role, and the groups that carry it.
type roleDetailPage struct {
	ui.Base
	Heading string
	Wrong   []ui.Wrong
	Action  string
	Hidden  []ui.HiddenField
	Fields  []ui.Field
	Groups  []roleGroupRow
	Remove  *ui.Confirm // nil while a group carries it
}

func (p *roleDetailPage) Title() string { return p.Heading }

// roleGroupRow is a group that carries a role.
type roleGroupRow struct {
	Group        ui.Link
	Organization string
	Enterprise   ui.Link
}

// carriedForm says which roles a group carries, and changes it.
type carriedForm struct {
	Action string
	Hidden []ui.HiddenField
	Boxes  []ui.Field // one for each role
}
