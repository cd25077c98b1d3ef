package saml

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"gatehouse/internal/outbound"
	"gatehouse/sso"
)

func TestFetchMetadata(t *testing.T) {
	t.Parallel()
	one, two := withKeys(t, idpEntity), withKeys(
		t, federation(testIssuer, "https://b.example"),
	)
	old := withKeys(
		t,
		replaced(t, idpEntity, []string{
			"<md:EntityDescriptor",
			`<md:EntityDescriptor validUntil="2020-01-01T00:00:00Z"`,
		}),
	)
	mux := http.NewServeMux()
	serve := func(path string, status int, doc []byte) {
		mux.HandleFunc(path, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			_, _ = w.Write(doc)
		})
	}
	serve("/one", http.StatusOK, one)
	serve("/two", http.StatusOK, two)
	serve("/old", http.StatusOK, old)
	serve("/html", http.StatusOK, []byte("<!DOCTYPE html><p>Sign in"))
	serve("/missing", http.StatusNotFound, one)
	serve("/partial", http.StatusPartialContent, one)
	serve("/created", http.StatusCreated, one)
	serve("/large", http.StatusOK, append(one, strings.Repeat(" ", maxMetadata)...))
	mux.Handle("/moved", http.RedirectHandler("/one", http.StatusFound))
	mux.Handle(
		"/away",
		http.RedirectHandler(
			"http://169.254.169.254/latest/meta-data", http.StatusFound,
		),
	)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	tests := map[string]struct {
		url, entity string
		want        string // entityID, or the code
		kind        sso.Kind
	}{
		"one":                   {url: srv.URL + "/one", want: testIssuer},
		"white space around it": {url: "  " + srv.URL + "/one\n", want: testIssuer},
		"moved":                 {url: srv.URL + "/moved", want: testIssuer},
		"two": {
			url:  srv.URL + "/two",
			want: "metadata_ambiguous",
			kind: sso.Invalid,
		},
		"two, one asked for": {
			url:    srv.URL + "/two",
			entity: "https://b.example",
			want:   "https://b.example",
		},
		"expired": {
			url:  srv.URL + "/old",
			want: "metadata_expired",
			kind: sso.Invalid,
		},
		"HTML": {
			url:  srv.URL + "/html",
			want: "metadata_unreadable",
			kind: sso.Invalid,
		},
		"missing": {
			url:  srv.URL + "/missing",
			want: "metadata_unreadable",
			kind: sso.Upstream,
		},
		"part of it": {
			url:  srv.URL + "/partial",
			want: "metadata_unreadable",
			kind: sso.Upstream,
		},
		"another status": {
			url:  srv.URL + "/created",
			want: "metadata_unreadable",
			kind: sso.Upstream,
		},
		"too large": {
			url:  srv.URL + "/large",
			want: "metadata_unreadable",
			kind: sso.Upstream,
		},
		"connection refused": {
			url:  "http://127.0.0.1:1/",
			want: "metadata_unavailable",
			kind: sso.Upstream,
		},
		"moved out of reach": {
			url:  srv.URL + "/away",
			want: "url_not_allowed",
			kind: sso.Invalid,
		},
		"file": {
			url:  "file:///etc/passwd",
			want: "url_not_allowed",
			kind: sso.Invalid,
		},
		"plain http": {
			url:  "http://idp.example.com/metadata",
			want: "url_not_allowed",
			kind: sso.Invalid,
		},
		"cloud metadata": {
			url:  "http://169.254.169.254/",
			want: "url_not_allowed",
			kind: sso.Invalid,
		},
		"no address": {url: "::", want: "url_not_allowed", kind: sso.Invalid},
		"empty":      {url: "", want: "url_not_allowed", kind: sso.Invalid},
	}
	sp := New(Options{
		BaseURL: testBase,
		Now:     testNow,
		Client:  outbound.NewClient(outbound.Options{AllowPrivate: true}),
	})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, err := sp.FetchMetadataOf(t.Context(), tt.url, tt.entity)
			if got := m.EntityID + sso.CodeOf(err); got != tt.want ||
				err != nil && sso.KindOf(err) != tt.kind {
				t.Errorf(
					"got %q (%s), want %q (%s): %v", got, sso.KindOf(err), tt.want,
					tt.kind, err,
				)
			}
		})
	}
	if m, err := sp.FetchMetadata(t.Context(), srv.URL+"/one"); err != nil || m.EntityID != testIssuer {
		t.Errorf("%q, %v", m.EntityID, err)
	}
	plain := New(Options{
		BaseURL: testBase,
		Now:     testNow,
		Client:  outbound.NewClient(outbound.Options{}),
	})
	if _, err := plain.FetchMetadata(t.Context(), srv.URL+"/one"); sso.CodeOf(err) != "url_not_allowed" {
		t.Errorf("reaches this machine: %v", err)
	}
}
