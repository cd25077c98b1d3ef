package directory

import (
	"net/url"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// questionsPage lists the claims to a login that another user has.
type questionsPage struct {
	ui.Base
	Wrong    []ui.Wrong
	Subjects []subjectsRow // which come first, since each is about many people
	Rows     []questionRow
	Pager    ui.Pager
	Rule     *ruleCard // on the first page
}

func (*questionsPage) Title() string { return "Login conflicts" }

// questionRow is one claim, with both records.
type questionRow struct {
	ID       string
	Login    string
	Keeps    string // the login that the claimant signs in with meanwhile; "" if they are outside
	Both     string // of a question of a move: what both have, "" if they have nothing in common by now
	Move     bool   // whether both are one person who moved, not whose a login is
	Merged   bool   // whether both are one person, because one with the login was merged
	Former   bool   // whether both are one person, who had the identity before
	Since    ui.Time
	Attempt  ui.Link // Href is "" if no sign-in raised it
	Push     ui.Link // the connection whose push raised it; Href is "" if none did
	Claimant questionPerson
	Holder   questionPerson
	Action   string   // where the answer is posted
	Refused  ui.Field // the login that could not be given; without an ID if none was
}

// Doubt reports whether the question is if both are one person, not whose a login is.
func (r questionRow) Doubt() bool { return r.Move || r.Merged || r.Former }

// questionPerson is one of the two records.
type questionPerson struct {
	ID         string
	Person     personRef
	Status     ui.Badge
	Email      string
	Since      ui.Time
	LastSignIn ui.Time
	Identities []identityRow
	Pushed     []ui.Fact // what identity providers pushed of them
}

// commonOf says what the two of a question of a move have in common, by its MoveKey.
func commonOf(key string) string {
	by, value, _ := strings.Cut(key, "=")
	claim, isClaim := sso.MoveBy(by).Attribute()
	switch {
	case value == "" || strings.HasPrefix(value, "sha256:"):
		return ""
	case isClaim:
		return "the claim " + claim + " with the value " + value
	case by == string(sso.MoveByEmail):
		return "the e-mail address " + value
	case by == string(sso.MoveByExternalID):
		return "the identifier " + value
	}
	return "the login " + value
}

// refuse keeps the answer of a form that could not be carried out, and returns what is
// wrong with it.
func (r *questionRow) refuse(form url.Values, wrong error) []ui.Wrong {
	who := "claimant"
	if form.Get("of") == "holder" {
		who = "holder"
	}
	f := r.LoginOf(who)
	f.Value = form.Get("login")
	all := ui.Blame(wrong, &f)
	if f.Error != "" {
		r.Refused = f
	}
	return all
}

// LoginOf is the field for another login of one of the two.
func (r questionRow) LoginOf(who string) ui.Field {
	id := "login-" + who + "-" + r.ID
	if r.Refused.ID == id {
		return r.Refused
	}
	return ui.Field{
		ID:           id,
		Name:         "login",
		Label:        "Another login",
		Hint:         "Sign-ins do not change it from then on.",
		Autocomplete: "off",
	}
}
