package assistant

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/guide"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// state is how far a connection is.
type state struct {
	console.Visit
	guide    guide.Guide
	missing  []sso.FieldError
	warnings []connections.Warning
	last     *sso.TestRun // nil: it was never tested
	// trust is the change that the draft would make of whom the company trusts; nil
	// if it needs no approval.
	trust    *connections.TrustChange
	defaults []string // default groups, as organization/group
}

func (a *Assistant) load(ctx context.Context, v console.Visit) (*state, error) {
	s := &state{
		Visit: v,
		guide: guide.Of(v.Connection.Provider, v.Connection.Protocol),
	}
	s.missing, s.warnings = a.Service.Review(v.Connection)
	changes, err := a.Service.TrustChanges(ctx, v.Connection)
	if err != nil {
		return nil, fmt.Errorf("list changes of trust: %w", err)
	}
	for _, c := range changes {
		if !c.Back {
			s.trust = &c
		}
	}
	if c := s.config(); c != nil {
		groups, err := a.Store.GroupRefs(ctx, v.Enterprise.ID, c.DefaultGroups)
		if err != nil {
			return nil, fmt.Errorf("name the default groups: %w", err)
		}
		for _, g := range groups {
			s.defaults = append(s.defaults, g.Ref())
		}
	}
	runs, _, err := a.Store.TestRuns(
		ctx, v.Enterprise.ID, sso.TestFilter{Connection: v.Connection.ID}, sso.Page{Limit: 10},
	)
	if err != nil {
		return nil, fmt.Errorf("list test connections: %w", err)
	}
	for _, r := range runs {
		if r.Kind != sso.TestLive ||
			r.State == sso.TestWaiting ||
			r.State == sso.TestExpired {
			continue // it says nothing about the connection
		}
		r, err := a.Store.TestRun(ctx, v.Enterprise.ID, r.ID)
		if err != nil {
			return nil, fmt.Errorf("load test connection: %w", err)
		}
		s.last = &r
		break
	}
	return s, nil
}

// config is what is being edited, or else live; nil if nothing was ever entered.
func (s *state) config() *sso.Config {
	if s.Connection.Draft != nil {
		return s.Connection.Draft
	}
	return s.Connection.Live
}

// begun reports whether anything of the identity provider is known.
func (s *state) begun() bool {
	c := s.config()
	return c != nil &&
		(c.SAML != nil && c.SAML.IDPEntityID != "" || c.OIDC != nil && c.OIDC.Issuer != "")
}

// passed reports whether the current configuration passed a test connection.
// Enabling a draft changes the revision of the connection, and not the version of
// the configuration.
func (s *state) passed() bool {
	if s.last == nil || s.last.State != sso.TestPassed {
		return false
	}
	c := s.Connection
	enabled := c.Draft == nil &&
		c.Live != nil &&
		s.last.Version == c.Live.Version
	return enabled || s.last.Revision == c.Revision
}

// reached reports whether the last test connection got as far as the claims of a
// user.
func (s *state) reached() bool { return s.last != nil && s.last.Result.Identity != nil }

// live reports whether nothing is left to do.
func (s *state) live() bool {
	return s.Connection.State == sso.ConnectionEnabled && s.Connection.Draft == nil
}

// at is the address of a step.
func (s *state) at(parts ...string) string {
	return console.AtConnection(
		s.Enterprise, s.Connection.ID, append([]string{"setup"}, parts...)...,
	)
}

// step is one of the assistant's; number begins at 1.
type step struct {
	id, label string
	done      bool
}

func (s *state) steps() []step {
	return []step{
		{"create", s.guide.Create.Title, s.begun()},
		{"configure", s.guide.Configure.Title, len(s.missing) == 0},
		{"attributes", s.guide.Attributes.Title, s.reached()},
		{"assign", s.guide.Assign.Title, s.reached()},
		{"test", "Test", s.passed()},
		{"enable", "Enable", s.live()},
	}
}

// current is the step to go on with.
func (s *state) current() string {
	switch {
	case s.live():
		return "done"
	case !s.begun():
		return "create"
	case len(s.missing) > 0:
		return "configure"
	case s.passed():
		return "enable"
	case s.last == nil:
		return "attributes"
	}
	return "test"
}

// around is what every step has around itself. id is that of the step.
func (a *Assistant) around(s *state, id string) (ui.Base, stepFrame) {
	p := stepFrame{
		Over:   s.guide.Protocol.Over(s.guide.Product),
		Role:   "You need: " + lower(s.guide.Role),
		Change: s.at("provider"),
	}
	steps := s.steps()
	for i, st := range steps {
		p.Steps = append(p.Steps, stepLink{
			Label:   st.label,
			Href:    s.at(st.id),
			Current: st.id == id,
			Done:    st.done,
		})
		if st.id != id {
			continue
		}
		p.Number, p.Heading = i+1, st.label
		if i+1 < len(steps) {
			p.Next = &ui.Link{
				Label: "Next: " + lower(steps[i+1].label),
				Href:  s.at(steps[i+1].id),
			}
		}
	}
	if s.Role != sso.RoleSetupLink {
		p.HandOver = console.At(s.Enterprise, "access")
	}
	return a.base(s.Visit, s.Connection.Name), p
}

// base is a page below the connections; name is that of the connection, "" while
// there is none.
func (a *Assistant) base(v console.Visit, name string) ui.Base {
	area := console.AreaConnections
	trail := []ui.Link{{
		Label: console.AreaConnections,
		Href:  console.At(v.Enterprise, "connections"),
	}}
	if name != "" {
		trail = append(trail, ui.Link{
			Label: name,
			Href:  console.AtConnection(v.Enterprise, v.Connection.ID),
		})
	}
	if v.Role == sso.RoleSetupLink {
		area = console.AreaSetup
	}
	return a.Console.Base(v, area, trail...)
}

// lower makes the first word one inside a sentence, unless it is a name.
func lower(label string) string {
	first, _, _ := strings.Cut(label, " ")
	if first != "A" &&
		(strings.ToUpper(first) == first ||
			slices.Contains(
				[]string{"AD", "Okta", "JumpCloud", "OneLogin", "Cloud", "IT"}, first,
			)) ||
		label == "" {
		return label
	}
	return strings.ToLower(label[:1]) + label[1:]
}

// part is a part of the guide with our values filled in.
func (a *Assistant) part(s *state, id, heading string, p guide.Part) part {
	values := a.Values(s.Enterprise, s.Connection)
	out := part{
		ID:      id,
		Heading: heading,
		Note:    pieces(p.Note),
	}
	for _, w := range p.Warnings {
		out.Warnings = append(out.Warnings, pieces(w))
	}
	for i, d := range p.Do {
		in := instruction{Text: pieces(d.Text)}
		for j, v := range d.Give {
			if e, ok := s.entry(fmt.Sprintf("%s-%d-%d", id, i, j), v, values); ok {
				in.Values = append(in.Values, e)
			}
		}
		out.Do = append(out.Do, in)
	}
	return out
}

// entry is a value as the page shows it; a connection that has none of it leaves
// it out.
func (s *state) entry(id string, v guide.Value, values map[guide.Kind]string) (console.Entry, bool) {
	e := console.Entry{Label: v.Label, Hint: v.Hint}
	switch v.Kind {
	case guide.Choice:
		e.Choice = v.Text
	case guide.MetadataFile:
		e.Download = &ui.Link{
			Label: "Download metadata",
			Href:  s.at("files", "metadata.xml"),
		}
	case guide.Certificate:
		if len(s.Connection.Keys) == 0 {
			return e, false
		}
		e.Download = &ui.Link{
			Label: "Download certificate",
			Href:  s.at("files", "certificate.pem"),
		}
	case guide.TokenValue:
		e.Choice = tokenBelow
	default:
		if values[v.Kind] == "" {
			return e, false
		}
		e.Copy = &ui.Copyable{ID: id, Value: values[v.Kind]}
	}
	return e, true
}

func pieces(text string) []piece {
	var out []piece
	for _, s := range guide.Spans(text) {
		out = append(out, piece(s))
	}
	return out
}

// resume leads to where it goes on.
func (a *Assistant) resume(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	return route.SeeOther(w, s.at(s.current()))
}

// revisionField returns the hidden field of the forms that edit the connection.
func (s *state) revisionField() ui.HiddenField {
	return console.RevisionField(s.Connection.Revision)
}
