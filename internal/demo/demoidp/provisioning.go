package demoidp

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"gatehouse/internal/demo/demoscim"
)

// provisioning is the part of the provider that pushes its people and groups to one
// application over SCIM, when a visitor says so.
type provisioning struct {
	mu      sync.Mutex
	pusher  *demoscim.Pusher // nil until a target was entered
	off     map[string]bool  // IDs of people who are deactivated
	removed map[string]bool  // IDs of people who are not assigned any more
	report  *demoscim.Report // of the last cycle
	took    time.Duration
}

type provisioningPage struct {
	basePage
	Target   string // base URL of the application
	HasToken bool
	Dialects []dialectChoice
	People   []provisionedPerson
	Report   *provisioningReport
	Problem  string
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

// provisioningReport is what a cycle came to, in words.
type provisioningReport struct {
	Changed  int
	Took     string
	Failures []provisioningFailure
}

type provisioningFailure struct{ Object, Text string }

// dialectLabel returns the product that speaks a dialect.
func dialectLabel(d demoscim.Dialect) string {
	switch d {
	case demoscim.EntraOff:
		return "Microsoft Entra ID"
	case demoscim.EntraOn:
		return "Microsoft Entra ID, with aadOptscim062020"
	case demoscim.Okta:
		return "Okta, catalog application"
	case demoscim.OktaCustom:
		return "Okta, custom application"
	}
	return "JumpCloud"
}

func (p *IdP) provisioningForm(w http.ResponseWriter, _ *http.Request) error {
	return p.showProvisioning(w, http.StatusOK, "")
}

func (p *IdP) showProvisioning(w http.ResponseWriter, status int, problem string) error {
	s := &p.provisioning
	s.mu.Lock()
	defer s.mu.Unlock()
	pg := &provisioningPage{
		basePage: basePage{Title: "Provisioning"},
		Problem:  problem,
	}
	chosen := demoscim.EntraOff
	if s.pusher != nil {
		chosen = s.pusher.Client.Dialect
		pg.Target = s.pusher.Client.Base
		pg.HasToken = s.pusher.Client.Token != ""
	}
	for _, d := range demoscim.Dialects() {
		pg.Dialects = append(pg.Dialects, dialectChoice{
			Name:   d,
			Label:  dialectLabel(d),
			Chosen: d == chosen,
		})
	}
	for _, person := range p.People() {
		pg.People = append(pg.People, provisionedPerson{
			Person:  person,
			Off:     s.off[person.ID],
			Removed: s.removed[person.ID],
		})
	}
	pg.Report = s.words()
	return p.render(w, status, "provisioning", pg)
}

// words returns the last report in words; nil before the first cycle.
func (s *provisioning) words() *provisioningReport {
	if s.report == nil {
		return nil
	}
	r := &provisioningReport{
		Changed: s.report.Changed,
		Took:    s.took.Round(time.Millisecond).String(),
	}
	for _, f := range s.report.Failures {
		r.Failures = append(r.Failures, provisioningFailure{
			Object: f.Object,
			Text:   f.Err.Error(),
		})
	}
	return r
}

// saveProvisioning takes the target of the form, and provisions to it.
func (p *IdP) saveProvisioning(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return refuse(http.StatusBadRequest, "The form could not be read.")
	}
	target := strings.TrimSuffix(strings.TrimSpace(r.PostForm.Get("target")), "/")
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return p.showProvisioning(w, http.StatusUnprocessableEntity, "Enter the SCIM base URL of the application.")
	}
	dialect := demoscim.Dialect(r.PostForm.Get("dialect"))
	if !slices.Contains(demoscim.Dialects(), dialect) {
		return p.showProvisioning(w, http.StatusUnprocessableEntity, "Choose a product.")
	}
	p.provisioning.point(target, strings.TrimSpace(r.PostForm.Get("token")), dialect)
	p.provision(r.Context(), r.PostForm.Has("restart"))
	return p.redirectTo(w, r, "/provisioning#report")
}

// point sets the target. Without a token the one entered before is used, and
// another target begins anew.
func (s *provisioning) point(target, token string, dialect demoscim.Dialect) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pusher == nil || s.pusher.Client.Base != target {
		s.pusher = demoscim.NewPusher(&demoscim.Client{
			Base: target,
			HTTP: &http.Client{Timeout: time.Minute},
		})
	}
	s.pusher.Client.Dialect = dialect
	if token != "" {
		s.pusher.Client.Token = token
	}
}

// provision runs one cycle. restart evaluates every object again.
func (p *IdP) provision(ctx context.Context, restart bool) {
	s := &p.provisioning
	s.mu.Lock()
	defer s.mu.Unlock()
	if restart {
		s.pusher.Restart()
	}
	begun := time.Now()
	report := s.pusher.Cycle(ctx, s.directory(p.People()))
	s.report = &report
	s.took = time.Since(begun)
}

// directory returns what is assigned to the application.
func (s *provisioning) directory(people []Person) *demoscim.Directory {
	d := demoscim.NewDirectory()
	for _, person := range people {
		for _, name := range person.Groups {
			if _, known := d.Groups[name]; !known {
				d.Groups[name] = demoscim.Group{
					Key:     name,
					Name:    name,
					Members: map[string]bool{},
				}
			}
		}
		if s.removed[person.ID] {
			continue
		}
		d.Users[person.ID] = demoscim.User{
			Key:         person.ID,
			UserName:    person.Login,
			DisplayName: person.Name(),
			Email:       person.Email,
			Active:      !s.off[person.ID],
		}
		for _, name := range person.Groups {
			d.Groups[name].Members[person.ID] = true
		}
	}
	return d
}

// switchPerson activates, deactivates, assigns or removes a person. The application
// learns of it in the next cycle.
func (p *IdP) switchPerson(w http.ResponseWriter, r *http.Request) error {
	person, err := p.person(r.FormValue("person"))
	if err != nil {
		return err
	}
	s := &p.provisioning
	s.mu.Lock()
	defer s.mu.Unlock()
	switch r.FormValue("action") {
	case "deactivate":
		s.off = with(s.off, person.ID, true)
	case "activate":
		s.off = with(s.off, person.ID, false)
	case "remove":
		s.removed = with(s.removed, person.ID, true)
	case "assign":
		s.removed = with(s.removed, person.ID, false)
	default:
		return refuse(http.StatusUnprocessableEntity, "There is no such action.")
	}
	return p.redirectTo(w, r, "/provisioning#people")
}

func with(set map[string]bool, key string, value bool) map[string]bool {
	if set == nil {
		set = map[string]bool{}
	}
	set[key] = value
	return set
}
