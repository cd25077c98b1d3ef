package directory

import "gatehouse/web/ui"

// domainsPage lists the domains an enterprise says are its own.
type domainsPage struct {
	ui.Base
	Rows   []domainRow
	Wrong  []ui.Wrong
	Missed *ui.Todo // the domain that could not be proven just now; nil for none
	Action string
	Fields []ui.Field // of a new one
}

func (domainsPage) Title() string { return "Domains" }

// domainRow is one of them.
type domainRow struct {
	ID       string
	Name     string
	Proven   bool
	Since    ui.Time // since when it is proven, or was added
	TXTName  ui.Copyable
	TXTValue ui.Copyable
	Wrong    []ui.Wrong // what was found instead, the last time
	Verify   ui.Press
	Remove   *ui.Confirm // nil where it cannot be removed
}
