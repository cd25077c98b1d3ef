package directory

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"time"

	"gatehouse/sso"
)

// userExporter reads what is known about a user; store.DB does.
type userExporter interface {
	ExportUser(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID,
		begin func(sso.UserExport) error, take sso.ExportRecord,
	) error
}

// ExportUser writes what is known about a user as one JSON object, whose member records
// has a list for each section that is not empty. An error before the first byte is one
// of the store; after it, the document is incomplete, and is no JSON.
func (s *Service) ExportUser(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, w io.Writer,
) error {
	if err := s.admit(ctx, by, ent); err != nil {
		return err
	}
	d := exportedDocument{out: bufio.NewWriter(w)}
	if err := s.options.Users.ExportUser(ctx, by, ent, user, d.begin, d.take); err != nil {
		return err
	}
	if d.section != "" {
		d.print("\n]")
	}
	d.print("}}\n")
	return d.out.Flush()
}

// exportedDocument writes the document of an export.
type exportedDocument struct {
	out     *bufio.Writer
	section string // that is being written
}

// print keeps its error for Flush, as a bufio.Writer does.
func (d *exportedDocument) print(text string) { _, _ = d.out.WriteString(text) }

func (d *exportedDocument) begin(e sso.UserExport) error {
	head, err := json.Marshal(struct {
		Enterprise sso.EnterpriseID `json:"enterprise"`
		User       sso.UserID       `json:"user"`
		Accounts   []sso.UserID     `json:"accounts"`
		At         time.Time        `json:"exported_at"`
	}{e.Enterprise, e.User, e.Accounts, e.At})
	if err != nil {
		return err
	}
	d.print(string(head[:len(head)-1]) + `,"records":{`)
	return nil
}

func (d *exportedDocument) take(section string, record []byte) error {
	switch d.section {
	case section:
		d.print(",\n")
	case "":
		d.print("\n\"" + section + "\":[\n")
	default:
		d.print("\n],\n\"" + section + "\":[\n")
	}
	d.section = section
	_, err := d.out.Write(record)
	return err
}
