package directory

import (
	"cmp"
	"net/url"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// linkPage is the form of a further identity of a user.
type linkPage struct {
	ui.Base
	Wrong                 []ui.Wrong
	Name                  string
	Action                string
	Connection, By, Value ui.Field
	Back                  ui.Link
}

func (p *linkPage) Title() string { return "Link an identity to " + p.Name }

// linkOfferPage shows what a further identity would do.
type linkOfferPage struct {
	ui.Base
	Wrong     []ui.Wrong
	Name      string
	Forbidden []string
	Other     *personRef // whom it leads to; nil for no one else
	MergeHref string     // where to merge with Other
	Effects   []ui.Fact
	Confirm   *ui.Confirm // nil if it is not possible
	Change    ui.Link     // where another identity is entered
}

func (p *linkOfferPage) Title() string { return "Link an identity to " + p.Name }

// unlinkPage shows what ends with an identity.
type unlinkPage struct {
	ui.Base
	Wrong     []ui.Wrong
	Name      string
	Forbidden []string
	LastWay   bool
	Effects   []ui.Fact
	Confirm   *ui.Confirm // nil if it is not possible
	Back      ui.Link
}

func (p *unlinkPage) Title() string { return "Unlink an identity of " + p.Name }

// formerRow is an identity of a user that ended.
type formerRow struct {
	Connection, Subject, Login, Why string
	At                              ui.Time
}

func formerRowOf(f sso.FormerIdentity, now time.Time) formerRow {
	why := "unlinked by an admin"
	if f.Why == sso.FormerConnectionDeleted {
		why = "the connection was deleted"
	}
	return formerRow{
		Connection: cmp.Or(f.ConnectionName, string(f.Connection)),
		Subject:    cmp.Or(f.Subject, f.ExternalID),
		Login:      f.Login,
		Why:        why,
		At:         ui.NewTime(f.At, now),
	}
}

func linkFormOf(e sso.Enterprise, u sso.User, connections []sso.Connection, form url.Values) *linkPage {
	here := personHref(e, u.ID)
	p := &linkPage{
		Name:   called(u),
		Action: here + "/link",
		Connection: ui.Field{
			ID:      "connection",
			Name:    "connection",
			Label:   "Connection",
			Kind:    "select",
			Options: []ui.Option{{Label: "Choose a connection"}},
		},
		By: ui.Field{
			ID:    "by",
			Name:  "by",
			Label: "Found by",
			Kind:  "radio",
			Options: []ui.Option{
				{
					Value:  "subject",
					Label:  "Subject",
					Hint:   "The identifier that the identity provider sends and never changes.",
					Chosen: form.Get("by") != "login",
				},
				{
					Value: "login",
					Label: "Login",
					Hint: "The next sign-in with this login and an unknown subject is the person’s, " +
						"and its subject is kept.",
					Chosen: form.Get("by") == "login",
				},
			},
		},
		Value: ui.Field{
			ID:    "value",
			Name:  "value",
			Label: "Subject or login",
			Hint: "Exactly as the identity provider sends it, letter case included. " +
				"A test connection shows it.",
			Value:        form.Get("value"),
			Most:         sso.MaxSubjectLength,
			Autocomplete: "off",
			Mono:         true,
		},
		Back: ui.Link{Label: "Back to " + called(u), Href: here},
	}
	for _, c := range connections {
		if c.State == sso.ConnectionEnabled {
			p.Connection.Options = append(p.Connection.Options, ui.Option{
				Value:  string(c.ID),
				Label:  c.Name,
				Chosen: form.Get("connection") == string(c.ID),
			})
		}
	}
	return p
}

// blame shows an error at the fields of the form: subject and login are one there.
func (p *linkPage) blame(wrong error) {
	name := p.Value.Name
	p.Value.Name = "subject"
	if p.By.Options[1].Chosen {
		p.Value.Name = "login"
	}
	p.Wrong = ui.Blame(wrong, &p.Connection, &p.Value)
	p.Value.Name = name
}

// linkOffer is the page of an identity that is not tied yet, without its frame.
func linkOffer(e sso.Enterprise, l sso.IdentityLink, preview sso.LinkPreview, c sso.Connection) *linkOfferPage {
	here := personHref(e, l.User) + "/link"
	by := "subject"
	if l.Login != "" {
		by = "login"
	}
	value := l.Subject + l.Login
	form := url.Values{"connection": {string(l.Connection)}, "by": {by}, "value": {value}}
	page := &linkOfferPage{
		Name: called(preview.User),
		Effects: []ui.Fact{
			{Label: "Connection", Value: c.Name, Href: console.AtConnection(e, c.ID)},
			{Label: map[string]string{"subject": "Subject", "login": "Login there"}[by], Value: value, Code: true},
			{Label: "Signs in as", Value: called(preview.User) + " (" + preview.User.Login + ")"},
		},
		Change: ui.Link{Label: "Enter another one", Href: here},
	}
	if preview.Further {
		page.Effects = append(page.Effects, ui.Fact{
			Label: "Beside it",
			Value: "The identity that the person has there already stays, and so does the profile that it sends.",
		})
	}
	for _, f := range preview.Forbidden {
		page.Forbidden = append(page.Forbidden, f.Text().String())
	}
	if len(preview.Forbidden) == 0 {
		page.Confirm = &ui.Confirm{
			Label:  "Link this identity",
			Text:   "Anyone who signs in with it at " + c.Name + " is " + called(preview.User) + " from then on.",
			Action: here,
			Button: "Link",
			Danger: true,
		}
		for _, name := range []string{"connection", "by", "value"} {
			page.Confirm.Fields = append(page.Confirm.Fields, ui.HiddenField{Name: name, Value: form.Get(name)})
		}
	}
	return page
}

// unlinkOffer is the page of an identity that is not untied yet, without its frame.
func unlinkOffer(e sso.Enterprise, preview sso.UnlinkPreview, c sso.Connection) *unlinkPage {
	i := preview.Identity
	bound := i.Subject != ""
	here := personHref(e, i.User)
	page := &unlinkPage{
		Name:    called(preview.User),
		LastWay: preview.LastWay,
		Effects: []ui.Fact{
			{Label: "Connection", Value: c.Name, Href: console.AtConnection(e, c.ID)},
			{Label: "Subject", Value: cmp.Or(i.Subject, "none yet"), Code: bound},
			{Label: "Login there", Value: cmp.Or(i.Login, "not known yet")},
			{Label: "Sessions that end", Value: strconv.Itoa(preview.Sessions)},
			{Label: "What stays", Value: "Groups, history and personal tokens of the person."},
			{Label: "Next sign-in with it", Value: "Waits under Login conflicts, and you decide whose it is."},
		},
		Back: ui.Link{Label: "Back to " + called(preview.User), Href: here},
	}
	for _, f := range preview.Forbidden {
		page.Forbidden = append(page.Forbidden, f.Text().String())
	}
	if len(preview.Forbidden) == 0 {
		page.Confirm = &ui.Confirm{
			Label:  "Unlink this identity",
			Text:   "It does not lead to " + called(preview.User) + " any more, from now on.",
			Action: here + "/identities/" + i.Ref() + "/unlink",
			Button: "Unlink",
			Danger: true,
		}
	}
	return page
}
