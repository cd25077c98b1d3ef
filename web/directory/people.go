package directory

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (d *Directory) peoplePages() []console.Page {
	return []console.Page{ofEnterprise("GET", "people", d.people)}
}

// people lists users.
func (d *Directory) people(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	q := queryOf(r)
	status := sso.UserStatus(q.text("status"))
	filter, known := statusFilter(status)
	if !known {
		status = ""
	}
	f := sso.UserFilter{Prefix: q.text("q"), Status: status}
	found, err := d.findUsers(r.Context(), v.Enterprise.ID, f, q.page())
	if err != nil {
		return err
	}
	path := console.At(v.Enterprise, "people")
	p := &peoplePage{
		Base:  d.Console.Base(v, console.AreaPeople),
		Pager: q.pager(path, found.next, "q", "status"),
		Search: searchForm{
			Action: path,
			Label:  "Name, login or e-mail",
			Hint:   "The beginning is enough. Case does not matter.",
			Value:  q.text("q"),
			Filter: filter,
		},
		Pages: pagesOfPeople(console.At(v.Enterprise)),
	}
	if f != (sso.UserFilter{}) {
		p.Search.All = path
	}
	for _, u := range found.users {
		p.Rows = append(p.Rows, personRow{
			Person:     plain(personLink(v.Enterprise, u)),
			Email:      u.Email,
			Status:     statusBadge(u.Status),
			LastSignIn: ui.NewTime(u.LastSignInAt, d.Now()),
		})
	}
	return d.Console.Render(w, http.StatusOK, p)
}

// pagesOfPeople links the pages of an enterprise, whose path is base, that are about
// all of its people.
func pagesOfPeople(base string) []ui.Link {
	return []ui.Link{
		{Label: "Login conflicts", Href: base + "/questions"},
		{Label: "Attributes", Href: base + "/attributes"},
		{Label: "Merges", Href: base + "/merges"},
		{Label: "Deleted people", Href: base + "/deleted"},
		{Label: "Rules for sessions", Href: base + "/session-rules"},
		{Label: "Rules for tokens", Href: base + "/token-rules"},
	}
}

// statusFilter returns the field that narrows the list to a status, and reports
// whether the status is one of its options.
func statusFilter(status sso.UserStatus) (field *ui.Field, known bool) {
	options := []ui.Option{
		{Value: "", Label: "Everyone"},
		{Value: string(sso.UserActive), Label: "Active"},
		{Value: string(sso.UserPending), Label: "Needs approval"},
		{Value: string(sso.UserDeactivated), Label: "Deactivated"},
	}
	for i := range options {
		options[i].Chosen = options[i].Value == string(status)
		known = known || options[i].Chosen
	}
	return &ui.Field{
		ID:      "status",
		Name:    "status",
		Label:   "Status",
		Kind:    "select",
		Options: options,
	}, known
}

// userList is one page of a list of users.
type userList struct {
	users []sso.User
	from  sso.Page // that was read
	next  string   // cursor of the next page
}

// findUsers lists users. A cursor that no list returned begins the list again: it
// is from a bookmark.
func (d *Directory) findUsers(
	ctx context.Context, ent sso.EnterpriseID, f sso.UserFilter, from sso.Page,
) (userList, error) {
	all, next, err := d.Members.Users(ctx, ent, f, from)
	if sso.CodeOf(err) == sso.CodeInvalidCursor {
		from.Cursor = ""
		all, next, err = d.Members.Users(ctx, ent, f, from)
	}
	if err != nil {
		return userList{}, fmt.Errorf("list people: %w", err)
	}
	return userList{
		users: all,
		from:  from,
		next:  next,
	}, nil
}

// plain is a link without its badge, where that has a column of its own.
func plain(p personRef) personRef {
	p.Badge = nil
	return p
}
