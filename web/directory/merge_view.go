package directory

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

const (
	mergeLead = "For two accounts of one person. Choose the other account: you first see what would happen, and " +
		"which one is kept."
	mergedSees = "Sign-ins with the identities that followed open the other account. Any other sign-in to this one " +
		"is refused."
)

// mergePage shows what a merge of two users would do.
type mergePage struct {
	ui.Base
	Wrong      []ui.Wrong
	Name       string // of the user whose page it is below
	Forbidden  []string
	Effects    []ui.Fact
	Kept, Away questionPerson
	Swap       string      // address of the merge the other way round
	Confirm    *ui.Confirm // nil if the merge is refused
	Other      ui.Link     // where another person is chosen
}

func (p *mergePage) Title() string { return "Merge " + p.Name }

// mergesPage lists the merges of an enterprise.
type mergesPage struct {
	ui.Base
	Wrong []ui.Wrong
	Rows  []mergeRow
	Pager ui.Pager
}

func (*mergesPage) Title() string { return "Merges" }

// mergeRow is a merge that was made.
type mergeRow struct {
	From, Into personRef
	At         ui.Time
	State      ui.Badge
	Until      ui.Time     // of Undo
	Undone     ui.Time     // set if it was
	Undo       *ui.Confirm // nil if it cannot be undone
}

func mergeRowOf(e sso.Enterprise, m sso.Merge, from, into personRef, now time.Time) mergeRow {
	row := mergeRow{
		From:   from,
		Into:   into,
		At:     ui.NewTime(m.At, now),
		Until:  ui.NewTime(m.At.Add(sso.MergeUndoable), now),
		Undone: ui.NewTime(m.UndoneAt, now),
		State:  ui.Badge{Label: "in effect", State: "ok"},
	}
	if !m.UndoneAt.IsZero() {
		row.State = ui.Badge{Label: "undone"}
	}
	if m.Undoable(now) {
		row.Undo = &ui.Confirm{
			Label: "Undo",
			About: "the merge of " + cmp.Or(from.Login, from.Name) + " into " + cmp.Or(into.Login, into.Name),
			Text: "What the merge moved goes back, as far as it was not moved on since, and the sessions of both " +
				"accounts end. The account is active again if it was before, and the identity provider did not " +
				"end it since. Tokens that ended stay so.",
			Action: console.At(e, "merges", string(m.ID), "undo"),
			Button: "Undo the merge",
			Danger: true,
		}
	}
	return row
}

// mergeOffer is the page of a merge that was not made, without its frame and records.
func mergeOffer(
	e sso.Enterprise, pair mergePair, p sso.MergePreview, connections []sso.Connection,
) *mergePage {
	here := personHref(e, pair.user.ID) + "/merge"
	page := &mergePage{
		Name:    called(pair.user),
		Effects: mergeEffects(p, connections),
		Swap:    here + "?with=" + string(pair.other) + "&keep=" + string(pair.from()),
		Other:   ui.Link{Label: "Choose another person", Href: here},
	}
	for _, f := range p.Forbidden {
		page.Forbidden = append(page.Forbidden, f.Text().String())
	}
	if len(p.Forbidden) == 0 {
		page.Confirm = &ui.Confirm{
			Label: "Merge these accounts",
			Text: called(p.From) + " (" + p.From.Login + ") is deactivated and keeps its history. Its identities, " +
				"groups and history lead to " + called(p.Into) + " (" + p.Into.Login + "). " +
				"The merge can be undone for 30 days.",
			Action: here,
			Button: "Merge",
			Danger: true,
			Fields: []ui.HiddenField{
				{Name: "with", Value: string(pair.other)},
				{Name: "keep", Value: string(pair.into())},
			},
		}
	}
	return page
}

// mergeEffects says what a merge would do.
func mergeEffects(p sso.MergePreview, connections []sso.Connection) []ui.Fact {
	facts := []ui.Fact{
		{Label: "Identities that follow", Value: identityWords(p.Identities, connections)},
		{Label: "Groups that are added", Value: gainedWords(p.Gained)},
	}
	add := func(label, value string) {
		facts = append(facts, ui.Fact{
			Label: label,
			Value: value,
		})
	}
	if len(p.Resources) > 0 {
		var names []string
		for _, r := range p.Resources {
			names = append(names, connectionNamed(connections, r.Connection).Name)
		}
		add("Provisioning", "What "+strings.Join(names, ", ")+" pushes is about the kept account.")
	}
	if len(p.Stays) > 0 {
		add("Does not follow", identityWords(p.Stays, connections)+
			": the identity provider deactivated or deleted this person there.")
	}
	if p.KeepsLogin {
		add("Login", "The logins differ, so sign-ins do not change "+p.Into.Login+".")
	}
	add("Sessions that end", strconv.Itoa(p.Sessions))
	add("Tokens that end for good", strconv.Itoa(p.Tokens))
	if p.HeldSyncs > 0 {
		add("Held group syncs that are discarded", strconv.Itoa(p.HeldSyncs))
	}
	if p.Admin {
		add("Admin", called(p.From)+" is appointed as an admin of the company. The appointment does not follow.")
	}
	return facts
}

func identityWords(all []sso.UserIdentity, connections []sso.Connection) string {
	var words []string
	for _, i := range all {
		words = append(words, connectionNamed(connections, i.Connection).Name+" ("+i.Login+")")
	}
	return orNone(words)
}

func gainedWords(all []sso.UserMembership) string {
	var words []string
	for _, m := range all {
		words = append(words, m.Organization.Name+" / "+m.Group.Name)
	}
	return orNone(words)
}

func orNone(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	return strings.Join(words, ", ")
}
