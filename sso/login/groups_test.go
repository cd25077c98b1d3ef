package login_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gatehouse/groupsync/entra"
	"gatehouse/internal/demo/demoidp"
	"gatehouse/sso"
	"gatehouse/sso/login"
)

// says makes the identity provider of c say something else about ada's groups.
// A claim is for OpenID Connect.
func (c *company) says(claim any, groups ...string) {
	c.idp.AddPerson(demoidp.Person{
		ID:          "id-ada",
		Login:       "ada",
		Email:       "ada@" + c.Key + ".example",
		GivenName:   "ada",
		Surname:     "X",
		Groups:      groups,
		GroupsClaim: claim,
	})
}

func (w *world) attemptOf(c *company, r login.Result) sso.Attempt {
	w.Helper()
	a, err := w.db.Attempt(w.Context(), c.ID, r.Session.Attempt)
	w.ok(err)
	return a
}

// numbered are n names of groups that are nowhere here, and then others.
func numbered(n int, others ...string) (all []string) {
	for i := range n {
		all = append(all, fmt.Sprint("g", i))
	}
	return append(all, others...)
}

// TestGroupsThatAreNotNames: what is no list of names removes nothing and is
// recorded with what was sent; what is understood is added.
func TestGroupsThatAreNotNames(t *testing.T) {
	object := func(name string) map[string]any {
		return map[string]any{
			"id":   "1",
			"name": name,
		}
	}
	each(t, func(w *world) {
		c := w.globex
		before := []string{
			"web/dev=jit", "web/sre=jit", "web/Members=default", "app/dev=jit",
			"app/Members=default",
		}
		for name, tt := range map[string]struct {
			claim any
			ops   bool // is added
			state sso.GroupsState
			why   sso.RawReason
		}{
			"objects": {
				[]any{object("dev"), object("sre")},
				false,
				sso.GroupsPartial,
				sso.RawNotText,
			},
			"a name and an object": {
				[]any{"ops", object("sre")},
				true,
				sso.GroupsPartial,
				sso.RawNotText,
			},
			"a name and null": {
				[]any{"ops", nil},
				true,
				sso.GroupsPartial,
				sso.RawNotText,
			},
			"a name and a number": {
				[]any{7, "ops"},
				true,
				sso.GroupsPartial,
				sso.RawNotText,
			},
			"false": {
				false, false, sso.GroupsPartial, sso.RawNotText,
			},
			"a number": {12, false, sso.GroupsPartial, sso.RawNotText},
			"an object": {
				map[string]any{"ops": map[string]any{}},
				false,
				sso.GroupsPartial,
				sso.RawNotText,
			},
			"a list with an empty list": {
				[]any{[]any{}},
				false,
				sso.GroupsPartial,
				sso.RawNotText,
			},
			"a list in a list": {
				[]any{[]any{"ops", "1"}},
				true,
				sso.GroupsPartial,
				sso.RawNotText,
			},
			"a name and an empty list": {
				[]any{"ops", []any{}},
				true,
				sso.GroupsPartial,
				sso.RawNotText,
			},
			"one word in brackets": {
				"[ops]", false, sso.GroupsPartial, sso.RawLooksLikeList,
			},
			"an object as text": {
				[]any{"ops", "[object Object]"},
				true,
				sso.GroupsPartial,
				sso.RawLooksLikeList,
			},
			"a lost character": {
				[]any{"ops", "sr\ufffd"},
				true,
				sso.GroupsPartial,
				sso.RawGarbled,
			},
			"a list in a text": {
				`["ops","sre"]`, false, sso.GroupsPartial, sso.RawLooksLikeList,
			},
			"names between commas": {
				"ops,sre", false, sso.GroupsPartial, sso.RawLooksLikeList,
			},
			"a no-break space inside": {
				[]any{"ops", "site\u00a0reliability"},
				true,
				sso.GroupsPartial,
				sso.RawNoBreakSpace,
			},
			"a zero-width joiner inside": {
				[]any{"ops", "d\u200dev"},
				true,
				sso.GroupsPartial,
				sso.RawInvisible,
			},
			"too long": {
				[]any{"ops", strings.Repeat("x", 256)},
				true,
				sso.GroupsPartial,
				sso.RawTooLong,
			},
			"longer than is read": {
				append([]string{"ops"}, numbered(2001)...), true,
				sso.GroupsTruncated, "",
			},
		} {
			c.says(nil, "dev", "sre")
			w.in(c, w.enters(c, "ada").User.ID, before...)
			c.says(tt.claim)
			r := w.enters(c, "ada")
			want := before
			if tt.ops {
				want = append(slices.Clone(before), "app/ops=jit")
			}
			w.in(c, r.User.ID, want...)
			a := w.attemptOf(c, r)
			if g := r.Sync.Asserted; g.State != tt.state ||
				a.Groups.State != tt.state ||
				r.Sync.Mode != sso.SyncAddOnly ||
				r.Sync.Note == "" ||
				len(r.Sync.Removed) > 0 {
				w.Errorf(
					"%s: %s, %s, %q, removed %v", name, g.State, r.Sync.Mode,
					r.Sync.Note, r.Sync.Removed,
				)
			}
			if tt.why != "" &&
				(len(a.Groups.NotUnderstood) == 0 ||
					a.Groups.NotUnderstood[0].Why != tt.why) {
				w.Errorf("%s: not understood %v", name, a.Groups.NotUnderstood)
			}
			warned := slices.ContainsFunc(a.Checks, func(check sso.Check) bool {
				return check.Name == "groups" && check.Warning
			})
			if !warned {
				w.Errorf("%s: no warning", name)
			}
		}
	})
}

// TestObjectsReadByAMember: an element without the member is not lost.
func TestObjectsReadByAMember(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.Mapping.Groups = []string{"groups.name"}
		})
		c.says([]any{map[string]any{"name": "dev"}, map[string]any{"name": "sre"}})
		r := w.enters(c, "ada")
		all := []string{
			"web/dev=jit", "web/sre=jit", "web/Members=default", "app/dev=jit",
			"app/Members=default",
		}
		w.in(c, r.User.ID, all...)
		c.says([]any{map[string]any{"name": "dev"}, map[string]any{"id": 2}, "sre"})
		r = w.enters(c, "ada")
		w.in(c, r.User.ID, all...)
		if g := r.Sync.Asserted; g.State != sso.GroupsPartial ||
			g.NotUnderstoodCount != 2 ||
			g.NotUnderstood[0].Why != sso.RawNoMember {
			w.Errorf("%s, not understood %v", g.State, g.NotUnderstood)
		}
		for name, none := range map[string]any{
			"no element has it": []any{
				map[string]any{"id": 1},
				map[string]any{"id": 2},
			},
			"objects beside a text":  []any{map[string]any{"id": 1}, "sre"},
			"one object in a list":   []any{map[string]any{"title": "dev"}},
			"a list within the list": []any{[]any{map[string]any{"id": 1}}, 7},
		} {
			c.says(none)
			r = w.enters(c, "ada")
			w.in(c, r.User.ID, all...)
			g := r.Sync.Asserted
			if g.State != sso.GroupsPartial ||
				g.NotUnderstoodCount == 0 ||
				g.NotUnderstood[0].Why != sso.RawNoMember ||
				g.Source != "groups.name" {
				w.Errorf(
					"%s: %s from %q, not understood %v", name, g.State, g.Source,
					g.NotUnderstood,
				)
			}
		}
		c.says(map[string]any{"id": 1}) // no list: nothing is said about groups
		if g := w.enters(c, "ada").Sync.Asserted; g.State != sso.GroupsAbsent {
			w.Errorf("an object without the member: %s, not understood %v", g.State, g.NotUnderstood)
		}
		c.says([]any{map[string]any{"name": "dev"}})
		w.in(
			c, w.enters(c, "ada").User.ID, "web/dev=jit", "web/Members=default",
			"app/dev=jit", "app/Members=default",
		)
	})
}

// TestTextsInPlaceOfObjects: where the mapping reads a member of objects, texts
// and scalars in their place are not the absence of groups, so even a connection
// that clears keeps what is there.
func TestTextsInPlaceOfObjects(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.Mapping.Groups = []string{"groups.name"}
			cfg.GroupSync.OnAbsent = sso.ClearGroups
		})
		all := []string{
			"web/dev=jit", "web/sre=jit", "web/Members=default", "app/dev=jit",
			"app/Members=default",
		}
		for name, claim := range map[string]any{
			"texts":            []any{"dev", "sre"},
			"one text":         "dev",
			"JSON in a text":   `[{"name":"dev"}]`,
			"false":            false,
			"null in a list":   []any{nil},
			"texts in a list":  []any{[]any{"dev"}},
			"a member of null": []any{map[string]any{"name": nil}},
		} {
			c.says([]any{
				map[string]any{"name": "dev"},
				map[string]any{"name": "sre"},
			})
			w.in(c, w.enters(c, "ada").User.ID, all...)
			c.says(claim)
			r := w.enters(c, "ada")
			w.in(c, r.User.ID, all...)
			if g := r.Sync.Asserted; g.State != sso.GroupsPartial ||
				g.NotUnderstoodCount == 0 ||
				g.NotUnderstood[0].Why != sso.RawNoMember {
				w.Errorf("%s: %s, not understood %v", name, g.State, g.NotUnderstood)
			}
		}
		w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
			cfg.Mapping.Groups = []string{"groups.name", "groups"}
		})
		c.says([]any{"dev"})
		r := w.enters(c, "ada")
		if g := r.Sync.Asserted; g.State != sso.GroupsValues || g.Source != "groups" {
			w.Errorf("another candidate reads them: %s from %q", g.State, g.Source)
		}
	})
}

// TestNamesAreTrimmedAndComposed: what surrounds a name does not count, on
// either protocol; a line break inside makes it no name.
func TestNamesAreTrimmedAndComposed(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			all := []string{
				"web/dev=jit", "web/sre=jit", "web/Members=default", "app/dev=jit",
				"app/Members=default",
			}
			for _, names := range [][]string{
				{"dev", "sre"},
				{"\n    dev\n  ", "\n    sre\n  "},
				{"\u00a0dev\u2003", "\tsre "},
				{"\ufeffdev", "sre\u200b", "dev", " sre"},
			} {
				c.says(nil, names...)
				r := w.enters(c, "ada")
				w.in(c, r.User.ID, all...)
				if g := r.Sync.Asserted; g.State != sso.GroupsValues ||
					!slices.Equal(g.Names, []string{"dev", "sre"}) {
					w.Errorf("%q: %s, %q", names, g.State, g.Names)
				}
			}
			c.says(nil, "dev", "site\n    reliability")
			r := w.enters(c, "ada")
			w.in(c, r.User.ID, all...)
			if g := r.Sync.Asserted; g.State != sso.GroupsPartial ||
				g.NotUnderstood[0].Why != sso.RawLineBreak {
				w.Errorf("%s, not understood %v", g.State, g.NotUnderstood)
			}
			c.says(nil, "dev", "SRE") // case is part of a name
			w.in(
				c, w.enters(c, "ada").User.ID, "web/dev=jit", "web/Members=default",
				"app/dev=jit", "app/Members=default",
			)
		}
	})
}

// TestIncludeBeforeTheLimit: a list of any length is read where the mapping
// keeps few of it, and then it is a complete one.
func TestIncludeBeforeTheLimit(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			n := 5000
			if c == w.acme {
				n = 2001 // a SAML response has a limit in bytes
			}
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Mapping.Include = "^(dev|sre)$"
			})
			c.says(nil, numbered(n, "dev", "sre")...)
			r := w.enters(c, "ada")
			w.in(
				c, r.User.ID, "web/dev=jit", "web/sre=jit", "web/Members=default",
				"app/dev=jit", "app/Members=default",
			)
			if g := r.Sync.Asserted; g.State != sso.GroupsValues || len(g.Names) != 2 {
				w.Errorf("%s: %d names", g.State, len(g.Names))
			}
			c.says(nil, numbered(n, "sre")...)
			w.in(c, w.enters(c, "ada").User.ID, "web/sre=jit", "web/Members=default")
			w.edit(c, func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Mapping.Include = ""
			})
			c.says(nil, append([]string{"dev"}, numbered(n)...)...)
			r = w.enters(c, "ada")
			w.in(
				c, r.User.ID, "web/dev=jit", "web/sre=jit", "web/Members=default",
				"app/dev=jit", "app/Members=default",
			)
			if g := r.Sync.Asserted; g.State != sso.GroupsTruncated ||
				g.Unread != n+1-sso.MaxGroups ||
				len(g.Names) != sso.MaxGroups {
				w.Errorf("%s: %d names, %d unread", g.State, len(g.Names), g.Unread)
			}
		}
	})
}

// TestTestConnectionTellsWhatWasNotUnderstood: as a sign-in would.
func TestTestConnectionTellsWhatWasNotUnderstood(t *testing.T) {
	each(t, func(w *world) {
		c := w.globex
		c.says(nil, "dev")
		w.enters(c, "ada")
		c.says([]any{"sre", map[string]any{"name": "dev"}})
		run, token := w.beginTest(c)
		run = w.ended(c, run, w.tryOut(c, run, token))
		g := run.Result.Identity.Groups
		if run.State != sso.TestPassed ||
			g.State != sso.GroupsPartial ||
			g.NotUnderstoodCount != 1 ||
			run.Result.Mode != sso.SyncAddOnly ||
			run.Result.Note == "" {
			w.Errorf(
				"%s: %s, %v, %s, %q", run.State, g.State, g.NotUnderstood,
				run.Result.Mode, run.Result.Note,
			)
		}
		for _, delta := range run.Result.Changes {
			if len(delta.Removed) > 0 {
				w.Errorf("%s: removes %q", delta.Name, delta.Removed)
			}
		}
		if !slices.ContainsFunc(run.Result.Warnings, func(x sso.Warning) bool {
			return x.Code == "groups_partial" && x.Got == "1"
		}) {
			w.Errorf("warnings: %+v", run.Result.Warnings)
		}
	})
}

// TestDirectoryThatContradicts: zero groups from Microsoft Graph, of a person of
// whom the identity provider said that there are too many to send, are no answer.
func TestDirectoryThatContradicts(t *testing.T) {
	each(t, func(w *world) {
		for _, c := range []*company{w.acme, w.globex} {
			_, s := w.directory(c, time.Minute)
			c.overage("ada", "dev")
			r, _ := w.entersBy(s, c, "ada")
			before := []string{
				"web/dev=jit", "web/Members=default", "app/dev=jit",
				"app/Members=default",
			}
			w.in(c, r.User.ID, before...)
			none := w.with(func(o *options) {
				o.evaluate.Graph = noGroups{}
				o.evaluate.DirectoryBudget = time.Minute
			})
			r, a := w.entersBy(none, c, "ada")
			w.in(c, r.User.ID, before...)
			if a.Groups.State != sso.GroupsOverage ||
				r.Sync.Mode != sso.SyncKeep ||
				!strings.Contains(r.Sync.Note, "Microsoft Graph lists no group") ||
				!directoryCheck(a).Warning {
				w.Errorf(
					"%s, %s, %q, %+v", a.Groups.State, r.Sync.Mode, r.Sync.Note,
					directoryCheck(a),
				)
			}
		}
	})
}

// noGroups is a directory without memberships.
type noGroups struct{}

func (noGroups) Memberships(context.Context, entra.Application, string) (entra.Memberships, error) {
	return entra.Memberships{Groups: sso.AssertedGroups{State: sso.GroupsEmpty}}, nil
}
