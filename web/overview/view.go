package overview

import "gatehouse/web/ui"

// enterpriseListPage lists the enterprises, for operators.
type enterpriseListPage struct {
	ui.Base
	Search ui.Field
	Sought bool
	Wrong  []ui.Wrong // problems of the form
	Fields []ui.Field // of the form
	Rows   []enterpriseRow
	Pager  ui.Pager
	First  *firstSteps // nil if there are none, or not on this page
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

// overviewPage shows the state of an enterprise's sign-in.
type overviewPage struct {
	ui.Base
	Verdict     ui.Badge
	Sentence    string
	Begin       string // address that creates the first connection; "" if there is one
	SignIn      ui.Copyable
	Arrival     arrivalPlace
	Todos       []ui.Todo
	Chart       barChart
	Failures    []failureRow
	Connections []connectionHealth
	Operator    *operatorForms // nil for other visitors
	Wrong       []ui.Wrong     // problems of these forms
}

func (*overviewPage) Title() string { return "Overview" }

// arrivalPlace is where people arrive after a sign-in without a page to return to.
type arrivalPlace struct {
	Label, URL string // URL is "" for the list of their applications
	Lost       string // why it is not the application that was chosen
}

// failureRow is one cause of failures of the last day.
type failureRow struct {
	Count       int
	Code, Guide string
	Meaning     string
	Whose       string
	List        string // address of these sign-ins
}

// connectionHealth is the state of one connection.
type connectionHealth struct {
	ID, Name, Href string
	State          ui.Badge
	Facts          []ui.Fact
}

// operatorForms change and delete the enterprise.
type operatorForms struct {
	Arrive      string // target of Arrival
	Arrival     ui.Field
	ArrivalOpen bool   // opened after a refused input
	Rename      string // target of Fields
	Fields      []ui.Field
	Open        bool // opened after a refused input
	Delete      ui.TypedForm
}
