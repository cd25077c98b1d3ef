package connection

import "gatehouse/web/ui"

// connectionShadowPage compares a draft with what is live.
type connectionShadowPage struct {
	ui.Base
	Wrong    []ui.Wrong
	On       bool
	Facts    []ui.Fact
	Counts   []share
	Rows     []shadowRow
	Pager    ui.Pager
	Start    string // where it is started; "" if it is on, or cannot be
	Stop     string
	Without  string // why it cannot be; "" if it can
	Protocol string // what is not compared
	Promote  *ui.Confirm
}

func (connectionShadowPage) Title() string { return "Shadow mode" }

// shadowRow is what a draft means to one person.
type shadowRow struct {
	Person  string
	Href    string // "" if there is no such user yet
	Outcome ui.Badge
	Lines   []string
	Times   string
	At      ui.Time
}

// share is a share of a whole, drawn and in words.
type share struct {
	Label   string
	Text    string
	Percent int
	State   string // of a badge
}
