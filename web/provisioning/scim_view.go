package provisioning

import "gatehouse/web/ui"

// connectionSCIMPage shows where the identity provider pushes to, by which tokens,
// and what becomes of it.
type connectionSCIMPage struct {
	ui.Base
	Wrong    []ui.Wrong
	Places   []ui.Link
	State    ui.Badge
	Lead     string // what becomes of a push
	Todos    []ui.Todo
	Made     *madeToken // nil unless one was created just now
	Entries  []entry
	Facts    []ui.Fact
	Settings string
	Next     []ui.Link // where it is tried and switched
	Tokens   []tokenRow
	Ended    []tokenRow // revoked ones
	Form     tokenForm
	Open     bool // whether the form is unfolded
}

func (connectionSCIMPage) Title() string { return placeSCIM }

// entry is a value to enter at the identity provider.
type entry struct {
	Label string       // as the identity provider calls it
	Value *ui.Copyable // nil if Text says what to enter
	Text  string
}

// madeToken is a token that is shown only once.
type madeToken struct {
	Name  string
	Label string // of the field at the identity provider
	Value ui.Copyable
}

// tokenRow is one token.
type tokenRow struct {
	Name    string
	State   ui.Badge
	Scopes  string
	Made    ui.Time
	Expires ui.Time
	Expiry  *ui.Badge // that it expires soon; nil if not
	Used    ui.Time
	Client  string
	Refused ui.Time
	Refusal string
	Edit    string // "" for a revoked one
	Widen   *ui.Press
	Revoke  *ui.Confirm
}

// tokenForm creates or changes a token.
type tokenForm struct {
	Action  string
	Hidden  []ui.HiddenField
	Name    ui.Field
	Scopes  scopeField
	Expires ui.Field
	Button  string
}

// scopeField is a choice of scopes.
type scopeField struct {
	Error string
	Boxes []ui.Field
}
