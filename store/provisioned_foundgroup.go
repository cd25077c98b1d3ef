package store

import (
	"context"
	"encoding/json"
	"slices"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/fold"
	"gatehouse/store/engine"
)

// nameLookup selects names of groups: all, or those that differ from one in letter
// case at most.
type nameLookup struct {
	all   bool
	names []string
}

func (l nameLookup) isEmpty() bool { return !l.all && len(l.names) == 0 }

// groupsNamed returns the lookup of a name.
func groupsNamed(name string) nameLookup {
	return nameLookup{
		all:   !foldsAgree(name),
		names: []string{name},
	}
}

// groupsLookup returns which groups of organizations can satisfy a filter. They are
// looked up by the names that it compares by eq; without one, all are.
func groupsLookup(f filter.Expr) nameLookup {
	l, targeted := nameLookup{}, false
	if f != nil {
		targeted = l.read(f)
	}
	if !targeted {
		return nameLookup{all: true}
	}
	return l
}

// read adds the names of a filter. It reports false if other groups can satisfy the
// filter too.
func (l *nameLookup) read(f filter.Expr) bool {
	switch f := f.(type) {
	case filter.All:
		return slices.ContainsFunc(f, l.read)
	case filter.Any:
		return !slices.ContainsFunc(f, func(part filter.Expr) bool { return !l.read(part) })
	case filter.Element: // found groups have no members
		return true
	case filter.Compare:
		value, is := f.Value.(string)
		if !is || f.Op != filter.Equal {
			return false
		}
		name := columnName(f.Path)
		if name == "displayname" {
			l.names = append(l.names, value)
			return foldsAgree(value)
		}
		// Groups that were not found yet have no ID, and found ones no external ID.
		return slices.Contains([]string{"id", "externalid", "members", "members.value"}, name)
	default:
		return false
	}
}

// foundGroupsAmong returns the lookup of the names of found groups.
func foundGroupsAmong(rows []groupRow) (l nameLookup) {
	for _, g := range rows {
		if g.Origin == sso.OriginFound {
			l.names = append(l.names, g.DisplayName)
		}
	}
	return l
}

// organizationNames returns the names and the IdP names that groups of organizations
// have, default groups excluded, each once.
func (l nameLookup) organizationNames(ctx context.Context, db *DB, ent sso.EnterpriseID) ([]string, error) {
	text, args := l.organizationNamesText(db.sql.Dialect), []any{string(ent)}
	if !l.all {
		folded := make([]string, len(l.names))
		for i, name := range l.names {
			folded[i] = cleanNUL(fold.Name(name))
		}
		args = append(args, engine.JSONList(folded))
	}
	return engine.List(ctx, db.sql, engine.ScanText, text, args...)
}

// organizationNamesText is the statement of organizationNames. It looks each name up
// on its own: by a list of names SQLite would read all groups.
func (l nameLookup) organizationNamesText(dialect engine.Dialect) string {
	names, own, other := "", "", ""
	if !l.all {
		names = "(" + dialect.Values("$2") + ") v cross join "
		own = " and g.folded = v.value"
		other = " and n.folded = v.value"
	}
	return "select g.name from " + names + "groups g where g.enterprise_id = $1 and not g.is_default" + own +
		" union select n.name from " + names + `group_idp_names n
			join groups g on g.enterprise_id = n.enterprise_id and g.id = n.group_id and not g.is_default
		where n.enterprise_id = $1` + other + " order by 1"
}

// known returns the groups of a connection whose names differ from those of the
// lookup, and from others, in letter case at most.
func (l nameLookup) known(
	ctx context.Context, db *DB, r engine.Reader, p sso.Push, others []string,
) ([]groupRow, error) {
	condition, args := "", []any{string(p.Enterprise), string(p.Connection)}
	if !l.all {
		var folded []string
		for _, name := range slices.Concat(l.names, others) {
			folded = append(folded, cleanNUL(filter.Fold(name)))
		}
		condition = " and g.display_name_folded" + db.sql.Dialect.Among(db.sql.Dialect.Values("$3"))
		args = append(args, engine.JSONList(folded))
	}
	return engine.List(
		ctx, r, func(r engine.Row) (g groupRow, err error) {
			err = r.Scan(&g.ID, &g.Origin, &g.DisplayName, &g.seq)
			return g, err
		},
		"select g.id, g.origin, g.display_name, g.seq"+
			" from provisioned_groups g where g.enterprise_id = $1 and g.connection_id = $2"+condition,
		args...,
	)
}

// foundNames returns which names have no group of the connection yet, and which
// found groups have a name that no group of an organization has.
func foundNames(names []string, known []groupRow) (missing []string, stale []groupRow) {
	is := map[string]bool{}
	for _, name := range names {
		is[name] = true
	}
	pushed, found := map[string]bool{}, map[string]bool{}
	for _, g := range known {
		switch {
		case g.Origin == sso.OriginPushed:
			pushed[filter.Fold(g.DisplayName)] = true
		case is[g.DisplayName]:
			found[g.DisplayName] = true
		default:
			stale = append(stale, g)
		}
	}
	for _, name := range names {
		if !found[name] && !pushed[filter.Fold(name)] && checkValue("displayName", name) == nil {
			missing = append(missing, name)
		}
	}
	return missing, stale
}

// findGroups makes found groups of the names of groups of organizations, and removes
// those whose name no group has. It reports whether it wrote.
func (db *DB) findGroups(ctx context.Context, p sso.Push, l nameLookup) (wrote bool, err error) {
	if l.isEmpty() || l.all && db.rehearsal {
		return false, nil
	}
	names, err := l.organizationNames(ctx, db, p.Enterprise)
	if err != nil {
		return false, err
	}
	known, err := l.known(ctx, db, db.sql, p, names)
	if err != nil {
		return false, err
	}
	missing, stale := foundNames(names, known)
	for len(missing)+len(stale) > 0 {
		some := nameLookup{names: missing[:min(len(missing), foundAtOnce)]}
		for _, g := range stale[:min(len(stale), foundAtOnce)] {
			some.names = append(some.names, g.DisplayName)
		}
		if err := db.saveFoundGroups(ctx, p, some); err != nil {
			return wrote, err
		}
		wrote = true
		missing = missing[min(len(missing), foundAtOnce):]
		stale = stale[min(len(stale), foundAtOnce):]
	}
	return wrote, nil
}

// saveFoundGroups makes and removes the found groups of some names.
func (db *DB) saveFoundGroups(ctx context.Context, p sso.Push, l nameLookup) error {
	names, err := l.organizationNames(ctx, db, p.Enterprise)
	if err != nil {
		return err
	}
	return db.changePushed(ctx, p.Enterprise, func(ctx context.Context, t *tx) error {
		t.lockResources(p)
		known, err := l.known(ctx, db, t, p, names)
		if err != nil {
			return err
		}
		missing, stale := foundNames(names, known)
		for _, g := range stale {
			t.dropFoundGroup(p, g)
		}
		if len(missing) == 0 {
			return nil
		}
		first, err := t.takePositions(ctx, p, groupResources, int64(len(missing)))
		for i, name := range missing {
			err = firstOf(err, t.insertFoundGroup(p, name, first+int64(i)))
		}
		return err
	})
}

func (t *tx) insertFoundGroup(p sso.Push, name string, seq int64) error {
	document, err := json.Marshal(map[string]any{"displayName": name})
	if err != nil {
		return err
	}
	g := t.newGroup(p, sso.ProvisionedGroup{
		DisplayName: name,
		Document:    document,
	})
	g.Origin = sso.OriginFound
	return t.insertProvisionedGroup(g, seq)
}

// replaceFoundGroup removes the found group of a name, if there is one.
func (t *tx) replaceFoundGroup(ctx context.Context, p sso.Push, name string) error {
	g, ok, err := engine.One(
		ctx, t, scanProvisionedGroup,
		"select "+provisionedGroupColumns+` from provisioned_groups g
		where g.enterprise_id = $1 and g.connection_id = $2 and g.display_name_folded = $3 and g.display_name = $4
			and g.origin = 'found'`,
		string(p.Enterprise), string(p.Connection), filter.Fold(name), name,
	)
	if err != nil || !ok {
		return err
	}
	t.dropFoundGroup(p, g)
	return t.Flush(ctx)
}

// dropFoundGroup queues the removal of a found group. It was never written by the
// identity provider, and has no members.
func (t *tx) dropFoundGroup(p sso.Push, g groupRow) {
	t.countResources(p, groupResources, g.seq/blockSize, -1)
	t.Queue(
		"delete from provisioned_groups where enterprise_id = $1 and connection_id = $2 and id = $3 and origin = 'found'",
		string(p.Enterprise), string(p.Connection), string(g.ID),
	)
}
