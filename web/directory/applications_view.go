package directory

import "gatehouse/web/ui"

// applicationsPage lists what sits behind the gateway.
type applicationsPage struct {
	ui.Base
	Rows  []applicationRow
	Pager ui.Pager
}

func (applicationsPage) Title() string { return "Applications" }

// applicationRow is one of them.
type applicationRow struct {
	Application ui.Link
	Key         string
	Origin      string // the first
	More        int    // how many others
	Who         string // may come in
}

// applicationDetailPage is one application, or the form of a new one.
type applicationDetailPage struct {
	ui.Base
	Heading  string
	New      bool
	Wrong    []ui.Wrong
	Action   string
	Hidden   []ui.HiddenField // of an edit
	Fields   []ui.Field
	Shared   []sharedOrigin
	Snippets []snippet // how to configure the proxy
	Cookie   bool      // the session cookie does not reach the application's hosts
	Remove   *ui.Confirm
}

func (p *applicationDetailPage) Title() string { return p.Heading }

// sharedOrigin is an origin that other applications have, too.
type sharedOrigin struct {
	Origin string
	Others []ui.Link
	First  *ui.Link // the oldest, to which addresses lead; nil for this application
}

// snippet is what is pasted into the configuration of a proxy.
type snippet struct {
	ID      string
	Proxy   string
	Tested  bool // with the real thing
	Text    string
	Replace string // what in it depends on the installation, in a sentence
}
