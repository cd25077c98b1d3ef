package main

import (
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gatehouse/store"
	"gatehouse/store/storetest"
)

// TestServeWithoutRedis tests that serve logs an unreachable Redis at start-up, not at
// the first request that would use it, and works without it.
func TestServeWithoutRedis(t *testing.T) {
	t.Parallel()
	postgres := storetest.Postgres(t)
	c := newCommand(t)
	address := freePort(t)
	c.env = append(
		c.env, "GATEHOUSE_LISTEN="+address, "GATEHOUSE_DATABASE="+postgres,
		"GATEHOUSE_REDIS=redis://"+freePort(t),
		"GATEHOUSE_SECRET_KEY="+store.NewKey().Reveal(),
	)
	ctx, stop := contextWithCancel(t)
	done := make(chan int, 1)
	var stdout, stderr lockedBuffer
	go func() {
		done <- run(ctx, []string{"serve"}, c.env, &stdout, &stderr)
	}()
	waitUntil(t, "the link", func() bool {
		return strings.Contains(stdout.String(), "/admin/welcome/")
	})
	if before, _, _ := strings.Cut(
		stderr.String(), `"msg":"ready"`,
	); !strings.Contains(before, "Redis does not answer") {
		t.Errorf("the log:\n%s", stderr.String())
	}
	if !strings.Contains(
		stdout.String(), "http://localhost:"+port(address)+"/admin/welcome/",
	) {
		t.Errorf("the link does not name the port that is listened on: %s", stdout.String())
	}
	stop()
	if status := <-done; status != exitOK {
		t.Errorf("exit %d: %s", status, stderr.String())
	}
}

// TestServeSaysOneThing tests that the start of an installation names one address to open:
// the link for the first admin, then the console, then none.
func TestServeSaysOneThing(t *testing.T) {
	t.Parallel()
	var said lockedBuffer
	d := newEmptyConsoleTest(t, slog.New(slog.NewJSONHandler(&said, nil)))
	a := &app{stdout: &said}
	says := func(want string) {
		t.Helper()
		before := len(said.String())
		d.ok(a.nextStep(t.Context(), d.g))
		now := said.String()[before:]
		if strings.Count(now, "http://") != strings.Count(want, "http://") || !strings.Contains(now, want) {
			t.Errorf("%q instead of %q", now, want)
		}
	}
	says("http://localhost:8080/admin/welcome/")
	says("http://localhost:8080/admin/welcome/") // until it is used
	d.account("olive", "")
	says(`"console":"http://localhost:8080/admin"`)
	d.enterprise("acme")
	says("")
}

func TestDemoPort(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // of a test
	status, _, stderr := newCommand(t).run("demo", "--port", port(l.Addr().String()))
	if want := "gatehouse: --port: port " + port(l.Addr().String()) +
		" is taken by another program"; status != exitFailure ||
		!strings.Contains(stderr, want) {
		t.Errorf("exit %d: %s", status, stderr)
	}
}

func TestConfigCheckJSON(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	type problem struct{ Setting, Source, Message string }
	var got struct {
		OK                 bool
		Problems, Warnings []problem
	}
	if err := json.Unmarshal(
		[]byte(c.must("config", "check", "--json")), &got,
	); err != nil ||
		!got.OK ||
		got.Problems == nil ||
		len(got.Warnings) != 1 {
		t.Errorf("%+v %v", got, err)
	}
	status, stdout, stderr := c.run(
		"config", "check", "--json", "--log-level", "loud", "--listen", "8080",
	)
	if status != exitFailure || stderr != "" {
		t.Errorf("exit %d: %s", status, stderr)
	}
	if err := json.Unmarshal([]byte(stdout), &got); err != nil ||
		got.OK ||
		len(got.Problems) != 2 ||
		got.Problems[0].Source != "--listen" {
		t.Errorf("%+v %v", got, err)
	}
}

// TestHelpHasTypesAndDefaults tests that the defaults shown by --help are valid
// values.
func TestHelpHasTypesAndDefaults(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	help := c.must("serve", "--help")
	for _, want := range []string{
		"--session-idle duration", "(default 8h)", "--listen string",
		`(default ":8080")`, "--trusted-proxies networks", "--secret-key-file file",
	} {
		if !strings.Contains(help, want) {
			t.Errorf("lacks %q:\n%s", want, help)
		}
	}
	if strings.Contains(help, " value ") {
		t.Errorf("a flag without a type:\n%s", help)
	}
	if help := c.must("healthcheck", "--help"); strings.Contains(help, "smtp") ||
		!strings.Contains(help, "--listen") {
		t.Errorf("healthcheck lists what it does not use:\n%s", help)
	}
}

// TestAuditLog tests that the admin command verifies the signed audit heads in serve's
// log and reports a changed line.
func TestAuditLog(t *testing.T) {
	t.Parallel()
	c := newCommand(t)
	makeEnterprise(t, c)
	address := freePort(t)
	c.env = append(c.env, "GATEHOUSE_LISTEN="+address, "GATEHOUSE_LOG_FORMAT=json")
	ctx, stop := contextWithCancel(t)
	done := make(chan int, 1)
	var stderr lockedBuffer
	go func() {
		done <- run(ctx, []string{"serve"}, c.env, io.Discard, &stderr)
	}()
	waitUntil(t, "the audit heads in the log", func() bool {
		return strings.Count(stderr.String(), `"msg":"audit head"`) >= 2
	})
	stop()
	if status := <-done; status != exitOK {
		t.Fatalf("exit %d: %s", status, stderr.String())
	}
	log := filepath.Join(c.dir, "gatehouse.log")
	write := func(text string) {
		if err := os.WriteFile(log, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(stderr.String() + "not JSON\n")
	if out := c.must("admin", "audit", "--log", log); !strings.Contains(
		out, "signed ends, all in their chains",
	) ||
		strings.Contains(out, " 0 signed") {
		t.Error(out)
	}
	write(strings.ReplaceAll(stderr.String(), `"sequence":1,`, `"sequence":2,`))
	if status, _, errs := c.run("admin", "audit", "--log", log); status != exitFailure ||
		!strings.Contains(errs, "of the log") {
		t.Errorf("a changed line: exit %d: %s", status, errs)
	}
}
