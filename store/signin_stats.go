package store

import (
	"context"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

const (
	mostNames = 500
	mostHeld  = 100
	aDay      = "86400000000" // microseconds
)

// ended lists all outcomes of attempts, so that one index range is read for each.
const ended = "a.outcome in ('succeeded', 'failed', 'pending')"

// bigint declares the type of a parameter where the statement does not.
func bigint(param string) string { return "cast(" + param + " as bigint)" }

// Vitals returns the sign-in statistics of an enterprise. It reads indexes only;
// the cost depends on what happened since q.Days.
func (db *DB) Vitals(ctx context.Context, ent sso.EnterpriseID, q sso.VitalsQuery) (v sso.Vitals, err error) {
	defer func() { doing(&err, "count sign-ins") }()
	// SQLite joins in this order.
	const of = " from connections c cross join attempts a where c.enterprise_id = $1 and a.enterprise_id = $1 and a.connection_id = c.id and "
	// Counting each day and outcome reads an index range; grouping would sort the
	// rows.
	v.Days, err = engine.List(ctx, db.sql, func(r engine.Row) (n sso.SignInCount, err error) {
		var day int64
		err = r.Scan(&n.Connection, &n.Outcome, &day, &n.Count)
		n.Day = engine.FromMicros(day)
		return n, err
	},
		`with recursive days(day) as (select `+bigint("$2")+` union all select day + `+aDay+
			` from days where day + `+aDay+` <= $3)
		select * from (select c.id, o.outcome, d.day, (select count(*) from attempts a where a.enterprise_id = $1 and a.connection_id = c.id
				and a.outcome = o.outcome and a.at >= d.day and a.at < d.day + `+aDay+`) as n
			from connections c cross join days d cross join (select 'succeeded' as outcome union all select 'failed' union all select 'pending') o
			where c.enterprise_id = $1) counted
		where n > 0 order by 3, 1, 2`, string(ent), engine.Micros(q.Days), engine.Micros(db.now()))
	if err != nil {
		return v, err
	}
	v.Last, err = engine.List(ctx, db.sql, func(r engine.Row) (n sso.SignInCount, err error) {
		err = r.Scan(&n.Connection, &n.Outcome, &n.Code, &n.Count)
		return n, err
	},
		"select a.connection_id, a.outcome, a.code, count(*)"+of+ended+
			" and a.at >= $2 group by 1, 2, 3 order by 4 desc, 1, 2, 3",
		string(ent), engine.Micros(q.Since))
	if err != nil {
		return v, err
	}
	if err := db.newest(ctx, ent, q.Newest, &v); err != nil {
		return v, err
	}
	return v, db.waiting(ctx, ent, &v)
}

// newest reads the latest attempts over each connection.
func (db *DB) newest(ctx context.Context, ent sso.EnterpriseID, most int, v *sso.Vitals) error {
	v.LastSuccess, v.HadGroups = map[sso.ConnectionID]time.Time{}, map[sso.UserID]bool{}
	ids, err := engine.List(
		ctx, db.sql, engine.ScanText,
		"select c.id from connections c where c.enterprise_id = $1 order by c.id",
		string(ent),
	)
	if err != nil {
		return err
	}
	for _, id := range ids {
		for _, outcome := range []sso.Outcome{sso.OutcomeSucceeded, sso.OutcomeFailed} {
			some, err := engine.List(ctx, db.sql, func(r engine.Row) (a sso.Attempt, err error) {
				var had bool
				a, err = scanAttempt(scanMore{r, []any{&had}})
				v.HadGroups[a.User] = had
				return a, err
			},
				"select "+prefixed("a", attemptColumns)+
					`, exists (select 1 from asserted_names n where n.enterprise_id = a.enterprise_id and n.user_id = a.user_id)
				from attempts a where a.enterprise_id = $1 and a.connection_id = $2 and a.outcome = $3 order by a.at desc limit $4`,
				string(ent), id, string(outcome), int64(most))
			if err != nil {
				return err
			}
			if len(some) > 0 && outcome == sso.OutcomeSucceeded {
				v.LastSuccess[sso.ConnectionID(id)] = some[0].At
			}
			v.Newest = append(v.Newest, some...)
		}
	}
	return nil
}

// prefixed qualifies each column with a table.
func prefixed(table, columns string) string {
	return table + "." + strings.ReplaceAll(columns, ", ", ", "+table+".")
}

// waiting counts what needs an admin. Unmatched names are found by skipping from
// each name to the next in the index, so that the number of users who have one
// does not matter.
func (db *DB) waiting(ctx context.Context, ent sso.EnterpriseID, v *sso.Vitals) error {
	n, _, err := engine.One(ctx, db.sql, engine.ScanNumber, `with recursive said(name, n) as (
			select (select min(name) from asserted_names where enterprise_id = $1), 1
			union all select (select min(a.name) from asserted_names a where a.enterprise_id = $1 and a.name > said.name), said.n + 1
				from said where said.name is not null and said.n < $2)
		select count(*) from said where name is not null and not exists (select 1 from groups g where g.enterprise_id = $1 and g.name = said.name and not g.is_default)
			and not exists (select 1 from group_idp_names i where i.enterprise_id = $1 and i.name = said.name)`,
		string(ent), int64(4*mostNames))
	if err != nil {
		return err
	}
	v.Unmatched = min(int(n), mostNames)
	if v.HeldBy, err = db.HeldTallies(ctx, ent); err != nil {
		return err
	}
	held := 0
	for _, t := range v.HeldBy {
		held += t.Waiting
	}
	v.Held, v.More = min(held, mostHeld), held >= mostHeld || v.Unmatched == mostNames
	questions, _, err := engine.One(
		ctx, db.sql, engine.ScanNumber,
		`select count(*) from (select 1 from identity_questions q where q.enterprise_id = $1 and q.state = 'waiting' limit $2) few`,
		string(ent), int64(mostHeld),
	)
	if err != nil {
		return err
	}
	v.Questions = int(questions)
	v.Subjects, err = engine.List(
		ctx, db.sql, scanSubjectChange,
		selectSubjectChange+" where s.enterprise_id = $1 and s.answer = '' order by s.id limit $2",
		string(ent), int64(mostHeld),
	)
	return err
}

// EnterpriseSummaries lists enterprises with a summary each, oldest first.
// contains is a part of the name or key in any letter case.
func (db *DB) EnterpriseSummaries(
	ctx context.Context, contains string, page sso.Page,
) (_ []sso.EnterpriseSummary, next string, err error) {
	defer func() { doing(&err, "list enterprises with their numbers") }()
	w := &engine.Where{}
	w.AndText("e.id > ", page.Cursor)
	if contains != "" {
		// Not like, which has wildcards.
		w.And("replace(lower(e.name) || '/' || e.key, ", strings.ToLower(contains))
		w.Add(", '') <> lower(e.name) || '/' || e.key")
	}
	query := `select e.id, e.key, e.name, e.created_at,
		(select count(*) from users u where u.enterprise_id = e.id),
		(select count(*) from connections c where c.enterprise_id = e.id and c.state = 'enabled'),
		(select count(*) from connections c where c.enterprise_id = e.id and c.draft <> ''),
		coalesce((select max((select max(a.at) from attempts a where a.enterprise_id = c.enterprise_id and a.connection_id = c.id and a.outcome = 'succeeded'))
			from connections c where c.enterprise_id = e.id), 0)
		from enterprises e` + w.String() + " order by e.id limit " + limit(page)
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (s sso.EnterpriseSummary, err error) {
		e := &s.Enterprise
		err = r.Scan(
			&e.ID, &e.Key, &e.Name, engine.Time(&e.CreatedAt), &s.People, &s.Enabled, &s.Drafts,
			engine.Time(&s.LastSuccess),
		)
		return s, err
	}, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(s sso.EnterpriseSummary) string {
		return string(s.Enterprise.ID)
	})
	return all, next, err
}
