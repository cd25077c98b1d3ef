package store

import (
	"context"
	"slices"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// membershipChange is a manual, restored or approved change of one user's memberships.
type membershipChange struct {
	user   sso.UserID
	cause  string // the actor
	add    []sso.Membership
	remove []sso.GroupID
	record sso.SyncRecord // move fills in the rest
}

// changeMemberships queues the change with its default-group memberships, history and sync
// record. Groups that no longer exist are skipped. The caller invalidates the
// user and writes the audit event.
func (t *tx) changeMemberships(ctx context.Context, ent sso.EnterpriseID, m *membershipChange) error {
	groups, names, err := t.groupsByID(ctx, ent, slices.Concat(m.remove, groupsOfAll(m.add)))
	if err != nil {
		return err
	}
	word := func(id sso.GroupID) sso.GroupChange {
		g := groups[id]
		return sso.GroupChange{
			Group:            id,
			Name:             g.Name,
			Organization:     g.Organization,
			OrganizationName: names[g.Organization],
		}
	}
	touched := map[sso.OrganizationID]bool{}
	for _, id := range m.remove {
		if g, there := groups[id]; there && !g.Default {
			t.Queue(
				"delete from memberships where enterprise_id = $1 and user_id = $2 and group_id = $3",
				string(ent), string(m.user), string(id),
			)
			m.record.Removed, touched[g.Organization] = append(m.record.Removed, word(id)), true
		}
	}
	for _, add := range m.add {
		if g, there := groups[add.Group]; there && !g.Default {
			add.User, add.Cause = m.user, m.cause
			t.insertMembership(ent, add)
			m.record.Added, touched[g.Organization] = append(m.record.Added, word(add.Group)), true
		}
	}
	for org := range touched {
		t.followDefault(ent, org, m.user, m.cause)
	}
	t.followHistory(ent, m.user, m.cause)
	m.record.ID = sso.NewID[sso.SyncRecordID](t.now)
	m.record.Enterprise = ent
	m.record.User = m.user
	m.record.At = t.now
	return t.insertSync(m.record)
}

func groupsOfAll(all []sso.Membership) []sso.GroupID {
	ids := make([]sso.GroupID, len(all))
	for i, m := range all {
		ids[i] = m.Group
	}
	return ids
}

// groupsByID returns the groups that still exist, and the names of their
// organizations.
func (t *tx) groupsByID(
	ctx context.Context, ent sso.EnterpriseID, ids []sso.GroupID,
) (map[sso.GroupID]sso.Group, map[sso.OrganizationID]string, error) {
	texts := make([]string, len(ids))
	for i, id := range ids {
		texts[i] = string(id)
	}
	groups, names := map[sso.GroupID]sso.Group{}, map[sso.OrganizationID]string{}
	err := t.Query(ctx, func(r engine.Row) error {
		var g sso.Group
		var name string
		err := r.Scan(append(groupFields(&g), &name)...)
		groups[g.ID], names[g.Organization] = g, name
		return err
	},
		"select "+groupColumns+", o.name from ("+t.db.sql.Dialect.Values("$2")+
			`) n cross join groups g cross join organizations o
		where g.enterprise_id = $1 and g.id = n.value and o.enterprise_id = $1 and o.id = g.organization_id`,
		string(ent), engine.JSONList(texts))
	return groups, names, err
}
