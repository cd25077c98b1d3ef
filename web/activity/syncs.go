package activity

import (
	"fmt"
	"net/http"
	"strconv"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (a *Activity) syncs(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	n := read(r, console.At(v.Enterprise, "activity", "syncs"), "login")
	names, err := a.naming(r.Context(), v)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	all, next, err := a.listSyncs(r, v, n)
	if err != nil {
		return err
	}
	p := &syncListPage{
		Base: a.Console.Base(v, console.AreaActivity),
		eventList: n.happened(tabs(v.Enterprise, tabSyncs), next,
			&ui.Field{
				Name:         "login",
				Label:        "Login",
				Autocomplete: "off",
			}, sinceField()),
	}
	for _, s := range all {
		who, err := names.link(r.Context(), string(s.User))
		if err != nil {
			return fmt.Errorf("find person: %w", err)
		}
		p.Rows = append(p.Rows, syncEntry{
			At:      ui.NewTime(s.At, a.Now()),
			Who:     who.Label,
			WhoHref: who.Href,
			Mode:    mode(s.Mode),
			Result:  results(s),
			Href:    console.At(v.Enterprise, "activity", "syncs", string(s.ID)),
		})
	}
	return a.Console.Render(w, n.status(), p)
}

// listSyncs returns a page of the sync records that match a filter, and the cursor
// of the next one; nothing for an unknown login or an invalid filter.
func (a *Activity) listSyncs(r *http.Request, v console.Visit, n filter) ([]sso.SyncRecord, string, error) {
	f := sso.SyncFilter{Since: n.since}
	if login := n.query.Get("login"); login != "" {
		users, _, err := a.Names.Users(
			r.Context(), v.Enterprise.ID, sso.UserFilter{Login: login}, sso.Page{Limit: 1},
		)
		if err != nil {
			return nil, "", fmt.Errorf("find person: %w", err)
		}
		if len(users) == 0 {
			return nil, "", nil
		}
		f.User = users[0].ID
	}
	if len(n.wrong) > 0 {
		return nil, "", nil
	}
	all, next, err := a.Records.SyncRecords(r.Context(), v.Enterprise.ID, f, sso.Page{Cursor: n.cursor})
	if err != nil {
		return nil, "", fmt.Errorf("list sync records: %w", err)
	}
	return all, next, nil
}

func mode(m sso.SyncMode) string {
	switch m {
	case sso.SyncReset:
		return "reset to the groups sent"
	case sso.SyncResetSynced:
		return "reset, except manual additions"
	case sso.SyncAddOnly:
		return "added only"
	case sso.SyncRestore:
		return "restored by an admin"
	}
	return "kept unchanged"
}

// results returns the badges that summarize a record.
func results(s sso.SyncRecord) []ui.Badge {
	var all []ui.Badge
	add := func(n int, what, state string) {
		if n > 0 {
			all = append(all, ui.Badge{
				Label: strconv.Itoa(n) + " " + what,
				State: state,
			})
		}
	}
	if s.Held != "" {
		all = append(all, ui.Badge{Label: "held", State: "error"})
	}
	add(len(s.Added), "added", "ok")
	add(len(s.Removed), "removed", "warn")
	add(len(s.Unmatched), "unmatched", "")
	add(len(s.NearMisses), "near miss", "warn")
	if len(all) == 0 {
		all = append(all, ui.Badge{Label: "no change"})
	}
	return all
}

func (a *Activity) sync(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.SyncRecordID](r.PathValue("record"))
	if err != nil {
		return err
	}
	s, err := a.Records.SyncRecord(r.Context(), v.Enterprise.ID, id)
	if err != nil {
		return fmt.Errorf("find sync record: %w", err)
	}
	names, err := a.naming(r.Context(), v)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	who, err := names.link(r.Context(), string(s.User))
	if err != nil {
		return fmt.Errorf("find person: %w", err)
	}
	p := &syncDetailPage{
		Base: a.Console.Base(v, console.AreaActivity, ui.Link{
			Label: tabSyncs,
			Href:  console.At(v.Enterprise, "activity", "syncs"),
		}),
		Tabs:      tabs(v.Enterprise, tabSyncs),
		ID:        string(s.ID),
		Note:      s.Note,
		Changes:   changes(s),
		Groups:    said(s.Asserted),
		Matched:   s.Matched,
		Unmatched: s.Unmatched,
		Facts:     a.syncFacts(names, s, who),
		Near:      nearMisses(s),
	}
	if s.Held != "" {
		p.Held = console.At(v.Enterprise, "held")
	}
	if _, there := names.connections[s.Connection]; there {
		p.Unknown = console.AtConnection(v.Enterprise, s.Connection, "groups")
	} else {
		p.Unknown = console.At(v.Enterprise, "groups")
	}
	return a.Console.Render(w, http.StatusOK, p)
}

// syncFacts returns the details of a sync, with links.
func (a *Activity) syncFacts(names *actorNames, s sso.SyncRecord, who ui.Link) []ui.Fact {
	at := ui.NewTime(s.At, a.Now())
	facts := []ui.Fact{
		{Label: "When", Time: &at},
		{Label: "Time", Value: at.Exact},
		{Label: "Person", Value: who.Label, Href: who.Href},
		{Label: "Mode", Value: mode(s.Mode)},
	}
	if s.Connection != "" {
		facts = append(facts, ui.Fact{
			Label: "Connection",
			Value: names.connection(s.Connection),
		})
	}
	cause := ui.Fact{Label: "Cause", Value: "an admin"}
	if s.Attempt != "" {
		cause.Value = "the sign-in " + string(s.Attempt)
		cause.Href = console.At(names.v.Enterprise, "activity", "attempts", string(s.Attempt))
	}
	return append(facts, cause)
}

func nearMisses(s sso.SyncRecord) []nearGroup {
	var all []nearGroup
	for _, m := range s.NearMisses {
		all = append(all, nearGroup{
			Asserted:     m.Asserted,
			Group:        m.Name,
			Organization: m.OrganizationName,
			Why:          m.Why.Explanation(),
		})
	}
	return all
}

// changes returns the changes by organization, in their recorded order.
func changes(s sso.SyncRecord) []organizationChange {
	var all []organizationChange
	at := map[sso.OrganizationID]int{}
	in := func(c sso.GroupChange) *organizationChange {
		if _, ok := at[c.Organization]; !ok {
			at[c.Organization] = len(all)
			all = append(all, organizationChange{Name: c.OrganizationName})
		}
		return &all[at[c.Organization]]
	}
	for _, c := range s.Added {
		o := in(c)
		o.Added = append(o.Added, console.WithReason(c.Name, c.Source))
	}
	for _, c := range s.Removed {
		o := in(c)
		o.Removed = append(o.Removed, c.Name)
	}
	return all
}
