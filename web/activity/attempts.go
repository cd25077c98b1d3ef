package activity

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/web/console"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

func (a *Activity) attempts(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	n := read(r, console.At(v.Enterprise, "activity"), "reference", "login", "outcome", "code")
	if reference := strings.TrimSpace(n.query.Get("reference")); reference != "" {
		id, err := a.findReference(r, v, reference)
		switch {
		case err == nil:
			return route.SeeOther(w, console.At(v.Enterprise, "activity", "attempts", string(id)))
		case sso.KindOf(err) != sso.NotFoundKind:
			return fmt.Errorf("find attempt: %w", err)
		}
		n.wrong = append(n.wrong, sso.FieldError{
			Field:   "reference",
			Message: noReference(reference),
		})
	}
	names, err := a.naming(r.Context(), v)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	all, next, err := a.listAttempts(r, v, n)
	if err != nil {
		return fmt.Errorf("list attempts: %w", err)
	}
	p := &attemptsPage{
		Base:      a.Console.Base(v, console.AreaActivity),
		eventList: n.happened(tabs(v.Enterprise, tabAttempts), next, attemptFields()...),
	}
	for _, x := range all {
		p.Rows = append(p.Rows, a.row(names, x))
	}
	return a.Console.Render(w, n.status(), p)
}

// findReference returns the attempt that a reference names; NotFound without one.
func (a *Activity) findReference(r *http.Request, v console.Visit, reference string) (sso.AttemptID, error) {
	id, err := sso.ParseID[sso.AttemptID](reference)
	if err == nil {
		_, err = a.Records.AssertedAttempt(r.Context(), v.Enterprise.ID, id)
	}
	return id, err
}

// listAttempts returns a page of the attempts that match a filter, and the cursor
// of the next one; nothing for an invalid filter.
func (a *Activity) listAttempts(r *http.Request, v console.Visit, n filter) ([]sso.Attempt, string, error) {
	if len(n.wrong) > 0 {
		return nil, "", nil
	}
	f := sso.AttemptFilter{
		Login:   n.query.Get("login"),
		Outcome: sso.Outcome(n.query.Get("outcome")),
		Code:    n.query.Get("code"),
		Since:   n.since,
	}
	return a.Records.Attempts(r.Context(), v.Enterprise.ID, f, sso.Page{Cursor: n.cursor})
}

// attemptFields returns the fields of the filter of attempts.
func attemptFields() []*ui.Field {
	return []*ui.Field{
		{Name: "reference", Label: "Reference", Mono: true},
		{Name: "login", Label: "Login", Autocomplete: "off"},
		{
			Name:  "outcome",
			Label: "Result",
			Kind:  "select",
			Options: []ui.Option{
				{Label: "any"},
				{Value: "failed", Label: "failed"},
				{Value: "succeeded", Label: "succeeded"},
				{Value: "pending", Label: "waiting for code"},
				{Value: string(sso.OutcomeUnmatched), Label: "unmatched response"},
			},
		},
		{Name: "code", Label: "Code", Mono: true},
		sinceField(),
	}
}

// noReference returns why no attempt has the reference.
func noReference(reference string) string {
	if strings.HasPrefix(reference, "req-") {
		return "This is the reference of a request that was no sign-in. The team that runs Gatehouse finds it in the log."
	}
	return "No sign-in of this company has this reference. It begins with att-, and is 30 characters long."
}

func (a *Activity) row(names *actorNames, x sso.Attempt) triedRow {
	e := names.v.Enterprise
	return triedRow{
		At:         ui.NewTime(x.At, a.Now()),
		Result:     outcome(x),
		Who:        x.Login,
		Connection: names.connection(x.Connection),
		Code:       x.Code,
		CodeHref:   guideTo(names.connections[x.Connection], x.Code),
		Reference:  string(x.ID),
		Href:       console.At(e, "activity", "attempts", string(x.ID)),
	}
}

func outcome(x sso.Attempt) ui.Badge {
	switch x.Outcome {
	case sso.OutcomeSucceeded:
		return ui.Badge{Label: "succeeded", State: "ok"}
	case sso.OutcomePending:
		return ui.Badge{Label: "waiting for code", State: "warn"}
	case sso.OutcomeUnmatched:
		if x.More > 0 {
			return ui.Badge{Label: "unmatched response × " + thousands(x.More+1)}
		}
		return ui.Badge{Label: "unmatched response"}
	}
	return ui.Badge{Label: "failed", State: "error"}
}

// thousands writes a count as people read it: 1,204.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// guideTo returns the address of a code in the guide, for the identity provider of
// c.
func guideTo(c sso.Connection, code string) string {
	if code == "" {
		return ""
	}
	at := guide
	if c.ID != "" {
		at += "?" + url.Values{"provider": {productOf(c.Provider, c.Protocol)}}.Encode()
	}
	return at + "#" + url.PathEscape(code)
}

func (a *Activity) attempt(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.AttemptID](r.PathValue("attempt"))
	if err != nil {
		return err
	}
	x, err := a.Records.AssertedAttempt(r.Context(), v.Enterprise.ID, id)
	if err != nil {
		return fmt.Errorf("find attempt: %w", err)
	}
	names, err := a.naming(r.Context(), v)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	c := names.connections[x.Connection]
	p := &attemptDetailPage{
		Base: a.Console.Base(v, console.AreaActivity, ui.Link{
			Label: tabAttempts,
			Href:  console.At(v.Enterprise, "activity"),
		}),
		Tabs:      tabs(v.Enterprise, tabAttempts),
		Reference: ui.Copyable{ID: "reference", Value: string(x.ID)},
		Result:    outcome(x),
		Groups:    said(x.Groups),
		Advice:    advice(v, c, x),
		Trusted:   trusted(x),
		Decided:   decided(x.Email),
	}
	if p.Facts, err = a.facts(r, names, x); err != nil {
		return err
	}
	for _, check := range x.Checks {
		p.Checks = append(p.Checks, console.NewCheck(check))
	}
	if i := x.Identity; i != nil {
		p.Said = identity(*i)
		p.Claims = claims(*i)
		if c.Draft != nil && i.Claims != nil {
			p.Replay = &replay{
				Action:  console.AtConnection(v.Enterprise, c.ID, "tests"),
				Attempt: string(x.ID),
			}
		}
	}
	return a.Console.Render(w, http.StatusOK, p)
}

// trusted reports whether the response was verified, so that the page shows what it
// says.
func trusted(x sso.Attempt) bool {
	return x.Identity != nil ||
		x.Outcome == sso.OutcomeSucceeded ||
		x.Groups.State != sso.GroupsAbsent
}

// facts returns the details of an attempt, with links.
func (a *Activity) facts(r *http.Request, names *actorNames, x sso.Attempt) ([]ui.Fact, error) {
	who := ui.Fact{
		Label: "Person",
		Value: cmp.Or(x.Login, "unknown: the sign-in ended too early"),
	}
	if x.User != "" {
		person, err := names.link(r.Context(), string(x.User))
		if err != nil {
			return nil, fmt.Errorf("find person: %w", err)
		}
		who.Value, who.Href = person.Label, person.Href
	}
	facts := a.circumstances(names, x, who)
	if x.User == "" {
		return facts, nil
	}
	e := names.v.Enterprise
	records, _, err := a.Records.SyncRecords(r.Context(), e.ID, sso.SyncFilter{
		User:    x.User,
		Attempt: x.ID,
	}, sso.Page{Limit: 1})
	if err != nil {
		return nil, fmt.Errorf("find sync record: %w", err)
	}
	for _, s := range records {
		facts = append(facts, ui.Fact{
			Label: "Group sync",
			Value: "What it changed",
			Href:  console.At(e, "activity", "syncs", string(s.ID)),
		})
	}
	return facts, nil
}

// circumstances returns when and from where an attempt was made, by whom and
// through which connection.
func (a *Activity) circumstances(names *actorNames, x sso.Attempt, who ui.Fact) []ui.Fact {
	at := ui.NewTime(x.At, a.Now())
	connection := ui.Fact{
		Label: "Connection",
		Value: names.connection(x.Connection),
	}
	if names.connections[x.Connection].ID != "" {
		connection.Href = console.AtConnection(names.v.Enterprise, x.Connection)
	}
	facts := []ui.Fact{
		{Label: "When", Time: &at},
		{Label: "Time", Value: at.Exact},
		who,
		connection,
		{
			Label: "From",
			Value: cmp.Or(x.Remote, "unknown"),
		},
		{
			Label: "Browser",
			Value: cmp.Or(x.UserAgent, "unknown"),
		},
	}
	if x.More > 0 {
		facts = append(facts, ui.Fact{
			Label: "Repeated",
			Value: thousands(x.More) + " more responses like this in this minute",
		})
	}
	return facts
}

// advice returns why an attempt failed and what to do; nil for a success.
func advice(v console.Visit, c sso.Connection, x sso.Attempt) *failureAdvice {
	if x.Outcome == sso.OutcomeSucceeded || x.Code == "" {
		return nil
	}
	found := catalog.For(c.Provider, c.Protocol, x.Code, x.Checks)
	a := &failureAdvice{
		Cause: found.Cause,
		Whose: whose(found.Side),
		Do:    found.Do,
		Place: found.Place,
		Code:  x.Code,
		Guide: guideTo(c, x.Code),
	}
	a.Link, a.Ask = console.Remedy(v, c.ID, found.Page)
	return a
}

func whose(side catalog.Side) string {
	switch side {
	case catalog.Person:
		return "The person who signs in"
	case catalog.Company:
		return "The company’s IT admin, at the identity provider"
	}
	return "An admin, here in the console"
}

// claims returns the claims by name.
func claims(i sso.Identity) []claimLine {
	var all []claimLine
	for _, name := range slices.Sorted(maps.Keys(i.Claims)) {
		all = append(all, claimLine{
			Name:   name,
			Values: strings.Join(i.Claims[name], ", "),
		})
	}
	return all
}

func identity(i sso.Identity) []ui.Fact {
	email := ui.Fact{Label: "E-mail", Value: cmp.Or(i.Email, "none")}
	if i.Email != "" && i.EmailVerified {
		email.Badge = &ui.Badge{
			Label: "verified by the identity provider",
			State: "ok",
		}
	}
	return []ui.Fact{
		{
			Label: "Subject",
			Value: i.Subject,
			Code:  true,
		},
		{
			Label: "Login",
			Value: i.Login,
		},
		email,
		{
			Label: "Name",
			Value: cmp.Or(i.Name, "none"),
		},
	}
}

// said describes the asserted groups.
func said(g sso.AssertedGroups) groupsSaid {
	s := groupsSaid{
		Names:         g.Names,
		Source:        g.Source,
		NotUnderstood: console.NewNotUnderstood(g),
	}
	s.Badge, s.Words = console.GroupsState(g)
	return s
}

// decided describes the decision about the e-mail address, and its reason.
func decided(d sso.EmailDecision) string {
	words := map[sso.EmailAction]string{
		sso.RequireCode: "A code was asked for",
		sso.SkipCode:    "No code was asked for",
		sso.VouchFirst:  "An admin must vouch for the person first",
		sso.DenyEntry:   "The person was not let in",
	}[d.Action]
	if words == "" {
		return ""
	}
	return words + ": " + d.Reason
}
