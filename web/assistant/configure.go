package assistant

import (
	"context"
	"crypto/ecdsa"
	"crypto/rsa"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (a *Assistant) showConfigure(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	f := s.stored(r.URL.Query().Get("how"))
	said := console.Said(r, map[string]string{
		"saved": "Saved. " + s.verdict(),
		"kept":  "Saved. The identity provider did not respond. Gatehouse tries again when the connection is enabled.",
		"new":   "The metadata was fetched and has changed. Test the connection again.",
		"same":  "The metadata was fetched. Nothing has changed.",
	})
	return a.renderConfigure(w, s, f, said, r.URL.Query().Has("how"), nil)
}

// fetchMetadata reads the metadata again, which may name other certificates by now.
func (a *Assistant) fetchMetadata(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	_, changed, err := a.Service.RefreshMetadata(
		r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID,
	)
	switch {
	case err == nil && changed:
		return console.Done(w, s.at("configure"), "new")
	case err == nil:
		return console.Done(w, s.at("configure"), "same")
	case console.OnForm(err):
		return a.renderConfigure(w, s, s.stored(""), "", false, err)
	}
	return fmt.Errorf("fetch the metadata: %w", err)
}

// verdict is what saving came to.
func (s *state) verdict() string {
	if len(s.missing) > 0 {
		return "Something is still missing."
	}
	switch c := s.config(); {
	case c.OIDC != nil:
		return "The discovery document was read. The test checks the client ID and the secret."
	case c.SAML.MetadataURL != "":
		return "The metadata was read. The test shows whether people can sign in."
	}
	return "The identity provider was not contacted yet. The test shows whether people can sign in."
}

// renderConfigure shows the step. again says that the form is wanted although all
// is there.
func (a *Assistant) renderConfigure(
	w http.ResponseWriter, s *state, f *form, said string, again bool, err error,
) error {
	base, around := a.around(s, "configure")
	base.Flash = said
	p := &setupConfigurePage{
		Base:      base,
		stepFrame: around,
		Part:      a.part(s, "h-do", "In "+s.place(), s.guide.Configure),
		Tabs:      s.tabs(f.manual),
	}
	if s.begun() {
		p.Read, p.Keys = s.read(), a.keys(s.config())
		p.Warnings = append(s.worthALook(), s.todos()...)
	}
	p.Open = again || err != nil || len(s.missing) > 0
	if c := s.config(); c != nil &&
		c.SAML != nil &&
		c.SAML.MetadataURL != "" &&
		s.begun() {
		p.Fetch = s.at("metadata")
	}
	if p.Open {
		p.Next = nil
	}
	p.Form = setupForm{
		Action: s.at("configure"),
		Button: "Save and check",
		Files:  f.manual,
		Hidden: []ui.HiddenField{
			{
				Name:  "how",
				Value: f.how(),
			},
			s.revisionField(),
		},
	}
	if !s.begun() {
		p.Form.Button = "Create connection"
	}
	f.offer(err)
	p.Form.Wrong = ui.Blame(renamed(err), f.all()...)
	p.Form.Fields, p.Form.More = values(f.fields), values(f.more)
	p.Form.Meant = f.meant(err)
	return a.Console.Render(w, console.FormStatus(err), p)
}

// worthALook is what works and should not stay as it is, each said once: two
// fields may have the same fault.
func (s *state) worthALook() []ui.Todo {
	var all []ui.Todo
	for _, warning := range s.warnings {
		t := ui.Todo{State: "warn", Text: warning.Message}
		if warning.Field == "provider" {
			t.Href, t.Label = s.at("provider"), "Change identity provider"
		}
		if !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}

// todos returns what is missing in the configuration.
func (s *state) todos() []ui.Todo {
	var all []ui.Todo
	for _, m := range s.missing {
		all = append(all, ui.Todo{
			State: "warn",
			Text:  m.Message,
		})
	}
	return all
}

// tabs are the ways to give a SAML identity provider's values.
func (s *state) tabs(manual bool) []ui.Link {
	if s.Connection.Protocol != sso.SAML || s.guide.FileOnly {
		return nil
	}
	return []ui.Link{
		{Label: "Automatic", Href: s.at("configure") + "?how=automatic", Current: !manual},
		{Label: "Manual", Href: s.at("configure") + "?how=manual", Current: manual},
	}
}

// read is what is known of the identity provider.
func (s *state) read() []ui.Fact {
	c := s.config()
	if o := c.OIDC; o != nil {
		facts := []ui.Fact{
			{Label: "Issuer", Value: o.Issuer, Code: true},
			{Label: "Client ID", Value: o.ClientID, Code: true},
		}
		if o.ClientSecret != "" {
			facts = append(facts, ui.Fact{
				Label: "Client secret",
				Value: "kept",
				Badge: &ui.Badge{Label: "not shown again"},
			})
		}
		return append(facts,
			ui.Fact{Label: "Scopes", Value: strings.Join(o.Scopes, " "), Code: true},
			ui.Fact{Label: "We authenticate by", Value: string(o.AuthMethod), Code: true},
		)
	}
	facts := []ui.Fact{
		{Label: "Entity ID", Value: c.SAML.IDPEntityID, Code: true},
		{Label: "Sign-in address", Value: c.SAML.SSO.URL, Code: true},
		{
			Label: "People are sent there by",
			Value: map[string]string{
				sso.BindingRedirect: "a redirect",
				sso.BindingPOST:     "a form",
			}[c.SAML.SSO.Binding],
		},
	}
	if c.SAML.SLO != nil {
		facts = append(facts, ui.Fact{
			Label: "Sign-out address",
			Value: c.SAML.SLO.URL,
			Code:  true,
		})
	}
	if c.SAML.MetadataURL == "" {
		return append(facts, ui.Fact{
			Label: "New certificates",
			Value: "must be entered here by hand",
		})
	}
	return append(facts,
		ui.Fact{Label: "Metadata URL", Value: c.SAML.MetadataURL, Code: true},
		ui.Fact{Label: "New certificates", Value: "are picked up automatically"},
	)
}

// keys are the certificates that are trusted.
func (a *Assistant) keys(c *sso.Config) []signingKey {
	if c.SAML == nil {
		return nil
	}
	var all []signingKey
	for _, one := range c.SAML.Certificates {
		cert, err := one.Parse()
		if err != nil {
			continue // it was checked when it was saved
		}
		k := signingKey{
			Fingerprint: one.Fingerprint()[:16] + "…",
			Algorithm:   cert.PublicKeyAlgorithm.String(),
			Until:       cert.NotAfter.UTC().Format("2 January 2006"),
			Badge:       ui.Badge{Label: "good", State: "ok"},
		}
		switch key := cert.PublicKey.(type) {
		case *rsa.PublicKey:
			k.Algorithm = fmt.Sprintf("RSA, %d bits", key.N.BitLen())
		case *ecdsa.PublicKey:
			k.Algorithm = "ECDSA, " + key.Params().Name
		}
		switch left := cert.NotAfter.Sub(a.Now()); {
		case left < 0:
			k.Badge = ui.Badge{Label: "expired", State: "error"}
		case left < sso.CertificateWarning:
			k.Badge = ui.Badge{
				Label: fmt.Sprintf("%d days left", int(left/(24*time.Hour))),
				State: "warn",
			}
		}
		all = append(all, k)
	}
	return all
}

func (a *Assistant) saveConfigure(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	f := s.entered(r.PostForm)
	edit := f.edit(s)
	edit.Revision = console.Revision(r.PostForm)
	_, warnings, err := a.Service.Edit(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, edit)
	switch {
	case err == nil && unanswered(warnings):
		return console.Done(w, s.at("configure"), "kept")
	case err == nil:
		return console.Done(w, s.at("configure"), "saved")
	case !console.OnForm(err):
		return err
	}
	switch kept, failed := a.keepSecret(r.Context(), s, edit, err); {
	case failed != nil:
		return failed
	case kept:
		f = s.entered(r.PostForm) // its hint says that the secret is kept
	default:
		f.askSecretAgain()
	}
	return a.renderConfigure(w, s, f, "", true, err)
}

// unanswered reports whether the identity provider could not be asked.
func unanswered(warnings []connections.Warning) bool {
	return slices.ContainsFunc(warnings, func(w connections.Warning) bool {
		return w.Code == connections.IDPUnanswered
	})
}

// keepSecret saves a client secret by itself whose issuer was refused: it is not
// shown again, and would have to be looked for once more. Only where there is no
// issuer yet: it must not be sent to one that it was not meant for.
func (a *Assistant) keepSecret(ctx context.Context, s *state, edit connections.Edit, refused error) (bool, error) {
	c := s.config()
	if edit.OIDC == nil ||
		edit.OIDC.ClientSecret == nil ||
		sso.KindOf(refused) != sso.Invalid ||
		c == nil ||
		c.OIDC == nil ||
		c.OIDC.Issuer != "" ||
		c.OIDC.ClientSecret != "" {
		return false, nil
	}
	now, _, err := a.Service.Edit(ctx, s.Actor, s.Enterprise.ID, s.Connection.ID, connections.Edit{
		Revision: edit.Revision,
		OIDC: &connections.OIDCEdit{
			ClientID:     edit.OIDC.ClientID,
			ClientSecret: edit.OIDC.ClientSecret,
		},
	})
	switch kind := sso.KindOf(err); {
	case err == nil:
		s.Connection = now
		s.missing, s.warnings = a.Service.Review(now)
		return true, nil
	case kind == sso.Invalid || kind == sso.Stale:
		return false, nil // the secret is what is wrong
	}
	return false, err
}

// renamed makes what is blamed be called as on the form: "saml.certificates[0]"
// is the first line of a field there.
func renamed(err error) error {
	known := asError(err)
	if known == nil || len(known.Fields) == 0 {
		return err
	}
	copied := *known
	copied.Fields = nil
	for _, f := range known.Fields {
		if name, index, found := strings.Cut(f.Field, "["); found {
			f.Field = name
			if strings.HasPrefix(name, "mapping.") {
				f.Message = fmt.Sprintf(
					"Line %d: %s.", number(strings.TrimSuffix(index, "]"))+1, f.Message,
				)
			}
		}
		copied.Fields = append(copied.Fields, f)
	}
	return &copied
}

// tidied is an entry without what was copied along with it.
func tidied(form url.Values, name string) string { return connections.Tidy(form.Get(name)) }
