package main

import (
	"bytes"
	"encoding/base64"
	"html"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"gatehouse/sso"
)

// lines is a log that can be read while it is written.
type lines struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

var reference = regexp.MustCompile(`\b(?:att|req)-[a-z0-9]{10,}`)

// TestEveryReferenceLeadsToARecord tests that the reference on every failure page
// leads to an attempt in the console or to a line of the log at the default level.
func TestEveryReferenceLeadsToARecord(t *testing.T) {
	t.Parallel()
	log := &lines{}
	d := newConsoleTestLogging(
		t,
		slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{
			Level: slog.LevelInfo,
		})),
	)
	acs := "/saml/" + string(d.conn.ID) + "/acs"
	garbage := url.Values{
		"SAMLResponse": {base64.StdEncoding.EncodeToString([]byte("<x/>"))},
	}
	attempts, logged := 0, 0
	for _, c := range []struct {
		who, method, path string
		form              url.Values
	}{
		{visitor, "GET", "/nothing-here", nil},
		{visitor, "GET", "/login/sso?enterprise_key=acme&connection=conn-nope", nil},
		{visitor, "GET", "/login/test/unknown", nil},
		{visitor, "GET", "/oidc/callback?state=unknown&code=x", nil},
		{visitor, "GET", "/oidc/callback?state=unknown&error=access_denied", nil},
		{visitor, "POST", acs, garbage},
		{visitor, "POST", acs, url.Values{}},
		{visitor, "POST", "/saml/conn-nope/acs", garbage},
		{visitor, "GET", "/saml/" + string(d.conn.ID) + "/slo?SAMLRequest=x", nil},
		{visitor, "GET", "/admin/setup/unknown", nil},
		{visitor, "GET", "/admin/welcome/unknown", nil},
		{visitor, "PUT", "/login", nil},
		{bystander, "GET", "/admin/enterprises/acme", nil},
		{stranger, "GET", "/admin/enterprises/acme", nil},
		{link, "GET", "/admin/enterprises/acme/people", nil},
		{operator, "GET", "/admin/enterprises/acme/connections/conn-nope", nil},
		{named, "GET", "/admin/admins", nil},
	} {
		var w *httptest.ResponseRecorder
		if c.method == http.MethodPost {
			w = d.post(c.who, c.path, c.form)
		} else {
			w = d.ask(d.g.handler(), c.who, c.method, c.path, "same-origin")
		}
		if w.Code < 400 {
			continue // a redirect shows no reference
		}
		shown := reference.FindString(html.UnescapeString(w.Body.String()))
		switch {
		case shown == "":
			if strings.Contains(w.Body.String(), "Reference") {
				t.Errorf("%s %s: the page speaks of a reference, and shows none", c.method, c.path)
			}
		case strings.HasPrefix(shown, "att-"):
			attempts++
			d.get(operator, activityAt+"/attempts/"+shown, 200, shown)
		default:
			logged++
			if !strings.Contains(log.String(), `"reference":"`+shown+`"`) {
				t.Errorf(
					"%s %s as %s: %d shows %s, which the log does not have",
					c.method, c.path, c.who, w.Code, shown,
				)
			}
		}
	}
	if attempts+logged < 8 {
		t.Errorf("only %d references were shown: this test sees too little", attempts+logged)
	}
	failed := d.failed(d.conn, "grace@acme.test")
	d.get(operator, activityAt+"?reference="+string(failed.ID), 303)
	d.get(
		operator, activityAt+"?reference="+string(sso.AttemptID("req-0123456789")),
		422, "finds it in the log",
	)
}
