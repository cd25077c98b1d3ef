package connection

import "gatehouse/web/ui"

// heldSyncsPage wait for an admin, or did.
type heldSyncsPage struct {
	ui.Base
	Wrong   []ui.Wrong
	Causes  []heldCause
	Waiting []heldRow
	Before  []heldRow
	Pager   ui.Pager
}

func (heldSyncsPage) Title() string { return "Held group syncs" }

// heldCause is what was held for one cause, to be decided together.
type heldCause struct {
	Title   string
	State   ui.Badge
	Since   ui.Time
	Count   string // "25 people wait"
	Text    string // why it is held
	Approve *ui.Confirm
	Discard *ui.Confirm
}

// heldRow is one of them.
type heldRow struct {
	ID             string
	Person         string
	Href           string
	At             ui.Time
	State          ui.Badge
	Added, Removed []string
	Text           string // what approving comes to
	Approve        *ui.Confirm
	Discard        *ui.Confirm
	Decided        string
}
