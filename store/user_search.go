package store

import (
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/fold"
	"gatehouse/store/engine"
)

const (
	longestTerm = 64 // bytes, folded; a search that is longer is one for its beginning
	mostTerms   = 8  // of one person: login, e-mail, the name and where its words begin
	termsKey    = "users_termed"
	termsMade   = "1/" + fold.Version // grows with either

	termedAtOnce = 500 // people of one transaction, so that sign-ins get between
	widestID     = 64  // identifiers are shorter
)

// termsOf are the texts that somebody is found by, each with what follows it:
// "ada lovelace" and "lovelace", so that a search may begin with either.
func termsOf(u sso.User) []string {
	texts := []string{u.Login, u.Email, u.Name}
	for rest := fold.Name(u.Name); ; {
		_, after, more := strings.Cut(rest, " ")
		if !more {
			break
		}
		texts, rest = append(texts, after), after
	}
	var terms []string
	for _, text := range texts {
		if t := term(text); t != "" && !slices.Contains(terms, t) && len(terms) < mostTerms {
			terms = append(terms, t)
		}
	}
	return terms
}

// term is a text as the table has it.
func term(text string) string {
	folded := fold.Name(text)
	return hex.EncodeToString([]byte(folded[:min(len(folded), longestTerm)]))
}

// findable queues what somebody is found by from now on, if it is anything else
// than before.
func (t *tx) findable(old, u sso.User) {
	if old.ID == u.ID && old.Login == u.Login && old.Email == u.Email && old.Name == u.Name && old.Status == u.Status {
		return
	}
	if old.ID != "" {
		t.Queue("delete from user_terms where enterprise_id = $1 and user_id = $2", string(u.Enterprise), string(u.ID))
	}
	t.Queue("insert into user_terms (enterprise_id, user_id, term, status) select $1, $2, n.value, $4 from ("+t.db.sql.Dialect.Values("$3")+") n",
		string(u.Enterprise), string(u.ID), engine.JSONList(termsOf(u)), string(u.Status))
}

// makeTerms makes the terms of everybody again if they were made by another
// version of this program, or never. Doing it twice, also at once, does no harm.
func (db *DB) makeTerms(ctx context.Context) error {
	if made, err := db.Meta(ctx, termsKey); err != nil || made == termsMade {
		return err
	}
	after := sso.User{}
	for more := true; more; {
		err := db.write(ctx, func(ctx context.Context, t *tx) error {
			some, err := engine.List(ctx, t, scanUser, "select "+userColumns+` from users u where (u.enterprise_id, u.id) > ($1, $2)
				order by u.enterprise_id, u.id limit $3`+t.db.sql.Dialect.ForUpdate, string(after.Enterprise), string(after.ID), int64(termedAtOnce))
			if err != nil {
				return err
			}
			for begin := 0; begin < len(some); {
				end := begin + 1
				for end < len(some) && some[end].Enterprise == some[begin].Enterprise {
					end++
				}
				t.term(some[begin].Enterprise, some[begin:end])
				begin = end
			}
			if more = len(some) == termedAtOnce; more {
				after = some[len(some)-1]
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("make what people are found by: %w", err)
		}
	}
	return db.SetMeta(ctx, termsKey, termsMade)
}

// term queues the terms of many people of one enterprise, in two statements.
func (t *tx) term(ent sso.EnterpriseID, people []sso.User) {
	var ids, terms []string
	for _, u := range people {
		ids = append(ids, string(u.ID))
		for _, term := range termsOf(u) {
			terms = append(terms, fmt.Sprintf("%-*s%s", widestID, u.ID, term))
		}
	}
	t.Queue("delete from user_terms where enterprise_id = $1 and user_id in ("+t.db.sql.Dialect.Values("$2")+")", string(ent), engine.JSONList(ids))
	t.Queue(`insert into user_terms (enterprise_id, user_id, term, status) select u.enterprise_id, u.id, substr(n.value, $3 + 1), u.status
		from (`+t.db.sql.Dialect.Values("$2")+`) n cross join users u where u.enterprise_id = $1 and u.id = rtrim(substr(n.value, 1, $3))`,
		string(ent), engine.JSONList(terms), int64(widestID))
}

// sought is a search for what people are found by.
type sought struct {
	from, until string // terms, the latter not included
	after       string // user whose term was from; "" at the beginning
}

// seek reads a search and the cursor of its page. Whatever is longer than a term
// is cut, and finds what begins alike.
func seek(prefix, cursor string) (sought, error) {
	from := term(prefix)
	s := sought{from: from, until: from + "g"} // g follows every digit
	if cursor == "" {
		return s, nil
	}
	last, user, ok := strings.Cut(cursor, ".")
	if !ok || last < s.from || last >= s.until || len(last) > 2*longestTerm {
		return s, errCursor()
	}
	s.from, s.after = last, user
	return s, nil
}

// lowest narrows terms t of a search to the one that comes first of each
// person's: they are in the answer once. First is where the search began, not
// this page.
const lowest = " and not exists (select 1 from user_terms x where x.enterprise_id = t.enterprise_id and x.user_id = t.user_id and x.term < t.term and x.term >= "

// conditions adds those of a search to w.
func (s sought) conditions(w *engine.Where, prefix string) {
	w.And("t.term >= ", s.from)
	w.And("t.term < ", s.until)
	if s.after != "" {
		w.And("(t.term, t.user_id) > ("+w.Param(s.from)+", ", s.after)
		w.Add(")")
	}
	w.Add(lowest + w.Param(term(prefix)) + ")")
}

// searched are people by what they are found by, in the order of that.
func (db *DB) searched(ctx context.Context, ent sso.EnterpriseID, f sso.UserFilter, page sso.Page) ([]sso.User, string, error) {
	s, err := seek(f.Prefix, page.Cursor)
	if err != nil {
		return nil, "", err
	}
	w := &engine.Where{}
	w.And("t.enterprise_id = ", string(ent))
	w.AndText("t.status = ", string(f.Status))
	s.conditions(w, f.Prefix)
	w.AndText("u.login = ", f.Login)
	w.AndText("lower(u.email) = ", strings.ToLower(f.Email))
	// The condition on u repeats the join's for both databases to start from t.
	query := "select " + userColumns + ", t.term from user_terms t cross join users u" + w.String() +
		" and u.enterprise_id = t.enterprise_id and u.id = t.user_id order by t.term, t.user_id limit " + limit(page)
	type hit struct {
		sso.User
		term string
	}
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (h hit, err error) {
		err = r.Scan(append(userFields(&h.User), &h.term)...)
		return h, err
	}, query, w.Args()...)
	all, next := engine.CutPage(all, page.Size(), func(h hit) string { return h.term + "." + string(h.ID) })
	users := make([]sso.User, len(all))
	for i, h := range all {
		users[i] = h.User
	}
	return users, next, err
}

// fewMembers is how many people of a group are all looked at in a search; of a
// larger one, those whom the search finds are looked for in it.
const fewMembers = 2000

// SearchMembers lists who is in a group and is found by the beginning of a
// login, an e-mail or a word of a name; letter case does not matter.
func (db *DB) SearchMembers(ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, prefix string, page sso.Page) (_ []sso.Member, next string, err error) {
	defer func() { doing(&err, "search members") }()
	if term(prefix) == "" {
		return db.GroupMembers(ctx, ent, group, page)
	}
	if _, err := found(findGroup(ctx, db.sql, ent, group)); err != nil {
		return nil, "", err
	}
	s, err := seek(prefix, page.Cursor)
	if err != nil {
		return nil, "", err
	}
	n, _, err := engine.One(ctx, db.sql, engine.ScanNumber, `select count(*) from (select 1 from memberships m
		where m.enterprise_id = $1 and m.group_id = $2 limit $3) few`, string(ent), string(group), int64(fewMembers))
	if err != nil {
		return nil, "", err
	}
	from := " from user_terms t cross join memberships m cross join users u" // SQLite joins in this order
	if n < fewMembers {
		from = " from memberships m cross join user_terms t cross join users u"
	}
	w := &engine.Where{}
	w.And("t.enterprise_id = ", string(ent))
	w.And("m.group_id = ", string(group))
	s.conditions(w, prefix)
	query := "select " + userColumns + ", " + membershipColumns + ", t.term" + from + w.String() +
		` and m.enterprise_id = t.enterprise_id and m.user_id = t.user_id and u.enterprise_id = t.enterprise_id and u.id = t.user_id
		order by t.term, t.user_id limit ` + limit(page)
	type hit struct {
		sso.Member
		term string
	}
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (h hit, err error) {
		err = r.Scan(append(append(userFields(&h.User), membershipFields(&h.Membership)...), &h.term)...)
		return h, err
	}, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(h hit) string { return h.term + "." + string(h.User.ID) })
	members := make([]sso.Member, len(all))
	for i, h := range all {
		members[i] = h.Member
	}
	return members, next, err
}
