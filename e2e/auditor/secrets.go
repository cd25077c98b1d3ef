package auditor

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// shortest is the least length of a secret to look for, in bytes: shorter texts occur
// by chance.
const shortest = 16

// discreet checks I9: no secret is in the database, its files, a log or a dump.
func (c *check) discreet() error {
	if len(c.Secrets) == 0 {
		return nil
	}
	f := newFinder(c.Secrets)
	for _, name := range slices.Sorted(maps.Keys(c.Texts)) {
		c.report(f, name, []byte(c.Texts[name]))
	}
	for _, root := range c.Files {
		if err := c.files(f, root); err != nil {
			return err
		}
	}
	return c.tables(f)
}

func (c *check) report(f finder, where string, text []byte) {
	for _, secret := range f.in(text) {
		c.broken("a secret that begins with %s is in %s", secret[:6], where)
	}
}

func (c *check) files(f finder, root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist): // a temporary file of a running process
			return nil
		case err != nil || !d.Type().IsRegular():
			return err
		}
		text, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		c.report(f, path, text)
		return err
	})
}

// tables searches every row: in the file, a value may be split over two pages.
func (c *check) tables(f finder) error {
	columns, err := c.columns()
	if err != nil {
		return err
	}
	tables := map[string]bool{}
	for _, col := range columns {
		tables[col.table] = true
	}
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		rows, err := c.rows("select * from " + table)
		if err != nil {
			return fmt.Errorf("read %s: %w", table, err)
		}
		for _, row := range rows {
			c.report(f, "the table "+table, []byte(strings.Join(row, "\n")))
		}
	}
	return nil
}

// Find returns the secrets that occur in text, each once. Short ones are ignored.
func Find(text string, secrets []string) []string {
	return newFinder(secrets).in([]byte(text))
}

// finder searches for many texts at once, by their first eight bytes.
type finder map[[8]byte][]string

func newFinder(secrets []string) finder {
	f := finder{}
	for _, s := range secrets {
		if len(s) >= shortest {
			start := [8]byte([]byte(s[:8]))
			f[start] = append(f[start], s)
		}
	}
	return f
}

// in returns the texts that occur in text, each once.
func (f finder) in(text []byte) []string {
	found := map[string]bool{}
	for i := 0; i+shortest <= len(text); i++ {
		for _, s := range f[[8]byte(text[i:i+8])] {
			if bytes.HasPrefix(text[i:], []byte(s)) {
				found[s] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}
