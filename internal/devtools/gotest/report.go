package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// event is one line of `go test -json`; see `go doc test2json`.
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output and build-fail
	Test       string
	Output     string
}

// name identifies a test of a package.
type name struct{ pkg, test string }

// report is the state of a run so far.
type report struct {
	out     io.Writer
	output  map[name][]string // of tests that have not ended
	skipped []skip
	passed  int
	failed  int
}

// skip is a skipped test and its reason.
type skip struct {
	name
	reason string
}

func newReport(out io.Writer) *report {
	return &report{out: out, output: map[name][]string{}}
}

func (r *report) read(events io.Reader) error {
	dec := json.NewDecoder(events)
	for {
		var e event
		switch err := dec.Decode(&e); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		r.add(e)
	}
}

func (r *report) add(e event) {
	at := name{e.Package, e.Test}
	switch e.Action {
	case "build-output":
		r.print(e.Output)
	case "output":
		if e.Test == "" {
			r.printPackage(e.Output)
			return
		}
		r.output[at] = append(r.output[at], e.Output)
	case "pass":
		r.count(at, &r.passed)
	case "fail":
		if e.Test != "" {
			r.print(strings.Join(r.output[at], ""))
		} else {
			r.printUnfinished(e.Package)
		}
		r.count(at, &r.failed)
	case "skip":
		if e.Test != "" { // else a package without tests
			r.skipped = append(r.skipped, skip{at, reasonIn(r.output[at])})
		}
		delete(r.output, at)
	}
}

func (r *report) count(at name, n *int) {
	if at.test != "" {
		*n++
	}
	delete(r.output, at)
}

// printPackage prints the output about a whole package, which is one line without -v,
// and the output of the test binary outside of tests.
func (r *report) printPackage(line string) {
	if line != "PASS\n" &&
		line != "FAIL\n" &&
		!strings.HasPrefix(line, "coverage: ") {
		r.print(line)
	}
}

// printUnfinished prints the output of tests that were running when their process
// died of a panic or a timeout: they have no end event.
func (r *report) printUnfinished(pkg string) {
	for at, lines := range r.output {
		if at.pkg == pkg && at.test != "" {
			r.print(strings.Join(lines, ""))
			delete(r.output, at)
		}
	}
}

// close prints the skipped tests and the counts, and reports whether the run
// succeeded.
func (r *report) close() bool {
	lines := make([]string, 0, len(r.skipped))
	for _, s := range r.skipped {
		lines = append(lines, fmt.Sprintf("SKIPPED %s %s: %s\n", s.pkg, s.test, s.reason))
	}
	slices.Sort(lines)
	r.print(strings.Join(lines, ""))
	r.print(fmt.Sprintf("%d passed, %d failed, %d skipped\n", r.passed, r.failed, len(r.skipped)))
	return r.failed == 0 && len(r.skipped) == 0
}

func (r *report) print(s string) { _, _ = io.WriteString(r.out, s) }

// reasonIn returns the message of t.Skip: the last line that names a file.
func reasonIn(output []string) string {
	for _, line := range slices.Backward(output) {
		if text := strings.TrimSpace(line); strings.Contains(text, ".go:") {
			return text
		}
	}
	return "no reason given"
}
