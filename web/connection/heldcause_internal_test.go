package connection

import (
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
)

// TestHeldCauseActions: each action says what it would do, and one that would do
// nothing is not offered.
func TestHeldCauseActions(t *testing.T) {
	t.Parallel()
	h := &Handlers{Options{Now: time.Now}}
	for name, x := range map[string]struct {
		tally                          sso.HeldTally
		title, count, approve, discard string
	}{
		"some wait": {
			sso.HeldTally{
				Cause:    sso.HeldNamesChanged,
				Waiting:  25,
				Standing: true,
			},
			"Okta: the group names stopped matching",
			"25 people wait",
			"Approve all",
			"Discard all",
		},
		"some lost groups": {
			sso.HeldTally{
				Cause:    sso.HeldNamesChanged,
				Waiting:  1,
				Lost:     2,
				Standing: true,
			},
			"Okta: the group names stopped matching",
			"1 person waits",
			"Approve all",
			"Discard all and restore 2 people",
		},
		"only lost groups": {
			sso.HeldTally{
				Cause:    sso.HeldNamesChanged,
				Lost:     1,
				Standing: true,
			},
			"Okta: the group names stopped matching",
			"no one waits",
			"Allow removals",
			"Restore 1 person",
		},
		"no one waits": {
			sso.HeldTally{
				Cause:     sso.HeldGroupShare,
				Group:     "g",
				GroupName: "Web/sre",
				Standing:  true,
			},
			"Okta: too many people would leave Web/sre",
			"no one waits",
			"Allow removals",
			"",
		},
		"a deleted group": {
			sso.HeldTally{
				Cause:   sso.HeldGroupShare,
				Group:   "g",
				Waiting: 2,
			},
			"Okta: too many people would leave a group that has been deleted",
			"2 people wait",
			"Approve all",
			"Discard all",
		},
	} {
		c := h.heldCause(console.Visit{}, x.tally, "Okta")
		discard := ""
		if c.Discard != nil {
			discard = c.Discard.Label
		}
		if c.Title != x.title ||
			c.Count != x.count ||
			c.Approve.Label != x.approve ||
			discard != x.discard {
			t.Errorf(
				"%s: %q, %q, %q, %q", name, c.Title, c.Count, c.Approve.Label,
				discard,
			)
		}
	}
}
