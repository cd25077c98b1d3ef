package directory

import (
	"context"
	"fmt"
	"net/http"
	"net/url"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// identityReader reads what changes of identities would do, and those that ended;
// store.DB does.
type identityReader interface {
	PreviewLink(ctx context.Context, by sso.Actor, l sso.IdentityLink) (sso.LinkPreview, error)
	PreviewUnlink(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, ref string,
	) (sso.UnlinkPreview, error)
	FormerIdentities(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.FormerIdentity, error)
}

func (d *Directory) identityPages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "people/{user}/link", d.offerLink),
		ofEnterprise("POST", "people/{user}/link", d.link),
		ofEnterprise("GET", "people/{user}/identities/{identity}/unlink", d.offerUnlink),
		ofEnterprise("POST", "people/{user}/identities/{identity}/unlink", d.unlink),
	}
}

// linkOf reads the form of a further identity: "by" says what "value" is.
func linkOf(u sso.User, form url.Values) sso.IdentityLink {
	l := sso.IdentityLink{
		Enterprise: u.Enterprise,
		User:       u.ID,
		Connection: sso.ConnectionID(form.Get("connection")),
	}
	if form.Get("by") == "login" {
		l.Login = form.Get("value")
	} else {
		l.Subject = form.Get("value")
	}
	return l
}

// offerLink shows the form of a further identity, or what the one in the query would do.
func (d *Directory) offerLink(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	if !r.URL.Query().Has("connection") {
		return d.showLinkForm(w, r, v, u, url.Values{}, nil)
	}
	return d.tryLink(w, r, v, u, r.URL.Query(), nil)
}

func (d *Directory) showLinkForm(
	w http.ResponseWriter, r *http.Request, v console.Visit, u sso.User, form url.Values, wrong error,
) error {
	connections, err := d.Structure.Connections(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	p := linkFormOf(v.Enterprise, u, connections, form)
	p.Base = d.personBase(v, u)
	p.blame(wrong)
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// tryLink shows what a further identity would do, and why it was refused.
func (d *Directory) tryLink(
	w http.ResponseWriter, r *http.Request, v console.Visit, u sso.User, form url.Values, wrong error,
) error {
	l := linkOf(u, form)
	if err := directory.CheckLink(l); err != nil {
		return d.showLinkForm(w, r, v, u, form, err)
	}
	preview, err := d.Identities.PreviewLink(r.Context(), v.Actor, l)
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		return d.showLinkForm(w, r, v, u, form, noSuchConnection())
	case err != nil:
		return fmt.Errorf("try a further identity: %w", err)
	}
	connections, err := d.Structure.Connections(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	p := linkOffer(v.Enterprise, l, preview, connectionNamed(connections, l.Connection))
	p.Base = d.personBase(v, u)
	if preview.InUse != "" {
		other, err := d.mergedPerson(r.Context(), v.Enterprise, preview.InUse)
		if err != nil {
			return err
		}
		p.Other = &other
		p.MergeHref = personHref(v.Enterprise, u.ID) + "/merge?with=" + string(preview.InUse)
	}
	if len(p.Forbidden) == 0 { // else they say it
		p.Wrong = ui.Blame(wrong)
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func noSuchConnection() error {
	return sso.InvalidField("validation_failed", "connection", "Choose one of these connections.")
}

func (d *Directory) link(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	_, err = d.Service.LinkIdentity(r.Context(), v.Actor, linkOf(u, r.PostForm))
	switch {
	case sso.KindOf(err) == sso.NotFoundKind:
		return d.showLinkForm(w, r, v, u, r.PostForm, noSuchConnection())
	case console.OnForm(err):
		return d.tryLink(w, r, v, u, r.PostForm, err)
	case err != nil:
		return fmt.Errorf("tie an identity: %w", err)
	}
	return console.Done(w, personHref(v.Enterprise, u.ID), "linked")
}

// offerUnlink shows what ends with an identity.
func (d *Directory) offerUnlink(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	return d.tryUnlink(w, r, v, u, nil)
}

func (d *Directory) tryUnlink(
	w http.ResponseWriter, r *http.Request, v console.Visit, u sso.User, wrong error,
) error {
	preview, err := d.Identities.PreviewUnlink(
		r.Context(), v.Actor, v.Enterprise.ID, u.ID, r.PathValue("identity"),
	)
	if err != nil {
		return fmt.Errorf("try the end of an identity: %w", err)
	}
	connections, err := d.Structure.Connections(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	p := unlinkOffer(v.Enterprise, preview, connectionNamed(connections, preview.Identity.Connection))
	p.Base = d.personBase(v, u)
	if len(p.Forbidden) == 0 { // else they say it
		p.Wrong = ui.Blame(wrong)
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) unlink(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	_, err = d.Service.UnlinkIdentity(r.Context(), v.Actor, v.Enterprise.ID, u.ID, r.PathValue("identity"))
	switch {
	case console.OnForm(err):
		return d.tryUnlink(w, r, v, u, err)
	case err != nil:
		return fmt.Errorf("untie an identity: %w", err)
	}
	return console.Done(w, personHref(v.Enterprise, u.ID), "unlinked")
}

// personIdentities shows the identities of a user that ended, and where to tie one.
func (d *Directory) personIdentities(ctx context.Context, p *personDetailPage, e sso.Enterprise, u sso.User) error {
	former, err := d.Identities.FormerIdentities(ctx, e.ID, u.ID)
	if err != nil {
		return fmt.Errorf("list former identities: %w", err)
	}
	for _, f := range former {
		p.Former = append(p.Former, formerRowOf(f, d.Now()))
	}
	if u.MergedInto != "" {
		return nil
	}
	p.LinkHref = personHref(e, u.ID) + "/link"
	for i := range p.Identities {
		p.Identities[i].Unlink = personHref(e, u.ID) + "/identities/" + p.Identities[i].ref + "/unlink"
	}
	return nil
}
