//go:build linux

package bench

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"
	"unsafe"

	"gatehouse/e2e/harness"
)

// rounds is the number of measurements; the median is reported.
const rounds = 5

func TestMain(m *testing.M) {
	if os.Getenv(bareAddress) != "" {
		serveBare()
		return
	}
	status := harness.Main(m)
	printTable()
	os.Exit(status)
}

// processorOf returns the processor time of a process.
func processorOf(tb testing.TB, pid int) time.Duration {
	tb.Helper()
	spent, err := processorClock(pid)
	if err != nil {
		tb.Fatalf("processor time of process %d: %v", pid, err)
	}
	return spent
}

// processorClock reads the processor time of a process to the nanosecond. The resolution
// of /proc/PID/stat, ten milliseconds, is too coarse. The error is EINVAL if there is
// no such process.
func processorClock(pid int) (time.Duration, error) {
	const processClock = 2                           // CPUCLOCK_SCHED, see clock_getcpuclockid(3)
	clock := uintptr(uint32(^pid<<3 | processClock)) //nolint:gosec // the kernel's encoding
	var at syscall.Timespec
	if _, _, errno := syscall.Syscall(
		syscall.SYS_CLOCK_GETTIME, clock, uintptr(unsafe.Pointer(&at)), 0,
	); errno != 0 {
		return 0, errno
	}
	return time.Duration(at.Nano()), nil
}

// spentBy calls work and returns how much processor time processes spent meanwhile,
// without those that ended: a server ends one with the connection that it serves.
func spentBy(pids []int, work func()) (sum time.Duration) {
	before := map[int]time.Duration{}
	for _, pid := range pids {
		if spent, err := processorClock(pid); err == nil {
			before[pid] = spent
		}
	}
	work()
	for pid, then := range before {
		if spent, err := processorClock(pid); err == nil {
			sum += spent - then
		}
	}
	return sum
}

func median[T int | int64 | float64 | time.Duration](values []T) T {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[len(sorted)/2]
}

// result is one line of the table.
type result struct {
	what    string
	figures []figure
	aim     string
}

type figure struct {
	value float64
	unit  string
}

var results struct {
	sync.Mutex
	all []result
}

// report adds the figures to the benchmark and to the table. aim is the goal in
// docs/performance.md.
func report(b *testing.B, aim string, figures ...figure) {
	b.Helper()
	b.ReportMetric(0, "ns/op") // the total time of the rounds means nothing
	for _, f := range figures {
		b.ReportMetric(f.value, f.unit)
	}
	results.Lock()
	defer results.Unlock()
	results.all = append(results.all, result{
		strings.TrimPrefix(b.Name(), "Benchmark"), figures, aim,
	})
}

func printTable() {
	if len(results.all) == 0 {
		return
	}
	fmt.Println()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(w, "what\tfigures\taim")
	for _, r := range results.all {
		var figures []string
		for _, f := range r.figures {
			figures = append(figures, fmt.Sprintf("%.3g %s", f.value, f.unit))
		}
		_, _ = fmt.Fprintf(
			w, "%s\t%s\t%s\n", r.what, strings.Join(figures, " · "), r.aim,
		)
	}
	_ = w.Flush()
}
