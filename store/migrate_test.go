package store_test

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"testing"

	"gatehouse/store"
	"gatehouse/store/storetest"
)

func TestSchema(t *testing.T) {
	for name, database := range map[string]func(testing.TB) string{
		"SQLite":     storetest.File,
		"PostgreSQL": storetest.Postgres,
	} {
		t.Run(name, func(t *testing.T) {
			dsn := database(t)
			has, wants, err := store.Schema(t.Context(), dsn)
			if err != nil || has != 0 || wants < 1 {
				t.Fatalf("before: %d %d %v", has, wants, err)
			}
			if path, ok := strings.CutPrefix(dsn, "sqlite:"); ok {
				if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
					t.Error("looking made a file")
				}
			}
			storetest.Open(t, dsn, store.Keyring{Current: store.NewKey()}, nil)
			if has, wants, err = store.Schema(t.Context(), dsn); err != nil || has != wants {
				t.Errorf("after: %d %d %v", has, wants, err)
			}
		})
	}
}
