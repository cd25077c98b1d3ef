package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/store"
)

// command runs the program in a temporary directory.
type command struct {
	t   *testing.T
	env []string
	dir string
}

func newCommand(t *testing.T) *command {
	t.Helper()
	dir := t.TempDir()
	return &command{
		t, []string{"GATEHOUSE_DATA_DIR=" + dir, "GATEHOUSE_SHUTDOWN_DELAY=0s"}, dir,
	}
}

func (c *command) run(args ...string) (status int, stdout, stderr string) {
	c.t.Helper()
	var out, errs bytes.Buffer
	status = run(c.t.Context(), args, c.env, &out, &errs)
	return status, out.String(), errs.String()
}

// must runs the program, fails the test unless it succeeds, and returns its output.
func (c *command) must(args ...string) string {
	c.t.Helper()
	status, stdout, stderr := c.run(args...)
	if status != exitOK {
		c.t.Fatalf(
			"gatehouse %s: exit %d: %s", strings.Join(args, " "), status, stderr,
		)
	}
	return stdout
}

func TestExitStatus(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	for _, tt := range []struct {
		args   string
		status int
		stderr string // one of its lines
	}{
		{"--help", 0, ""},
		{"serve --help", 0, ""},
		{"version", 0, ""},
		{"serv", 2, `gatehouse: unknown command "serv"`},
		{"serve --lisen :1", 2, "gatehouse: unknown flag: --lisen"},
		{"serve extra", 2, "gatehouse: unknown command"},
		{"admin token", 2, `gatehouse: required flag(s) "name" not set`},
		{
			"serve --listen 8080 --log-level loud",
			1,
			`gatehouse: listen: is "8080"; use an address and a port such as 127.0.0.1:8080 or :8080 (--listen)`,
		},
		{
			"config check --log-level loud",
			1,
			`gatehouse: log.level: is "loud"; use debug, info, warn, error (--log-level)`,
		},
		{"serve --config /nowhere.yaml", 1, "gatehouse: cannot be read: no such file or directory (/nowhere.yaml)"},
		{"--version", 0, ""},
		{"admin", 0, ""},
		{"admin link --listen :9 --log-level warn", 0, ""}, // accepts the flags of serve
		{"admin revoke tok-1", 2, `gatehouse: "tok-1" is not the ID of a token`},
		{"admin revoke", 2, "gatehouse: give the ID of one token; gatehouse admin tokens lists them"},
		{"admin token --name x --expires-in -1h", 2, "gatehouse: --expires-in: the token would be expired already"},
		{"admin linc", 2, `gatehouse: unknown command "linc" for "gatehouse admin"`},
		{"config chek", 2, `gatehouse: unknown command "chek"`},
		{"migrate down", 2, `gatehouse: unknown command "down"`},
		{"demo --port 1x", 2, "gatehouse: invalid argument"},
	} {
		status, _, stderr := c.run(strings.Fields(tt.args)...)
		if status != tt.status ||
			!strings.Contains(stderr, tt.stderr) ||
			tt.status == 0 && stderr != "" {
			t.Errorf(
				"gatehouse %s: exit %d, want %d: %s", tt.args, status, tt.status,
				stderr,
			)
		}
	}
}

func TestConfigCommands(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	file := filepath.Join(c.dir, "gatehouse.yaml")
	if err := os.WriteFile(file, []byte("base_url: https://sso.example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	c.env = append(c.env, "GATEHOUSE_CONFIG="+file, "GATEHOUSE_SECRET_KEY=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=")
	if out := c.must("config", "check"); !strings.Contains(out, "good") ||
		!strings.Contains(out, "Warning: smtp.addr") {
		t.Error(out)
	}
	out := c.must("config", "print", "--session-idle", "20m")
	for _, want := range []string{
		"base_url: https://sso.example.com", "idle: 20m0s", "[redacted]",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("lacks %q:\n%s", want, out)
		}
	}
	var parsed struct {
		Session struct{ Idle string }
	}
	if err := json.Unmarshal(
		[]byte(c.must("config", "print", "--json")), &parsed,
	); err != nil || parsed.Session.Idle != "8h0m0s" {
		t.Errorf("%+v %v", parsed, err)
	}
	if strings.Contains(out, "MDEy") {
		t.Error("the secret key is shown")
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	bearer := strings.TrimSpace(c.must("admin", "token", "--name", "first"))
	var made struct {
		ID, Name, Token string
		ExpiresAt       string `json:"expires_at"`
	}
	if err := json.Unmarshal(
		[]byte(c.must(
			"admin", "token", "--name", "second", "--expires-in", "1h", "--json",
		)),
		&made,
	); err != nil {
		t.Fatal(err)
	}
	if bearer == "" ||
		made.Token == bearer ||
		made.ExpiresAt == "" ||
		made.Name != "second" {
		t.Errorf("%q %+v", bearer, made)
	}
	list := c.must("admin", "tokens")
	if strings.Count(list, "\n") != 2 ||
		strings.Contains(list, bearer) ||
		strings.Contains(list, made.Token) {
		t.Errorf("the list is\n%s", list)
	}
	c.must("admin", "revoke", made.ID)
	if list := c.must("admin", "tokens"); strings.Count(list, "revoked 2") != 1 ||
		!strings.Contains(list, "first") {
		t.Errorf("after revoking the list is\n%s", list)
	}
	c.must("admin", "revoke", made.ID) // again: nothing changes
	for _, wrong := range [][]string{
		{"revoke", "tok-00000000000000000000000000"},
		{"token", "--name", "x", "--company", "unknown"},
		{"token", "--name", "x", "--scope", "users:admin"},
		{"token", "--name", "x", "--scope", ""},
	} {
		if status, _, stderr := c.run(append([]string{"admin"}, wrong...)...); status == 0 || stderr == "" {
			t.Errorf("%v: %d %s", wrong, status, stderr)
		}
	}
	c.must("admin", "token", "--name", "third", "--scope", "users:read,groups:write", "--scope", "domains:read")
	if list := c.must("admin", "tokens"); !strings.Contains(list, "installation, [groups:write users:read domains:read]") {
		t.Errorf("the list is\n%s", list)
	}
	if out := c.must("admin", "audit"); !strings.Contains(out, "4 events, intact") {
		t.Errorf("the audit trail: %s", out)
	}
}

func TestAdminLink(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	plain := strings.TrimSpace(c.must("admin", "link"))
	var made struct {
		ID, URL   string
		Recovery  bool
		ExpiresAt string `json:"expires_at"`
	}
	if err := json.Unmarshal([]byte(c.must("admin", "link", "--recovery", "--json")), &made); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(plain, "/admin/welcome/") ||
		made.URL == plain ||
		!strings.Contains(made.URL, "/admin/welcome/") ||
		!made.Recovery ||
		made.ExpiresAt == "" {
		t.Errorf("%q %+v", plain, made)
	}
	if out := c.must("admin", "audit"); !strings.Contains(out, "2 events, intact") {
		t.Errorf("the audit trail: %s", out)
	}
}

func TestSecretKeyIsMadeOnce(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	c.must("admin", "tokens")
	path := filepath.Join(c.dir, keyFile)
	first, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	c.must("admin", "tokens")
	if second, _ := os.ReadFile(path); !bytes.Equal(first, second) {
		t.Error("the key was made twice")
	}
	if err := os.WriteFile(path, []byte(store.NewKey().Reveal()), 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := c.run("admin", "tokens"); status != exitFailure ||
		!strings.Contains(stderr, "not the one this database was written with: restore secret.key") {
		t.Errorf("with another key: %d %s", status, stderr)
	}
}

// TestLostSecretKey tests that next to an existing database, a missing or empty key
// file is an error and no new key is written.
func TestLostSecretKey(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	c.must("admin", "tokens")
	path := filepath.Join(c.dir, keyFile)
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir()
	for name, args := range map[string][]string{
		"serve":   {"serve"},
		"admin":   {"admin", "link"},
		"migrate": {"migrate", "up"},
		"a data_dir of its own": {
			"serve", "--data-dir", elsewhere, "--database",
			"sqlite:" + c.dir + "/gatehouse.db",
		},
	} {
		status, _, stderr := c.run(args...)
		if status != exitFailure ||
			!strings.Contains(stderr, "secret.key is missing") ||
			!strings.Contains(stderr, "restore the file from a backup") {
			t.Errorf("%s: exit %d: %s", name, status, stderr)
		}
	}
	for _, dir := range []string{c.dir, elsewhere} {
		if _, err := os.Stat(filepath.Join(dir, keyFile)); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("a key was written to %s: %v", dir, err)
		}
	}
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if status, _, stderr := c.run("serve"); status != exitFailure ||
		!strings.Contains(stderr, "is empty: restore it") {
		t.Errorf("an empty key: exit %d: %s", status, stderr)
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	if out := c.must("migrate", "status"); !strings.HasPrefix(out, "Schema 0 of ") {
		t.Error(out)
	}
	if out := c.must("migrate", "up"); !strings.Contains(out, "up to date") {
		t.Error(out)
	}
	var status struct {
		UpToDate bool `json:"up_to_date"`
	}
	if err := json.Unmarshal(
		[]byte(c.must("migrate", "status", "--json")), &status,
	); err != nil || !status.UpToDate {
		t.Errorf("%+v %v", status, err)
	}
}

// TestServe starts the gateway, sends requests, and stops it while a request is in
// progress.
func TestServe(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	address := freePort(t)
	c.env = append(
		c.env, "GATEHOUSE_LISTEN="+address,
		"GATEHOUSE_BASE_URL=http://localhost:"+port(address),
	)
	ctx, stop := contextWithCancel(t)
	done := make(chan int, 1)
	var stderr lockedBuffer
	go func() {
		done <- run(ctx, []string{"serve"}, c.env, io.Discard, &stderr)
	}()
	waitUntil(t, "ready", func() bool {
		status, _, _ := c.run("healthcheck")
		return status == exitOK
	})
	for path, want := range map[string]string{
		"/healthz": "ok",
		"/version": `"go":"go1.`,
		"/metrics": "gatehouse_build_info",
		"/login":   "<html",
	} {
		if status, body := get(
			t, "http://localhost:"+port(address)+path,
		); status != http.StatusOK || !strings.Contains(body, want) {
			t.Errorf("%s: %d %.200s", path, status, body)
		}
	}
	if status, _ := get(
		t, "http://localhost:"+port(address)+"/api/v1/enterprises",
	); status != http.StatusUnauthorized {
		t.Errorf("the REST API without a token: %d", status)
	}
	stop()
	if status := <-done; status != exitOK {
		t.Errorf("exit %d: %s", status, stderr.String())
	}
	if !strings.Contains(stderr.String(), `"msg":"stopped"`) {
		t.Errorf("the log:\n%s", stderr.String())
	}
	if status, _, _ := c.run("healthcheck"); status != exitFailure {
		t.Error("healthy after it stopped")
	}
}

func TestServeRefusesTheDatabaseOfADemo(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	ctx, stop := contextWithCancel(t)
	done := make(chan int, 1)
	var stdout, stderr lockedBuffer
	go func() {
		done <- run(
			ctx,
			[]string{"demo", "--port", "0", "--data-dir", c.dir},
			nil,
			&stdout,
			&stderr,
		)
	}()
	waitUntil(t, "the demo", func() bool {
		return strings.Contains(stdout.String(), "ready in")
	})
	stop()
	if status := <-done; status != exitOK {
		t.Fatalf("demo: exit %d: %s", status, stderr.String())
	}
	if status, _, stderr := c.run("serve"); status != exitFailure ||
		!strings.Contains(stderr, "database of a demo") {
		t.Errorf("serve: %d %s", status, stderr)
	}
}

func TestDemoRefusesARealDatabase(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	makeEnterprise(t, c)
	if status, _, stderr := c.run("demo", "--port", "0", "--data-dir", c.dir); status != exitFailure ||
		!strings.Contains(stderr, "real installation") {
		t.Errorf("demo: %d %s", status, stderr)
	}
}

func TestListenTaken(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // of a test
	c := newCommand(t)
	c.env = append(c.env, "GATEHOUSE_LISTEN="+l.Addr().String())
	if status, _, stderr := c.run("serve"); status != exitFailure ||
		!strings.Contains(stderr, "listen: ") ||
		!strings.Contains(stderr, "is taken by another program") {
		t.Errorf("%d %s", status, stderr)
	}
}
