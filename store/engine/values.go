package engine

import (
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// Micros returns the stored form of a time: microseconds since 1970, 0 for the
// zero time.
func Micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// FromMicros is the inverse of Micros; the time is in UTC.
func FromMicros(n int64) time.Time {
	if n == 0 {
		return time.Time{}
	}
	return time.UnixMicro(n).UTC()
}

// ScanFunc is a sql.Scanner made of a function.
type ScanFunc func(src any) error

// Scan implements sql.Scanner.
func (f ScanFunc) Scan(src any) error { return f(src) }

// Time scans a time stored as Micros.
func Time(t *time.Time) sql.Scanner {
	return ScanFunc(func(src any) error {
		n, ok := src.(int64)
		if !ok {
			return fmt.Errorf("a time is stored as %T", src)
		}
		*t = FromMicros(n)
		return nil
	})
}

// Duration scans a duration stored in microseconds.
func Duration(d *time.Duration) sql.Scanner {
	return ScanFunc(func(src any) error {
		n, ok := src.(int64)
		if !ok {
			return fmt.Errorf("a duration is stored as %T", src)
		}
		*d = time.Duration(n) * time.Microsecond
		return nil
	})
}

// Text returns a scanned value that is text.
func Text(src any) (string, error) {
	switch s := src.(type) {
	case string:
		return s, nil
	case []byte:
		return string(s), nil
	}
	return "", fmt.Errorf("text is stored as %T", src)
}

// Hex scans hex digits into b, which must be of their length; "" leaves b alone.
func Hex(b []byte) sql.Scanner {
	return ScanFunc(func(src any) error {
		s, err := Text(src)
		if err != nil || s == "" {
			return err
		}
		if len(s) != hex.EncodedLen(len(b)) {
			return fmt.Errorf("%d bytes are stored as %d hex digits", len(b), len(s))
		}
		decoded, err := hex.DecodeString(s)
		if err != nil {
			return fmt.Errorf("decode hex digits: %w", err)
		}
		copy(b, decoded)
		return nil
	})
}

// JSON scans JSON into the value that v points to; "" leaves it alone.
func JSON(v any) sql.Scanner {
	return ScanFunc(func(src any) error {
		s, err := Text(src)
		if err != nil || s == "" {
			return err
		}
		return json.Unmarshal([]byte(s), v)
	})
}

// JSONText returns the JSON of v.
func JSONText(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

// JSONList returns the parameter that Dialect.Values selects from.
func JSONList(texts []string) string {
	if len(texts) == 0 {
		return "[]" // not null, which is one value
	}
	b, _ := json.Marshal(texts) // strings always marshal
	return string(b)
}

// Clean makes text from outside storable: valid UTF-8 without NUL, which
// PostgreSQL refuses, and at most limit bytes long.
func Clean(s string, limit int) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\x00", "\uFFFD")
	if len(s) <= limit {
		return s
	}
	return strings.ToValidUTF8(s[:limit], "")
}
