package store

import (
	"context"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/fold"
	"gatehouse/store/engine"
)

// withIDPNames fills in the IdP names of groups of one enterprise.
func (db *DB) withIDPNames(ctx context.Context, r engine.Reader, ent sso.EnterpriseID, groups ...*sso.Group) error {
	return fillGroups(ctx, r, ent, groups, func(g *sso.Group, name string) {
		g.IDPNames = append(g.IDPNames, name)
	}, "select n.group_id, n.name from ("+db.sql.Dialect.Values("$2")+`) l cross join group_idp_names n
		where n.enterprise_id = $1 and n.group_id = l.value order by n.group_id, n.name`)
}

// fillGroups calls add for each row of a query, which selects the ID of a group and a
// text. The query's parameters are the enterprise and the list of the groups' IDs.
func fillGroups(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, groups []*sso.Group,
	add func(g *sso.Group, text string), query string,
) error {
	if len(groups) == 0 {
		return nil
	}
	byID := make(map[sso.GroupID]*sso.Group, len(groups))
	ids := make([]string, 0, len(groups))
	for _, g := range groups {
		byID[g.ID] = g
		ids = append(ids, string(g.ID))
	}
	return r.Query(ctx, func(r engine.Row) error {
		var id sso.GroupID
		var text string
		err := r.Scan(&id, &text)
		if g := byID[id]; g != nil {
			add(g, text)
		}
		return err
	}, query, string(ent), engine.JSONList(ids))
}

// completeGroups fills in the IdP names and the roles of groups of one enterprise.
func (db *DB) completeGroups(ctx context.Context, r engine.Reader, ent sso.EnterpriseID, groups ...*sso.Group) error {
	if err := db.withIDPNames(ctx, r, ent, groups...); err != nil {
		return err
	}
	return db.withRoles(ctx, r, ent, groups...)
}

// findNamedGroup is findGroup with IdP names and roles.
func (db *DB) findNamedGroup(
	ctx context.Context, r engine.Reader, ent sso.EnterpriseID, id sso.GroupID,
) (sso.Group, bool, error) {
	g, ok, err := findGroup(ctx, r, ent, id)
	if err != nil || !ok {
		return g, ok, err
	}
	err = db.completeGroups(ctx, r, ent, &g)
	slices.Sort(g.IDPNames)
	return g, true, err
}

// saveIDPNames replaces the IdP names of old by those of g.
func (t *tx) saveIDPNames(ent sso.EnterpriseID, old, g sso.Group) {
	for _, name := range old.IDPNames {
		if !slices.Contains(g.IDPNames, name) {
			t.Queue(
				"delete from group_idp_names where enterprise_id = $1 and group_id = $2 and name = $3",
				string(ent), string(g.ID), name,
			)
		}
	}
	for _, name := range g.IDPNames {
		if !slices.Contains(old.IDPNames, name) {
			t.Queue(
				"insert into group_idp_names (enterprise_id, organization_id, group_id, name, folded) values ($1, $2, $3, $4, $5)",
				string(ent), string(g.Organization), string(g.ID), name, fold.Name(name),
			)
		}
	}
}

// checkNames returns Conflict "name_taken", naming the other group, if another
// group of the organization has one of the names of g. The caller is
// alone in the enterprise, so the check is valid until the commit.
func (t *tx) checkNames(ctx context.Context, ent sso.EnterpriseID, g sso.Group) error {
	if err := t.needEnterprise(ctx); err != nil {
		return err
	}
	type use struct{ name, group, own string }
	names := append([]string{g.Name}, g.IDPNames...)
	uses, err := engine.List(ctx, t, func(r engine.Row) (u use, err error) {
		err = r.Scan(&u.name, &u.own, &u.group)
		return u, err
	}, "select l.value, g.name, g.name from ("+t.db.sql.Dialect.Values("$3")+`) l cross join groups g
			where g.enterprise_id = $1 and g.organization_id = $2 and g.name = l.value and g.id <> $4
		union all select l.value, '', g.name from (`+t.db.sql.Dialect.Values("$3")+
		`) l cross join group_idp_names n cross join groups g
			where n.enterprise_id = $1 and n.organization_id = $2 and n.name = l.value and n.group_id <> $4
			and g.enterprise_id = $1 and g.id = n.group_id order by 1, 2`,
		string(ent), string(g.Organization), engine.JSONList(names), string(g.ID))
	if err != nil || len(uses) == 0 {
		return err
	}
	u := uses[0]
	field := "name"
	if u.name != g.Name {
		field = "idp_names"
	}
	if u.own == "" {
		return taken(
			"name_taken", field,
			"“"+u.name+"” is an IdP name of the group “"+u.group+
				"” in this organization. Remove it there first.",
		)
	}
	if field == "name" {
		return errNameTaken()
	}
	return taken(
		"name_taken", field,
		"“"+u.name+"” is the name of another group in this organization. Rename or delete that one first.",
	)
}

// changedNames returns the names in one list that are not in the other, for an
// audit event.
func changedNames(all, others []string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(all), func(s string) bool {
		return slices.Contains(others, s)
	}), ", ")
}
