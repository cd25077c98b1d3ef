package demo

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
)

// membershipsView shows a user's groups in one organization.
type membershipsView struct {
	Name   string
	Groups []groupView
}

type groupView struct {
	Name   string
	Source string // in words
	New    bool   // the last sync added it
}

// syncView shows the effect of the last sign-in on the groups.
type syncView struct {
	At, AtISO string
	Said      string   // one sentence
	Names     []string // as asserted, matching ones first, at most maxNames
	More      int      // number of names left out
	Added     []string
	Removed   []string
	Kept      []string
	Unmatched []string
	MoreUn    int
	Near      []string // near misses of unmatched names, in words
	Note      string
}

const maxNames = 12

func (d *Demo) whoami(w http.ResponseWriter, r *http.Request) error {
	p, err := d.options.Principal(r)
	if sso.KindOf(err) == sso.Unauthenticated {
		return d.render(w, r, http.StatusUnauthorized, "whoami", &whoamiPage{
			basePage: basePage{Title: "No one is signed in"},
		})
	}
	if err != nil {
		return fmt.Errorf("ask who is signed in: %w", err)
	}
	pg, err := d.whoamiPage(r.Context(), p)
	if err != nil {
		return err
	}
	return d.render(w, r, http.StatusOK, "whoami", pg)
}

func (d *Demo) whoamiPage(ctx context.Context, p sso.Principal) (*whoamiPage, error) {
	ent := p.Enterprise.ID
	memberships, err := d.options.Store.UserMemberships(ctx, ent, p.User.ID)
	if err != nil {
		return nil, fmt.Errorf("read memberships: %w", err)
	}
	records, _, err := d.options.Store.SyncRecords(
		ctx, ent, sso.SyncFilter{User: p.User.ID}, sso.Page{Limit: 1},
	)
	if err != nil {
		return nil, fmt.Errorf("read sync records: %w", err)
	}
	pg := &whoamiPage{
		basePage: basePage{
			Title: "You are " + p.User.Name,
			Who:   p.User.Name,
		},
		Name:          p.User.Name,
		Login:         p.User.Login,
		Email:         p.User.Email,
		EmailVerified: p.User.EmailVerified,
		Company:       p.Enterprise.Name,
		Key:           p.Enterprise.Key,
		Since:         clock(p.Session.CreatedAt),
		SinceISO:      p.Session.CreatedAt.UTC().Format(time.RFC3339),
		Subject:       p.Session.Subject,
	}
	if pg.FirstTime, err = d.firstTime(ctx, p); err != nil {
		return nil, err
	}
	d.addConnection(pg, p)
	var last sso.SyncRecord
	if len(records) > 0 {
		last = records[0]
		pg.Sync = viewSync(last, memberships)
	}
	pg.Organizations = viewMemberships(memberships, last)
	return pg, nil
}

// addConnection adds the connection and the protocol that the user signed in by.
func (d *Demo) addConnection(pg *whoamiPage, p sso.Principal) {
	for _, c := range []sso.Connection{d.acmeConnection, d.globexConnection} {
		if c.ID == p.Session.Connection {
			pg.Connection = c.Name
			pg.Protocol = map[sso.Protocol]string{
				sso.SAML: "SAML 2.0",
				sso.OIDC: "OpenID Connect",
			}[c.Protocol]
			pg.Person = idpPath(p.Enterprise.Key) + "/people/" + p.Session.Subject
		}
	}
}

// firstTime returns the decision about a user's address at their first sign-in and
// its reason, or "" if there was none.
func (d *Demo) firstTime(ctx context.Context, p sso.Principal) (string, error) {
	all, err := d.attempts(ctx, p.Enterprise.ID, sso.AttemptFilter{
		User:    p.User.ID,
		Outcome: sso.OutcomeSucceeded,
	})
	if err != nil {
		return "", err
	}
	for _, a := range slices.Backward(all) { // oldest first
		switch a.Email.Action {
		case sso.RequireCode:
			return "You entered a code. " + a.Email.Reason, nil
		case sso.SkipCode:
			return "You didn’t need a code. " + a.Email.Reason, nil
		case sso.VouchFirst:
			return "An admin vouched for you. " + a.Email.Reason, nil
		}
	}
	return "", nil
}

func clock(t time.Time) string { return t.Local().Format("15:04:05") }

// viewMemberships groups memberships by organization, ordered by name with the
// default group last.
func viewMemberships(all []sso.UserMembership, last sso.SyncRecord) []membershipsView {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b sso.UserMembership) int {
		if c := strings.Compare(a.Organization.Name, b.Organization.Name); c != 0 {
			return c
		}
		if a.Group.Default != b.Group.Default {
			if a.Group.Default {
				return 1
			}
			return -1
		}
		return strings.Compare(a.Group.Name, b.Group.Name)
	})
	var views []membershipsView
	for _, m := range all {
		if len(views) == 0 || views[len(views)-1].Name != m.Organization.Name {
			views = append(views, membershipsView{Name: m.Organization.Name})
		}
		view := &views[len(views)-1]
		view.Groups = append(view.Groups, groupView{
			Name:   m.Group.Name,
			Source: sourceInWords(m.Membership.Source),
			New: slices.ContainsFunc(last.Added, func(c sso.GroupChange) bool {
				return c.Group == m.Group.ID
			}),
		})
	}
	return views
}

func sourceInWords(s sso.MembershipSource) string {
	switch s {
	case sso.SourceJIT:
		return "from your identity provider"
	case sso.SourceDefault:
		return "everyone in the organization"
	case sso.SourceConnection:
		return "default group of the connection"
	case sso.SourceManual:
		return "added by hand"
	case sso.SourceSCIM:
		return "provisioned by your identity provider"
	}
	return string(s)
}

func viewSync(r sso.SyncRecord, now []sso.UserMembership) *syncView {
	v := &syncView{
		At:    clock(r.At),
		AtISO: r.At.UTC().Format(time.RFC3339),
		Said:  saidInWords(r.Asserted),
		Note:  r.Note,
	}
	matched := func(name string) bool { return slices.Contains(r.Matched, name) }
	names := slices.Clone(r.Asserted.Names)
	slices.SortStableFunc(names, func(a, b string) int {
		switch {
		case matched(a) == matched(b):
			return 0
		case matched(a):
			return -1
		}
		return 1
	})
	v.Names, v.More = shorten(names)
	v.Unmatched, v.MoreUn = shorten(r.Unmatched)
	for _, n := range r.NearMisses {
		v.Near = append(v.Near, nearInWords(n))
	}
	slices.Sort(v.Near)
	v.Near = slices.Compact(v.Near) // several organizations may have the same group
	for _, c := range r.Added {
		v.Added = append(v.Added, c.OrganizationName+" / "+c.Name)
	}
	for _, c := range r.Removed {
		v.Removed = append(v.Removed, c.OrganizationName+" / "+c.Name)
	}
	for _, m := range now {
		added := slices.ContainsFunc(r.Added, func(c sso.GroupChange) bool {
			return c.Group == m.Group.ID
		})
		if !added && !m.Group.Default {
			v.Kept = append(v.Kept, m.Organization.Name+" / "+m.Group.Name)
		}
	}
	for _, list := range [][]string{v.Added, v.Removed, v.Kept} {
		slices.Sort(list)
	}
	return v
}

func nearInWords(n sso.NearMiss) string {
	if n.Why == sso.IsDefaultGroup {
		return n.Asserted + " is what everyone’s group is called: no one is put there by name"
	}
	if n.Why == sso.IsObjectID {
		return n.Asserted + ": " + n.Why.Explanation()
	}
	return fmt.Sprintf("%s is nearly %s: %s", n.Asserted, n.Name, n.Why.Explanation())
}

func shorten(names []string) (first []string, more int) {
	n := min(len(names), maxNames)
	return names[:n], len(names) - n
}

// fetched reports whether the groups were fetched from Microsoft Graph.
func fetched(a sso.AssertedGroups) bool {
	return strings.HasSuffix(a.Source, "/transitiveMemberOf/microsoft.graph.group")
}

func saidInWords(a sso.AssertedGroups) string {
	if fetched(a) {
		return fmt.Sprintf(
			"The identity provider sent a link in place of the groups, and its directory named %d.",
			len(a.Names),
		)
	}
	switch a.State {
	case sso.GroupsEmpty:
		return "The identity provider sent an empty list of groups."
	case sso.GroupsOverage:
		return "The identity provider sent a link in place of the groups, because there are too many."
	case sso.GroupsTruncated:
		return fmt.Sprintf("The identity provider named %d groups, which is where it cuts lists off.", len(a.Names))
	case sso.GroupsPartial:
		return fmt.Sprintf(
			"The identity provider sent a list of groups of which %d values were not understood.",
			a.NotUnderstoodCount,
		)
	case sso.GroupsValues:
		if len(a.Names) == 1 {
			return "The identity provider named one group."
		}
		return fmt.Sprintf("The identity provider named %d groups.", len(a.Names))
	}
	return "The identity provider said nothing about groups."
}
