package store

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// factsReader reads the facts about pushed users, for many at once.
type factsReader struct {
	*effects
	accounts map[sso.UserID]sso.User
	subjects map[string]sso.User
	linked   map[string]sso.User                // by linked subject
	logins   map[string][]sso.User              // by the key of the login
	exact    map[string][]sso.User              // by the login of the identity
	former   map[string]sso.User                // by externalId
	gone     map[sso.UserID]string              // externalId of the deleted resource by account
	released map[sso.UserID]bool                // their subjects were given to others
	expected map[string][]identity.ExpectedMove // by the key of a move
	had      map[string]sso.UserID              // by the externalId at a deleted connection
	owned    map[sso.UserID]sso.ResourceID
	departed map[string]sso.User // by the key of the login
	merged   map[string]sso.User // into whom users were merged, by the key of their login
	erased   map[string]bool     // digests of deleted users; nil before it is read
	holders  map[string]sso.User
	domains  map[string]bool
	away     map[sso.UserID]bool // another connection says that they are not active
	asked    map[sso.UserID]sso.IdentityQuestion
	emails   emailReader
	settled  *settled
}

// read reads the facts about users; of returns them.
func (r *factsReader) read(ctx context.Context, all []pushedUser) error {
	if err := r.readCandidates(ctx, all); err != nil {
		return err
	}
	for key, u := range r.merged {
		kept, err := r.lastKept(ctx, u, r.push.Connection, key)
		if err != nil {
			return err
		}
		r.merged[key] = kept
		if kept.Status == sso.UserDeactivated && r.departed[key].ID == "" {
			r.departed[key] = kept
		}
	}
	r.queueOwners()
	r.queueAway()
	r.queueAsked()
	if err := r.Flush(ctx); err != nil {
		return err
	}
	var logins []string
	for _, u := range all {
		login, _ := r.facts(u).Login()
		logins = append(logins, identity.LoginKey(login), identity.LoginKey(u.after.UserName))
	}
	r.byText(r.holders, "u.login_folded", "users u where u.enterprise_id = $1 and u.login_folded = n.value "+
		"and u.status = 'active'", logins)
	return r.Flush(ctx)
}

// of returns the facts about a user, after those that were settled.
func (r *factsReader) of(u pushedUser) identity.Pushed {
	f := r.facts(u)
	f.Account = r.settled.now(f.Account)
	for key, found := range f.Found {
		f.Found[key] = r.settled.now(found)
	}
	for i, by := range f.Email.Users {
		f.Email.Users[i].User = r.settled.now(by.User)
		f.Email.Users[i].Owned = by.Owned || r.settled.owners[by.User.ID] != ""
	}
	login, _ := f.Login()
	f.Holder = r.settled.holder(login, r.holders[identity.LoginKey(login)])
	return f
}

// readCandidates reads the users that a key may find, with the rows locked: a
// sign-in changes them, too.
func (r *factsReader) readCandidates(ctx context.Context, all []pushedUser) error {
	if !r.preview {
		r.lockCandidates(all)
	}
	r.clear()
	r.queueCandidates(all)
	if err := r.Flush(ctx); err != nil {
		return err
	}
	found := r.candidates()
	if r.preview || len(found) == 0 || r.db.sql.Dialect.ForNoKeyUpdate == "" {
		return nil
	}
	// What was read of these users may have changed before the lock.
	r.lockAccounts(found...)
	r.takeNumbers()
	r.clear()
	r.queueCandidates(all)
	return r.Flush(ctx)
}

// lockCandidates queues the locks of what is known about pushed users.
func (r *factsReader) lockCandidates(all []pushedUser) {
	var users []sso.ProvisionedUser
	var accounts []sso.UserID
	fresh := false
	for _, u := range all {
		users = append(users, *u.after)
		if u.after.Account != "" {
			accounts = append(accounts, u.after.Account)
		}
		fresh = fresh || u.after.Account == ""
	}
	r.lockPushed(r.push.Connection, users...)
	if fresh {
		r.lockResources(r.push) // a first sign-in does, too
	}
	r.lockAccounts(accounts...)
	r.takeNumbers()
}

func (r *factsReader) clear() {
	r.accounts, r.subjects = map[sso.UserID]sso.User{}, map[string]sso.User{}
	r.linked = map[string]sso.User{}
	r.logins, r.exact = map[string][]sso.User{}, map[string][]sso.User{}
	r.former, r.gone = map[string]sso.User{}, map[sso.UserID]string{}
	r.owned, r.holders = map[sso.UserID]sso.ResourceID{}, map[string]sso.User{}
	r.had = map[string]sso.UserID{}
	r.domains, r.away = map[string]bool{}, map[sso.UserID]bool{}
	r.asked = map[sso.UserID]sso.IdentityQuestion{}
	r.released, r.expected = map[sso.UserID]bool{}, map[string][]identity.ExpectedMove{}
	r.departed, r.merged = map[string]sso.User{}, map[string]sso.User{}
}

// candidateTexts are the texts of pushed users by which others may be found, for a read
// of all of them at once.
type candidateTexts struct {
	accounts []string // of resources that have one: nothing else finds these
	subjects []string // a provider may send either identifier as the subject
	keys     []string // of the logins
	names    []string
	external []string // externalIds
	domains  []string // of the e-mail addresses, of every user
	moved    []string // the keys of moves
}

// candidateTextsOf returns the texts by which pushed users may be found.
func candidateTextsOf(all []pushedUser) (c candidateTexts) {
	for _, u := range all {
		c.domains = append(c.domains, sso.EmailDomain(identity.PushedAddress(*u.after)))
		if u.after.Account != "" {
			c.accounts = append(c.accounts, string(u.after.Account))
			continue
		}
		c.subjects = append(c.subjects, u.after.UserName)
		c.keys = append(c.keys, identity.LoginKey(u.after.UserName))
		c.names = append(c.names, u.after.UserName)
		c.moved = append(c.moved, identity.PushedMoveKeys(*u.after)...)
		if u.after.ExternalID != "" {
			c.subjects = append(c.subjects, u.after.ExternalID)
			c.external = append(c.external, u.after.ExternalID)
		}
	}
	return c
}

// queueCandidates queues the reads of the users that a key may find.
func (r *factsReader) queueCandidates(all []pushedUser) {
	texts := candidateTextsOf(all)
	r.each(func(_ string, u sso.User) { r.accounts[u.ID] = u }, "u.id",
		"users u where u.enterprise_id = $1 and u.id = n.value", texts.accounts)
	r.byText(r.subjects, "i.subject", "identities i cross join users u where i.enterprise_id = $1 "+
		"and i.connection_id = $3 and i.subject = n.value and u.enterprise_id = $1 and u.id = i.user_id",
		texts.subjects)
	r.byText(r.linked, "l.subject", "linked_subjects l cross join users u where l.enterprise_id = $1 "+
		"and l.connection_id = $3 and l.subject = n.value and u.enterprise_id = $1 and u.id = l.user_id",
		texts.subjects)
	r.each(func(key string, u sso.User) { r.logins[key] = append(r.logins[key], u) }, "u.login_folded",
		"users u cross join identities i where u.enterprise_id = $1 and u.login_folded = n.value "+
			"and i.enterprise_id = $1 and i.connection_id = $3 and i.user_id = u.id", texts.keys)
	r.each(func(login string, u sso.User) { r.exact[login] = append(r.exact[login], u) }, "i.login",
		"identities i cross join users u where i.enterprise_id = $1 and i.connection_id = $3 and i.login = n.value "+
			"and u.enterprise_id = $1 and u.id = i.user_id", texts.names)
	r.byText(r.former, "s.external_id", "provisioned_tombstones s cross join users u where s.enterprise_id = $1 "+
		"and s.connection_id = $3 and s.external_id = n.value and not s.released and u.enterprise_id = $1 "+
		"and u.id = s.account_id",
		texts.external)
	r.byText(r.departed, "u.login_folded", " users u where u.enterprise_id = $1"+departed("$3", "n.value"), texts.keys)
	r.byText(r.merged, "g.login_folded", mergedWith("n.value"), texts.keys)
	r.queueDomains(texts.domains)
	r.queueMoved(texts.moved)
	r.queueHad(texts.external)
	if r.cfg.SCIM.MatchEmail {
		r.emails.queue(r.effects, all)
	}
}

func (r *factsReader) queueDomains(names []string) {
	r.QueueQuery(func(row engine.Row) error {
		name, err := engine.ScanText(row)
		r.domains[name] = true
		return err
	}, "select d.name from ("+r.db.sql.Dialect.Values("$2")+`) n cross join domains d
		where d.enterprise_id = $1 and d.name = n.value and d.verified_at > 0`,
		string(r.push.Enterprise), engine.JSONList(names))
}

// queueMoved queues the users whom moves expect with some keys.
func (r *factsReader) queueMoved(keys []string) {
	if len(keys) == 0 {
		return
	}
	r.QueueQuery(func(row engine.Row) error {
		x, err := scanExpected(row)
		r.expected[x.Entry.Key] = append(r.expected[x.Entry.Key], x)
		return err
	}, "select "+expectedColumns+" from ("+distinct(r.effects, "$3")+")"+fromExpected+" order by e.user_id",
		string(r.push.Enterprise), string(r.push.Connection), engine.JSONList(keys))
}

// queueHad queues the users who had some externalIds at connections that were deleted, the
// last first, and are not deactivated. A user who was merged counts as the one who was kept.
func (r *factsReader) queueHad(external []string) {
	if len(external) == 0 {
		return
	}
	const from = `) n cross join former_identities f
		join users x on x.enterprise_id = f.enterprise_id and x.id = f.user_id
		join users u on u.enterprise_id = x.enterprise_id
			and u.id = case x.merged_into when '' then x.id else x.merged_into end
		where f.enterprise_id = $1 and f.why = 'connection_deleted' and u.status <> 'deactivated'`
	values := "(" + r.db.sql.Dialect.Values("$2")
	r.QueueQuery(func(row engine.Row) error {
		var value string
		var user sso.UserID
		var at int64
		err := row.Scan(&value, &user, &at)
		if r.had[value] == "" {
			r.had[value] = user
		}
		return err
	}, "select n.value, u.id, f.ended_at from "+values+from+" and f.external_id = n.value and f.external_id <> ''"+
		" union select n.value, u.id, f.ended_at from "+values+from+" and f.subject = n.value and f.subject <> ''"+
		" order by 3 desc, 2",
		string(r.push.Enterprise), engine.JSONList(external))
}

// moved notes whom moves expect as a user who belongs to no account yet.
func (r *factsReader) moved(f *identity.Pushed) {
	var all []identity.ExpectedMove
	users := map[sso.UserID]sso.User{}
	for _, key := range identity.PushedMoveKeys(f.Resource) {
		for _, x := range r.expected[key] {
			x.Bound = x.Bound || !r.free(x.User, f.Resource)
			all, users[x.User.ID] = append(all, x), x.User
		}
	}
	entry, doubt := identity.FindMoved(all, f.Resource.Name)
	f.Doubt = doubt
	if entry.User != "" {
		f.Found[identity.Moved] = users[entry.User]
	}
}

// byText queues a read of users by a text that finds them.
func (r *factsReader) byText(into map[string]sso.User, text, from string, values []string) {
	r.each(func(text string, u sso.User) { into[text] = u }, text, from, values)
}

// each queues a read of users by texts. from is what follows the texts, n.value, in
// the query; $3 in it is the connection.
func (r *factsReader) each(found func(string, sso.User), text, from string, values []string) {
	if len(values) == 0 {
		return
	}
	r.QueueQuery(func(row engine.Row) error {
		var by string
		var u sso.User
		err := row.Scan(append([]any{&by}, userFields(&u)...)...)
		found(by, u)
		return err
	}, "select "+text+", "+userColumns+" from ("+r.db.sql.Dialect.Values("$2")+") n cross join "+from+
		" and $3 <> ''",
		string(r.push.Enterprise), engine.JSONList(values), string(r.push.Connection))
}

// queueOwners queues which candidates belong to other resources of the connection,
// and which are of deleted ones.
func (r *factsReader) queueOwners() {
	ids := r.candidates()
	if len(ids) == 0 {
		return
	}
	args := []any{string(r.push.Enterprise), string(r.push.Connection), userList(ids)}
	r.QueueQuery(func(row engine.Row) error {
		var account sso.UserID
		var id sso.ResourceID
		err := row.Scan(&account, &id)
		r.owned[account] = id
		return err
	}, "select p.account_id, p.id from ("+r.db.sql.Dialect.Values("$3")+`) n cross join provisioned_users p
		where p.enterprise_id = $1 and p.connection_id = $2 and p.account_id = n.value
			and p.origin = 'pushed'`, args...)
	r.QueueQuery(func(row engine.Row) error {
		var account sso.UserID
		var external string
		var released bool
		err := row.Scan(&account, &external, &released)
		r.gone[account] = external
		r.released[account] = r.released[account] || released
		return err
	}, "select s.account_id, s.external_id, s.released from ("+r.db.sql.Dialect.Values("$3")+`) n
		cross join provisioned_tombstones s where s.enterprise_id = $1 and s.connection_id = $2 and s.account_id = n.value`, args...)
}

// queueAway queues which deactivated users another connection that provisions says
// are not active, or deleted.
func (r *factsReader) queueAway() {
	var ids []sso.UserID
	for _, users := range r.known() {
		for _, u := range users {
			if u.Status == sso.UserDeactivated {
				ids = append(ids, u.ID)
			}
		}
	}
	if len(ids) == 0 {
		return
	}
	const scim = `c.enterprise_id = $1 and c.id <> $2 and c.state = 'enabled'
		and c.live like '%"provisioning":"scim"%'`
	r.QueueQuery(func(row engine.Row) error {
		user, err := scanUserID(row)
		r.away[user] = true
		return err
	}, "select p.account_id from ("+r.db.sql.Dialect.Values("$3")+`) n cross join provisioned_users p cross join connections c
		where p.enterprise_id = $1 and p.account_id = n.value and p.origin = 'pushed' and p.adopted and not p.active
			and c.id = p.connection_id and `+scim+`
		union all select s.account_id from (`+r.db.sql.Dialect.Values("$3")+`) n cross join provisioned_tombstones s
			cross join connections c
		where s.enterprise_id = $1 and s.account_id = n.value and s.applied and c.id = s.connection_id and `+scim,
		string(r.push.Enterprise), string(r.push.Connection), userList(ids))
}

// queueAsked queues the lookup of identity questions that wait about users who are not
// active.
func (r *factsReader) queueAsked() {
	var ids []sso.UserID
	note := func(u sso.User) {
		if u.Status != sso.UserActive {
			ids = append(ids, u.ID)
		}
	}
	for _, users := range r.known() {
		for _, u := range users {
			note(u)
		}
	}
	for _, some := range r.expected {
		for _, x := range some {
			note(x.User)
		}
	}
	if len(ids) == 0 {
		return
	}
	r.QueueQuery(func(row engine.Row) error {
		q, err := scanQuestion(row)
		r.asked[q.User] = q
		return err
	}, "select "+questionColumns+" from ("+r.db.sql.Dialect.Values("$2")+`) n cross join identity_questions q
		where q.enterprise_id = $1 and q.user_id = n.value and q.state = 'waiting' and q.kind <> ''`,
		string(r.push.Enterprise), userList(ids))
}

// known returns the users that were read.
func (r *factsReader) known() [][]sso.User {
	all := [][]sso.User{slices.Collect(maps.Values(r.accounts))}
	for _, users := range []map[string]sso.User{r.subjects, r.linked, r.former} {
		all = append(all, slices.Collect(maps.Values(users)))
	}
	for _, users := range []map[string][]sso.User{r.logins, r.exact} {
		all = append(all, slices.Collect(maps.Values(users))...)
	}
	return all
}

// facts returns the facts about one user, without the holder of the login.
func (r *factsReader) facts(change pushedUser) identity.Pushed {
	u := change.after
	f := identity.Pushed{
		Resource:       *u,
		WasActive:      change.wasActive,
		Account:        r.accounts[u.Account],
		Found:          map[identity.Key]sso.User{},
		DomainVerified: r.domains[sso.EmailDomain(identity.PushedAddress(*u))],
		Now:            r.now,
	}
	r.bySubject(f.Found, identity.Subject, r.subjects, *u)
	r.bySubject(f.Found, identity.Linked, r.linked, *u)
	if by := r.former[u.ExternalID]; r.free(by, *u) {
		f.Found[identity.FormerExternalID] = by
	}
	if by, ok := r.byLogin(*u); ok {
		f.Found[identity.PushedLogin] = by
	}
	if u.Account == "" {
		r.moved(&f)
		key := identity.LoginKey(u.UserName)
		f.Departed, f.Merged = r.departed[key], r.merged[key]
		f.Had = r.had[u.ExternalID]
	}
	f.Email = r.emails.facts(*u, func(by sso.User) bool { return r.another(by, *u) })
	before, _ := f.Before()
	_, f.Former = r.gone[before.ID]
	f.Away = r.away[before.ID]
	f.Asked = r.asked[before.ID]
	return f
}

// bySubject adds the user whose subject is the userName or the externalId of a resource;
// the latter counts first.
func (r *factsReader) bySubject(
	found map[identity.Key]sso.User, key identity.Key, subjects map[string]sso.User, u sso.ProvisionedUser,
) {
	for _, by := range []sso.User{subjects[u.UserName], subjects[u.ExternalID]} {
		if r.free(by, u) && (by.ID != subjects[u.UserName].ID || !r.another(by, u)) {
			found[key] = by
		}
	}
}

// byLogin returns the user whose login is the userName of a resource.
func (r *factsReader) byLogin(u sso.ProvisionedUser) (sso.User, bool) {
	free := func(all []sso.User) []sso.User {
		return slices.DeleteFunc(slices.Clone(all), func(by sso.User) bool {
			return !r.free(by, u) || r.another(by, u)
		})
	}
	if by, ok := identity.PickLogin(u.UserName, free(r.logins[identity.LoginKey(u.UserName)])); ok {
		return by, true
	}
	if exact := free(r.exact[u.UserName]); len(exact) > 0 { // an admin gave another login
		return exact[0], true
	}
	return sso.User{}, false
}

// free reports whether a user was found, belongs to no other resource of the
// connection, and is of no deleted one whose subject was given to another user.
func (r *factsReader) free(by sso.User, u sso.ProvisionedUser) bool {
	owner := cmp.Or(r.settled.owners[by.ID], r.owned[by.ID])
	return by.ID != "" && (owner == "" || owner == u.ID) && !r.released[by.ID]
}

// another reports whether a user is of a deleted resource with another externalId:
// the identity provider gave the name to another person.
func (r *factsReader) another(by sso.User, u sso.ProvisionedUser) bool {
	external := r.gone[by.ID]
	return external != "" && u.ExternalID != "" && external != u.ExternalID
}

// candidates returns the users found by a key.
func (r *factsReader) candidates() (ids []sso.UserID) {
	for _, users := range []map[string]sso.User{r.subjects, r.linked, r.former} {
		for _, u := range users {
			ids = append(ids, u.ID)
		}
	}
	for _, users := range []map[string][]sso.User{r.logins, r.exact} {
		for _, some := range users {
			for _, u := range some {
				ids = append(ids, u.ID)
			}
		}
	}
	for _, some := range r.emails.users {
		for _, u := range some {
			ids = append(ids, u.ID)
		}
	}
	for _, some := range r.expected {
		for _, x := range some {
			ids = append(ids, x.User.ID)
		}
	}
	return ids
}
