package ui

import (
	"bytes"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestAssets(t *testing.T) {
	t.Parallel()
	p := newRenderer(t)
	server := p.Static()
	for name, url := range p.assets.urls {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
		if w.Code != 200 ||
			!strings.Contains(w.Header().Get("Cache-Control"), "immutable") ||
			w.Header().Get("Content-Type") == "application/octet-stream" {
			t.Errorf("%s: %d %v", name, w.Code, w.Header())
		}
		w = httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest("GET", "/static/"+name, nil))
		if w.Code != 404 ||
			strings.Contains(w.Header().Get("Cache-Control"), "immutable") {
			t.Errorf("%s without its hash: %d", name, w.Code)
		}
	}
	css, err := static.ReadFile("static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(css, []byte("\n")); lines > 400 {
		t.Errorf("the style sheet has %d lines", lines)
	}
	if bytes.Contains(css, []byte("@import")) ||
		bytes.Contains(css, []byte("url(")) {
		t.Error("the style sheet fetches something")
	}
}
