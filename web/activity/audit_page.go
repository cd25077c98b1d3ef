package activity

import "gatehouse/web/ui"

// auditLogPage lists changes.
type auditLogPage struct {
	ui.Base
	eventList
	Rows     []changeRow
	Check    string      // where the chain is verified
	Checked  *chainCheck // nil if it was not just now
	JSON     string      // where the whole list is
	CSV      string
	Instance bool // it is that of the installation
}

func (p *auditLogPage) Title() string {
	if p.Instance {
		return "Audit log of this installation"
	}
	return "Audit log"
}

// changeRow is one audit event.
type changeRow struct {
	Sequence string
	At       ui.Time
	Who      string
	WhoHref  string
	Action   string
	Target   string
	Details  []claimLine
}

// chainCheck is what verifying a chain gave.
type chainCheck struct {
	State string // as Badge has it
	Text  string
}
