package activity

import (
	"net/http"
	"strconv"
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// requestWords says what a request wanted, such as "change group".
func requestWords(e sso.ProvisioningEvent) string {
	verb := map[string]string{
		http.MethodGet:    "read",
		http.MethodPost:   "create",
		http.MethodPut:    "replace",
		http.MethodPatch:  "change",
		http.MethodDelete: "delete",
	}[e.Method]
	if e.Effects.Applied {
		return "apply earlier requests"
	}
	if e.Effects.Reads != nil {
		return readWords(*e.Effects.Reads, e.Kind)
	}
	switch n := e.Effects.Requests; n {
	case 0:
	case 1:
		return "1 request"
	default:
		return strconv.Itoa(n) + " requests"
	}
	switch e.Kind {
	case sso.ScopeUsersRead:
		return "read user"
	case sso.ScopeGroupsRead:
		return "read group"
	case sso.ScopeUsersWrite:
		return verb + " user"
	case sso.ScopeGroupsWrite:
		return verb + " group"
	}
	return "sign in to SCIM"
}

// pushResults returns the badges that summarize what came of a request.
func pushResults(e sso.ProvisioningEvent) []ui.Badge {
	if e.Refused() {
		return []ui.Badge{{
			Label: "refused, " + strconv.Itoa(e.Status),
			State: "error",
		}}
	}
	if e.Effects.Reads != nil {
		return readResults(e)
	}
	var all []ui.Badge
	add := func(n int, what, state string) {
		if n > 0 {
			all = append(all, ui.Badge{
				Label: strconv.Itoa(n) + " " + what,
				State: state,
			})
		}
	}
	add(e.Effects.Added, "added", "ok")
	add(e.Effects.Removed, "removed", "warn")
	add(e.Effects.WaitingCount, "not known yet", "warn")
	add(e.Effects.Nested, "groups in it, ignored", "")
	if e.Effects.StaysOff {
		all = append(all, ui.Badge{
			Label: "stays deactivated here",
			State: "warn",
		})
	}
	switch {
	case !e.Changed:
		all = append(all, ui.Badge{Label: "nothing changed"})
	case len(all) == 0:
		all = append(all, ui.Badge{Label: "done", State: "ok"})
	}
	return all
}

// readWords says what requests read, such as "look up users by userName".
func readWords(r sso.ProvisioningReads, kind sso.ProvisioningScope) string {
	what := resources(kind)
	switch r.Sort {
	case sso.ReadLookup:
		if r.By == "" {
			return "search " + what
		}
		return "look up " + what + " by " + r.By
	case sso.ReadList:
		return "list " + what
	case sso.ReadOne:
		return "read " + what + " by ID"
	case sso.ReadDiscovery:
	}
	return "ask what SCIM offers here"
}

func resources(kind sso.ProvisioningScope) string {
	if kind == sso.ScopeGroupsRead {
		return "groups"
	}
	return "users"
}

// readResults returns what was found by requests that only read.
func readResults(e sso.ProvisioningEvent) []ui.Badge {
	r, n := e.Effects.Reads, e.Requests()
	found := ui.Badge{Label: "done", State: "ok"}
	switch r.Sort {
	case sso.ReadLookup:
		found.Label = thousands(r.Found) + " of " + thousands(n) + " found"
		switch {
		case r.Found == 0:
			found = ui.Badge{Label: "nothing found"}
		case n == 1:
			found.Label = "found"
		}
	case sso.ReadList:
		found.Label = thousands(r.Returned) + " " + resources(e.Kind)
	case sso.ReadOne, sso.ReadDiscovery:
	}
	return []ui.Badge{found}
}

// sumWords says how many requests a sum is of, such as "1,214 requests in 58 s".
func sumWords(e sso.ProvisioningEvent) string {
	took := max(e.Effects.Reads.Last.Sub(e.At).Round(time.Second), time.Second)
	return thousands(e.Requests()) + " requests in " + strconv.Itoa(int(took.Seconds())) + " s"
}
