package store

import (
	"context"
	"fmt"
	"strconv"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// sealedColumn is a column with sealed values. id is the column that identifies
// the row in a place.
type sealedColumn struct {
	table, column, id string
	tenant            bool // the table has an enterprise_id
}

func (c sealedColumn) place(row string, ent sso.EnterpriseID) place {
	return place{c.table + "." + c.column, row, ent}
}

// sealedColumns lists all columns with secrets.
func sealedColumns() []sealedColumn {
	return []sealedColumn{
		{"sealed_values", "value", "name", false},
		{"connections", "live_secret", "id", true},
		{"connections", "draft_secret", "id", true},
		{"connections", "previous_secret", "id", true},
		{"connections", "live_directory", "id", true},
		{"connections", "draft_directory", "id", true},
		{"connections", "previous_directory", "id", true},
		{"connection_keys", "private", "id", true},
		{"pending_logins", "nonce", "id", true},
		{"pending_logins", "verifier", "id", true},
		{"attempts", "identity", "id", true},
		{"test_runs", "result", "id", true},
		{"email_proofs", "sign_in", "id", true},
		{"signing_keys", "private", "id", false},
		{"admins", "password", "id", false},
	}
}

const rotated = 200 // values sealed again in one transaction

// RotateKeys seals with the current key all values that another key sealed, and
// returns their number. After it has returned on all nodes, the previous key is
// no longer needed.
func (db *DB) RotateKeys(ctx context.Context) (n int, err error) {
	defer func() { doing(&err, "rotate the secret key") }()
	for _, c := range sealedColumns() {
		for {
			var some int
			err := db.write(ctx, func(ctx context.Context, t *tx) (err error) {
				some, err = t.reseal(ctx, c)
				return err
			})
			if err != nil {
				return n, err
			}
			if n += some; some < rotated {
				break
			}
		}
	}
	return n, nil
}

type sealedRow struct {
	id, value  string
	enterprise sso.EnterpriseID
}

// reseal seals a limited number of values of a column again. A value that changes
// concurrently is skipped: it was sealed by that change.
func (t *tx) reseal(ctx context.Context, c sealedColumn) (int, error) {
	enterprise, same := "''", "$3 = ''"
	if c.tenant {
		enterprise, same = "enterprise_id", "enterprise_id = $3"
	}
	rows, err := engine.List(ctx, t, func(r engine.Row) (s sealedRow, err error) {
		err = r.Scan(&s.id, &s.enterprise, &s.value)
		return s, err
	},
		"select "+c.id+", "+enterprise+", "+c.column+" from "+c.table+" where "+c.column+
			" <> '' and "+c.column+" not like $1 limit "+strconv.Itoa(rotated),
		sealFormat+"."+t.db.sealer.current+".%")
	if err != nil {
		return 0, err
	}
	for _, s := range rows {
		p := c.place(s.id, s.enterprise)
		value, err := t.db.sealer.open(p, s.value)
		if err != nil {
			return 0, fmt.Errorf("open a secret to seal it again: %w", err)
		}
		t.Queue(
			"update "+c.table+" set "+c.column+" = $4 where "+c.id+" = $2 and "+c.column+
				" = $1 and "+same,
			s.value, s.id, string(s.enterprise), t.db.sealer.seal(p, value),
		)
	}
	return len(rows), nil
}
