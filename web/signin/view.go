package signin

import "gatehouse/web/ui"

// signInPage asks for the company to sign in at.
type signInPage struct {
	ui.Base
	Value    string // as typed before
	Problem  string // error of the field; "" for none
	ReturnTo string // "" for the account page
	Last     *ui.Choice
}

func (signInPage) Title() string { return "Sign in" }

// Field returns the page's only field.
func (p *signInPage) Field() ui.Field {
	return ui.Field{
		ID:           "company",
		Name:         "company",
		Label:        "Work e-mail or company key",
		Hint:         "For example ada@acme.example, or acme.",
		Error:        p.Problem,
		Value:        p.Value,
		Autocomplete: "username",
		InputMode:    "email",
	}
}

// chooseConnectionPage lists the connections of a company, the last used one
// first.
type chooseConnectionPage struct {
	ui.Base
	Choices []ui.Choice
}

func (chooseConnectionPage) Title() string { return "Choose how to sign in" }
