package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/fold"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// foundAtOnce is how many accounts or groups become found resources in one
// transaction, so that sign-ins can run in between.
const foundAtOnce = 500

// foundAccount is an account that signed in by a connection and that the identity
// provider did not provision yet.
type foundAccount struct {
	sso.User
	subject  string
	document string // of the found user; "" if there is none
}

// resource returns what the account says, as the identity provider would.
func (a foundAccount) resource(conn sso.ConnectionID) (sso.ProvisionedUser, error) {
	u := sso.ProvisionedUser{
		ID:         sso.ResourceID(a.ID),
		Enterprise: a.Enterprise,
		Connection: conn,
		Origin:     sso.OriginFound,
		UserName:   a.Login,
		ExternalID: a.subject,
		Active:     a.Status == sso.UserActive,
		Name:       a.Name,
		Account:    a.ID,
		Version:    1,
		CreatedAt:  a.CreatedAt,
	}
	if checkValue("externalId", u.ExternalID) != nil {
		u.ExternalID = ""
	}
	doc := map[string]any{
		"userName": u.UserName,
		"active":   u.Active,
	}
	if u.ExternalID != "" {
		doc["externalId"] = u.ExternalID
	}
	if u.Name != "" {
		doc["displayName"] = u.Name
	}
	if a.Email != "" {
		u.Emails = []sso.ProvisionedEmail{{
			Value:   a.Email,
			Type:    "work",
			Primary: true,
		}}
		doc["emails"] = []any{map[string]any{
			"value":   a.Email,
			"type":    "work",
			"primary": true,
		}}
	}
	var err error
	u.Document, err = json.Marshal(doc)
	return u, err
}

// accountLookup selects accounts of a connection: all, or those with one of the
// values, and those whose found user has one.
type accountLookup struct {
	all                           bool
	logins, subjects, emails, ids []string
}

func (l accountLookup) isEmpty() bool {
	return !l.all && len(l.logins)+len(l.subjects)+len(l.emails)+len(l.ids) == 0
}

// usersNamed returns the lookup of the accounts of a login.
func usersNamed(login string) accountLookup {
	return accountLookup{
		all:    !foldsAgree(login),
		logins: []string{login},
	}
}

// usersLookup returns which accounts can satisfy a filter. Accounts are looked up
// by the values that it compares by eq; without one, all are.
func usersLookup(f filter.Expr) accountLookup {
	l, targeted := accountLookup{}, false
	if f != nil {
		targeted = l.read(f)
	}
	if !targeted {
		return accountLookup{all: true}
	}
	return l
}

// read adds the values of a filter. It reports false if other accounts can satisfy
// the filter too.
func (l *accountLookup) read(f filter.Expr) bool {
	switch f := f.(type) {
	case filter.All:
		return slices.ContainsFunc(f, l.read)
	case filter.Any:
		return !slices.ContainsFunc(f, func(part filter.Expr) bool { return !l.read(part) })
	case filter.Element:
		c, is := valueNamed(f.Filter)
		c.Path = f.Path
		return is && l.compare(c)
	case filter.Compare:
		return l.compare(f)
	default:
		return false
	}
}

func (l *accountLookup) compare(c filter.Compare) bool {
	value, is := c.Value.(string)
	if !is || c.Op != filter.Equal {
		return false
	}
	switch columnName(c.Path) {
	case "username":
		l.logins = append(l.logins, value)
		return foldsAgree(value)
	case "externalid":
		l.subjects = append(l.subjects, value)
	case "emails", "emails.value":
		l.emails = append(l.emails, value)
	case "id":
		l.ids = append(l.ids, value)
	case "groups", "groups.value": // members are known
	default:
		return false
	}
	return true
}

// foldsAgree reports whether names that SCIM takes for a name are also one to
// [fold.Name], by which accounts and groups are looked up. That is not so of Greek
// and Cyrillic capitals, which look like Latin ones.
func foldsAgree(name string) bool {
	folded := fold.Name(name)
	return folded == fold.Name(strings.ToUpper(name)) &&
		folded == fold.Name(strings.ToLower(name)) &&
		folded == fold.Name(filter.Fold(name))
}

// foundAccountColumns and fromFoundAccounts read the accounts of a connection that the
// identity provider did not provision, with their found users. Each account is looked
// up on its own, and its identity not by the connection: PostgreSQL would read all
// accounts for each while it has no statistics.
const foundAccountColumns = `u.id, u.enterprise_id, u.login, u.email, u.name, u.status, u.created_at,
	(select coalesce(i.subject, '') from identities i
		where i.enterprise_id = $1 and i.connection_id || '' = $2 and i.user_id = u.id),
	coalesce((select p.document from provisioned_users p
		where p.enterprise_id = $1 and p.connection_id = $2 and p.account_id = u.id limit 1), '')`

const fromFoundAccounts = ` from users u where u.enterprise_id = $1 and u.status in ('active', 'deactivated')
	and coalesce((select 1 from identities i
		where i.enterprise_id = $1 and i.connection_id || '' = $2 and i.user_id = u.id), 0) = 1
	and coalesce((select max(p.origin) from provisioned_users p
		where p.enterprise_id = $1 and p.connection_id = $2 and p.account_id = u.id), 'found') = 'found'
	and coalesce((select 1 from provisioned_former f
		where f.enterprise_id = $1 and f.connection_id = $2 and f.account_id = u.id), 0) = 0`

// outdated is of accounts without a found user, or with one of another name or status.
// Other differences are seen when the user is listed.
const outdated = ` and coalesce((select case when p.user_name = u.login and p.name = u.name
		and p.active = (u.status = 'active') then 1 else 0 end from provisioned_users p
		where p.enterprise_id = $1 and p.connection_id = $2 and p.account_id = u.id limit 1), 0) = 0`

func scanFoundAccount(r engine.Row) (a foundAccount, err error) {
	err = r.Scan(
		&a.ID, &a.Enterprise, &a.Login, &a.Email, &a.Name, &a.Status, engine.Time(&a.CreatedAt),
		&a.subject, &a.document,
	)
	return a, err
}

// accounts returns the accounts of a lookup that have a status, "" for any, at most
// foundAtOnce behind an ID. Of all, it returns those whose found user is missing or
// outdated.
func (l accountLookup) accounts(
	ctx context.Context, db *DB, p sso.Push, status sso.UserStatus, after sso.UserID,
) ([]foundAccount, error) {
	text, args := l.accountsText(db.sql.Dialect, p, status, after)
	return engine.List(ctx, db.sql, scanFoundAccount, text, args...)
}

// accountsText is the statement of accounts, and its arguments.
func (l accountLookup) accountsText(
	dialect engine.Dialect, p sso.Push, status sso.UserStatus, after sso.UserID,
) (string, []any) {
	w := &engine.Where{}
	w.Param(string(p.Enterprise))
	w.Param(string(p.Connection))
	w.AndText("u.status = ", string(status))
	if l.all {
		w.And("u.id > ", string(after))
		w.Add(outdated)
	} else {
		// Not by a range of IDs: SQLite would read all accounts in their order.
		w.And("u.id || '' > ", string(after))
		w.Add(" and u.id" + dialect.Among(l.selection(dialect, w)))
	}
	text := "select " + foundAccountColumns + fromFoundAccounts + w.String() +
		" order by u.id limit " + strconv.Itoa(foundAtOnce)
	return text, w.Args()
}

// selection returns a select of the IDs of the accounts.
func (l accountLookup) selection(dialect engine.Dialect, w *engine.Where) string {
	var parts []string
	// Each select has one place for the values, and joins them: both databases look each
	// value up then, instead of reading all rows of the enterprise.
	add := func(values []string, form func(string) string, selects ...string) {
		if len(values) == 0 {
			return
		}
		formed := make([]string, len(values))
		for i, v := range values {
			formed[i] = cleanNUL(form(v))
		}
		for _, text := range selects {
			parts = append(parts, fmt.Sprintf(text, dialect.Values(w.Param(engine.JSONList(formed)))))
		}
	}
	same := func(s string) string { return s }
	const (
		account = "select a.id from (%s) n cross join users a where a.enterprise_id = $1 and "
		subject = "select s.user_id from (%s) n cross join identities s " +
			"where s.enterprise_id = $1 and s.connection_id = $2 and "
		found = "select x.account_id from (%s) n cross join provisioned_users x " +
			"where x.enterprise_id = $1 and x.connection_id = $2 and x.origin = 'found' and "
	)
	add(l.logins, identity.LoginKey, account+"a.login_folded = n.value")
	add(l.logins, filter.Fold, found+"x.user_name_folded = n.value")
	add(l.emails, strings.ToLower, account+"lower(a.email) = n.value")
	add(l.subjects, same, subject+"s.subject = n.value", found+"x.external_id = n.value")
	if len(l.ids) > 0 {
		ids := strings.Split(cleanNUL(strings.Join(l.ids, "\n")), "\n") // no ID has a line break
		parts = append(parts, dialect.Values(w.Param(engine.JSONList(ids))))
	}
	return strings.Join(parts, " union ")
}

// findUsers makes found users of the accounts of a lookup, and updates those that
// say something else than the account. It reports whether it wrote.
func (db *DB) findUsers(ctx context.Context, p sso.Push, l accountLookup) (wrote bool, err error) {
	if l.isEmpty() || l.all && db.rehearsal {
		return false, nil
	}
	statuses := []sso.UserStatus{""}
	if l.all { // an active account gets its login before one that is not
		statuses = []sso.UserStatus{sso.UserActive, sso.UserDeactivated}
	}
	for _, status := range statuses {
		for after, more := sso.UserID(""), true; more; {
			some, err := l.accounts(ctx, db, p, status, after)
			if err != nil {
				return wrote, err
			}
			if more = len(some) == foundAtOnce; more {
				after = some[len(some)-1].ID
			}
			some, err = changedAccounts(some, p.Connection)
			if err != nil {
				return wrote, err
			}
			if len(some) > 0 {
				wrote = true
				if err := db.saveFoundUsers(ctx, p, some); err != nil {
					return wrote, err
				}
			}
		}
	}
	return wrote, nil
}

// changedAccounts returns the accounts whose found user is missing or says something
// else, active ones first.
func changedAccounts(all []foundAccount, conn sso.ConnectionID) ([]foundAccount, error) {
	var changed []foundAccount
	for _, a := range all {
		u, err := a.resource(conn)
		if err != nil {
			return nil, err
		}
		if a.document != string(u.Document) {
			changed = append(changed, a)
		}
	}
	slices.SortStableFunc(changed, func(a, b foundAccount) int { return strings.Compare(string(a.Status), string(b.Status)) })
	return changed, nil
}

func (db *DB) saveFoundUsers(ctx context.Context, p sso.Push, accounts []foundAccount) error {
	save := func(ctx context.Context, t *tx) error {
		taken, err := t.takenUsers(ctx, p, accounts)
		if err != nil {
			return err
		}
		var fresh []sso.ProvisionedUser
		for _, a := range accounts {
			u, err := a.resource(p.Connection)
			if err != nil {
				return err
			}
			u.ModifiedAt = t.now
			is, err := t.updateFoundUser(u, taken)
			if err != nil {
				return err
			}
			if is {
				fresh = append(fresh, u)
			}
		}
		return t.insertFoundUsers(ctx, p, fresh)
	}
	err := db.changePushed(ctx, p.Enterprise, save)
	if engine.IsUniqueIn(err, "provisioned_users") { // a user got the name meanwhile
		err = db.changePushed(ctx, p.Enterprise, save)
	}
	return err
}

// takenUsers returns the users of a connection by ID and by folded userName, as far
// as the accounts have them. No user is added until the commit.
func (t *tx) takenUsers(
	ctx context.Context, p sso.Push, accounts []foundAccount,
) (map[string]sso.ProvisionedUser, error) {
	t.lockResources(p)
	var ids, names []string
	for _, a := range accounts {
		ids = append(ids, string(a.ID))
		names = append(names, filter.Fold(a.Login))
	}
	taken := map[string]sso.ProvisionedUser{}
	err := t.Query(ctx, func(r engine.Row) error {
		u, err := scanProvisionedUser(r)
		taken[string(u.ID)] = u.ProvisionedUser
		taken[nameKey(u.UserName)] = u.ProvisionedUser
		return err
	}, "select "+provisionedUserColumns+` from provisioned_users u
		where u.enterprise_id = $1 and u.connection_id = $2 and (u.id`+
		t.db.sql.Dialect.Among(t.db.sql.Dialect.Values("$3"))+" or u.user_name_folded"+
		t.db.sql.Dialect.Among(t.db.sql.Dialect.Values("$4"))+")",
		string(p.Enterprise), string(p.Connection), engine.JSONList(ids), engine.JSONList(names))
	return taken, err
}

// nameKey returns the key of a userName, which no ID is.
func nameKey(userName string) string { return " " + filter.Fold(userName) }

// updateFoundUser updates a found user, unless another user has its userName. It
// reports whether the user is a new one. taken is kept current.
func (t *tx) updateFoundUser(u sso.ProvisionedUser, taken map[string]sso.ProvisionedUser) (fresh bool, err error) {
	before, known := taken[string(u.ID)]
	other, has := taken[nameKey(u.UserName)]
	if known && before.Origin != sso.OriginFound || has && other.ID != u.ID {
		return false, nil
	}
	delete(taken, nameKey(before.UserName))
	taken[nameKey(u.UserName)] = u
	if !known {
		return true, nil
	}
	u.Version = before.Version + 1
	return false, t.updateProvisionedUser(before, u)
}

func (t *tx) insertFoundUsers(ctx context.Context, p sso.Push, users []sso.ProvisionedUser) error {
	if len(users) == 0 {
		return nil
	}
	first, err := t.takePositions(ctx, p, userResources, int64(len(users)))
	for i, u := range users {
		err = firstOf(err, t.insertProvisionedUser(u, first+int64(i)))
	}
	return err
}

// current returns a found user as its account is now, in a transaction that has
// locked the user.
func (t *tx) current(ctx context.Context, p sso.Push, u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
	if u.Origin != sso.OriginFound {
		return u, nil
	}
	a, ok, err := engine.One(
		ctx, t, scanFoundAccount, "select "+foundAccountColumns+fromFoundAccounts+" and u.id = $3",
		string(p.Enterprise), string(p.Connection), string(u.Account),
	)
	if err != nil || !ok {
		return u, err
	}
	now, err := a.resource(p.Connection)
	u.UserName = now.UserName
	u.ExternalID = now.ExternalID
	u.Active = now.Active
	u.Name = now.Name
	u.Emails = now.Emails
	u.Document = now.Document
	return u, err
}

// foundAmong returns the lookup of the accounts of found users.
func foundAmong(rows []userRow) (l accountLookup) {
	for _, u := range rows {
		if u.Origin == sso.OriginFound {
			l.ids = append(l.ids, string(u.Account))
		}
	}
	return l
}
