package store

import (
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"gatehouse/sso"
)

// micros is how a moment is stored: microseconds since 1970, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// scanFunc is a destination of Scan.
type scanFunc func(src any) error

// Scan implements sql.Scanner.
func (f scanFunc) Scan(src any) error { return f(src) }

// moment scans what micros wrote.
func moment(t *time.Time) sql.Scanner {
	return scanFunc(func(src any) error {
		n, ok := src.(int64)
		if !ok {
			return fmt.Errorf("a moment is stored as %T", src)
		}
		*t = fromMicros(n)
		return nil
	})
}

// span scans a duration stored in microseconds.
func span(d *time.Duration) sql.Scanner {
	return scanFunc(func(src any) error {
		n, ok := src.(int64)
		if !ok {
			return fmt.Errorf("a duration is stored as %T", src)
		}
		*d = time.Duration(n) * time.Microsecond
		return nil
	})
}

func textOf(src any) (string, error) {
	switch s := src.(type) {
	case string:
		return s, nil
	case []byte:
		return string(s), nil
	}
	return "", fmt.Errorf("text is stored as %T", src)
}

// hexHash scans a hash stored as hex, "" for the zero hash.
func hexHash(h *sso.Hash) sql.Scanner {
	return scanFunc(func(src any) error {
		s, err := textOf(src)
		if err != nil || s == "" {
			return err
		}
		b, err := hex.DecodeString(s)
		if err != nil || len(b) != len(h) {
			return fmt.Errorf("a hash is stored as %d characters", len(s))
		}
		copy(h[:], b)
		return nil
	})
}

// hexOf is a hash as hexHash scans it.
func hexOf(h sso.Hash) string {
	if h == (sso.Hash{}) {
		return ""
	}
	return h.String()
}

// jsonInto scans JSON; "" leaves v alone.
func jsonInto(v any) sql.Scanner {
	return scanFunc(func(src any) error {
		s, err := textOf(src)
		if err != nil || s == "" {
			return err
		}
		return json.Unmarshal([]byte(s), v)
	})
}

// jsonText writes v for jsonInto.
func jsonText(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// jsonList writes text for dialect.list. Lists of valid UTF-8 always marshal.
func jsonList(texts []string) string {
	if len(texts) == 0 {
		return "[]" // and not null, which is one value
	}
	b, _ := json.Marshal(texts)
	return string(b)
}

// clean makes text that came from outside storable: valid UTF-8 without NUL,
// which PostgreSQL refuses, and at most limit bytes.
func clean(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\x00", "\uFFFD")
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}

// Longest texts kept of what others say about themselves, in bytes.
const (
	maxDetail    = 4096
	maxUserAgent = 512
	maxRemote    = 64
)

// where collects the conditions of a list.
type where struct {
	text strings.Builder
	args []any
}

// and adds a condition that ends where its parameter goes.
func (w *where) and(condition string, arg any) {
	w.args = append(w.args, arg)
	if len(w.args) > 1 {
		w.text.WriteString(" and ")
	} else {
		w.text.WriteString(" where ")
	}
	w.text.WriteString(condition)
	w.text.WriteString("$" + strconv.Itoa(len(w.args)))
}

// param adds a parameter that the text goes on to use.
func (w *where) param(arg any) string {
	w.args = append(w.args, arg)
	return "$" + strconv.Itoa(len(w.args))
}

// andText adds the condition unless s is empty.
func (w *where) andText(condition, s string) {
	if s != "" {
		w.and(condition, s)
	}
}

// since adds a condition on the column at unless t is zero.
func (w *where) since(t time.Time) {
	if !t.IsZero() {
		w.and("at >= ", micros(t))
	}
}

// page adds the cursor, the order and one row more than a page has.
func (w *where) page(column, cursor string, size int, newestFirst bool) string {
	after, order := " > ", ""
	if newestFirst {
		after, order = " < ", " desc"
	}
	w.andText(column+after, cursor)
	return w.text.String() + " order by " + column + order + " limit " + strconv.Itoa(size+1)
}

// limit is one row more than a page has.
func limit(p sso.Page) string { return strconv.Itoa(p.Size() + 1) }

// cut takes off the row that is one too many and makes the cursor of the next
// page from the last that stays.
func cut[T any](items []T, size int, cursor func(T) string) ([]T, string) {
	if len(items) <= size {
		return items, ""
	}
	items = items[:size]
	return items, cursor(items[size-1])
}

func errCursor() *sso.Error {
	return sso.InvalidField("invalid_cursor", "cursor", "This is not a cursor that a list returned.")
}
