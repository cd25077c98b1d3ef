package activity

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// chainOf returns the enterprise of the audit log and its address.
func chainOf(v console.Visit, r *http.Request) (ent sso.EnterpriseID, at string) {
	if r.PathValue("enterprise") == "" {
		return "", instance
	}
	return v.Enterprise.ID, console.At(v.Enterprise, "activity", "audit")
}

// auditQuery selects events of an audit log.
type auditQuery struct {
	form       filter
	enterprise sso.EnterpriseID // "" for the log of the installation
	events     sso.AuditFilter
}

// readQuery returns what a request asks of an audit log.
func (a *Activity) readQuery(r *http.Request, v console.Visit) (auditQuery, error) {
	ent, at := chainOf(v, r)
	n := read(r, at, "actor", "action")
	q := auditQuery{
		form:       n,
		enterprise: ent,
		events:     sso.AuditFilter{Action: n.query.Get("action"), Since: n.since},
	}
	if entered := strings.TrimSpace(n.query.Get("actor")); entered != "" {
		var err error
		if q.events.Actor, err = a.parseActor(r.Context(), v, entered); err != nil {
			return q, fmt.Errorf("find out who is meant: %w", err)
		}
	}
	return q, nil
}

func (a *Activity) audit(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return a.log(w, r, v, nil)
}

// verify verifies the whole chain and shows the result above the log.
func (a *Activity) verify(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	ent, _ := chainOf(v, r)
	n, err := a.Verify(r.Context(), ent)
	var broken *Broken
	switch {
	case errors.As(err, &broken):
		return a.log(w, r, v, &chainCheck{
			State: "error",
			Text: fmt.Sprintf(
				"The chain is broken at %s: %s. Something changed the database other than Gatehouse. Compare it with a backup.",
				broken.Place, broken.Reason,
			),
		})
	case err != nil:
		return fmt.Errorf("verify the audit chain: %w", err)
	}
	return a.log(w, r, v, &chainCheck{
		State: "ok",
		Text:  fmt.Sprintf("All %d events are as they were written: none was changed, removed or added.", n),
	})
}

func (a *Activity) log(w http.ResponseWriter, r *http.Request, v console.Visit, checked *chainCheck) error {
	q, err := a.readQuery(r, v)
	if err != nil {
		return err
	}
	var all []sso.AuditEvent
	next := ""
	if len(q.form.wrong) == 0 {
		page := sso.Page{Cursor: q.form.cursor}
		if all, next, err = a.Records.AuditEvents(r.Context(), q.enterprise, q.events, page); err != nil {
			return fmt.Errorf("list audit events: %w", err)
		}
	}
	p := &auditLogPage{
		Checked:  checked,
		Check:    q.form.at + "/verify",
		JSON:     q.form.export("/events.jsonl"),
		CSV:      q.form.export("/events.csv"),
		Instance: q.enterprise == "",
	}
	area := console.AreaActivity
	var links []ui.Link
	if q.enterprise == "" {
		area = console.AreaAdmins
	} else {
		links = tabs(v.Enterprise, tabAudit)
	}
	p.Base = a.Console.Base(v, area)
	p.eventList = q.form.happened(links, next,
		&ui.Field{
			Name:         "actor",
			Label:        "Who",
			Hint:         "A login, or an identifier.",
			Autocomplete: "off",
		},
		&ui.Field{
			Name:  "action",
			Label: "What",
			Hint:  "Such as connection.enabled.",
			Mono:  true,
		},
		sinceField(),
	)
	names, err := a.naming(r.Context(), v)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	for _, e := range all {
		row, err := a.changeRow(r.Context(), names, e)
		if err != nil {
			return err
		}
		p.Rows = append(p.Rows, row)
	}
	return a.Console.Render(w, q.form.status(), p)
}

func (a *Activity) changeRow(ctx context.Context, names *actorNames, e sso.AuditEvent) (changeRow, error) {
	who, err := names.link(ctx, e.Actor)
	if err != nil {
		return changeRow{}, fmt.Errorf("find out who it was: %w", err)
	}
	row := changeRow{
		Sequence: strconv.FormatInt(e.Sequence, 10),
		At:       ui.NewTime(e.At, a.Now()),
		Who:      who.Label,
		WhoHref:  who.Href,
		Action:   e.Action,
		Target:   e.Target,
	}
	for _, name := range slices.Sorted(maps.Keys(e.Detail)) {
		row.Details = append(row.Details, claimLine{
			Name:   name,
			Values: e.Detail[name],
		})
	}
	return row, nil
}

// line is an event in the JSON lines format.
type line struct {
	Sequence int64             `json:"sequence"`
	Strand   int64             `json:"strand"`
	Position int64             `json:"position"`
	ID       sso.EventID       `json:"id"`
	At       time.Time         `json:"at"`
	Actor    string            `json:"actor"`
	Action   string            `json:"action"`
	Target   string            `json:"target"`
	Detail   map[string]string `json:"detail"`
	Hash     string            `json:"hash"`
}

func (a *Activity) exportJSON(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return a.exportAudit(w, r, v, jsonLines(w, func(e sso.AuditEvent) any {
		return line{
			e.Sequence, e.Strand, e.Position, e.ID, e.At, e.Actor, e.Action, e.Target, e.Detail, e.Hash.String(),
		}
	}))
}

func (a *Activity) exportCSV(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	header := []string{"sequence", "id", "at", "actor", "action", "target", "detail", "hash", "strand", "position"}
	return a.exportAudit(w, r, v, csvRows(w, header, func(e sso.AuditEvent) ([]string, error) {
		detail, err := json.Marshal(e.Detail)
		return []string{
			strconv.FormatInt(e.Sequence, 10), string(e.ID), e.At.UTC().Format(time.RFC3339Nano),
			e.Actor, e.Action, e.Target, string(detail), e.Hash.String(),
			strconv.FormatInt(e.Strand, 10), strconv.FormatInt(e.Position, 10),
		}, err
	}))
}

func (a *Activity) exportAudit(
	w http.ResponseWriter, r *http.Request, v console.Visit, to format[sso.AuditEvent],
) error {
	q, err := a.readQuery(r, v)
	if err != nil {
		return err
	}
	name := "audit"
	if q.enterprise != "" {
		name += "-" + v.Enterprise.Key
	}
	return download(w, a.Now(), name, q.form, to, func(page sso.Page) ([]sso.AuditEvent, string, error) {
		return a.Records.AuditEvents(r.Context(), q.enterprise, q.events, page)
	})
}
