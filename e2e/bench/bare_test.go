//go:build linux

package bench

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// bareAddress in the environment makes this test binary the bare server.
const (
	bareAddress = "BENCH_BARE_ADDRESS"
	bareGroups  = "BENCH_BARE_GROUPS"
)

// bareToken is the cookie of the signed-in user there.
const bareToken = "bm90aGluZyBidXQgYSBiZWFyZXIgdmFsdWUgb2YgNDMgYnl0ZXM"

// allToken is the cookie of a user with identity headers as long as Gatehouse's.
const allToken = "bm90aGluZyBidXQgYW5vdGhlciB2YWx1ZSBvZiA0MyBieXRlcw"

// serveBare runs a minimal gateway in Go: net/http, an opaque token, a map, the
// identity headers.
func serveBare() {
	n, err := strconv.Atoi(os.Getenv(bareGroups))
	if err != nil {
		panic(err)
	}
	login, groups := []string{"p-1@acme.example"}, []string{
		strings.Join(groupNames(n), ","),
	}
	few := http.Header{
		"X-Auth-Request-User":               login,
		"X-Auth-Request-Email":              login,
		"X-Auth-Request-Name":               {"Ada Lovelace"},
		"X-Auth-Request-Preferred-Username": login,
		"X-Auth-Request-Roles":              {""},
		"X-Auth-Request-Attributes":         {""},
		"X-Auth-Request-Enterprise":         {"acme"},
		"X-Auth-Request-Groups":             groups,
	}
	all := few.Clone()
	for name, value := range (http.Header{
		"Remote-User":                   login,
		"Remote-Email":                  login,
		"Remote-Name":                   {"Ada Lovelace"},
		"Remote-Groups":                 groups,
		"X-Auth-Request-Email-Verified": {"false"},
		"X-Auth-Request-Auth-Method":    {"oidc"},
		"X-Auth-Request-Acr":            {""},
		"Cache-Control":                 {"no-store"},
		// An assertion repeats the groups, quoted and in base64.
		"X-Auth-Request-Jwt": {strings.Repeat("e", 500+(len(groups[0])+3*n)*4/3)},
	}) {
		all[name] = value
	}
	known := map[string]http.Header{bareToken: few, allToken: all}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c, err := r.Cookie("session")
		if err != nil {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		headers, ok := known[c.Value]
		if !ok {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		h := w.Header()
		for name, value := range headers {
			h[name] = value
		}
	})
	panic(http.ListenAndServe(os.Getenv(bareAddress), handler)) //nolint:gosec // for the time of a benchmark
}

// groupNames returns n names of usual length.
func groupNames(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("department-%03d", i)
	}
	return names
}

// startBare starts the bare server and returns its address and process.
func startBare(b *testing.B, groups int) (string, int) {
	b.Helper()
	address := harness.FreeAddr(b)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(
		os.Environ(), bareAddress+"="+address, bareGroups+"="+strconv.Itoa(groups),
	)
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if !harness.Soon(10*time.Second, func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			_ = c.Close()
		}
		return err == nil
	}) {
		b.Fatal("the bare server does not answer")
	}
	return address, cmd.Process.Pid
}

// load is a few open connections on which one request is repeated.
type load struct {
	b       *testing.B
	request []byte
	conns   []*bufio.ReadWriter
}

const connections = 4

// newLoad opens the connections. request is the raw request.
func newLoad(b *testing.B, address, request string) *load {
	b.Helper()
	l := &load{b: b, request: []byte(request)}
	for range connections {
		c, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = c.Close() })
		l.conns = append(
			l.conns,
			bufio.NewReadWriter(bufio.NewReaderSize(c, 64<<10), bufio.NewWriter(c)),
		)
	}
	return l
}

// run sends n requests on every connection and expects one of the statuses each time.
func (l *load) run(n int, statuses ...int) {
	l.b.Helper()
	var all sync.WaitGroup
	for _, c := range l.conns {
		all.Go(func() {
			for range n {
				_, _ = c.Write(l.request)
				if err := c.Flush(); err != nil {
					l.b.Error(err)
					return
				}
				resp, err := http.ReadResponse(c.Reader, nil)
				if err != nil {
					l.b.Error(err)
					return
				}
				_ = resp.Body.Close()
				if !slices.Contains(statuses, resp.StatusCode) {
					l.b.Errorf("status %d, not of %d", resp.StatusCode, statuses)
					return
				}
			}
		})
	}
	all.Wait()
}
