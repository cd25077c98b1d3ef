package activity

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
)

// pushLine is a request of an identity provider in the JSON lines format.
type pushLine struct {
	ID            sso.ProvisioningEventID `json:"id"`
	At            time.Time               `json:"at"`
	Connection    sso.ConnectionID        `json:"connection"`
	Token         sso.ProvisioningTokenID `json:"token"`
	Client        string                  `json:"client"`
	Method        string                  `json:"method"`
	Request       string                  `json:"request"`
	Name          string                  `json:"name"`
	Resource      sso.ResourceID          `json:"resource"`
	Status        int                     `json:"status"`
	Code          string                  `json:"code"`
	Detail        string                  `json:"detail"`
	Changed       bool                    `json:"changed"`
	Added         int                     `json:"members_added"`
	Removed       int                     `json:"members_removed"`
	Waiting       int                     `json:"members_waiting"`
	Deprovisioned []string                `json:"deprovisioned"`
	RequestID     string                  `json:"request_id"`
	TookMS        int64                   `json:"took_ms"`
	Result        sso.ProvisioningResult  `json:"result"`
	Requests      int                     `json:"requests"` // of a sum
	Found         int                     `json:"found"`    // reads that found something
	LastAt        time.Time               `json:"last_at"`  // of a sum
}

func lineOf(e push) pushLine {
	ended := make([]string, len(e.ended))
	for i, d := range e.ended {
		ended[i] = d.Login
	}
	reads := sso.ProvisioningReads{Last: e.At}
	if e.Effects.Reads != nil {
		reads = *e.Effects.Reads
	}
	return pushLine{
		ID:            e.ID,
		At:            e.At.UTC(),
		Connection:    e.Connection,
		Token:         e.Token,
		Client:        e.Client,
		Method:        e.Method,
		Request:       requestWords(e.ProvisioningEvent),
		Name:          e.Name,
		Resource:      e.Resource,
		Status:        e.Status,
		Code:          e.Code,
		Detail:        e.Detail,
		Changed:       e.Changed,
		Added:         e.Effects.Added,
		Removed:       e.Effects.Removed,
		Waiting:       e.Effects.WaitingCount,
		Deprovisioned: ended,
		RequestID:     e.RequestID,
		TookMS:        e.Took.Milliseconds(),
		Result:        e.Result(),
		Requests:      e.Requests(),
		Found:         reads.Found,
		LastAt:        reads.Last.UTC(),
	}
}

func (a *Activity) exportPushesJSON(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return a.exportPushes(w, r, v, jsonLines(w, func(e push) any { return lineOf(e) }))
}

func (a *Activity) exportPushesCSV(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	header := []string{
		"id", "at", "connection", "token", "client", "method", "request", "name", "resource", "status", "code",
		"detail", "changed", "members_added", "members_removed", "members_waiting", "deprovisioned", "request_id",
		"took_ms", "result", "requests", "found", "last_at",
	}
	return a.exportPushes(w, r, v, csvRows(w, header, func(e push) ([]string, error) {
		l := lineOf(e)
		return []string{
			string(l.ID), l.At.Format(time.RFC3339Nano), string(l.Connection), string(l.Token), l.Client, l.Method,
			l.Request, l.Name, string(l.Resource), strconv.Itoa(l.Status), l.Code, l.Detail,
			strconv.FormatBool(l.Changed), strconv.Itoa(l.Added), strconv.Itoa(l.Removed), strconv.Itoa(l.Waiting),
			strings.Join(l.Deprovisioned, " "), l.RequestID, strconv.FormatInt(l.TookMS, 10),
			string(l.Result), strconv.Itoa(l.Requests), strconv.Itoa(l.Found), l.LastAt.Format(time.RFC3339Nano),
		}, nil
	}))
}

func (a *Activity) exportPushes(w http.ResponseWriter, r *http.Request, v console.Visit, to format[push]) error {
	n := readPushes(r, v)
	return download(
		w, a.Now(), "provisioning-"+v.Enterprise.Key, n, to,
		func(page sso.Page) ([]push, string, error) { return a.listPushes(r.Context(), v, n, page) },
	)
}
