package ui

// Console is the frame of every page of the console.
type Console struct {
	Areas []Area
	Home  string // of the enterprise; "" where it has none, or the visitor may not open it
	// Trail leads from there down to the page, which is not part of it.
	Trail   []Link
	Role    string // the visitor's, in words; "" for an operator
	SignOut string // where signing out is posted
	Guide   *Guide // steps of the assistant that the page belongs to; nil for none
}

// Guide is the steps of an assistant, beside its pages.
type Guide struct {
	Name   string // "Connect Okta"
	Steps  []Step
	Handed string // sentence about the person who does the rest; "" for none
}

// Step is one step of a guide.
type Step struct {
	Label string
	Href  string // "" if it cannot be opened
	State string // "done", "now" for the page itself, "open", or "wait" for something before it
	Note  string // why it is not done: "the test will show"; "" for no remark
}

// Done reports whether the step has a tick.
func (s Step) Done() bool { return s.State == "done" }

// Now reports whether the page is this step.
func (s Step) Now() bool { return s.State == "now" }

// numberedStep is a step with its number among all.
type numberedStep struct {
	Step
	Number, Total int
}

// Current returns the step that the page is; nil for a page beside the steps.
func (g *Guide) Current() *numberedStep {
	for i, s := range g.Steps {
		if s.Now() {
			return &numberedStep{
				Step:   s,
				Number: i + 1,
				Total:  len(g.Steps),
			}
		}
	}
	return nil
}

// Area is a part of the console, in its navigation.
type Area struct {
	Heading string // "" for the first
	Links   []Link
}

// Link leads somewhere.
type Link struct {
	Label, Href string
	Current     bool // that is where this page belongs
}

// Badge is a word about the state of something.
type Badge struct {
	Label string
	State string // "ok", "warn", "error", or "" for neither good nor bad
}

// Fact is a labelled detail. Value or Time is set.
type Fact struct {
	Label string
	Value string
	Href  string // where Value leads; "" for nowhere
	Code  bool   // Value is to be read letter by letter
	Badge *Badge
	Time  *Time
}

// Todo is something that wants doing, with where it is done.
type Todo struct {
	State string // "error", "warn", or "" if not urgent
	Text  string
	Href  string
	Label string
}

// Pager leads to the other parts of a list.
type Pager struct {
	Next  string // address of the next part; "" if this is the last
	First string // address of the first part; "" if this is it
}

// Confirm is an act that cannot be taken back easily, with a question before it.
// It works without scripts: the question is folded away.
type Confirm struct {
	Label  string // of the button that unfolds the question
	About  string // its subject, for screen readers; "" if the page has one such act
	Text   string // what will happen
	Action string // where it is posted
	Button string // of the act itself
	Fields []HiddenField
	Danger bool
}

// Press is a button that does one thing at once.
type Press struct {
	Label  string
	About  string // its subject, for screen readers
	Action string // where it is posted
	Fields []HiddenField
}

// TypedForm is an act that is done only if its object's key is typed.
type TypedForm struct {
	Action string
	Text   string // what will happen
	Field  Field
	Button string
	Open   bool // it was tried, and not like this
}
