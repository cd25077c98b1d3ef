package activity

import (
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// provisioningPage lists what identity providers pushed.
type provisioningPage struct {
	ui.Base
	eventList
	Rows        []pushEntry
	JSON        string // address of the whole list
	CSV         string
	Connections string // address of the connections
}

func (*provisioningPage) Title() string { return "Provisioning" }

// pushEntry is one request of an identity provider.
type pushEntry struct {
	At         ui.Time
	Connection string
	Request    string // such as "change group"
	Name       string // of the user or group; "" if it is not known
	Result     []ui.Badge
	Detail     string // the text of a refusal
	Token      string // by which the request was sent
	Client     string
	RequestID  string // in the log
	Departures []departure
}

// departure is the receipt of a user whom a request took away.
type departure struct {
	Login string // "" if the entry names the user
	Ended string // such as "Ended: 2 sessions."
	Nodes string // such as "gw-1:8080 refused the user after 3 ms."
}

// addDepartures adds the receipts of a request, and a badge in place of "done".
func (e *pushEntry) addDepartures(receipts []sso.DeprovisionReceipt) {
	for _, r := range receipts {
		login := r.Login
		if strings.EqualFold(login, e.Name) {
			login = ""
		}
		e.Departures = append(e.Departures, departure{
			Login: login,
			Ended: endedWords(r.Ended),
			Nodes: nodeWords(r.Nodes),
		})
	}
	if len(receipts) > 0 {
		e.Result = []ui.Badge{{Label: "access ended", State: "warn"}}
	}
}

// endedWords says what ended with the access of a user.
func endedWords(e sso.EndedAccess) string {
	var all []string
	add := func(n int, one, many string) {
		switch n {
		case 0:
		case 1:
			all = append(all, "1 "+one)
		default:
			all = append(all, strconv.Itoa(n)+" "+many)
		}
	}
	add(e.Sessions, "session", "sessions")
	add(e.ConsoleSessions, "console session", "console sessions")
	add(e.SignIns, "sign-in that waited for a code", "sign-ins that waited for a code")
	add(e.SetupLinks, "setup link", "setup links")
	text := "Nothing was open."
	if len(all) > 0 {
		text = "Ended: " + strings.Join(all, ", ") + "."
	}
	if e.Admin {
		text += " The user was an admin."
	}
	return text
}

// nodeWords says which nodes have forgotten a user, and how fast.
func nodeWords(nodes []sso.NodeReceipt) string {
	if len(nodes) == 0 {
		return "No node has confirmed it yet."
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
