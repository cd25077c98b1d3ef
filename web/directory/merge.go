package directory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// mergeReader reads merges of users; store.DB does.
type mergeReader interface {
	PreviewMerge(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, from, into sso.UserID,
	) (sso.MergePreview, error)
	Merges(ctx context.Context, ent sso.EnterpriseID, f sso.MergeFilter, p sso.Page) ([]sso.Merge, string, error)
}

func (d *Directory) mergePages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "people/{user}/merge", d.offerMerge),
		ofEnterprise("POST", "people/{user}/merge", d.merge),
		ofEnterprise("GET", "merges", d.merges),
		ofEnterprise("POST", "merges/{merge}/undo", d.undoMerge),
	}
}

// mergePair is the user of the page and the other one of a merge.
type mergePair struct {
	user  sso.User
	other sso.UserID
	// keepsOther says that the other one is kept, and the user of the page merged away.
	keepsOther bool
}

func (m mergePair) from() sso.UserID {
	if m.keepsOther {
		return m.user.ID
	}
	return m.other
}

func (m mergePair) into() sso.UserID {
	if m.keepsOther {
		return m.other
	}
	return m.user.ID
}

// pairOf reads the form of a merge: "with" is the other user, and "keep" names the one
// who is kept, the user of the page by default.
func pairOf(u sso.User, form url.Values) (mergePair, error) {
	other, err := sso.ParseID[sso.UserID](form.Get("with"))
	if err != nil {
		return mergePair{user: u}, noSuchPerson()
	}
	return mergePair{
		user:       u,
		other:      other,
		keepsOther: form.Get("keep") == string(other),
	}, nil
}

func noSuchPerson() error {
	return sso.InvalidField("validation_failed", "Person", "There is no such person here. Choose one of these.")
}

// offerMerge lists people to merge with, or shows what the merge with one would do.
func (d *Directory) offerMerge(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	if !r.URL.Query().Has("with") {
		return d.pickMerge(w, r, v, u, nil)
	}
	return d.tryMerge(w, r, v, u, r.URL.Query(), nil)
}

// pickMerge lists the people whom a user can be merged with.
func (d *Directory) pickMerge(
	w http.ResponseWriter, r *http.Request, v console.Visit, u sso.User, wrong error,
) error {
	q := queryOf(r)
	found, err := d.findUsers(r.Context(), v.Enterprise.ID, sso.UserFilter{Prefix: q.text("q")}, q.page())
	if err != nil {
		return err
	}
	here := personHref(v.Enterprise, u.ID)
	p := &pickPage{
		Base:    d.personBase(v, u),
		Heading: "Merge " + called(u) + " with another person",
		Lead:    mergeLead,
		Wrong:   ui.Blame(wrong),
		What:    "People",
		Pager:   q.pager(here+"/merge", found.next, "q"),
		Search:  search(q, here+"/merge", "Name, login or e-mail", "The beginning is enough. Case does not matter."),
		Back:    ui.Link{Label: "Back to " + called(u), Href: here},
	}
	for _, other := range found.users {
		if other.ID == u.ID || other.MergedInto != "" {
			continue
		}
		p.Rows = append(p.Rows, pickRow{
			Name:   called(other),
			Detail: other.Login,
			Href:   personHref(v.Enterprise, other.ID),
			Choose: &ui.Press{
				Label:  "Choose",
				About:  "Choose " + called(other),
				Action: here + "/merge?with=" + string(other.ID),
			},
		})
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// tryMerge shows what the merge of a form would do, and why it was refused.
func (d *Directory) tryMerge(
	w http.ResponseWriter, r *http.Request, v console.Visit, u sso.User, form url.Values, wrong error,
) error {
	pair, err := pairOf(u, form)
	if err != nil {
		return d.pickMerge(w, r, v, u, err)
	}
	preview, err := d.Merges.PreviewMerge(r.Context(), v.Actor, v.Enterprise.ID, pair.from(), pair.into())
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		return d.pickMerge(w, r, v, u, noSuchPerson())
	case err != nil:
		return fmt.Errorf("try a merge: %w", err)
	}
	connections, err := d.Structure.Connections(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	p := mergeOffer(v.Enterprise, pair, preview, connections)
	p.Base = d.personBase(v, u)
	var errs [2]error
	p.Kept, errs[0] = d.questionPerson(r.Context(), v.Enterprise, pair.into(), connections)
	p.Away, errs[1] = d.questionPerson(r.Context(), v.Enterprise, pair.from(), connections)
	if err := errors.Join(errs[:]...); err != nil {
		return err
	}
	if len(p.Forbidden) == 0 { // else they say it
		p.Wrong = ui.Blame(wrong)
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// merge merges two users, and leads to the one who is kept.
func (d *Directory) merge(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	pair, err := pairOf(u, r.PostForm)
	if err != nil {
		return d.pickMerge(w, r, v, u, err)
	}
	m, err := d.Service.MergeUsers(r.Context(), v.Actor, v.Enterprise.ID, pair.from(), pair.into())
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		return d.pickMerge(w, r, v, u, noSuchPerson())
	case console.OnForm(err):
		return d.tryMerge(w, r, v, u, r.PostForm, err)
	case err != nil:
		return fmt.Errorf("merge two people: %w", err)
	}
	return console.Done(w, personHref(v.Enterprise, m.Into), "merged")
}

// merges lists the merges of the enterprise.
func (d *Directory) merges(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return d.showMerges(w, r, v, nil)
}

func (d *Directory) showMerges(w http.ResponseWriter, r *http.Request, v console.Visit, wrong error) error {
	q := queryOf(r)
	all, next, err := d.Merges.Merges(r.Context(), v.Enterprise.ID, sso.MergeFilter{}, q.page())
	if sso.CodeOf(err) == sso.CodeInvalidCursor {
		all, next, err = d.Merges.Merges(r.Context(), v.Enterprise.ID, sso.MergeFilter{}, sso.Page{})
	}
	if err != nil {
		return fmt.Errorf("list merges: %w", err)
	}
	p := &mergesPage{
		Base: d.Console.Base(v, console.AreaPeople, ui.Link{
			Label: "People",
			Href:  console.At(v.Enterprise, "people"),
		}),
		Wrong: ui.Blame(wrong),
		Pager: q.pager(console.At(v.Enterprise, "merges"), next),
	}
	p.Flash = console.Said(r, map[string]string{
		"unmerged": "The merge is undone. The sessions of both accounts have ended.",
	})
	if p.Rows, err = d.mergeRows(r.Context(), v.Enterprise, all); err != nil {
		return err
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// mergeRows names the users of merges.
func (d *Directory) mergeRows(ctx context.Context, e sso.Enterprise, all []sso.Merge) (rows []mergeRow, err error) {
	for _, m := range all {
		var errs [2]error
		var from, into personRef
		from, errs[0] = d.mergedPerson(ctx, e, m.From)
		into, errs[1] = d.mergedPerson(ctx, e, m.Into)
		if err := errors.Join(errs[:]...); err != nil {
			return nil, err
		}
		rows = append(rows, mergeRowOf(e, m, from, into, d.Now()))
	}
	return rows, nil
}

// mergedPerson links a user, who may have been deleted since.
func (d *Directory) mergedPerson(ctx context.Context, e sso.Enterprise, id sso.UserID) (personRef, error) {
	u, err := d.Members.User(ctx, e.ID, id)
	if sso.KindOf(err) == sso.NotFoundKind {
		return personRef{Name: string(id)}, nil
	}
	if err != nil {
		return personRef{}, fmt.Errorf("find a person: %w", err)
	}
	return plain(personLink(e, u)), nil
}

func (d *Directory) undoMerge(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.MergeID](r.PathValue("merge"))
	if err != nil {
		return sso.NothingHere()
	}
	_, err = d.Service.UndoMerge(r.Context(), v.Actor, v.Enterprise.ID, id)
	switch {
	case console.OnForm(err):
		return d.showMerges(w, r, v, err)
	case err != nil:
		return fmt.Errorf("undo a merge: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "merges"), "unmerged")
}

// personMerges shows the merges of a user, and where to make another one.
func (d *Directory) personMerges(ctx context.Context, p *personDetailPage, e sso.Enterprise, u sso.User) error {
	all, _, err := d.Merges.Merges(ctx, e.ID, sso.MergeFilter{User: u.ID}, sso.Page{Limit: latest})
	if err != nil {
		return fmt.Errorf("list merges: %w", err)
	}
	if p.Merges, err = d.mergeRows(ctx, e, all); err != nil {
		return err
	}
	p.MergesAll = console.At(e, "merges")
	if u.Status == sso.UserDeactivated && u.MergedInto == "" {
		p.EraseHref = personHref(e, u.ID) + "/delete"
	}
	if u.MergedInto == "" {
		p.MergeHref = personHref(e, u.ID) + "/merge"
		return nil
	}
	into, err := d.mergedPerson(ctx, e, u.MergedInto)
	p.MergedInto = &into
	p.Sees = mergedSees
	p.Vouch, p.Reactivate, p.Lasting = nil, nil, nil
	p.GiveLogin, p.AddHref = "", ""
	return err
}
