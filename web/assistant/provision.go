package assistant

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"gatehouse/sso"
	"gatehouse/sso/guide"
	"gatehouse/sso/provisioning"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// provisioningReader reads what is known of the provisioning of a connection;
// store.DB does.
type provisioningReader interface {
	ProvisioningTokens(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, p sso.Page,
	) ([]sso.ProvisioningToken, string, error)
	ProvisioningReach(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
	) (sso.ProvisioningReach, error)
	CheckLogins(
		ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
	) (sso.LoginCheck, error)
	Organizations(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.Organization, string, error)
}

// tokenMaker creates tokens and adds scopes to them; provisioning.Tokens does.
type tokenMaker interface {
	Create(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, conn sso.ConnectionID, n provisioning.NewToken,
	) (sso.ProvisioningToken, sso.Secret, error)
	Edit(
		ctx context.Context,
		by sso.Actor,
		ent sso.EnterpriseID,
		conn sso.ConnectionID,
		id sso.ProvisioningTokenID,
		e provisioning.TokenEdit,
	) (sso.ProvisioningToken, error)
}

// provisioningTester tests a connection with a token; provisioning.Service does.
type provisioningTester interface {
	Test(ctx context.Context, t provisioning.Test) (provisioning.Tested, error)
}

// tokenBelow stands for a token in instructions.
const tokenBelow = "a token, which you create below"

const provisionPath = setupPath + "/scim"

// registerProvisioning registers the pages of the assistant for SCIM.
func (a *Assistant) registerProvisioning(rt *route.Router) {
	add := func(pattern string, h provisionHandler, rates ...route.Rate) {
		a.Console.Add(rt, console.Page{
			Pattern: pattern,
			Need:    console.Provisioning,
			Handle:  a.provisioned(h),
			Rates:   rates,
		})
	}
	tests := route.Rate{Name: "scim-test", PerMinute: 20}
	add("GET "+provisionPath, a.resumeProvisioning)
	add("GET "+provisionPath+"/connect", a.showConnect)
	add("POST "+provisionPath+"/token", a.createToken)
	add("POST "+provisionPath+"/scope", a.addScope)
	add("GET "+provisionPath+"/mappings", a.showMappings)
	add("GET "+provisionPath+"/assign", a.showProvisionAssign)
	add("GET "+provisionPath+"/test", a.showProvisionTest)
	add("POST "+provisionPath+"/test", a.runTest, tests)
	add("GET "+provisionPath+"/enable", a.showProvisionEnable)
	add("POST "+provisionPath+"/enable", a.enableProvisioning)
}

// provisionState is how far the provisioning of a connection is.
type provisionState struct {
	*state
	scim   guide.SCIM
	tokens []sso.ProvisioningToken // newest first, with those that ended
	reach  sso.ProvisioningReach
	logins sso.LoginCheck
}

// provisionHandler shows or changes something of the provisioning of a connection
// that is ready for it.
type provisionHandler func(w http.ResponseWriter, r *http.Request, p *provisionState) error

// provisioned returns h behind the question whether single sign-on works.
func (a *Assistant) provisioned(h provisionHandler) console.Handler {
	return func(w http.ResponseWriter, r *http.Request, v console.Visit) error {
		p, err := a.loadProvisioning(r.Context(), v)
		if err != nil {
			return err
		}
		if p.scim.Product == "" || !p.ready() {
			return a.Console.Render(w, http.StatusOK, a.waitPage(p))
		}
		return h(w, r, p)
	}
}

func (a *Assistant) loadProvisioning(ctx context.Context, v console.Visit) (*provisionState, error) {
	s, err := a.load(ctx, v)
	if err != nil {
		return nil, err
	}
	p := &provisionState{
		state: s,
		scim:  guide.SCIMOf(v.Connection.Provider),
	}
	ent, id := v.Enterprise.ID, v.Connection.ID
	if p.tokens, _, err = a.Provisioning.ProvisioningTokens(ctx, ent, id, sso.Page{}); err != nil {
		return nil, fmt.Errorf("list tokens: %w", err)
	}
	if p.reach, err = a.Provisioning.ProvisioningReach(ctx, ent, id); err != nil {
		return nil, fmt.Errorf("find out whether it was reached: %w", err)
	}
	if p.logins, err = a.Provisioning.CheckLogins(ctx, ent, id); err != nil {
		return nil, fmt.Errorf("compare logins: %w", err)
	}
	return p, nil
}

// ready reports whether single sign-on works, as far as is known.
func (p *provisionState) ready() bool {
	return p.Connection.State == sso.ConnectionEnabled || p.passed()
}

// provisions reports whether pushes count.
func (p *provisionState) provisions() bool {
	return p.Connection.State == sso.ConnectionEnabled &&
		p.Connection.Live.Provisioning == sso.ProvisionSCIM
}

// live returns the tokens that are valid at now.
func (p *provisionState) live(a *Assistant) []sso.ProvisioningToken {
	return slices.DeleteFunc(slices.Clone(p.tokens), func(k sso.ProvisioningToken) bool {
		return !k.Live(a.Now())
	})
}

// tested returns the valid token that a test passed with last; nil if none did.
func (p *provisionState) tested(a *Assistant) (last *sso.ProvisioningToken) {
	for _, k := range p.live(a) {
		if !k.TestedAt.IsZero() && (last == nil || k.TestedAt.After(last.TestedAt)) {
			last = &k
		}
	}
	return last
}

// at is the address of a step.
func (p *provisionState) at(parts ...string) string {
	return p.state.at(append([]string{"scim"}, parts...)...)
}

// place is where instructions are followed.
func (p *provisionState) place() string {
	if p.scim.Provider == sso.Custom {
		return "your identity provider"
	}
	return p.scim.Product
}

func (p *provisionState) steps(a *Assistant) []step {
	return []step{
		{"connect", p.scim.Connect.Title, len(p.live(a)) > 0},
		{"mappings", p.scim.Mappings.Title, p.logins.Pushed > 0 && p.logins.DifferentCount == 0},
		{"assign", p.scim.Assign.Title, p.logins.Pushed > 0},
		{"test", "Test", p.tested(a) != nil},
		{"enable", "Enable", p.provisions()},
	}
}

func (a *Assistant) resumeProvisioning(w http.ResponseWriter, _ *http.Request, p *provisionState) error {
	if todos := p.openWarnings(); len(todos) > 0 && len(p.tokens) == 0 {
		return a.Console.Render(w, http.StatusOK, a.waitPage(p))
	}
	for _, s := range p.steps(a) {
		if !s.done {
			return route.SeeOther(w, p.at(s.id))
		}
	}
	return route.SeeOther(w, p.at("test"))
}

// openWarnings is what should be settled about single sign-on first. A visitor is
// led only to where they may go.
func (p *provisionState) openWarnings() []ui.Todo {
	var all []ui.Todo
	if p.Connection.State != sso.ConnectionEnabled {
		all = append(all, ui.Todo{
			State: "warn",
			Text:  "Single sign-on is not enabled, so no one has signed in yet.",
			Href:  p.state.at(),
			Label: "Go on with it",
		})
	}
	if p.last != nil && p.last.State == sso.TestFailed {
		all = append(all, ui.Todo{
			State: "warn",
			Text:  "The last test connection failed.",
			Href:  p.state.at("test"),
			Label: "Test it",
		})
	}
	for _, t := range append(p.todos(), p.worthALook()...) {
		if t.Href == "" {
			t.Href, t.Label = p.state.at("configure"), "Look at it"
		}
		all = append(all, t)
	}
	if !p.May(sso.IntentSignOn) {
		for i := range all {
			all[i].Href, all[i].Label = "", ""
		}
	}
	return all
}

// waitPage says what comes before provisioning.
func (a *Assistant) waitPage(p *provisionState) *provisionWaitPage {
	base := a.base(p.Visit, p.Connection.Name)
	if p.Role == sso.RoleSetupLink {
		base = a.Console.Base(p.Visit, console.AreaProvisioning)
	}
	page := &provisionWaitPage{
		Base:    base,
		Heading: "Provisioning by SCIM",
	}
	if p.scim.Product == "" {
		page.Lead = p.Connection.Provider.Product() + " cannot push people and groups to an application of your own. " +
			"Their groups come with each sign-in instead, and people who leave can no longer sign in."
		return page
	}
	page.Lead = "Single sign-on comes first: " + p.place() + " then pushes the people who sign in, under the login " +
		"that they sign in with."
	page.Todo = p.openWarnings()
	if p.ready() {
		page.Next = &ui.Link{
			Label: "Set provisioning up all the same",
			Href:  p.at("connect"),
		}
	}
	return page
}

// frame is what every step has around itself. id is that of the step.
func (a *Assistant) frame(p *provisionState, id string) (ui.Base, stepFrame) {
	f := stepFrame{
		Over: p.scim.Product + ", SCIM",
		Role: "You need: " + lower(p.scim.Role),
	}
	steps := p.steps(a)
	for i, st := range steps {
		f.Steps = append(f.Steps, stepLink{
			Label:   st.label,
			Href:    p.at(st.id),
			Current: st.id == id,
			Done:    st.done,
		})
		if st.id != id {
			continue
		}
		f.Number, f.Heading = i+1, st.label
		if i+1 < len(steps) {
			f.Next = &ui.Link{
				Label: "Next: " + lower(steps[i+1].label),
				Href:  p.at(steps[i+1].id),
			}
		}
	}
	if p.Role == sso.RoleSetupLink {
		return a.Console.Base(p.Visit, console.AreaProvisioning), f
	}
	f.HandOver = console.At(p.Enterprise, "access")
	return a.base(p.Visit, p.Connection.Name), f
}

func (a *Assistant) showConnect(w http.ResponseWriter, _ *http.Request, p *provisionState) error {
	return a.renderConnect(w, p, p.tokenName(), nil, nil)
}

// tokenName returns a name for the next token that none has yet.
func (p *provisionState) tokenName() string {
	stem := p.scim.TokenName[:len(p.scim.TokenName)-1]
	for n := 1; ; n++ {
		name := stem + strconv.Itoa(n)
		if !slices.ContainsFunc(p.tokens, func(k sso.ProvisioningToken) bool { return k.Name == name }) {
			return name
		}
	}
}

func (a *Assistant) renderConnect(
	w http.ResponseWriter, p *provisionState, name string, made *madeToken, err error,
) error {
	base, frame := a.frame(p, "connect")
	field := ui.Field{
		ID:           "name",
		Name:         "name",
		Label:        "Name of the token",
		Hint:         "Refusals mention it.",
		Value:        name,
		Autocomplete: "off",
	}
	page := &provisionConnectPage{
		Base:      base,
		stepFrame: frame,
		Part:      a.part(p.state, "h-do", "In "+p.place(), p.scim.Connect),
		Made:      made,
		Form: setupForm{
			Wrong:  ui.Blame(err, &field),
			Fields: []ui.Field{field},
			Action: p.at("token"),
			Button: "Create token",
		},
		Open: len(p.tokens) == 0 || err != nil,
	}
	if made != nil {
		page.Part.nameToken("the token " + made.Name + ", shown above")
	}
	for _, text := range p.scim.NotNeeded {
		page.NotNeeded = append(page.NotNeeded, pieces(text))
	}
	for _, k := range p.tokens {
		page.Tokens = append(page.Tokens, a.tokenRow(k))
	}
	return a.Console.Render(w, console.FormStatus(err), page)
}

func (a *Assistant) tokenRow(k sso.ProvisioningToken) tokenRow {
	row := tokenRow{
		Name:  k.Name,
		Badge: ui.Badge{Label: "valid", State: "ok"},
		Used:  ui.NewTime(k.LastUsedAt, a.Now()),
	}
	for i, s := range k.Scopes {
		if i > 0 {
			row.Scopes += ", "
		}
		row.Scopes += string(s)
	}
	switch {
	case !k.RevokedAt.IsZero():
		row.Badge = ui.Badge{Label: "revoked"}
	case !k.Live(a.Now()):
		row.Badge = ui.Badge{Label: "expired", State: "warn"}
	}
	return row
}

// createToken creates a token and shows it, the only time.
func (a *Assistant) createToken(w http.ResponseWriter, r *http.Request, p *provisionState) error {
	name := r.PostForm.Get("name")
	k, secret, err := a.Tokens.Create(
		r.Context(), p.Actor, p.Enterprise.ID, p.Connection.ID, provisioning.NewToken{Name: name},
	)
	switch {
	case console.OnForm(err):
		return a.renderConnect(w, p, name, nil, err)
	case err != nil:
		return err
	}
	p.tokens = slices.Insert(p.tokens, 0, k)
	return a.renderConnect(w, p, p.tokenName(), &madeToken{
		Name: k.Name,
		Value: ui.Copyable{
			ID:    "token",
			Value: secret.Reveal(),
		},
	}, nil)
}

// addScope lets a token do everything. Its secret stays the same.
func (a *Assistant) addScope(w http.ResponseWriter, r *http.Request, p *provisionState) error {
	id, err := sso.ParseID[sso.ProvisioningTokenID](r.PostForm.Get("token"))
	if err != nil {
		return err
	}
	_, err = a.Tokens.Edit(
		r.Context(), p.Actor, p.Enterprise.ID, p.Connection.ID, id,
		provisioning.TokenEdit{
			Revision: sso.AnyRevision,
			Scopes:   []sso.ProvisioningScope{sso.ScopeSCIM},
		},
	)
	if console.OnForm(err) {
		return a.renderTest(w, p, &testInput{token: id}, nil, err)
	}
	if err != nil {
		return err
	}
	return console.Done(w, p.at("test"), "widened")
}

// nameToken says which token is entered.
func (p part) nameToken(which string) {
	for _, do := range p.Do {
		for i := range do.Values {
			if do.Values[i].Choice == tokenBelow {
				do.Values[i].Choice = which
			}
		}
	}
}
