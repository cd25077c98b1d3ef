package directory

import (
	"context"
	"fmt"
	"net/http"
	"slices"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// personAttributeRow is an attribute of a user, and where its value comes from.
type personAttributeRow struct {
	Label, Name, Value string
	From               ui.Link // without an address if the connection was deleted
	How                string
	Changed            ui.Time
	Clear              *ui.Confirm // nil without a value, and for one that is pushed
}

// personAttributes shows the attributes of a user.
func (d *Directory) personAttributes(
	ctx context.Context, p *personDetailPage, e sso.Enterprise, user sso.UserID, connections []sso.Connection,
) error {
	all, _, err := d.Service.Attributes(ctx, e.ID)
	if err != nil {
		return fmt.Errorf("list attributes: %w", err)
	}
	values, err := d.Service.UserAttributes(ctx, e.ID, user)
	if err != nil {
		return fmt.Errorf("list the attributes of a person: %w", err)
	}
	p.AttributesHref = console.At(e, "attributes")
	for _, a := range all.List {
		row := personAttributeRow{
			Label: a.Label,
			Name:  a.Name,
		}
		i := slices.IndexFunc(values, func(x sso.UserAttribute) bool { return x.Name == a.Name })
		if i >= 0 {
			row.Value, row.Changed = values[i].Text(), ui.NewTime(values[i].ChangedAt, d.Now())
			row.From, row.How = attributeOrigin(e, values[i], connections)
			if !values[i].Pushed {
				row.Clear = clearConfirm(personHref(e, user), a)
			}
		}
		p.Attributes = append(p.Attributes, row)
	}
	return nil
}

// clearConfirm returns the button that clears the value of an attribute of a user.
func clearConfirm(here string, a sso.Attribute) *ui.Confirm {
	return &ui.Confirm{
		Label: "Clear",
		About: a.Label,
		Text: "The value is removed here. A sign-in or a push sets it again if the identity provider still " +
			"sends it.",
		Action: here + "/attributes/" + a.Name + "/clear",
		Button: "Clear the value",
		Danger: true,
	}
}

// attributeOrigin returns the connection of a value, and by what it came.
func attributeOrigin(e sso.Enterprise, a sso.UserAttribute, connections []sso.Connection) (ui.Link, string) {
	how := "sign-in"
	if a.Pushed {
		how = "provisioning"
	}
	for _, c := range connections {
		if c.ID == a.Connection {
			return ui.Link{
				Label: c.Name,
				Href:  console.At(e, "connections", string(c.ID)),
			}, how
		}
	}
	return ui.Link{Label: "a deleted connection"}, how
}

// clearAttribute removes the value of the attribute in the path.
func (d *Directory) clearAttribute(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	if err := d.Service.ClearAttribute(
		r.Context(), v.Actor, v.Enterprise.ID, u.ID, r.PathValue("attribute"),
	); err != nil {
		return fmt.Errorf("clear an attribute of a person: %w", err)
	}
	return console.Done(w, personHref(v.Enterprise, u.ID), "cleared")
}
