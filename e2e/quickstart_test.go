package e2e

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"gatehouse/e2e/harness"
	"gatehouse/internal/testkit/proxies"
)

// TestQuickStart runs the commands of docs/quickstart.md as they are, with other ports: the
// application is behind the sign-in, and the link that serve prints opens.
func TestQuickStart(t *testing.T) {
	harness.Long(t)
	q := newQuickStart(t)
	printed := q.run(q.blocks())
	link := regexp.MustCompile(`http://localhost:\d+/admin/welcome/\S+`).FindString(printed)
	if r := get(t, link); r.StatusCode != http.StatusOK {
		t.Errorf("the printed link %q: %d\n%s", link, r.StatusCode, printed)
	}
	r := get(t, q.site)
	if r.StatusCode != http.StatusFound || !strings.HasPrefix(r.Header.Get("Location"), q.gateway+"/login") {
		t.Errorf("without a session: %d, to %q\n%s", r.StatusCode, r.Header.Get("Location"), printed)
	}
}

// TestQuickStartWithDemo replaces serve by the demonstration, as the document says, and
// signs in as one of its people.
func TestQuickStartWithDemo(t *testing.T) {
	harness.Long(t)
	q := newQuickStart(t)
	start, stop := q.blocks()
	const serve = "serve --listen 127.0.0.1:"
	if !strings.Contains(start, serve) {
		t.Fatalf("no serve in\n%s", start)
	}
	q.run(strings.Replace(start, serve, "demo --port ", 1), stop)
	b := harness.NewBrowser(t)
	b.Open(q.site)
	b.Arrive(q.gateway + "/login")
	b.Fill("#company", "ada@acme.example")
	b.Submit("main form button")
	b.Arrive(q.gateway + "/demo/idp/acme/pick/")
	b.Click(`button[value="acme-0001"]`)
	b.Arrive(q.site)
	b.Says("My application")
}

// quickStart is a directory in which the commands of the document run, with other ports.
type quickStart struct {
	t                  *testing.T
	dir, gateway, site string
	ports              *strings.Replacer
}

func newQuickStart(t *testing.T) *quickStart {
	t.Helper()
	at := map[string]string{}
	for _, port := range []string{"8080", "8000", "3000"} {
		at[port] = portOf(harness.FreeAddr(t))
	}
	q := &quickStart{
		t:       t,
		dir:     t.TempDir(),
		gateway: "http://localhost:" + at["8080"],
		site:    "http://localhost:" + at["8000"] + "/",
		ports: strings.NewReplacer(
			":8080", ":"+at["8080"],
			":8000", ":"+at["8000"],
			":3000", ":"+at["3000"],
			" 3000 ", " "+at["3000"]+" ",
			"make build && ", "", // it is there
		),
	}
	for _, name := range []string{"bin", "docs/integrations"} {
		if err := os.MkdirAll(filepath.Join(q.dir, name), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(harness.Binary(t), filepath.Join(q.dir, "bin/gatehouse")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"docs/quickstart.conf", "docs/integrations/nginx.md"} {
		text := q.ports.Replace(document(t, name))
		if err := os.WriteFile(filepath.Join(q.dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return q
}

func portOf(address string) string { return address[strings.LastIndex(address, ":")+1:] }

// document returns the text of a file of the repository.
func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile("../" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// blocks returns the two blocks of commands: to start, and to stop.
func (q *quickStart) blocks() (start, stop string) {
	q.t.Helper()
	all := regexp.MustCompile("(?s)```sh\n(.*?)```\n").FindAllStringSubmatch(document(q.t, "docs/quickstart.md"), -1)
	if len(all) != 2 {
		q.t.Fatalf("%d blocks of commands", len(all))
	}
	return q.ports.Replace(all[0][1]), q.ports.Replace(all[1][1])
}

// run starts with the given commands and returns what they print. They are stopped by
// those of the document at the end of the test.
func (q *quickStart) run(start, stop string) (printed string) {
	q.t.Helper()
	nginx := proxies.Program(q.t, "nginx", "TEST_NGINX")
	out := filepath.Join(q.t.TempDir(), "out")
	cmd := exec.Command("bash", "-c", "exec > "+out+" 2>&1; set -e\n"+start+"\ntouch started; read -r _ || true\n"+stop)
	cmd.Dir = q.dir
	cmd.Env = append(harness.Environment(), "PATH="+filepath.Dir(nginx)+":"+os.Getenv("PATH"))
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		q.t.Fatal(err)
	}
	read := func() string {
		text, _ := os.ReadFile(out) // it may not be there yet
		return string(text)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	q.t.Cleanup(func() {
		_ = stdin.Close() // the commands that stop follow
		select {
		case err := <-ended:
			if err != nil {
				q.t.Errorf("the commands: %v\n%s", err, read())
			}
		case <-time.After(30 * time.Second):
			q.t.Errorf("the commands do not stop\n%s", read())
		}
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what they may have left
		if _, err := os.Stat(filepath.Join(q.dir, "try")); err == nil {
			q.t.Error("the directory is still there")
		}
	})
	if !harness.Soon(time.Minute, func() bool {
		_, err := os.Stat(filepath.Join(q.dir, "started"))
		return err == nil
	}) {
		q.t.Fatalf("the commands have not started everything\n%s", read())
	}
	return read()
}

// get requests a page and follows no redirect.
func get(t *testing.T, address string) *http.Response {
	t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	r.Header.Set("Sec-Fetch-Mode", "navigate")
	response, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	return response
}
