package outbound_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"gatehouse/internal/outbound"
)

func serve(t *testing.T, h http.HandlerFunc) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(func() {
		s.CloseClientConnections()
		s.Close()
	})
	return s.URL
}

func zeros(w io.Writer, n int) {
	block := make([]byte, 64<<10)
	for ; n > 0; n -= len(block) {
		if _, err := w.Write(block[:min(n, len(block))]); err != nil {
			return
		}
	}
}

func TestBodies(t *testing.T) {
	t.Parallel()
	const limit = outbound.DefaultMaxBody
	compressed := func(n int) []byte {
		var out bytes.Buffer
		gz := gzip.NewWriter(&out)
		zeros(gz, n)
		_ = gz.Close()
		return out.Bytes()
	}
	reply := func(encoding string, body []byte) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", encoding)
			_, _ = w.Write(body)
		}
	}
	small := newClient(t, outbound.Options{AllowPrivate: true})
	large := newClient(t, outbound.Options{
		AllowPrivate: true,
		MaxBody:      outbound.MetadataMaxBody,
	})
	for name, c := range map[string]struct {
		client *http.Client
		body   http.HandlerFunc
		size   int // -1: refused, -2: refused for good
	}{
		"empty": {small, func(http.ResponseWriter, *http.Request) {}, 0},
		"just as much": {
			small,
			func(w http.ResponseWriter, _ *http.Request) {
				zeros(w, limit)
			},
			limit,
		},
		"one more": {
			small,
			func(w http.ResponseWriter, _ *http.Request) {
				zeros(w, limit+1)
			},
			-2,
		},
		"one more, announced": {
			small,
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", fmt.Sprint(limit+1))
				zeros(w, limit+1)
			},
			-2,
		},
		"1 GB announced": {
			small,
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "1073741824")
				zeros(w, 1000)
			},
			-2,
		},
		"1 GB": {
			small,
			func(w http.ResponseWriter, _ *http.Request) {
				zeros(w, 1<<30)
			},
			-2,
		},
		"metadata of 5 MB": {
			large,
			func(w http.ResponseWriter, _ *http.Request) {
				zeros(w, 5<<20)
			},
			5 << 20,
		},
		"metadata of more": {
			large,
			func(w http.ResponseWriter, _ *http.Request) {
				zeros(w, 5<<20+1)
			},
			-2,
		},
		"cut short": {
			small,
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Length", "100")
				zeros(w, 50)
			},
			-1,
		},
		"compressed":     {small, reply("gzip", compressed(limit)), limit},
		"bomb":           {small, reply("gzip", compressed(100<<20)), -2},
		"bomb in a bomb": {small, reply("gzip, gzip", compressed(100)), -2},
		"empty members without end": {
			small,
			reply("gzip", bytes.Repeat(compressed(0), 120_000)),
			-2,
		},
		"not gzip":              {small, reply("gzip", []byte("hello")), -1},
		"gzip cut short":        {small, reply("gzip", compressed(limit)[:20]), -1},
		"gzip without anything": {small, reply("gzip", nil), -1},
		"brotli":                {small, reply("br", []byte("hello")), -2},
		"header of 100 kB": {
			small,
			func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X", strings.Repeat("x", 100<<10))
			},
			-1,
		},
		"hanging up": {
			small,
			func(http.ResponseWriter, *http.Request) {
				panic(http.ErrAbortHandler)
			},
			-1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, err := get(t, c.client, serve(t, c.body))
			if c.size >= 0 {
				if err != nil || len(body) != c.size {
					t.Errorf("%d bytes, %v; want %d", len(body), err, c.size)
				}
				return
			}
			if c.size == -2 {
				unusable(t, err)
			} else {
				failed(t, err)
			}
			if len(body) > outbound.MetadataMaxBody {
				t.Errorf("%d bytes were let through", len(body))
			}
		})
	}
}

// TestSlowness tests that the exchange ends at the deadline, whichever part is slow.
func TestSlowness(t *testing.T) {
	t.Parallel()
	const timeout = 300 * time.Millisecond
	drip := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			_, _ = io.WriteString(w, "x")
			_ = http.NewResponseController(w).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	}
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts in the kernel and never answers
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	c := newClient(t, outbound.Options{AllowPrivate: true, Timeout: timeout})
	for name, url := range map[string]string{
		"one byte at a time": serve(t, drip),
		"no answer": serve(t, func(_ http.ResponseWriter, r *http.Request) {
			<-r.Context().Done()
		}),
		"no HTTP at all":   "http://" + silent.Addr().String(),
		"no TLS handshake": "https://" + silent.Addr().String(),
		"slow redirects": serve(t, func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(timeout / 2)
			http.Redirect(w, r, "/", http.StatusFound)
		}),
		"an answer, then none": serve(t, func(w http.ResponseWriter, r *http.Request) {
			zeros(w, 1000)
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		}),
	} {
		start := time.Now()
		_, err := get(t, c, url)
		failed(t, err)
		if took := time.Since(start); took > 2*timeout {
			t.Errorf("%s: %s", name, took)
		}
	}
}

func TestCallerGivesUp(t *testing.T) {
	t.Parallel()
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := newClient(t, outbound.Options{AllowPrivate: true}).Do(req)
	if err == nil {
		_ = resp.Body.Close()
	}
	failed(t, err)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the cause is gone: %v", err)
	}
}

// TestByteOrderMark tests that a byte order mark is skipped, however the bytes arrive,
// and that other encodings are refused by name.
func TestByteOrderMark(t *testing.T) {
	t.Parallel()
	const mark = "\ufeff"
	c := newClient(t, outbound.Options{AllowPrivate: true})
	drip := func(text string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			for i := range len(text) {
				_, _ = io.WriteString(w, text[i:i+1])
				_ = http.NewResponseController(w).Flush()
			}
		}
	}
	for in, want := range map[string]string{
		mark + "{}":       "{}",
		mark:              "",
		mark + "x":        "x",
		"{}":              "{}",
		"x":               "x",
		"":                "",
		mark + mark + "x": mark + "x",
	} {
		for name, handler := range map[string]http.HandlerFunc{
			"at once": func(w http.ResponseWriter, _ *http.Request) {
				_, _ = io.WriteString(w, in)
			},
			"byte by byte": drip(in),
		} {
			if got, err := get(t, c, serve(t, handler)); err != nil || got != want {
				t.Errorf("%q %s: %q, %v", in, name, got, err)
			}
		}
	}
	for in, name := range map[string]string{
		"\xff\xfe<\x00": "UTF-16",
		"\xfe\xff\x00<": "UTF-16",
		"\x00{\x00}":    "UTF-16",
		"{\x00\x00\x00": "UTF-32",
	} {
		_, err := get(t, c, serve(t, drip(in)))
		unusable(t, err)
		if !strings.Contains(fmt.Sprint(err), name) {
			t.Errorf("%q: %v does not name %s", in, err, name)
		}
	}
}
