//go:build unix

package main

import (
	"context"
	"encoding/base64"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	crewjam "github.com/crewjam/saml"

	"gatehouse/config"
	"gatehouse/internal/demo"
	"gatehouse/sso"
	"gatehouse/sso/login"
	"gatehouse/store/storetest"
)

// posts is a gateway with SAML responses prepared beforehand.
type posts struct {
	g       *gateway
	demo    *demo.Demo
	cookie  *http.Cookie
	browser sso.Secret
	saml    sso.Connection
}

const adaAtAcme = "acme-0001"

func newPosts(b *testing.B, database string) *posts {
	b.Helper()
	c := config.Default()
	c.DataDir, c.AllowPrivateIDPAddresses, c.Log.Level = b.TempDir(), true, "error"
	c.Database = config.Address(database)
	outside, err := demo.OpenOutside(b.Context(), c.BaseURL, nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = outside.Close() })
	p, err := demoParts(b.Context(), c, io.Discard)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = p.db.Close() })
	s := &posts{}
	if s.g, err = newGateway(p); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = s.g.close() })
	s.demo, err = demo.New(b.Context(), demo.Options{
		BaseURL:   c.BaseURL,
		Outside:   outside,
		Store:     p.db,
		SAML:      s.g.saml,
		OIDC:      s.g.oidc,
		Principal: s.g.sessions.Principal,
		SignedOut: s.g.signedOut,
	})
	if err != nil {
		b.Fatal(err)
	}
	w := httptest.NewRecorder()
	s.browser = s.g.sessions.Browser(
		w, httptest.NewRequest(http.MethodGet, "/", nil),
	)
	s.cookie = w.Result().Cookies()[0]
	found, err := s.g.login.Discover(b.Context(), "acme")
	if err != nil {
		b.Fatal(err)
	}
	s.saml = found.Connections[0]
	var groups []string
	for i := range 17 {
		groups = append(groups, fmt.Sprintf("unmatched-%02d", i))
	}
	if err := s.demo.IDP("acme").SetGroups(
		adaAtAcme, append(groups, "developers", "admins", "release-managers"),
	); err != nil {
		b.Fatal(err)
	}
	return s
}

// answers returns n SAML responses with 20 groups to n requests of one browser.
func (s *posts) answers(b *testing.B, n int) []url.Values {
	b.Helper()
	all := make([]url.Values, n)
	for i := range all {
		redirect, err := s.g.login.Begin(b.Context(), login.Start{
			Enterprise: s.saml.Enterprise,
			Browser:    s.browser,
		})
		if err != nil {
			b.Fatal(err)
		}
		if all[i], _, err = s.demo.IDP("acme").RespondSAML(adaAtAcme, redirect); err != nil {
			b.Fatal(err)
		}
	}
	return all
}

func (s *posts) post(form url.Values) int {
	r := httptest.NewRequest(
		http.MethodPost, "/saml/"+string(s.saml.ID)+"/acs",
		strings.NewReader(form.Encode()),
	)
	r.Host = "localhost:8080"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.AddCookie(s.cookie)
	w := httptest.NewRecorder()
	s.g.router.ServeHTTP(w, r)
	return w.Code
}

// processor returns the processor time used by this process, which is independent
// of other work on the machine.
func processor() time.Duration {
	var r syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r) // fails only for another argument
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

// measured runs each n times and reports the processor time per item, including
// garbage collection.
func measured(b *testing.B, n int, each func(i int)) {
	b.Helper()
	b.ResetTimer()
	before := processor()
	for i := range n {
		each(i)
	}
	b.ReportMetric(
		float64((processor()-before).Microseconds())/float64(n), "cpu-µs/op",
	)
}

// BenchmarkACSPost measures the POST of a SAML response with 20 groups: verify, map,
// plan memberships, write durably, start a session. For comparison, crewjam/saml
// verifies the same responses and does nothing else. Run it with -benchtime 300x:
// each response is signed beforehand.
func BenchmarkACSPost(b *testing.B) {
	databases := map[string]func() string{
		"SQLite": func() string { return storetest.SQLite(b) },
	}
	if os.Getenv("TEST_POSTGRES_URL") != "" {
		databases["PostgreSQL"] = func() string { return storetest.Postgres(b) }
	}
	for name, database := range databases {
		b.Run(name, func(b *testing.B) {
			s := newPosts(b, database())
			s.g.router.Limiter = nil
			for _, form := range s.answers(b, 20) { // first sign-ins are not measured
				if status := s.post(form); status != http.StatusSeeOther {
					b.Fatalf("status %d", status)
				}
			}
			answers := s.answers(b, b.N)
			measured(b, b.N, func(i int) {
				if status := s.post(answers[i]); status != http.StatusSeeOther {
					b.Fatalf("status %d", status)
				}
			})
		})
	}
	b.Run("crewjam-ParseXMLResponse", func(b *testing.B) {
		s := newPosts(b, storetest.SQLite(b))
		theirs, acs := s.crewjam(b)
		answers := s.answers(b, b.N)
		docs, ids := make([][]byte, b.N), make([]string, b.N)
		for i, form := range answers {
			var err error
			if docs[i], err = base64.StdEncoding.DecodeString(form.Get("SAMLResponse")); err != nil {
				b.Fatal(err)
			}
			ids[i] = form.Get("RelayState")
		}
		measured(b, b.N, func(i int) {
			if _, err := theirs.ParseXMLResponse(docs[i], []string{ids[i]}, acs); err != nil {
				b.Fatal(err)
			}
		})
	})
}

// crewjam returns a crewjam/saml service provider configured for the same
// connection.
func (s *posts) crewjam(b *testing.B) (*crewjam.ServiceProvider, url.URL) {
	b.Helper()
	doc, err := s.demo.IDP("acme").Metadata()
	if err != nil {
		b.Fatal(err)
	}
	idp := &crewjam.EntityDescriptor{}
	if err := xml.Unmarshal(doc, idp); err != nil {
		b.Fatal(err)
	}
	acs, err := url.Parse(s.g.saml.ACSURL(s.saml.ID))
	if err != nil {
		b.Fatal(err)
	}
	return &crewjam.ServiceProvider{
		EntityID:    s.g.saml.EntityID(s.saml.ID),
		AcsURL:      *acs,
		IDPMetadata: idp,
	}, *acs
}

// BenchmarkPrincipal measures resolving a session cookie, which every authenticated
// request does.
func BenchmarkPrincipal(b *testing.B) {
	s := newPosts(b, storetest.SQLite(b))
	ctx, stop := context.WithCancel(b.Context())
	go s.g.live.Run(ctx)
	defer stop()
	form := s.answers(b, 1)[0]
	result, err := s.g.login.Complete(b.Context(), s.saml.ID, sso.Callback{
		Form:    form,
		Browser: s.browser,
	})
	if err != nil {
		b.Fatal(err)
	}
	w := httptest.NewRecorder()
	if err := s.g.sessions.Start(
		w, httptest.NewRequest(http.MethodGet, "/", nil), result.Token,
	); err != nil {
		b.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	for _, c := range w.Result().Cookies() {
		r.AddCookie(c)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.g.sessions.Principal(r); err != nil {
			b.Fatal(err)
		}
	}
}
