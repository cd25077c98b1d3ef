package activity

import "gatehouse/web/ui"

// auditLogPage lists changes.
type auditLogPage struct {
	ui.Base
	eventList
	Rows     []changeRow
	Check    string      // address that verifies the chain
	Checked  *chainCheck // nil unless just verified
	JSON     string      // address of the whole list
	CSV      string
	Instance bool // the installation's log
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

// chainCheck is the result of verifying a chain.
type chainCheck struct {
	State string // as Badge has it
	Text  string
}
