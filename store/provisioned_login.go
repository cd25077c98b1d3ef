package store

import (
	"context"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/store/engine"
)

const (
	// comparedLogins is how many people a check of logins compares.
	comparedLogins = 200
	// namedLogins is how many differences it names.
	namedLogins = 20
)

// CheckLogins compares the people who last signed in through a connection with the
// users that were pushed to it.
func (db *DB) CheckLogins(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID,
) (check sso.LoginCheck, err error) {
	defer func() { doing(&err, "check logins") }()
	people, err := engine.List(ctx, db.sql, scanSignedIn,
		`select i.login, u.email, coalesce(i.subject, ''), u.id from identities i
		join users u on u.enterprise_id = i.enterprise_id and u.id = i.user_id
		where i.enterprise_id = $1 and i.connection_id = $2 and i.subject is not null and u.status = 'active'
		order by i.last_seen_at desc, i.login limit $3`,
		string(ent), string(conn), int64(comparedLogins),
	)
	if err != nil {
		return check, err
	}
	n, _, err := engine.One(ctx, db.sql, engine.ScanNumber,
		`select count(*) from provisioned_users
		where enterprise_id = $1 and connection_id = $2 and origin = 'pushed'`,
		string(ent), string(conn),
	)
	if err != nil {
		return check, err
	}
	check.Pushed, check.SignIns = int(n), len(people)
	names, err := db.pushedNames(ctx, ent, conn, people)
	if err != nil {
		return check, err
	}
	for _, p := range people {
		names.compare(&check, p)
	}
	return check, nil
}

// signedIn is a person as a sign-in asserted them.
type signedIn struct {
	login, email, subject string
	account               sso.UserID
}

func scanSignedIn(r engine.Row) (p signedIn, err error) {
	err = r.Scan(&p.login, &p.email, &p.subject, &p.account)
	return p, err
}

const ofConnection = "u.enterprise_id = $1 and u.connection_id = $2 and u.origin = 'pushed'"

// pushedName is a pushed user with the account that follows it, if there is one.
type pushedName struct {
	userName string
	account  sso.UserID
}

// pushedNames are pushed users by what people may have in common with them.
type pushedNames struct{ byName, byEmail, byExternalID map[string]pushedName }

func (db *DB) pushedNames(
	ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID, people []signedIn,
) (names pushedNames, err error) {
	var logins, emails, subjects []string
	for _, p := range people {
		logins = append(logins, filter.Fold(p.login))
		emails = append(emails, filter.Fold(p.email))
		subjects = append(subjects, p.subject)
	}
	read := func(into *map[string]pushedName, values []string, query string) {
		if err != nil {
			return
		}
		found := map[string]pushedName{}
		*into = found
		err = db.sql.Query(ctx, func(r engine.Row) error {
			var value string
			var name pushedName
			err := r.Scan(&value, &name.userName, &name.account)
			found[value] = name
			return err
		}, "select v.value, u.user_name, u.account_id from ("+db.sql.Dialect.Values("$3")+") v "+query,
			string(ent), string(conn), engine.JSONList(values))
	}
	read(&names.byName, logins,
		"cross join provisioned_users u where "+ofConnection+" and u.user_name_folded = v.value")
	read(&names.byExternalID, subjects,
		"cross join provisioned_users u where "+ofConnection+" and v.value <> '' and u.external_id = v.value")
	read(&names.byEmail, emails,
		`cross join provisioned_emails e cross join provisioned_users u
		where e.enterprise_id = $1 and e.connection_id = $2 and v.value <> '' and e.value_folded = v.value
			and u.id = e.user_id and `+ofConnection)
	return names, err
}

// compare adds a person to a check.
func (n pushedNames) compare(check *sso.LoginCheck, p signedIn) {
	if _, is := n.byName[filter.Fold(p.login)]; is {
		check.Matched++
		return
	}
	by := "externalId"
	name, is := n.byExternalID[p.subject]
	if !is {
		by = "e-mail address"
		name, is = n.byEmail[filter.Fold(p.email)]
	}
	if !is {
		check.MissingCount++
		if len(check.Missing) < namedLogins {
			check.Missing = append(check.Missing, p.login)
		}
		return
	}
	if name.account == p.account {
		check.Matched++
		return
	}
	check.DifferentCount++
	if len(check.Different) < namedLogins {
		check.Different = append(check.Different, sso.LoginDifference{
			Login:    p.login,
			UserName: name.userName,
			By:       by,
		})
	}
}
