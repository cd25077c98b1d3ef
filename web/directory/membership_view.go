package directory

import "gatehouse/web/ui"

// pickPage lists groups to add a user to, or users to add to a group or to merge with.
type pickPage struct {
	ui.Base
	Heading string
	Lead    string   // "" for none
	Lasting []string // what becomes of it, connection by connection
	Wrong   []ui.Wrong
	Search  searchForm
	What    string // the head of the first column
	Rows    []pickRow
	Pager   ui.Pager
	Back    ui.Link
}

func (p *pickPage) Title() string { return p.Heading }

// pickRow is one that can be chosen.
type pickRow struct {
	Name   string
	Detail string
	Href   string
	Press  *ui.Press // nil if it was chosen before, or is chosen by Choose
	Choose *ui.Press // its Action is the address of the next page
}
