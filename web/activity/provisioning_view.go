package activity

import (
	"strings"

	"gatehouse/sso"
	"gatehouse/web/console"
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
	Sum        string // such as "1,214 requests in 58 s"; "" of a single request
	Name       string // of the user or group; "" if it is not known; of a sum the last
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
			Ended: console.EndedWords(r.Ended),
			Nodes: console.NodeWords(r.Nodes),
		})
	}
	if len(receipts) > 0 {
		e.Result = []ui.Badge{{Label: "access ended", State: "warn"}}
	}
}
