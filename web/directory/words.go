package directory

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// sourceWords returns the source of a membership in words.
func sourceWords(s sso.MembershipSource) string {
	switch s {
	case sso.SourceJIT:
		return "sign-in"
	case sso.SourceSCIM:
		return "provisioning"
	case sso.SourceConnection:
		return "default group of their connection"
	case sso.SourceDefault:
		return "in another group here"
	}
	return "by hand"
}

func statusBadge(s sso.UserStatus) ui.Badge {
	switch s {
	case sso.UserDeactivated:
		return ui.Badge{Label: "deactivated", State: "error"}
	case sso.UserPending:
		return ui.Badge{Label: "needs approval", State: "warn"}
	}
	return ui.Badge{Label: "active", State: "ok"}
}

// called returns the name of a user on a page: name, login or identifier.
func called(u sso.User) string {
	switch {
	case strings.TrimSpace(u.Name) != "":
		return u.Name
	case u.Login != "":
		return u.Login
	}
	return string(u.ID)
}

func personHref(e sso.Enterprise, id sso.UserID) string {
	return console.At(e, "people", string(id))
}

func groupHref(e sso.Enterprise, id sso.GroupID) string {
	return console.At(e, "groups", string(id))
}

func personLink(e sso.Enterprise, u sso.User) personRef {
	p := personRef{Name: called(u), Href: personHref(e, u.ID)}
	if p.Name != u.Login {
		p.Login = u.Login
	}
	if u.Status != sso.UserActive {
		badge := statusBadge(u.Status)
		p.Badge = &badge
	}
	return p
}

// causeOf says in words what an identifier in a membership means, and where
// there is more about it.
func causeOf(e sso.Enterprise, cause string) causeLink {
	kind, _, _ := strings.Cut(cause, "-")
	switch {
	case cause == "":
		return causeLink{Text: "unknown"}
	case cause == string(sso.ActorOperator):
		return causeLink{Text: "the command line"}
	case cause == string(sso.ActorSystem):
		return causeLink{Text: "background work"}
	case kind == "att":
		return causeLink{
			Text: "sign-in",
			Href: console.At(e, "activity", "attempts", cause),
		}
	case kind == "sync":
		return causeLink{
			Text: "group sync",
			Href: console.At(e, "activity", "syncs", cause),
		}
	case kind == "push":
		return causeLink{Text: "a push over SCIM", Href: console.At(e, "activity", "provisioning")}
	case kind == "user":
		return causeLink{Text: "an admin", Href: console.At(e, "people", cause)}
	case kind == "conn":
		return causeLink{
			Text: "the connection",
			Href: console.At(e, "connections", cause),
		}
	case kind == "adm":
		return causeLink{Text: "an operator"}
	case kind == "tok":
		return causeLink{Text: "the API"}
	case kind == "link":
		return causeLink{Text: "a setup link"}
	}
	return causeLink{Text: sso.Sanitize(cause)}
}

// reasonWords returns why a user is not in the groups that the identity provider
// last named.
func reasonWords(r sso.DriftReason, missing bool) string {
	switch r {
	case sso.DriftDefault:
		return "Identity providers cannot add people to a default group."
	case sso.DriftHeld:
		return "A change of their groups needs approval."
	case sso.DriftDeactivated:
		return "They are deactivated, and do not sign in."
	case sso.DriftNeverSaid:
		return "No sign-in has sent their groups yet."
	case sso.DriftProvisioned:
		return "They were added by provisioning."
	case sso.DriftNeverSent:
		return "The identity provider provisions them, and has not sent them as a member. Sign-ins add no one."
	case sso.DriftNotProvisioned:
		return "The identity provider has not provisioned them yet. Until then, sign-ins change no membership."
	case sso.DriftFormer:
		return "It was a default group of their connection. They leave it at their next sign-in."
	case sso.DriftManual:
		if missing {
			return "They were removed by hand since."
		}
		return "They were added by hand."
	case sso.DriftRestored:
		return "They were added by a restore."
	case sso.DriftGroupNewer:
		return "The group was created or renamed after their last sign-in."
	case sso.DriftUnknown:
		return "The last sign-in sent an incomplete list of groups, so memberships were kept."
	case sso.DriftMode:
		return "The connection only adds people, and removes no one."
	}
	return "The reason is unknown."
}

// lasting says what becomes of a change by hand, for every connection that
// people sign in through.
func lasting(all []sso.Connection) []string {
	var said []string
	for _, c := range all {
		cfg, err := c.Serving()
		if err != nil {
			continue
		}
		switch groupsync.RulesOf(*cfg, true).Mode {
		case sso.SyncReset:
			said = append(
				said,
				fmt.Sprintf(
					"%s resets groups at each sign-in. Manual changes last until then, unless the identity provider agrees.",
					c.Name,
				),
			)
		case sso.SyncResetSynced:
			said = append(
				said,
				fmt.Sprintf(
					"%s keeps people who were added by hand. People removed by hand return at their next sign-in if the identity provider lists the group.",
					c.Name,
				),
			)
		case sso.SyncAddOnly:
			said = append(
				said,
				fmt.Sprintf(
					"%s only adds people. People added by hand stay, and people removed return at their next sign-in if the identity provider lists the group.",
					c.Name,
				),
			)
		default:
			said = append(
				said,
				fmt.Sprintf(
					"Groups of people who come through %s are provisioned: sign-ins change nothing, and the next provisioning request decides.",
					c.Name,
				),
			)
		}
	}
	if said == nil {
		said = []string{
			"No one can sign in yet. What happens to manual changes at a sign-in depends on the connection that you will enable.",
		}
	}
	return said
}

// query are the values of the address. A list has few of them, and what is none
// of ours is not looked at.
type query struct{ url.Values }

func queryOf(r *http.Request) query { return query{r.URL.Query()} }

// text returns a parameter as the user typed it, without surrounding space and
// what is not text.
func (q query) text(name string) string {
	const longest = 254
	s := strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(q.Get(name), "\x00", ""), ""))
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "")
	}
	return s
}

// listSize is how many rows a page of a list has.
const listSize = 50

func (q query) page() sso.Page {
	return sso.Page{
		Cursor: q.Get("cursor"),
		Limit:  listSize,
	}
}

// pager leads on in a list at path, with what is kept of the address.
func (q query) pager(path, next string, keep ...string) ui.Pager {
	address := func(cursor string) string {
		v := url.Values{}
		for _, name := range append(keep, "cursor") {
			if s := q.text(name); s != "" && name != "cursor" {
				v.Set(name, s)
			}
		}
		if cursor != "" {
			v.Set("cursor", cursor)
		}
		if len(v) == 0 {
			return path
		}
		return path + "?" + v.Encode()
	}
	var p ui.Pager
	if next != "" {
		p.Next = address(next)
	}
	if q.Get("cursor") != "" {
		p.First = address("")
	}
	return p
}

// byLine returns err with what it says about an item of a list, such as
// origins[2], said about a line of the area that has the list.
func byLine(err error) error {
	e, ok := errors.AsType[*sso.Error](err)
	if !ok || len(e.Fields) == 0 {
		return err
	}
	lines := *e
	lines.Fields = slices.Clone(e.Fields)
	for i, p := range lines.Fields {
		name, rest, item := strings.Cut(p.Field, "[")
		if n, err := strconv.Atoi(strings.TrimSuffix(rest, "]")); item && err == nil {
			lines.Fields[i] = sso.FieldError{
				Field:   name,
				Message: fmt.Sprintf("Line %d: %s", n+1, p.Message),
			}
		}
	}
	return &lines
}
