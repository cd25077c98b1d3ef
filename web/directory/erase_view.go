package directory

import (
	"cmp"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// erasePage shows what the deletion of a user would do.
type erasePage struct {
	ui.Base
	Wrong     []ui.Wrong
	Name      string
	Forbidden []string // why it is not possible
	Effects   []ui.Fact
	Action    string
	Login     ui.Field // typed to confirm
	Back      ui.Link
}

func (p *erasePage) Title() string { return "Delete " + p.Name + " for good" }

// erasuresPage lists the deleted users of an enterprise.
type erasuresPage struct {
	ui.Base
	Rows  []erasureRow
	Pager ui.Pager
}

func (*erasuresPage) Title() string { return "Deleted people" }

// erasureRow is a user who was deleted.
type erasureRow struct {
	ID    string
	At    ui.Time
	State ui.Badge
	Allow *ui.Confirm // nil if they may come again already
}

// confirmsErase is what an admin types to delete a user.
func confirmsErase(u sso.User) string { return cmp.Or(u.Login, string(u.ID)) }

// eraseOffer is the page of a deletion that was not made, without its frame.
func eraseOffer(e sso.Enterprise, p sso.ErasurePreview) *erasePage {
	page := &erasePage{
		Name: called(p.User),
		Effects: []ui.Fact{
			{Label: "Accounts", Value: accountsWords(p.Accounts)},
			{Label: "Identities", Value: strconv.Itoa(p.Identities)},
			{Label: "Users that identity providers pushed", Value: strconv.Itoa(p.Provisioned)},
			{Label: "Sign-ins and group syncs", Value: strconv.Itoa(p.Attempts + p.Syncs)},
			{Label: "Personal tokens", Value: strconv.Itoa(p.Tokens)},
		},
		Action: personHref(e, p.User.ID) + "/delete",
		Login: ui.Field{
			ID:           "login",
			Name:         "login",
			Label:        "Login",
			Hint:         "Type " + confirmsErase(p.User) + " to confirm.",
			Autocomplete: "off",
		},
		Back: ui.Link{
			Label: "Back to " + called(p.User),
			Href:  personHref(e, p.User.ID),
		},
	}
	for _, f := range p.Forbidden {
		page.Forbidden = append(page.Forbidden, f.Text().String())
	}
	return page
}

func accountsWords(n int) string {
	if n == 1 {
		return "this one"
	}
	return "this one, and " + ui.Count(n-1, "that was merged into it", "that were merged into it")
}

func erasureRowOf(e sso.Enterprise, x sso.Erasure, now time.Time) erasureRow {
	row := erasureRow{
		ID:    string(x.User),
		At:    ui.NewTime(x.At, now),
		State: ui.Badge{Label: "refused", State: "error"},
		Allow: &ui.Confirm{
			Label:  "Allow again",
			About:  string(x.User),
			Text:   "The next sign-in or push of this person creates a new account. What was deleted is not restored.",
			Action: console.At(e, "deleted", string(x.User), "allow"),
			Button: "Allow again",
		},
	}
	if x.LiftedBy != "" {
		row.State = ui.Badge{Label: "may come again", State: "ok"}
		row.Allow = nil
	}
	return row
}
