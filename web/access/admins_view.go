package access

import "gatehouse/web/ui"

// adminsPage lists the local accounts.
type adminsPage struct {
	ui.Base
	Wrong    []ui.Wrong
	Rows     []adminRow
	Pager    ui.Pager
	Recovery ui.Field // of an invitation
	Invited  *newLink
	Uses     []adminUse
}

func (adminsPage) Title() string { return "Admins & recovery" }

// adminRow is one account.
type adminRow struct {
	Name, Login string
	Mine        bool // the visitor's own account
	Badges      []ui.Badge
	SignedIn    ui.Time
	Passkeys    int
	Acts        []rowAct
}

// rowAct is an action on a row without further input.
type rowAct struct{ Label, Action, About string }

// adminUse is one sign-in with an admin account, successful or not.
type adminUse struct {
	At        ui.Time
	Succeeded bool
	Who, What string
	Recovery  bool
	Remote    string
}

// newLink is a link that is shown only once.
type newLink struct {
	URL     ui.Copyable
	Expires ui.Time
	For     string
}
