package page

import "strconv"

// EnterpriseList lists the enterprises, for operators.
type EnterpriseList struct {
	Base
	Search Field
	Sought bool
	Wrong  []Wrong // with what was entered to make one
	Fields []Field // of one to be made
	Rows   []EnterpriseRow
	Pager  Pager
}

func (*EnterpriseList) title() string { return "Enterprises" }

// EnterpriseRow is one enterprise.
type EnterpriseRow struct {
	Name, Key, Href string
	State           Badge
	People          int
	Connections     int
	LastSignIn      Time
}

// Overview says how sign-in of an enterprise is.
type Overview struct {
	Base
	Verdict     Badge
	Sentence    string
	Begin       string // where the first connection is made; "" if there is one
	SignIn      Copyable
	Todos       []Todo
	Chart       Chart
	Failures    []FailureRow
	Connections []ConnectionHealth
	Operator    *OperatorForms // nil for anybody else
	Wrong       []Wrong        // with what was entered in these
}

func (*Overview) title() string { return "Overview" }

// FailureRow is one cause of failures of the last day.
type FailureRow struct {
	Count       int
	Code, Guide string
	Meaning     string
	Whose       string
	List        string // where those sign-ins are
}

// ConnectionHealth is how one connection is.
type ConnectionHealth struct {
	ID, Name, Href string
	State          Badge
	Facts          []Fact
}

// OperatorForms are for whoever may change the enterprise itself.
type OperatorForms struct {
	Rename string // where Fields are posted
	Fields []Field
	Open   bool // it was tried, and not like this
	Delete TypedForm
}

// Chart is sign-ins per day, as bars.
type Chart struct {
	Bars    []Bar
	Summary string // what it shows, in words
	Most    int    // of one day: the top of the scale
}

// Bar is one day of a Chart, in the units of its picture.
type Bar struct {
	Day                  string // "24 Nov"
	Succeeded, Failed    int
	X, Good, Bad, Height int // from the top: where good begins, where bad does; height of good
	BadHeight            int
	Middle               int
	Label                string // under every other bar
}

// The picture of a Chart.
const (
	chartWidth  = 40  // of a day
	chartHeight = 140 // of the highest
	chartTop    = 10
)

// NewChart draws days, oldest first.
func NewChart(days []Day) Chart {
	c := Chart{}
	good, bad := 0, 0
	for _, d := range days {
		c.Most = max(c.Most, d.Succeeded+d.Failed)
		good, bad = good+d.Succeeded, bad+d.Failed
	}
	for i, d := range days {
		b := Bar{Day: d.Name, Succeeded: d.Succeeded, Failed: d.Failed, X: i*chartWidth + 6, Middle: i*chartWidth + chartWidth/2, Height: scaled(d.Succeeded, c.Most), BadHeight: scaled(d.Failed, c.Most)}
		b.Good = chartTop + chartHeight - b.Height
		b.Bad = b.Good - b.BadHeight
		if (len(days)-1-i)%2 == 0 {
			b.Label = d.Name
		}
		c.Bars = append(c.Bars, b)
	}
	c.Summary = "In the last " + strconv.Itoa(len(days)) + " days " + counted(good, "sign-in") + " succeeded and " + strconv.Itoa(bad) + " failed."
	return c
}

// scaled is the height of a bar; whatever is not nothing can be seen.
func scaled(n, most int) int {
	if n == 0 || most == 0 {
		return 0
	}
	return max(2, n*chartHeight/most)
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}

// Day is what a Chart is drawn of.
type Day struct {
	Name              string // "24 Nov"
	Succeeded, Failed int
}

// Width is that of the picture.
func (c Chart) Width() int { return len(c.Bars)*chartWidth + 10 }

// None says that there is nothing to draw.
func (c Chart) None() bool { return c.Most == 0 }
