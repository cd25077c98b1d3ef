package directory

import "gatehouse/web/ui"

// groupsPage lists an enterprise's groups.
type groupsPage struct {
	ui.Base
	Search searchForm
	Rows   []groupCountRow
	Pager  ui.Pager
	Verify []ui.Link // where the groups of identity providers are compared with these
	Wrong  []ui.Wrong
	Action string
	Fields []ui.Field // of a new one; none if there is no organization to make it in
}

func (groupsPage) Title() string { return "Groups" }

// groupCountRow is a group, with how many people are in it.
type groupCountRow struct {
	Group        ui.Link
	Organization ui.Link
	Badge        *ui.Badge
	Actual       int
	Expected     string // or why there is no number
	Off          bool   // the two differ
}
