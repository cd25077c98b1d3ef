package connection

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/connections"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (h *Handlers) shadow(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.showShadow(w, r, v, nil)
}

func (h *Handlers) showShadow(w http.ResponseWriter, r *http.Request, v console.Visit, refused error) error {
	c := v.Connection
	tally, err := h.Connections.Shadow(r.Context(), c.Enterprise, c.ID)
	if err != nil {
		return fmt.Errorf("count comparisons: %w", err)
	}
	cursor := r.URL.Query().Get("after")
	all, next, err := h.Connections.ShadowDifferences(
		r.Context(), c.Enterprise, c.ID, sso.Page{Cursor: cursor},
	)
	if err != nil {
		return fmt.Errorf("list comparisons: %w", err)
	}
	p := &connectionShadowPage{
		Base:  h.base(v, true),
		On:    !c.Shadow.IsZero(),
		Pager: pager(r, cursor, next),
	}
	p.Flash = console.Said(r, map[string]string{
		"started": "From now on every sign-in is compared with the draft.",
		"stopped": "The comparison has stopped. Its results are kept until the draft changes.",
	})
	if refused != nil {
		p.Wrong = wrong(refused)
	}
	p.offerSwitch(v)
	p.Facts = h.shadowFacts(c, at(v))
	if c.Draft != nil && c.Live != nil && c.State == sso.ConnectionEnabled {
		p.Promote = promotion(v, tally)
	}
	if c.Protocol == sso.OIDC {
		p.Protocol = "An OpenID Connect code can be redeemed only once. So the draft’s mapping, rules and policies are tried on the claims that the live configuration verified. Another issuer or client needs a test connection."
	}
	if tally.Compared > 0 {
		p.Counts = counts(tally)
	}
	for _, d := range all {
		p.Rows = append(p.Rows, h.shadowRow(v, d))
	}
	return h.Console.Render(w, console.FormStatus(refused), p)
}

// offerSwitch adds the button that starts or stops the comparison, or why there is
// nothing to compare.
func (p *connectionShadowPage) offerSwitch(v console.Visit) {
	c := v.Connection
	switch {
	case c.State != sso.ConnectionEnabled:
		p.Without = "No one signs in through this connection yet, so there is nothing to compare. Enable it first."
	case c.Draft == nil:
		p.Without = "There is no draft. Edit the settings or the set-up of this connection: what you change is compared here before it is enabled."
	case p.On:
		p.Stop = at(v, "shadow", "stop")
	default:
		p.Start = at(v, "shadow", "start")
	}
}

// shadowFacts returns since when which versions are compared; href is the page of
// the connection.
func (h *Handlers) shadowFacts(c sso.Connection, href string) []ui.Fact {
	var facts []ui.Fact
	if !c.Shadow.IsZero() {
		since := h.time(c.Shadow)
		facts = append(facts, ui.Fact{Label: "Since", Time: &since})
	}
	if c.Draft != nil && c.Live != nil {
		facts = append(facts, ui.Fact{
			Label: "Compared",
			Value: version(c.Draft) + " with " + strings.ToLower(version(c.Live)),
			Href:  href,
		})
	}
	return facts
}

func promotion(v console.Visit, t sso.ShadowTally) *ui.Confirm {
	c := v.Connection
	n := len(connections.Differences(c.Live, c.Draft))
	text := ui.Count(n, "field changes", "fields change") +
		" for everyone who signs in from now on. "
	switch {
	case t.Compared == 0:
		text += "No sign-in was compared yet."
	default:
		text += "Of " + ui.Count(t.Compared, "sign-in", "sign-ins") + " compared, " +
			strconv.Itoa(t.Differing) + " differed, and " + strconv.Itoa(t.Refused) +
			" would have been refused."
	}
	return &ui.Confirm{
		Label:  "Promote the draft",
		Text:   text + " You can roll back at any time.",
		Action: at(v, "enable"),
		Button: "Proceed",
		Fields: []ui.HiddenField{console.RevisionField(c.Revision)},
	}
}

func counts(t sso.ShadowTally) []share {
	of := " of " + ui.Count(t.Compared, "sign-in", "sign-ins")
	bar := func(label string, n int, state string) share {
		if n == 0 {
			state = "ok"
		}
		return share{
			Label:   label,
			Text:    strconv.Itoa(n) + of,
			Percent: percent(n, t.Compared),
			State:   state,
		}
	}
	return []share{
		bar("Same result", t.Compared-t.Differing, "ok"),
		bar("Different result", t.Differing, "warn"),
		bar("Admitted now, refused by the draft", t.Refused, "error"),
		bar("Refused now, admitted by the draft", t.Admitted, "warn"),
	}
}

func (h *Handlers) shadowRow(v console.Visit, d sso.ShadowDifference) shadowRow {
	row := shadowRow{
		Person:  d.Person,
		At:      h.time(d.At),
		Times:   ui.Count(d.Times, "time", "times"),
		Outcome: ui.Badge{Label: "gets in"},
	}
	if row.Person == "" {
		row.Person = "unknown"
	}
	if d.User != "" {
		row.Href = console.At(v.Enterprise, "people", string(d.User))
	}
	switch {
	case d.LiveCode == "" && d.DraftCode != "":
		row.Outcome = ui.Badge{Label: "would be refused", State: "error"}
	case d.LiveCode != "" && d.DraftCode == "":
		row.Outcome = ui.Badge{Label: "would get in", State: "warn"}
	case d.DraftCode != "":
		row.Outcome = ui.Badge{Label: "refused by both"}
	}
	row.Lines = lines(d)
	return row
}

// lines tell a difference in words.
func lines(d sso.ShadowDifference) []string {
	var all []string
	if d.LiveCode != d.DraftCode && d.LiveCode != "" {
		all = append(all, "Was refused with "+d.LiveCode+".")
	}
	if d.LiveCode != d.DraftCode && d.DraftCode != "" {
		all = append(all, "Would be refused with "+d.DraftCode+".")
	}
	for _, f := range d.Detail.Fields {
		all = append(
			all,
			strings.ToUpper(f.Field[:1])+f.Field[1:]+": "+quoted(f.Live)+" becomes "+
				quoted(f.Draft)+
				".",
		)
	}
	said := func(what string, names []string) {
		if len(names) > 0 {
			all = append(all, what+some(names)+".")
		}
	}
	said("Names that no longer count: ", d.Detail.Lost)
	said("Accepted names in addition: ", d.Detail.Gained)
	said("Added to ", groupNames(d.Detail.Added))
	said("Removed from ", groupNames(d.Detail.Removed))
	if d.Detail.Held {
		all = append(all, "That would be held until an admin decides: "+causeTitle(sso.HeldTally{
			Cause:     d.Detail.Cause,
			GroupName: "one group",
		})+".")
	}
	return all
}

func quoted(s string) string {
	if s == "" {
		return "nothing"
	}
	return "“" + s + "”"
}

// mostNamed is how many names a line has.
const mostNamed = 12

func some(names []string) string {
	if len(names) > mostNamed {
		return strings.Join(names[:mostNamed], ", ") + " and " +
			strconv.Itoa(len(names)-mostNamed) + " more"
	}
	return strings.Join(names, ", ")
}

func groupNames(all []sso.GroupChange) []string {
	names := make([]string, 0, len(all))
	for _, g := range all {
		names = append(names, console.WithReason(g.Name+" ("+g.OrganizationName+")", g.Source))
	}
	return names
}

func (h *Handlers) startShadow(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.switchShadow(w, r, v, "started", h.Setup.StartShadow)
}

func (h *Handlers) stopShadow(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return h.switchShadow(w, r, v, "stopped", h.Setup.StopShadow)
}

func (h *Handlers) switchShadow(w http.ResponseWriter, r *http.Request, v console.Visit, word string,
	do func(context.Context, sso.Actor, sso.EnterpriseID, sso.ConnectionID) (sso.Connection, error)) error {
	_, err := do(r.Context(), v.Actor, v.Enterprise.ID, v.Connection.ID)
	switch {
	case console.OnForm(err):
		return h.showShadow(w, r, v, err)
	case err != nil:
		return fmt.Errorf("switch the comparison: %w", err)
	}
	return console.Done(w, at(v, "shadow"), word)
}
