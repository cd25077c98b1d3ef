package harness

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/e2e/auditor"
	"gatehouse/sso"
	"gatehouse/store"
)

// Options says which gateway to start.
type Options struct {
	Database string   // empty: SQLite in its own directory
	Redis    string   // empty: none
	Race     bool     // built with the race detector
	Env      []string // further settings, "GATEHOUSE_NAME=value"
	DataDir  string   // empty: a new one
	// Beside is another node of the same installation: it has the same base URL,
	// database and key, and another port to listen on.
	Beside *Gateway
}

// Gateway is a running process of the program.
type Gateway struct {
	URL     string // base URL, the same for all nodes
	Addr    string // listen address of this process
	DSN     string
	DataDir string
	Key     sso.Secret // seals secrets at rest

	t         testing.TB
	binary    string
	env       []string
	mu        sync.Mutex
	cmd       *exec.Cmd
	done      chan struct{} // closed when the process has exited
	log       syncBuffer
	operators operators
	secrets   map[string]bool // bearer values that must not be logged
}

// Start starts `gatehouse serve` and waits until it is ready. It is stopped at
// the end of the test, which fails if a data race was detected.
func Start(t testing.TB, o Options) *Gateway {
	t.Helper()
	g := Prepare(t, o)
	g.Begin("serve")
	g.WaitReady()
	return g
}

// StartThree starts three nodes of one installation.
func StartThree(t testing.TB, o Options) []*Gateway {
	t.Helper()
	one := Start(t, o)
	all := []*Gateway{one}
	for range 2 {
		all = append(all, Start(t, Options{
			Beside: one,
			Redis:  o.Redis,
			Env:    o.Env,
		}))
	}
	return all
}

// Prepare is Start without starting the process: for other commands with the
// same settings.
func Prepare(t testing.TB, o Options) *Gateway {
	t.Helper()
	g := &Gateway{
		t:       t,
		binary:  binary(t, o.Race),
		DSN:     o.Database,
		Key:     store.NewKey(),
		DataDir: o.DataDir,
		Addr:    FreeAddr(t),
		secrets: map[string]bool{},
	}
	if g.DataDir == "" {
		g.DataDir = t.TempDir()
	}
	_, port, err := net.SplitHostPort(g.Addr)
	if err != nil {
		t.Fatal(err)
	}
	g.URL = "http://localhost:" + port
	if b := o.Beside; b != nil {
		g.URL, g.DSN, g.Key = b.URL, b.DSN, b.Key
	}
	if g.DSN == "" {
		g.DSN = "sqlite:" + filepath.Join(g.DataDir, "gatehouse.db")
	}
	g.env = append(Environment(),
		"GATEHOUSE_BASE_URL="+g.URL, "GATEHOUSE_LISTEN="+g.Addr,
		"GATEHOUSE_DATA_DIR="+g.DataDir,
		"GATEHOUSE_DATABASE="+g.DSN, "GATEHOUSE_REDIS="+o.Redis,
		"GATEHOUSE_SECRET_KEY="+g.Key.Reveal(),
		"GATEHOUSE_ALLOW_PRIVATE_IDP_ADDRESSES=true",
		"GATEHOUSE_TRUSTED_PROXIES=127.0.0.0/8",
		"GATEHOUSE_LOG_FORMAT=json", "GATEHOUSE_SHUTDOWN_DELAY=0s",
		"GORACE=halt_on_error=0")
	g.env = append(g.env, o.Env...)
	return g
}

// Environment returns the variables of this process without settings of Gatehouse: those
// of the tests are not the program's, which refuses to start with a setting it does not
// know.
func Environment() []string {
	return slices.DeleteFunc(os.Environ(), func(pair string) bool {
		return strings.HasPrefix(pair, "GATEHOUSE_")
	})
}

// FreeAddr returns a loopback address that no process listens on.
func FreeAddr(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// Begin starts the process with the given arguments.
func (g *Gateway) Begin(args ...string) {
	g.t.Helper()
	g.BeginUnder(nil, args...)
}

// BeginUnder is Begin for a process that another program, such as a tracer,
// starts.
func (g *Gateway) BeginUnder(starter []string, args ...string) {
	g.t.Helper()
	g.mu.Lock()
	defer g.mu.Unlock()
	command := append(append(slices.Clone(starter), g.binary), args...)
	g.cmd = exec.Command(command[0], command[1:]...)
	g.cmd.Env, g.cmd.Dir = g.env, g.DataDir
	g.cmd.Stdout, g.cmd.Stderr = &g.log, &g.log
	if err := g.cmd.Start(); err != nil {
		g.t.Fatal(err)
	}
	cmd, done := g.cmd, make(chan struct{})
	g.done = done
	go func() {
		_ = cmd.Wait() // ProcessState has the exit status
		close(done)
	}()
	g.t.Cleanup(g.cleanUp)
}

// cleanUp ends the process and checks its output. It may be called more than
// once.
func (g *Gateway) cleanUp() {
	if g.Running() {
		_ = g.cmd.Process.Kill()
		<-g.done
	}
	said := g.Log()
	for _, bad := range []string{"WARNING: DATA RACE", "panic:"} {
		if strings.Contains(said, bad) {
			g.t.Errorf("the program said %q", bad)
		}
	}
	for _, secret := range auditor.Find(said, g.hidden()) {
		g.t.Errorf("the program's log has a bearer value in it: %s…", secret[:8])
	}
	if g.t.Failed() {
		if bad := warnings(said); bad != "" {
			g.t.Logf("the program's warnings and errors end with\n%s", tail(bad, 20))
		}
		g.t.Logf("the program's log ends with\n%s", tail(said, 60))
	}
	g.log.Reset()
}

// warnings returns the lines of a log that are above the level INFO, or are not of
// the logger.
func warnings(log string) string {
	var found strings.Builder
	for line := range strings.Lines(log) {
		if !strings.Contains(line, `"level":"INFO"`) && !strings.Contains(line, `"level":"DEBUG"`) {
			found.WriteString(line)
		}
	}
	return found.String()
}

func tail(s string, lines int) string {
	all := strings.Split(strings.TrimRight(s, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// Running reports whether the process runs.
func (g *Gateway) Running() bool {
	if g.cmd == nil {
		return false
	}
	select {
	case <-g.done:
		return false
	default:
		return true
	}
}

// hide asserts, at the end of the test, that a value was not logged.
func (g *Gateway) hide(value string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(value) >= 20 { // a shorter one may occur by chance
		g.secrets[value] = true
	}
}

// Log returns what the process has written to both outputs.
func (g *Gateway) Log() string { return g.log.String() }

// WaitLog waits for output that matches and returns the match and its groups. The
// program is ready before it has written everything that a start writes.
func (g *Gateway) WaitLog(pattern *regexp.Regexp) []string {
	g.t.Helper()
	var found []string
	Soon(10*time.Second, func() bool {
		found = pattern.FindStringSubmatch(g.Log())
		return found != nil || !g.Running()
	})
	if found == nil {
		g.t.Fatalf("the program does not write %s:\n%s", pattern, tail(g.Log(), 30))
	}
	return found
}

// WaitReady waits until /readyz reports ready.
func (g *Gateway) WaitReady() {
	g.t.Helper()
	ready := Soon(30*time.Second, func() bool {
		return !g.Running() || g.Probe("/readyz") == http.StatusOK
	})
	if !ready || !g.Running() {
		g.t.Fatalf("the program is not ready:\n%s", tail(g.Log(), 30))
	}
}

// Probe returns the status of a path of the operations listener, 0 without a
// response within a second.
func (g *Gateway) Probe(path string) int {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	r, err := http.NewRequestWithContext(
		ctx, http.MethodGet, "http://"+g.Addr+path, nil,
	)
	if err != nil {
		g.t.Fatal(err)
	}
	r.Host = strings.TrimPrefix(g.URL, "http://")
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(r)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}

// Terminate sends SIGTERM and does not wait.
func (g *Gateway) Terminate() {
	g.t.Helper()
	if err := g.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		g.t.Fatal(err)
	}
}

// Ended waits for the process and returns its exit status, -1 for a signal.
func (g *Gateway) Ended() int {
	g.t.Helper()
	select {
	case <-g.done:
	case <-time.After(30 * time.Second):
		g.t.Fatalf("the program does not end:\n%s", tail(g.Log(), 30))
	}
	return g.cmd.ProcessState.ExitCode()
}

// Kill kills the process with SIGKILL.
func (g *Gateway) Kill() {
	_ = g.cmd.Process.Kill() // it may have exited already
	<-g.done
}

// Command runs another command of the program with the same settings and waits
// for its end.
func (g *Gateway) Command(args ...string) (stdout, stderr string, status int) {
	g.t.Helper()
	cmd := exec.Command(g.binary, args...)
	var out, said bytes.Buffer
	cmd.Env = g.env
	cmd.Dir = g.DataDir
	cmd.Stdout = &out
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil && cmd.ProcessState == nil {
		g.t.Fatal(err)
	}
	return out.String(), said.String(), cmd.ProcessState.ExitCode()
}

// Store opens the database of a process that has ended.
func (g *Gateway) Store() *store.DB {
	g.t.Helper()
	db, err := store.Open(g.t.Context(), store.Options{
		DSN:  g.DSN,
		Keys: store.Keyring{Current: g.Key},
	})
	if err != nil {
		g.t.Fatal(err)
	}
	g.t.Cleanup(func() { _ = db.Close() })
	return db
}

// Setting returns the value of a setting that the process was started with.
func (g *Gateway) Setting(name string) string {
	for _, pair := range slices.Backward(g.env) {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// Soon polls yes until it returns true or the limit has passed.
func Soon(limit time.Duration, yes func() bool) bool {
	for end := time.Now().Add(limit); time.Now().Before(end); time.Sleep(
		25 * time.Millisecond,
	) {
		if yes() {
			return true
		}
	}
	return yes()
}

// syncBuffer is a buffer that a process writes and a test reads.
type syncBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *syncBuffer) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buf.Reset()
}

// Set changes a setting for processes that are started later.
func (g *Gateway) Set(name, value string) { g.env = append(g.env, name+"="+value) }
