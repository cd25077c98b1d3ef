package page

// Domains lists the domains an enterprise says are its own.
type Domains struct {
	Base
	Rows   []DomainRow
	Wrong  []Wrong
	Missed *Todo // the domain that could not be proven just now; nil for none
	Action string
	Fields []Field // of a new one
}

func (Domains) title() string { return "Domains" }

// DomainRow is one of them.
type DomainRow struct {
	ID       string
	Name     string
	Proven   bool
	Since    Time // since when it is proven, or was added
	TXTName  Copyable
	TXTValue Copyable
	Wrong    []Wrong // what was found instead, the last time
	Verify   Press
	Remove   *Confirm // nil where it cannot be removed
}

// Applications lists what sits behind the gateway.
type Applications struct {
	Base
	Rows  []ApplicationRow
	Pager Pager
}

func (Applications) title() string { return "Applications" }

// ApplicationRow is one of them.
type ApplicationRow struct {
	Application Link
	Key         string
	Origin      string // the first
	More        int    // how many others
	Who         string // may come in
}

// ApplicationDetail is one application, or the form of a new one.
type ApplicationDetail struct {
	Base
	Heading  string
	New      bool
	Wrong    []Wrong
	Action   string
	Fields   []Field
	Snippets []Snippet // how to configure the proxy
	Cookie   bool      // the session cookie does not reach the application's hosts
	Remove   *Confirm
}

func (p *ApplicationDetail) title() string { return p.Heading }

// Snippet is what is pasted into the configuration of a proxy.
type Snippet struct {
	ID      string
	Proxy   string
	Tested  bool // with the real thing
	Text    string
	Replace string // what in it depends on the installation, in a sentence
}
