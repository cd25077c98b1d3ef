package keycloak

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// admin and password are the credentials of every server that the suite starts.
const admin, password = "admin", "admin"

// server is a running Keycloak.
type server struct {
	URL string

	client *http.Client
	mu     sync.Mutex
	token  string
	until  time.Time
}

// start starts a server with an empty in-memory database, or uses the one of
// TEST_KEYCLOAK_URL. It ends with the test.
func start(t testing.TB) *server {
	t.Helper()
	s := &server{
		URL:    os.Getenv("TEST_KEYCLOAK_URL"),
		client: &http.Client{Timeout: 30 * time.Second},
	}
	if s.URL != "" {
		return s
	}
	home := os.Getenv("TEST_KEYCLOAK_HOME")
	if home == "" {
		harness.Missing(t, "keycloak", "TEST_KEYCLOAK_HOME does not name a Keycloak")
	}
	addr := harness.FreeAddr(t)
	s.URL = "http://" + addr
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	said, err := os.Create(filepath.Join(t.TempDir(), "keycloak.log"))
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(
		filepath.Join(home, "bin", "kc.sh"), "start-dev", "--http-host="+host,
		"--http-port="+port, "--db=dev-mem", "--cache=local",
	)
	cmd.Env = append(
		os.Environ(), "KC_BOOTSTRAP_ADMIN_USERNAME="+admin,
		"KC_BOOTSTRAP_ADMIN_PASSWORD="+password,
		// It runs for minutes only; optimized compilation does not pay off.
		"JAVA_OPTS_APPEND=-XX:TieredStopAtLevel=1",
	)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM) // unlike SIGKILL, the script forwards it
		<-ended
		_ = said.Close()
	})
	if !harness.Soon(3*time.Minute, func() bool {
		return isClosed(ended) || s.answers()
	}) || isClosed(ended) {
		text, _ := os.ReadFile(said.Name())
		t.Fatalf("Keycloak does not start:\n%s", text)
	}
	return s
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (s *server) answers() bool {
	resp, err := s.client.Get(s.URL + "/realms/master")
	if err != nil {
		return false
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode == http.StatusOK
}

// bearer returns a valid access token of the administrator.
func (s *server) bearer() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.until) {
		return s.token, nil
	}
	resp, err := s.client.PostForm(
		s.URL+"/realms/master/protocol/openid-connect/token",
		url.Values{
			"grant_type": {"password"},
			"client_id":  {"admin-cli"},
			"username":   {admin},
			"password":   {password},
		},
	)
	if err != nil {
		return "", fmt.Errorf("sign in to the admin API: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Token == "" {
		return "", fmt.Errorf(
			"sign in to the admin API: status %d: %w", resp.StatusCode, err,
		)
	}
	s.token, s.until = answer.Token, time.Now().Add(30*time.Second)
	return s.token, nil
}

// call calls the admin API. in is sent as it is if it is a []byte, or else
// encoded as JSON. The response is decoded into out unless out is nil. It
// returns the ID of the created object, the last part of its address.
func (s *server) call(method, path string, in, out any) (id string, err error) {
	token, err := s.bearer()
	if err != nil {
		return "", err
	}
	media, body := "application/json", []byte(nil)
	switch v := in.(type) {
	case nil:
	case []byte:
		media, body = "application/xml", v
	default:
		if body, err = json.Marshal(in); err != nil {
			return "", fmt.Errorf("write %T: %w", in, err)
		}
	}
	r, err := http.NewRequest(
		method, s.URL+"/admin/realms"+path, bytes.NewReader(body),
	)
	if err != nil {
		return "", fmt.Errorf("make request: %w", err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	r.Header.Set("Content-Type", media)
	resp, err := s.client.Do(r)
	if err != nil {
		return "", fmt.Errorf("ask the admin API: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		return "", fmt.Errorf(
			"%s %s: %s %s %w", method, path, resp.Status, text, err,
		)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			return "", fmt.Errorf("read the answer to %s %s: %w", method, path, err)
		}
	}
	location := resp.Header.Get("Location")
	return location[strings.LastIndex(location, "/")+1:], nil
}
