package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"gatehouse/sso"
	"gatehouse/sso/fold"
)

// join signs a user in by login, e-mail and name.
func (w *world) join(login, email, name string, groups ...string) sso.User {
	w.Helper()
	s := w.signIn(login, groups...)
	s.Identity.Login, s.Identity.Email, s.Identity.Name = login, email, name
	u, _ := w.record(s)
	return u
}

// finds are the logins that a search finds, in pages of two.
func (w *world) finds(f sso.UserFilter) (logins []string) {
	w.Helper()
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		some, next, err := w.db.Users(w.Context(), w.ent.ID, f, sso.Page{
			Cursor: cursor,
			Limit:  2,
		})
		w.ok(err)
		if len(some) > 2 || pages > 100 {
			w.Fatalf("page %d has %d people", pages, len(some))
		}
		for _, u := range some {
			logins = append(logins, u.Login)
		}
		cursor = next
	}
	slices.Sort(logins)
	return logins
}

// among are the logins that a search in a group finds, in pages of two.
func (w *world) among(group sso.GroupID, prefix string) (logins []string) {
	w.Helper()
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		some, next, err := w.db.SearchMembers(
			w.Context(), w.ent.ID, group, prefix,
			sso.Page{
				Cursor: cursor,
				Limit:  2,
			},
		)
		w.ok(err)
		for _, m := range some {
			if m.Membership.User != m.User.ID || m.Membership.Group != group {
				w.Errorf("%+v", m)
			}
			logins = append(logins, m.User.Login)
		}
		cursor = next
	}
	slices.Sort(logins)
	return logins
}

func testSearch(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	ada := w.join("ada", "ada@acme.test", "Ada Lovelace", "dev")
	w.join("adam", "", "Adam Zoë Łukasz", "dev")
	w.join("grace", "Hopper@Acme.test", "Grace Hopper", "ops")
	w.join("ali", "ali@acme.test", "علي Özgür", "dev")
	long := "l" + strings.Repeat("o", 200) + "ng"
	w.join(long, "", strings.Repeat("Many Words ", 20), "dev")
	off, err := w.db.UpdateUser(ctx, by, w.ent.ID, ada.ID, func(u sso.User) (sso.User, error) {
		u.Status = sso.UserDeactivated
		return u, nil
	})
	w.ok(err)
	dev := w.group["web/dev"].ID
	for prefix, want := range searchedPrefixes(long) {
		if got := w.finds(sso.UserFilter{Prefix: prefix}); !slices.Equal(got, want) {
			t.Errorf("%q finds %q; want %q", prefix, got, want)
		}
		var inDev []string
		for _, login := range want {
			if login != "grace" {
				inDev = append(inDev, login)
			}
		}
		if got := w.among(dev, prefix); !slices.Equal(got, inDev) && prefix != "\xff" {
			t.Errorf("%q finds %q in dev; want %q", prefix, got, inDev)
		}
	}
	w.searchFiltered(off)
	w.wrongCursors()
}

func searchedPrefixes(long string) map[string][]string {
	return map[string][]string{
		"ada":             {"ada", "adam"},
		"ADA":             {"ada", "adam"},
		"ada ":            {"ada", "adam"},
		"Ada L":           {"ada"},
		"lovelace":        {"ada"},
		"love":            {"ada"},
		"ovelace":         nil,
		"ada@":            {"ada"},
		"HOPPER":          {"grace"},
		"hopper@acme":     {"grace"},
		"acme":            nil,
		"zoë":             {"adam"},
		"ZOË":             {"adam"},
		"łuk":             {"adam"},
		"Özg":             {"ali"},
		"علي":             {"ali"},
		long:              {long},
		long + "er still": {long},
		"words many":      {long},
		"%":               nil,
		"_":               nil,
		"'":               nil,
		"a%":              nil,
		"g":               {"grace"},
		"\xff":            {"ada", "adam", "ali", "grace", long},
	}
}

func (w *world) searchFiltered(off sso.User) {
	for _, c := range []struct {
		filter sso.UserFilter
		want   []string
	}{
		{sso.UserFilter{Prefix: "ada", Status: sso.UserDeactivated}, []string{off.Login}},
		{sso.UserFilter{Prefix: "ada", Status: sso.UserActive}, []string{"adam"}},
		{sso.UserFilter{Prefix: "ada", Login: "ada"}, []string{"ada"}},
		{sso.UserFilter{Prefix: "hop", Email: "HOPPER@acme.test"}, []string{"grace"}},
	} {
		if got := w.finds(c.filter); !slices.Equal(got, c.want) {
			w.Errorf("%+v finds %q; want %q", c.filter, got, c.want)
		}
	}
}

func (w *world) wrongCursors() {
	ctx := w.Context()
	for _, cursor := range []string{
		"x", "61", "61.", "62.user-1", "zz.user-1", strings.Repeat("61", 65) + ".u",
	} {
		_, _, err := w.db.Users(
			ctx, w.ent.ID, sso.UserFilter{Prefix: "a"}, sso.Page{Cursor: cursor},
		)
		if cursor == "61." {
			continue // the beginning
		}
		w.fails(err, sso.Invalid, "invalid_cursor")
	}
}

// testFoundAgain changes a user's search terms, manually and by a sign-in,
// and takes away what the program made.
func testFoundAgain(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	u := w.join("ada", "ada@acme.test", "Ada Lovelace", "dev")
	_, err := w.db.UpdateUser(ctx, by, w.ent.ID, u.ID, func(u sso.User) (sso.User, error) {
		u.Name = "Countess King"
		return u, nil
	})
	w.ok(err)
	w.same([]string(nil), w.finds(sso.UserFilter{Prefix: "love"}))
	w.same([]string{"ada"}, w.finds(sso.UserFilter{Prefix: "king"}))
	w.join("ada", "countess@acme.test", "Ada Byron", "dev")
	w.same([]string(nil), w.finds(sso.UserFilter{Prefix: "king"}))
	w.same([]string{"ada"}, w.finds(sso.UserFilter{Prefix: "count"}))
	w.same([]string{"ada"}, w.finds(sso.UserFilter{Prefix: "byr"}))
	before := w.dump()
	raw := Raw(t, w.dsn)
	for _, text := range []string{
		"delete from user_terms",
		"insert into user_terms (enterprise_id, user_id, term, status) select enterprise_id, id, '00', 'x' from users",
		"delete from meta where key = 'users_termed'",
	} {
		if _, err := raw.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
	w.same([]string(nil), w.finds(sso.UserFilter{Prefix: "ada"}))
	Open(t, w.dsn, w.keys, w.clock.Now)
	w.same(before, w.dump())
	w.same([]string{"ada"}, w.finds(sso.UserFilter{Prefix: "ada"}))
}

// testSearchAnything compares searches for anything with what a reader would
// find.
func testSearchAnything(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	people := map[string]sso.User{}
	for i, name := range []string{
		"Ada Byron", "ada  king", "BOB", "Bo Bo", "bö bon", "Βο", "b", "B!", "a_b",
		"a%b", "İpek Şahin", "Straße", "ＡＢ", "ab\u200dc",
	} {
		login := fmt.Sprintf("%c%d", 'a'+i%3, i)
		people[login] = w.join(login, "", name, "dev")
	}
	rapid.Check(t, func(r *rapid.T) {
		prefix := rapid.StringOf(rapid.RuneFrom([]rune(
			"aAbBoO 1ö!_%ş\u200d",
		))).Draw(r, "prefix")
		folded, want := fold.Name(prefix), []string(nil)
		for login, u := range people {
			name := fold.Name(u.Name)
			begins := strings.HasPrefix(fold.Name(login), folded) ||
				strings.HasPrefix(name, folded) ||
				strings.Contains(" "+name, " "+folded)
			if begins {
				want = append(want, login)
			}
		}
		slices.Sort(want)
		if got := w.finds(sso.UserFilter{Prefix: prefix}); !slices.Equal(got, want) {
			r.Fatalf("%q finds %q; want %q", prefix, got, want)
		}
		if got := w.among(w.group["app/dev"].ID, prefix); folded != "" && !slices.Equal(got, want) {
			r.Fatalf("%q finds %q in the group; want %q", prefix, got, want)
		}
	})
}

// testCounted looks at what lists say of how many there are, and at groups by a
// part of their name.
func testCounted(t *testing.T, fresh fresh) {
	w := newWorld(t, fresh)
	ctx := t.Context()
	w.join("ada", "", "Ada", "dev")
	w.join("bob", "", "Bob", "dev", "ops")
	all, next, err := w.db.OrganizationCounts(ctx, w.ent.ID, sso.Page{Limit: 1})
	w.ok(err)
	more, last, err := w.db.OrganizationCounts(ctx, w.ent.ID, sso.Page{Cursor: next})
	w.ok(err)
	if last != "" {
		t.Errorf("it goes on at %s", last)
	}
	got := map[string][2]int{}
	for _, c := range append(all, more...) {
		o, err := w.db.Organization(ctx, w.ent.ID, c.Organization.ID)
		w.ok(err)
		w.same(o, c.Organization)
		got[o.Key] = [2]int{c.Groups, c.Members}
	}
	w.same(map[string][2]int{"app": {w.namedGroups("app"), 2}, "web": {w.namedGroups("web"), 2}}, got)
	w.groupsByPart()
}

func (w *world) namedGroups(key string) (n int) {
	list, _, err := w.db.Groups(
		w.Context(), w.ent.ID, sso.GroupFilter{Organization: w.orgs[key].ID}, sso.Page{},
	)
	w.ok(err)
	return len(list) - 1 // without the default one
}

func (w *world) groupsByPart() {
	ctx := w.Context()
	for _, name := range []string{"50% off_site!", "Entwicklung ÄÖ"} {
		_, err := w.db.CreateGroup(ctx, by, w.ent.ID, sso.Group{
			Organization: w.orgs["web"].ID,
			Name:         name,
		})
		w.ok(err)
	}
	for part, want := range map[string]int{
		"%":       1,
		"_":       1,
		"!":       1,
		"50":      1,
		"OFF":     1,
		"äö":      1,
		"WICK":    1,
		"wi_k":    0,
		"MEMBERS": 2,
		"em":      2,
		"":        w.namedGroups("app") + w.namedGroups("web") + 2,
	} {
		list, _, err := w.db.Groups(
			ctx, w.ent.ID, sso.GroupFilter{Contains: part}, sso.Page{},
		)
		w.ok(err)
		if len(list) != want {
			w.Errorf("%q finds %d groups; want %d", part, len(list), want)
		}
	}
}
