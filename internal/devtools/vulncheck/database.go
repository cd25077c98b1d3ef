package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// The pinned copy of the database; newer copies are versions of the same module.
const (
	snapshotModule = "golang.org/x/vulndb@v0.0.0-20261105234957-e22db6528018"
	snapshotSum    = "h1:mfngRv0Yoh0VApsXKEN82CjD99kl7mtparN3bs3JnqI="
	snapshotDay    = "2026-11-05"
)

// snapshot writes the copy to dir in the layout of a govulncheck database: the entries
// unchanged, and an index from module to entry.
func snapshot(dir string) error {
	cmd := exec.Command("go", "mod", "download", "-json", snapshotModule)
	cmd.Dir = dir // outside of our module, so that it stays out of go.sum
	answer, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("download %s: %w", snapshotModule, err)
	}
	var module struct{ Dir, Sum string }
	if err := json.Unmarshal(answer, &module); err != nil {
		return err
	}
	if module.Sum != snapshotSum {
		return fmt.Errorf(
			"%s has the checksum %s, wanted %s", snapshotModule, module.Sum, snapshotSum,
		)
	}
	entries := filepath.Join(module.Dir, "data", "osv")
	if err := os.Symlink(entries, filepath.Join(dir, "ID")); err != nil {
		return err
	}
	return writeIndex(entries, filepath.Join(dir, "index"))
}

// indexed is the index entry of one module.
type indexed struct {
	Path  string  `json:"path"`
	Vulns []entry `json:"vulns"`
}

type entry struct {
	ID       string `json:"id"`
	Modified string `json:"modified"`
}

func writeIndex(entries, dir string) error {
	files, err := filepath.Glob(filepath.Join(entries, "*.json"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return &fs.PathError{
			Op:   "read",
			Path: entries,
			Err:  errors.New("no entries"),
		}
	}
	modules := map[string]*indexed{}
	for _, file := range files {
		if err := index(modules, file); err != nil {
			return fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
	}
	all := make([]*indexed, 0, len(modules))
	for _, m := range modules {
		all = append(all, m)
	}
	slices.SortFunc(all, func(a, b *indexed) int {
		return strings.Compare(a.Path, b.Path)
	})
	if err := os.Mkdir(dir, 0o750); err != nil {
		return err
	}
	if err := writeJSON(filepath.Join(dir, "modules.json"), all); err != nil {
		return err
	}
	return writeJSON(filepath.Join(dir, "db.json"), map[string]string{
		"modified": snapshotDay + "T00:00:00Z",
	})
}

func index(modules map[string]*indexed, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var osv struct {
		entry
		Affected []struct {
			Package struct {
				Name string `json:"name"`
			} `json:"package"`
		} `json:"affected"`
	}
	if err := json.Unmarshal(text, &osv); err != nil {
		return err
	}
	for _, a := range osv.Affected {
		m := modules[a.Package.Name]
		if m == nil {
			m = &indexed{Path: a.Package.Name}
			modules[m.Path] = m
		}
		if !slices.Contains(m.Vulns, osv.entry) {
			m.Vulns = append(m.Vulns, osv.entry)
		}
	}
	return nil
}

func writeJSON(file string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return os.WriteFile(file, text, 0o600)
}
