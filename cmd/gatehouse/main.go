package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if os.Getenv("GOGC") == "" {
		// Nearly all allocations of a request die with it and the live heap is small:
		// collecting half as often costs a few megabytes and saves a tenth of the
		// processor time.
		debug.SetGCPercent(200)
	}
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// Exit statuses.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2 // the command line is wrong
)

// run is the whole program; its inputs from the process are parameters. It returns
// the exit status, soon after ctx ends at the latest.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	root := newRoot(&app{
		environ: environ,
		stdout:  stdout,
		stderr:  stderr,
	})
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitOK
	}
	if errors.Is(err, errReported) {
		return exitFailure
	}
	if problems, ok := errors.AsType[*configError](err); ok {
		for _, p := range problems.problems {
			fmt.Fprintln(stderr, "gatehouse:", p) //nolint:errcheck // there is no other output to report it to
		}
		if _, ok := errors.AsType[*brokenComparison](err); ok {
			return exitBroken
		}
		return exitFailure
	}
	fmt.Fprintln(stderr, "gatehouse:", err) //nolint:errcheck // there is no other output to report it to
	if _, ok := errors.AsType[*brokenComparison](err); ok {
		return exitBroken
	}
	if _, ok := errors.AsType[*failure](err); ok {
		return exitFailure
	}
	return exitUsage
}

// errReported is the error of a command that has already printed its problems.
var errReported = errors.New("reported")

// failure is an error of a command's work. Errors of any other type are about the
// command line.
type failure struct{ error }

func (f *failure) Unwrap() error { return f.error }
