package store

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// ExportUser gives take each record about a user and those merged into them, section by
// section, and audits that. Secrets and their hashes are not among them, nor what is
// about another person. begin is called before the first record.
func (db *DB) ExportUser(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
	begin func(sso.UserExport) error, take sso.ExportRecord,
) (err error) {
	defer func() { doing(&err, "export a user") }()
	e := sso.UserExport{
		Enterprise: ent,
		User:       user,
		At:         db.now(),
	}
	err = db.change(ctx, ent, func(ctx context.Context, t *tx) error {
		if _, err := found(findUser(ctx, t, ent, user)); err != nil {
			return err
		}
		if e.Accounts, err = mergedUsers(ctx, t, ent, user); err != nil {
			return err
		}
		return t.audit(ctx, by, "user.exported", string(user))
	})
	if err != nil {
		return err
	}
	if err := begin(e); err != nil {
		return err
	}
	for _, table := range exportedTables() {
		if err := db.exportTable(ctx, e, table, take); err != nil {
			return err
		}
	}
	return nil
}

// exportedTable is a table with records about a user.
type exportedTable struct {
	section string
	table   string
	where   string // about the row x; {users} is the list of the accounts
	columns string // words as exportedColumn reads them
}

func (db *DB) exportTable(ctx context.Context, e sso.UserExport, table exportedTable, take sso.ExportRecord) error {
	var names, columns []string
	var fields []exportedField
	for word := range strings.FieldsSeq(table.columns) {
		name, column, field := exportedColumn(word)
		names, columns, fields = append(names, name), append(columns, column), append(fields, field)
	}
	users := make([]string, len(e.Accounts))
	for i, id := range e.Accounts {
		users[i] = string(id)
	}
	where := strings.ReplaceAll(table.where, "{users}", "("+db.sql.Dialect.Values("$2")+")")
	query := "select " + strings.Join(columns, ", ") + " from " + table.table +
		" x where x.enterprise_id = $1 and " + where
	// A section is read before it is given on: a slow reader of the export keeps no
	// connection to the database.
	records, err := engine.List(ctx, db.sql, func(r engine.Row) ([]byte, error) {
		values := make([]any, len(fields))
		dest := make([]any, len(fields))
		for i, field := range fields {
			dest[i] = field(&values[i])
		}
		if err := r.Scan(dest...); err != nil {
			return nil, err
		}
		return exportedRecord(names, values)
	}, query, string(e.Enterprise), engine.JSONList(users))
	if err != nil {
		return fmt.Errorf("read %s: %w", table.section, err)
	}
	for _, record := range records {
		if err := take(table.section, record); err != nil {
			return err
		}
	}
	return nil
}

// exportedRecord returns a JSON object with the members in the order of their names.
func exportedRecord(names []string, values []any) ([]byte, error) {
	record := []byte{'{'}
	for i, name := range names {
		value, err := json.Marshal(values[i])
		if err != nil {
			return nil, err
		}
		if i > 0 {
			record = append(record, ',')
		}
		record = append(append(append(record, '"'), name...), `":`...)
		record = append(record, value...)
	}
	return append(record, '}'), nil
}

// exportedField returns what a column is scanned into, to be a value of JSON.
type exportedField func(into *any) engine.ScanFunc

// exportedColumn reads a word NAME:KIND: the name of a column, and time, flag, number or
// json if it is not a text.
func exportedColumn(word string) (name, column string, field exportedField) {
	name, kind, _ := strings.Cut(word, ":")
	switch kind {
	case "time":
		return name, "x." + name, exportedTime
	case "flag":
		return name, "case when x." + name + " then 1 else 0 end", exportedFlag
	case "number":
		return name, "x." + name, exportedNumber
	case "json":
		return name, "x." + name, exportedJSON
	}
	return name, "coalesce(x." + name + ", '')", exportedText
}

func exportedText(into *any) engine.ScanFunc {
	return func(src any) error {
		text, err := engine.Text(src)
		*into = text
		return err
	}
}

func exportedTime(into *any) engine.ScanFunc {
	return func(src any) error {
		var at time.Time
		if err := engine.Time(&at).Scan(src); err != nil {
			return err
		}
		if *into = nil; !at.IsZero() {
			*into = at
		}
		return nil
	}
}

func exportedFlag(into *any) engine.ScanFunc {
	return func(src any) error {
		n, ok := src.(int64)
		*into = ok && n != 0
		return nil
	}
}

func exportedNumber(into *any) engine.ScanFunc {
	return func(src any) error {
		*into = src
		return nil
	}
}

// exportedJSON takes a text that is JSON; any other stays a text.
func exportedJSON(into *any) engine.ScanFunc {
	return func(src any) error {
		text, err := engine.Text(src)
		*into = text
		if json.Valid([]byte(text)) {
			*into = json.RawMessage(text)
		}
		return err
	}
}
