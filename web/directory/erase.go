package directory

import (
	"context"
	"fmt"
	"net/http"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// erasureReader reads what deletions of users would do, and did; store.DB does.
type erasureReader interface {
	PreviewErasure(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) (sso.ErasurePreview, error)
	Erasures(ctx context.Context, ent sso.EnterpriseID, page sso.Page) ([]sso.Erasure, string, error)
}

func (d *Directory) erasePages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "people/{user}/delete", d.offerErase),
		ofEnterprise("POST", "people/{user}/delete", d.erase),
		ofEnterprise("GET", "deleted", d.erasures),
		ofEnterprise("POST", "deleted/{user}/allow", d.liftErasure),
	}
}

// offerErase shows what the deletion of a user would do.
func (d *Directory) offerErase(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	return d.tryErase(w, r, v, u, nil)
}

func (d *Directory) tryErase(w http.ResponseWriter, r *http.Request, v console.Visit, u sso.User, wrong error) error {
	preview, err := d.Erasures.PreviewErasure(r.Context(), v.Enterprise.ID, u.ID)
	if err != nil {
		return fmt.Errorf("try the deletion of a person: %w", err)
	}
	p := eraseOffer(v.Enterprise, preview)
	p.Base = d.personBase(v, u)
	if len(p.Forbidden) == 0 { // else they say it
		p.Wrong = ui.Blame(wrong, &p.Login)
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// erase deletes a user whose login was typed, so that a wrong page does not do it.
func (d *Directory) erase(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	if r.PostForm.Get("login") != confirmsErase(u) {
		wrong := sso.InvalidField("validation_failed", "login", "Type "+confirmsErase(u)+" to delete this person.")
		return d.tryErase(w, r, v, u, wrong)
	}
	_, err = d.Service.EraseUser(r.Context(), v.Actor, v.Enterprise.ID, u.ID)
	switch {
	case console.OnForm(err):
		return d.tryErase(w, r, v, u, err)
	case err != nil:
		return fmt.Errorf("delete a person: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "deleted"), "deleted")
}

// erasures lists the deleted users of the enterprise.
func (d *Directory) erasures(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	q := queryOf(r)
	all, next, err := d.Erasures.Erasures(r.Context(), v.Enterprise.ID, q.page())
	if sso.CodeOf(err) == sso.CodeInvalidCursor {
		all, next, err = d.Erasures.Erasures(r.Context(), v.Enterprise.ID, sso.Page{})
	}
	if err != nil {
		return fmt.Errorf("list deleted people: %w", err)
	}
	p := &erasuresPage{
		Base: d.Console.Base(v, console.AreaPeople, ui.Link{
			Label: "People",
			Href:  console.At(v.Enterprise, "people"),
		}),
		Pager: q.pager(console.At(v.Enterprise, "deleted"), next),
	}
	p.Flash = console.Said(r, map[string]string{
		"deleted": "The person is deleted. Backups made before still have them.",
		"allowed": "The person may come again. Their next sign-in or push creates a new account.",
	})
	for _, e := range all {
		p.Rows = append(p.Rows, erasureRowOf(v.Enterprise, e, d.Now()))
	}
	return d.Console.Render(w, http.StatusOK, p)
}

// liftErasure allows a deleted user again.
func (d *Directory) liftErasure(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.UserID](r.PathValue("user"))
	if err != nil {
		return sso.NothingHere()
	}
	if _, err := d.Service.LiftErasure(r.Context(), v.Actor, v.Enterprise.ID, id); err != nil {
		return fmt.Errorf("allow a deleted person again: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "deleted"), "allowed")
}
