package activity

import "gatehouse/web/ui"

// provisioningPage lists what identity providers pushed.
type provisioningPage struct {
	ui.Base
	eventList
	Rows        []pushEntry
	Connections string // address of the connections
}

func (*provisioningPage) Title() string { return "Provisioning" }

// pushEntry is one request of an identity provider.
type pushEntry struct {
	At         ui.Time
	Connection string
	Request    string // such as "change group"
	Name       string // of the user or group; "" if it is not known
	Result     []ui.Badge
	Detail     string // the text of a refusal
	Token      string // by which the request was sent
	RequestID  string // in the log
}
