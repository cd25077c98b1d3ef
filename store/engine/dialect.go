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
	// SkipLocked is ForUpdate for a select that omits locked rows.
	SkipLocked string
	// Values returns a select of the strings in a parameter made by [JSONList];
	// its column is named value.
	Values func(param string) string
	// Triples returns an aggregate of three columns: a JSON array of arrays.
	Triples func(a, b, c string) string
}

func sqliteDialect() Dialect {
	return Dialect{
		Values: func(param string) string {
			return "select value from json_each(" + param + ")"
		},
		Triples: func(a, b, c string) string {
			return "json_group_array(json_array(" + a + ", " + b + ", " + c + "))"
		},
	}
}

func postgresDialect() Dialect {
	return Dialect{
		ForUpdate:      " for update",
		ForNoKeyUpdate: " for no key update",
		ForKeyShare:    " for key share of u",
		SkipLocked:     " for update skip locked",
		Values: func(param string) string {
			return "select json_array_elements_text(" + param + "::text::json) as value"
		},
		Triples: func(a, b, c string) string {
			return "coalesce(json_agg(json_build_array(" + a + ", " + b + ", " + c +
				")), '[]')::text"
		},
	}
}
