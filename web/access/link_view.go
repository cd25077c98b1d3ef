package access

import "gatehouse/web/ui"

// setupStartPage is the page of a setup link before it is redeemed.
type setupStartPage struct {
	ui.Base
	Action     string
	Connection string   // "" for a new connection
	SignOn     bool     // whether it opens single sign-on
	Parts      []string // what it opens
	For        string
	By         string
	Expires    ui.Time
}

func (p *setupStartPage) Title() string {
	if p.SignOn {
		return "Set up single sign-on for " + p.Enterprise
	}
	return "Set up " + p.Enterprise
}
