package people

import (
	"gatehouse/sso/policy"
	"gatehouse/web/ui"
)

type Writer interface {
	Create(name string)
	Sweep()
}

type Store interface {
	Writer
	Find(name string) string
	List() []string
}

type Pages struct {
	Rename func(name string)
	Search func(name string) string
	store  Store
}

func New(s Store) *Pages { return &Pages{store: s} }

type Background struct{ Run func() }

func (p *Pages) Clean(run func()) { run() }

type service interface{ Create(name string) }

func (p *Pages) Show(s service) {
	s.Create("x") // a service, not the store
	p.store.Create("x")
	p.change(p.store)
	_ = p.store.Find("x")
	_ = policy.Rules{}.Decide()
	ui.Render()
}

type sweeper interface{ Sweep() }

func (p *Pages) change(s sweeper) { s.Sweep() }
