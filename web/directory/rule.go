package directory

import (
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (d *Directory) rulePages() []console.Page {
	return []console.Page{
		ofEnterprise("POST", "identity-rules/try", d.tryRule),
		ofEnterprise("POST", "identity-rules", d.setRule),
	}
}

// mostShown is how many questions of a try the page lists.
const mostShown = 50

// ruleCard returns the rule of a company, with what it would have done if the visitor
// tried it lately.
func (d *Directory) ruleCard(r *http.Request, v console.Visit) (*ruleCard, error) {
	try, err := d.Service.TriedIdentityRule(r.Context(), v.Enterprise.ID)
	if err != nil {
		return nil, fmt.Errorf("read the rule for login conflicts: %w", err)
	}
	c := newRuleCard(try, v.Actor, d.Now())
	c.Hidden = []ui.HiddenField{console.RevisionField(try.Rules.Revision)}
	c.Action = console.At(v.Enterprise, "identity-rules")
	for i := range c.Rows {
		for _, p := range []*personRef{&c.Rows[i].Claimant, &c.Rows[i].Holder} {
			if p.Href != "" {
				p.Href = personHref(v.Enterprise, sso.UserID(p.Href))
			}
		}
	}
	return c, nil
}

func (d *Directory) tryRule(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	_, err := d.Service.TryIdentityRule(r.Context(), v.Actor, v.Enterprise.ID)
	if err != nil && !console.OnForm(err) {
		return fmt.Errorf("try the rule for login conflicts: %w", err)
	}
	if err != nil {
		return d.showQuestions(w, r, v, err)
	}
	return console.Done(w, console.At(v.Enterprise, "questions"), "tried")
}

// setRule switches the rule on or off, or answers what waits.
func (d *Directory) setRule(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	edit := directory.IdentityRulesEdit{
		Revision:   console.Revision(r.PostForm),
		AnswerOpen: r.PostForm.Get("answer_open") == "true",
	}
	said := "rule-answered"
	if to := r.PostForm.Get("same_login_and_domain"); to != "" {
		on := to == "true"
		edit.SameLoginAndDomain = &on
		said = map[bool]string{true: "rule-on", false: "rule-off"}[on]
	}
	_, _, err := d.Service.SetIdentityRules(r.Context(), v.Actor, v.Enterprise.ID, edit)
	if err != nil && !console.OnForm(err) {
		return fmt.Errorf("switch the rule for login conflicts: %w", err)
	}
	if err != nil {
		return d.showQuestions(w, r, v, err)
	}
	return console.Done(w, console.At(v.Enterprise, "questions"), said)
}
