package harness

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// PID returns the ID of the process.
func (g *Gateway) PID() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.cmd.Process.Pid
}

// Resident returns the resident memory of the process in bytes, on Linux only.
func (g *Gateway) Resident() int64 {
	g.t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", g.PID()))
	if err != nil {
		g.t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kib, err := strconv.ParseInt(
				strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64,
			)
			if err != nil {
				g.t.Fatal(err)
			}
			return kib << 10
		}
	}
	g.t.Fatal("the process does not say what memory it takes up")
	return 0
}
