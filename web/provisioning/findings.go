package provisioning

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/sso/guide"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// findingWords are the words about a kind of records that do not meet.
type findingWords struct{ heading, text string }

func wordsOf(kind sso.FindingKind) findingWords {
	switch kind {
	case sso.FindingHeld:
		return findingWords{
			"Another account has the login",
			"The pushed person would wait for an admin. If both are one person, link the account. If they are two, " +
				"give the person here another login first.",
		}
	case sso.FindingLookAlike:
		return findingWords{
			"Perhaps one person under two names",
			"The pushed person would get a new account, and the account here was not pushed. They have the same " +
				"address, or the same name before the @. If both are one person, link the account.",
		}
	case sso.FindingOtherLogin:
		return findingWords{
			"The userName is not the login",
			"The account is found, and its login becomes the userName. If people should keep the login that they " +
				"sign in with, make the identity provider send it, or read the login from the attribute that has the " +
				"userName.",
		}
	case sso.FindingGroupName:
		return findingWords{
			"Groups with almost the same name",
			"Names of groups are compared letter by letter, and these differ in letter case or in characters that " +
				"look alike. Add the pushed name to the group here, or rename the group.",
		}
	}
	return findingWords{
		"Sign in, and were not pushed",
		"Nothing is taken from these people by the switch. After it, their sign-ins are treated as the setting for " +
			"people who are not pushed says.",
	}
}

// countOf returns how many findings of a kind there are; what is listed, if the
// preview does not count them.
func countOf(n sso.ProvisioningPreview, kind sso.FindingKind, listed int) int {
	switch kind {
	case sso.FindingHeld:
		return n.Held
	case sso.FindingLookAlike:
		return n.LookAlikes
	case sso.FindingOtherLogin:
		return n.OtherLogins
	case sso.FindingUnknown:
		return n.Unknown - n.LookAlikes
	}
	return listed
}

// findings returns the records that do not meet, by kind.
func (t turn) findings(v console.Visit, n sso.ProvisioningPreview) (all []findingPart) {
	var kinds []sso.FindingKind
	byKind := map[sso.FindingKind][]sso.ProvisioningFinding{}
	for _, f := range n.Findings {
		if byKind[f.Kind] == nil {
			kinds = append(kinds, f.Kind)
		}
		byKind[f.Kind] = append(byKind[f.Kind], f)
	}
	for _, kind := range kinds {
		listed := byKind[kind]
		p := t.findingPart(v, kind, listed)
		total := countOf(n, kind, len(listed))
		p.Heading += fmt.Sprintf(": %d", total)
		if total > len(listed) || kind == sso.FindingGroupName && len(listed) == fewFindings {
			p.All = &ui.Link{Label: "See all", Href: t.with(v, "kind", string(kind))}
		}
		all = append(all, p)
	}
	return all
}

// fewFindings is how many findings of a kind a preview has.
const fewFindings = 20

func (t turn) findingPart(v console.Visit, kind sso.FindingKind, all []sso.ProvisioningFinding) findingPart {
	words := wordsOf(kind)
	p := findingPart{
		ID:      strings.ReplaceAll(string(kind), "_", "-"),
		Heading: words.heading,
		Text:    words.text,
		Do:      repairThere(v.Connection, kind),
		Links:   repairHere(v, kind),
	}
	for _, f := range all {
		p.Rows = append(p.Rows, t.findingRow(v, f))
	}
	return p
}

func (t turn) findingRow(v console.Visit, f sso.ProvisioningFinding) findingRow {
	row := findingRow{
		Pushed: f.Name,
		Known:  f.Login,
	}
	switch {
	case f.Kind == sso.FindingGroupName:
		row.Known = f.Known
		row.Href = console.At(v.Enterprise, "groups", string(f.Group))
		row.Presses = t.namePresses(v, f)
	case f.User != "":
		row.Href = console.At(v.Enterprise, "people", string(f.User))
	}
	if f.Kind == sso.FindingHeld || f.Kind == sso.FindingLookAlike {
		row.Presses = []ui.Press{{
			Label:  "Link the account",
			About:  "Link the account " + f.Login + " to " + f.Name,
			Action: at(v, "switch", "link"),
			Fields: []ui.HiddenField{
				{Name: "to", Value: t.name()},
				{Name: "resource", Value: string(f.Resource)},
				{Name: "user", Value: string(f.User)},
			},
		}}
	}
	return row
}

// namePresses make the name of a pushed group one of the group here.
func (t turn) namePresses(v console.Visit, f sso.ProvisioningFinding) (all []ui.Press) {
	for _, x := range []struct{ how, label, about string }{
		{"alias", "Add the name", "Add the name " + f.Name + " to the group " + f.Known},
		{"rename", "Rename the group", "Rename the group " + f.Known + " to " + f.Name},
	} {
		all = append(all, ui.Press{
			Label:  x.label,
			About:  x.about,
			Action: at(v, "switch", "name"),
			Fields: []ui.HiddenField{
				{Name: "to", Value: t.name()},
				{Name: "how", Value: x.how},
				{Name: "group", Value: string(f.Group)},
				{Name: "name", Value: f.Name},
			},
		})
	}
	return all
}

// repairThere says what to do at the identity provider about records that do not
// meet; nil if it is mended here.
func repairThere(c sso.Connection, kind sso.FindingKind) []guide.Span {
	scim := guide.SCIMOf(c.Provider)
	switch kind {
	case sso.FindingLookAlike, sso.FindingOtherLogin:
		for _, r := range scim.Required {
			if r.Login {
				return guide.Spans("send as `userName` what people sign in with. Source: " + r.From + ".")
			}
		}
	case sso.FindingUnknown:
		return guide.Spans(scim.Try(sso.UserArrived))
	}
	return nil
}

// repairHere returns where records that do not meet are mended here, besides the
// buttons.
func repairHere(v console.Visit, kind sso.FindingKind) (all []ui.Link) {
	c := v.Connection
	mapping, _ := console.Remedy(v, c.ID, catalog.Mapping)
	switch kind {
	case sso.FindingLookAlike, sso.FindingOtherLogin:
		if mapping != nil {
			all = append(all, ui.Link{Label: "Change where the login is read from", Href: mapping.Href})
		}
	case sso.FindingUnknown:
		all = append(all, ui.Link{
			Label: "Sign-in of people who are not pushed",
			Href:  console.AtConnection(v.Enterprise, c.ID, "settings") + "#unprovisioned",
		})
	}
	return all
}

// showFindings lists all records of one kind that do not meet.
func (h *Handlers) showFindings(
	w http.ResponseWriter, r *http.Request, v console.Visit, t turn, kind sso.FindingKind,
) error {
	known := []sso.FindingKind{
		sso.FindingHeld, sso.FindingLookAlike, sso.FindingOtherLogin, sso.FindingGroupName, sso.FindingUnknown,
	}
	if !slices.Contains(known, kind) {
		return sso.NothingHere()
	}
	cursor := r.URL.Query().Get("cursor")
	all, next, err := h.Setup.ProvisioningFindings(
		r.Context(), v.Enterprise.ID, v.Connection.ID, t.supposed(), kind, sso.Page{Cursor: cursor},
	)
	if err != nil {
		return fmt.Errorf("list what does not meet: %w", err)
	}
	p := t.newPage(v)
	p.Base = h.turnBase(v, t)
	p.Directions = nil
	p.Whole = t.page(v)
	p.Findings = []findingPart{t.findingPart(v, kind, all)}
	if cursor != "" {
		p.Pager.First = t.with(v, "kind", string(kind))
	}
	if next != "" {
		p.Pager.Next = t.with(v, "kind", string(kind)) + "&cursor=" + url.QueryEscape(next)
	}
	return h.Console.Render(w, http.StatusOK, p)
}
