package activity

import (
	"context"
	"encoding/csv"
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

// export returns the address of the whole list for download.
func (n filter) export(file string) string {
	n.at += file
	return n.pageHref("")
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
	encoder := json.NewEncoder(w)
	return a.export(w, r, v, "application/jsonl", "jsonl", func(e sso.AuditEvent) error {
		return encoder.Encode(line{
			e.Sequence, e.Strand, e.Position, e.ID, e.At, e.Actor, e.Action, e.Target, e.Detail, e.Hash.String(),
		})
	}, func() error { return nil })
}

func (a *Activity) exportCSV(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	rows := csv.NewWriter(w)
	header := []string{"sequence", "id", "at", "actor", "action", "target", "detail", "hash", "strand", "position"}
	return a.export(w, r, v, "text/csv; charset=utf-8", "csv", func(e sso.AuditEvent) error {
		if header != nil { // with the first event: until then nothing is written
			if err := rows.Write(header); err != nil {
				return err
			}
			header = nil
		}
		detail, err := json.Marshal(e.Detail)
		if err != nil {
			return err
		}
		cells := []string{
			strconv.FormatInt(e.Sequence, 10), string(e.ID), e.At.UTC().Format(time.RFC3339Nano),
			e.Actor, e.Action, e.Target, string(detail), e.Hash.String(),
			strconv.FormatInt(e.Strand, 10), strconv.FormatInt(e.Position, 10),
		}
		for i := range cells {
			cells[i] = inert(cells[i])
		}
		return rows.Write(cells)
	}, func() error {
		rows.Flush()
		return rows.Error()
	})
}

// inert escapes a cell that a spreadsheet would treat as a formula.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// export streams the whole list page by page. After the first write, a failure can
// only abort the response.
func (a *Activity) export(
	w http.ResponseWriter,
	r *http.Request,
	v console.Visit,
	mime, extension string,
	write func(sso.AuditEvent) error,
	flush func() error,
) error {
	q, err := a.readQuery(r, v)
	if err != nil {
		return err
	}
	if len(q.form.wrong) > 0 {
		return &sso.Error{
			Kind:   sso.Invalid,
			Code:   "validation_failed",
			Public: q.form.wrong[0].Message,
			Fields: q.form.wrong,
		}
	}
	part, next, err := a.Records.AuditEvents(r.Context(), q.enterprise, q.events, sso.Page{Limit: 200})
	if err != nil {
		return fmt.Errorf("list audit events: %w", err)
	}
	name := "audit"
	if q.enterprise != "" {
		name += "-" + v.Enterprise.Key
	}
	w.Header().Set("Content-Type", mime)
	w.Header().Set(
		"Content-Disposition",
		`attachment; filename="`+name+"-"+a.Now().UTC().Format(time.DateOnly)+"."+extension+`"`,
	)
	w.Header().Set("Cache-Control", "no-store")
	for {
		if err := writeAll(part, write, flush); err != nil {
			panic(http.ErrAbortHandler) // the client is gone
		}
		if next == "" {
			return nil
		}
		// The client has a minute for each page, however long the log is.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute))
		if part, next, err = a.Records.AuditEvents(r.Context(), q.enterprise, q.events, sso.Page{
			Cursor: next,
			Limit:  200,
		}); err != nil {
			panic(http.ErrAbortHandler) // so that the list does not seem complete
		}
	}
}

func writeAll(part []sso.AuditEvent, write func(sso.AuditEvent) error, flush func() error) error {
	for _, e := range part {
		if err := write(e); err != nil {
			return err
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return nil
}
