package activity

import "gatehouse/web/ui"

// provisioningPage says what will be listed here.
type provisioningPage struct {
	ui.Base
	Tabs        []ui.Link
	Connections string // where they are set up
}

func (*provisioningPage) Title() string { return "Provisioning" }
