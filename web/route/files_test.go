package route

import (
	"bytes"
	"fmt"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// filesFixture has a route that takes files beside one that does not.
func filesFixture(t testing.TB) (*Router, *url.Values) {
	t.Helper()
	rt, err := New(Options{
		BaseURL: "https://sso.example",
		Now:     time.Now,
		Log:     slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	got := new(url.Values)
	keep := func(w http.ResponseWriter, r *http.Request) error {
		*got = r.PostForm
		return nil
	}
	rt.Page(
		Route{
			Pattern: "POST /files",
			Files:   true,
			MaxBody: 16 << 10,
			Handle:  keep,
		},
		Route{Pattern: "POST /plain", Handle: keep},
	)
	return rt, got
}

// part is one of a form, as a browser writes it.
type part struct {
	header string
	body   string
}

func formOf(parts ...part) string {
	var b strings.Builder
	for _, p := range parts {
		fmt.Fprintf(&b, "--BOUND\r\n%s\r\n\r\n%s\r\n", p.header, p.body)
	}
	return b.String() + "--BOUND--\r\n"
}

func field(name, value string) part {
	return part{`Content-Disposition: form-data; name="` + name + `"`, value}
}

func file(name, value string) part {
	return part{
		`Content-Disposition: form-data; name="` + name + `"; filename="x.xml"` +
			"\r\nContent-Type: text/xml",
		value,
	}
}

func send(rt http.Handler, path, media, body string) int {
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Host = "sso.example"
	r.Header.Set("Content-Type", media)
	w := httptest.NewRecorder()
	rt.ServeHTTP(w, r)
	return w.Code
}

const bound = `multipart/form-data; boundary=BOUND`

func TestFiles(t *testing.T) {
	t.Parallel()
	rt, got := filesFixture(t)
	body := formOf(
		field("how", "manual"), file("xml", "<a>\r\nµ</a>"),
		file("cert", "\x30\x82\x00\xff"), file("none", ""), field("how", "x"),
	)
	if code := send(rt, "/files", bound, body); code != 200 {
		t.Fatalf("status %d", code)
	}
	want := url.Values{
		"how":  {"manual", "x"},
		"xml":  {"<a>\r\nµ</a>"},
		"cert": {"MIIA/w=="},
		"none": {""},
	}
	if got.Encode() != want.Encode() {
		t.Errorf("wanted %v, got %v", want, *got)
	}
	if code := send(
		rt, "/files", "application/x-www-form-urlencoded", "a=b",
	); code != 200 || got.Get("a") != "b" {
		t.Errorf("a plain form where files may come: %d %v", code, *got)
	}
}

func TestBadFiles(t *testing.T) {
	t.Parallel()
	rt, got := filesFixture(t)
	many := make([]part, 101)
	for i := range many {
		many[i] = field(fmt.Sprint("n", i), "")
	}
	for name, tt := range map[string]struct {
		path, media, body string
		code              int
	}{
		"where no files are expected": {"/plain", bound, formOf(field("a", "b")), 415},
		"another kind": {
			"/files", "multipart/mixed; boundary=BOUND", formOf(field("a", "b")),
			415,
		},
		"no boundary": {
			"/files", "multipart/form-data", formOf(field("a", "b")), 400,
		},
		"a long boundary": {
			"/files",
			"multipart/form-data; boundary=" + strings.Repeat("B", 71),
			formOf(field("a", "b")),
			400,
		},
		"another boundary": {
			"/files", "multipart/form-data; boundary=OTHER", formOf(field("a", "b")),
			400,
		},
		"nothing": {"/files", bound, "", 400},
		"cut off": {
			"/files",
			bound,
			strings.TrimSuffix(formOf(field("a", "b")), "--BOUND--\r\n"),
			400,
		},
		"too large": {
			"/files", bound, formOf(file("a", strings.Repeat("x", 16<<10))), 413,
		},
		"too many": {"/files", bound, formOf(many...), 400},
		"no name": {
			"/files",
			bound,
			formOf(part{"Content-Disposition: form-data", "x"}),
			400,
		},
		"an odd name": {"/files", bound, formOf(field(`a\"b`, "x")), 400},
		"an attachment": {
			"/files",
			bound,
			formOf(part{`Content-Disposition: attachment; name="a"`, "x"}),
			400,
		},
		"two dispositions": {
			"/files",
			bound,
			formOf(part{
				"Content-Disposition: form-data; name=\"a\"\r\nContent-Disposition: form-data; name=\"b\"",
				"x",
			}),
			400,
		},
		"two names": {
			"/files",
			bound,
			formOf(part{`Content-Disposition: form-data; name="a"; name="b"`, "x"}),
			400,
		},
		"encoded": {
			"/files",
			bound,
			formOf(part{"Content-Disposition: form-data; name=\"a\"\r\nContent-Transfer-Encoding: base64", "eA=="}),
			400,
		},
		"a field that is not text": {"/files", bound, formOf(field("a", "\xff")), 400},
		"a field with a zero byte": {"/files", bound, formOf(field("a", "\x00")), 400},
		"return_to twice": {
			"/files",
			bound,
			formOf(field("return_to", "/a"), field("return_to", "/b")),
			400,
		},
	} {
		*got = nil
		if code := send(rt, tt.path, tt.media, tt.body); code != tt.code || *got != nil {
			t.Errorf(
				"%s: status %d, wanted %d; the handler got %v", name, code, tt.code,
				*got,
			)
		}
	}
	r := httptest.NewRequest(
		"POST", "/files", strings.NewReader(formOf(field("a", "b"))),
	)
	r.Host = "sso.example"
	r.Header = http.Header{
		"Content-Type": {bound},
		"Origin":       {"https://evil.example"},
	}
	w := httptest.NewRecorder()
	if rt.ServeHTTP(w, r); w.Code != 403 || *got != nil {
		t.Errorf("from another site: %d", w.Code)
	}
}

// FuzzFiles holds what is read against the standard library's own reading of
// the form: the same names with the same values, or nothing.
func FuzzFiles(f *testing.F) {
	f.Add([]byte(formOf(field("a", "b"), file("c", "d"))))
	f.Add([]byte("preamble\r\n" + formOf(field("a", "\xff")) + "epilogue"))
	f.Add([]byte("--BOUND\r\n\r\nx\r\n--BOUND--"))
	f.Fuzz(func(t *testing.T, body []byte) {
		values, err := readFiles(body, "BOUND")
		if err != nil {
			return
		}
		form, err := multipart.NewReader(bytes.NewReader(body), "BOUND").ReadForm(int64(len(body)) + 1<<10)
		if err != nil {
			t.Fatalf("accepted what the standard library refuses: %v", err)
		}
		defer func() { _ = form.RemoveAll() }()
		for name, all := range values {
			if !plainField.MatchString(name) ||
				len(all) != len(form.Value[name])+len(form.File[name]) {
				t.Fatalf(
					"%q: read %q, the standard library %q and %d files",
					name, all, form.Value[name], len(form.File[name]),
				)
			}
			for _, v := range all {
				if strings.ContainsRune(v, 0) || strings.ToValidUTF8(v, "?") != v {
					t.Fatalf("%q is not text: %q", name, v)
				}
			}
		}
	})
}
