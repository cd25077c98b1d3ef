package access

import "gatehouse/web/ui"

// adminsPage are all local accounts.
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
	Mine        bool // of whoever looks at it
	Badges      []ui.Badge
	SignedIn    ui.Time
	Passkeys    int
	Acts        []rowAct
}

// rowAct is something that can be done to a row at once.
type rowAct struct{ Label, Action, About string }

// adminUse is a time that somebody got in, or did not.
type adminUse struct {
	At        ui.Time
	Succeeded bool
	Who, What string
	Recovery  bool
	Remote    string
}

// newLink is a link that is shown once.
type newLink struct {
	URL     ui.Copyable
	Expires ui.Time
	For     string
}
