package activity

import "gatehouse/web/ui"

// guidePage is the troubleshooting guide.
type guidePage struct {
	ui.Base
	Action  string
	Filters []ui.Field
	Wrong   []ui.Wrong
	Areas   []guideArea
	Found   string // number of results of a search
	All     string // address of all of it; "" if this is it
}

func (*guidePage) Title() string { return "Troubleshooting" }

// guideArea is a part of the product, with the codes of it.
type guideArea struct {
	ID, Name string
	Rows     []guideRow
}

// guideRow is one code.
type guideRow struct{ Code, Meaning, Whose, Do, Place string }
