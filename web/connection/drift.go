package connection

import (
	"cmp"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/sso/trial"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// drifts lists the groups whose numbers differ most from what is said, each with
// the reasons for it.
func (h *Handlers) drifts(ctx context.Context, p *connectionGroupsPage, v console.Visit, o overview) error {
	titles := map[sso.OrganizationID]string{}
	for _, x := range o.organizations {
		titles[x.ID] = x.Name
	}
	apart := func(t sso.GroupTally) int {
		d := t.Expected - t.Members
		return max(d, -d)
	}
	off := slices.DeleteFunc(slices.Clone(o.tallies), func(t sso.GroupTally) bool {
		return t.Group.Default || apart(t) == 0
	})
	slices.SortStableFunc(off, func(a, b sso.GroupTally) int {
		return cmp.Compare(apart(b), apart(a))
	})
	for _, t := range off[:min(len(off), driftsShown)] {
		d, err := h.Groups.GroupDrift(ctx, v.Enterprise.ID, t.Group.ID)
		if sso.KindOf(err) == sso.NotFoundKind {
			continue // deleted meanwhile
		}
		if err != nil {
			return fmt.Errorf("compare expected and actual members: %w", err)
		}
		p.Missing = append(p.Missing, driftLine{
			Group:        d.Group.Name,
			Organization: titles[d.Group.Organization],
			Why:          reasons(d),
			Href:         console.At(v.Enterprise, "groups", string(d.Group.ID), "drift"),
			Share: share{
				Label:   "Members",
				Text:    strconv.Itoa(d.Actual) + " of " + strconv.Itoa(d.Expected) + " expected",
				Percent: percent(d.Actual, max(d.Expected, d.Actual)),
				State:   "warn",
			},
		})
	}
	return nil
}

// reasons counts why users are missing from a group, or are in it although the
// identity provider does not name it.
func reasons(d sso.GroupDrift) []string {
	type why struct {
		expected bool
		reason   sso.DriftReason
	}
	counts := map[why]int{}
	var order []why
	for _, x := range d.Drifting {
		w := why{x.Expected, groupsync.Explain(x)}
		if counts[w] == 0 {
			order = append(order, w)
		}
		counts[w]++
	}
	var all []string
	for _, w := range order {
		what := " missing: "
		if !w.expected {
			what = " not named: "
		}
		all = append(all, strconv.Itoa(counts[w])+what+because(w.reason))
	}
	if d.More {
		all = append(all, "And others")
	}
	return all
}

func because(r sso.DriftReason) string {
	if words, ok := map[sso.DriftReason]string{
		sso.DriftHeld:           "a group sync needs approval",
		sso.DriftDeactivated:    "deactivated, and cannot sign in",
		sso.DriftNeverSaid:      "no sign-in has sent their groups yet",
		sso.DriftProvisioned:    "provisioned by SCIM",
		sso.DriftNeverSent:      "provisioned, and never sent as a member",
		sso.DriftNotProvisioned: "not provisioned yet",
		sso.DriftManual:         "added or removed by hand since",
		sso.DriftRestored:       "restored by an admin since",
		sso.DriftGroupNewer:     "the group was created or renamed after their last sign-in",
		sso.DriftUnknown:        "kept, because the last sign-in sent an incomplete list",
		sso.DriftMode:           "the connection only adds people",
		sso.DriftDefault:        "identity providers cannot add people to a default group",
	}[r]; ok {
		return words
	}
	return "another reason"
}

// person shows what the next sign-in of a user would change if the identity
// provider sent the same groups again.
func (h *Handlers) person(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	text := strings.TrimSpace(r.URL.Query().Get("login"))
	all, _, err := h.Groups.Users(
		r.Context(), v.Enterprise.ID, sso.UserFilter{Login: text}, sso.Page{Limit: 1},
	)
	if err != nil {
		return fmt.Errorf("find the person: %w", err)
	}
	p := &connectionPersonPage{
		Base:   h.base(v, true),
		Person: text,
		Back:   at(v, "groups"),
	}
	p.Console.Trail = append(p.Console.Trail, ui.Link{
		Label: "Verify groups",
		Href:  p.Back,
	})
	if text == "" || len(all) == 0 {
		p.Notes = []string{"No one here has this login. Go back and enter the full login of someone who has signed in."}
		return h.Console.Render(w, http.StatusOK, p)
	}
	u := all[0]
	p.Person, p.Href = u.Name, console.At(v.Enterprise, "people", string(u.ID))
	if err := h.previewSignIn(r.Context(), p, v, u.ID); err != nil {
		return err
	}
	return h.Console.Render(w, http.StatusOK, p)
}

// previewSignIn adds to p what a repetition of the last sign-in of a user would
// change, or a note why there is nothing to repeat.
func (h *Handlers) previewSignIn(
	ctx context.Context, p *connectionPersonPage, v console.Visit, user sso.UserID,
) error {
	records, _, err := h.Groups.SyncRecords(
		ctx, v.Enterprise.ID, sso.SyncFilter{User: user}, sso.Page{Limit: recordsRead},
	)
	if err != nil {
		return fmt.Errorf("list sync records: %w", err)
	}
	i := slices.IndexFunc(records, func(x sso.SyncRecord) bool {
		return x.Mode != sso.SyncRestore && x.Connection == v.Connection.ID
	})
	if i < 0 {
		p.Notes = []string{
			"No sign-in of theirs through this connection has sent their groups yet, so there is nothing to repeat.",
		}
		return nil
	}
	preview, err := h.Preview.PreviewSync(
		ctx, v.Enterprise.ID, v.Connection.ID,
		trial.PreviewRequest{
			User:   user,
			Groups: records[i].Asserted,
		},
	)
	switch {
	case console.OnForm(err):
		p.Notes = []string{ui.Blame(err)[0].Message}
		return nil
	case err != nil:
		return fmt.Errorf("plan the sign-in: %w", err)
	}
	h.previewed(p, records[i], preview)
	return h.previewRoles(ctx, p, v, preview)
}

func (h *Handlers) previewed(p *connectionPersonPage, last sso.SyncRecord, preview trial.Preview) {
	said := h.time(last.At)
	p.Facts = []ui.Fact{
		{Label: "Last sent", Time: &said},
		{
			Label: "Groups then",
			Value: ui.Count(len(last.Asserted.Names), "name", "names") + ", " +
				last.Asserted.State.String(),
		},
	}
	if preview.Refused != nil {
		p.Refused = preview.Refused.Text().String()
		return
	}
	r := preview.Changes.Record
	p.Unmatched = r.Unmatched
	if r.Note != "" {
		p.Notes = append(p.Notes, r.Note)
	}
	if preview.Changes.Held != nil {
		p.Notes = append(p.Notes, "It would take the last admin out of the admin groups, so it would need approval.")
	}
	plain := func(all []sso.GroupChange) []string {
		var names []string
		for _, g := range all {
			names = append(names, console.WithReason(g.Name, g.Source))
		}
		return names
	}
	for _, m := range preview.Changes.Record.NearMisses {
		if m.Why == sso.IsObjectID {
			p.Notes = append(p.Notes, "“"+m.Asserted+"”: "+m.Why.Explanation()+".")
		}
	}
	for _, o := range preview.Organizations {
		c := personChanges{
			Name:    o.Name,
			Added:   plain(o.Added),
			Removed: plain(o.Removed),
			Kept:    plain(o.Kept),
		}
		for _, m := range o.NearMisses {
			c.Near = append(c.Near, "“"+m.Asserted+"” is nearly “"+m.Name+"”: "+m.Why.Explanation())
		}
		p.Organizations = append(p.Organizations, c)
	}
}
