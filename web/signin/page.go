package signin

import "gatehouse/web/ui"

// signInPage asks one question: whose sign-in to go to.
type signInPage struct {
	ui.Base
	Value    string // as typed before
	Problem  string // what is wrong with it; "" if nothing
	ReturnTo string // "" for nowhere in particular
	Last     *ui.Choice
}

func (signInPage) Title() string { return "Sign in" }

// Field is the page's only one.
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

// chooseConnectionPage is for a company with several ways to sign in, the last used
// one first.
type chooseConnectionPage struct {
	ui.Base
	Choices []ui.Choice
}

func (chooseConnectionPage) Title() string { return "Choose how to sign in" }
