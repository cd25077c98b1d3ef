package overview

import "gatehouse/web/ui"

// enterpriseListPage lists the enterprises, for operators.
type enterpriseListPage struct {
	ui.Base
	Search ui.Field
	Sought bool
	Wrong  []ui.Wrong // with what was entered to make one
	Fields []ui.Field // of one to be made
	Rows   []enterpriseRow
	Pager  ui.Pager
}

func (*enterpriseListPage) Title() string { return "Enterprises" }

// enterpriseRow is one enterprise.
type enterpriseRow struct {
	Name, Key, Href string
	State           ui.Badge
	People          int
	Connections     int
	LastSignIn      ui.Time
}

// overviewPage says how sign-in of an enterprise is.
type overviewPage struct {
	ui.Base
	Verdict     ui.Badge
	Sentence    string
	Begin       string // where the first connection is made; "" if there is one
	SignIn      ui.Copyable
	Todos       []ui.Todo
	Chart       barChart
	Failures    []failureRow
	Connections []connectionHealth
	Operator    *operatorForms // nil for anybody else
	Wrong       []ui.Wrong     // with what was entered in these
}

func (*overviewPage) Title() string { return "Overview" }

// failureRow is one cause of failures of the last day.
type failureRow struct {
	Count       int
	Code, Guide string
	Meaning     string
	Whose       string
	List        string // where those sign-ins are
}

// connectionHealth is how one connection is.
type connectionHealth struct {
	ID, Name, Href string
	State          ui.Badge
	Facts          []ui.Fact
}

// operatorForms are for whoever may change the enterprise itself.
type operatorForms struct {
	Rename string // where Fields are posted
	Fields []ui.Field
	Open   bool // it was tried, and not like this
	Delete ui.TypedForm
}
