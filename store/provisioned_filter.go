package store

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gatehouse/scim"
	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// filterColumn is an attribute that has a column: the SQL of its value in the form
// in which filters compare it, of a time in milliseconds.
type filterColumn struct {
	sql      string
	kind     filter.Kind
	optional bool // "" is no value
}

// filterRelation is an attribute whose values are rows: members or groups.
type filterRelation struct {
	from   string                  // a table of the rows of a resource, with its condition
	subs   map[string]filterColumn // by the name of the sub-attribute
	having string                  // a select of the resources that have a value, before its parameter
}

func userFilterColumns() map[string]filterColumn {
	return map[string]filterColumn{
		"id":         {sql: "u.id", kind: filter.Exact},
		"externalid": {sql: "u.external_id", kind: filter.Exact, optional: true},
		"username":   {sql: "u.user_name_folded"},
		"active":     {sql: "case when u.active and " + accountOff + " = 0 then 'true' else 'false' end", kind: filter.Boolean},
		"meta.resourcetype": {
			sql:  "cast('User' as text)",
			kind: filter.Exact,
		},
		"meta.created":      {sql: "u.created_at / 1000", kind: filter.Moment},
		"meta.lastmodified": {sql: "u.modified_at / 1000", kind: filter.Moment},
	}
}

func groupFilterColumns() map[string]filterColumn {
	return map[string]filterColumn{
		"id":          {sql: "g.id", kind: filter.Exact},
		"externalid":  {sql: "g.external_id", kind: filter.Exact, optional: true},
		"displayname": {sql: "g.display_name_folded"},
		"meta.resourcetype": {
			sql:  "cast('Group' as text)",
			kind: filter.Exact,
		},
		"meta.created":      {sql: "g.created_at / 1000", kind: filter.Moment},
		"meta.lastmodified": {sql: "g.modified_at / 1000", kind: filter.Moment},
	}
}

func userFilterRelations() map[string]filterRelation {
	return map[string]filterRelation{
		"groups": {
			from: `provisioned_members m join provisioned_groups x on x.enterprise_id = m.enterprise_id
					and x.connection_id = m.connection_id and x.id = m.group_id
				where m.enterprise_id = $1 and m.connection_id = $2 and m.user_id = u.id`,
			subs: map[string]filterColumn{
				"value":   {sql: "m.group_id", kind: filter.Exact},
				"display": {sql: "x.display_name_folded"},
			},
			having: `select m.user_id from provisioned_members m
				where m.enterprise_id = $1 and m.connection_id = $2 and m.group_id = `,
		},
		"emails": {
			having: `select m.user_id from provisioned_emails m
				where m.enterprise_id = $1 and m.connection_id = $2 and m.value_folded = `,
		},
	}
}

func groupFilterRelations() map[string]filterRelation {
	return map[string]filterRelation{
		"members": {
			from: `provisioned_members m join provisioned_users x on x.enterprise_id = m.enterprise_id
					and x.connection_id = m.connection_id and x.id = m.user_id
				where m.enterprise_id = $1 and m.connection_id = $2 and m.group_id = g.id`,
			subs: map[string]filterColumn{
				"value":   {sql: "m.user_id", kind: filter.Exact},
				"display": {sql: "x.user_name_folded"},
				"type":    {sql: "cast('user' as text)"},
			},
			having: `select m.group_id from provisioned_members m
				where m.enterprise_id = $1 and m.connection_id = $2 and m.user_id = `,
		},
	}
}

// resourceFilter turns a filter into a condition with bound parameters, of which
// the first two are the enterprise and the connection. The condition is true for the
// resources for which [filter.Match] is, and never null.
type resourceFilter struct {
	where     *engine.Where
	dialect   engine.Dialect
	kind      resourceKind
	schema    *scim.Type
	columns   map[string]filterColumn
	relations map[string]filterRelation
	err       error // the first attribute that cannot be filtered
}

const (
	always = "true"
	never  = "false"
)

// condition returns the condition of a whole filter. A group whose displayName is
// exactly what the filter says hides those that differ in letter case.
func (f *resourceFilter) condition(e filter.Expr) (string, error) {
	sql := f.match(e, nil)
	name, is := f.groupName(e)
	if is {
		exact := f.where.Param(cleanNUL(name))
		sql += " and (g.display_name = " + exact + ` or not exists (select 1 from provisioned_groups x
			where x.enterprise_id = $1 and x.connection_id = $2 and x.display_name_folded = ` +
			f.where.Param(cleanNUL(filter.Fold(name))) + " and x.display_name = " + exact + "))"
	}
	return sql, f.err
}

// groupName returns the name that displayName eq "name" asks for.
func (f *resourceFilter) groupName(e filter.Expr) (string, bool) {
	c, is := e.(filter.Compare)
	if !is || f.kind != groupResources || c.Op != filter.Equal || !c.Path.Is("displayName", "") {
		return "", false
	}
	name, is := c.Value.(string)
	return name, is
}

// byIndex reports whether an index answers a filter, so that the few resources are
// read and sorted. Others are looked for in the order of their positions.
func byIndex(e filter.Expr) bool {
	switch e := e.(type) {
	case filter.All:
		return slices.ContainsFunc(e, byIndex)
	case filter.Any:
		return !slices.ContainsFunc(e, func(part filter.Expr) bool { return !byIndex(part) })
	case filter.Element:
		c, is := valueNamed(e.Filter)
		c.Path = e.Path
		return is && byIndex(c)
	case filter.Compare:
		_, isText := e.Value.(string)
		return isText && e.Op == filter.Equal && slices.Contains([]string{
			"id", "externalid", "username", "displayname", "emails", "emails.value",
			"groups", "groups.value", "members", "members.value",
		}, columnName(e.Path))
	default:
		return false
	}
}

// elementScope is an element of a multi-valued attribute whose sub-attributes are
// compared; nil is the resource itself.
type elementScope struct {
	from string
	kind func(sub string) filter.Kind
	sub  func(name string) filterColumn
}

func (f *resourceFilter) match(e filter.Expr, in *elementScope) string {
	switch e := e.(type) {
	case filter.All:
		return f.join(e, " and ", in)
	case filter.Any:
		return f.join(e, " or ", in)
	case filter.Not:
		return "not (" + f.match(e.Expr, in) + ")"
	case filter.Present:
		return f.present(e.Path, in)
	case filter.Compare:
		return f.compare(e, in)
	case filter.Element:
		return f.element(e, in)
	default:
		return never
	}
}

func (f *resourceFilter) join(parts []filter.Expr, operator string, in *elementScope) string {
	texts := make([]string, len(parts))
	for i, part := range parts {
		texts[i] = "(" + f.match(part, in) + ")"
	}
	return strings.Join(texts, operator)
}

// fail notes that an attribute cannot be filtered.
func (f *resourceFilter) fail(p filter.Path) string {
	if f.err == nil {
		f.err = sso.InvalidField("filter_unsupported", "filter", "Resources cannot be filtered by "+p.String()+".")
	}
	return never
}

// columnName returns the key of an attribute in a map of columns.
func columnName(p filter.Path) string {
	name := searchKey(p)
	if p.Sub != "" {
		name += "." + strings.ToLower(p.Sub)
	}
	return name
}

func (f *resourceFilter) present(p filter.Path, in *elementScope) string {
	if in != nil {
		return in.sub(p.Name).sql + " is not null"
	}
	if p.Is("meta", "") {
		return always
	}
	if column, has := f.columns[columnName(p)]; has {
		if column.optional {
			return column.sql + " <> ''"
		}
		return always
	}
	element := f.elements(p)
	if p.Sub == "" {
		return "exists (select 1 from " + element.from + ")"
	}
	return "exists (select 1 from " + element.from + " and " + element.sub(p.Sub).sql + " is not null)"
}

func (f *resourceFilter) compare(c filter.Compare, in *elementScope) string {
	if c.Op == filter.NotEqual {
		c.Op = filter.Equal
		return "not (" + f.compare(c, in) + ")"
	}
	if c.Value == nil {
		if c.Op == filter.Equal {
			return "not (" + f.present(c.Path, in) + ")"
		}
		return never
	}
	if in != nil {
		if !canSatisfy(in.kind(c.Path.Name), c.Op, c.Value) {
			return never
		}
		return "coalesce(" + f.operator(in.sub(c.Path.Name), c.Op, c.Value) + ", false)"
	}
	if column, has := f.columns[columnName(c.Path)]; has {
		return f.column(column, c)
	}
	if sql := f.having(c.Path, c); sql != "" {
		return sql
	}
	sub := c.Path.Sub
	if sub == "" {
		sub = "value"
	}
	element := f.elements(c.Path)
	if !canSatisfy(element.kind(sub), c.Op, c.Value) {
		return "exists (select 1 from " + element.from + " and false)"
	}
	return "exists (select 1 from " + element.from + " and " + f.operator(element.sub(sub), c.Op, c.Value) + ")"
}

func (f *resourceFilter) column(column filterColumn, c filter.Compare) string {
	if !canSatisfy(column.kind, c.Op, c.Value) {
		return never
	}
	sql := f.operator(column, c.Op, c.Value)
	if column.optional {
		sql = "(" + column.sql + " <> '' and " + sql + ")"
	}
	return sql
}

// having returns the condition of a comparison of values by eq that an index
// answers, "" if none does.
func (f *resourceFilter) having(p filter.Path, c filter.Compare) string {
	relation, is := f.relations[searchKey(p)]
	value, isText := c.Value.(string)
	if !is || !isText || c.Op != filter.Equal || p.Sub != "" && !strings.EqualFold(p.Sub, "value") {
		return ""
	}
	if relation.from == "" { // addresses are compared folded, IDs as they are
		value = filter.Fold(value)
	}
	return f.columns["id"].sql + f.dialect.Among(relation.having+f.where.Param(cleanNUL(value)))
}

func (f *resourceFilter) element(e filter.Element, in *elementScope) string {
	if in != nil || e.Path.Sub != "" {
		return f.fail(e.Path)
	}
	element := f.elements(e.Path)
	sql := "exists (select 1 from " + element.from + " and (" + f.match(e.Filter, element) + "))"
	if value, is := valueNamed(e.Filter); is {
		if having := f.having(e.Path, value); having != "" {
			return having + " and " + sql
		}
	}
	return sql
}

// valueNamed returns the comparison value eq "x" that an element must satisfy.
func valueNamed(e filter.Expr) (filter.Compare, bool) {
	switch e := e.(type) {
	case filter.Compare:
		return e, e.Op == filter.Equal && e.Path.Is("value", "")
	case filter.All:
		for _, part := range e {
			if c, is := valueNamed(part); is {
				return c, true
			}
		}
	}
	return filter.Compare{}, false
}

// elements returns the values of an attribute: rows, or the list in the search text.
func (f *resourceFilter) elements(p filter.Path) *elementScope {
	scope := &elementScope{kind: func(sub string) filter.Kind { return f.kindOf(p, sub) }}
	if relation, is := f.relations[searchKey(p)]; is && relation.from != "" {
		scope.from = relation.from
		scope.sub = func(name string) filterColumn {
			column, has := relation.subs[strings.ToLower(name)]
			if !has {
				column.sql = f.fail(filter.Path{
					Name: p.Name,
					Sub:  name,
				})
			}
			return column
		}
		return scope
	}
	if _, has := f.columns[searchKey(p)]; has || strings.EqualFold(p.Name, "meta") {
		f.fail(p)
	}
	alias := "u"
	if f.kind == groupResources {
		alias = "g"
	}
	scope.from = f.dialect.Elements(alias+".search", f.where.Param(f.dialect.Key(searchKey(p)))) + " where true"
	scope.sub = func(name string) filterColumn {
		return filterColumn{
			sql:  f.dialect.Member("e.value", f.where.Param(f.dialect.Key(strings.ToLower(name)))),
			kind: scope.kind(name),
		}
	}
	return scope
}

// kindOf returns how the values of a sub-attribute compare. "value" is also the
// value of an attribute without sub-attributes.
func (f *resourceFilter) kindOf(p filter.Path, sub string) filter.Kind {
	kind := f.schema.Kind(p)
	if kind == filter.Complex {
		p.Sub = sub
		kind = f.schema.Kind(p)
	}
	return kind
}

// canSatisfy reports whether a value of a kind can satisfy an operator at all.
func canSatisfy(kind filter.Kind, op filter.Op, want any) bool {
	switch kind {
	case filter.Boolean:
		_, is := filter.AsBool(want)
		return is && op == filter.Equal
	case filter.Moment:
		text, _ := want.(string)
		_, err := time.Parse(time.RFC3339Nano, text)
		return err == nil && op != filter.Contains && op != filter.StartsWith && op != filter.EndsWith
	default:
		_, is := want.(string)
		return is
	}
}

// operator returns the comparison of a value with that of a filter. It is null if
// there is no value.
func (f *resourceFilter) operator(have filterColumn, op filter.Op, want any) string {
	switch have.kind {
	case filter.Boolean:
		value, _ := filter.AsBool(want)
		return have.sql + " = " + f.where.Param(strconv.FormatBool(value))
	case filter.Moment:
		return f.moment(have.sql, op, want)
	default:
		text, _ := want.(string)
		if have.kind != filter.Exact {
			text = filter.Fold(text)
		}
		return f.text(have.sql, op, cleanNUL(text))
	}
}

func (f *resourceFilter) text(sql string, op filter.Op, want string) string {
	n := strconv.Itoa(utf8.RuneCountInString(want))
	switch op {
	case filter.Contains, filter.StartsWith, filter.EndsWith:
		if want == "" {
			return sql + " is not null"
		}
	}
	switch op {
	case filter.Equal:
		return sql + " = " + f.where.Param(want)
	case filter.Contains:
		return "replace(" + sql + ", " + f.where.Param(want) + ", '') <> " + sql
	case filter.StartsWith:
		return "substr(" + sql + ", 1, " + n + ") = " + f.where.Param(want)
	case filter.EndsWith:
		return "substr(" + sql + ", length(" + sql + ") - " + n + " + 1) = " + f.where.Param(want)
	default:
		return sql + f.dialect.Bytewise + " " + symbolOf(op) + " " + f.where.Param(want)
	}
}

// symbolOf returns the SQL of an operator that orders.
func symbolOf(op filter.Op) string {
	switch op {
	case filter.Greater:
		return ">"
	case filter.GreaterOrEqual:
		return ">="
	case filter.Less:
		return "<"
	default:
		return "<="
	}
}

// moment compares a time in milliseconds, as resources show it, with one of any
// precision.
func (f *resourceFilter) moment(sql string, op filter.Op, want any) string {
	text, _ := want.(string)
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return never // canSatisfy tells before
	}
	between := at.Nanosecond()%int(time.Millisecond) != 0
	symbol := symbolOf(op)
	switch {
	case op == filter.Equal && between:
		return never
	case op == filter.Equal:
		symbol = "="
	case op == filter.GreaterOrEqual && between:
		symbol = ">"
	case op == filter.Less && between:
		symbol = "<="
	}
	return sql + " " + symbol + " " + f.where.Param(at.UnixMilli())
}
