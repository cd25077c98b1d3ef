package engine

// Dialect is the SQL that differs between the two databases.
type Dialect struct {
	// ForUpdate ends a select and locks its rows until the commit.
	ForUpdate string
	// ForNoKeyUpdate is ForUpdate that lets others refer to the rows.
	ForNoKeyUpdate string
	// ForKeyShare ends a select of the table with the alias u and keeps its rows
	// from being deleted until the commit.
	ForKeyShare string
	// Lock is a statement that waits for the lock of a name, its parameter, and
	// keeps it until the end of the transaction; LockShared is one that waits only
	// for Lock. Both are "" where one writer needs no locks.
	Lock, LockShared string
	// LockFree returns statements that lock one row of a table that the condition
	// where selects: the first by order that is not locked or, if all are, that of
	// the condition wait, once it is free. That is locked in share mode unless it is
	// to be kept: all that wait for it then go on at once. All use the same parameters.
	LockFree func(columns, table, where, order, wait string, keep bool) []string
	// SkipLocked is ForUpdate for a select that omits locked rows.
	SkipLocked string
	// Values returns a select of the strings in a parameter made by [JSONList];
	// its column is named value.
	Values func(param string) string
	// Ranges returns a select of the pairs of integers in a parameter, a JSON array
	// of arrays; its columns are named low and high.
	Ranges func(param string) string
	// NextValue returns an expression for the next number of a sequence, "" where
	// there are no sequences. No transaction waits for it, so transactions commit in
	// any order of their numbers; those of one that is rolled back are never used.
	NextValue func(sequence string) string
	// Next returns an expression for the next number of a column, a new one for
	// each row of the insert that it is in: NextValue, or one more than the greatest
	// number.
	Next func(sequence, table, column string) string
	// Among returns the end of a condition that is true for the values of a select.
	// The select is run first, and an index on the column before the condition can find
	// its rows. Where few are expected by the other conditions, PostgreSQL compares all
	// of them with each value instead; see Each.
	Among func(query string) string
	// Analyze begins a statement that counts the rows of the tables that follow it, for
	// the planner; "" if the database plans without.
	Analyze string
	// Row is the column that says where a row is stored; see Each.
	Row string
	// Elements returns a table e of the elements of a list in a JSON object, in its
	// column value; none if there is no such list. The parameter is a Key.
	Elements func(object, param string) string
	// Member returns a text in a JSON object, null if there is none. The parameter
	// is a Key.
	Member func(object, param string) string
	// Key returns the parameter that names a member of a JSON object. A name has no
	// quotation marks.
	Key func(name string) string
	// Bytewise follows a text that is compared by its bytes in UTF-8.
	Bytewise string
	// Triples returns an aggregate of three columns: a JSON array of arrays.
	Triples func(a, b, c string) string
	// Clock is the time of the database when the statement runs, in microseconds.
	// SQLite has it to the millisecond.
	Clock string
}

// Each returns a condition about a table, which has an alias: it is true for the rows
// that where, about the table as x, finds for the rows of a list, at most one for each.
// They are looked up one after the other. As a join or with Among, PostgreSQL compares
// every row with every value of the list where it expects few rows, such as in a group
// that the same transaction filled: at 10,000 members that takes minutes. Nothing that
// an index could find belongs beside it, as SQLite would prefer that index: a condition
// in "is true" has none.
func (d Dialect) Each(alias, table, where, list string) string {
	return alias + "." + d.Row +
		d.Among("select (select x."+d.Row+" from "+table+" x where "+where+") from "+list)
}

func sqliteDialect() Dialect {
	return Dialect{
		LockFree: func(columns, table, where, order, _ string, _ bool) []string {
			return []string{
				"select " + columns + " from " + table + " where " + where + " order by " + order + " limit 1",
			}
		},
		Values: func(param string) string {
			return "select value from json_each(" + param + ")"
		},
		Ranges: func(param string) string {
			return "select json_extract(value, '$[0]') as low, json_extract(value, '$[1]') as high from json_each(" + param + ")"
		},
		NextValue: func(string) string { return "" },
		Next: func(_, table, column string) string {
			return "(select coalesce(max(" + column + "), 0) from " + table + ") + row_number() over ()"
		},
		Among: func(query string) string { return " in (" + query + ")" },
		Row:   "rowid",
		Elements: func(object, param string) string {
			return "json_each(" + object + ", " + param + ") e"
		},
		Member: func(object, param string) string {
			return "json_extract(" + object + ", " + param + ")"
		},
		Key: func(name string) string { return `$."` + name + `"` },
		Triples: func(a, b, c string) string {
			return "json_group_array(json_array(" + a + ", " + b + ", " + c + "))"
		},
		Clock: "cast(unixepoch('now', 'subsec') * 1000000 as integer)",
	}
}

func postgresDialect() Dialect {
	return Dialect{
		ForUpdate:      " for update",
		ForNoKeyUpdate: " for no key update",
		ForKeyShare:    " for key share of u",
		Lock:           "select pg_advisory_xact_lock(" + lockKey + "), " + byIndex,
		LockShared:     "select pg_advisory_xact_lock_shared(" + lockKey + "), " + byIndex,
		LockFree:       postgresLockFree,
		SkipLocked:     " for update skip locked",
		Analyze:        "analyze ",
		Values: func(param string) string {
			// The planner expects 100 rows of json_array_elements_text, for which it
			// reads a table of up to some 17,000 rows whole, and 10 of an array.
			return "select unnest(array(select json_array_elements_text(" + param + "::text::json))) as value"
		},
		Ranges: func(param string) string {
			return "select (value->>0)::bigint as low, (value->>1)::bigint as high from json_array_elements(" + param +
				"::text::json)"
		},
		NextValue: nextValue,
		Next:      func(sequence, _, _ string) string { return nextValue(sequence) },
		Among:     func(query string) string { return " = any (array(" + query + "))" },
		Row:       "ctid",
		Elements: func(object, param string) string {
			return "json_array_elements(" + object + "::json -> cast(" + param + " as text)) e"
		},
		Member: func(object, param string) string {
			return "(" + object + " ->> cast(" + param + " as text))"
		},
		Key:      func(name string) string { return name },
		Bytewise: ` collate "C"`,
		Triples: func(a, b, c string) string {
			return "coalesce(json_agg(json_build_array(" + a + ", " + b + ", " + c +
				")), '[]')::text"
		},
		Clock: "(extract(epoch from clock_timestamp()) * 1000000)::bigint",
	}
}

// lockKey distinguishes the schemas of a database, as tables do.
const lockKey = "hashtextextended(current_schema() || ' ' || $1, 0)"

// byIndex makes PostgreSQL find rows by an index until the transaction ends. It plans a
// statement by what it knows about a table, and keeps the plan. Where it believes a
// table to be empty it reads all of it, for each of 10,000 members that the same
// statement adds. A plan that reads a table all the same gets a cost for which
// PostgreSQL would compile it, so that is off, too.
const byIndex = "set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"

func nextValue(sequence string) string { return "nextval('" + sequence + "')" }

// postgresLockFree notes in a setting of the transaction that a row was free, so
// that the second statement does not wait: both are sent before the first is
// answered.
func postgresLockFree(columns, table, where, order, wait string, keep bool) []string {
	all := " from " + table + " where " + where
	mode := " for share"
	if keep {
		mode = " for update"
	}
	return []string{
		"select " + columns + " from (select " + columns +
			", set_config('gatehouse.free', 'found', true) from (select " + columns + all + " order by " + order + " limit 1 for update skip locked) free) noted",
		"select " + columns + all + " and " + wait +
			" and coalesce(current_setting('gatehouse.free', true), '') <> 'found'" + mode,
	}
}
