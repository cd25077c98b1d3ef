package provisioning

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

const (
	// mostRefusals is how many open refusals are read; the store keeps no more.
	mostRefusals = 2000
	// mostNames is how many names of a cause are listed.
	mostNames = 50
)

func (h *Handlers) problems(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	ctx, cursor := r.Context(), r.URL.Query().Get("cursor")
	open, err := h.openRefusals(ctx, v)
	if err != nil {
		return err
	}
	tokens, _, err := h.Records.ProvisioningTokens(
		ctx, v.Enterprise.ID, v.Connection.ID, sso.Page{Limit: mostTokens},
	)
	if err != nil {
		return fmt.Errorf("list tokens: %w", err)
	}
	healed, next, err := h.Records.ProvisioningRefusals(
		ctx, v.Enterprise.ID, sso.RefusalFilter{Connection: v.Connection.ID, Healed: true}, sso.Page{Cursor: cursor},
	)
	if err != nil {
		return fmt.Errorf("list healed refusals: %w", err)
	}
	p := &connectionProblemsPage{
		Base:   h.base(v, true),
		Places: places(v, placeProblems),
		Lead:   problemsLead,
	}
	p.Flash = console.Said(r, map[string]string{"token-widened": widenedText(v.Connection)})
	for _, refusals := range byCode(open) {
		one, err := h.problem(ctx, v, refusals, tokens)
		if err != nil {
			return err
		}
		p.Problems = append(p.Problems, one)
	}
	for _, x := range healed {
		row, err := h.healedRow(ctx, v, x)
		if err != nil {
			return err
		}
		p.Healed = append(p.Healed, row)
	}
	if cursor != "" {
		p.Pager.First = at(v, "problems")
	}
	if next != "" {
		p.Pager.Next = "?" + url.Values{"cursor": {next}}.Encode()
	}
	return h.Console.Render(w, http.StatusOK, p)
}

const problemsLead = "What the identity provider pushed and was refused. A problem is over once the same thing " +
	"succeeds; there is nothing to tick off."

// openRefusals returns all open refusals of the connection.
func (h *Handlers) openRefusals(ctx context.Context, v console.Visit) (all []sso.ProvisioningRefusal, err error) {
	page := sso.Page{Limit: 200}
	for len(all) < mostRefusals {
		part, next, err := h.Records.ProvisioningRefusals(
			ctx, v.Enterprise.ID, sso.RefusalFilter{Connection: v.Connection.ID, Open: true}, page,
		)
		if err != nil {
			return nil, fmt.Errorf("list open refusals: %w", err)
		}
		all = append(all, part...)
		if page.Cursor = next; next == "" {
			break
		}
	}
	return all, nil
}

// byCode returns refusals by their cause, the cause that was repeated last first;
// of each, the refusal that was repeated last first.
func byCode(all []sso.ProvisioningRefusal) [][]sso.ProvisioningRefusal {
	slices.SortStableFunc(all, func(a, b sso.ProvisioningRefusal) int { return b.LastAt.Compare(a.LastAt) })
	var causes [][]sso.ProvisioningRefusal
	index := map[string]int{}
	for _, x := range all {
		i, known := index[x.Code]
		if !known {
			i = len(causes)
			index[x.Code] = i
			causes = append(causes, nil)
		}
		causes[i] = append(causes[i], x)
	}
	return causes
}

// problem describes the refusals of one cause.
func (h *Handlers) problem(
	ctx context.Context, v console.Visit, all []sso.ProvisioningRefusal, tokens []sso.ProvisioningToken,
) (problem, error) {
	c, last := v.Connection, all[0]
	found := catalog.For(c.Provider, c.Protocol, last.Code, nil)
	p := problem{
		ID:    strings.ReplaceAll(last.Code, "_", "-"),
		Cause: found.Cause,
		Side:  sideBadge(found.Side),
		Last:  h.time(last.LastAt),
		Told:  last.Detail,
		Do:    found.Do,
		Again: sendAgain(c),
		Place: found.Place,
		Code:  last.Code,
		Guide: console.Prefix + "/troubleshooting#" + last.Code,
		Log: console.At(v.Enterprise, "activity", "provisioning") + "?" + url.Values{
			"connection": {string(c.ID)},
			"result":     {"refused"},
		}.Encode(),
	}
	first, requests := last.FirstAt, 0
	for _, x := range all {
		first = earlier(first, x.FirstAt)
		requests += x.Count
	}
	p.First = h.time(first)
	names := namesOf(all)
	p.Count = ui.Count(requests, "request", "requests") + " about " + ui.Count(len(names), "name", "names")
	p.Link, _ = console.Remedy(v, c.ID, found.Page)
	if last.Code == sso.CodeScopeMissing {
		p.widen(v, all, tokens)
	}
	err := h.list(ctx, v, &p, names)
	return p, err
}

// list adds the first of the names that were refused.
func (h *Handlers) list(ctx context.Context, v console.Visit, p *problem, names []sso.ProvisioningRefusal) error {
	for _, n := range names[:min(len(names), mostNames)] {
		name, err := h.refusedName(ctx, v, n)
		if err != nil {
			return err
		}
		p.Names = append(p.Names, name)
	}
	if more := len(names) - len(p.Names); more > 0 {
		p.More = ui.Count(more, "more name", "more names")
	}
	return nil
}

// widen adds the buttons that give the tokens of refusals the scope that was
// missing.
func (p *problem) widen(v console.Visit, all []sso.ProvisioningRefusal, tokens []sso.ProvisioningToken) {
	p.Link = nil
	for _, k := range tokens {
		lacked := slices.ContainsFunc(all, func(x sso.ProvisioningRefusal) bool { return x.Token == k.ID })
		switch {
		case !lacked || !k.RevokedAt.IsZero():
		case k.Allows(sso.ScopeSCIM):
			p.Done = fmt.Sprintf("The token %q has the scope scim now.", k.Name)
		default:
			p.Presses = append(p.Presses, ui.Press{
				Label:  fmt.Sprintf("Add scope scim to %q", k.Name),
				Action: at(v, "tokens", string(k.ID), "widen"),
				Fields: []ui.HiddenField{{Name: "from", Value: "problems"}},
			})
		}
	}
	if p.Done != "" && len(p.Presses) == 0 { // only sending again is left
		p.Side = sideBadge(catalog.Company)
	}
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// namesOf sums refusals up by name, in their order. Refusals about no resource have
// no name.
func namesOf(all []sso.ProvisioningRefusal) (sums []sso.ProvisioningRefusal) {
	index := map[string]int{}
	for _, x := range all {
		key := resourceWord(x.Kind) + " " + x.Name
		i, known := index[key]
		if !known {
			index[key] = len(sums)
			sums = append(sums, x)
			continue
		}
		sums[i].Count += x.Count
	}
	return sums
}

// resourceWord says what a request is about.
func resourceWord(kind sso.ProvisioningScope) string {
	switch kind {
	case sso.ScopeUsersRead, sso.ScopeUsersWrite:
		return "user"
	case sso.ScopeGroupsRead, sso.ScopeGroupsWrite:
		return "group"
	}
	return ""
}

func (h *Handlers) refusedName(
	ctx context.Context, v console.Visit, x sso.ProvisioningRefusal,
) (refusedName, error) {
	href, err := h.pageOf(ctx, v, x)
	return refusedName{
		Name:  nameOf(x),
		Href:  href,
		Count: ui.Count(x.Count, "request", "requests"),
		Last:  h.time(x.LastAt),
	}, err
}

// pageOf returns the page of the person or group here with the name that was refused;
// "" if there is none.
func (h *Handlers) pageOf(ctx context.Context, v console.Visit, x sso.ProvisioningRefusal) (string, error) {
	one := sso.Page{Limit: 1}
	if x.Name == "" {
		return "", nil
	}
	switch resourceWord(x.Kind) {
	case "user":
		all, _, err := h.Records.Users(ctx, v.Enterprise.ID, sso.UserFilter{Login: x.Name}, one)
		if err != nil || len(all) == 0 {
			return "", err
		}
		return console.At(v.Enterprise, "people", string(all[0].ID)), nil
	case "group":
		all, _, err := h.Records.Groups(ctx, v.Enterprise.ID, sso.GroupFilter{Name: x.Name}, one)
		if err != nil || len(all) == 0 {
			return "", err
		}
		return console.At(v.Enterprise, "groups", string(all[0].Group.ID)), nil
	}
	return "", nil
}

// nameOf names what was refused, with what it is.
func nameOf(x sso.ProvisioningRefusal) string {
	word := resourceWord(x.Kind)
	switch {
	case word == "":
		return "signing in to SCIM"
	case x.Name == "":
		return "a list of " + word + "s"
	}
	return word + " " + x.Name
}

func (h *Handlers) healedRow(
	ctx context.Context, v console.Visit, x sso.ProvisioningRefusal,
) (healedRow, error) {
	href, err := h.pageOf(ctx, v, x)
	return healedRow{
		Name:   nameOf(x),
		Href:   href,
		Cause:  catalog.For(v.Connection.Provider, v.Connection.Protocol, x.Code, nil).Cause,
		Count:  ui.Count(x.Count, "request", "requests"),
		First:  h.time(x.FirstAt),
		Healed: h.time(x.HealedAt),
	}, err
}

// sideBadge says who must act.
func sideBadge(s catalog.Side) ui.Badge {
	if s == catalog.Company {
		return ui.Badge{Label: "at the identity provider", State: "warn"}
	}
	return ui.Badge{Label: "here", State: "warn"}
}

// widenedText is said after a token got the scope scim.
func widenedText(c sso.Connection) string {
	return "The token has the scope scim now, and its secret stays the same. Now " + sendAgain(c) +
		", so that what was refused is sent again."
}
