package proxies

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Site holds the values filled into the documented configuration.
type Site struct {
	Document string // the directory of the documents: "../../docs/integrations"
	Gateway  string // host and port
	App      string // host and port
	At       string // where the proxy is to listen; "": anywhere
	Key      string // of the application
	Cookie   string // name of the session cookie
	// Without lists lines to leave out, to test their effect.
	Without []string
}

// Free returns a free loopback address.
func Free(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // only its address was needed
	return l.Addr().String()
}

// Nginx starts the nginx named by TEST_NGINX and returns its address. Without one the
// test is skipped, or fails if GATEHOUSE_TEST_REQUIRE lists nginx.
func Nginx(t testing.TB, s Site) string {
	t.Helper()
	program := Program(t, "nginx", "TEST_NGINX")
	at, dir := s.at(t), t.TempDir()
	config := s.into(
		t,
		snippet(t, s.Document, "nginx", "nginx"),
		"/auth/nginx/wiki",
		map[string]string{
			"listen 443 ssl;":               "listen " + at + ";",
			"server_name wiki.example.com;": "server_name localhost;",
		},
	)
	whole := "daemon off; master_process off; worker_processes 1; pid " + dir + "/pid; error_log stderr warn;\n" +
		"events {}\nhttp {\naccess_log off;\n"
	for _, kind := range []string{
		"client_body", "proxy", "fastcgi", "uwsgi", "scgi",
	} {
		whole += kind + "_temp_path " + dir + "/" + kind + ";\n"
	}
	start(t, at, dir, whole+config+"\n}\n", func(file string) *exec.Cmd {
		return exec.Command(program, "-p", dir, "-e", "stderr", "-c", file)
	})
	return at
}

// Caddy is like Nginx, for the Caddy named by TEST_CADDY.
func Caddy(t testing.TB, s Site) string {
	t.Helper()
	program := Program(t, "caddy", "TEST_CADDY")
	at, dir := s.at(t), t.TempDir()
	_, port, _ := net.SplitHostPort(at) // cannot fail: at has a port
	config := s.into(
		t,
		snippet(t, s.Document, "caddy", "caddy"),
		"/auth/forward/wiki",
		map[string]string{
			"wiki.example.com {": "http://localhost:" + port +
				" {\n\tbind 127.0.0.1",
		},
	)
	whole := "{\n\tadmin off\n\tauto_https off\n\tstorage file_system " + dir + "\n}\n" + config
	start(t, at, dir, whole, func(file string) *exec.Cmd {
		return exec.Command(
			program, "run", "--adapter", "caddyfile", "--config", file,
		)
	})
	return at
}

// HAProxy is like Nginx, for the HAProxy named by TEST_HAPROXY.
func HAProxy(t testing.TB, s Site) string {
	t.Helper()
	program := Program(t, "haproxy", "TEST_HAPROXY")
	at, dir := s.at(t), t.TempDir()
	script := filepath.Join(dir, "gatehouse.lua")
	const listens = ":443 ssl crt /etc/haproxy/certificate.pem alpn h2,http/1.1"
	whole := s.into(
		t,
		snippet(t, s.Document, "haproxy", "haproxy")+separator+snippet(t, s.Document, "haproxy", "lua"),
		"/auth/forward/wiki",
		map[string]string{
			listens:                      at,
			"wiki.example.com":           "localhost",
			"/etc/haproxy/gatehouse.lua": script,
		},
	)
	config, lua, _ := strings.Cut(whole, separator)
	if err := os.WriteFile(script, []byte(lua), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, at, dir, config, func(file string) *exec.Cmd {
		return exec.Command(program, "-db", "-f", file)
	})
	return at
}

// separator is between two files that are filled in together.
const separator = "\x00"

func (s Site) at(t testing.TB) string {
	if s.At != "" {
		return s.At
	}
	return Free(t)
}

// Program returns the program named by a variable. Without one the test is skipped, or
// fails if GATEHOUSE_TEST_REQUIRE lists it.
func Program(t testing.TB, name, variable string) string {
	t.Helper()
	program := os.Getenv(variable)
	if program == "" {
		reason := variable + " does not name " + name
		if slices.Contains(
			strings.Split(os.Getenv("GATEHOUSE_TEST_REQUIRE"), ","), name,
		) {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
	return program
}

// snippet returns the only code block of a language in a document.
func snippet(t testing.TB, dir, document, language string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, document+".md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) != 1 {
		t.Fatalf("%s.md has %d blocks of %s", document, len(blocks), language)
	}
	return blocks[0][1]
}

// into fills in the placeholders of the configuration, and fails if one is missing.
func (s Site) into(t testing.TB, config, endpoint string, more map[string]string) string {
	t.Helper()
	replace := map[string]string{
		"127.0.0.1:8080":     s.Gateway,
		"127.0.0.1:3000":     s.App,
		"__Secure-gatehouse": s.Cookie,
		endpoint:             strings.TrimSuffix(endpoint, "wiki") + s.Key,
	}
	for from, to := range more {
		replace[from] = to
	}
	for _, line := range s.Without {
		replace[line] = ""
	}
	var pairs []string
	for from, to := range replace {
		if !strings.Contains(config, from) {
			t.Fatalf("the document does not have %q any more", from)
		}
		pairs = append(pairs, from, to)
	}
	return strings.NewReplacer(pairs...).Replace(config)
}

// start runs a proxy until the test ends, and waits until it listens.
func start(t testing.TB, at, dir, config string, command func(file string) *exec.Cmd) {
	t.Helper()
	file := filepath.Join(dir, "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := os.Create(filepath.Join(dir, "said"))
	if err != nil {
		t.Fatal(err)
	}
	defer said.Close() //nolint:errcheck // the process has its own descriptor
	cmd := command(file)
	cmd.Stdout, cmd.Stderr = said, said
	cmd.Env = append(
		os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "XDG_DATA_HOME="+dir,
	)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-ended:
		case <-time.After(5 * time.Second):
			_ = cmd.Process.Kill()
		}
	})
	for range 200 {
		if c, err := net.Dial("tcp", at); err == nil {
			_ = c.Close()
			return
		}
		select {
		case <-ended:
			text, _ := os.ReadFile(said.Name())
			t.Fatalf("the proxy has ended: %s", text)
		case <-time.After(50 * time.Millisecond):
		}
	}
	text, _ := os.ReadFile(said.Name())
	t.Fatalf("the proxy does not listen: %s", text)
}
