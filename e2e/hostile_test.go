package e2e

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gatehouse/e2e/harness"
)

// TestHostilePosts tests that responses that are too large, too deep or garbage are
// refused with a client error and start no session.
func TestHostilePosts(t *testing.T) {
	harness.Long(t)
	idp := harness.NewIdP(t, harness.Ada())
	g := harness.Start(t, harness.Options{})
	acme := harness.NewCompany(g, g.API(), "acme", harness.TwoOrganizations())
	conn := acme.ConnectSAML(idp)
	for name, message := range hostileMessages() {
		a := post(t, g, "/saml/"+conn.ID+"/acs", message.Encode())
		if a.Status < 400 ||
			a.Status >= 500 ||
			a.Code() == "" ||
			a.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: %v", name, a)
		}
		if len(message.Encode()) > 3<<20 &&
			a.Status != http.StatusRequestEntityTooLarge {
			t.Errorf("%s, %d bytes: %v", name, len(message.Encode()), a)
		}
	}
	if users := acme.Users(""); len(users) != 0 {
		t.Errorf("users: %+v", users)
	}
	v := g.Visitor()
	if a := v.SignIn(idp, "acme", "p-1"); a.Status != http.StatusSeeOther || !v.SignedIn() {
		t.Errorf("no one can sign in afterwards: %v", a)
	}
}

// post sends a form completely even if the response comes early: net/http's client
// would stop writing and lose the response.
func post(t *testing.T, g *harness.Gateway, path, form string) harness.Answer {
	t.Helper()
	p := beginPost(t, g, path, len(form), "")
	go func() { _, _ = io.WriteString(p.conn, form) }()
	return p.answer(t)
}

// slowPost is a request whose body is incomplete.
type slowPost struct{ conn net.Conn }

func beginPost(t *testing.T, g *harness.Gateway, path string, length int, first string) slowPost {
	t.Helper()
	conn, err := net.Dial("tcp", g.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_, err = fmt.Fprintf(
		conn,
		"POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s",
		path, strings.TrimPrefix(g.URL, "http://"), length, first,
	)
	if err != nil {
		t.Fatal(err)
	}
	return slowPost{conn}
}

func (p slowPost) answer(t *testing.T) harness.Answer {
	t.Helper()
	_ = p.conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	resp, err := http.ReadResponse(bufio.NewReader(p.conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	return harness.Answer{
		Status: resp.StatusCode,
		Header: resp.Header,
		Body:   string(text),
		Err:    err,
	}
}

const samlProtocol = `xmlns:p="urn:oasis:names:tc:SAML:2.0:protocol"`

// hostileMessages returns forms for an assertion consumer service. The largest are
// 350 kB as sent, the others just below the limit.
func hostileMessages() map[string]url.Values {
	wrap := func(inner string) string {
		return `<p:Response ` + samlProtocol +
			` ID="_x" Version="2.0" InResponseTo="gh0123456789012345678901234567890123456789">` +
			inner + `</p:Response>`
	}
	documents := map[string]string{
		"nested elements": wrap(
			strings.Repeat("<a>", 24_000) + strings.Repeat("</a>", 24_000),
		),
		"many elements": wrap(strings.Repeat("<a/>", 45_000)),
		"many attributes": `<p:Response ` + samlProtocol + ` ` +
			attributes(12_000) + `/>`,
		"many namespaces": wrap("<a " + namespaces(6_000) + "/>"),
		"entity expansion": `<!DOCTYPE p [<!ENTITY a "` +
			strings.Repeat("a", 90_000) + `"><!ENTITY b "&a;&a;&a;&a;">]>` +
			wrap("&b;&b;&b;"),
		"external entity":   `<!DOCTYPE p [<!ENTITY a SYSTEM "file:///etc/passwd">]>` + wrap("&a;"),
		"one long text":     wrap(strings.Repeat("a", 180_000)),
		"nothing but open":  strings.Repeat("<", 180_000),
		"not XML":           "hello",
		"no root":           "",
		"3.5 MB, elements":  wrap(strings.Repeat("<a/>", 650_000)),
		"3.5 MB, one text":  wrap(strings.Repeat("a", 2_600_000)),
		"3.5 MB, namespace": wrap("<a " + namespaces(100_000) + "/>"),
	}
	forms := map[string]url.Values{
		"not base64": {"SAMLResponse": {"%%%"}},
		"no message": {"RelayState": {"x"}},
		"an artifact": {
			"SAMLart": {base64.StdEncoding.EncodeToString(make([]byte, 44))},
		},
		"two messages": {"SAMLResponse": {"PGEvPg==", "PGIvPg=="}},
		"3.5 MB of RelayState": {
			"SAMLResponse": {"PGEvPg=="},
			"RelayState":   {strings.Repeat("r", 3_500_000)},
		},
	}
	for name, doc := range documents {
		forms[name] = url.Values{
			"SAMLResponse": {base64.StdEncoding.EncodeToString([]byte(doc))},
		}
	}
	return forms
}

func attributes(n int) string {
	return numbered(n, func(s string) string {
		return "a" + s + `="1" `
	})
}

func namespaces(n int) string {
	return numbered(n, func(s string) string {
		return "xmlns:n" + s + `="urn:` + s + `" `
	})
}

func numbered(n int, one func(string) string) string {
	const digits = "abcdefghijklmnopqrstuvwxyz"
	var b strings.Builder
	for i := range n {
		b.WriteString(one(string([]byte{
			digits[i/676%26], digits[i/26%26], digits[i%26],
		})))
	}
	return b.String()
}
