package directory

import "gatehouse/web/ui"

// questionsPage lists the claims to a login that another user has.
type questionsPage struct {
	ui.Base
	Wrong    []ui.Wrong
	Subjects []subjectsRow // which come first, since each is about many people
	Rows     []questionRow
	Pager    ui.Pager
}

func (*questionsPage) Title() string { return "Login conflicts" }

// questionRow is one claim, with both records.
type questionRow struct {
	ID       string
	Login    string
	Keeps    string // the login that the claimant signs in with meanwhile; "" if they are outside
	Since    ui.Time
	Attempt  ui.Link // Href is "" if no sign-in raised it
	Push     ui.Link // the connection whose push raised it; Href is "" if none did
	Claimant questionPerson
	Holder   questionPerson
	Action   string // where the answer is posted
}

// questionPerson is one of the two records.
type questionPerson struct {
	ID         string
	Person     personRef
	Status     ui.Badge
	Email      string
	Since      ui.Time
	LastSignIn ui.Time
	Identities []identityRow
	Pushed     []ui.Fact // what identity providers pushed of them
}

// LoginOf is the field for another login of one of the two.
func (r questionRow) LoginOf(who string) ui.Field {
	return ui.Field{
		ID:           "login-" + who + "-" + r.ID,
		Name:         "login",
		Label:        "Another login",
		Hint:         "Sign-ins leave it as it is from then on.",
		Autocomplete: "off",
	}
}
