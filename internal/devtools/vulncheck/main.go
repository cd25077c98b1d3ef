package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

func main() {
	patterns := os.Args[1:]
	if len(patterns) == 0 {
		patterns = []string{"./..."}
	}
	ok, err := run(os.Stdout, patterns)
	if err != nil {
		fmt.Fprintln(os.Stderr, "vulncheck:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

func run(out io.Writer, patterns []string) (bool, error) {
	var db []string
	// Checks one small package to find out whether the public database answers.
	if _, err := govulncheck("./internal/devtools/vulncheck"); err != nil {
		dir, err := os.MkdirTemp("", "vulndb")
		if err != nil {
			return false, err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // a temporary directory
		if err := snapshot(dir); err != nil {
			return false, fmt.Errorf("nothing was checked: no database of vulnerabilities can be reached: %w", err)
		}
		_, _ = fmt.Fprintf(out, "The public database cannot be reached; this is its copy of %s.\n", snapshotDay)
		db = []string{"-db", "file://" + dir}
	}
	found, err := govulncheck(append(db, patterns...)...)
	if err != nil {
		return false, err
	}
	return tell(out, found), nil
}

// govulncheck runs govulncheck and returns one finding per vulnerability, the deepest:
// a called vulnerability is reported as called.
func govulncheck(args ...string) ([]finding, error) {
	cmd := exec.Command(
		"go",
		append(
			[]string{"tool", "-modfile=scripts/tools/go.mod", "govulncheck", "-format", "json"},
			args...,
		)...,
	)
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	answer, err := cmd.Output()
	if err != nil {
		return nil, errors.New("govulncheck: " + strings.TrimSpace(complaint.String()))
	}
	return parse(bytes.NewReader(answer))
}

// finding is a vulnerability in a dependency.
type finding struct {
	OSV   string `json:"osv"`
	Fixed string `json:"fixed_version"`
	Trace []struct {
		Module   string `json:"module"`
		Version  string `json:"version"`
		Function string `json:"function"`
	} `json:"trace"`
	summary string
}

// called reports whether our code calls the vulnerable function; otherwise it is only
// in a required module.
func (f finding) called() bool { return f.Trace[0].Function != "" }

func (f finding) standard() bool {
	return f.Trace[0].Module == "stdlib" || f.Trace[0].Module == "toolchain"
}

func parse(answer io.Reader) ([]finding, error) {
	var order []string
	found := map[string]finding{}
	summaries := map[string]string{}
	for dec := json.NewDecoder(answer); ; {
		var message struct {
			OSV *struct {
				ID      string `json:"id"`
				Summary string `json:"summary"`
			} `json:"osv"`
			Finding *finding `json:"finding"`
		}
		switch err := dec.Decode(&message); {
		case errors.Is(err, io.EOF):
			all := make([]finding, 0, len(order))
			for _, id := range order {
				f := found[id]
				f.summary = summaries[id]
				all = append(all, f)
			}
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("govulncheck: %w", err)
		case message.OSV != nil:
			summaries[message.OSV.ID] = message.OSV.Summary
		case message.Finding != nil && len(message.Finding.Trace) > 0:
			f := *message.Finding
			before, known := found[f.OSV]
			if !known {
				order = append(order, f.OSV)
			}
			if !known || (f.called() && !before.called()) {
				found[f.OSV] = f
			}
		}
	}
}

// tell prints the called vulnerabilities and reports whether none of them is in a
// module that this repository can update.
func tell(out io.Writer, found []finding) bool {
	ok, others := true, 0
	for _, f := range found {
		if !f.called() {
			others++
			continue
		}
		verdict := "mend it here"
		if f.standard() {
			verdict = "build releases with a newer Go"
		} else {
			ok = false
		}
		at := f.Trace[0]
		_, _ = fmt.Fprintf(
			out, "%s: %s@%s, fixed in %s (%s)\n    %s\n", f.OSV, at.Module, at.Version,
			orNothing(f.Fixed), verdict, f.summary,
		)
	}
	_, _ = fmt.Fprintf(out, "vulnerabilities: %d more in what we require, none of them reached\n", others)
	return ok
}

func orNothing(version string) string {
	if version == "" {
		return "no version yet"
	}
	return version
}
