package store

import (
	"context"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/fold"
	"gatehouse/store/engine"
)

// The snapshot of a sign-in is read by index: its cost depends on the asserted
// names and the user's memberships. "cross join" makes SQLite, which has no
// statistics, join from left to right; "materialized" does so for PostgreSQL, whose
// statistics may be outdated.

// snapshotReader reads the groups and memberships that a group sync is planned
// from.
type snapshotReader struct {
	tx       *tx
	ent      sso.EnterpriseID
	conn     sso.ConnectionID
	brake    sso.Brake     // of the connection
	defaults []sso.GroupID // default groups of the connection
	names    []string      // asserted
	possible []string      // asserted names that a group can have
	snapshot sso.GroupSnapshot
	known    map[sso.GroupID]bool // the groups in snapshot
	exact    bool                 // what is read must stay true until the commit
	braked   bool                 // the brake was read under its lock
}

// readGroups queues the reads that do not need the user: the groups of the
// asserted names.
func (r *snapshotReader) readGroups() {
	r.snapshot = sso.GroupSnapshot{Organizations: map[sso.OrganizationID]string{}}
	r.possible = possibleNames(r.names)
	r.readBrake()
	r.readDefaults()
	if len(r.possible) > 0 {
		r.tx.QueueQuery(func(row engine.Row) error {
			g, err := scanGroup(row)
			r.snapshot.Groups = append(r.snapshot.Groups, g)
			return err
		}, "select "+groupColumns+" from ("+r.tx.db.sql.Dialect.Values("$2")+`) n cross join groups g
			where g.enterprise_id = $1 and g.name = n.value`, string(r.ent),
			engine.JSONList(r.possible))
		r.readAliased()
	}
}

// readDefaults queues the default groups of the connection.
func (r *snapshotReader) readDefaults() {
	if len(r.defaults) == 0 {
		return
	}
	r.tx.QueueQuery(func(row engine.Row) error {
		g, err := scanGroup(row)
		r.snapshot.Groups = append(r.snapshot.Groups, g)
		return err
	}, "select "+groupColumns+" from ("+r.tx.db.sql.Dialect.Values("$2")+`) n cross join groups g
		where g.enterprise_id = $1 and g.id = n.value`, string(r.ent),
		engine.JSONList(groupTexts(r.defaults)))
}

// readAliased queues the groups with an asserted name among their IdP names, each
// with that name; dedupeGroups merges them.
func (r *snapshotReader) readAliased() {
	r.tx.QueueQuery(func(row engine.Row) error {
		var g sso.Group
		var name string
		err := row.Scan(append(groupFields(&g), &name)...)
		g.IDPNames = []string{name}
		r.snapshot.Groups = append(r.snapshot.Groups, g)
		return err
	},
		"select "+groupColumns+", i.name from ("+r.tx.db.sql.Dialect.Values("$2")+
			`) n cross join group_idp_names i cross join groups g
		where i.enterprise_id = $1 and i.name = n.value and g.enterprise_id = $1 and g.id = i.group_id order by i.name`,
		string(r.ent), engine.JSONList(r.possible))
}

// readMemberships queues memberships with their groups. complete fills in the
// user.
func (r *snapshotReader) readMemberships(from, where string, args ...any) {
	r.tx.QueueQuery(func(row engine.Row) error {
		var m sso.Membership
		var g sso.Group
		err := row.Scan(append(groupFields(&g), &m.Source, engine.Time(&m.Since), &m.Cause)...)
		m.Group = g.ID
		r.snapshot.Memberships = append(r.snapshot.Memberships, m)
		r.snapshot.Groups = append(r.snapshot.Groups, g)
		return err
	}, "with mine as materialized (select m.* from "+from+" memberships m where "+where+")"+
		" select "+groupColumns+
		", m.source, m.since, m.cause from mine m cross join groups g where g.enterprise_id = $1 and g.id = m.group_id",
		args...)
}

const ofUser = "m.enterprise_id = $1 and m.user_id = $2"

// complete reads the rest of the snapshot in one round trip: the organizations of
// the groups with their default groups, near misses of unmatched names, and other
// admins.
func (r *snapshotReader) complete(ctx context.Context, user sso.UserID) error {
	if err := r.tx.Flush(ctx); err != nil {
		return err
	}
	for i := range r.snapshot.Memberships {
		r.snapshot.Memberships[i].User = user
	}
	organizations := r.dedupeGroups()
	r.readNear()
	leaving := r.leaving()
	r.readAdmins(user, leaving)
	if len(leaving) > 0 {
		r.relockBrake()
	}
	r.readLosses(user, leaving)
	if len(organizations) > 0 {
		r.tx.QueueQuery(func(row engine.Row) error {
			var g sso.Group
			var name string
			if err := row.Scan(append(groupFields(&g), &name)...); err != nil {
				return err
			}
			r.snapshot.Organizations[g.Organization] = name
			if !r.known[g.ID] {
				r.snapshot.Groups = append(r.snapshot.Groups, g)
			}
			return nil
		},
			"select "+groupColumns+", o.name from ("+r.tx.db.sql.Dialect.Values("$2")+
				`) n cross join organizations o cross join groups g
			where o.enterprise_id = $1 and o.id = n.value and g.enterprise_id = $1 and g.organization_id = o.id and g.is_default`,
			string(r.ent), engine.JSONList(organizations))
	}
	if err := r.tx.Flush(ctx); err != nil {
		return err
	}
	r.splitSigns(user)
	return r.readMembers(ctx)
}

// dedupeGroups removes duplicate groups, merges the IdP names by which they were
// found, and returns their organizations.
func (r *snapshotReader) dedupeGroups() (organizations []string) {
	s := &r.snapshot
	r.known = make(map[sso.GroupID]bool, len(s.Groups))
	aliases := map[sso.GroupID][]string{}
	for _, g := range s.Groups {
		if len(g.IDPNames) > 0 {
			aliases[g.ID] = append(aliases[g.ID], g.IDPNames...)
		}
	}
	groups := s.Groups[:0]
	for _, g := range s.Groups {
		if r.known[g.ID] {
			continue
		}
		r.known[g.ID] = true
		g.IDPNames = aliases[g.ID]
		groups = append(groups, g)
		if _, ok := s.Organizations[g.Organization]; !ok {
			s.Organizations[g.Organization] = ""
			organizations = append(organizations, string(g.Organization))
		}
	}
	s.Groups = groups
	return organizations
}

// Near misses are a hint: of very many names, some are enough.
const (
	mostUnmatched = 50
	mostNear      = 50
)

// readNear queues the groups whose folded names are near asserted names without a
// match, by index.
func (r *snapshotReader) readNear() {
	folds := r.unmatchedFolds()
	if len(folds) == 0 {
		return
	}
	r.tx.QueueQuery(func(row engine.Row) error {
		var g sso.Group
		var alias, name string
		if err := row.Scan(append(groupFields(&g), &alias, &name)...); err != nil {
			return err
		}
		if alias != "" {
			g.IDPNames = []string{alias}
		}
		r.snapshot.Near = append(r.snapshot.Near, g)
		r.snapshot.Organizations[g.Organization] = name
		return nil
	},
		"select "+groupColumns+", '', o.name from ("+r.tx.db.sql.Dialect.Values("$2")+
			`) n cross join groups g cross join organizations o
		where g.enterprise_id = $1 and g.folded = n.value and o.enterprise_id = $1 and o.id = g.organization_id
		union all select `+groupColumns+", i.name, o.name from ("+r.tx.db.sql.Dialect.Values("$2")+
			`) n cross join group_idp_names i cross join groups g cross join organizations o
		where i.enterprise_id = $1 and i.folded = n.value and g.enterprise_id = $1 and g.id = i.group_id
			and o.enterprise_id = $1 and o.id = g.organization_id limit $3`,
		string(r.ent), engine.JSONList(folds), int64(mostNear))
}

// unmatchedFolds returns the folds of the likely readings of asserted names
// without a group, without those that PostgreSQL cannot compare.
func (r *snapshotReader) unmatchedFolds() (folds []string) {
	matched := make(map[string]bool, len(r.snapshot.Groups))
	for _, g := range r.snapshot.Groups {
		matched[g.Name] = !g.Default
		for _, name := range g.IDPNames {
			matched[name] = true
		}
	}
	seen, unmatched := map[string]bool{}, 0
	for _, name := range r.names {
		if matched[name] || len(name) > sso.MaxGroupNameLength {
			continue
		}
		if unmatched++; unmatched > mostUnmatched {
			break
		}
		for _, reading := range fold.Readings(name) {
			if f := fold.Name(reading.Text); f != "" &&
				sso.Printable(f) &&
				!seen[f] {
				seen[f] = true
				folds = append(folds, f)
			}
		}
	}
	return folds
}

// readAdmins lists the admin groups and, if the user is in one, queues whether
// there is another admin: only then can the user be the last.
func (r *snapshotReader) readAdmins(user sso.UserID, leaving []string) {
	s := &r.snapshot
	for _, g := range s.Groups {
		if g.Admin {
			s.AdminGroups = append(s.AdminGroups, g.ID)
		}
	}
	if len(s.AdminGroups) == 0 || !slices.ContainsFunc(s.Memberships, func(m sso.Membership) bool {
		return slices.Contains(s.AdminGroups, m.Group)
	}) {
		return
	}
	if r.exact && slices.ContainsFunc(leaving, func(id string) bool {
		return slices.Contains(s.AdminGroups, sso.GroupID(id))
	}) {
		r.tx.lockAdmins()
		r.tx.takeNumbers()
	}
	r.tx.QueueQuery(func(row engine.Row) error {
		var other string
		s.OtherAdmins = true
		return row.Scan(&other)
	}, `select u.id from groups g cross join memberships m cross join users u
		where g.enterprise_id = $1 and g.is_admin and m.enterprise_id = $1 and m.group_id = g.id and m.user_id <> $2
		and u.enterprise_id = $1 and u.id = m.user_id and u.status = $3 limit 1`, string(r.ent),
		string(user), string(sso.UserActive))
}

// possibleNames omits names that no group can have and names that PostgreSQL
// cannot compare.
func possibleNames(names []string) []string {
	var possible []string
	for _, name := range names {
		if name != sso.DefaultGroupName && sso.ValidateGroupName("", name) == nil {
			possible = append(possible, name)
		}
	}
	return possible
}

// Snapshot reads the facts that a sign-in of a user over a connection with these
// names would be decided from. Without user, the user is found by login; one who
// is unknown is the zero user. brake and defaults are those of the configuration.
// Nothing is written.
func (db *DB) Snapshot(
	ctx context.Context,
	ent sso.EnterpriseID,
	c sso.ConnectionID,
	user sso.UserID,
	login string,
	names []string,
	brake sso.Brake,
	defaults []sso.GroupID,
) (_ sso.User, _ sso.GroupSnapshot, err error) {
	defer func() { doing(&err, "read group snapshot") }()
	var u sso.User
	var r *snapshotReader
	err = db.write(ctx, func(ctx context.Context, t *tx) error {
		r = &snapshotReader{
			tx:       t,
			ent:      ent,
			conn:     c,
			brake:    brake,
			defaults: defaults,
			names:    names,
		}
		if _, err := found(db.findConnection(ctx, t, ent, c)); err != nil {
			return err
		}
		var err error
		if u, err = r.findUser(ctx, c, user, login); err != nil {
			return err
		}
		r.readGroups()
		r.readMemberships("", ofUser, string(ent), string(u.ID))
		return r.complete(ctx, u.ID)
	})
	if err != nil {
		return sso.User{}, sso.GroupSnapshot{}, err
	}
	return u, r.snapshot, nil
}

func (r *snapshotReader) findUser(
	ctx context.Context, c sso.ConnectionID, user sso.UserID, login string,
) (sso.User, error) {
	if user != "" {
		return found(findUser(ctx, r.tx, r.ent, user))
	}
	u, _, err := engine.One(
		ctx, r.tx, scanUser,
		selectIdentity+" and i.login = $3 order by i.last_seen_at desc, i.created_at desc limit 1",
		string(r.ent), string(c), engine.Clean(login, sso.MaxLoginLength),
	)
	return u, err
}
