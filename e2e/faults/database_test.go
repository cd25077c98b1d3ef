package faults

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"gatehouse/e2e/auditor"
	"gatehouse/e2e/harness"
	"gatehouse/store/storetest"
)

// postgresRestarted crashes the database under load. Acknowledged changes are
// kept, other requests get a temporary error, and the gateway recovers on its
// own.
func postgresRestarted(r *result) {
	server := harness.NewPostgres(r)
	g := harness.Start(r, harness.Options{Database: server.URL})
	c := newCrowd(r, g)
	c.Pause = 50 * time.Millisecond
	r.each(func(int) {
		begin(r, c)
		server.Restart()
		begun, before := time.Now(), c.Count()
		if !harness.Soon(10*time.Second, func() bool {
			return c.Count() > before
		}) {
			r.Error("no one can sign in ten seconds after the database is back")
		}
		r.took(time.Since(begun))
		people, failed := c.Stop()
		r.later(failed)
		still(r, people)
	})
	r.auditWith(c.Journal, func(a *auditor.Auditor) {
		a.Files = append(a.Files, server.Dir)
	}, g)
}

// later asserts that the failed requests got a temporary error.
func (r *result) later(failed []harness.Answer) {
	r.Helper()
	r.errors += len(failed)
	for _, a := range failed {
		if a.Status == http.StatusInternalServerError ||
			a.Status != 0 && a.Status != http.StatusServiceUnavailable {
			r.Errorf("without the database: %v", a)
		}
	}
}

// postgresHangs tests a database that refuses connections, and one that does
// not respond: requests get a temporary error, and no session ends.
func postgresHangs(r *result) {
	wire, dsn := harness.NewRelay(r, storetest.Postgres(r))
	idp := harness.NewIdP(r, harness.Ada())
	g := harness.Start(r, harness.Options{Database: dsn})
	acme := harness.NewCompany(g, g.API(), "acme", harness.TwoOrganizations())
	acme.ConnectSAML(idp)
	r.each(func(int) {
		for _, break_ := range []func(){wire.Cut, wire.Hang} {
			withoutDatabase(r, g, func(v *harness.Visitor) (harness.Return, error) {
				return v.Visit(idp, "acme", "p-1")
			}, break_, wire.Mend)
		}
	})
	r.audit(auditor.NewJournal(), g)
}

// longest is the maximum time until the temporary error.
const longest = 3500 * time.Millisecond

func withoutDatabase(
	r *result, g *harness.Gateway, visit func(*harness.Visitor) (harness.Return, error), take, giveBack func(),
) {
	v, begun := g.Visitor(), g.Visitor()
	first, err := visit(v)
	back, secondErr := visit(begun)
	if err := errors.Join(err, secondErr); err != nil {
		r.Fatal(err)
	}
	if a := v.Deliver(first); !signedIn(a) {
		r.Fatal(a)
	}
	cookies := fmt.Sprint(v.Cookies())

	take()
	asked := []struct {
		name string
		ask  func() harness.Answer
	}{
		{"the account", func() harness.Answer { return v.Get("/account") }},
		{"a sign-in link", func() harness.Answer {
			return g.Visitor().Get("/login/sso?enterprise_key=acme")
		}},
		{"an answer", func() harness.Answer { return begun.Deliver(back) }},
		{"signing out", func() harness.Answer {
			return v.Post("/logout", nil)
		}},
	}
	for i, a := range harness.AtOnce(len(asked), func(i int) harness.Answer {
		return timed(r, asked[i].name, asked[i].ask)
	}) {
		r.errors++
		if a.Status != http.StatusServiceUnavailable ||
			a.Header.Get("Retry-After") == "" ||
			len(a.SetNames) > 0 {
			r.Errorf("%s without the database: %v", asked[i].name, a)
		}
	}
	if !harness.Soon(5*time.Second, func() bool {
		return g.Probe("/readyz") != http.StatusOK
	}) {
		r.Error("/readyz says it is ready without its database")
	}
	for _, path := range []string{"/healthz", "/version"} {
		if status := g.Probe(path); status != http.StatusOK {
			r.Errorf("%s says %d: restarting the program would not bring the database back", path, status)
		}
	}
	if now := fmt.Sprint(v.Cookies()); now != cookies {
		r.Errorf("cookies %s became %s", cookies, now)
	}

	giveBack()
	mended := time.Now()
	if !harness.Soon(10*time.Second, v.SignedIn) {
		r.lost++
		r.Error("the session did not survive")
	}
	r.took(time.Since(mended))
	if a := begun.Deliver(back); !signedIn(a) {
		r.Errorf("an answer that met no database was used up: %v", a)
	}
	g.WaitReady()
}

// timed sends a request and asserts that the response comes in time.
func timed(r *result, name string, ask func() harness.Answer) harness.Answer {
	begun := time.Now()
	a := ask()
	if took := time.Since(begun); took > longest {
		r.Errorf("%s took %s", name, took.Round(time.Millisecond))
	}
	return a
}

// locked has another process lock the SQLite file, first for less than the busy
// timeout, then for longer.
func locked(r *result) {
	g := harness.Start(r, harness.Options{})
	idp := harness.NewIdP(r, harness.Ada())
	acme := harness.NewCompany(g, g.API(), "acme", harness.TwoOrganizations())
	acme.ConnectSAML(idp)
	v := g.Visitor()
	if a := v.SignIn(idp, "acme", "p-1"); !signedIn(a) {
		r.Fatal(a)
	}
	other := storetest.Raw(r, g.DSN)
	other.SetMaxOpenConns(1)
	hold := func(d time.Duration) (release chan struct{}) {
		if _, err := other.Exec("begin exclusive"); err != nil {
			r.Fatal(err)
		}
		release = make(chan struct{})
		time.AfterFunc(d, func() {
			_, _ = other.Exec("rollback") // the connection may be closed
			close(release)
		})
		return release
	}
	r.each(func(int) {
		released := hold(time.Second)
		if a := g.Visitor().SignIn(idp, "acme", "p-1"); !signedIn(a) {
			r.Errorf("the file was locked for a second: %v", a)
		}
		<-released
		released = hold(8 * time.Second)
		if !v.SignedIn() {
			r.Error("nothing can be read while the file is locked")
		}
		begun := time.Now()
		for _, a := range harness.AtOnce(50, func(int) harness.Answer {
			return g.Visitor().Get("/login/sso?enterprise_key=acme")
		}) {
			r.errors++
			if a.Status != http.StatusServiceUnavailable ||
				a.Header.Get("Retry-After") == "" {
				r.Errorf("the file is locked: %v", a)
			}
		}
		if waited := time.Since(begun); waited > 7*time.Second {
			r.Errorf("it took %s to say so", waited)
		}
		<-released
		begun = time.Now()
		if !harness.Soon(5*time.Second, func() bool {
			return signedIn(g.Visitor().SignIn(idp, "acme", "p-1"))
		}) {
			r.Error("no one can sign in after the lock")
		}
		r.took(time.Since(begun))
	})
	r.audit(auditor.NewJournal(), g)
}

// diskFull fills the disk. Sessions continue, sign-ins get a temporary error,
// and the gateway recovers on its own once there is room.
func diskFull(r *result) {
	dir := r.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=96m,mode=0700"); err != nil {
		if harness.Required("mount") {
			r.Fatalf("a small disk cannot be had: %v", err)
		}
		r.note = "not done: mounting a small disk is not allowed here"
		return
	}
	r.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	g := harness.Start(r, harness.Options{DataDir: dir})
	c := newCrowd(r, g)
	r.each(func(int) {
		begin(r, c)
		people, _ := c.Stop()
		fill(r, filepath.Join(dir, "filler"))
		refused := harness.Answer{}
		for try := 0; try < 200 && refused.Status == 0; try++ { // the write-ahead log may have room left
			for _, a := range harness.AtOnce(32, func(int) harness.Answer {
				return g.Visitor().Get("/login/sso?enterprise_key=acme")
			}) {
				if a.Status != http.StatusSeeOther {
					refused = a
				}
			}
		}
		if refused.Status != http.StatusServiceUnavailable ||
			refused.Code() != "storage_full" ||
			refused.Header.Get("Retry-After") == "" {
			r.Errorf("the disk is full: %v", refused)
		}
		r.errors++
		still(r, people)
		if status := g.Probe("/healthz"); status != http.StatusOK {
			r.Errorf("/healthz says %d", status)
		}
		if err := os.Remove(filepath.Join(dir, "filler")); err != nil {
			r.Fatal(err)
		}
		begun := time.Now()
		if !harness.Soon(5*time.Second, func() bool {
			return g.Visitor().Get(
				"/login/sso?enterprise_key=acme",
			).Status == http.StatusSeeOther
		}) {
			r.Error("five seconds after there is room no one can sign in")
		}
		r.took(time.Since(begun))
		g.WaitReady()
	})
	r.audit(c.Journal, g)
}

// fill writes until the disk is full.
func fill(r *result, path string) {
	f, err := os.Create(path)
	if err != nil {
		r.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for block := make([]byte, 64<<10); len(block) > 0; {
		if _, err := f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
}

// diskFails makes fsync fail. From then on nothing is acknowledged, and the
// program logs the error and exits, so that the next process starts from what
// is durable.
func diskFails(r *result) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		harness.Missing(r, "strace", "there is no strace, which makes system calls fail")
	}
	g := harness.Start(r, harness.Options{})
	c := newCrowd(r, g)
	r.each(func(n int) {
		g.Terminate()
		g.Ended()
		g.BeginUnder([]string{
			strace,
			"-D",
			"-f",
			"-qq",
			"-o",
			"/dev/null",
			"-e",
			"trace=fsync,fdatasync",
			"-e",
			fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d+", 5+3*n),
		}, "serve")
		if !harness.Soon(10*time.Second, func() bool {
			return g.Probe("/healthz") == http.StatusOK || !g.Running()
		}) {
			r.Error("the program does not start")
		}
		c.Start()
		if status := g.Ended(); status <= 0 {
			r.Errorf("the program ended with status %d", status)
		}
		people, failed := c.Stop()
		for _, a := range failed {
			if a.Status != 0 && a.Status != http.StatusServiceUnavailable {
				r.Errorf("the disk failed: %v", a)
			}
		}
		begun := time.Now()
		g.Begin("serve")
		g.WaitReady()
		r.took(time.Since(begun))
		r.errors += min(len(failed), len(c.People))
		still(r, people)
	})
	r.audit(c.Journal, g)
}
