package demoidp

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/internal/demo/demoscim"
)

const (
	// mostPeople is how many people a page shows before it asks for a search, and
	// mostRowsOfPeople how many the provisioning page does.
	mostPeople       = 24
	mostRowsOfPeople = 8
	// mostFailures is how many different failures of a cycle are shown, and mostNamed
	// how many names of each.
	mostFailures = 8
	mostNamed    = 5
	// watchEvery is how often the page reloads while a cycle runs, in seconds.
	watchEvery = "1"
)

type provisioningPage struct {
	basePage
	Target     string // base URL of the application
	HasToken   bool
	Saved      bool
	Ready      bool
	Product    product
	Dialects   []dialectChoice
	Groups     []provisionedGroup
	People     []provisionedPerson
	Search     search
	Assigned   int // people
	Run        *runView
	Breaks     []breakBox
	BreakSaved bool
	Requests   int
	Problem    string
}

type dialectChoice struct {
	Name   demoscim.Dialect
	Label  string
	Chosen bool
}

type provisionedPerson struct {
	Person
	Off     bool
	Removed bool
}

type provisionedGroup struct {
	Name     string
	Members  int
	Assigned bool
}

// breakBox is something that can be broken on purpose.
type breakBox struct {
	Name, Title, Text string
	On                bool
}

// search is the search for people in a directory with many.
type search struct {
	Q      string
	Offers bool // there are more people than a page shows
	Found  int
	More   int // not shown
}

// runView is what a run came to, in words.
type runView struct {
	What     string
	Running  bool
	Done     int
	All      int
	Changed  int
	Took     string
	Failed   int
	Failures []provisioningFailure
	More     bool
}

// provisioningFailure is what failed in the same way.
type provisioningFailure struct {
	Objects []string
	More    int // not named
	Text    string
}

func (p *IdP) provisioningRoutes(mux *http.ServeMux) {
	for pattern, h := range map[string]handlerFunc{
		"GET /provisioning":              p.provisioningForm,
		"POST /provisioning":             p.saveTarget,
		"POST /provisioning/run":         p.runProvisioning,
		"POST /provisioning/people":      p.switchPerson,
		"POST /provisioning/groups":      p.changeGroup,
		"POST /provisioning/breaks":      p.saveBreaks,
		"GET /provisioning/log":          p.provisioningLog,
		"GET /provisioning/log/{number}": p.provisioningExchange,
	} {
		mux.Handle(pattern, p.onPage(h))
	}
}

func (p *IdP) provisioningForm(w http.ResponseWriter, r *http.Request) error {
	return p.showProvisioning(w, r, http.StatusOK, "")
}

func (p *IdP) showProvisioning(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	people, groups := p.People(), p.groupNames()
	found, search := searched(people, r.FormValue("q"), mostRowsOfPeople)
	s := &p.provisioning
	s.mu.Lock()
	defer s.mu.Unlock()
	pg := &provisioningPage{
		basePage:   basePage{Title: "Provisioning"},
		Problem:    problem,
		Saved:      r.URL.Query().Has("saved"),
		BreakSaved: r.URL.Query().Has("broken"),
		Ready:      s.pusher != nil,
		Target:     s.target.BaseURL,
		HasToken:   s.target.Token != "",
		Product:    productOf(s.target.Dialect),
		Breaks:     s.breakBoxes(),
		Run:        s.last.words(s.target.Dialect),
		Dialects:   dialects(s.target.Dialect),
		Search:     search,
	}
	if s.network != nil {
		pg.Requests = len(s.network.Exchanges())
	}
	pg.Assigned = len(s.directory(people).Users)
	for _, name := range groups {
		pg.Groups = append(pg.Groups, provisionedGroup{
			Name:     name,
			Members:  membersOf(people, name),
			Assigned: !s.unassigned[s.key(name)],
		})
	}
	for _, person := range found {
		pg.People = append(pg.People, provisionedPerson{
			Person:  person,
			Off:     s.off[person.ID],
			Removed: s.removed[person.ID],
		})
	}
	if s.busy() {
		w.Header().Set("Refresh", watchEvery)
	}
	return p.render(w, status, "provisioning", pg)
}

func dialects(chosen demoscim.Dialect) (all []dialectChoice) {
	for _, d := range demoscim.Dialects() {
		all = append(all, dialectChoice{
			Name:   d,
			Label:  productOf(d).Label,
			Chosen: d == chosen,
		})
	}
	return all
}

func membersOf(people []Person, group string) (n int) {
	for _, person := range people {
		if slices.Contains(person.Groups, group) {
			n++
		}
	}
	return n
}

// searched returns the people whose name or login contains q, up to most.
func searched(people []Person, q string, most int) ([]Person, search) {
	found := slices.DeleteFunc(slices.Clone(people), func(person Person) bool {
		return !strings.Contains(
			strings.ToLower(person.Name()+" "+person.Login), strings.ToLower(strings.TrimSpace(q)),
		)
	})
	shown := found[:min(len(found), most)]
	return shown, search{
		Q:      q,
		Offers: len(people) > most,
		Found:  len(found),
		More:   len(found) - len(shown),
	}
}

// words returns a run in the words of a product; nil of none.
func (r *run) words(d demoscim.Dialect) *runView {
	if r == nil {
		return nil
	}
	v := &runView{
		What:    r.what,
		Running: r.running,
		Done:    r.done,
		All:     max(r.all, 1),
		Changed: r.report.Changed,
		Took:    r.took.Round(time.Millisecond).String(),
		Failed:  len(r.report.Failures),
	}
	for _, f := range r.report.Failures {
		v.add(f.Object, productOf(d).failure(f))
	}
	return v
}

// add adds a failure to those with the same text.
func (v *runView) add(object, text string) {
	i := slices.IndexFunc(v.Failures, func(f provisioningFailure) bool { return f.Text == text })
	if i < 0 {
		if len(v.Failures) == mostFailures {
			v.More = true
			return
		}
		i = len(v.Failures)
		v.Failures = append(v.Failures, provisioningFailure{Text: text})
	}
	if f := &v.Failures[i]; len(f.Objects) < mostNamed {
		f.Objects = append(f.Objects, object)
	} else {
		f.More++
	}
}

func (s *provisioning) breakBoxes() []breakBox {
	all := []breakBox{
		{
			"lost", "Answers get lost",
			"The application carries every fifth change out, and its answer does not arrive.",
			s.breaks.lost,
		},
		{
			"groups-first", "Members before their users",
			"Groups are sent first, with members that the application has not heard of.",
			s.breaks.groupsFirst,
		},
	}
	if s.target.UsersOnly != "" {
		all = append(all, breakBox{
			"users-only", "A token for users only",
			"The directory uses another token, which lacks the scopes for groups.",
			s.breaks.usersOnly,
		})
	}
	return all
}

type provisioningLogPage struct {
	basePage
	Product product
	Failed  bool // only what failed
	Rows    []exchangeRow
	Older   string // query of the next page; "" if there is none
}

type exchangeRow struct {
	demoscim.Exchange
	Clock string
}

// Request returns the request without what is the same for all.
func (e exchangeRow) Request() string {
	path := e.Path
	if i := strings.Index(path, "/connections/"); i >= 0 {
		_, path, _ = strings.Cut(path[i+len("/connections/"):], "/")
		path = "/" + path
	}
	if plain, err := url.QueryUnescape(path); err == nil {
		path = plain
	}
	return e.Method + " " + path
}

// mostRows is how many requests a page of the log shows.
const mostRows = 40

func (p *IdP) exchanges() ([]demoscim.Exchange, demoscim.Dialect) {
	s := &p.provisioning
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.network == nil {
		return nil, s.target.Dialect
	}
	return s.network.Exchanges(), s.target.Dialect
}

func (p *IdP) provisioningLog(w http.ResponseWriter, r *http.Request) error {
	all, dialect := p.exchanges()
	q := r.URL.Query()
	pg := &provisioningLogPage{
		basePage: basePage{Title: "Provisioning log"},
		Product:  productOf(dialect),
		Failed:   q.Has("failed"),
	}
	before, err := strconv.Atoi(q.Get("before"))
	for _, e := range all {
		switch {
		case pg.Failed && !e.Failed(), err == nil && e.Number >= before:
			continue
		case len(pg.Rows) == mostRows:
			q.Set("before", strconv.Itoa(pg.Rows[mostRows-1].Number))
			pg.Older = "?" + q.Encode()
			return p.render(w, http.StatusOK, "provisioning-log", pg)
		}
		pg.Rows = append(pg.Rows, rowOf(e))
	}
	return p.render(w, http.StatusOK, "provisioning-log", pg)
}

func rowOf(e demoscim.Exchange) exchangeRow { return exchangeRow{e, e.At.Format("15:04:05")} }

type exchangePage struct {
	basePage
	Row      exchangeRow
	Took     string
	Sent     string
	Answered string
}

// indented returns a body as JSON is read most easily, and other text as it is.
func indented(body string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(body), "", "  ") != nil {
		return body
	}
	return b.String()
}

func (p *IdP) provisioningExchange(w http.ResponseWriter, r *http.Request) error {
	all, _ := p.exchanges()
	for _, e := range all {
		if strconv.Itoa(e.Number) == r.PathValue("number") {
			return p.render(w, http.StatusOK, "provisioning-exchange", &exchangePage{
				basePage: basePage{Title: "Request " + strconv.Itoa(e.Number)},
				Row:      rowOf(e),
				Took:     e.Took.Round(time.Millisecond / 10).String(),
				Sent:     indented(e.Sent),
				Answered: indented(e.Answered),
			})
		}
	}
	return refuse(http.StatusNotFound, "This request is not remembered any more.")
}
