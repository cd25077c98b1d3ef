package assistant

import "gatehouse/web/ui"

// chooseProviderPage asks which product the identity provider of a company is.
type chooseProviderPage struct {
	ui.Base
	Heading  string
	Lead     string
	Products []product
	Back     *ui.Link
}

func (p chooseProviderPage) Title() string { return p.Heading }

// product is an identity provider with the protocols it speaks.
type product struct {
	Name string
	Ways []protocolWay
}

// protocolWay is a protocol to connect over.
type protocolWay struct {
	Protocol, Why, Href string
	Better, Current     bool
}

// nameConnectionPage is the last question before a connection is made, or set up as
// another product.
type nameConnectionPage struct {
	ui.Base
	Heading  string
	Lead     string
	Wrong    []ui.Wrong
	Fields   []ui.Field
	Hidden   []ui.HiddenField
	Action   string
	Button   string
	Back     ui.Link
	Warnings []ui.Todo
}

func (p nameConnectionPage) Title() string { return p.Heading }
