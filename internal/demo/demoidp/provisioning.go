package demoidp

import (
	"context"
	"net/http"
	"sync"
	"time"

	"gatehouse/internal/demo/demoscim"
	"gatehouse/sso"
)

// Target is the application that the provider pushes its people and groups to.
type Target struct {
	BaseURL string // of its SCIM endpoints, without a slash at the end
	Token   sso.Secret
	// UsersOnly is a token for users alone, which a visitor can switch to; "" if
	// there is none.
	UsersOnly sso.Secret
	Dialect   demoscim.Dialect
}

// provisioning is the part of the provider that pushes its people and groups to one
// application over SCIM, when a visitor says so.
type provisioning struct {
	mu      sync.Mutex
	target  Target
	pusher  *demoscim.Pusher // nil until a target was entered
	network *demoscim.Network
	last    *run // running, or the last; nil before the first

	off        map[string]bool   // IDs of people who are deactivated
	removed    map[string]bool   // IDs of people who are not assigned
	unassigned map[string]bool   // keys of groups that are not assigned
	keys       map[string]string // keys of renamed groups, by name

	breaks breaks
	broken bool // something was broken once
}

// breaks are what is broken on purpose.
type breaks struct {
	usersOnly   bool // the token covers users only
	lost        bool // answers are lost
	groupsFirst bool // members are sent before their users
}

// run is one time that the provider pushes.
type run struct {
	what      string
	running   bool
	done, all int // objects
	took      time.Duration
	report    demoscim.Report
}

// maxRun is how long a run may take.
const maxRun = 10 * time.Minute

// Provision sets the application to push to. It sends nothing.
func (p *IdP) Provision(t Target) {
	p.provisioning.mu.Lock()
	defer p.provisioning.mu.Unlock()
	p.provisioning.point(t)
}

// ProvisioningBroken reports whether a visitor has broken provisioning on purpose.
func (p *IdP) ProvisioningBroken() bool {
	p.provisioning.mu.Lock()
	defer p.provisioning.mu.Unlock()
	return p.provisioning.broken
}

// point sets the target. Another address begins anew.
func (s *provisioning) point(t Target) {
	if s.pusher == nil || s.target.BaseURL != t.BaseURL {
		s.network = &demoscim.Network{Next: http.DefaultTransport}
		s.pusher = demoscim.NewPusher(&demoscim.Client{
			Base: t.BaseURL,
			HTTP: &http.Client{
				Timeout:   time.Minute,
				Transport: s.network,
			},
		})
		s.last = nil
	}
	s.target = t
}

// push is what a run does with a pusher.
type push func(context.Context, *demoscim.Pusher, *demoscim.Directory) demoscim.Report

func cycle(ctx context.Context, p *demoscim.Pusher, d *demoscim.Directory) demoscim.Report {
	return p.Cycle(ctx, d)
}

func restart(ctx context.Context, p *demoscim.Pusher, d *demoscim.Directory) demoscim.Report {
	p.Restart()
	return p.Cycle(ctx, d)
}

// begin starts a run in the background.
func (p *IdP) begin(what string, do push) error {
	people := p.People()
	s := &p.provisioning
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.ready(); err != nil {
		return err
	}
	pusher, directory := s.prepare(), s.directory(people)
	this := &run{what: what, running: true}
	s.last = this
	pusher.Progress = func(done, all int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		this.done, this.all = done, all
	}
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), maxRun)
		defer cancel()
		begun := time.Now()
		report := do(ctx, pusher, directory)
		s.mu.Lock()
		defer s.mu.Unlock()
		this.report, this.took, this.running = report, time.Since(begun), false
	}()
	return nil
}

// ready returns why nothing can be pushed now.
func (s *provisioning) ready() error {
	switch {
	case s.pusher == nil:
		return refuse(http.StatusUnprocessableEntity, "Enter the address and the token of the application first.")
	case s.busy():
		return refuse(http.StatusConflict, "A cycle is running. Wait until it has ended.")
	}
	return nil
}

func (s *provisioning) busy() bool { return s.last != nil && s.last.running }

// prepare returns the pusher with the target and what is broken.
func (s *provisioning) prepare() *demoscim.Pusher {
	client := s.pusher.Client
	client.Dialect = s.target.Dialect
	client.Token = s.target.Token.Reveal()
	if s.breaks.usersOnly {
		client.Token = s.target.UsersOnly.Reveal()
	}
	s.network.Lose(s.breaks.lost)
	s.pusher.GroupsFirst = s.breaks.groupsFirst
	return s.pusher
}

// key returns the immutable key of a group.
func (s *provisioning) key(name string) string {
	if key, renamed := s.keys[name]; renamed {
		return key
	}
	return name
}

// directory returns what is assigned to the application.
func (s *provisioning) directory(people []Person) *demoscim.Directory {
	d := demoscim.NewDirectory()
	for _, person := range people {
		assigned := !s.removed[person.ID]
		if assigned {
			d.Users[person.ID] = demoscim.User{
				Key:         person.ID,
				UserName:    person.Login,
				DisplayName: person.Name(),
				Email:       person.Email,
				Active:      !s.off[person.ID],
			}
		}
		for _, name := range person.Groups {
			key := s.key(name)
			if s.unassigned[key] {
				continue
			}
			if _, known := d.Groups[key]; !known {
				d.Groups[key] = demoscim.Group{
					Key:     key,
					Name:    name,
					Members: map[string]bool{},
				}
			}
			if assigned {
				d.Groups[key].Members[person.ID] = true
			}
		}
	}
	return d
}
