package store

import (
	"context"

	"gatehouse/sso"
)

// The snapshot of a sign-in is read by index alone: its cost follows the
// asserted names and the person's memberships. "cross join" makes SQLite, which
// knows no statistics, begin at the left; "materialized" does so for PostgreSQL,
// whose statistics may be older than the rows.

// readGroups queues what can be read of the snapshot before it is known who the
// person is: the groups of the asserted names, and the memberships of the
// subject, if that is known.
func (r *recording) readGroups() {
	r.snapshot = sso.GroupSnapshot{Organizations: map[sso.OrganizationID]string{}}
	if names := possibleNames(r.Identity.Groups.Names); len(names) > 0 {
		r.laterEach(func(row row) error {
			g, err := scanGroup(row)
			r.snapshot.Groups = append(r.snapshot.Groups, g)
			return err
		}, "select "+groupColumns+" from ("+r.db.dialect.list("$2")+`) n cross join groups g
			where g.enterprise_id = $1 and g.name = n.value`, string(r.ent), jsonList(names))
	}
	r.readMemberships("identities i cross join", `i.enterprise_id = $1 and i.connection_id = $2 and i.subject = $3
		and m.enterprise_id = $1 and m.user_id = i.user_id`, string(r.ent), string(r.Session.Connection), r.Identity.Subject)
}

// readMemberships queues memberships with their groups.
func (r *recording) readMemberships(from, where string, args ...any) {
	r.laterEach(func(row row) error {
		var m sso.Membership
		var g sso.Group
		err := row.Scan(append(membershipFields(&m), groupFields(&g)...)...)
		r.snapshot.Memberships = append(r.snapshot.Memberships, m)
		r.snapshot.Groups = append(r.snapshot.Groups, g)
		return err
	}, "with mine as materialized (select m.* from "+from+" memberships m where "+where+")"+
		" select "+membershipColumns+", "+groupColumns+" from mine m cross join groups g where g.enterprise_id = $1 and g.id = m.group_id", args...)
}

// readOrganizations completes the snapshot: the organizations of its groups,
// with their default groups.
func (r *recording) readOrganizations(ctx context.Context) error {
	if err := r.flush(ctx); err != nil {
		return err
	}
	s := &r.snapshot
	known := make(map[sso.GroupID]bool, len(s.Groups))
	groups := s.Groups[:0]
	var organizations []string
	add := func(g sso.Group) {
		if !known[g.ID] {
			known[g.ID] = true
			groups = append(groups, g)
		}
	}
	for _, g := range s.Groups {
		if _, ok := s.Organizations[g.Organization]; !ok {
			s.Organizations[g.Organization] = ""
			organizations = append(organizations, string(g.Organization))
		}
		add(g)
	}
	if len(organizations) == 0 {
		return nil
	}
	err := r.each(ctx, func(row row) error {
		var g sso.Group
		var name string
		if err := row.Scan(append(groupFields(&g), &name)...); err != nil {
			return err
		}
		s.Organizations[g.Organization] = name
		add(g)
		return nil
	}, "select "+groupColumns+", o.name from ("+r.db.dialect.list("$2")+`) n cross join organizations o cross join groups g
		where o.enterprise_id = $1 and o.id = n.value and g.enterprise_id = $1 and g.organization_id = o.id and g.is_default`,
		string(r.ent), jsonList(organizations))
	s.Groups = groups
	return err
}

// possibleNames leaves out what no group can be called, and what PostgreSQL
// would refuse to compare.
func possibleNames(names []string) []string {
	var possible []string
	for _, name := range names {
		if name != sso.DefaultGroupName && sso.ValidateGroupName("", name) == nil {
			possible = append(possible, name)
		}
	}
	return possible
}
