package access

import "gatehouse/web/ui"

// setupStartPage is what a setup link shows before it is used.
type setupStartPage struct {
	ui.Base
	Action     string
	Connection string // "" for a new one
	For        string
	By         string
	Expires    ui.Time
}

func (p *setupStartPage) Title() string { return "Set up single sign-on for " + p.Enterprise }
