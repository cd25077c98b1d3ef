package store

import (
	"context"
	"errors"
	"strconv"
	"time"

	"gatehouse/scim"
	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// ProvisionedUsers lists the users that satisfy a filter, nil for all, in the order
// in which they came.
func (db *DB) ProvisionedUsers(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, f filter.Expr, page sso.ResourcePage,
) (_ sso.ResourceList[sso.ProvisionedUser], err error) {
	defer func() { doing(&err, "list provisioned users") }()
	query := userQuery(ent, conn)
	p := sso.Push{
		Enterprise: ent,
		Connection: conn,
	}
	rows, err := listFound(
		ctx, db, query, f, page,
		func(first []userRow) (bool, error) {
			if named(f, "userName", first, func(u userRow, _ string) bool { return u.Origin == sso.OriginPushed }) {
				return false, nil
			}
			return db.findUsers(ctx, p, usersLookup(f))
		},
		func(rows []userRow) (bool, error) { return db.findUsers(ctx, p, foundAmong(rows)) },
	)
	list := sso.ResourceList[sso.ProvisionedUser]{
		Total: rows.Total,
		Next:  rows.Next,
	}
	for _, u := range rows.Items {
		list.Items = append(list.Items, u.ProvisionedUser)
	}
	return list, err
}

// ProvisionedGroups lists the groups that satisfy a filter, nil for all, in the
// order in which they came.
func (db *DB) ProvisionedGroups(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, f filter.Expr, page sso.ResourcePage,
) (_ sso.ResourceList[sso.ProvisionedGroup], err error) {
	defer func() { doing(&err, "list provisioned groups") }()
	query := groupQuery(ent, conn)
	p := sso.Push{
		Enterprise: ent,
		Connection: conn,
	}
	rows, err := listFound(
		ctx, db, query, f, page,
		func(first []groupRow) (bool, error) {
			if named(f, "displayName", first, func(g groupRow, name string) bool {
				return g.Origin == sso.OriginPushed && g.DisplayName == name
			}) {
				return false, nil
			}
			return db.findGroups(ctx, p, groupsLookup(f))
		},
		func(rows []groupRow) (bool, error) { return db.findGroups(ctx, p, foundGroupsAmong(rows)) },
	)
	list := sso.ResourceList[sso.ProvisionedGroup]{
		Total: rows.Total,
		Next:  rows.Next,
	}
	for _, g := range rows.Items {
		list.Items = append(list.Items, g.ProvisionedGroup)
	}
	return list, err
}

// resourceQuery lists resources of one kind.
type resourceQuery[T any] struct {
	enterprise sso.EnterpriseID
	connection sso.ConnectionID
	kind       resourceKind
	table      string
	alias      string
	columns    string
	schema     *scim.Type
	filtered   map[string]filterColumn
	relations  map[string]filterRelation
	scan       func(engine.Row) (T, error)
	position   func(T) int64
	bytes      func(T) int // of the document
}

func userQuery(ent sso.EnterpriseID, conn sso.ConnectionID) resourceQuery[userRow] {
	return resourceQuery[userRow]{
		enterprise: ent,
		connection: conn,
		kind:       userResources,
		table:      "provisioned_users",
		alias:      "u",
		schema:     userSchema(),
		filtered:   userFilterColumns(),
		relations:  userFilterRelations(),
		columns:    provisionedUserColumns,
		scan:       scanProvisionedUser,
		position:   func(u userRow) int64 { return u.seq },
		bytes:      func(u userRow) int { return len(u.Document) },
	}
}

func groupQuery(ent sso.EnterpriseID, conn sso.ConnectionID) resourceQuery[groupRow] {
	return resourceQuery[groupRow]{
		enterprise: ent,
		connection: conn,
		kind:       groupResources,
		table:      "provisioned_groups",
		alias:      "g",
		schema:     groupSchema(),
		filtered:   groupFilterColumns(),
		relations:  groupFilterRelations(),
		columns:    provisionedGroupColumns,
		scan:       scanProvisionedGroup,
		position:   func(g groupRow) int64 { return g.seq },
		bytes:      func(g groupRow) int { return len(g.Document) },
	}
}

// listFound lists resources after it found those that were there before
// provisioning: on the first page with find, and on every page with refresh, which
// brings the found resources of the page up to date.
func listFound[T any](
	ctx context.Context, db *DB, q resourceQuery[T], f filter.Expr, page sso.ResourcePage,
	find, refresh func([]T) (wrote bool, err error),
) (list sso.ResourceList[T], err error) {
	if f != nil && !byIndex(f) {
		var done func()
		if ctx, done, err = db.searches.enter(ctx); err != nil {
			return list, err
		}
		defer done()
	}
	steps := []func([]T) (bool, error){refresh}
	if page.After == 0 && page.Offset == 0 {
		steps = []func([]T) (bool, error){find, refresh}
	}
	list, err = listResources(ctx, db, q, f, page)
	for _, step := range steps {
		if err != nil {
			return list, err
		}
		wrote, stepErr := step(list.Items)
		if err = stepErr; wrote && err == nil {
			list, err = listResources(ctx, db, q, f, page)
		}
	}
	return list, err
}

// Searches are lists by a filter that no index answers: each resource is compared.
const (
	// maxSearches is how many run on a node at once, so that sign-ins keep
	// connections to read with.
	maxSearches = 2
	// searchTimeout is how long one may wait and run.
	searchTimeout = 3 * time.Second
)

// searches has a place for each search that runs.
type searches chan struct{}

// enter waits for a place. The error is that of the context.
func (s searches) enter(ctx context.Context) (_ context.Context, done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, searchTimeout)
	select {
	case s <- struct{}{}:
		return ctx, func() {
			<-s
			cancel()
		}, nil
	case <-ctx.Done():
		defer cancel()
		return ctx, nil, ctx.Err()
	}
}

// named reports whether a filter asks for the resource of a name, and it was found:
// no other satisfies the filter.
func named[T any](f filter.Expr, attribute string, rows []T, is func(row T, name string) bool) bool {
	c, isCompare := f.(filter.Compare)
	if !isCompare || c.Op != filter.Equal || !c.Path.Is(attribute, "") || len(rows) != 1 {
		return false
	}
	name, _ := c.Value.(string)
	return is(rows[0], name)
}

// listResources lists what is stored.
func listResources[T any](
	ctx context.Context, db *DB, q resourceQuery[T], f filter.Expr, page sso.ResourcePage,
) (list sso.ResourceList[T], err error) {
	list.Total = -1
	if page.Total {
		if list.Total, err = q.total(ctx, db, f); err != nil {
			return list, err
		}
	}
	if page.Limit <= 0 || page.Total && list.Total <= page.Offset {
		return list, nil
	}
	after, skip := page.After, page.Offset
	if f == nil && page.After == 0 && page.Offset > 0 {
		if after, skip, err = q.seek(ctx, db.sql, page.Offset); err != nil {
			return list, err
		}
	}
	text, args, err := q.pageText(db, f, after, skip, page.Limit)
	if err != nil {
		return list, err
	}
	var more bool
	if list.Items, more, err = q.read(ctx, db.sql, page.Limit, text, args); more {
		list.Next = q.position(list.Items[len(list.Items)-1])
	}
	return list, err
}

// pageBytes is how large the documents of a page are together, unless one alone is
// larger: a page has fewer resources then. Without it, a page of the largest ones
// would take the memory that sign-ins need.
const pageBytes = 4 << 20

var errPageFull = errors.New("the page is full")

// read returns the resources of a page, and whether there are more.
func (q resourceQuery[T]) read(
	ctx context.Context, r engine.Reader, limit int, text string, args []any,
) (items []T, more bool, err error) {
	total := 0
	err = r.Query(ctx, func(row engine.Row) error {
		item, err := q.scan(row)
		if err != nil {
			return err
		}
		total += q.bytes(item)
		if len(items) == limit || len(items) > 0 && total > pageBytes {
			return errPageFull
		}
		items = append(items, item)
		return nil
	}, text, args...)
	if errors.Is(err, errPageFull) {
		return items, true, nil
	}
	return items, false, err
}

// pageText returns the statement of a page and its parameters.
func (q resourceQuery[T]) pageText(db *DB, f filter.Expr, after int64, skip, limit int) (string, []any, error) {
	w, err := q.where(db, f)
	if err != nil {
		return "", nil, err
	}
	if f == nil || !byIndex(f) {
		w.Add(" and " + q.alias + ".connection_id || '' = $2") // allows the index of positions
	}
	w.And(q.alias+".seq > ", after)
	text := "select " + q.columns + " from " + q.table + " " + q.alias + w.String() +
		" order by " + q.alias + ".seq limit " + strconv.Itoa(limit+1) + " offset " + strconv.Itoa(skip)
	return text, w.Args(), nil
}

// where returns the condition of the resources that satisfy a filter.
func (q resourceQuery[T]) where(db *DB, f filter.Expr) (*engine.Where, error) {
	w := &engine.Where{}
	w.And(q.alias+".enterprise_id = ", string(q.enterprise))
	w.And(q.alias+".connection_id = ", string(q.connection))
	if f == nil {
		return w, nil
	}
	c := &resourceFilter{
		where:     w,
		dialect:   db.sql.Dialect,
		kind:      q.kind,
		schema:    q.schema,
		relations: q.relations,
		columns:   q.filtered,
	}
	condition, err := c.condition(f)
	w.Add(" and (" + condition + ")")
	return w, err
}

// total returns how many resources satisfy a filter.
func (q resourceQuery[T]) total(ctx context.Context, db *DB, f filter.Expr) (int, error) {
	if f == nil {
		return q.size(ctx, db.sql)
	}
	w, err := q.where(db, f)
	if err != nil {
		return 0, err
	}
	n, _, err := engine.One(
		ctx, db.sql, engine.ScanNumber, "select count(*) from "+q.table+" "+q.alias+w.String(), w.Args()...,
	)
	return int(n), err
}

// size returns how many resources there are.
func (q resourceQuery[T]) size(ctx context.Context, r engine.Reader) (int, error) {
	n, _, err := engine.One(
		ctx, r, engine.ScanNumber,
		"select cast(coalesce(sum(resources), 0) as bigint) from provisioned_blocks "+
			"where enterprise_id = $1 and connection_id = $2 and kind = $3",
		string(q.enterprise), string(q.connection), string(q.kind),
	)
	return int(n), err
}

// seek returns the position behind which, after skip more, the resource of an
// offset is.
func (q resourceQuery[T]) seek(ctx context.Context, r engine.Reader, offset int) (after int64, skip int, err error) {
	skip = offset
	found := false
	err = r.Query(ctx, func(row engine.Row) error {
		var block, n int64
		if err := row.Scan(&block, &n); err != nil || found {
			return err
		}
		after = block*blockSize - 1
		if found = int64(skip) < n; !found {
			skip -= int(n)
			after += blockSize
		}
		return nil
	},
		"select block, resources from provisioned_blocks "+
			"where enterprise_id = $1 and connection_id = $2 and kind = $3 order by block",
		string(q.enterprise), string(q.connection), string(q.kind))
	return after, skip, err
}
