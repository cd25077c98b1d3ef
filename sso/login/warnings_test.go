package login_test

import (
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

const anObjectID = "6731de76-14a6-49ae-97bc-6eba6914391e"

// TestTestConnectionWarns: a test that passes although groups or login would be
// wrong passes with warnings, over both protocols.
func TestTestConnectionWarns(t *testing.T) {
	removeAll := func(_ *sso.Connection, cfg *sso.Config) {
		cfg.Mapping.GroupLimit = 2
	}
	for name, c := range map[string]struct {
		before []string // sent at an earlier sign-in; nil: there was none
		now    []string
		edit   func(*sso.Connection, *sso.Config)
		want   string // the codes that need action, in order
		says   string // part of the first one's cause
	}{
		"groups that match":      {now: []string{"dev", "sre"}},
		"some that match":        {now: []string{"dev", "all-employees"}},
		"Members, never matched": {now: []string{"dev", "Members"}},
		"none matches": {
			now:  []string{"a", "b", "c", "d"},
			want: "groups_unmatched",
			says: "matches a group here: a, b, c and 1 more.",
		},
		"object IDs": {
			now:  []string{anObjectID},
			want: "groups_object_ids",
			says: anObjectID,
		},
		"mostly object IDs": {
			now:  []string{"dev", strings.ToUpper(anObjectID)},
			want: "groups_object_ids",
		},
		"other letter case": {
			now:  []string{"DEV"},
			want: "group_near_miss",
			says: "“DEV” was sent, ",
		},
		"one of them nearly": {now: []string{"dev", "SRE"}, want: "group_near_miss"},
		"an empty list":      {now: []string{}, want: "groups_empty"},
		"as long as lists get": {
			now:  []string{"dev", "sre"},
			edit: removeAll,
			want: "groups_truncated",
			says: ": 2 were read",
		},
		"everything is lost": {
			before: []string{"dev"},
			now:    []string{"x"},
			want:   "groups_unmatched groups_all_removed sync_held",
		},
		"replaced by another": {before: []string{"dev"}, now: []string{"sre"}},
		"no groups are read": {
			now: []string{"dev"},
			edit: func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Mapping.Groups = nil
			},
			want: "groups_not_mapped",
		},
		"another attribute": {
			now: []string{"dev"},
			edit: func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Mapping.Groups = []string{"roles"}
			},
			want: "groups_absent",
			says: "was sent under roles",
		},
		"provisioned": {
			now: []string{"x"},
			edit: func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Provisioning = sso.ProvisionSCIM
			},
		},
		"login by subject": {
			now: []string{"dev"},
			edit: func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Mapping.Login = []string{"uid", "nameid"}
			},
			want: "login_fallback",
			says: "because uid was not sent",
		},
		"login by subject as mapped": {
			now: []string{"dev"},
			edit: func(_ *sso.Connection, cfg *sso.Config) {
				cfg.Mapping.Login = []string{"nameid"}
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(w *world) {
				for _, at := range []*company{w.acme, w.globex} {
					if c.before != nil {
						w.ok(at.idp.SetGroups("id-ada", c.before))
						w.enters(at, "ada")
					}
					w.ok(at.idp.SetGroups("id-ada", c.now))
					if c.edit != nil {
						w.edit(at, c.edit)
					}
					run, _ := w.beginTest(at)
					w.warns(
						at, w.ended(at, run, w.tryOut(at, run, w.browser)), c.want,
						c.says,
					)
				}
			})
		})
	}
}

// TestAbsentGroupsOfGoogle: ID tokens of Google never have groups, which is no reason
// for a warning; an assertion of Google without groups is.
func TestAbsentGroupsOfGoogle(t *testing.T) {
	each(t, func(w *world) {
		for _, at := range []*company{w.acme, w.globex} {
			w.edit(at, func(c *sso.Connection, cfg *sso.Config) {
				c.Provider = sso.Google
				cfg.Mapping.Groups = []string{"roles"}
			})
			want := "groups_absent"
			if at.conn.Protocol == sso.OIDC {
				want = ""
			}
			run, _ := w.beginTest(at)
			w.warns(at, w.ended(at, run, w.tryOut(at, run, w.browser)), want, "")
		}
	})
}

// warns checks the warnings of a run that passed.
func (w *world) warns(c *company, run sso.TestRun, want, says string) {
	w.Helper()
	var got []string
	for _, x := range run.Result.Warnings {
		if !x.Minor {
			got = append(got, x.Code)
		}
	}
	if run.State != sso.TestPassed ||
		strings.Join(got, " ") != want ||
		run.Warned != len(got) {
		w.Fatalf(
			"%s: %s, %d warned, want %q: %+v", c.Key, run.State, run.Warned, want,
			run.Result.Warnings,
		)
	}
	for _, x := range run.Result.Warnings {
		if !slices.Contains(catalog.WarningCodes(), x.Code) {
			w.Errorf("%s: no remedy knows %s", c.Key, x.Code)
		}
	}
	if len(got) > 0 {
		if a := catalog.Warn(
			c.conn.Provider, c.conn.Protocol, run.Result.Warnings[0],
		); !strings.Contains(a.Cause, says) {
			w.Errorf("%s: %q does not say %q", c.Key, a.Cause, says)
		}
	}
	listed, _, err := w.db.TestRuns(
		w.Context(), c.ID, sso.TestFilter{Connection: c.conn.ID}, sso.Page{},
	)
	w.ok(err)
	if listed[0].Warned != len(got) {
		w.Errorf(
			"%s: the list says %d warnings, not %d", c.Key, listed[0].Warned,
			len(got),
		)
	}
}
