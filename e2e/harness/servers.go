package harness

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// Postgres is a PostgreSQL server that belongs to one test, which may restart
// it and read its files.
type Postgres struct {
	URL string
	Dir string // its data directory

	t    testing.TB
	bin  string
	port string
	log  string
}

// NewPostgres starts a server with an empty database. Its files survive a crash
// of the server; after a crash of the machine they may not, because initdb does
// not sync them.
func NewPostgres(t testing.TB) *Postgres {
	t.Helper()
	bin := postgresPrograms(t)
	dir, err := os.MkdirTemp("", "gatehouse-postgres-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	_, port, err := net.SplitHostPort(FreeAddr(t))
	if err != nil {
		t.Fatal(err)
	}
	p := &Postgres{
		t:    t,
		bin:  bin,
		port: port,
		Dir:  filepath.Join(dir, "data"),
		log:  filepath.Join(dir, "data", "log"),
		URL: "postgres://gatehouse@127.0.0.1:" + port +
			"/postgres?sslmode=disable&pool_max_conns=8",
	}
	if err := errors.Join(
		os.Mkdir(p.Dir, 0o700), os.Chmod(dir, 0o711), giveToPostgres(dir),
		giveToPostgres(p.Dir),
	); err != nil { //nolint:gosec // another user must get through
		t.Fatal(err)
	}
	p.run(
		"initdb", "-D", p.Dir, "-U", "gatehouse", "-A", "trust", "-E", "UTF8",
		"--locale=C.UTF-8", "--no-sync",
	)
	p.Start()
	t.Cleanup(func() {
		_ = p.command("pg_ctl", "-D", p.Dir, "-m", "immediate", "-s", "stop").Run()
	})
	return p
}

// Start starts the server again.
func (p *Postgres) Start() { p.control("start") }

// Restart stops the server without a checkpoint, and starts it; it returns once
// the server accepts connections.
func (p *Postgres) Restart() { p.control("restart") }

func (p *Postgres) control(what string) {
	p.t.Helper()
	args := []string{"-D", p.Dir, "-s", "-w", what}
	if what != "start" {
		args = append([]string{"-m", "immediate"}, args...)
	}
	args = append([]string{
		"-l", p.log, "-o",
		"-p " + p.port + " -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c max_connections=100",
	}, args...)
	p.run("pg_ctl", args...)
}

func (p *Postgres) run(program string, args ...string) {
	p.t.Helper()
	// A file, not a pipe: the server inherits it, and Run would wait for the
	// end of a pipe.
	out, err := os.CreateTemp(p.t.TempDir(), "postgres")
	if err != nil {
		p.t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	cmd := p.command(program, args...)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		p.t.Fatalf("%s: %v\n%s", program, err, said)
	}
}

// command returns a command that runs as an unprivileged user: PostgreSQL
// refuses to run as root.
func (p *Postgres) command(program string, args ...string) *exec.Cmd {
	path := filepath.Join(p.bin, program)
	cmd := exec.Command(path, args...)
	if os.Getuid() == 0 {
		cmd = exec.Command(
			"runuser", append([]string{"-u", "postgres", "--", path}, args...)...,
		)
	}
	cmd.Dir = filepath.Dir(p.Dir)
	return cmd
}

func giveToPostgres(path string) error {
	if os.Getuid() != 0 {
		return nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return fmt.Errorf("root needs a user called postgres: %w", err)
	}
	uid, uidErr := strconv.Atoi(u.Uid)
	gid, gidErr := strconv.Atoi(u.Gid)
	return errors.Join(uidErr, gidErr, os.Chown(path, uid, gid))
}

// postgresPrograms returns the directory of the server's programs, which Debian
// keeps out of PATH.
func postgresPrograms(t testing.TB) string {
	t.Helper()
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb") // the pattern is good
	if path, err := exec.LookPath("initdb"); err == nil {
		found = append(found, path)
	}
	if len(found) == 0 {
		Missing(t, "postgres", "there is no initdb, which makes a PostgreSQL server")
	}
	return filepath.Dir(found[len(found)-1])
}

// NewRedis starts a server that belongs to one test, and returns its URL.
func NewRedis(t testing.TB) string {
	t.Helper()
	path, err := exec.LookPath("redis-server")
	if err != nil {
		Missing(t, "redis", "there is no redis-server")
	}
	addr := FreeAddr(t)
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(
		path, "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly",
		"no", "--dir", t.TempDir(),
	)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if !Soon(10*time.Second, func() bool {
		c, err := net.Dial("tcp", addr)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}) {
		t.Fatal("Redis does not start")
	}
	return "redis://" + addr
}
