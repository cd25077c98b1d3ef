package store

import (
	"database/sql"
	"strconv"
	"strings"

	"gatehouse/sso"
	"gatehouse/store/engine"
)

// hexHash scans a hash stored as hex, "" for the zero hash.
func hexHash(h *sso.Hash) sql.Scanner { return engine.Hex(h[:]) }

// hexOf returns the text that hexHash scans.
func hexOf(h sso.Hash) string {
	if h == (sso.Hash{}) {
		return ""
	}
	return h.String()
}

// lines scans texts that are stored separated by line feeds, nil for "".
func lines(all *[]string) sql.Scanner {
	return engine.ScanFunc(func(src any) error {
		text, err := engine.Text(src)
		if err != nil {
			return err
		}
		*all = nil
		if text != "" {
			*all = strings.Split(text, "\n")
		}
		return nil
	})
}

// Longest texts stored of what clients and identity providers send, in bytes.
const (
	maxDetail    = 4096
	maxUserAgent = 512
	maxRemote    = 64
)

// limit returns the LIMIT of a page: one row more than it shows.
func limit(p sso.Page) string { return strconv.Itoa(p.Size() + 1) }

func errCursor() *sso.Error {
	return sso.InvalidField(
		sso.CodeInvalidCursor, "cursor", "This is not a cursor that a list returned.",
	)
}
