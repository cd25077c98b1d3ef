package overview

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/sso/health"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

func (o *Overview) show(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	p, err := o.overview(r.Context(), v)
	if err != nil {
		return err
	}
	p.Flash = console.Said(r, map[string]string{
		"created": "Enterprise created. Next, connect its identity provider.",
		"arrival": "Saved. It applies from the next sign-in on.",
		"renamed": "Name and key are changed. The sign-in link has the new key from now on.",
	})
	return o.Console.Render(w, http.StatusOK, p)
}

func (o *Overview) overview(ctx context.Context, v console.Visit) (*overviewPage, error) {
	e := v.Enterprise
	s, found, err := o.Health.Examine(ctx, e.ID)
	if err != nil {
		return nil, fmt.Errorf("examine: %w", err)
	}
	domains, err := o.Store.Domains(ctx, e.ID)
	if err != nil {
		return nil, fmt.Errorf("list domains: %w", err)
	}
	arrive, err := o.arrivals(ctx, e)
	if err != nil {
		return nil, err
	}
	p := &overviewPage{
		Arrival:  arrive.place(),
		Base:     o.Console.Base(v, console.AreaOverview),
		Chart:    chart(s),
		Failures: failures(e, s.Vitals),
		SignIn: ui.Copyable{
			ID:    "sign-in",
			Value: o.BaseURL + "/login/sso?" + url.Values{"enterprise_key": {e.Key}}.Encode(),
		},
	}
	p.Enterprise = e.Name
	found = append(found, health.Notices(s)...)
	p.Verdict, p.Sentence = verdict(s, found)
	p.Todos = slices.Concat(findingTodos(e, found), stoppedTodos(e, s), pendingTodos(e, s, domains))
	if len(s.Connections) == 0 {
		p.Begin = console.At(e, "connections", "new")
	}
	if v.Role == sso.RoleOperator {
		p.Operator = operatorFormsOf(e, arrive)
	}
	p.Connections, err = o.connections(ctx, e, s)
	return p, err
}

// connections returns the state of each connection.
func (o *Overview) connections(ctx context.Context, e sso.Enterprise, s health.State) ([]connectionHealth, error) {
	var all []connectionHealth
	for _, c := range s.Connections {
		h := connection(e, s, c)
		n, err := o.Store.ProvisioningCounts(ctx, e.ID, c.ID)
		if err != nil {
			return nil, fmt.Errorf("count what is provisioned: %w", err)
		}
		h.Facts = append(h.Facts, provisioned(e, s, c, n)...)
		all = append(all, h)
	}
	return all, nil
}

// operatorFormsOf returns the forms that change and delete an enterprise.
func operatorFormsOf(e sso.Enterprise, arrive arrivals) *operatorForms {
	forms := &operatorForms{
		Arrival: arrive.field(),
		Rename:  console.At(e, "rename"),
		Arrive:  console.At(e, "arrival"),
		Fields:  fields(e.Name, e.Key, "")[:2],
		Delete: ui.TypedForm{
			Action: console.At(e, "delete"),
			Button: "Delete this enterprise",
			Text: "All connections, people, groups, sign-ins and sessions of " + e.Name +
				" are deleted. Only a backup can restore them. The audit log stays.",
			Field: ui.Field{
				ID:           "confirm",
				Name:         "confirm",
				Label:        "Type " + e.Key + " to confirm",
				Mono:         true,
				Autocomplete: "off",
			},
		},
	}
	forms.Fields[1].Hint = "It appears in the sign-in link. The old link stops working."
	return forms
}

const unused = "A connection is enabled, and no one has signed in through it yet."

// verdict returns the state of sign-in as a badge and a sentence.
func verdict(s health.State, found []sso.Finding) (ui.Badge, string) {
	enabled := slices.ContainsFunc(s.Connections, func(c sso.Connection) bool {
		return c.State == sso.ConnectionEnabled
	})
	last := time.Time{}
	for _, at := range s.Vitals.LastSuccess {
		if at.After(last) {
			last = at
		}
	}
	works := "Sign-in works: the last one succeeded " + ui.NewTime(last, s.Now).Relative + "."
	failing := slices.IndexFunc(found, func(f sso.Finding) bool {
		return f.Kind == sso.HealthErrors
	})
	held := slices.ContainsFunc(found, func(f sso.Finding) bool {
		return f.Kind == sso.HealthHeld && f.Urgent
	})
	switch {
	case len(s.Connections) == 0:
		return ui.Badge{Label: "not set up"}, "No one can sign in yet."
	case !enabled:
		return ui.Badge{
			Label: "not enabled",
			State: "warn",
		}, "No connection is enabled, so no one can sign in."
	case failing >= 0:
		return ui.Badge{Label: "failing", State: "error"}, found[failing].Text
	case held:
		return ui.Badge{
			Label: "removals held",
			State: "error",
		}, works + " Removals from groups are held until an admin decides."
	case last.IsZero() && len(found) > 0:
		return ui.Badge{
			Label: "needs attention",
			State: "warn",
		}, unused + " Some points need attention."
	case last.IsZero():
		return ui.Badge{Label: "no sign-ins yet", State: "ok"}, unused
	case slices.ContainsFunc(s.Vitals.HeldBy, holdsRemovals):
		return ui.Badge{
			Label: "removals stopped",
			State: "warn",
		}, works + " No one leaves a group through a connection whose removals are stopped."
	case len(found) > 0:
		return ui.Badge{
			Label: "needs attention",
			State: "warn",
		}, works + " Some points need attention."
	}
	return ui.Badge{Label: "healthy", State: "ok"}, works
}

// findingTodos returns the to-dos for health findings, with links.
func findingTodos(e sso.Enterprise, found []sso.Finding) []ui.Todo {
	var all []ui.Todo
	for _, f := range found {
		t := ui.Todo{
			State: "warn",
			Text:  f.Text + " " + health.SideName(f.Side) + ": " + f.Do,
			Href:  console.Home(e) + "/" + f.Path,
			Label: todoLabel(f),
		}
		if f.Urgent {
			t.State = "error"
		}
		all = append(all, t)
	}
	return all
}

// holdsRemovals reports whether removals stay held although no sync waits: an admin
// has discarded the held syncs, and is not notified again.
func holdsRemovals(t sso.HeldTally) bool {
	return t.Standing &&
		t.Mass() &&
		t.Waiting == 0
}

// stoppedTodos returns the to-dos for removals that stay held after an admin
// discarded the held syncs.
func stoppedTodos(e sso.Enterprise, s health.State) []ui.Todo {
	var all []ui.Todo
	for _, t := range s.Vitals.HeldBy {
		if !holdsRemovals(t) {
			continue
		}
		name := "a connection"
		for _, c := range s.Connections {
			if c.ID == t.Connection {
				name = c.Name
			}
		}
		text := "Removals through " + name +
			" stay stopped: the held syncs are decided, but its group names have not matched again."
		if t.Cause == sso.HeldGroupShare {
			text = "Removals from " + t.GroupName + " through " + name +
				" stay stopped: the held syncs are decided, but no admin has approved further removals."
		}
		all = append(all, ui.Todo{
			State: "warn",
			Text:  text,
			Href:  console.At(e, "held"),
			Label: "See what is stopped",
		})
	}
	return all
}

// todoLabel says where the path of a finding leads.
func todoLabel(f sso.Finding) string {
	switch f.Kind {
	case sso.HealthErrors:
		return "See failures"
	case sso.HealthLogins:
		if f.Connection != "" { // of what it pushes
			return "See the mappings"
		}
		return "Decide"
	case sso.HealthHeld, sso.HealthTrust, sso.HealthSubjects:
		return "Decide"
	case sso.HealthRule:
		return "See the login conflicts"
	case sso.HealthToken, sso.HealthService, sso.HealthAPIToken:
		return "See the tokens"
	case sso.HealthRefused:
		return "See what is refused"
	case sso.HealthMissing:
		return "See who, and why"
	case sso.HealthSilent:
		return "See its requests"
	}
	return "See the connection"
}

// pendingTodos returns the to-dos that are no health findings: drafts, unmatched
// groups, unverified domains.
func pendingTodos(e sso.Enterprise, s health.State, domains []sso.Domain) []ui.Todo {
	var all []ui.Todo
	groups := console.At(e, "groups")
	for _, c := range s.Connections {
		if c.Draft != nil {
			all = append(all, ui.Todo{
				Text:  "A draft of " + c.Name + " is not tested and enabled yet.",
				Href:  console.AtConnection(e, c.ID),
				Label: "Continue",
			})
		}
		if c.State == sso.ConnectionEnabled {
			groups = console.AtConnection(e, c.ID, "groups")
		}
	}
	if n := s.Vitals.Unmatched; n > 0 {
		text := strconv.Itoa(n) + " group names from the identity provider match no group here."
		if n == 1 {
			text = "1 group name from the identity provider matches no group here."
		}
		all = append(all, ui.Todo{
			Text:  text,
			Href:  groups,
			Label: "Compare the groups",
		})
	}
	for _, d := range domains {
		if !d.Verified() {
			all = append(all, ui.Todo{
				Text:  "The domain " + d.Name + " is not verified yet, so its addresses do not lead to this sign-in.",
				Href:  console.At(e, "domains"),
				Label: "Verify it",
			})
		}
	}
	return all
}

func chart(s health.State) barChart {
	const day = 24 * time.Hour
	begin := health.Query(s.Now).Days
	days := make([]chartDay, health.Shown/day)
	for i := range days {
		days[i].Name = begin.Add(time.Duration(i) * day).Format("2 Jan")
	}
	for _, n := range s.Vitals.Days {
		i := int(n.Day.Sub(begin) / day)
		if i < 0 || i >= len(days) {
			continue // the clock was changed
		}
		switch n.Outcome {
		case sso.OutcomeSucceeded:
			days[i].Succeeded += n.Count
		case sso.OutcomeFailed:
			days[i].Failed += n.Count
		}
	}
	return newChart(days)
}

// mostCauses limits the causes of failures that are shown; the list has all.
const mostCauses = 8

func failures(e sso.Enterprise, v sso.Vitals) []failureRow {
	counts := map[string]int{}
	for _, n := range v.Last {
		if n.Outcome == sso.OutcomeFailed {
			counts[n.Code] += n.Count
		}
	}
	codes := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	var all []failureRow
	for _, code := range codes[:min(len(codes), mostCauses)] {
		known, _ := catalog.Of(code)
		all = append(all, failureRow{
			Count:   counts[code],
			Code:    code,
			Guide:   console.Prefix + "/troubleshooting#" + url.PathEscape(code),
			Meaning: cmp.Or(sso.Sentence(known.Meaning), "The log of Gatehouse has the details."),
			Whose:   sideWords(known.Side),
			List: console.At(e, "activity") + "?" + url.Values{
				"outcome": {"failed"},
				"code":    {code},
			}.Encode(),
		})
	}
	return all
}

func sideWords(s catalog.Side) string {
	switch s {
	case catalog.Person:
		return "the person acts"
	case catalog.Company:
		return "the enterprise’s IT admin acts"
	}
	return "an admin acts, here"
}

func connection(e sso.Enterprise, s health.State, c sso.Connection) connectionHealth {
	h := connectionHealth{
		ID:    string(c.ID),
		Name:  c.Name,
		Href:  console.AtConnection(e, c.ID),
		State: ui.Badge{Label: string(c.State)},
	}
	switch c.State {
	case sso.ConnectionEnabled:
		h.State.State = "ok"
		if c.InPilot() {
			h.State.Label += ", SCIM pilot"
		}
	case sso.ConnectionDraft:
		h.State.State = "warn"
	}
	success := ui.NewTime(s.Vitals.LastSuccess[c.ID], s.Now)
	h.Facts = append(h.Facts, ui.Fact{Label: "Last success", Time: &success}, failureRate(s, c))
	if cert, _, ok := health.LatestCertificate(c); ok {
		h.Facts = append(h.Facts, certificateFact(health.DaysLeft(cert.NotAfter, s.Now)))
	}
	if skew, ok := health.Skew(s.Vitals, c.ID); ok {
		h.Facts = append(h.Facts, clockFact(skew))
	}
	if c.Live != nil && c.Live.SAML != nil && c.Live.SAML.MetadataURL != "" {
		h.Facts = append(h.Facts, metadataFact(s, c))
	}
	if c.Draft != nil {
		h.Facts = append(h.Facts, ui.Fact{
			Label: "Draft",
			Value: "not enabled yet",
			Href:  console.AtConnection(e, c.ID),
			Badge: &ui.Badge{Label: "draft", State: "warn"},
		})
	}
	return h
}

// provisioned says what is provisioned through a connection, and what is refused;
// nothing for a connection that does not provision.
func provisioned(e sso.Enterprise, s health.State, c sso.Connection, n sso.ProvisioningCounts) []ui.Fact {
	var facts []ui.Fact
	if n.Users+n.Groups > 0 || c.Live != nil && c.Live.Provisioning == sso.ProvisionSCIM {
		facts = append(facts, ui.Fact{
			Label: "Provisioned",
			Value: ui.People(n.Users) + ", " + ui.Count(n.Groups, "group", "groups"),
			Href:  console.AtConnection(e, c.ID, "provisioning"),
		})
	}
	if c.InPilot() {
		facts = append(facts, ui.Fact{
			Label: "Provisioning",
			Value: "applied to a pilot only",
			Href:  console.AtConnection(e, c.ID, "provisioning", "pilot"),
		})
	}
	for _, t := range s.Refusals {
		if t.Connection == c.ID {
			facts = append(facts, ui.Fact{
				Label: "Refused pushes",
				Value: ui.Count(t.Open, "open refusal", "open refusals"),
				Href:  console.AtConnection(e, c.ID, "provisioning", "problems"),
				Badge: &ui.Badge{Label: "first " + ui.NewTime(t.Since, s.Now).Relative, State: "error"},
			})
		}
	}
	return facts
}

// metadataFact returns when the metadata was fetched, and whether that succeeded.
func metadataFact(s health.State, c sso.Connection) ui.Fact {
	checked := ui.NewTime(c.Metadata.CheckedAt, s.Now)
	f := ui.Fact{
		Label: "Metadata fetched",
		Time:  &checked,
		Badge: &ui.Badge{Label: "up to date", State: "ok"},
	}
	if c.Metadata.Error != "" {
		f.Badge = &ui.Badge{Label: "failed", State: "error"}
	}
	return f
}

const fewSignIns = 5 // sign-ins

func failureRate(s health.State, c sso.Connection) ui.Fact {
	total, failed, _ := health.Failures(s.Vitals, c.ID)
	f := ui.Fact{Label: "Failures, 24 hours", Value: "no one signed in"}
	if total == 0 {
		return f
	}
	f.Value = fmt.Sprintf("%d of %d (%d %%)", failed, total, (100*failed+total-1)/total)
	switch {
	case failed == 0:
		f.Badge = &ui.Badge{Label: "none", State: "ok"}
	case total < fewSignIns: // too few to judge
	case 2*failed >= total:
		f.Badge = &ui.Badge{Label: "many", State: "error"}
	case 4*failed >= total:
		f.Badge = &ui.Badge{Label: "some", State: "warn"}
	default:
		f.Badge = &ui.Badge{Label: "normal", State: "ok"}
	}
	return f
}

func certificateFact(left int) ui.Fact {
	f := ui.Fact{
		Label: "Certificate",
		Value: strconv.Itoa(left) + " days left",
		Badge: &ui.Badge{Label: "valid", State: "ok"},
	}
	switch {
	case left < 0:
		f.Value, f.Badge = "none is valid", &ui.Badge{
			Label: "expired",
			State: "error",
		}
	case left == 1:
		f.Value, f.Badge = "1 day left", &ui.Badge{
			Label: "expires soon",
			State: "error",
		}
	case left <= 7:
		f.Badge = &ui.Badge{Label: "expires soon", State: "error"}
	case left <= int(sso.CertificateWarning/(24*time.Hour)):
		f.Badge = &ui.Badge{Label: "expires", State: "warn"}
	}
	return f
}

func clockFact(skew time.Duration) ui.Fact {
	f := ui.Fact{
		Label: "Identity provider clock",
		Value: "in sync",
		Badge: &ui.Badge{Label: "ok", State: "ok"},
	}
	if skew.Abs() <= sso.NoticeableSkew {
		return f
	}
	f.Value, f.Badge = strconv.Itoa(int(skew.Abs()/time.Second))+
		" seconds ahead", &ui.Badge{
		Label: "off",
		State: "warn",
	}
	if skew < 0 {
		f.Value = strconv.Itoa(int(-skew/time.Second)) + " seconds behind"
	}
	if skew.Abs() >= sso.DefaultClockSkew {
		f.Badge.State = "error"
	}
	return f
}
