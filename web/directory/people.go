package directory

import (
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (d *Directory) peoplePages() []console.Page {
	return []console.Page{ofEnterprise("GET", "people", d.people)}
}

// people lists them. A cursor that no list gave begins the list again: it is an
// address that somebody kept.
func (d *Directory) people(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	q := queryOf(r)
	status := sso.UserStatus(q.text("status"))
	options := []ui.Option{
		{Value: "", Label: "Everyone"},
		{Value: string(sso.UserActive), Label: "Active"},
		{Value: string(sso.UserPending), Label: "Needs approval"},
		{Value: string(sso.UserDeactivated), Label: "Deactivated"},
	}
	known := false
	for i := range options {
		options[i].Chosen = options[i].Value == string(status)
		known = known || options[i].Chosen
	}
	if !known {
		status = ""
	}
	f := sso.UserFilter{Prefix: q.text("q"), Status: status}
	all, next, err := d.Members.Users(r.Context(), v.Enterprise.ID, f, q.page())
	if sso.CodeOf(err) == sso.CodeInvalidCursor {
		all, next, err = d.Members.Users(r.Context(), v.Enterprise.ID, f, sso.Page{Limit: listSize})
	}
	if err != nil {
		return fmt.Errorf("list people: %w", err)
	}
	path := console.At(v.Enterprise, "people")
	p := &peoplePage{
		Base:  d.Console.Base(v, console.AreaPeople),
		Pager: q.pager(path, next, "q", "status"),
		Search: searchForm{
			Action: path,
			Label:  "Name, login or e-mail",
			Hint:   "The beginning is enough. Case does not matter.",
			Value:  q.text("q"),
			Filter: &ui.Field{
				ID:      "status",
				Name:    "status",
				Label:   "Status",
				Kind:    "select",
				Options: options,
			},
		},
	}
	if f != (sso.UserFilter{}) {
		p.Search.All = path
	}
	for _, u := range all {
		p.Rows = append(p.Rows, personRow{
			Person:     plain(personLink(v.Enterprise, u)),
			Email:      u.Email,
			Status:     statusBadge(u.Status),
			LastSignIn: ui.NewTime(u.LastSignInAt, d.Now()),
		})
	}
	return d.Console.Render(w, http.StatusOK, p)
}

// plain is a link without its badge, where that has a column of its own.
func plain(p personRef) personRef {
	p.Badge = nil
	return p
}
