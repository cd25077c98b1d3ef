package assistant

import (
	"encoding/base64"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// form is what the configuration step asks for.
type form struct {
	manual       bool
	fields, more []*ui.Field
	secret       sso.Secret // as it was just entered; never part of a field
	// confirmed is the issuer that was ticked although its address states another.
	confirmed string
	// unshown is what is refused, and not sent back to be shown in its field: a
	// private key entered in place of a certificate, a file that is not UTF-8.
	unshown map[string]string
}

func (f *form) how() string {
	if f.manual {
		return "manual"
	}
	return "automatic"
}

func (f *form) all() []*ui.Field { return append(append([]*ui.Field{}, f.fields...), f.more...) }

func values(fields []*ui.Field) []ui.Field {
	var all []ui.Field
	for _, f := range fields {
		all = append(all, *f)
	}
	return all
}

// get is what is in a field of the form.
func (f *form) get(name string) string {
	if text, ok := f.unshown[name]; ok {
		return text
	}
	for _, field := range f.all() {
		if field.Name == name {
			return field.Value
		}
	}
	return ""
}

// checked reports whether a box of the form is ticked.
func (f *form) checked(name string) bool {
	return slices.ContainsFunc(f.all(), func(field *ui.Field) bool {
		return field.Name == name && field.Checked
	})
}

// meant are the corrections of what was refused.
func (f *form) meant(err error) []meant {
	var all []meant
	known := asError(err)
	if known == nil {
		return nil
	}
	for _, field := range f.fields {
		if better := connections.Advise(field.Name, field.Value).Better; better != "" && field.Error != "" {
			all = append(all, meant{
				Label: field.Label,
				Value: better,
				Use:   field.Name + "=" + better,
			})
		}
	}
	return all
}

func asError(err error) *sso.Error {
	if known, ok := errors.AsType[*sso.Error](err); ok {
		return known
	}
	return nil
}

func number(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// stored is the form with what is kept in it. how is the way that was asked for,
// "" for the one that fits.
func (s *state) stored(how string) *form {
	c := s.config()
	if c == nil || c.OIDC != nil || s.Connection.Protocol == sso.OIDC {
		return s.oidcForm(c)
	}
	manual := how == "manual" ||
		s.guide.FileOnly ||
		how == "" && s.begun() && c.SAML.MetadataURL == ""
	if manual {
		return s.manualForm(c.SAML)
	}
	return s.automaticForm(c.SAML)
}

// hint says where a value is, in the words of the product.
func (s *state) hint(field string) string {
	for _, w := range s.guide.Wanted {
		if w.Field != field {
			continue
		}
		text := "In " + s.place() + ": " + w.Label + ", under " + w.Where + "."
		if strings.HasPrefix(w.Where, "in ") {
			text = w.Label + ", " + w.Where + "."
		}
		if s.guide.Provider == sso.Custom {
			text = "What it is called " + w.Where + "."
			if w.Where == "in your identity provider" {
				text = ""
			}
		}
		if w.Form != "" {
			text = strings.TrimSpace(text + " It looks like " + w.Form)
		}
		return text
	}
	return ""
}

// label is what the field is called here, which is what it is called there if
// that is one of the words people know.
func (s *state) label(field, ours string) string {
	for _, w := range s.guide.Wanted {
		if w.Field == field &&
			s.guide.Protocol == sso.OIDC &&
			s.guide.Provider == sso.Okta {
			return w.Label
		}
	}
	return ours
}

func address(name, label, hint, value string) *ui.Field {
	return &ui.Field{
		ID:           name,
		Name:         name,
		Label:        label,
		Hint:         hint,
		Kind:         "",
		InputMode:    "url",
		Mono:         true,
		Most:         2048,
		Value:        value,
		Autocomplete: "off",
	}
}

func (s *state) automaticForm(c *sso.SAMLConfig) *form {
	return &form{
		fields: []*ui.Field{
			address(
				"saml.metadata_url", "Metadata URL", s.hint("saml.metadata_url"), c.MetadataURL,
			),
		},
		more: []*ui.Field{{
			ID:           "saml.idp_entity_id",
			Name:         "saml.idp_entity_id",
			Label:        "Entity ID",
			Hint:         "Only needed if the metadata describes several identity providers.",
			Mono:         true,
			Optional:     true,
			Most:         1024,
			Autocomplete: "off",
		}},
	}
}

func (s *state) manualForm(c *sso.SAMLConfig) *form {
	file := "The whole file, as it was downloaded."
	if hint := s.hint("saml.metadata_xml"); hint != "" {
		file = hint
	}
	f := &form{
		manual: true,
		fields: []*ui.Field{
			{
				ID:       "file.metadata",
				Name:     "file.metadata",
				Label:    "Metadata file",
				Hint:     file,
				Kind:     "file",
				Optional: true,
				Accept:   ".xml,text/xml,application/xml,application/samlmetadata+xml",
			},
			{
				ID:       "saml.metadata_xml",
				Name:     "saml.metadata_xml",
				Label:    "Or metadata, pasted",
				Kind:     "area",
				Optional: true,
				Mono:     true,
			},
			address(
				"saml.idp_entity_id", "Or by hand: entity ID", s.hint("saml.idp_entity_id"),
				c.IDPEntityID,
			),
			address("saml.sso_url", "Single Sign-On Login URL", s.hint("saml.sso_url"), c.SSO.URL),
			{
				ID:       "file.certificates",
				Name:     "file.certificates",
				Label:    "Certificate file",
				Hint:     s.hint("saml.certificates"),
				Kind:     "file",
				Optional: true,
				Accept:   ".pem,.crt,.cer,.cert,.der,.txt",
			},
			{
				ID:       "saml.certificates",
				Name:     "saml.certificates",
				Label:    "Or certificate, pasted",
				Kind:     "area",
				Optional: true,
				Mono:     true,
			},
		},
		more: []*ui.Field{{
			ID:    "saml.sso_binding",
			Name:  "saml.sso_binding",
			Label: "People are sent there by",
			Kind:  "select",
			Options: []ui.Option{
				{
					Value:  sso.BindingRedirect,
					Label:  "a redirect (HTTP-Redirect)",
					Chosen: c.SSO.Binding != sso.BindingPOST,
				},
				{
					Value:  sso.BindingPOST,
					Label:  "a form (HTTP-POST)",
					Chosen: c.SSO.Binding == sso.BindingPOST,
				},
			},
		}},
	}
	for _, field := range f.fields {
		field.Optional = true // one of three ways is enough
	}
	if n := len(c.Certificates); n > 0 {
		f.fields[5].Hint = "Leave both empty to keep the " + plural(n, "certificate") +
			" in use. New ones replace it; enter several, one after the other, to trust all."
	}
	return f
}

func plural(n int, word string) string {
	if n == 1 {
		return "one " + word
	}
	return strconv.Itoa(n) + " " + word + "s"
}

func (s *state) oidcForm(c *sso.Config) *form {
	o := &sso.OIDCConfig{}
	if c != nil && c.OIDC != nil {
		o = c.OIDC
	}
	secret := &ui.Field{
		ID:           "oidc.client_secret",
		Name:         "oidc.client_secret",
		Label:        s.label("oidc.client_secret", "Client secret"),
		Hint:         s.hint("oidc.client_secret"),
		Kind:         "password",
		Most:         1024,
		Autocomplete: "off",
	}
	if o.ClientSecret != "" {
		secret.Optional = true
		secret.Hint = "Kept, and not shown again. Leave this empty to keep it. With another issuer it has to be entered again."
	}
	return &form{
		fields: []*ui.Field{
			address(
				"oidc.issuer", s.label("oidc.issuer", "Issuer or discovery URL"),
				s.hint("oidc.issuer"), o.Issuer,
			),
			{
				ID:           "oidc.client_id",
				Name:         "oidc.client_id",
				Label:        s.label("oidc.client_id", "Client ID"),
				Hint:         s.hint("oidc.client_id"),
				Mono:         true,
				Most:         255,
				Value:        o.ClientID,
				Autocomplete: "off",
			},
			secret,
		},
		more: []*ui.Field{{
			ID:           "oidc.scopes",
			Name:         "oidc.scopes",
			Label:        "Scopes",
			Hint:         "With a space between them. openid is always asked for.",
			Mono:         true,
			Optional:     true,
			Most:         1024,
			Value:        strings.Join(o.Scopes, " "),
			Autocomplete: "off",
		}},
	}
}

// entered is the form with what was just entered in it, corrections taken over
// and files in place of what is pasted: a browser gives no file back to a form
// that is shown again.
func (s *state) entered(form url.Values) *form {
	f := s.stored(form.Get("how"))
	field, better, used := strings.Cut(form.Get("use"), "=")
	for _, x := range f.all() {
		switch {
		case x.Kind == "password" || x.Kind == "file":
		case x.Kind == "select":
			for i := range x.Options {
				x.Options[i].Chosen = x.Options[i].Value == form.Get(x.Name)
			}
			x.Value = form.Get(x.Name)
		case used && x.Name == field:
			x.Value = connections.Tidy(better)
		case x.Kind == "area":
			x.Value = document(form.Get(x.Name))
		default:
			x.Value = tidied(form, x.Name)
		}
		if uploaded := form.Get(
			"file." + strings.TrimPrefix(strings.TrimSuffix(x.Name, "_xml"), "saml."),
		); x.Kind == "area" && strings.TrimSpace(uploaded) != "" {
			x.Value = document(uploaded)
		}
		f.hide(x)
	}
	f.secret = sso.Secret(connections.Tidy(form.Get("oidc.client_secret")))
	f.confirmed = tidied(form, "oidc.confirmed_issuer")
	return f
}

// askSecretAgain asks for the entered secret once more, because the form does not
// contain it.
func (f *form) askSecretAgain() {
	for _, x := range f.all() {
		if x.Kind == "password" && f.secret != "" {
			x.Error = console.EnterSecretAgain
		}
	}
}

// offer asks whether an issuer is right that the address states differently. It
// stays ticked while something else is wrong.
func (f *form) offer(err error) {
	stated, ticked := connections.StatedIssuer(err), f.confirmed != ""
	if stated == "" {
		stated = f.confirmed
	}
	i := slices.IndexFunc(f.fields, func(x *ui.Field) bool {
		return x.Name == "oidc.issuer"
	})
	if stated == "" || err == nil || i < 0 {
		return
	}
	f.fields = slices.Insert(f.fields, i+1, &ui.Field{
		ID:       "oidc.confirmed_issuer",
		Name:     "oidc.confirmed_issuer",
		Label:    "The issuer is " + stated,
		Hint:     "Tick this if that is your identity provider. Azure AD B2C has one address for each policy, and one issuer for all of them.",
		Kind:     "check",
		Value:    stated,
		Checked:  ticked && stated == f.confirmed,
		Optional: true,
	})
}

// hide keeps what must not be shown out of a field.
func (f *form) hide(x *ui.Field) {
	text := ""
	switch raw, err := base64.StdEncoding.DecodeString(x.Value); {
	case x.Kind != "area":
	case x.Name == "saml.certificates" && connections.HoldsPrivateKey(x.Value):
		text = x.Value
	case err == nil: // a file that is not UTF-8 comes in base64
		if _, wide := sso.PlainText(raw); wide != nil {
			text = string(raw)
		}
	}
	if text != "" {
		if f.unshown == nil {
			f.unshown = map[string]string{}
		}
		f.unshown[x.Name], x.Value = text, ""
	}
}

// document is a whole document without what may stand around it.
func document(text string) string {
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(text), "\ufeff"))
}

// edit is what was entered, as a change of the connection.
func (f *form) edit(s *state) connections.Edit {
	get := func(name string) *string {
		v := f.get(name)
		return &v
	}
	switch {
	case s.guide.Protocol == sso.OIDC:
		o := &connections.OIDCEdit{
			Issuer:   get("oidc.issuer"),
			ClientID: get("oidc.client_id"),
		}
		if f.secret != "" {
			o.ClientSecret = &f.secret
		}
		if f.confirmed != "" {
			o.ConfirmedIssuer = &f.confirmed
		}
		if scopes := strings.Fields(f.get("oidc.scopes")); len(scopes) > 0 && !f.sameScopes(s, scopes) {
			o.Scopes = scopes
		}
		return connections.Edit{OIDC: o}
	case !f.manual:
		e := &connections.SAMLEdit{MetadataURL: get("saml.metadata_url")}
		if f.get("saml.idp_entity_id") != "" {
			e.IDPEntityID = get("saml.idp_entity_id")
		}
		return connections.Edit{SAML: e}
	case f.get("saml.metadata_xml") != "":
		return connections.Edit{SAML: &connections.SAMLEdit{MetadataXML: get("saml.metadata_xml")}}
	}
	e := &connections.SAMLEdit{
		MetadataURL: new(string),
		IDPEntityID: get("saml.idp_entity_id"),
		SSOURL:      get("saml.sso_url"),
	}
	if binding := get("saml.sso_binding"); *binding != "" {
		e.SSOBinding = binding
	}
	if certificates := f.get("saml.certificates"); certificates != "" {
		e.Certificates = []string{certificates}
	}
	return connections.Edit{SAML: e}
}

// sameScopes reports whether the scopes are those there were: then the identity
// provider may still add what it knows.
func (f *form) sameScopes(s *state, scopes []string) bool {
	c := s.config()
	return c != nil && c.OIDC != nil && slices.Equal(c.OIDC.Scopes, scopes)
}
