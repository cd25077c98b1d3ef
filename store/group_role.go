package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// withRoles fills in the roles of groups of one enterprise.
func (db *DB) withRoles(ctx context.Context, r engine.Reader, ent sso.EnterpriseID, groups ...*sso.Group) error {
	return fillGroups(ctx, r, ent, groups, func(g *sso.Group, key string) {
		g.Roles = append(g.Roles, key)
	}, "select x.group_id, r.key from ("+db.sql.Dialect.Values("$2")+`) l cross join group_roles x cross join roles r
		where x.enterprise_id = $1 and x.group_id = l.value and r.id = x.role_id order by x.group_id, r.precedence`)
}

// rolesByKey returns the roles with these keys, each once, the strongest first. A key
// that no role has is Invalid "validation_failed".
func (t *tx) rolesByKey(ctx context.Context, keys []string) ([]sso.ProductRole, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	roles, err := engine.List(
		ctx, t, scanRole,
		"select "+roleColumns+" from roles r where r.key"+
			t.db.sql.Dialect.Among(t.db.sql.Dialect.Values("$1"))+" order by r.precedence",
		engine.JSONList(keys),
	)
	if err != nil {
		return nil, err
	}
	for i, key := range keys {
		if !slices.ContainsFunc(roles, func(r sso.ProductRole) bool { return r.Key == key }) {
			return nil, sso.InvalidField(
				"validation_failed", "roles["+strconv.Itoa(i)+"]",
				"There is no role with the key "+sso.Sanitize(key)+".",
			)
		}
	}
	return roles, nil
}

func keysOf(roles []sso.ProductRole) []string {
	var keys []string
	for _, r := range roles {
		keys = append(keys, r.Key)
	}
	return keys
}

// changeRoles makes a group carry the roles with these keys, and returns the keys, the
// strongest first.
func (t *tx) changeRoles(
	ctx context.Context, ent sso.EnterpriseID, old sso.Group, keys []string,
) ([]string, error) {
	if slices.Equal(keys, old.Roles) {
		return old.Roles, nil
	}
	had, err := t.rolesByKey(ctx, old.Roles)
	if err != nil {
		return nil, err
	}
	roles, err := t.rolesByKey(ctx, keys)
	if err != nil {
		return nil, err
	}
	t.saveRoles(ent, old.ID, had, roles)
	return keysOf(roles), nil
}

// saveRoles queues that a group carries roles in place of those it had.
func (t *tx) saveRoles(ent sso.EnterpriseID, group sso.GroupID, had, roles []sso.ProductRole) {
	in := func(all []sso.ProductRole, id sso.RoleID) bool {
		return slices.ContainsFunc(all, func(r sso.ProductRole) bool { return r.ID == id })
	}
	for _, r := range had {
		if !in(roles, r.ID) {
			t.Queue(
				"delete from group_roles where enterprise_id = $1 and group_id = $2 and role_id = $3",
				string(ent), string(group), string(r.ID),
			)
		}
	}
	for _, r := range roles {
		if !in(had, r.ID) {
			t.Queue(
				"insert into group_roles (enterprise_id, group_id, role_id) values ($1, $2, $3)",
				string(ent), string(group), string(r.ID),
			)
		}
	}
}

// groupTriples are the groups of a user and the roles that they carry, as
// groupTripleColumns selects them.
type groupTriples struct {
	groups [][3]string // ID, key of the organization, name
	roles  [][3]string // ID of a group, precedence, key
}

// groupTripleColumns returns two columns about what a table, memberships or
// service_groups, says of a holder: its groups, and the roles that these carry. holder
// compares a row m of the table with the row of the holder.
func (db *DB) groupTripleColumns(table, holder string) string {
	return "(select " + db.sql.Dialect.Triples("g.id", "o.key", "g.name") + `
			from ` + table + ` m cross join groups g cross join organizations o
			where g.enterprise_id = m.enterprise_id and g.id = m.group_id
				and o.enterprise_id = g.enterprise_id and o.id = g.organization_id and ` + holder + `),
		(select ` + db.sql.Dialect.Triples("x.group_id", "cast(r.precedence as text)", "r.key") + `
			from ` + table + ` m cross join group_roles x cross join roles r
			where x.enterprise_id = m.enterprise_id and x.group_id = m.group_id and r.id = x.role_id
				and ` + holder + `)`
}

// userGroupColumns is groupTripleColumns for the user of a row of a table, which has
// enterprise_id and user_id.
func (db *DB) userGroupColumns(alias string) string {
	return db.groupTripleColumns(
		"memberships", "m.user_id = "+alias+".user_id and m.enterprise_id = "+alias+".enterprise_id",
	)
}

// scan returns the destinations of groupTripleColumns.
func (g *groupTriples) scan() []any { return []any{triples(&g.groups), triples(&g.roles)} }

// triples scans the result of Dialect.Triples.
func triples(into *[][3]string) engine.ScanFunc {
	return func(src any) error {
		text, err := engine.Text(src)
		if err != nil {
			return err
		}
		*into = nil
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return fmt.Errorf("read triples: %w", err)
		}
		return nil
	}
}

// list returns the groups, sorted like those of a principal.
func (g groupTriples) list() []sso.PrincipalGroup {
	if len(g.groups) == 0 {
		return nil
	}
	carried := map[string][]sso.CarriedRole{}
	for _, r := range g.roles {
		precedence, _ := strconv.Atoi(r[1]) // a number in its column
		carried[r[0]] = append(carried[r[0]], sso.CarriedRole{
			Precedence: precedence,
			Key:        r[2],
		})
	}
	all := make([]sso.PrincipalGroup, len(g.groups))
	for i, r := range g.groups {
		all[i] = sso.PrincipalGroup{
			ID:           sso.GroupID(r[0]),
			Organization: r[1],
			Name:         r[2],
			Roles:        sso.JoinRoles(carried[r[0]]),
		}
	}
	slices.SortFunc(all, sso.ComparePrincipalGroups)
	return all
}
