package provisioning

import "gatehouse/web/ui"

// connectionTokenPage changes a token, whose secret stays.
type connectionTokenPage struct {
	ui.Base
	Name   string
	State  ui.Badge
	Wrong  []ui.Wrong
	Facts  []ui.Fact
	Form   *tokenForm // nil for a revoked token
	Revoke *ui.Confirm
}

func (p *connectionTokenPage) Title() string { return p.Name }
