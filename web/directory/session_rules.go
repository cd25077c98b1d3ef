package directory

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// sessionRulesPage shows what an enterprise requires of sign-ins and sessions.
type sessionRulesPage struct {
	ui.Base
	Wrong    []ui.Wrong
	Action   string
	Hidden   []ui.HiddenField
	Sessions []ui.Field
	Authn    []ui.Field
}

func (sessionRulesPage) Title() string { return "Rules for sessions" }

func (d *Directory) sessionRulePages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "session-rules", d.sessionRules),
		ofEnterprise("POST", "session-rules", d.setSessionRules),
	}
}

// sessionRuleValues are the fields of the form as they are typed.
type sessionRuleValues struct {
	idle, lifetime, age, acr string
	single                   bool
}

func sessionRuleValuesOf(r sso.SessionRules) sessionRuleValues {
	return sessionRuleValues{
		idle:     minutesOrNone(r.Idle),
		lifetime: minutesOrNone(r.Lifetime),
		age:      minutesOrNone(r.Need.MaxAge),
		acr:      strings.Join(r.Need.Contexts(), "\n"),
		single:   r.Single,
	}
}

// minutesOrNone returns "" for 0, which requires nothing.
func minutesOrNone(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return strconv.FormatInt(int64(d/time.Minute), 10)
}

func typedSessionRules(form url.Values) sessionRuleValues {
	return sessionRuleValues{
		idle:     strings.TrimSpace(form.Get("idle_minutes")),
		lifetime: strings.TrimSpace(form.Get("lifetime_minutes")),
		age:      strings.TrimSpace(form.Get("authn_max_age_minutes")),
		acr:      form.Get("acr"),
		single:   form.Get("single_session") == "true",
	}
}

// edit returns what the form asks for. Text that is no number becomes a duration that the
// service refuses.
func (v sessionRuleValues) edit(revision int64) directory.SessionRulesEdit {
	contexts := strings.Fields(v.acr)
	return directory.SessionRulesEdit{
		Revision:    revision,
		Idle:        typedMinutes(v.idle),
		Lifetime:    typedMinutes(v.lifetime),
		AuthnMaxAge: typedMinutes(v.age),
		Single:      &v.single,
		Acr:         &contexts,
	}
}

func typedMinutes(text string) *time.Duration {
	if text == "" {
		return new(time.Duration)
	}
	const most = 999_999 // minutes, more than any rule accepts
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > most {
		n = -1
	}
	d := time.Duration(n) * time.Minute
	return &d
}

// sessionFields are the fields of the first card.
func (v sessionRuleValues) sessionFields(longest directory.Lifetimes) []ui.Field {
	number := func(name, label, hint, value string) ui.Field {
		return ui.Field{
			ID:       name,
			Name:     name,
			Kind:     "number",
			Label:    label,
			Hint:     hint,
			Value:    value,
			Most:     6,
			Optional: true,
		}
	}
	upTo := func(d time.Duration) string {
		return "At least 5; empty: " + sso.FormatDuration(d) + ", as the installation allows."
	}
	return []ui.Field{
		number("idle_minutes", "Longest time without a request, in minutes", upTo(longest.Idle), v.idle),
		number(
			"lifetime_minutes", "Longest session, in minutes",
			upTo(longest.Lifetime)+" Shorter times apply to running sessions, too, within a second.", v.lifetime,
		),
		{
			ID:       "single_session",
			Name:     "single_session",
			Kind:     "check",
			Value:    "true",
			Label:    "A sign-in ends the person’s other sessions",
			Hint:     "On other devices, too.",
			Checked:  v.single,
			Optional: true,
		},
	}
}

// authnFields are the fields of the second card.
func (v sessionRuleValues) authnFields() []ui.Field {
	return []ui.Field{
		{
			ID:    "authn_max_age_minutes",
			Name:  "authn_max_age_minutes",
			Kind:  "number",
			Label: "Greatest age of the sign-in there, in minutes",
			Hint: "At least 5; empty: any age. Over SAML the identity provider asks for the password at each " +
				"sign-in then, because SAML has no way to ask for an age.",
			Value:    v.age,
			Most:     6,
			Optional: true,
		},
		{
			ID:    "acr",
			Name:  "acr",
			Kind:  "area",
			Label: "Accepted authentication contexts, one per line",
			Hint: "The acr of OpenID Connect or the AuthnContextClassRef of SAML, such as phr or " +
				"https://refeds.org/profile/mfa. Empty: any. A test connection shows what came.",
			Value:    v.acr,
			Most:     4000,
			Lines:    3,
			Mono:     true,
			Optional: true,
		},
	}
}

func (d *Directory) sessionRules(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return d.showSessionRules(w, r, v, nil, nil)
}

// showSessionRules renders the form as it was typed, or as the rules are if typed is nil.
func (d *Directory) showSessionRules(
	w http.ResponseWriter, r *http.Request, v console.Visit, typed *sessionRuleValues, wrong error,
) error {
	rules, err := d.Service.SessionRules(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("read the rules of sessions: %w", err)
	}
	saved := sessionRuleValuesOf(rules)
	shown := saved
	if typed != nil {
		shown = *typed
	}
	longest := d.Service.Lifetimes()
	p := &sessionRulesPage{
		Base: d.Console.Base(v, console.AreaPeople, ui.Link{
			Label: "People",
			Href:  console.At(v.Enterprise, "people"),
		}),
		Action:   console.At(v.Enterprise, "session-rules"),
		Hidden:   []ui.HiddenField{console.RevisionField(rules.Revision)},
		Sessions: shown.sessionFields(longest),
		Authn:    shown.authnFields(),
	}
	p.Wrong = console.BlameEdit(
		wrong, append(saved.sessionFields(longest), saved.authnFields()...),
		append(pointers(p.Sessions), pointers(p.Authn)...)...,
	)
	p.Flash = console.Said(r, map[string]string{
		"saved": "The rules are changed. Every node applies them within a second.",
	})
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) setSessionRules(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	typed := typedSessionRules(r.PostForm)
	_, err := d.Service.SetSessionRules(
		r.Context(), v.Actor, v.Enterprise.ID, typed.edit(console.Revision(r.PostForm)),
	)
	switch {
	case console.OnForm(err):
		return d.showSessionRules(w, r, v, &typed, err)
	case err != nil:
		return fmt.Errorf("change the rules of sessions: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "session-rules"), "saved")
}
