package demo

import (
	"encoding/json"
	"net/http"
	"net/smtp"
	"slices"
	"strings"
	"testing"

	"gatehouse/sso"
)

// ask sends a request with the given headers and follows no redirect.
func (w *world) ask(path string, header http.Header) (status int, location, body string) {
	w.t.Helper()
	req, err := http.NewRequestWithContext(
		w.t.Context(), http.MethodGet, w.base+path, nil,
	)
	if err != nil {
		w.t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		w.t.Fatal(err)
	}
	status, body = w.read(resp)
	return status, resp.Header.Get("Location"), body
}

// browser returns the headers of a page request by a browser with a session cookie.
func browser(session string) http.Header {
	return http.Header{
		"Accept":         {"text/html"},
		"Sec-Fetch-Mode": {"navigate"},
		"Cookie":         {"session=" + session},
	}
}

// TestApplications tests every decision at the proxy and its effect on the checklist.
func TestApplications(t *testing.T) {
	w := freshWorld(t)
	want := proxyFacts{}
	look := func(step string) {
		t.Helper()
		if got := w.demo.seen.soFar(); got != want {
			t.Errorf("after %s: %+v, want %+v", step, got, want)
		}
	}
	if status, location, _ := w.ask("/demo/wiki", browser("of-ada")); status != http.StatusFound ||
		!strings.HasPrefix(location, w.base+"/login/continue/wiki?to=") {
		t.Errorf("no one is sent to %q with status %d", location, status)
	}
	if status, _, body := w.ask("/demo/api", nil); status != http.StatusUnauthorized ||
		strings.Contains(body, "<") {
		t.Errorf("a program of no one gets %d: %s", status, body)
	}
	look("no one asked")

	w.as(w.demo.acmeConnection, "acme", "acme-0002")
	status, _, body := w.ask("/demo/wiki", http.Header{
		"X-Auth-Request-Name": {"Eve"},
		"X_Auth_Request_Name": {"Eve"},
		"X-Auth-Request-Jwt":  {"forged"},
		"Cookie":              {"session=of-grace"},
	})
	for _, text := range []string{
		"Good day, Grace Hopper", "<li>platform/sre</li>",
		"<dt>E-mail verified</dt><dd>yes</dd>", "made for this wiki",
		"grace@acme.example",
	} {
		if !strings.Contains(body, text) {
			t.Errorf("the wiki lacks %q:\n%s", text, body)
		}
	}
	if status != http.StatusOK || strings.Contains(body, "Eve") {
		t.Errorf("status %d:\n%s", status, body)
	}
	want.wiki = true
	look("Grace read the wiki")

	var hello struct {
		You, Enterprise string
		Groups          []string
	}
	if status, _, body := w.ask("/demo/api", nil); status != http.StatusOK ||
		json.Unmarshal([]byte(body), &hello) != nil ||
		hello.You != "grace@acme.example" ||
		hello.Enterprise != "acme" ||
		!slices.Contains(hello.Groups, "mobile/developers") {
		t.Errorf("the API says %s (%d)", body, status)
	}
	if status, _, body := w.ask("/demo/api/releases", nil); status != http.StatusForbidden ||
		!strings.Contains(body, "app_group") {
		t.Errorf("the releases say %s (%d)", body, status)
	}
	want.forbidden = true
	look("Grace is no release manager")
	w.as(w.demo.acmeConnection, "acme", adaID)
	if status, _, body := w.ask("/demo/api/releases", nil); status != http.StatusOK ||
		!strings.Contains(body, "2.0.0") {
		t.Errorf("the releases say %s (%d)", body, status)
	}

	w.who = nil
	w.ask("/demo/wiki", browser("of-somebody-else"))
	look("a stranger came")
	if status, _, _ := w.ask("/demo/wiki", browser("of-grace")); status != http.StatusFound {
		t.Errorf("an ended session gets %d", status)
	}
	want.ended = true
	look("a session was ended")
}

// TestAssertions tests that the wiki rejects an assertion that Gatehouse did not sign
// for it, and says so.
func TestAssertions(t *testing.T) {
	w := freshWorld(t)
	w.as(w.demo.acmeConnection, "acme", adaID)
	if _, _, body := w.ask("/demo/wiki", nil); !strings.Contains(body, "made for this wiki") {
		t.Errorf("a good one does not hold:\n%s", body)
	}
	for name, assertion := range map[string]string{
		"none":     "",
		"garbage":  "a.b.c",
		"unsigned": "eyJhbGciOiJub25lIn0.e30.",
	} {
		if _, err := w.demo.verify(t.Context(), wikiKey, assertion); err == nil {
			t.Errorf("%s: it holds", name)
		}
	}
}

// TestApplicationsOfKeptDatabase tests that a restarted demo updates the registered
// applications' addresses and registers none twice.
func TestApplicationsOfKeptDatabase(t *testing.T) {
	dsn, keys := file(t)
	newWorld(t, dsn, keys)
	again := newWorld(t, dsn, keys)
	all, _, err := again.db.Applications(t.Context(), sso.Page{})
	if err != nil || len(all) != 3 {
		t.Fatalf("%d applications: %v", len(all), err)
	}
	for _, a := range all {
		if !slices.Equal(a.Origins, []string{again.base}) || a.Validate() != nil {
			t.Errorf(
				"%s is at %q, and has problems %v", a.Key, a.Origins, a.Validate(),
			)
		}
	}
}

func TestMail(t *testing.T) {
	w := freshWorld(t)
	if _, body := w.get("/demo/mail"); !strings.Contains(body, "No letter yet") {
		t.Errorf("there is a letter:\n%s", body)
	}
	for _, subject := range []string{"First", "Second <script>"} {
		letter := "From: x@gate.example\r\nSubject: " + subject +
			"\r\n\r\nYour code:\r\n\r\n    123456\r\n<b>not bold</b>\r\n"
		if err := smtp.SendMail(
			w.demo.options.Outside.MailAddr(), nil, "x@gate.example",
			[]string{"margaret@apollo.example"}, []byte(letter),
		); err != nil {
			t.Fatal(err)
		}
	}
	_, body := w.get("/demo/mail")
	first, second := strings.Index(body, "First"), strings.Index(
		body, "Second &lt;script&gt;",
	)
	if first < 0 ||
		second < 0 ||
		first < second ||
		!strings.Contains(body, "    123456\n&lt;b&gt;not bold") ||
		!strings.Contains(body, "To margaret@apollo.example") {
		t.Errorf("the letters are not as they should be:\n%s", body)
	}
	for path, refresh := range map[string]string{
		"/demo/mail":         "",
		"/demo/mail?looking": lookEvery,
	} {
		resp, err := http.Get(w.base + path)
		if err != nil {
			t.Fatal(err)
		}
		w.read(resp)
		if got := resp.Header.Get("Refresh"); got != refresh {
			t.Errorf("%s looks again after %q", path, got)
		}
	}
}
