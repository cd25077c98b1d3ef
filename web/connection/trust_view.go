package connection

import "gatehouse/web/ui"

// trustPart is a change of whom a connection trusts that needs an approval.
type trustPart struct {
	Badge   ui.Badge
	Heading string
	Text    string   // what there is to know about it
	By      []string // who made it, in words
	Changes []change
	Blocked string      // why the visitor cannot approve it; "" if they can
	Approve *ui.Confirm // nil if they cannot, or it is approved
	Refuse  *ui.Confirm // nil if it is refused
}
