package activity

import "gatehouse/web/ui"

// provisioningPage explains the future list of provisioning events.
type provisioningPage struct {
	ui.Base
	Tabs        []ui.Link
	Connections string // address of the connections
}

func (*provisioningPage) Title() string { return "Provisioning" }
