package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"gatehouse/scim/filter"
	"gatehouse/sso"
	"gatehouse/sso/identity"
	"gatehouse/store/engine"
)

// traces are the values by which a user who is deleted can be recognized.
type traces struct {
	logins   map[string]bool // as stored, also former ones; of no other user
	subjects map[string]bool // with externalIds
	emails   map[string]bool
	// values are all of them and the names, folded; shared ones are another user's, too.
	values  map[string]bool
	shared  map[string]bool
	targets map[string]bool // IDs of what events are about that are about the user
	codes   []string        // see sso.CodeAccount
	digests []string        // see erasureDigest
}

// trace is one value of a kind.
type trace struct{ kind, connection, value string }

func scanTrace(r engine.Row) (x trace, err error) {
	err = r.Scan(&x.kind, &x.connection, &x.value)
	return x, err
}

// collect reads the values of the accounts; former are those of events about them, also
// logins, names and addresses that they do not have any more.
func (e *tracing) collect(ctx context.Context, former []trace) error {
	e.traces = traces{
		logins:   map[string]bool{},
		subjects: map[string]bool{},
		emails:   map[string]bool{},
		values:   map[string]bool{},
		shared:   map[string]bool{},
		targets:  map[string]bool{},
	}
	for _, id := range e.accounts {
		e.targets[string(id)] = true
	}
	users := " in (" + e.from.sql.Dialect.Values("$2") + ")"
	all, err := engine.List(
		ctx, e.reader, scanTrace, strings.ReplaceAll(selectTraces, " in users", users),
		string(e.company), engine.JSONList(textsOf(e.accounts)),
	)
	if err != nil {
		return err
	}
	for _, x := range slices.Concat(all, former) {
		e.addTrace(x)
	}
	if err := e.findShared(ctx); err != nil {
		return err
	}
	if err := e.findResources(ctx); err != nil {
		return err
	}
	e.digest(all)
	return nil
}

// selectTraces selects what is stored of users: now_login is a login that leads to them
// now, login one that was sent by them.
const selectTraces = `select 'now_login', '', u.login from users u where u.enterprise_id = $1 and u.id in users
	union select 'email', '', u.email from users u where u.enterprise_id = $1 and u.id in users
	union select 'name', '', u.name from users u where u.enterprise_id = $1 and u.id in users
	union select 'now_login', '', i.login from identities i where i.enterprise_id = $1 and i.user_id in users
	union select 'subject', i.connection_id, i.subject from identities i
		where i.enterprise_id = $1 and i.user_id in users and i.subject is not null
	union select 'now_login', '', l.login from linked_subjects l where l.enterprise_id = $1 and l.user_id in users
	union select 'subject', l.connection_id, l.subject from linked_subjects l
		where l.enterprise_id = $1 and l.user_id in users and l.subject is not null
	union select 'now_login', '', f.login from former_identities f where f.enterprise_id = $1 and f.user_id in users
	union select 'subject', f.connection_id, f.subject from former_identities f
		where f.enterprise_id = $1 and f.user_id in users
	union select 'subject', f.connection_id, f.external_id from former_identities f
		where f.enterprise_id = $1 and f.user_id in users
	union select 'subject', s.connection_id, s.subject from sessions s
		where s.enterprise_id = $1 and s.user_id in users
	union select 'now_login', '', p.user_name from provisioned_users p
		where p.enterprise_id = $1 and p.account_id in users
	union select 'subject', p.connection_id, p.external_id from provisioned_users p
		where p.enterprise_id = $1 and p.account_id in users
	union select 'name', '', p.name from provisioned_users p where p.enterprise_id = $1 and p.account_id in users
	union select 'email', '', m.value_folded from provisioned_users p join provisioned_emails m
		on m.enterprise_id = p.enterprise_id and m.connection_id = p.connection_id and m.user_id = p.id
		where p.enterprise_id = $1 and p.account_id in users
	union select 'now_login', '', d.login_key from provisioned_tombstones d
		where d.enterprise_id = $1 and d.account_id in users
	union select 'subject', d.connection_id, d.external_id from provisioned_tombstones d
		where d.enterprise_id = $1 and d.account_id in users
	union select 'login', '', a.login from attempts a where a.enterprise_id = $1 and a.user_id in users
	union select 'login', '', v.login from provisioned_receipts v where v.enterprise_id = $1 and v.user_id in users
	union select 'login', '', g.login from subject_signs g where g.enterprise_id = $1 and g.user_id in users
	union select 'subject', w.connection_id, w.subject from move_entries w
		where w.enterprise_id = $1 and w.user_id in users
	union select 'target', '', k.id from personal_tokens k where k.enterprise_id = $1 and k.user_id in users
	union select 'target', '', p.id from provisioned_users p where p.enterprise_id = $1 and p.account_id in users
	union select 'target', '', d.id from provisioned_tombstones d where d.enterprise_id = $1 and d.account_id in users`

// formerOf returns the values that the detail of an event about an account has.
func formerOf(detail map[string]string) (all []trace) {
	for member, kind := range map[string]string{
		"login": "login", "login_was": "login", "email": "email", "email_was": "email",
		"name": "name", "name_was": "name",
	} {
		all = append(all, trace{
			kind:  kind,
			value: detail[member],
		})
	}
	return all
}

func (e *tracing) addTrace(x trace) {
	switch {
	case x.value == "" || x.value == sso.Erased:
		return
	case x.kind == "target":
		e.targets[x.value] = true
		return
	case x.kind == "email":
		e.emails[x.value] = true
	case x.kind == "subject":
		e.subjects[x.value] = true
		e.codes = append(e.codes, sso.CodeAccount(sso.ConnectionID(x.connection), x.value).String())
	case x.kind != "name":
		e.logins[x.value] = true
	}
	e.values[foldValue(x.value)] = true
}

func foldValue(s string) string { return strings.ToLower(filter.Fold(s)) }

// findShared finds the values that other users have, too, such as a login that was given
// to the next person: those are not theirs alone, so records with them stay.
func (e *tracing) findShared(ctx context.Context) error {
	err := e.reader.Query(ctx, func(r engine.Row) error {
		var id, login, email, name string
		if err := r.Scan(&id, &login, &email, &name); err != nil || e.targets[id] {
			return err
		}
		for _, value := range []string{login, email, name} {
			if e.values[foldValue(value)] {
				e.shared[foldValue(value)] = true
			}
		}
		return nil
	}, "select u.id, u.login, u.email, u.name from users u where u.enterprise_id = $1", string(e.company))
	for _, all := range []map[string]bool{e.logins, e.subjects, e.emails} {
		for value := range all {
			if e.shared[foldValue(value)] {
				delete(all, value)
			}
		}
	}
	return err
}

// findResources finds the provisioned users of the accounts, and those without an
// account that have a login of theirs, such as one outside of a pilot.
func (e *tracing) findResources(ctx context.Context) (err error) {
	var names []string
	for login := range e.logins {
		names = append(names, filter.Fold(login))
	}
	values := e.from.sql.Dialect.Values
	e.resources, err = engine.List(ctx, e.reader, func(r engine.Row) (x erasedResource, err error) {
		err = r.Scan(&x.connection, &x.id, &x.seq)
		return x, err
	}, `select p.connection_id, p.id, p.seq from provisioned_users p
		where p.enterprise_id = $1 and (p.account_id in (`+values("$2")+`)
			or p.account_id = '' and p.user_name_folded in (`+values("$3")+`))
		order by p.connection_id, p.id`,
		string(e.company), engine.JSONList(textsOf(e.accounts)), engine.JSONList(names))
	for _, x := range e.resources {
		e.targets[string(x.id)] = true
	}
	return err
}

// digest makes the digests of what leads to the accounts now. A login that another user
// has is not among them.
func (e *tracing) digest(all []trace) {
	for _, x := range all {
		switch {
		case x.value == "" || e.shared[foldValue(x.value)] && x.kind == "now_login":
		case x.kind == "subject":
			e.digests = append(
				e.digests, e.from.erasureDigest(e.company, sso.ConnectionID(x.connection), x.value),
			)
		case x.kind == "now_login":
			e.digests = append(e.digests, e.from.erasureDigest(e.company, "", identity.LoginKey(x.value)))
		}
	}
}

// telling reports whether a value cannot be anything but a person's: short words, such
// as a login "ops", are also names of groups.
func telling(value string) bool {
	return strings.ContainsAny(value, "@ ") || utf8.RuneCountInString(value) >= 12
}

// names reports whether a text has a value in it that is the user's alone, as a word.
func (x *traces) names(text string) bool {
	text = foldValue(text)
	for value := range x.values {
		if telling(value) && !x.shared[value] && hasWord(text, value) {
			return true
		}
	}
	return false
}

// is reports whether a text is a value of the user, which others may have, too.
func (x *traces) is(text string) bool { return x.values[foldValue(text)] }

// isOnly reports whether a text is a value of the user alone.
func (x *traces) isOnly(text string) bool { return x.is(text) && !x.shared[foldValue(text)] }

// hasWord reports whether a text has a word that does not go on at either side.
func hasWord(text, word string) bool {
	for from := 0; ; {
		i := strings.Index(text[from:], word)
		if i < 0 {
			return false
		}
		i += from
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+len(word):])
		if !inWord(before) && !inWord(after) {
			return true
		}
		from = i + 1
	}
}

func inWord(r rune) bool { return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r)) }

// namesInJSON is names for a text that is JSON, in which letters may be escaped.
func (x *traces) namesInJSON(text string) bool {
	if x.names(text) {
		return true
	}
	var value any
	return json.Unmarshal([]byte(text), &value) == nil && x.namesInValue(value)
}

func (x *traces) namesInValue(value any) bool {
	switch v := value.(type) {
	case string:
		return x.isOnly(v) || x.names(v)
	case []any:
		for _, item := range v {
			if x.namesInValue(item) {
				return true
			}
		}
	case map[string]any:
		for name, item := range v {
			if x.names(name) || x.namesInValue(item) {
				return true
			}
		}
	}
	return false
}
