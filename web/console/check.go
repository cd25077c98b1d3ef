package console

import (
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// Check is one verification as a row of a table.
type Check struct {
	Name, Want, Got string
	Badge           ui.Badge
}

// Checks are all verifications, in order.
type Checks []Check

func (c Check) passed() bool { return c.Badge.State == "ok" }

// Open returns the checks that failed or have a warning.
func (c Checks) Open() (open Checks) {
	for _, one := range c {
		if !one.passed() {
			open = append(open, one)
		}
	}
	return open
}

// Folded returns the checks that passed.
func (c Checks) Folded() (folded Checks) {
	for _, one := range c {
		if one.passed() {
			folded = append(folded, one)
		}
	}
	return folded
}

// Summary counts the checks that passed.
func (c Checks) Summary() string {
	passed, all := len(c.Folded()), len(c)
	switch {
	case all == 1 && passed == 1:
		return "1 check passed"
	case passed == all:
		return "All " + strconv.Itoa(all) + " checks passed"
	}
	return strconv.Itoa(passed) + " of " + strconv.Itoa(all) + " checks passed"
}

// NewCheck returns a check with its name in words and the badge ok, warning or
// failed.
func NewCheck(c sso.Check) Check {
	badge := ui.Badge{Label: "ok", State: "ok"}
	switch {
	case !c.OK:
		badge = ui.Badge{Label: "failed", State: "error"}
	case c.Warning:
		badge = ui.Badge{Label: "warning", State: "warn"}
	}
	return Check{
		Name:  checkName(c.Name),
		Want:  c.Want,
		Got:   c.Got,
		Badge: badge,
	}
}

func checkName(name string) string {
	if known := map[string]string{
		"acs":                         "ACS URL",
		"pkce":                        "PKCE",
		"id_token":                    "ID token",
		"name_id":                     "NameID",
		"name_id_format":              "NameID format",
		"email":                       "E-mail",
		"clock":                       "Clock difference",
		"in_response_to":              "InResponseTo",
		"confirmation_in_response_to": "InResponseTo of the confirmation",
	}[name]; known != "" {
		return known
	}
	text := strings.ReplaceAll(name, "_", " ")
	if text == "" {
		return "–"
	}
	return strings.ToUpper(text[:1]) + text[1:]
}

// NotUnderstood lists the asserted values that are no group name.
type NotUnderstood struct {
	Rows []RawGroup
	More int // values beyond the recorded ones
}

// RawGroup is one such value, escaped, and why it is no group name: a phrase that
// follows "because it".
type RawGroup struct{ Raw, Why string }

// NewNotUnderstood returns nil if everything was understood.
func NewNotUnderstood(g sso.AssertedGroups) *NotUnderstood {
	if len(g.NotUnderstood) == 0 {
		return nil
	}
	list := &NotUnderstood{More: g.NotUnderstoodCount - len(g.NotUnderstood)}
	for _, r := range g.NotUnderstood {
		list.Rows = append(list.Rows, RawGroup{r.Raw, r.Why.String()})
	}
	return list
}

// GroupsState returns the state of the asserted groups as a badge, and what it
// means.
func GroupsState(g sso.AssertedGroups) (ui.Badge, string) {
	switch g.State {
	case sso.GroupsValues:
		return ui.Badge{
			Label: "values",
			State: "ok",
		}, "A list of " + strconv.Itoa(len(g.Names)) + "."
	case sso.GroupsEmpty:
		return ui.Badge{
			Label: "empty",
			State: "warn",
		}, "The attribute was sent without a value: the person is in no group."
	case sso.GroupsOverage:
		return ui.Badge{
				Label: "overage",
				State: "warn",
			},
			"There were too many groups to send, so a pointer was sent instead of the list. Unless Gatehouse could fetch the list, no one loses a group."
	case sso.GroupsTruncated:
		if g.Unread > 0 {
			return ui.Badge{
					Label: "cut off",
					State: "warn",
				}, "The list is longer than is read: " + strconv.Itoa(len(g.Names)) +
					" names were read, and " + strconv.Itoa(g.Unread) +
					" were not. No one loses a group because of it."
		}
		return ui.Badge{
				Label: "cut off",
				State: "warn",
			},
			"The list has the identity provider’s maximum length: there may be more. No one loses a group because of it."
	case sso.GroupsPartial:
		return ui.Badge{
				Label: "partly understood",
				State: "warn",
			}, "Not understood: " + strconv.Itoa(g.NotUnderstoodCount) +
				". Groups from the rest of the list are added, and no one loses one."
	}
	return ui.Badge{
		Label: "absent",
		State: "warn",
	}, "No group attribute was sent, so the groups are unknown, and no one loses one."
}
