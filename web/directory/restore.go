package directory

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

func (d *Directory) restorePages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "people/{user}/restore", d.restoreUser),
		ofEnterprise("POST", "people/{user}/restore", d.restoreUser),
		ofEnterprise("GET", "groups/{group}/restore", d.restoreGroup),
		ofEnterprise("POST", "groups/{group}/restore", d.restoreGroup),
		ofEnterprise("GET", "groups/{group}/reconcile", d.reconcileGroup),
		ofEnterprise("POST", "groups/{group}/reconcile", d.reconcileGroup),
		ofEnterprise("GET", "groups/{group}/drift", d.drift),
		ofEnterprise("GET", "groups/{group}/history", d.history),
	}
}

// momentLayout is what browsers send for a date and a time, with or without
// seconds.
const momentLayout = "2006-01-02T15:04"

func (d *Directory) momentForm(action, id, button, value string) momentForm {
	if value == "" {
		value = d.Now().UTC().Add(-24 * time.Hour).Format(momentLayout)
	}
	return momentForm{
		Action: action,
		Button: button,
		Field: ui.Field{
			ID:           id,
			Name:         "at",
			Label:        "Time, in UTC",
			Hint:         "Such as 2026-11-24T10:30.",
			Kind:         "datetime-local",
			Value:        value,
			Most:         40,
			Autocomplete: "off",
		},
	}
}

// momentOf reads a moment, as forms and addresses have it.
func momentOf(text string) (time.Time, error) {
	for _, layout := range []string{momentLayout, momentLayout + ":05", time.RFC3339Nano} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, sso.InvalidField("validation_failed", "at", "Enter a date and a time such as 2026-11-24T10:30.")
}

// wanted is what the form of a restore sends: the moment, and whether many
// people may go. A GET only looks.
func wanted(r *http.Request) (raw string, look, sure bool) {
	if r.Method == http.MethodPost {
		return r.PostForm.Get("at"), false, r.PostForm.Get("sure") == "yes"
	}
	return queryOf(r).text("at"), true, false
}

func (d *Directory) restoreUser(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	u, err := d.userOf(r, v)
	if err != nil {
		return err
	}
	raw, look, _ := wanted(r)
	at, err := momentOf(raw)
	var seen sso.Restoration
	if err == nil {
		seen, err = d.Service.RestoreUser(r.Context(), v.Actor, v.Enterprise.ID, u.ID, at, look)
	}
	here := personHref(v.Enterprise, u.ID)
	if err == nil && !look {
		return console.Done(w, here, "restored")
	}
	if err != nil && !console.OnForm(err) {
		return fmt.Errorf("restore memberships: %w", err)
	}
	lasts, err2 := d.lastingOf(r.Context(), v.Enterprise.ID, u.ID)
	if err2 != nil {
		return err2
	}
	p := &restoringPage{
		Base:    d.personBase(v, u),
		Heading: "Restore the groups of " + called(u),
		Lasting: lasts,
		Button:  "Restore",
		Back:    ui.Link{Label: "Change nothing", Href: here},
	}
	name := func(m sso.PastMembership) movedRow {
		return movedRow{
			Name:   m.Group.Name,
			Detail: m.Group.OrganizationName,
			Href:   groupHref(v.Enterprise, m.Group.Group),
		}
	}
	return d.showRestoring(w, p, restoring{
		action: here + "/restore",
		raw:    raw,
		at:     at,
		seen:   seen,
		err:    err,
		row:    name,
	})
}

// restoring is what a page of a restore is made from.
type restoring struct {
	action string
	raw    string // the moment as it was typed
	at     time.Time
	seen   sso.Restoration
	err    error
	row    func(sso.PastMembership) movedRow
}

// showRestoring shows what would change, and why it was not done if it was to be.
func (d *Directory) showRestoring(w http.ResponseWriter, p *restoringPage, s restoring) error {
	moment := ui.Field{
		ID:    "h-go",
		Name:  "at",
		Label: "Moment",
	}
	p.Wrong = ui.Blame(s.err, &moment)
	switch {
	case s.at.IsZero() && s.raw == "":
		p.Lead = "As the identity provider last sent it. People whose groups are uncertain stay where they are."
	case s.at.IsZero() || s.err != nil && len(s.seen.Add)+len(s.seen.Remove)+len(s.seen.Gone) == 0:
		p.Lead = "Nothing was changed."
	default:
		p.Lead = "As it was at " + ui.NewTime(s.at, d.Now()).Exact +
			". Nothing changes until you confirm."
	}
	for _, l := range []struct {
		id, heading string
		all         []sso.PastMembership
	}{
		{"h-add", "Added", s.seen.Add},
		{"h-remove", "Removed", s.seen.Remove},
		{"h-gone", "Cannot be restored: the group was deleted", s.seen.Gone},
	} {
		p.Lists = append(p.Lists, moved(l.id, l.heading, l.all, s.row)...)
	}
	if len(s.seen.Add)+len(s.seen.Remove) > 0 {
		p.Action = s.action
		if s.raw != "" {
			p.Fields = []ui.HiddenField{{Name: "at", Value: s.raw}}
		}
		if groupsync.ShareBrake(s.seen.Members, len(s.seen.Remove)) {
			p.Confirm = &ui.Field{
				ID:    "sure",
				Name:  "sure",
				Kind:  "check",
				Value: "yes",
				Label: fmt.Sprintf(
					"Remove %d of %d people at once", len(s.seen.Remove), s.seen.Members,
				),
				Hint: "This is more than half of the group, which is usually a mistake.",
			}
		}
	}
	return d.Console.Render(w, console.FormStatus(s.err), p)
}

// moved returns one list of a restore, none if it would be empty.
func moved(id, heading string, all []sso.PastMembership, row func(sso.PastMembership) movedRow) []movedList {
	const most = 100
	if len(all) == 0 {
		return nil
	}
	l := movedList{ID: id, Heading: heading}
	for _, m := range all[:min(len(all), most)] {
		l.Rows = append(l.Rows, row(m))
	}
	if more := len(all) - most; more > 0 {
		l.More = fmt.Sprint("And ", more, " more.")
	}
	return []movedList{l}
}

// persons names the people of a restore, as far as they are shown.
func (d *Directory) persons(ctx context.Context, e sso.Enterprise) func(sso.PastMembership) movedRow {
	return func(m sso.PastMembership) movedRow {
		row := movedRow{
			Name:   string(m.User),
			Detail: sourceWords(m.Source),
			Href:   personHref(e, m.User),
		}
		if u, err := d.Members.User(ctx, e.ID, m.User); err == nil { // else the identifier has to do
			row.Name, row.Detail = called(u), u.Login
		}
		return row
	}
}

func (d *Directory) restoreGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	raw, look, sure := wanted(r)
	at, wrong := momentOf(raw)
	move := directory.Move{DryRun: look, Confirmed: sure}
	return d.moveGroup(w, r, v, "restored", func(ctx context.Context, g sso.Group) (sso.Restoration, error) {
		if wrong != nil {
			return sso.Restoration{}, wrong
		}
		return d.Service.RestoreGroup(ctx, v.Actor, v.Enterprise.ID, g.ID, at, move)
	}, restoring{
		action: "restore",
		raw:    raw,
		at:     at,
	}, look)
}

func (d *Directory) reconcileGroup(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	_, look, sure := wanted(r)
	move := directory.Move{DryRun: look, Confirmed: sure}
	return d.moveGroup(w, r, v, "reconciled", func(ctx context.Context, g sso.Group) (sso.Restoration, error) {
		return d.Service.ReconcileGroup(ctx, v.Actor, v.Enterprise.ID, g.ID, move)
	}, restoring{action: "reconcile"}, look)
}

// moveGroup is what a restore of a group and reconciling it have in common.
func (d *Directory) moveGroup(
	w http.ResponseWriter,
	r *http.Request,
	v console.Visit,
	said string,
	do func(context.Context, sso.Group) (sso.Restoration, error),
	s restoring,
	look bool,
) error {
	g, err := d.groupOf(r, v)
	if err != nil {
		return err
	}
	here := groupHref(v.Enterprise, g.ID)
	s.seen, s.err = do(r.Context(), g)
	if s.err == nil && !look {
		return console.Done(w, here, said)
	}
	if s.err != nil && !console.OnForm(s.err) {
		return fmt.Errorf("change a group: %w", s.err)
	}
	connections, err := d.Structure.Connections(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	p := &restoringPage{
		Base:    d.groupBase(v, g),
		Heading: "Restore " + g.Name,
		Button:  "Restore",
		Lasting: lasting(connections),
		Back:    ui.Link{Label: "Change nothing", Href: here},
	}
	if said == "reconciled" {
		p.Heading, p.Button, p.Lasting = "Reconcile "+g.Name, "Reconcile", nil
	}
	s.action, s.row = here+"/"+s.action, d.persons(r.Context(), v.Enterprise)
	return d.showRestoring(w, p, s)
}

func (d *Directory) drift(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.groupOf(r, v)
	if err != nil {
		return err
	}
	pushed, err := d.pushedCounts(r.Context(), v.Enterprise)
	if err != nil {
		return err
	}
	if n, is := pushed[g.ID]; is && n.alone {
		return route.SeeOther(w, n.at)
	}
	return d.showDrift(w, r, v, g)
}

// showDrift compares a group with what the last sign-ins said.
func (d *Directory) showDrift(w http.ResponseWriter, r *http.Request, v console.Visit, g sso.Group) error {
	drift, err := d.Structure.GroupDrift(r.Context(), v.Enterprise.ID, g.ID)
	if err != nil {
		return fmt.Errorf("compare expected and actual members: %w", err)
	}
	here := groupHref(v.Enterprise, g.ID)
	p := &groupDriftPage{
		Base:     d.groupBase(v, g),
		Heading:  "Expected in " + g.Name,
		Expected: drift.Expected,
		Actual:   drift.Actual,
		More:     drift.More,
	}
	if p.Sent, err = d.sent(r.Context(), v.Enterprise); err != nil {
		return err
	}
	for _, x := range drift.Drifting {
		comes, goes := groupsync.Reconcile(x)
		row := driftRow{
			Person:     personLink(v.Enterprise, x.User),
			Reason:     reasonWords(groupsync.Explain(x), x.Membership == nil),
			Reconciled: comes || goes,
		}
		if x.Last.ID != "" {
			row.Record = ui.Link{
				Label: string(x.Last.ID),
				Href:  console.At(v.Enterprise, "activity", "syncs", string(x.Last.ID)),
			}
		}
		if row.Reconciled || drift.More {
			p.Preview = here + "/reconcile"
		}
		if x.Membership == nil {
			p.Missing = append(p.Missing, row)
		} else {
			p.Extra = append(p.Extra, row)
		}
	}
	return d.Console.Render(w, http.StatusOK, p)
}

// sent returns where the members that identity providers sent are compared.
func (d *Directory) sent(ctx context.Context, e sso.Enterprise) (links []ui.Link, err error) {
	all, err := d.Structure.Connections(ctx, e.ID)
	if err != nil {
		return nil, fmt.Errorf("list connections: %w", err)
	}
	for _, c := range all {
		if c.State == sso.ConnectionEnabled && c.Live != nil && c.Live.Provisioning == sso.ProvisionSCIM {
			links = append(links, ui.Link{
				Label: c.Name,
				Href:  console.AtConnection(e, c.ID, "provisioning", "drift"),
			})
		}
	}
	return links, nil
}

// history lists the members that a group had at a moment.
func (d *Directory) history(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	g, err := d.groupOf(r, v)
	if err != nil {
		return err
	}
	q, here := queryOf(r), groupHref(v.Enterprise, g.ID)
	raw := q.text("at")
	at, wrong := momentOf(raw)
	form := d.momentForm(here+"/history", "at", "Show members", raw)
	p := &pastMembersPage{
		Base:    d.groupBase(v, g),
		Heading: "Past members of " + g.Name,
		Wrong:   ui.Blame(wrong, &form.Field),
		Moment:  form,
	}
	if wrong == nil {
		all, next, err := d.Members.GroupMembersAt(r.Context(), v.Enterprise.ID, g.ID, at, q.page())
		if err != nil {
			return fmt.Errorf("list former members: %w", err)
		}
		p.At, p.Pager = ui.NewTime(at, d.Now()), q.pager(here+"/history", next, "at")
		if !g.Default {
			p.Restore = ui.Link{
				Label: "See what restoring this would change",
				Href:  here + "/restore?" + url.Values{"at": {raw}}.Encode(),
			}
		}
		p.Rows = d.pastRows(v.Enterprise, all)
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func (d *Directory) pastRows(e sso.Enterprise, all []sso.PastMember) []pastRow {
	var rows []pastRow
	for _, m := range all {
		rows = append(rows, pastRow{
			Person:  personLink(e, m.User),
			Source:  sourceWords(m.Membership.Source),
			From:    ui.NewTime(m.Membership.From, d.Now()),
			Cause:   causeOf(e, m.Membership.Cause),
			Until:   ui.NewTime(m.Membership.Until, d.Now()),
			EndedBy: causeOf(e, m.Membership.EndedBy),
			Still:   m.Membership.Until.IsZero(),
		})
	}
	return rows
}
