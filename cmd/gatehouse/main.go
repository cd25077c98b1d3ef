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
		// What a sign-in or a request leaves behind is dead at once, and little
		// lives on: to collect half as often costs a few megabytes and saves a
		// tenth of the work.
		debug.SetGCPercent(200)
	}
	os.Exit(run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr))
}

// Exit statuses.
const (
	exitOK      = 0
	exitFailure = 1
	exitUsage   = 2 // the command line itself is wrong
)

// run is the whole program, with everything it takes from the process passed
// in. It ends, at the latest, soon after ctx does.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	root := newRoot(&app{environ: environ, stdout: stdout, stderr: stderr})
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
			fmt.Fprintln(stderr, "gatehouse:", p) //nolint:errcheck // there is nowhere left to say it
		}
		return exitFailure
	}
	fmt.Fprintln(stderr, "gatehouse:", err) //nolint:errcheck // there is nowhere left to say it
	if _, ok := errors.AsType[*failure](err); ok {
		return exitFailure
	}
	return exitUsage
}

// errReported fails a command that has printed what is wrong already.
var errReported = errors.New("reported")

// failure is what went wrong while a command did its work; whatever else comes
// back is about the command line.
type failure struct{ error }

func (f *failure) Unwrap() error { return f.error }
