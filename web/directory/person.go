package directory

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

const latest = 10 // sign-ins and syncs on the page of a user

func (d *Directory) personPages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "people/{user}", d.person),
		ofEnterprise(
			"POST", "people/{user}/deactivate", d.changing("deactivated", d.Service.Deactivate),
		),
		ofEnterprise(
			"POST", "people/{user}/reactivate", d.changing("reactivated", d.Service.Reactivate),
		),
		ofEnterprise("POST", "people/{user}/vouch", d.changing("vouched", d.Service.Vouch)),
		ofEnterprise("POST", "people/{user}/sessions/{session}/revoke", d.endSession),
		ofEnterprise("POST", "people/{user}/sessions/revoke", d.endSessions),
		ofEnterprise("POST", "people/{user}/tokens/{personal_token}/revoke", d.revokeToken),
		ofEnterprise("POST", "people/{user}/attributes/{attribute}/clear", d.clearAttribute),
		ofEnterprise("POST", "people/{user}/export", d.exportPerson),
	}
}

func personSaid() map[string]string {
	return map[string]string{
		"deactivated": "They are deactivated, and signed out everywhere. Only an admin can reactivate them.",
		"reactivated": "They can sign in again.",
		"vouched":     "You vouched for them: they can sign in now.",
		"session":     "The session has ended.",
		"sessions":    "They are signed out everywhere.",
		"token":       "The token is revoked. Every node refuses it within a second.",
		"cleared":     "The value is cleared.",
		"linked":      "The identity is linked. Sign-ins with it are this person’s.",
		"unlinked":    "The identity is unlinked, and sessions that began with it have ended.",
		"merged":      "The accounts are merged. This one is kept; the other one leads here.",
		"removed":     "Removed from the group.",
		"restored":    "Their groups are what they were then.",
		"login":       "The login is changed. Applications are told the new one from now on.",
		"added":       "They are in the group. The notice below says what their next sign-in does about it.",
	}
}

// personBase returns the frame of a page below the page of a user.
func (d *Directory) personBase(v console.Visit, u sso.User) ui.Base {
	return d.Console.Base(v, console.AreaPeople,
		ui.Link{Label: "People", Href: console.At(v.Enterprise, "people")},
		ui.Link{Label: called(u), Href: personHref(v.Enterprise, u.ID)},
	)
}

// userOf returns the user that the path names.
func (d *Directory) userOf(r *http.Request, v console.Visit) (sso.User, error) {
	id, err := sso.ParseID[sso.UserID](r.PathValue("user"))
	if err != nil {
		return sso.User{}, err
	}
	u, err := d.Members.User(r.Context(), v.Enterprise.ID, id)
	if err != nil {
		return sso.User{}, fmt.Errorf("find a person: %w", err)
	}
	return u, nil
}

func (d *Directory) person(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	return d.showPerson(w, r, v, u, nil)
}

// showPerson renders the page of a user, with the problem of a refused action.
func (d *Directory) showPerson(w http.ResponseWriter, r *http.Request, v console.Visit, u sso.User, wrong error) error {
	ctx, e := r.Context(), v.Enterprise
	known, err := d.readPerson(ctx, e.ID, u.ID)
	if err != nil {
		return err
	}
	here := personHref(e, u.ID)
	ofLogin := "?" + url.Values{"login": {u.Login}}.Encode()
	p := &personDetailPage{
		Base: d.Console.Base(v, console.AreaPeople, ui.Link{
			Label: "People",
			Href:  console.At(e, "people"),
		}),
		Name:       called(u),
		Status:     statusBadge(u.Status),
		Wrong:      ui.Blame(wrong),
		Facts:      d.personFacts(u),
		Sees:       sees(u, known.memberships),
		Groups:     d.groupRows(e, u, known.memberships),
		AddHref:    here + "/groups",
		Lasting:    lasting(through(known.connections, known.identities)),
		Identities: d.identityRows(e, known.identities, known.connections),
		SignIns:    d.attemptRows(e, known.attempts),
		SignInsAll: console.At(e, "activity") + ofLogin,
		Syncs:      d.syncRows(e, known.syncs),
		SyncsAll:   console.At(e, "activity", "syncs") + ofLogin,
		Restore:    d.momentForm(here+"/restore", "restore-at", "Show what would change", ""),
	}
	p.Flash = console.Said(r, personSaid())
	d.personSessions(p, here, known.sessions)
	d.personActs(p, here, u)
	if err := d.personSections(ctx, p, e, u, known, wrong); err != nil {
		return err
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

// personSections fills the sections that read more than [personRecords].
func (d *Directory) personSections(
	ctx context.Context, p *personDetailPage, e sso.Enterprise, u sso.User, known personRecords, wrong error,
) error {
	if err := d.personTokens(ctx, p, e, u.ID); err != nil {
		return err
	}
	if err := d.personIdentities(ctx, p, e, u); err != nil {
		return err
	}
	if err := d.personRoles(ctx, p, e, known.memberships); err != nil {
		return err
	}
	if err := d.personAttributes(ctx, p, e, u.ID, known.connections); err != nil {
		return err
	}
	if err := d.personLogin(ctx, p, e, u, known, wrong); err != nil {
		return err
	}
	return d.personMerges(ctx, p, e, u)
}

// personRecords is what the page of a user is made from, besides the user.
type personRecords struct {
	identities  []sso.UserIdentity
	memberships []sso.UserMembership
	sessions    []sso.Session
	attempts    []sso.Attempt    // the latest
	syncs       []sso.SyncRecord // the latest
	connections []sso.Connection // of the enterprise
}

func (d *Directory) readPerson(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
) (known personRecords, err error) {
	var errs [6]error
	known.identities, errs[0] = d.Members.UserIdentities(ctx, ent, user)
	known.memberships, errs[1] = d.Members.UserMemberships(ctx, ent, user)
	known.sessions, errs[2] = d.Members.UserSessions(ctx, ent, user)
	known.attempts, _, errs[3] = d.Members.Attempts(
		ctx, ent, sso.AttemptFilter{User: user}, sso.Page{Limit: latest},
	)
	known.syncs, _, errs[4] = d.Members.SyncRecords(
		ctx, ent, sso.SyncFilter{User: user}, sso.Page{Limit: latest},
	)
	known.connections, errs[5] = d.Structure.Connections(ctx, ent)
	if err := errors.Join(errs[:]...); err != nil {
		return personRecords{}, fmt.Errorf("find out about a person: %w", err)
	}
	return known, nil
}

func (d *Directory) personFacts(u sso.User) []ui.Fact {
	moment := func(label string, t ui.Time) ui.Fact {
		return ui.Fact{
			Label: label,
			Time:  &t,
		}
	}
	facts := []ui.Fact{{Label: "Login", Value: u.Login}}
	if u.Email == "" {
		facts = append(facts, ui.Fact{
			Label: "E-mail",
			Value: "none given by the identity provider",
		})
	} else {
		badge := ui.Badge{Label: "not verified", State: "warn"}
		if u.EmailVerified {
			badge = ui.Badge{Label: "verified", State: "ok"}
		}
		facts = append(facts, ui.Fact{
			Label: "E-mail",
			Value: u.Email,
			Badge: &badge,
		})
	}
	facts = append(
		facts, moment("Created", ui.NewTime(u.CreatedAt, d.Now())),
		moment("Last sign-in", ui.NewTime(u.LastSignInAt, d.Now())),
	)
	if !u.VouchedAt.IsZero() {
		facts = append(facts, moment("Vouched for", ui.NewTime(u.VouchedAt, d.Now())))
	}
	return append(facts, ui.Fact{
		Label: "Identifier",
		Value: string(u.ID),
		Code:  true,
	})
}

// sees returns what a user's own page tells them.
func sees(u sso.User, all []sso.UserMembership) string {
	switch {
	case u.Status == sso.UserDeactivated:
		return "Signing in tells them that their account is deactivated."
	case u.Status == sso.UserPending:
		return "Signing in tells them to ask an admin for approval."
	case len(all) == 0:
		return "Their account page says “No access yet”: none of their groups gives access."
	}
	seen := map[sso.OrganizationID]bool{}
	for _, m := range all {
		seen[m.Organization.ID] = true
	}
	return fmt.Sprintf(
		"Their account page shows these groups, in %s.",
		ui.Count(len(seen), "organization", "organizations"),
	)
}

// through returns the connections that a user signs in through, or all connections
// if that is not known.
func through(all []sso.Connection, identities []sso.UserIdentity) []sso.Connection {
	var mine []sso.Connection
	for _, c := range all {
		for _, i := range identities {
			if i.Connection == c.ID {
				mine = append(mine, c)
			}
		}
	}
	if mine == nil {
		return all
	}
	return mine
}

// lastingOf returns what the sign-ins of a user do to manual changes of their
// memberships, connection by connection.
func (d *Directory) lastingOf(ctx context.Context, ent sso.EnterpriseID, user sso.UserID) ([]string, error) {
	identities, err := d.Members.UserIdentities(ctx, ent, user)
	if err != nil {
		return nil, fmt.Errorf("list identities of a person: %w", err)
	}
	connections, err := d.Structure.Connections(ctx, ent)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	return lasting(through(connections, identities)), nil
}

func (d *Directory) groupRows(e sso.Enterprise, u sso.User, all []sso.UserMembership) (rows []groupRow) {
	for _, m := range all {
		row := groupRow{
			Organization: ui.Link{
				Label: m.Organization.Name,
				Href:  console.At(e, "organizations", string(m.Organization.ID)),
			},
			Group: ui.Link{
				Label: m.Group.Name,
				Href:  groupHref(e, m.Group.ID),
			},
			Source: sourceWords(m.Membership.Source),
			Since:  ui.NewTime(m.Membership.Since, d.Now()),
			Cause:  causeOf(e, m.Membership.Cause),
		}
		if m.Membership.Source != sso.SourceDefault {
			row.Remove = &ui.Press{
				Label:  "Remove",
				About:  "Remove: " + called(u) + ", of " + m.Group.Name,
				Action: personHref(e, u.ID) + "/groups/" + string(m.Group.ID) + "/remove",
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (d *Directory) identityRows(
	e sso.Enterprise, all []sso.UserIdentity, connections []sso.Connection,
) (rows []identityRow) {
	for _, i := range all {
		row := identityRow{
			Connection: ui.Link{
				Label: string(i.Connection),
				Href:  console.AtConnection(e, i.Connection),
			},
			Subject:  i.Subject,
			Login:    i.Login,
			Since:    ui.NewTime(i.CreatedAt, d.Now()),
			LastSeen: ui.NewTime(i.LastSeenAt, d.Now()),
			ref:      i.Ref(),
		}
		for _, c := range connections {
			if c.ID == i.Connection {
				row.Connection.Label = c.Name
			}
		}
		rows = append(rows, row)
	}
	return rows
}

func (d *Directory) attemptRows(e sso.Enterprise, all []sso.Attempt) (rows []attemptRow) {
	for _, a := range all {
		result := ui.Badge{Label: "signed in", State: "ok"}
		switch a.Outcome {
		case sso.OutcomeFailed:
			result = ui.Badge{Label: "refused", State: "error"}
		case sso.OutcomePending:
			result = ui.Badge{Label: "waiting for code", State: "warn"}
		}
		rows = append(rows, attemptRow{
			At:     ui.NewTime(a.At, d.Now()),
			Result: result,
			Code:   a.Code,
			Remote: a.Remote,
			Reference: ui.Link{
				Label: string(a.ID),
				Href:  console.At(e, "activity", "attempts", string(a.ID)),
			},
		})
	}
	return rows
}

func (d *Directory) syncRows(e sso.Enterprise, all []sso.SyncRecord) (rows []syncRow) {
	for _, s := range all {
		row := syncRow{
			At:    ui.NewTime(s.At, d.Now()),
			What:  changesOf(s),
			State: ui.Badge{Label: "changed", State: "ok"},
			Record: ui.Link{
				Label: string(s.ID),
				Href:  console.At(e, "activity", "syncs", string(s.ID)),
			},
		}
		switch {
		case s.Held != "":
			row.State = ui.Badge{Label: "held", State: "warn"}
		case s.Mode == sso.SyncRestore:
			row.State = ui.Badge{Label: "by an admin"}
		case s.Mode == sso.SyncKeep:
			row.State = ui.Badge{Label: "kept", State: "warn"}
		case len(s.Added)+len(s.Removed) == 0:
			row.State = ui.Badge{Label: "unchanged"}
		}
		rows = append(rows, row)
	}
	return rows
}

// changesOf says what a sync did, in a line.
func changesOf(s sso.SyncRecord) string {
	const most = 4
	list := func(verb string, all []sso.GroupChange) string {
		if len(all) == 0 {
			return ""
		}
		var names []string
		for _, g := range all[:min(len(all), most)] {
			names = append(names, console.WithReason(g.OrganizationName+" / "+g.Name, g.Source))
		}
		if more := len(all) - most; more > 0 {
			names = append(names, fmt.Sprint(more, " more"))
		}
		return verb + " " + strings.Join(names, ", ")
	}
	parts := []string{}
	for _, part := range []string{list("Added to", s.Added), list("Removed from", s.Removed), s.Note} {
		if part != "" {
			parts = append(parts, strings.TrimSuffix(part, "."))
		}
	}
	if len(parts) == 0 {
		return "Nothing changed."
	}
	return strings.Join(parts, "; ") + "."
}
