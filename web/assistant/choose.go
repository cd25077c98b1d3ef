package assistant

import (
	"net/http"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/guide"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// products are what can be connected, with the protocols that only allows; ""
// for all.
func products(at string, only sso.Protocol, now guide.Guide) []product {
	var all []product
	for _, g := range guide.All() {
		if only != "" && g.Protocol != only {
			continue
		}
		way := protocolWay{
			Protocol: g.Protocol.Over(""),
			Why:      g.Why,
			Better:   g.Better && only == "",
			Href:     at + "?provider=" + string(g.Provider) + "&protocol=" + string(g.Protocol),
			Current:  g.Provider == now.Provider && g.Protocol == now.Protocol,
		}
		if n := len(all); n > 0 && all[n-1].Name == g.Product {
			all[n-1].Ways = append(all[n-1].Ways, way)
			slices.SortStableFunc(all[n-1].Ways, func(x, y protocolWay) int {
				return rank(x) - rank(y)
			})
			continue
		}
		all = append(all, product{Name: g.Product, Ways: []protocolWay{way}})
	}
	return all
}

// rank puts the better way first.
func rank(w protocolWay) int {
	if w.Better {
		return 0
	}
	return 1
}

// chosen is the guide that an address or a form names.
func chosen(get func(string) string) (guide.Guide, bool) {
	provider, protocol := sso.Provider(get("provider")), sso.Protocol(get("protocol"))
	g := guide.Of(provider, protocol)
	return g, g.Provider == provider && g.Protocol == protocol && provider != ""
}

func (a *Assistant) choose(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	if bound(v) {
		return route.SeeOther(w, console.AtConnection(v.Enterprise, v.Visitor.Connection, "setup"))
	}
	if g, ok := chosen(r.URL.Query().Get); ok {
		return a.name(w, v, g, g.Product, nil)
	}
	return a.Console.Render(w, http.StatusOK, &chooseProviderPage{
		Base:    a.base(v, ""),
		Heading: "Set up single sign-on",
		Lead: "Choose the identity provider that " + v.Enterprise.Name +
			" uses. It takes about 20 minutes; you can leave at any time and continue later.",
		Products: products(console.At(v.Enterprise, "connections", "new"), "", guide.Guide{}),
	})
}

// bound is about the holder of a setup link who has made their connection.
func bound(v console.Visit) bool {
	return v.Role == sso.RoleSetupLink && v.Visitor.Connection != ""
}

// name asks what the connection is to be called. err is what was wrong with what
// was said before.
func (a *Assistant) name(w http.ResponseWriter, v console.Visit, g guide.Guide, value string, err error) error {
	field := ui.Field{
		ID:           "name",
		Name:         "name",
		Label:        "Name of the connection",
		Hint:         "People see it where there is a choice: Employees, for example.",
		Value:        value,
		Autocomplete: "off",
	}
	if g.Provider == sso.Custom && err == nil {
		field.Value = ""
	}
	here := console.At(v.Enterprise, "connections", "new")
	return a.Console.Render(w, console.FormStatus(err), &nameConnectionPage{
		Base:    a.base(v, ""),
		Heading: "Name the connection",
		Lead:    g.Protocol.Over(g.Product),
		Wrong:   ui.Blame(err, &field),
		Fields:  []ui.Field{field},
		Action:  here,
		Button:  "Next",
		Back:    ui.Link{Label: "Choose another", Href: here},
		Hidden: []ui.HiddenField{
			{Name: "provider", Value: string(g.Provider)},
			{Name: "protocol", Value: string(g.Protocol)},
		},
	})
}

// create makes the draft that all steps work on.
func (a *Assistant) create(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	if bound(v) {
		return route.SeeOther(w, console.AtConnection(v.Enterprise, v.Visitor.Connection, "setup"))
	}
	g, ok := chosen(r.PostForm.Get)
	if !ok {
		return route.SeeOther(w, console.At(v.Enterprise, "connections", "new"))
	}
	name := connections.Tidy(r.PostForm.Get("name"))
	edit := connections.Edit{
		Name:     &name,
		Provider: &g.Provider,
	}
	var c sso.Connection
	var err error
	if v.Role == sso.RoleSetupLink {
		c, _, err = a.Service.CreateByLink(r.Context(), v.Link, v.Enterprise.ID, g.Protocol, edit)
	} else {
		c, _, err = a.Service.Create(r.Context(), v.Actor, v.Enterprise.ID, g.Protocol, edit)
	}
	switch {
	case console.OnForm(err):
		return a.name(w, v, g, r.PostForm.Get("name"), err)
	case err != nil:
		return err
	}
	return route.SeeOther(w, console.AtConnection(v.Enterprise, c.ID, "setup", "create"))
}

// chooseAgain is for who chose the wrong product, or has another one now.
func (a *Assistant) chooseAgain(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	if g, ok := chosen(r.URL.Query().Get); ok {
		return a.sure(w, s, g, nil)
	}
	only := sso.Protocol("")
	lead := "Your entries are kept as long as the protocol stays the same."
	if v.Connection.Live != nil {
		only = v.Connection.Protocol
		lead = "This connection is in use, so it keeps its protocol. To use the other protocol, create a second connection."
	}
	return a.Console.Render(w, http.StatusOK, &chooseProviderPage{
		Base:     a.base(v, v.Connection.Name),
		Heading:  "Change identity provider",
		Lead:     lead,
		Products: products(s.at("provider"), only, s.guide),
		Back:     &ui.Link{Label: "Back to the assistant", Href: s.at()},
	})
}

// sure asks before anything is lost.
func (a *Assistant) sure(w http.ResponseWriter, s *state, g guide.Guide, err error) error {
	p := &nameConnectionPage{
		Base:    a.base(s.Visit, s.Connection.Name),
		Heading: "Change to " + g.Protocol.Over(g.Product),
		Lead:    "The steps are then those of " + g.Product + ". Your entries are kept.",
		Wrong:   ui.Blame(err),
		Action:  s.at("provider"),
		Button:  "Change",
		Back:    ui.Link{Label: "Cancel", Href: s.at()},
		Hidden: []ui.HiddenField{
			{
				Name:  "provider",
				Value: string(g.Provider),
			},
			{
				Name:  "protocol",
				Value: string(g.Protocol),
			},
			s.revisionField(),
		},
	}
	if g.Protocol != s.Connection.Protocol {
		p.Lead = "The steps are then those of " + g.Product + "."
		p.Warnings = []ui.Todo{{
			State: "warn",
			Text:  "This is a different protocol. The identity provider’s values are deleted, and it needs other Gatehouse addresses.",
		}}
	}
	return a.Console.Render(w, console.FormStatus(err), p)
}

func (a *Assistant) changeProvider(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	g, ok := chosen(r.PostForm.Get)
	if !ok {
		return route.SeeOther(w, s.at("provider"))
	}
	_, err = a.Service.Restart(
		r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, console.Revision(r.PostForm),
		g.Protocol, g.Provider,
	)
	switch {
	case console.OnForm(err):
		return a.sure(w, s, g, err)
	case err != nil:
		return err
	}
	return route.SeeOther(w, s.at("create"))
}
