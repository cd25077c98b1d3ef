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
	longestTerm = 64 // bytes, folded; a longer prefix is truncated
	mostTerms   = 8  // per user: login, e-mail, and the name from each word on
	termsKey    = "users_termed"
	termsMade   = "1/" + fold.Version // changes with either

	termedAtOnce = 500 // users in one transaction, so that sign-ins can run in between
	widestID     = 64  // identifiers are shorter
)

// searchTerms returns the strings a prefix search may match: login, e-mail, and the
// name from each word on.
func searchTerms(u sso.User) []string {
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
		if t := encodeTerm(text); t != "" &&
			!slices.Contains(terms, t) &&
			len(terms) < mostTerms {
			terms = append(terms, t)
		}
	}
	return terms
}

// encodeTerm folds, truncates and hex-encodes text for user_terms.term.
func encodeTerm(text string) string {
	folded := fold.Name(text)
	return hex.EncodeToString([]byte(folded[:min(len(folded), longestTerm)]))
}

// updateTerms replaces the user's search terms if one changed.
func (t *tx) updateTerms(old, u sso.User) {
	if old.ID == u.ID &&
		old.Login == u.Login &&
		old.Email == u.Email &&
		old.Name == u.Name &&
		old.Status == u.Status {
		return
	}
	if old.ID != "" {
		t.Queue("delete from user_terms where enterprise_id = $1 and user_id = $2", string(u.Enterprise), string(u.ID))
	}
	t.Queue(
		"insert into user_terms (enterprise_id, user_id, term, status) select $1, $2, n.value, $4 from ("+
			t.db.sql.Dialect.Values("$3")+") n",
		string(u.Enterprise), string(u.ID), engine.JSONList(searchTerms(u)), string(u.Status),
	)
}

// makeTerms recomputes the search terms of all users after a change of how they
// are made. It may run more than once, also concurrently.
func (db *DB) makeTerms(ctx context.Context) error {
	if made, err := db.Meta(ctx, termsKey); err != nil || made == termsMade {
		return err
	}
	after := sso.User{}
	for more := true; more; {
		err := db.write(ctx, func(ctx context.Context, t *tx) error {
			some, err := engine.List(
				ctx, t, scanUser,
				"select "+userColumns+` from users u where (u.enterprise_id, u.id) > ($1, $2)
				order by u.enterprise_id, u.id limit $3`+t.db.sql.Dialect.ForUpdate,
				string(after.Enterprise), string(after.ID), int64(termedAtOnce),
			)
			if err != nil {
				return err
			}
			for begin := 0; begin < len(some); {
				end := begin + 1
				for end < len(some) && some[end].Enterprise == some[begin].Enterprise {
					end++
				}
				t.queueTerms(some[begin].Enterprise, some[begin:end])
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

// queueTerms queues the search terms of many users of one enterprise, in two
// statements.
func (t *tx) queueTerms(ent sso.EnterpriseID, people []sso.User) {
	var ids, terms []string
	for _, u := range people {
		ids = append(ids, string(u.ID))
		for _, term := range searchTerms(u) {
			terms = append(terms, fmt.Sprintf("%-*s%s", widestID, u.ID, term))
		}
	}
	t.Queue(
		"delete from user_terms where enterprise_id = $1 and user_id in ("+t.db.sql.Dialect.Values("$2")+")",
		string(ent), engine.JSONList(ids),
	)
	t.Queue(
		`insert into user_terms (enterprise_id, user_id, term, status) select u.enterprise_id, u.id, substr(n.value, $3 + 1), u.status
		from (`+t.db.sql.Dialect.Values("$2")+
			`) n cross join users u where u.enterprise_id = $1 and u.id = rtrim(substr(n.value, 1, $3))`,
		string(ent), engine.JSONList(terms), int64(widestID),
	)
}

// termSearch is a prefix search.
type termSearch struct {
	from, until string // terms; until is excluded
	after       string // user with the term from; "" on the first page
}

// parseSearch parses a search and the cursor of its page. A prefix longer than a term is
// truncated, so it also finds other users with the same beginning.
func parseSearch(prefix, cursor string) (termSearch, error) {
	from := encodeTerm(prefix)
	s := termSearch{from: from, until: from + "g"} // g follows every digit
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

// lowest keeps only each user's first matching term t, so that no user is listed
// twice. It compares with the beginning of the search, not of the page.
const lowest = " and not exists (select 1 from user_terms x where x.enterprise_id = t.enterprise_id and x.user_id = t.user_id and x.term < t.term and x.term >= "

// conditions adds the conditions of a search to w.
func (s termSearch) conditions(w *engine.Where, prefix string) {
	w.And("t.term >= ", s.from)
	w.And("t.term < ", s.until)
	if s.after != "" {
		w.And("(t.term, t.user_id) > ("+w.Param(s.from)+", ", s.after)
		w.Add(")")
	}
	w.Add(lowest + w.Param(encodeTerm(prefix)) + ")")
}

// searchUsers returns users by prefix, ordered by matching term.
func (db *DB) searchUsers(
	ctx context.Context, ent sso.EnterpriseID, f sso.UserFilter, page sso.Page,
) ([]sso.User, string, error) {
	s, err := parseSearch(f.Prefix, page.Cursor)
	if err != nil {
		return nil, "", err
	}
	w := &engine.Where{}
	w.And("t.enterprise_id = ", string(ent))
	w.AndText("t.status = ", string(f.Status))
	s.conditions(w, f.Prefix)
	w.AndText("u.login = ", f.Login)
	w.AndText("lower(u.email) = ", strings.ToLower(f.Email))
	// The condition on u repeats the join's so that both databases start from t.
	query := "select " + userColumns + ", t.term from user_terms t cross join users u" +
		w.String() +
		" and u.enterprise_id = t.enterprise_id and u.id = t.user_id order by t.term, t.user_id limit " + limit(page)
	type hit struct {
		sso.User
		term string
	}
	all, err := engine.List(ctx, db.sql, func(r engine.Row) (h hit, err error) {
		err = r.Scan(append(userFields(&h.User), &h.term)...)
		return h, err
	}, query, w.Args()...)
	all, next := engine.CutPage(all, page.Size(), func(h hit) string {
		return h.term + "." + string(h.ID)
	})
	users := make([]sso.User, len(all))
	for i, h := range all {
		users[i] = h.User
	}
	return users, next, err
}

// fewMembers is up to how many members a search reads all members of a group; in
// a larger group it looks up the users whom the search finds.
const fewMembers = 2000

// memberHit is a member with the term that the search found.
type memberHit struct {
	sso.Member
	term string
}

func scanMemberHit(r engine.Row) (h memberHit, err error) {
	err = r.Scan(append(
		append(userFields(&h.User), membershipFields(&h.Membership)...), &h.term,
	)...)
	return h, err
}

// hasFewMembers reports whether a group has less than fewMembers members.
func (db *DB) hasFewMembers(ctx context.Context, ent sso.EnterpriseID, group sso.GroupID) (bool, error) {
	n, _, err := engine.One(ctx, db.sql, engine.ScanNumber, `select count(*) from (select 1 from memberships m
		where m.enterprise_id = $1 and m.group_id = $2 limit $3) few`, string(ent), string(group),
		int64(fewMembers))
	return n < fewMembers, err
}

// SearchMembers lists the members of a group with a login, an e-mail or a word of
// the name that begins with a prefix, in any letter case.
func (db *DB) SearchMembers(
	ctx context.Context, ent sso.EnterpriseID, group sso.GroupID, prefix string, page sso.Page,
) (_ []sso.Member, next string, err error) {
	defer func() { doing(&err, "search members") }()
	if encodeTerm(prefix) == "" {
		return db.GroupMembers(ctx, ent, group, page)
	}
	if _, err := found(findGroup(ctx, db.sql, ent, group)); err != nil {
		return nil, "", err
	}
	s, err := parseSearch(prefix, page.Cursor)
	if err != nil {
		return nil, "", err
	}
	few, err := db.hasFewMembers(ctx, ent, group)
	if err != nil {
		return nil, "", err
	}
	from := " from user_terms t cross join memberships m cross join users u" // SQLite joins in this order
	if few {
		from = " from memberships m cross join user_terms t cross join users u"
	}
	w := &engine.Where{}
	w.And("t.enterprise_id = ", string(ent))
	w.And("m.group_id = ", string(group))
	s.conditions(w, prefix)
	query := "select " + userColumns + ", " + membershipColumns + ", t.term" + from + w.String() +
		` and m.enterprise_id = t.enterprise_id and m.user_id = t.user_id and u.enterprise_id = t.enterprise_id and u.id = t.user_id
		order by t.term, t.user_id limit ` + limit(page)
	all, err := engine.List(ctx, db.sql, scanMemberHit, query, w.Args()...)
	all, next = engine.CutPage(all, page.Size(), func(h memberHit) string {
		return h.term + "." + string(h.User.ID)
	})
	members := make([]sso.Member, len(all))
	for i, h := range all {
		members[i] = h.Member
	}
	return members, next, err
}
