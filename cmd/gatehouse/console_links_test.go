package main

import (
	"html"
	"log/slog"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"gatehouse/web/console"
)

var consoleLink = regexp.MustCompile(`(?:href|action)="(` + console.Prefix + `[^"#]*)`)

// TestConsoleLinksLeadSomewhere follows the links and forms of the console from its first
// page, as an operator: each has a page or at least a route.
func TestConsoleLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	d := newConsoleTestLogging(t, slog.New(slog.DiscardHandler))
	start := console.Prefix + "/enterprises"
	from := map[string]string{start: "the start"}
	for waiting := []string{start}; len(waiting) > 0; waiting = waiting[1:] {
		page := waiting[0]
		w := d.ask(d.g.handler(), operator, http.MethodGet, page, "same-origin")
		if w.Code == http.StatusNotFound || w.Code >= 500 {
			t.Errorf("%s, linked by %s: %d", page, from[page], w.Code)
		}
		for _, found := range consoleLink.FindAllStringSubmatch(w.Body.String(), -1) {
			next := html.UnescapeString(found[1])
			if from[next] == "" && !strings.Contains(next, "export") && len(from) < 1000 {
				from[next] = page
				waiting = append(waiting, next)
			}
		}
	}
	if len(from) < 100 {
		t.Errorf("only %d links were found", len(from))
	}
	t.Logf("%d links", len(from))
}
