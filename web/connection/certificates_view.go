package connection

import "gatehouse/web/ui"

// connectionCertificatesPage is what an identity provider signs with, and our own
// keys.
type connectionCertificatesPage struct {
	ui.Base
	Wrong    []ui.Wrong
	Rows     []certificateRow
	Window   string // what the lines show: "May 2026 to November 2028"
	Metadata []ui.Fact
	Refresh  string      // "" if there is no address to fetch from
	Pending  *ui.Confirm // nil if no new certificates wait to be confirmed
	Add      string      // "" for OpenID Connect
	Field    ui.Field
	Revision string
	Draft    string // address of the draft that waits to be enabled; "" for none
	Own      []ownKey
	Rotate   *ui.Confirm // nil without keys of ours
}

func (connectionCertificatesPage) Title() string { return "Certificates" }

// certificateRow is one certificate of an identity provider.
type certificateRow struct {
	Subject     string
	Fingerprint string
	State       ui.Badge
	Source      string
	Life        *lifeline // nil if it cannot be read any more
	Used        ui.Time
	Remove      *ui.Confirm // nil where that is not for an admin
}

// lifeline is a span on a line that stands for Window: from and to as parts of
// 1000, and where now is.
type lifeline struct {
	From, Length, Now int
	State             string // of a badge
	Text              string // the same in words
}

// ownKey is one of our own.
type ownKey struct {
	Label    string
	Made     ui.Time
	Download string
}
