package account

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/sso"
	"gatehouse/sso/launch"
	"gatehouse/web/ui"
)

func (a *Account) profile(p sso.Principal, c sso.Connection) profileFacts {
	through := ""
	if c.ID != "" {
		through = c.Name + " (" + c.Protocol.Over(c.Provider.Product()) + ")"
	}
	return profileFacts{
		Name:          p.User.Name,
		Login:         p.User.Login,
		Email:         p.User.Email,
		EmailVerified: p.User.EmailVerified,
		Connection:    through,
		SignedInAt:    ui.NewTime(p.Session.CreatedAt, a.Now()),
	}
}

// tiles are the applications of the list, in its order.
func tiles(reach []launch.Launch) []tile {
	var out []tile
	hosts := map[string]int{}
	for _, l := range reach {
		first, _ := utf8.DecodeRuneInString(l.Name)
		t := tile{
			Name:   l.Name,
			Letter: string(unicode.ToUpper(first)),
			Href:   l.URL,
		}
		t.Host, t.path = split(l.URL)
		hosts[t.Host]++
		if l.Closed {
			t.Href = ""
			t.Closed = true
			t.Missing = strings.Join(l.Missing, ", ")
		}
		out = append(out, t)
	}
	for i, t := range out {
		if hosts[t.Host] > 1 {
			out[i].Host += t.path
		}
	}
	return out
}

// split returns the host and the path of an address.
func split(address string) (host, path string) {
	u, err := url.Parse(address)
	if err != nil {
		return "", ""
	}
	return u.Host, u.EscapedPath()
}

// anyOpens reports whether an application opens.
func anyOpens(reach []launch.Launch) bool {
	return slices.ContainsFunc(reach, func(l launch.Launch) bool {
		return !l.Closed
	})
}

// organizations sorts memberships by organization, default group first.
func (a *Account) organizations(all []sso.UserMembership) []organization {
	all = slices.Clone(all)
	slices.SortFunc(all, func(x, y sso.UserMembership) int {
		return cmp.Or(
			strings.Compare(x.Organization.Name, y.Organization.Name),
			strings.Compare(string(x.Organization.ID), string(y.Organization.ID)),
			rank(x.Group)-rank(y.Group),
			strings.Compare(x.Group.Name, y.Group.Name),
		)
	})
	var out []organization
	for i, m := range all {
		if i == 0 || all[i-1].Organization.ID != m.Organization.ID {
			out = append(out, organization{Name: m.Organization.Name})
		}
		last := &out[len(out)-1]
		last.Groups = append(last.Groups, group{
			Name:   m.Group.Name,
			Source: source(m.Membership.Source),
			Since:  ui.NewTime(m.Membership.Since, a.Now()),
		})
	}
	return out
}

func rank(g sso.Group) int {
	if g.Default {
		return 0
	}
	return 1
}

func source(s sso.MembershipSource) string {
	switch s {
	case sso.SourceJIT:
		return "from your company’s sign-in"
	case sso.SourceSCIM:
		return "from your company’s directory"
	case sso.SourceDefault, sso.SourceConnection:
		return "for everyone here"
	}
	return "added by hand"
}

// sessions returns the current session first, then the last used.
func (a *Account) sessions(all []sso.Session, current sso.SessionID) []session {
	all = slices.Clone(all)
	slices.SortFunc(all, func(x, y sso.Session) int {
		if (x.ID == current) != (y.ID == current) {
			if x.ID == current {
				return -1
			}
			return 1
		}
		return y.LastSeenAt.Compare(x.LastSeenAt)
	})
	var out []session
	for _, s := range all {
		if s.ID != current && !s.Alive(a.Now()) {
			continue
		}
		out = append(out, session{
			ID:      string(s.ID),
			Browser: ui.NewBrowser(s.UserAgent),
			Remote:  s.Remote,
			Current: s.ID == current,
			Began:   ui.NewTime(s.CreatedAt, a.Now()),
			Seen:    ui.NewTime(s.LastSeenAt, a.Now()),
		})
	}
	return out
}

func (a *Account) signIns(attempts []sso.Attempt) []signInRow {
	var out []signInRow
	for _, t := range attempts {
		out = append(out, signInRow{
			At:        ui.NewTime(t.At, a.Now()),
			Succeeded: t.Outcome == sso.OutcomeSucceeded,
			Remote:    t.Remote,
			Reference: string(t.ID),
		})
	}
	return out
}

// noAccess returns the page with the groups of the last successful sign-in and
// their near misses.
func noAccess(base ui.Base, profile profileFacts, attempts []sso.Attempt, records []sso.SyncRecord) *noAccessPage {
	p := &noAccessPage{Base: base, Profile: profile}
	for _, t := range attempts {
		if t.Outcome == sso.OutcomeSucceeded {
			p.Asserted = t.Groups.Names
			p.Told = t.Groups.State == sso.GroupsEmpty || len(t.Groups.Names) > 0
			break
		}
	}
	for _, r := range records {
		for _, m := range r.NearMisses {
			if near := (nearName{
				Asserted: m.Asserted,
				Name:     m.Name,
			}); m.Why != sso.IsObjectID &&
				m.Why != sso.IsDefaultGroup &&
				!slices.Contains(p.Near, near) {
				p.Near = append(p.Near, near)
			}
		}
	}
	return p
}
