package directory

import (
	"context"
	"fmt"
	"net/url"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// pushReader reads what identity providers pushed of users and groups; store.DB
// does.
type pushReader interface {
	PushedUsersOf(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]sso.ProvisionedUser, error)
	PushedGroupsNamed(
		ctx context.Context, ent sso.EnterpriseID, names ...string,
	) ([]sso.ProvisionedGroup, error)
	UserDepartures(
		ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
	) ([]sso.DeprovisionReceipt, error)
	ProvisioningEvents(
		ctx context.Context, ent sso.EnterpriseID, f sso.ProvisioningEventFilter, p sso.Page,
	) ([]sso.ProvisioningEvent, string, error)
}

// applies reports whether what an identity provider pushes through a connection
// takes effect.
func applies(c sso.Connection) bool {
	return c.State == sso.ConnectionEnabled && c.Live != nil && c.Live.Provisioning == sso.ProvisionSCIM
}

func connectionNamed(all []sso.Connection, id sso.ConnectionID) sso.Connection {
	for _, c := range all {
		if c.ID == id {
			return c
		}
	}
	return sso.Connection{ID: id, Name: "a deleted connection"}
}

// personPushed adds to the page of a user where their facts come from, and what
// ended when an identity provider took them away.
func (d *Directory) personPushed(
	ctx context.Context, p *personDetailPage, e sso.Enterprise, u sso.User, known personRecords,
) error {
	pushed, err := d.Pushes.PushedUsersOf(ctx, e.ID, u.ID)
	if err != nil {
		return fmt.Errorf("find what was pushed of a person: %w", err)
	}
	departures, err := d.Pushes.UserDepartures(ctx, e.ID, u.ID)
	if err != nil {
		return fmt.Errorf("list receipts of a person: %w", err)
	}
	for _, x := range departures {
		row := departureRow{
			At:    ui.NewTime(x.At, d.Now()),
			What:  "Deactivated by the identity provider",
			Ended: console.EndedWords(x.Ended),
			Nodes: console.NodeWords(x.Nodes),
		}
		if x.Deleted {
			row.What = "Deleted by the identity provider"
		}
		p.Departures = append(p.Departures, row)
	}
	s := source{user: u}
	for _, r := range pushed {
		c := connectionNamed(known.connections, r.Connection)
		if applies(c) {
			s.owner, s.resource = &c, r
		} else {
			p.Kept = append(p.Kept, ui.Link{
				Label: c.Name,
				Href:  console.AtConnection(e, c.ID, "provisioning"),
			})
		}
	}
	s.signIn = lastConnection(known)
	p.Sources = s.rows(departures)
	if s.owner != nil {
		p.GiveLogin = "" // the form would be refused
		p.Owner = &ui.Link{
			Label: s.owner.Name,
			Href:  console.AtConnection(e, s.owner.ID, "provisioning"),
		}
	}
	return nil
}

// lastConnection returns the name of the connection that a user was last seen
// through; "" if none is known.
func lastConnection(known personRecords) string {
	var last sso.UserIdentity
	for _, i := range known.identities {
		if i.Subject != "" && (last.Connection == "" || i.LastSeenAt.After(last.LastSeenAt)) {
			last = i
		}
	}
	if last.Connection == "" {
		return ""
	}
	return connectionNamed(known.connections, last.Connection).Name
}

// source knows where the facts about a user come from.
type source struct {
	user     sso.User
	owner    *sso.Connection // whose identity provider owns them; nil: none does
	resource sso.ProvisionedUser
	signIn   string // the connection of the last sign-in; "" if there was none
}

func (s source) rows(departures []sso.DeprovisionReceipt) []sourceRow {
	rows := []sourceRow{
		s.row("Login", s.user.Login, "userName"),
		s.row("Name", s.user.Name, "displayName or name"),
		s.row("E-mail", s.user.Email, "emails"),
		s.status(departures),
	}
	switch {
	case s.user.LoginGiven:
		rows[0].From = "an admin, by hand"
		rows[0].How = "Sign-ins and pushes do not change it."
	case s.owner != nil && s.resource.Email() == "":
		rows[2].From = s.bySignIn()
		rows[2].How = "The identity provider pushes no address."
	}
	return rows
}

// row is about a fact that identity providers send, by SCIM in an attribute.
func (s source) row(fact, value, attribute string) sourceRow {
	row := sourceRow{
		Fact:  fact,
		Value: value,
		From:  s.bySignIn(),
		How:   "Each sign-in sets it anew.",
	}
	if s.owner != nil {
		row.From = "SCIM, " + s.owner.Name + ": " + attribute
		row.How = "Read-only here: change it at the identity provider."
	}
	return row
}

func (s source) bySignIn() string {
	if s.signIn == "" {
		return "not known: no sign-in yet"
	}
	return "sign-in through " + s.signIn
}

// status is the row of the access. departures are those of the user, the last one first.
func (s source) status(departures []sso.DeprovisionReceipt) sourceRow {
	row := sourceRow{
		Fact:  "Access",
		Value: statusBadge(s.user.Status).Label,
		From:  "sign-in",
		How:   "An admin can deactivate the person here.",
	}
	off := s.user.Status == sso.UserDeactivated
	switch {
	case off && s.user.EndedByPush:
		row.From, row.How = s.endedByPush(departures)
	case off:
		row.From, row.How = s.endedByAdmin()
	case s.owner != nil && s.resource.Active:
		row.From = "SCIM, " + s.owner.Name + ": active"
		row.How = pushDecides
	}
	return row
}

const pushDecides = "The identity provider decides. An admin can deactivate the person here as well."

// endedByPush says which identity provider deactivated the user, and how the user comes
// back.
func (s source) endedByPush(departures []sso.DeprovisionReceipt) (from, how string) {
	switch {
	case s.owner != nil && !s.resource.Active:
		return "SCIM, " + s.owner.Name + ": active", pushDecides
	case s.owner != nil:
		return "SCIM, another connection", "The identity provider of another connection ended the person. They come " +
			"back once both say that they are active, or an admin activates them."
	case len(departures) > 0 && departures[0].Deleted:
		return "SCIM: the identity provider deleted the person",
			"They come back once the identity provider pushes them again."
	}
	return "SCIM: the identity provider deactivated the person", "No sign-in activates them again. An admin can, or " +
		"the identity provider once it provisions by SCIM again."
}

// endedByAdmin says that an admin deactivated the user, and what a push does about it.
func (s source) endedByAdmin() (from, how string) {
	from = "an admin, by hand"
	if s.owner != nil && s.resource.Active {
		return from, "The identity provider pushes the person as active, and this changes nothing: an admin " +
			"deactivated them, so only an admin activates them again."
	}
	return from, "Neither sign-ins nor pushes activate them again."
}

// groupPushed adds to the page of a group which identity providers provision it.
func (d *Directory) groupPushed(
	ctx context.Context, p *groupDetailPage, e sso.Enterprise, g sso.Group, connections []sso.Connection,
) error {
	if g.Default {
		return nil
	}
	pushed, err := d.Pushes.PushedGroupsNamed(ctx, e.ID, append([]string{g.Name}, g.IDPNames...)...)
	if err != nil {
		return fmt.Errorf("find what was pushed of a group: %w", err)
	}
	for _, x := range pushed {
		c := connectionNamed(connections, x.Connection)
		row := pushedGroupRow{
			Connection: ui.Link{Label: c.Name, Href: console.AtConnection(e, c.ID, "provisioning")},
			Name:       x.DisplayName,
			Members:    ui.Count(x.Members, "member", "members"),
			Changed:    ui.NewTime(x.ModifiedAt, d.Now()),
			State:      ui.Badge{Label: "kept, not applied", State: "warn"},
		}
		if x.Waiting > 0 {
			row.Members += ", " + ui.Count(x.Waiting, "not known yet", "not known yet")
		}
		if applies(c) {
			row.State = ui.Badge{Label: "applied", State: "ok"}
		}
		p.Pushed = append(p.Pushed, row)
	}
	return nil
}

// questionPush finds the push that raised a question about a login; the zero link
// if no push did, or it is too long ago.
func (d *Directory) questionPush(
	ctx context.Context, e sso.Enterprise, q sso.IdentityQuestion, connections []sso.Connection,
) (ui.Link, error) {
	if q.Attempt != "" {
		return ui.Link{}, nil
	}
	all, _, err := d.Pushes.ProvisioningEvents(ctx, e.ID, sso.ProvisioningEventFilter{
		Connection: q.Connection,
		Name:       q.Login,
		Refused:    true,
	}, sso.Page{Limit: 1})
	if err != nil {
		return ui.Link{}, fmt.Errorf("find the push of a question: %w", err)
	}
	c := connectionNamed(connections, q.Connection)
	if len(all) == 0 && !applies(c) {
		return ui.Link{}, nil
	}
	return ui.Link{
		Label: c.Name,
		Href: console.At(e, "activity", "provisioning") + "?" + url.Values{
			"connection": {string(q.Connection)},
			"name":       {q.Login},
		}.Encode(),
	}, nil
}
