package assistant

import (
	"encoding/pem"
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (a *Assistant) showCreate(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	base, p := a.around(s, "create")
	return a.Console.Render(w, http.StatusOK, &setupCreatePage{
		Base:      base,
		stepFrame: p,
		Part:      a.part(s, "h-do", "In "+s.place(), s.guide.Create),
	})
}

func (a *Assistant) showAssign(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	base, p := a.around(s, "assign")
	return a.Console.Render(w, http.StatusOK, &setupAssignPage{
		Base:      base,
		stepFrame: p,
		Part:      a.part(s, "h-do", "In "+s.place(), s.guide.Assign),
	})
}

// place is where instructions are followed.
func (s *state) place() string {
	if s.guide.Provider == sso.Custom {
		return "your identity provider"
	}
	return s.guide.Product
}

func (a *Assistant) showTest(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	base, around := a.around(s, "test")
	p := &setupTestPage{
		Base:      base,
		stepFrame: around,
		Missing:   s.lacks(),
		All:       console.AtConnection(v.Enterprise, v.Connection.ID, "tests"),
		Again:     s.passed(),
	}
	if len(s.missing) == 0 {
		p.Start = p.All
	}
	if !s.passed() {
		p.Next = nil // it stays here until it works
	}
	if s.last != nil {
		p.Last = &lastTest{
			Badge: console.TestState(*s.last),
			At:    ui.NewTime(s.last.EndedAt, a.Now()),
			Href:  p.All + "/" + string(s.last.ID),
			Old:   s.last.Revision != s.Connection.Revision,
		}
		if s.last.State != sso.TestPassed {
			p.Last.Detail = s.last.Detail
		}
	}
	return a.Console.Render(w, http.StatusOK, p)
}

// lacks returns what must be entered before the first sign-in.
func (s *state) lacks() []ui.Todo {
	var all []ui.Todo
	for _, m := range s.missing {
		todo := ui.Todo{
			State: "warn",
			Text:  m.Message,
			Href:  s.at("configure"),
			Label: "Enter it",
		}
		all = append(all, todo)
	}
	return all
}

func (a *Assistant) showEnable(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	return a.askEnable(w, s, "", nil)
}

// askEnable is the last question. typed is what was typed in place of a test.
func (a *Assistant) askEnable(w http.ResponseWriter, s *state, typed string, err error) error {
	base, around := a.around(s, "enable")
	around.Next = nil
	p := &setupEnablePage{
		Base:      base,
		stepFrame: around,
		Missing:   s.lacks(),
		Changes:   s.changes(),
		Form: setupForm{
			Action: s.at("enable"),
			Button: "Proceed",
			Hidden: []ui.HiddenField{s.revisionField()},
		},
	}
	for _, d := range connections.Differences(s.Connection.Live, s.Connection.Draft) {
		if s.Connection.Live != nil && s.Connection.Draft != nil {
			one := differs(d)
			if d.Field == "default_groups" {
				one.After = strings.Join(s.defaults, ", ") // not their IDs
			}
			p.Differs = append(p.Differs, one)
		}
	}
	p.Warnings = append(s.approval(), s.worthALook()...)
	var fields []*ui.Field
	if !s.passed() {
		hint := "It has not been tested in its current state. If something is wrong, no one can sign in."
		field := ui.Field{
			ID:           "confirm",
			Name:         "confirm",
			Label:        "Enter “" + s.Connection.Name + "” to enable it without a passed test",
			Hint:         hint,
			Value:        typed,
			Autocomplete: "off",
		}
		fields = append(fields, &field)
		p.Warnings = append(p.Warnings, ui.Todo{
			State: "warn",
			Text:  "The current configuration has not passed a test.",
			Href:  s.at("test"),
			Label: "Test it",
		})
		p.Form.Wrong = ui.Blame(err, fields...)
		p.Form.Fields = []ui.Field{field}
	} else {
		p.Form.Wrong = ui.Blame(err)
	}
	return a.Console.Render(w, console.FormStatus(err), p)
}

// changes is what will be different for people, in sentences.
func (s *state) changes() []string {
	c := s.config()
	if c == nil {
		return nil
	}
	all := []string{
		"Anyone who opens " + s.Enterprise.Name + "’s sign-in link is sent to " + s.place() + ".",
	}
	if s.Connection.Live != nil {
		all[0] = "The changes below take effect at the next sign-in. People who are signed in now stay signed in."
	}
	switch {
	case c.Provisioning == sso.ProvisionSCIM:
		all = append(all, "Memberships come from what "+s.place()+" pushes by SCIM. "+
			"No sign-in changes those of a person whom it pushed.")
	case c.GroupSync.Mode == sso.SyncReset:
		all = append(
			all,
			"At each sign-in, a person’s memberships are reset to the groups that "+s.place()+
				" lists. People added by hand are removed unless it also lists them in that group.",
		)
	case c.GroupSync.Mode == sso.SyncResetSynced:
		all = append(
			all,
			"At each sign-in, a person is removed from groups that an earlier sign-in added and that "+
				s.place()+" no longer lists. Manual additions stay.",
		)
	default:
		all = append(
			all,
			"At each sign-in, a person is added to the groups that "+s.place()+" lists, and never removed.",
		)
	}
	return append(all, "Anyone signing in for the first time gets a new account.")
}

func differs(d connections.Difference) difference {
	out := difference{
		Field:  console.FieldLabel(d.Field),
		Before: console.FieldValue(d.Field, d.Before),
		After:  console.FieldValue(d.Field, d.After),
	}
	switch {
	case d.Secret:
		out.Before, out.After = "the secret in use", "another secret"
	case len(d.Gone)+len(d.New) > 0:
		out.Before, out.After = listed("without ", d.Gone), listed("with ", d.New)
	}
	return out
}

func listed(word string, all []string) string {
	text := ""
	for i, v := range all {
		if i > 0 {
			text += ", "
		}
		text += v
	}
	if text == "" {
		return ""
	}
	return word + text
}

func (a *Assistant) enable(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	typed, revision := r.PostForm.Get("confirm"), console.Revision(r.PostForm)
	// A form of another revision asked for no name, or for that of another
	// connection: Enable refuses it.
	if revision == s.Connection.Revision &&
		!s.passed() &&
		connections.Tidy(typed) != s.Connection.Name {
		return a.askEnable(w, s, typed, sso.InvalidField(
			"invalid_configuration", "confirm",
			"Enter the name of the connection, exactly as it is.",
		))
	}
	_, err = a.Service.Enable(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID, revision)
	switch sso.CodeOf(err) {
	case sso.CodeApprovalNeeded, sso.CodeConnectionChanged: // the page shows what was recorded, or changed
		if now, failed := a.reload(r.Context(), v); failed == nil {
			s = now
		}
	}
	switch {
	case err == nil:
		return console.Done(w, s.at("done"), "enabled")
	case console.OnForm(err):
		return a.askEnable(w, s, typed, err)
	}
	return err
}

func (a *Assistant) showDone(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	s, err := a.load(r.Context(), v)
	if err != nil {
		return err
	}
	base, around := a.around(s, "done")
	around.Heading = s.Connection.Name + " is not enabled yet"
	if s.Connection.State == sso.ConnectionEnabled {
		around.Heading = s.Connection.Name + " is enabled"
	}
	base.Flash = console.Said(r, map[string]string{"enabled": "People can sign in now."})
	p := &setupDonePage{
		Base:      base,
		stepFrame: around,
		Link: ui.Copyable{
			ID:    "link",
			Value: a.Values(s.Enterprise, s.Connection)[Link],
		},
	}
	if v.May(sso.IntentProvisioning) && s.Connection.State == sso.ConnectionEnabled {
		p.Todo = append(p.Todo, ui.Todo{
			Text: "Let your identity provider push people and groups over SCIM: then they are right before the " +
				"next sign-in, and someone who leaves is out at once.",
			Href:  s.at("scim"),
			Label: "Set up provisioning",
		})
	}
	if v.Role != sso.RoleSetupLink {
		p.Todo = append(p.Todo, []ui.Todo{
			{
				Text:  "Verify your e-mail domains: people then need no code at their first sign-in, and are led here by their address.",
				Href:  console.At(v.Enterprise, "domains"),
				Label: "Domains",
			},
			{
				Text:  "See which groups of your identity provider match a group here, and which almost do.",
				Href:  console.AtConnection(v.Enterprise, v.Connection.ID, "groups"),
				Label: "Verify groups",
			},
			{
				Text:  "Choose who the admins are, and whether admins must use single sign-on too.",
				Href:  console.At(v.Enterprise, "access"),
				Label: "Access",
			},
		}...)
	}
	if s.Connection.State != sso.ConnectionEnabled {
		p.Todo = append([]ui.Todo{{
			State: "warn",
			Text:  "No one can sign in through it until it is enabled.",
			Href:  s.at("enable"),
			Label: "Enable it",
		}}, p.Todo...)
	}
	return a.Console.Render(w, http.StatusOK, p)
}

func (a *Assistant) metadataFile(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	doc, err := a.Service.ServiceProviderMetadata(r.Context(), v.Connection.ID)
	if err != nil {
		return err
	}
	return download(w, "application/samlmetadata+xml", "saml-metadata.xml", doc)
}

// certificateFile is that of the key which signs now.
func (a *Assistant) certificateFile(w http.ResponseWriter, _ *http.Request, v console.Visit) error {
	if len(v.Connection.Keys) == 0 {
		return sso.NothingHere()
	}
	return download(w, "application/x-pem-file", "signing-certificate.pem", pem.EncodeToMemory(&pem.Block{
		Type:  "CERTIFICATE",
		Bytes: v.Connection.Keys[0].Certificate,
	}))
}

func download(w http.ResponseWriter, media, name string, content []byte) error {
	w.Header().Set("Content-Type", media)
	w.Header().Set("Content-Disposition", `attachment; filename="`+name+`"`)
	_, _ = w.Write(content) // the browser has disconnected
	return nil
}
