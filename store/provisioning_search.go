package store

import (
	"context"
	"strconv"
	"strings"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

// FindPushed returns the first users and groups that a connection was pushed and
// whose userName or displayName contains a text, by name. limit is that of each.
func (db *DB) FindPushed(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, text string, limit int,
) (found sso.PushedNames, err error) {
	defer func() { doing(&err, "find what was pushed") }()
	ctx, done, err := db.searches.enter(ctx)
	if err != nil {
		return found, err
	}
	defer done()
	err = findPushed(ctx, db, userQuery(ent, conn), "user_name_folded", text, limit, func(u userRow) {
		found.Users = append(found.Users, u.ProvisionedUser)
	})
	if err != nil {
		return found, err
	}
	err = findPushed(ctx, db, groupQuery(ent, conn), "display_name_folded", text, limit, func(g groupRow) {
		found.Groups = append(found.Groups, g.ProvisionedGroup)
	})
	return found, err
}

func findPushed[T any](
	ctx context.Context, db *DB, q resourceQuery[T], column, text string, limit int, add func(T),
) error {
	w := &engine.Where{}
	w.And(q.alias+".enterprise_id = ", string(q.enterprise))
	w.And(q.alias+".connection_id = ", string(q.connection))
	w.Add(" and " + q.alias + ".origin = 'pushed'")
	if text != "" {
		w.And(q.alias+"."+column+" like ", containing(filter.Fold(text)))
		w.Add(" escape '!'")
	}
	rows, err := engine.List(
		ctx, db.sql, q.scan,
		"select "+q.columns+" from "+q.table+" "+q.alias+w.String()+
			" order by "+q.alias+"."+column+" limit "+strconv.Itoa(limit),
		w.Args()...,
	)
	for _, x := range rows {
		add(x)
	}
	return err
}

// containing returns the pattern of texts that contain a part; its escape
// character is !.
func containing(part string) string {
	return "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(part) + "%"
}
