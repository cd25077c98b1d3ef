package demoidp

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gatehouse/internal/demo/demoscim"
	"gatehouse/sso"
)

// The forms of the provisioning page. What a visitor changes here, the application
// learns of in the next cycle.

// saveTarget takes the address, the token and the product.
func (p *IdP) saveTarget(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return refuse(http.StatusBadRequest, "The form could not be read.")
	}
	t := Target{
		BaseURL: strings.TrimSuffix(strings.TrimSpace(r.PostForm.Get("target")), "/"),
		Token:   sso.Secret(strings.TrimSpace(r.PostForm.Get("token"))),
		Dialect: demoscim.Dialect(r.PostForm.Get("dialect")),
	}
	if problem := p.retarget(t); problem != "" {
		return p.showProvisioning(w, r, http.StatusUnprocessableEntity, problem)
	}
	return p.redirectTo(w, r, "/provisioning?saved")
}

// retarget sets the target and returns why it cannot be. Without a token, the one
// entered before is used.
func (p *IdP) retarget(t Target) (problem string) {
	s := &p.provisioning
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.target.BaseURL == t.BaseURL {
		t.UsersOnly = s.target.UsersOnly
		if t.Token == "" {
			t.Token = s.target.Token
		}
	}
	switch {
	case !isAddress(t.BaseURL):
		return "Enter the SCIM base URL of the application."
	case t.Token == "":
		return "Enter the token."
	case !slices.Contains(demoscim.Dialects(), t.Dialect):
		return "Choose a product."
	case s.busy():
		return "A cycle is running. Wait until it has ended."
	}
	s.breaks.usersOnly = s.breaks.usersOnly && t.UsersOnly != ""
	s.point(t)
	return ""
}

// runProvisioning runs a cycle, or restarts.
func (p *IdP) runProvisioning(w http.ResponseWriter, r *http.Request) error {
	what, do := "The cycle", push(cycle)
	if r.FormValue("restart") != "" {
		what, do = "The restart", restart
	}
	if err := p.begin(what, do); err != nil {
		return p.showProvisioning(w, r, asRefusal(err).status, asRefusal(err).text)
	}
	return p.redirectTo(w, r, "/provisioning")
}

// switchPerson activates, deactivates, assigns or removes a person, or gives their
// login to someone else.
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
		put(&s.off, person.ID, true)
	case "activate":
		put(&s.off, person.ID, false)
	case "remove":
		put(&s.removed, person.ID, true)
	case "assign":
		put(&s.removed, person.ID, false)
	case "reuse":
		s.broken = true
		p.reuseLogin(person)
	default:
		return refuse(http.StatusUnprocessableEntity, "There is no such action.")
	}
	return p.redirectTo(w, r, "/provisioning?"+url.Values{"q": {r.FormValue("q")}}.Encode()+"#people")
}

// reuseLogin lets a person leave the company, and gives the login and the groups to
// a new person.
func (p *IdP) reuseLogin(was Person) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.people {
		if p.people[i].ID == was.ID {
			p.people[i].ID = "hired-" + randomID()[1:9]
			p.people[i].GivenName, p.people[i].Surname = "New", "Hire"
			p.people[i].Note = fmt.Sprintf("Has the login that %s had.", was.Name())
		}
	}
}

// changeGroup assigns, unassigns, renames or pushes a group.
func (p *IdP) changeGroup(w http.ResponseWriter, r *http.Request) error {
	name := r.FormValue("group")
	if !slices.Contains(p.groupNames(), name) {
		return refuse(http.StatusNotFound, "There is no group %q in this directory.", name)
	}
	s := &p.provisioning
	var err error
	switch r.FormValue("action") {
	case "assign", "unassign":
		s.mu.Lock()
		put(&s.unassigned, s.key(name), r.FormValue("action") == "unassign")
		s.mu.Unlock()
	case "rename":
		err = p.renameGroup(name, strings.TrimSpace(r.FormValue("name")))
	case "push":
		err = p.pushNow(name)
	default:
		err = refuse(http.StatusUnprocessableEntity, "There is no such action.")
	}
	if err != nil {
		return p.showProvisioning(w, r, asRefusal(err).status, asRefusal(err).text)
	}
	if r.FormValue("action") == "push" {
		return p.redirectTo(w, r, "/provisioning")
	}
	return p.redirectTo(w, r, "/provisioning#groups")
}

// renameGroup gives a group another name. It stays the same group.
func (p *IdP) renameGroup(name, to string) error {
	switch {
	case to == "":
		return refuse(http.StatusUnprocessableEntity, "Enter the new name of the group.")
	case slices.Contains(p.groupNames(), to):
		return refuse(http.StatusUnprocessableEntity, "There is a group %q already.", to)
	}
	s := &p.provisioning
	s.mu.Lock()
	key := s.key(name)
	delete(s.keys, name)
	put(&s.keys, to, key)
	s.broken = true
	s.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.people {
		for n, g := range p.people[i].Groups {
			if g == name {
				p.people[i].Groups[n] = to
			}
		}
	}
	return nil
}

// pushNow pushes one group, whatever was pushed before.
func (p *IdP) pushNow(name string) error {
	p.provisioning.mu.Lock()
	key := p.provisioning.key(name)
	off := p.provisioning.unassigned[key]
	p.provisioning.mu.Unlock()
	if off {
		return refuse(http.StatusUnprocessableEntity, "Assign %s before you push it.", name)
	}
	return p.begin("Push now of "+name, func(
		ctx context.Context, pusher *demoscim.Pusher, d *demoscim.Directory,
	) demoscim.Report {
		return pusher.PushNow(ctx, d, key)
	})
}

// saveBreaks takes what is broken on purpose.
func (p *IdP) saveBreaks(w http.ResponseWriter, r *http.Request) error {
	s := &p.provisioning
	s.mu.Lock()
	defer s.mu.Unlock()
	s.breaks = breaks{
		usersOnly:   r.FormValue("users-only") != "" && s.target.UsersOnly != "",
		lost:        r.FormValue("lost") != "",
		groupsFirst: r.FormValue("groups-first") != "",
	}
	s.broken = s.broken || s.breaks != breaks{}
	return p.redirectTo(w, r, "/provisioning?broken#break")
}

func put[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}
