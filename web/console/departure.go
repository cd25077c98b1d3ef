package console

import (
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// EndedWords says what ended with the access of a user.
func EndedWords(e sso.EndedAccess) string {
	var all []string
	add := func(n int, one, many string) {
		if n > 0 {
			all = append(all, ui.Count(n, one, many))
		}
	}
	add(e.Sessions, "session", "sessions")
	add(e.ConsoleSessions, "console session", "console sessions")
	add(e.SignIns, "sign-in that waited for a code", "sign-ins that waited for a code")
	add(e.SetupLinks, "setup link", "setup links")
	add(e.Tokens, "token", "tokens")
	text := "Nothing was open."
	if len(all) > 0 {
		text = "Ended: " + strings.Join(all, ", ") + "."
	}
	if e.Admin {
		text += " The user was an admin."
	}
	return text
}

// NodeWords says which nodes have forgotten a user, and how fast.
func NodeWords(nodes []sso.NodeReceipt) string {
	if len(nodes) == 0 {
		return "No node has reported it yet."
	}
	var text strings.Builder
	for i, n := range nodes {
		verb := " refused the user"
		if i > 0 {
			text.WriteString(", ")
			verb = ""
		}
		text.WriteString(n.Node + verb + " after " + strconv.FormatInt(n.Took.Milliseconds(), 10) + " ms")
	}
	return text.String() + "."
}
