package assistant

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/sso/guide"
	"gatehouse/sso/mapping"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

func (a *Assistant) showAttributes(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	said := console.Said(r, map[string]string{"saved": "Saved."})
	shown := &attributes{
		state: s,
		form:  s.mappingForm(nil),
		said:  said,
	}
	if c := s.config(); c != nil && s.reached() {
		if shown.trace, err = a.trace(r.Context(), s, c.Mapping); err != nil {
			return err
		}
	}
	return a.renderAttributes(w, shown, nil)
}

// attributes are what the mapping step shows.
type attributes struct {
	*state
	form  *form
	said  string
	trace *console.GroupTrace
	tried bool // the form is not saved, and was shown on the last test
}

func (a *Assistant) trace(ctx context.Context, s *state, m sso.Mapping) (*console.GroupTrace, error) {
	trace, err := a.Traces.TraceGroups(
		ctx, s.Enterprise.ID, s.Connection.ID, m, *s.last.Result.Identity,
	)
	if err != nil {
		return nil, fmt.Errorf("trace groups of the last test: %w", err)
	}
	return console.NewGroupTrace(trace, ui.NewTime(s.last.EndedAt, a.Now())), nil
}

func (a *Assistant) renderAttributes(w http.ResponseWriter, s *attributes, err error) error {
	base, around := a.around(s.state, "attributes")
	base.Flash = s.said
	p := &setupAttributesPage{
		Base:      base,
		stepFrame: around,
		Part:      a.part(s.state, "h-do", "In "+s.place(), s.guide.Attributes),
		Groups:    a.part(s.state, "h-groups", s.guide.Groups.Title, s.guide.Groups),
		Claims:    s.claims(),
		Form: setupForm{
			Action: s.at("attributes"),
			Button: "Save",
			Hidden: []ui.HiddenField{s.revisionField()},
			Tried:  s.tried,
		},
		Trace: s.trace,
	}
	p.Form.Wrong = ui.Blame(renamed(err), s.form.all()...)
	p.Form.Fields, p.Form.More = values(s.form.fields), values(s.form.more)
	if s.last != nil {
		at := ui.NewTime(s.last.EndedAt, a.Now())
		p.Tested = &at
	}
	if s.reached() {
		p.Try = s.at("attributes", "try") + "#trace"
	}
	p.Sent = s.sent()
	return a.Console.Render(w, console.FormStatus(err), p)
}

// claims are the lines of the table, ticked off by what came last.
func (s *state) claims() []claimRow {
	var all []claimRow
	words := map[guide.Use]string{
		guide.Subject: "Identifier",
		guide.Login:   "Login",
		guide.Email:   "E-mail",
		guide.Name:    "Name",
		guide.Groups:  "Groups",
	}
	for i, c := range s.guide.Claims {
		row := claimRow{
			Use: words[c.Use],
			Name: ui.Copyable{
				ID:    "claim-" + string(rune('a'+i)),
				Value: c.Name,
			},
			Value: c.Value,
			Note:  c.Note,
			Badge: s.badge(c),
		}
		if c.ByName {
			row.Note = strings.TrimSpace("Sent by default. " + c.Note)
		}
		if c.Name == guide.NameID {
			row.Name.Value = "Name ID"
		}
		all = append(all, row)
	}
	return all
}

func (s *state) badge(c guide.Claim) ui.Badge {
	if !s.reached() {
		return ui.Badge{Label: "not tested"}
	}
	id := s.last.Result.Identity
	if _, sent := id.Claims[c.Name]; sent || c.Name == guide.NameID {
		return ui.Badge{Label: "seen", State: "ok"}
	}
	known := map[guide.Use]string{
		guide.Subject: id.Subject,
		guide.Login:   id.Login,
		guide.Email:   id.Email,
		guide.Name:    id.Name,
	}
	if known[c.Use] != "" || c.Use == guide.Groups && len(id.Groups.Names) > 0 {
		return ui.Badge{Label: "under another name", State: "ok"}
	}
	return ui.Badge{Label: "not sent", State: "warn"}
}

// Bounds of what is shown of a test.
const (
	maxClaims = 40
	maxValues = 10
)

// sent is what came last, claim by claim.
func (s *state) sent() []sent {
	if !s.reached() {
		return nil
	}
	claims := s.last.Result.Identity.Claims
	var all []sent
	for _, name := range slices.Sorted(maps.Keys(claims)) {
		if len(all) == maxClaims {
			break
		}
		values := claims[name]
		one := sent{Name: name, Values: values}
		if len(values) > maxValues {
			one.Values, one.More = values[:maxValues], len(values)-maxValues
		}
		all = append(all, one)
	}
	return all
}

// mappingForm returns the form of the mapping with the values that are stored, or
// with those of entered unless it is nil.
func (s *state) mappingForm(entered url.Values) *form {
	m := mapping.Preset(s.Connection.Provider, s.Connection.Protocol)
	absent := sso.KeepGroups
	optional := false
	if c := s.config(); c != nil {
		m, absent, optional = c.Mapping, c.GroupSync.OnAbsent, c.EmailOptional
	}
	f := &form{
		fields: claimFields(m, optional, s.defaults),
		more:   append(groupNameFields(m), absentField(absent)),
	}
	for _, field := range f.all() {
		if entered != nil && field.Kind == "check" {
			field.Checked = entered.Get(field.Name) == field.Value
		} else if entered != nil {
			field.Value = strings.ReplaceAll(entered.Get(field.Name), "\r\n", "\n")
		}
		for i := range field.Options {
			field.Options[i].Chosen = field.Options[i].Value == field.Value
		}
	}
	return f
}

// claimFields returns the fields that every connection needs: the claims to read,
// and the default groups.
func claimFields(m sso.Mapping, emailOptional bool, defaults []string) []*ui.Field {
	return []*ui.Field{
		areaField("mapping.login", "Login", "The username. It must be unique and never change.", m.Login, false),
		areaField("mapping.email", "E-mail", "Leave it empty if no one has an address.", m.Email, true),
		{
			ID:       "email_optional",
			Name:     "email_optional",
			Label:    "Some people have no e-mail address",
			Kind:     "check",
			Value:    "yes",
			Checked:  emailOptional,
			Optional: true,
			Hint: "For example contractors without a mailbox. They get in, without a code unless a rule says otherwise, " +
				"and applications are told no address of theirs. Without this, a sign-in is refused if no address is sent.",
		},
		areaField("mapping.name", "Name", "Several claims make one name: {firstName} {lastName}", m.Name, true),
		areaField(
			"mapping.groups", "Groups",
			"Tried in turn, too: all values of the first one that was sent.",
			m.Groups, true,
		),
		areaField(
			"default_groups", "Default groups",
			"Everyone who signs in through this connection joins these groups here, whatever is sent. "+
				"As organization/group, one per line.",
			defaults, true,
		),
	}
}

// groupNameFields returns the fields of the identifier and of what becomes of the
// group names that are sent.
func groupNameFields(m sso.Mapping) []*ui.Field {
	rewrite := sso.Rewrite{}
	if m.GroupsRewrite != nil {
		rewrite = *m.GroupsRewrite
	}
	return []*ui.Field{
		lineField(
			"mapping.subject", "Identifier",
			"The permanent identifier. Leave empty to use NameID or sub.",
			m.Subject,
		),
		lineField(
			"mapping.delimiter", "Between group names",
			"If several names are sent as one text: the separator between them.",
			m.Delimiter,
		),
		{
			ID:      "mapping.groups_rewrite.preset",
			Name:    "mapping.groups_rewrite.preset",
			Label:   "Convert each group value",
			Kind:    "select",
			Value:   rewrite.Preset,
			Hint:    "A value that this does not apply to stays unchanged.",
			Options: console.RewriteOptions(),
		},
		lineField(
			"mapping.groups_rewrite.pattern", "Expression for group names",
			`A regular expression with the name in parentheses, such as ^ACME\\(.+)$. Only without a choice above.`,
			rewrite.Pattern,
		),
		lineField(
			"mapping.groups_rewrite.replace", "Group name from the expression",
			"Leave it empty for $1, the first part in parentheses.",
			rewrite.Replace,
		),
		lineField(
			"mapping.include", "Only these groups count",
			"A regular expression. Leave it empty for all.", m.Include,
		),
		lineField(
			"mapping.exclude", "These groups do not count",
			"A regular expression. Leave it empty for none.", m.Exclude,
		),
	}
}

// absentField returns the field of what a sign-in without groups does.
func absentField(absent sso.WhenUnknown) *ui.Field {
	return &ui.Field{
		ID:    "group_sync.on_absent",
		Name:  "group_sync.on_absent",
		Label: "When no groups are sent",
		Kind:  "select",
		Value: string(absent),
		Options: []ui.Option{
			{Value: string(sso.KeepGroups), Label: "Keep current memberships"},
			{Value: string(sso.ClearGroups), Label: "Treat as no groups"},
			{Value: string(sso.DenySignIn), Label: "Refuse the sign-in"},
		},
	}
}

// areaField returns a field with one value per line.
func areaField(name, label, hint string, values []string, optional bool) *ui.Field {
	return &ui.Field{
		ID:       name,
		Name:     name,
		Label:    label,
		Hint:     hint,
		Kind:     "area",
		Lines:    max(3, len(values)),
		Mono:     true,
		Optional: optional,
		Value:    strings.Join(values, "\n"),
	}
}

// lineField returns an optional field with one value.
func lineField(name, label, hint, value string) *ui.Field {
	return &ui.Field{
		ID:           name,
		Name:         name,
		Label:        label,
		Hint:         hint,
		Mono:         true,
		Optional:     true,
		Most:         1024,
		Value:        value,
		Autocomplete: "off",
	}
}

// linesOf are the lines of an entry that have anything on them; an empty list
// takes the value away.
func linesOf(text string) []string {
	all := []string{}
	for line := range strings.SplitSeq(text, "\n") {
		if line = connections.Tidy(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

func (a *Assistant) saveAttributes(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	f := s.mappingForm(r.PostForm)
	absent := sso.WhenUnknown(f.get("group_sync.on_absent"))
	edit := f.mapping()
	_, _, err = a.Service.Edit(
		r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID,
		connections.Edit{
			Revision:      console.Revision(r.PostForm),
			Mapping:       &edit,
			GroupSync:     &connections.GroupSyncEdit{OnAbsent: &absent},
			DefaultGroups: linesOf(f.get("default_groups")),
			EmailOptional: new(f.checked("email_optional")),
		},
	)
	switch {
	case err == nil:
		return console.Done(w, s.at("attributes"), "saved")
	case console.OnForm(err):
		return a.renderAttributes(w, &attributes{state: s, form: f}, err)
	}
	return err
}

// mapping is what was entered about what is read.
func (f *form) mapping() connections.MappingEdit {
	text := func(name string) *string {
		value := f.get(name)
		return &value
	}
	return connections.MappingEdit{
		Login:     linesOf(f.get("mapping.login")),
		Email:     linesOf(f.get("mapping.email")),
		Name:      linesOf(f.get("mapping.name")),
		Groups:    linesOf(f.get("mapping.groups")),
		Subject:   text("mapping.subject"),
		Delimiter: text("mapping.delimiter"),
		GroupsRewrite: &connections.RewriteEdit{
			Preset:  text("mapping.groups_rewrite.preset"),
			Pattern: text("mapping.groups_rewrite.pattern"),
			Replace: text("mapping.groups_rewrite.replace"),
		},
		Include: text("mapping.include"),
		Exclude: text("mapping.exclude"),
	}
}

// tryAttributes shows what the mapping as it is entered makes of the groups of
// the last test, and saves nothing.
func (a *Assistant) tryAttributes(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	shown := &attributes{
		state: s,
		form:  s.mappingForm(r.PostForm),
		tried: true,
	}
	if !s.reached() {
		return route.SeeOther(w, s.at("attributes"))
	}
	m, err := a.Service.TryMapping(v.Connection, shown.form.mapping())
	switch {
	case console.OnForm(err):
		return a.renderAttributes(w, shown, err)
	case err != nil:
		return err
	}
	if shown.trace, err = a.trace(r.Context(), s, m); err != nil {
		return err
	}
	return a.renderAttributes(w, shown, nil)
}
