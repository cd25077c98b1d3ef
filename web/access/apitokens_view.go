package access

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// longestTokenDays is the longest that the form offers beside no end.
const longestTokenDays = 365

// soonEnds is how long before its end a token is marked, as certificates and other tokens
// are.
const soonEnds = 30 * 24 * time.Hour

// apiTokensPage lists API tokens and makes new ones.
type apiTokensPage struct {
	ui.Base
	Wrong  []ui.Wrong
	Of     string // the enterprise; "" for the installation
	Made   *madeAPIToken
	Rows   []apiTokenRow
	Pager  ui.Pager
	Action string
	Name   ui.Field
	Days   ui.Field
	Sets   []scopeSet
	Error  string // of the scopes
}

func (*apiTokensPage) Title() string { return "API tokens" }

// madeAPIToken is a token that was just created; it is shown this once.
type madeAPIToken struct {
	Name           string
	Value, Command ui.Copyable
}

// apiTokenRow is a token.
type apiTokenRow struct {
	Name, Scopes     string
	Company          string  // "" on the page of the company, and of a token of the installation
	By               ui.Link // who created it
	State            ui.Badge
	Made, Ends, Used ui.Time
	Ended, Endless   bool
	Client           string
	Replace          *replaceForm // nil of one that ended
	Revoke           *ui.Confirm  // nil of one that ended
}

// replaceForm creates a token like another one.
type replaceForm struct {
	Action, About string
	Days          ui.Field
}

// scopeSet is a choice of scopes of one area.
type scopeSet struct {
	Label string
	Open  bool // one of them is chosen, or it is the first
	Picks []ui.Option
}

// scopeSets returns all scopes by area, with a sentence for each.
func scopeSets() []scopeSet {
	of := func(noun, label, reads, writes string) []ui.Option {
		return []ui.Option{
			{Value: noun + ":read", Label: "Read " + label, Hint: reads},
			{Value: noun + ":write", Label: "Read and change " + label, Hint: writes},
		}
	}
	return []scopeSet{
		{Label: "People", Open: true, Picks: slices.Concat(
			of("users", "people", "Accounts with their identities.", "Also deactivates, merges and deletes people."),
			of("members", "memberships", "Members of groups.", "Also groups whose members are admins."),
			of("sessions", "sessions", "Sessions of people.", "Also signs people out."),
		)},
		{Label: "Structure", Picks: slices.Concat(
			of("enterprises", "enterprises", "Names and keys of enterprises.", "Also creates and deletes enterprises."),
			of("organizations", "organizations", "Organizations of an enterprise.", "Also creates and deletes them."),
			of("groups", "groups", "Groups with their counts.", "Also which roles a group carries, and admin groups."),
			of("roles", "roles", "The roles that applications are told.", "Also creates and deletes them."),
			of("applications", "applications", "What is protected, and for whom.", "Also who may open what."),
		)},
		{Label: "Sign-in", Picks: slices.Concat(
			of("connections", "connections", "Identity providers, with certificates and tests.",
				"Also enables and deletes them. Changes of trust by a token of one enterprise wait for an admin."),
			of("domains", "domains", "E-mail domains and their verification.", "Also adds and removes them."),
			of("provisioning", "provisioning", "What identity providers push.", "Also creates SCIM tokens."),
			of("admins", "admins of organizations", "Admins of each organization.",
				"Also appoints and dismisses them."),
			of("setup-links", "setup links", "Existing links.",
				"Also creates links, which open the setup assistant."),
			of("settings", "rules", "Rules of an enterprise for sessions and tokens.", "Also changes the rules."),
		)},
		{Label: "Records and tokens", Picks: slices.Concat(
			of("records", "records", "Sign-ins, group changes and the audit trail.",
				"The same: records are not changed."),
			of("tokens", "tokens", "Tokens without their secret.", "Also creates and revokes tokens."),
		)},
		{Label: "Everything", Picks: []ui.Option{
			{
				Value: string(sso.ScopeAllRead),
				Label: "Read everything",
				Hint:  "Changes nothing. Also what later versions add.",
			},
			{Value: string(sso.ScopeAll), Label: "Read and change everything", Hint: "Also what later versions add."},
		}},
	}
}

// newAPITokensPage returns the page with its form, and what is wrong with it.
func newAPITokensPage(at tokensAt, typed typedToken, wrong error) *apiTokensPage {
	p := &apiTokensPage{
		Of:     at.of.Name,
		Action: at.here,
		Name: ui.Field{
			ID:           "name",
			Name:         "name",
			Label:        "Name",
			Hint:         "What the program does, such as Nightly report.",
			Value:        typed.name,
			Most:         sso.MaxNameLength,
			Autocomplete: "off",
		},
		Days: tokenDays("expires_at", typed.days),
	}
	p.Sets = offered(at.of.ID != "", typed.scopes)
	scopes := ui.Field{ID: "scopes", Name: "scopes", Label: "Scopes"}
	days := p.Days.Name
	p.Days.Name = "expires_at"
	p.Wrong = ui.Blame(wrong, &p.Name, &scopes, &p.Days)
	p.Days.Name = days
	p.Error = scopes.Error
	return p
}

// offered returns the scopes that a token may have, those of one enterprise without what
// is of the installation.
func offered(company bool, chosen []string) []scopeSet {
	sets := scopeSets()
	for i := range sets {
		set := &sets[i]
		set.Picks = slices.DeleteFunc(set.Picks, func(o ui.Option) bool {
			return company && sso.Scope(o.Value).OfInstallation()
		})
		for j := range set.Picks {
			pick := &set.Picks[j]
			pick.Chosen = slices.Contains(chosen, pick.Value)
			set.Open = set.Open || pick.Chosen
		}
	}
	return sets
}

func tokenDays(id, chosen string) ui.Field {
	f := ui.Field{
		ID:    id,
		Name:  "days",
		Label: "Good for",
		Kind:  "select",
	}
	for _, n := range []int{30, 90, longestTokenDays, 0} {
		label := ui.Count(n, "day", "days")
		if n == 0 {
			label = "until it is revoked"
		}
		f.Options = append(f.Options, ui.Option{
			Value:  strconv.Itoa(n),
			Label:  label,
			Chosen: chosen == strconv.Itoa(n),
		})
	}
	return f
}

func apiTokenRowOf(at tokensAt, i int, k sso.Token, now time.Time) apiTokenRow {
	texts := make([]string, len(k.Scopes))
	for i, s := range k.Scopes {
		texts[i] = string(s)
	}
	row := apiTokenRow{
		Name:    k.Name,
		Scopes:  strings.Join(texts, ", "),
		State:   ui.Badge{Label: "valid", State: "ok"},
		Made:    ui.NewTime(k.CreatedAt, now),
		Ends:    ui.NewTime(k.ExpiresAt, now),
		Used:    ui.NewTime(k.LastUsedAt, now),
		Endless: k.ExpiresAt.IsZero(),
		Client:  k.LastClient,
	}
	switch {
	case !k.RevokedAt.IsZero():
		row.State, row.Ended, row.Endless = ui.Badge{Label: "revoked"}, true, false
		row.Ends = ui.NewTime(k.RevokedAt, now)
		return row
	case !k.Live(now):
		row.State, row.Ended = ui.Badge{Label: "expired"}, true
		return row
	case !row.Endless && k.ExpiresAt.Before(now.Add(soonEnds)):
		row.State = ui.Badge{Label: "ends soon", State: "warn"}
	}
	row.Replace = &replaceForm{
		Action: at.here + "/" + string(k.ID) + "/replace",
		About:  k.Name,
		Days:   tokenDays("days-"+strconv.Itoa(i+1), usualTokenDays),
	}
	row.Revoke = &ui.Confirm{
		Label:  "Revoke",
		About:  k.Name,
		Text:   "A program that presents it is refused from the next request on. This cannot be undone.",
		Action: at.here + "/" + string(k.ID) + "/revoke",
		Button: "Revoke this token",
		Danger: true,
	}
	return row
}
