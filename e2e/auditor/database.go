package auditor

import (
	"fmt"
	"strings"
)

// sound checks I7: the database reports no corruption, and no reference dangles.
func (c *check) sound() error {
	if c.Postgres {
		return c.soundPostgres()
	}
	rows, err := c.rows("pragma integrity_check")
	if err != nil {
		// An unreadable database is a violation, not an error of the check.
		c.broken("integrity_check: %v", err)
		return nil
	}
	for _, row := range rows {
		if row[0] != "ok" {
			c.broken("integrity_check: %s", row[0])
		}
	}
	return c.none("a reference leads nowhere", "pragma foreign_key_check")
}

func (c *check) soundPostgres() error {
	// The server may lack amcheck, and creating it fails if another check does so at
	// the same time.
	_, _ = c.DB.ExecContext(c.ctx, "create extension if not exists amcheck schema public")
	has, err := c.rows("select 1 from pg_extension where extname = 'amcheck'")
	if err != nil {
		return err
	}
	if len(has) > 0 {
		indexes, err := c.rows(`select i.indexrelid::regclass::text from pg_index i join pg_class k on k.oid = i.indexrelid join pg_am a on a.oid = k.relam
			where a.amname = 'btree' and k.relnamespace = current_schema()::regnamespace`)
		if err != nil {
			return err
		}
		for _, index := range indexes {
			if _, err := c.DB.ExecContext(
				c.ctx,
				"select public.bt_index_check('"+index[0]+"'::regclass, true)",
			); err != nil {
				c.broken("amcheck of %s: %v", index[0], err)
			}
		}
	}
	return c.references()
}

// references checks every foreign key again by a query.
func (c *check) references() error {
	keys, err := c.rows(`select k.conname, k.conrelid::regclass::text, k.confrelid::regclass::text, string_agg('c.' || a.attname || ' = p.' || b.attname, ' and '),
			string_agg('c.' || a.attname || ' is not null', ' and ')
		from pg_constraint k cross join lateral unnest(k.conkey, k.confkey) as n(child, parent)
		join pg_attribute a on a.attrelid = k.conrelid and a.attnum = n.child join pg_attribute b on b.attrelid = k.confrelid and b.attnum = n.parent
		where k.contype = 'f' and k.connamespace = current_schema()::regnamespace group by 1, 2, 3`)
	if err != nil {
		return err
	}
	for _, k := range keys {
		query := fmt.Sprintf(
			"select c::text from %s c where %s and not exists (select 1 from %s p where %s) limit 5",
			k[1], k[4], k[2], k[3],
		)
		if err := c.none("a reference of "+k[0]+" leads nowhere", query); err != nil {
			return err
		}
	}
	return nil
}

// column identifies a column.
type column struct{ table, name string }

func (c *check) columns() ([]column, error) {
	query := "select m.name, p.name from sqlite_master m join pragma_table_info(m.name) p where m.type = 'table' and m.name not like 'sqlite%' order by 1, p.cid"
	if c.Postgres {
		query = "select table_name, column_name from information_schema.columns where table_schema = current_schema() order by 1, ordinal_position"
	}
	rows, err := c.rows(query)
	if err != nil {
		return nil, err
	}
	all := make([]column, len(rows))
	for i, row := range rows {
		all[i] = column{row[0], row[1]}
	}
	return all, nil
}

// separate checks I8: every row that a row refers to, by a foreign key or not, is of
// the same enterprise. It finds columns by name, so new tables are included. A row
// without an enterprise is the installation's and may refer to any.
func (c *check) separate() error {
	columns, err := c.columns()
	if err != nil {
		return err
	}
	tenants := map[string]bool{}
	for _, col := range columns {
		if col.name == "enterprise_id" {
			tenants[col.table] = true
		}
	}
	for _, col := range columns {
		noun, refers := strings.CutSuffix(col.name, "_id")
		parent := noun + "s"
		if !refers || !tenants[col.table] || !tenants[parent] {
			continue
		}
		query := fmt.Sprintf(
			`select c.enterprise_id, c.%[1]s, p.enterprise_id from %[2]s c join %[3]s p on p.id = c.%[1]s and p.enterprise_id <> c.enterprise_id
			where c.enterprise_id <> '' and not exists (select 1 from %[3]s q where q.id = c.%[1]s and q.enterprise_id = c.enterprise_id) limit 5`,
			col.name, col.table, parent,
		)
		if err := c.none(col.table+"."+col.name+" is of another enterprise", query); err != nil {
			return err
		}
	}
	return nil
}
