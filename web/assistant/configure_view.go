package assistant

import "gatehouse/web/ui"

// setupCreatePage is what to create at the identity provider.
type setupCreatePage struct {
	ui.Base
	stepFrame
	Part part
}

// setupConfigurePage is what the identity provider gives, and what was read of it.
type setupConfigurePage struct {
	ui.Base
	stepFrame
	Part     part
	Tabs     []ui.Link // ways to give it; none if there is one
	Form     setupForm
	Open     bool   // the form is what is to be done now
	Fetch    string // where the metadata is fetched again; "" if it has no address
	Read     []ui.Fact
	Keys     []signingKey
	Warnings []ui.Todo
}

// signingKey is a certificate that the identity provider signs with.
type signingKey struct {
	Fingerprint, Algorithm string
	Until                  string
	Badge                  ui.Badge
}
