package connection

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (h *Handlers) settings(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.form(r.Context(), w, v, shownSettings{})
}

// shownSettings is what the settings are shown with, besides what is kept.
type shownSettings struct {
	typed   url.Values // nil: what is kept
	refused error
	trial   *policyTrial
	trace   *console.GroupTrace
}

func (h *Handlers) saveSettings(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	edit, err := editOf(r.PostForm, v.Connection)
	if err == nil {
		_, _, err = h.Setup.Edit(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, edit)
	}
	if sso.KindOf(err) == sso.Stale {
		now, err := h.Connections.Connection(r.Context(), v.Enterprise.ID, v.Connection.ID)
		if err != nil {
			return fmt.Errorf("load the changed connection: %w", err)
		}
		v.Connection = now
	}
	switch {
	case console.OnForm(err):
		return h.form(r.Context(), w, v, shownSettings{
			typed:   r.PostForm,
			refused: err,
		})
	case err != nil:
		return fmt.Errorf("save the settings: %w", err)
	}
	return console.Done(w, at(v), "saved")
}

// tryPolicies shows what the policies as they are typed would have done, and
// keeps the form as it is.
func (h *Handlers) tryPolicies(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	edit, err := editOf(r.PostForm, v.Connection)
	if err != nil {
		return h.form(r.Context(), w, v, shownSettings{
			typed:   r.PostForm,
			refused: err,
		})
	}
	trials, err := h.Setup.DryRun(
		r.Context(), v.Enterprise.ID, v.Connection.ID, edit.EmailVerification, edit.AllowSignIn,
	)
	switch {
	case console.OnForm(err):
		return h.form(r.Context(), w, v, shownSettings{
			typed:   r.PostForm,
			refused: err,
		})
	case err != nil:
		return fmt.Errorf("try the policies: %w", err)
	}
	return h.form(r.Context(), w, v, shownSettings{
		typed: r.PostForm,
		trial: h.trial(trials),
	})
}

// tryGroups shows what the mapping as it is typed makes of the groups of the last
// test, and keeps the form as it is.
func (h *Handlers) tryGroups(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	edit, err := editOf(r.PostForm, v.Connection)
	if err != nil {
		return h.form(r.Context(), w, v, shownSettings{
			typed:   r.PostForm,
			refused: err,
		})
	}
	trace, err := h.trace(r.Context(), v, *edit.Mapping)
	switch {
	case console.OnForm(err):
		return h.form(r.Context(), w, v, shownSettings{
			typed:   r.PostForm,
			refused: err,
		})
	case err != nil:
		return fmt.Errorf("try the mapping: %w", err)
	}
	return h.form(r.Context(), w, v, shownSettings{
		typed: r.PostForm,
		trace: trace,
	})
}

// trace is of the last test that came as far as an identity.
func (h *Handlers) trace(
	ctx context.Context, v console.Visit, edit connections.MappingEdit,
) (*console.GroupTrace, error) {
	m, err := h.Setup.TryMapping(v.Connection, edit)
	if err != nil {
		return nil, err
	}
	runs, _, err := h.Connections.TestRuns(
		ctx, v.Enterprise.ID, sso.TestFilter{Connection: v.Connection.ID}, sso.Page{Limit: 10},
	)
	if err != nil {
		return nil, fmt.Errorf("list test connections: %w", err)
	}
	for _, run := range runs {
		if run, err = h.Connections.TestRun(ctx, v.Enterprise.ID, run.ID); err != nil {
			return nil, fmt.Errorf("load test connection: %w", err)
		}
		if run.Result.Identity == nil {
			continue
		}
		trace, err := h.Preview.TraceGroups(
			ctx, v.Enterprise.ID, v.Connection.ID, m, *run.Result.Identity,
		)
		if err != nil {
			return nil, err
		}
		return console.NewGroupTrace(trace, h.time(run.EndedAt)), nil
	}
	return nil, &sso.Error{
		Kind:   sso.Conflict,
		Code:   "no_test",
		Public: "No test connection has shown yet what is sent. Run one, then come back.",
	}
}

func (h *Handlers) trial(all []connections.Trial) *policyTrial {
	if len(all) == 0 {
		return &policyTrial{
			Summary: "No one has signed in through this connection yet, so there is nothing to try it on.",
		}
	}
	p, refused := &policyTrial{}, 0
	for _, t := range all {
		row := trialRow{
			Login:  t.Attempt.Login,
			At:     h.time(t.Attempt.At),
			Reason: t.Email.Reason,
		}
		switch {
		case t.Denied:
			row.Result = ui.Badge{Label: "refused", State: "error"}
			row.Reason = "The sign-in rule refuses them."
		case t.Email.Action == sso.DenyEntry:
			row.Result = ui.Badge{Label: "refused", State: "error"}
		case t.Email.Action == sso.RequireCode:
			row.Result = ui.Badge{Label: "enters a code", State: "warn"}
		case t.Email.Action == sso.VouchFirst:
			row.Result = ui.Badge{Label: "needs approval", State: "warn"}
		default:
			row.Result = ui.Badge{Label: "gets in", State: "ok"}
		}
		if row.Result.State == "error" {
			refused++
		}
		p.Rows = append(p.Rows, row)
	}
	p.Summary = "Of the last " + ui.Count(len(all), "sign-in", "sign-ins") +
		", each taken as the person’s first, " + strconv.Itoa(refused) + " would be refused."
	return p
}

// form shows the settings: as they are being edited, or as they were typed.
func (h *Handlers) form(ctx context.Context, w http.ResponseWriter, v console.Visit, s shownSettings) error {
	c, typed, refused := v.Connection, s.typed, s.refused
	defaults, err := h.Connections.GroupRefs(ctx, v.Enterprise.ID, settled(c).DefaultGroups)
	if err != nil {
		return fmt.Errorf("name the default groups: %w", err)
	}
	p := &connectionSettingsPage{
		Base:      h.base(v, true),
		Action:    at(v, "settings"),
		Try:       at(v, "settings", "try"),
		Back:      at(v),
		Trial:     s.trial,
		Trace:     s.trace,
		TryGroups: at(v, "settings", "try-groups") + "#trace",
		Revision:  strconv.FormatInt(c.Revision, 10),
		Live:      c.Live != nil,
		Sections:  sections(c, defaults),
	}
	if typed != nil && sso.KindOf(refused) != sso.Stale {
		p.Revision = typed.Get("revision")
	}
	var saved []ui.Field
	var fields []*ui.Field
	for i := range p.Sections {
		for j := range p.Sections[i].Fields {
			f := &p.Sections[i].Fields[j]
			saved = append(saved, copied(*f))
			if typed != nil {
				retype(f, typed)
			}
			if f.Kind == "password" && typed.Get(f.Name) != "" {
				f.Error = console.EnterSecretAgain
			}
			fields = append(fields, f)
		}
	}
	if refused != nil {
		p.Wrong = console.BlameEdit(unnumbered(refused), saved, fields...)
		for i := range p.Wrong {
			p.Wrong[i].Label = console.FieldLabel(p.Wrong[i].Label)
		}
	}
	return h.Console.Render(w, console.FormStatus(refused), p)
}

// unnumbered blames the one field that a list of default groups is typed into.
func unnumbered(err error) error {
	known, ok := errors.AsType[*sso.Error](err)
	if !ok {
		return err
	}
	copied := *known
	copied.Fields = slices.Clone(known.Fields)
	for i, f := range copied.Fields {
		if strings.HasPrefix(f.Field, "default_groups[") {
			copied.Fields[i].Field = "default_groups"
		}
	}
	return &copied
}

// copied returns a copy of a field that shares no options with it.
func copied(f ui.Field) ui.Field {
	f.Options = slices.Clone(f.Options)
	return f
}

// retype gives a field what was typed into it; a secret is typed anew.
func retype(f *ui.Field, typed url.Values) {
	value := typed.Get(f.Name)
	switch f.Kind {
	case "password":
	case "check":
		f.Checked = value == f.Value
	case "select", "radio":
		for i := range f.Options {
			f.Options[i].Chosen = f.Options[i].Value == value
		}
	default:
		f.Value = value
	}
}

// editOf reads the form. Fields that the connection's form does not have stay as
// they are.
func editOf(form url.Values, c sso.Connection) (connections.Edit, error) {
	f := reading{form: form}
	e := connections.Edit{
		Name:    f.text("name"),
		Mapping: f.mapping(),
		GroupSync: &connections.GroupSyncEdit{
			Mode:      as[sso.SyncMode](f.text("group_sync.mode")),
			OnAbsent:  as[sso.WhenUnknown](f.text("group_sync.on_absent")),
			OnOverage: as[sso.WhenUnknown](f.text("group_sync.on_overage")),
		},
		Brake: f.brake(),
		EmailVerification: &connections.EmailVerificationEdit{
			Mode:       f.text("email_verification.mode"),
			Expression: f.text("email_verification.expression"),
			TrustIDP:   f.box("email_verification.trust_idp"),
		},
		EmailOptional: f.box("email_optional"),
		DefaultGroups: f.lines("default_groups"),
		AllowSignIn:   f.text("allow_sign_in"),
		Provisioning:  as[sso.Provisioning](f.text("provisioning")),
		Unprovisioned: as[sso.Unprovisioned](f.text("unprovisioned")),
		SCIM:          f.scim(),
		Directory: &connections.DirectoryEdit{
			Tenant:       f.text("directory.tenant"),
			ClientID:     f.text("directory.client_id"),
			ClientSecret: f.secret("directory.client_secret"),
			ByID:         f.box("directory.by_id"),
		},
	}
	e.Revision = console.Revision(form)
	if c.Protocol == sso.SAML {
		e.SAML = f.saml()
	} else {
		e.OIDC = f.oidc()
	}
	return e, f.err()
}

// reading reads the values of a form and collects those that are invalid.
type reading struct {
	form  url.Values
	wrong []sso.FieldError
}

func (f *reading) err() error {
	if len(f.wrong) == 0 {
		return nil
	}
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "validation_failed",
		Public: f.wrong[0].Message,
		Fields: f.wrong,
	}
}

func (f *reading) mapping() *connections.MappingEdit {
	return &connections.MappingEdit{
		Delimiter: f.raw("mapping.delimiter"),
		GroupsRewrite: &connections.RewriteEdit{
			Pattern: f.text("mapping.groups_rewrite.pattern"),
			Replace: f.text("mapping.groups_rewrite.replace"),
			Preset:  f.text("mapping.groups_rewrite.preset"),
		},
		Include:    f.text("mapping.include"),
		Exclude:    f.text("mapping.exclude"),
		GroupLimit: f.number("mapping.group_limit"),
		Attributes: f.attributes(),
	}
}

func (f *reading) brake() *connections.BrakeEdit {
	return &connections.BrakeEdit{
		Off:    f.box("brake.off"),
		Share:  f.number("brake.share"),
		People: f.number("brake.people"),
		Window: new(sso.Seconds(*f.number("brake.window"))),
	}
}

func (f *reading) scim() *connections.SCIMEdit {
	return &connections.SCIMEdit{
		Groups: f.box("scim.groups"),
		CreateGroups: &connections.CreateGroupsEdit{
			Organizations: f.lines("scim.create_groups.organizations"),
			Filter:        f.text("scim.create_groups.filter"),
			Cap:           f.number("scim.create_groups.cap"),
		},
		Pilot: &connections.PilotEdit{
			Groups: f.lines("scim.pilot.groups"),
			Users:  f.lines("scim.pilot.users"),
		},
		MatchEmail: f.box("scim.match_email"),
	}
}

func (f *reading) saml() *connections.SAMLEdit {
	return &connections.SAMLEdit{
		SLOURL:            f.text("saml.slo_url"),
		SignRequests:      f.box("saml.sign_requests"),
		AllowIDPInitiated: as[sso.IDPInitiated](f.text("saml.allow_idp_initiated")),
		NameIDFormat:      f.text("saml.name_id_format"),
		ForceAuthn:        f.box("saml.force_authn"),
		AllowSHA1:         f.box("saml.allow_sha1"),
		ConfirmNewKeys:    f.box("saml.confirm_new_keys"),
		ClockSkew:         new(sso.Seconds(*f.number("saml.clock_skew_seconds"))),
	}
}

func (f *reading) oidc() *connections.OIDCEdit {
	e := &connections.OIDCEdit{
		ClientSecret:   f.secret("oidc.client_secret"),
		AuthMethod:     as[sso.AuthMethod](f.text("oidc.token_endpoint_auth_method")),
		Prompt:         f.text("oidc.prompt"),
		ConfirmNewKeys: f.box("oidc.confirm_new_keys"),
	}
	if scopes := f.text("oidc.scopes"); scopes != nil {
		e.Scopes = append([]string{}, strings.Fields(*scopes)...)
	}
	return e
}

func (f *reading) raw(name string) *string {
	if !f.form.Has(name) {
		return nil
	}
	return new(f.form.Get(name))
}

func (f *reading) text(name string) *string {
	if !f.form.Has(name) {
		return nil
	}
	return new(strings.TrimSpace(f.form.Get(name)))
}

// lines are those of a field that are not blank; nil if the form does not have it.
func (f *reading) lines(name string) []string {
	if !f.form.Has(name) {
		return nil
	}
	all := []string{}
	for line := range strings.SplitSeq(f.form.Get(name), "\n") {
		if line = strings.TrimSpace(line); line != "" {
			all = append(all, line)
		}
	}
	return all
}

// box is always said: a box that is not ticked sends nothing.
func (f *reading) box(name string) *bool { return new(f.form.Get(name) == "yes") }

func (f *reading) number(name string) *int {
	text := f.text(name)
	if text == nil || *text == "" {
		return new(0)
	}
	n, err := strconv.Atoi(*text)
	if err != nil {
		f.wrong = append(f.wrong, sso.FieldError{
			Field:   name,
			Message: "Enter a whole number, or leave it empty.",
		})
	}
	return &n
}

// secret is nil unless one was typed: it is never shown, so nothing means that it
// stays.
func (f *reading) secret(name string) *sso.Secret {
	if f.form.Get(name) == "" {
		return nil
	}
	return new(sso.Secret(f.form.Get(name)))
}

// as gives text its type.
func as[T ~string](v *string) *T {
	if v == nil {
		return nil
	}
	return new(T(*v))
}

// chosen returns the options of a field with the one that has the value marked. It
// adds an option for a value that is no longer offered.
func chosen(field, value string) []ui.Option {
	all := slices.Clone(console.FieldOptions(field))
	found := false
	for i := range all {
		all[i].Chosen = all[i].Value == value
		found = found || all[i].Chosen
	}
	if !found {
		all = append(all, ui.Option{
			Value:  value,
			Label:  console.FieldValue(field, value),
			Chosen: true,
		})
	}
	return all
}
