package activity

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"gatehouse/sso"
)

// format writes the items of a list for download.
type format[T any] struct {
	mime, extension string
	write           func(T) error
	flush           func() error // after each page
}

// jsonLines writes each item as an object on a line of its own.
func jsonLines[T any](w io.Writer, object func(T) any) format[T] {
	encoder := json.NewEncoder(w)
	return format[T]{
		mime:      "application/jsonl",
		extension: "jsonl",
		write:     func(item T) error { return encoder.Encode(object(item)) },
		flush:     func() error { return nil },
	}
}

// csvRows writes a header and each item as a row. Cells that a spreadsheet would
// take for formulas are escaped.
func csvRows[T any](w io.Writer, header []string, cells func(T) ([]string, error)) format[T] {
	rows := csv.NewWriter(w)
	return format[T]{
		mime:      "text/csv; charset=utf-8",
		extension: "csv",
		write: func(item T) error {
			if header != nil { // with the first item: until then nothing is written
				if err := rows.Write(header); err != nil {
					return err
				}
				header = nil
			}
			row, err := cells(item)
			if err != nil {
				return err
			}
			for i := range row {
				row[i] = inert(row[i])
			}
			return rows.Write(row)
		},
		flush: func() error {
			rows.Flush()
			return rows.Error()
		},
	}
}

// inert escapes a cell that a spreadsheet would treat as a formula.
func inert(cell string) string {
	if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
		return "'" + cell
	}
	return cell
}

// export returns the address of the whole list for download.
func (n filter) export(file string) string {
	n.at += file
	return n.pageHref("")
}

// download streams the whole list of a filter, page by page. After the first write,
// a failure can only abort the response.
func download[T any](
	w http.ResponseWriter,
	now time.Time,
	name string,
	n filter,
	to format[T],
	list func(sso.Page) ([]T, string, error),
) error {
	if len(n.wrong) > 0 {
		return &sso.Error{
			Kind:   sso.Invalid,
			Code:   "validation_failed",
			Public: n.wrong[0].Message,
			Fields: n.wrong,
		}
	}
	part, next, err := list(sso.Page{Limit: 200})
	if err != nil {
		return fmt.Errorf("list what is downloaded: %w", err)
	}
	w.Header().Set("Content-Type", to.mime)
	w.Header().Set(
		"Content-Disposition",
		`attachment; filename="`+name+"-"+now.UTC().Format(time.DateOnly)+"."+to.extension+`"`,
	)
	w.Header().Set("Cache-Control", "no-store")
	for {
		if err := to.all(part); err != nil {
			panic(http.ErrAbortHandler) // the client is gone
		}
		if next == "" {
			return nil
		}
		// The client has a minute for each page, however long the list is.
		_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(time.Minute))
		if part, next, err = list(sso.Page{Cursor: next, Limit: 200}); err != nil {
			panic(http.ErrAbortHandler) // so that the list does not seem complete
		}
	}
}

func (f format[T]) all(part []T) error {
	for _, item := range part {
		if err := f.write(item); err != nil {
			return err
		}
	}
	return f.flush()
}
