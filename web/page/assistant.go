package page

import (
	"slices"

	"gatehouse/sso"
)

// assistantPages are the steps of the setup assistant.
func assistantPages() []Page {
	return []Page{new(ChooseProvider), new(NameConnection), new(SetupCreate), new(SetupConfigure), new(SetupAttributes), new(SetupAssign),
		new(SetupTest), new(SetupEnable), new(SetupDone)}
}

// Piece is a part of a sentence of which every letter is the same.
type Piece struct {
	Text  string
	Label bool // as it stands in somebody else's console
	Code  bool // to be read letter by letter
}

// Part is what is done in somebody else's console in one go. ID is unique on its
// page.
type Part struct {
	ID       string
	Heading  string
	Do       []Instruction
	Warnings [][]Piece
}

// Instruction is one thing to do there.
type Instruction struct {
	Text   []Piece
	Values []Entry
}

// Entry is what goes into one field there: one of Copy, Choice and Download.
type Entry struct {
	Label, Hint string
	Copy        *Copyable
	Choice      string
	Download    *Link
}

// ChooseProvider asks which product somebody's identity provider is.
type ChooseProvider struct {
	Base
	Heading  string
	Lead     string
	Products []Product
	Back     *Link
}

func (p ChooseProvider) title() string { return p.Heading }

// Product is an identity provider with the protocols it speaks.
type Product struct {
	Name string
	Ways []Way
}

// Way is a protocol to connect over.
type Way struct {
	Protocol, Why, Href string
	Better, Current     bool
}

// NameConnection is the last question before a connection is made, or set up as
// another product.
type NameConnection struct {
	Base
	Heading  string
	Lead     string
	Wrong    []Wrong
	Fields   []Field
	Hidden   []HiddenField
	Action   string
	Button   string
	Back     Link
	Warnings []Todo
}

func (p NameConnection) title() string { return p.Heading }

// Assistant is what every step has.
type Assistant struct {
	Heading  string
	Over     string // the product and its protocol
	Role     string // who may do this there
	Steps    []Step
	Number   int
	Change   string // where the identity provider is changed
	HandOver string // where the assistant is handed on; "" for who may not
	Next     *Link  // the one button; nil where a form has it
}

func (a Assistant) title() string { return a.Heading }

// Step is one of the assistant's.
type Step struct {
	Label, Href   string
	Current, Done bool
}

// SetupCreate is what to create at the identity provider.
type SetupCreate struct {
	Base
	Assistant
	Part Part
}

// SetupConfigure is what the identity provider gives, and what was read of it.
type SetupConfigure struct {
	Base
	Assistant
	Part     Part
	Tabs     []Link // ways to give it; none if there is one
	Form     SetupForm
	Open     bool   // the form is what is to be done now
	Fetch    string // where the metadata is fetched again; "" if it has no address
	Read     []Fact
	Keys     []SigningKey
	Warnings []Todo
}

// SigningKey is a certificate that the identity provider signs with.
type SigningKey struct {
	Fingerprint, Algorithm string
	Until                  string
	Badge                  Badge
}

// SetupForm is what is entered on a step.
type SetupForm struct {
	Wrong  []Wrong
	Fields []Field
	More   []Field // what few need
	Hidden []HiddenField
	Action string
	Button string
	Files  bool
	Tried  bool // it was shown on the last test, and is not saved
	Meant  []Meant
}

// MoreOpen says that More has a field to look at: one that is wrong, or one that
// was just tried.
func (f SetupForm) MoreOpen() bool {
	return f.Tried || slices.ContainsFunc(f.More, func(field Field) bool { return field.Error != "" })
}

// Meant is what somebody probably meant by an entry, one button away.
type Meant struct{ Label, Value, Use string }

// SetupAttributes is what the identity provider has to send, and what it sent.
type SetupAttributes struct {
	Base
	Assistant
	Part, Groups Part
	Claims       []ClaimRow
	Tested       *Time // when it was last tested; nil: never
	Sent         []Sent
	Form         SetupForm
	// Trace is what the mapping of the form makes of the last test's groups; nil:
	// there was no test.
	Trace *GroupTrace
	// Try is where the form is posted to be shown on the last test; "": there was
	// none.
	Try string
}

// ClaimRow is a claim that has to be sent.
type ClaimRow struct {
	Use   string
	Name  Copyable
	Value string
	Note  string
	Badge Badge
}

// Sent is a claim as it came.
type Sent struct {
	Name   string
	Values []string
	More   int // values that are left out
}

// SetupAssign is who may sign in there.
type SetupAssign struct {
	Base
	Assistant
	Part Part
}

// SetupTest is the test connection, as far as the assistant goes.
type SetupTest struct {
	Base
	Assistant
	Missing []Todo
	Start   string // where a test is started by a form; "" while something is missing
	Last    *LastTest
	All     string // where all tests are
	Again   bool   // the test is not the one button any more
}

// LastTest is the newest test connection in a line.
type LastTest struct {
	Badge  Badge
	At     Time
	Detail string
	Href   string
	Old    bool // something was changed since
}

// SetupEnable is the last question before people can sign in.
type SetupEnable struct {
	Base
	Assistant
	Missing  []Todo
	Changes  []string // what will be different for people
	Warnings []Todo
	Differs  []Differs
	Form     SetupForm
}

// Differs is a field that is another one than what people sign in with now.
type Differs struct{ Field, Before, After string }

// SetupDone is what comes after.
type SetupDone struct {
	Base
	Assistant
	Link Copyable
	Todo []Todo
}

// Over says what a connection runs on, in the words of its product; product may
// be empty.
func Over(product string, protocol sso.Protocol) string {
	name := "SAML"
	if protocol == sso.OIDC {
		name = "OpenID Connect"
	}
	if product == "" {
		return name
	}
	return product + ", " + name
}
