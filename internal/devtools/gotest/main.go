package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
)

func main() {
	// Ctrl-C reaches go test as well; wait for its output.
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)

	ok, err := run(os.Args[1:], os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gotest:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// run reports whether go test succeeded and skipped no test.
func run(args []string, out io.Writer) (bool, error) {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = out
	events, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	r := newReport(out)
	readErr := r.read(events)
	if readErr != nil {
		_, _ = io.Copy(io.Discard, events) // else go test would block on the pipe
	}
	err = cmd.Wait()
	// The report explains an exit status; any other error it does not.
	if exit, ended := errors.AsType[*exec.ExitError](err); err != nil && (!ended || !exit.Exited()) {
		return false, fmt.Errorf("go test: %w", err)
	}
	if readErr != nil {
		return false, fmt.Errorf("read the output of go test: %w", readErr)
	}
	return r.close() && err == nil, nil
}
