package connections

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/mapping"
)

// editing applies one edit to a configuration and collects problems and warnings.
type editing struct {
	*Service
	problems
	warnings []Warning
	c        sso.Connection
	cfg      *sso.Config // a copy
}

func (s *Service) editing(c sso.Connection, base *sso.Config) *editing {
	return &editing{
		Service: s,
		c:       c,
		cfg:     clone(base),
	}
}

// result returns the connection with the edited draft.
func (w *editing) result() sso.Connection {
	c := w.c
	c.Draft = w.cfg
	return c
}

// warn adds a warning that is only shown.
func (w *editing) warn(field, message string) {
	w.addWarning(Warning{Field: field, Message: message})
}

// addWarning adds a warning unless another check has added it.
func (w *editing) addWarning(warning Warning) {
	if !slices.Contains(w.warnings, warning) {
		w.warnings = append(w.warnings, warning)
	}
}

// apply applies the edit, then checks the whole configuration: an edit may
// invalidate other values.
func (w *editing) apply(ctx context.Context, e Edit) {
	w.identify(e)
	switch {
	case e.SAML != nil && w.cfg.SAML == nil:
		w.add(invalid, "saml", "This connection speaks OpenID Connect.")
	case e.SAML != nil:
		w.saml(ctx, *e.SAML)
	}
	switch {
	case e.OIDC != nil && w.cfg.OIDC == nil:
		w.add(invalid, "oidc", "This connection speaks SAML.")
	case e.OIDC != nil:
		w.oidc(ctx, *e.OIDC)
	}
	if e.Mapping != nil {
		w.mapping(*e.Mapping)
	}
	if e.GroupSync != nil {
		set(&w.cfg.GroupSync.Mode, e.GroupSync.Mode)
		set(&w.cfg.GroupSync.OnAbsent, e.GroupSync.OnAbsent)
		set(&w.cfg.GroupSync.OnOverage, e.GroupSync.OnOverage)
	}
	if e.DefaultGroups != nil {
		w.defaultGroups(ctx, e.DefaultGroups)
	}
	if e.Brake != nil {
		set(&w.cfg.Brake.Off, e.Brake.Off)
		set(&w.cfg.Brake.Share, e.Brake.Share)
		set(&w.cfg.Brake.People, e.Brake.People)
		set(&w.cfg.Brake.Window, e.Brake.Window)
	}
	w.provisioning(ctx, e)
	if e.Directory != nil {
		w.directory(*e.Directory)
	}
	w.policies(e)
	w.check()
}

// identify changes the name and the provider of the connection.
func (w *editing) identify(e Edit) {
	if e.Name != nil {
		w.c.Name = *e.Name
		w.addAll(sso.ValidateName("name", w.c.Name))
	}
	if e.Provider != nil {
		oneOf(&w.problems, "provider", *e.Provider, sso.Providers[:]...)
		w.c.Provider = *e.Provider
	}
}

// takePreset replaces the presets of the old provider by those of the new one,
// unless they were edited.
func (w *editing) takePreset(old sso.Provider) {
	attributes := w.cfg.Mapping.Attributes // no preset has any
	w.cfg.Mapping.Attributes = nil
	if reflect.DeepEqual(w.cfg.Mapping, mapping.Preset(old, w.c.Protocol)) {
		w.cfg.Mapping = mapping.Preset(w.c.Provider, w.c.Protocol)
	}
	w.cfg.Mapping.Attributes = attributes
	if w.cfg.SAML != nil && w.cfg.SAML.NameIDFormat == nameIDFormat(old) {
		w.cfg.SAML.NameIDFormat = nameIDFormat(w.c.Provider)
	}
}

func (w *editing) mapping(e MappingEdit) {
	m := &w.cfg.Mapping
	set(&m.Subject, e.Subject)
	setList(&m.Login, e.Login)
	setList(&m.Email, e.Email)
	setList(&m.EmailVerified, e.EmailVerified)
	setList(&m.Name, e.Name)
	setList(&m.Groups, e.Groups)
	set(&m.Delimiter, e.Delimiter)
	if e.GroupsRewrite != nil {
		m.GroupsRewrite = rewritten(m.GroupsRewrite, *e.GroupsRewrite)
	}
	set(&m.Include, e.Include)
	set(&m.Exclude, e.Exclude)
	set(&m.GroupLimit, e.GroupLimit)
	m.Attributes = changedAttributes(m.Attributes, e.Attributes)
}

// changedAttributes returns the claims of attributes with an edit applied.
func changedAttributes(old, edit map[string][]string) map[string][]string {
	if len(edit) == 0 {
		return old
	}
	all := maps.Clone(old)
	if all == nil {
		all = map[string][]string{}
	}
	for name, candidates := range edit {
		all[name] = candidates
		if len(candidates) == 0 {
			delete(all, name)
		}
	}
	if len(all) == 0 {
		return nil
	}
	return all
}

// rewritten returns a rewrite with an edit applied; nil if all fields are empty.
func rewritten(old *sso.Rewrite, e RewriteEdit) *sso.Rewrite {
	var r sso.Rewrite
	if old != nil {
		r = *old
	}
	set(&r.Pattern, e.Pattern)
	set(&r.Replace, e.Replace)
	set(&r.Preset, e.Preset)
	if r == (sso.Rewrite{}) {
		return nil
	}
	return &r
}

func (w *editing) policies(e Edit) {
	set(&w.cfg.EmailOptional, e.EmailOptional)
	set(&w.cfg.AllowSignIn, e.AllowSignIn)
	if v := e.EmailVerification; v != nil {
		set(&w.cfg.EmailVerification.Mode, v.Mode)
		set(&w.cfg.EmailVerification.Expression, v.Expression)
		set(&w.cfg.EmailVerification.TrustIDP, v.TrustIDP)
	}
}
