package directory

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// tokenRulesPage shows what an enterprise allows its users' tokens.
type tokenRulesPage struct {
	ui.Base
	Wrong  []ui.Wrong
	Action string
	Hidden []ui.HiddenField
	Fields []ui.Field
}

func (tokenRulesPage) Title() string { return "Rules for tokens" }

func (d *Directory) tokenRulePages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "token-rules", d.tokenRules),
		ofEnterprise("POST", "token-rules", d.setTokenRules),
	}
}

func tokenRuleFields(personal bool, days string) []ui.Field {
	return []ui.Field{
		{
			ID:       "personal",
			Name:     "personal",
			Kind:     "check",
			Value:    "true",
			Label:    "People may have tokens for programs",
			Hint:     "While they may not, tokens that exist are refused.",
			Checked:  personal,
			Optional: true,
		},
		{
			ID:    "max_age_days",
			Name:  "max_age_days",
			Kind:  "number",
			Label: "Longest age of a token, in days",
			Hint:  "From 1 to 1095. It applies to tokens that exist, too, within a second.",
			Value: days,
			Most:  4,
		},
	}
}

const hoursOfDay = 24 * time.Hour

func (d *Directory) tokenRules(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return d.showTokenRules(w, r, v, nil, nil)
}

// showTokenRules renders the form as it was typed, or as the rules are if typed is nil.
func (d *Directory) showTokenRules(
	w http.ResponseWriter, r *http.Request, v console.Visit, typed []ui.Field, wrong error,
) error {
	rules, err := d.Tokens.TokenRules(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("read the rules of tokens: %w", err)
	}
	saved := tokenRuleFields(rules.Personal, strconv.FormatInt(int64(rules.MaxAge/hoursOfDay), 10))
	fields := saved
	if typed != nil {
		fields = typed
	}
	p := &tokenRulesPage{
		Base: d.Console.Base(v, console.AreaPeople, ui.Link{
			Label: "People",
			Href:  console.At(v.Enterprise, "people"),
		}),
		Wrong:  console.BlameEdit(wrong, saved, pointers(fields)...),
		Action: console.At(v.Enterprise, "token-rules"),
		Hidden: []ui.HiddenField{console.RevisionField(rules.Revision)},
		Fields: fields,
	}
	p.Flash = console.Said(r, map[string]string{
		"saved": "The rules are changed. Every node applies them within a second.",
	})
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) setTokenRules(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	personal, typed := r.PostForm.Get("personal") == "true", strings.TrimSpace(r.PostForm.Get("max_age_days"))
	days, err := strconv.Atoi(typed)
	if err != nil || days < 0 || days > 9999 {
		days = 0 // the service refuses it
	}
	_, err = d.Tokens.SetRules(
		r.Context(), v.Actor, v.Enterprise.ID, console.Revision(r.PostForm),
		func(rules *sso.TokenRules) {
			rules.Personal = personal
			rules.MaxAge = time.Duration(days) * hoursOfDay
		},
	)
	switch {
	case console.OnForm(err):
		return d.showTokenRules(w, r, v, tokenRuleFields(personal, typed), err)
	case err != nil:
		return fmt.Errorf("change the rules of tokens: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "token-rules"), "saved")
}
