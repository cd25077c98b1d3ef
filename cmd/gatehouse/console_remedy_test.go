package main

import (
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

var (
	sideOnPage  = regexp.MustCompile(`<dt>(?:Who must act|Who must act)</dt><dd><strong>([^<]+)</strong>`)
	placeOnPage = regexp.MustCompile(`<dt>Where</dt><dd>(?:<strong>)?([^<]+)<`)
	askOnPage   = regexp.MustCompile(`<dt>Contact</dt><dd>([^<]+)</dd>`)
	linkOnPage  = regexp.MustCompile(`<p class="after"><a href="([^"]+)">`)
	whySection  = regexp.MustCompile(`(?s)<section[^>]*aria-labelledby="(?:h-why|h-cause|h-warn-\d+)">.*?</section>`)
)

// acts asserts that the part of a page that explains a failure names the side, the
// place, and either a link that who can open or the role to ask.
func (d *consoleTest) acts(who, code, part string) {
	d.Helper()
	if sideOnPage.FindString(part) == "" || placeOnPage.FindString(part) == "" {
		d.Errorf("%s as %s: the page does not say who acts, and where:\n%s", code, who, part)
		return
	}
	place := html.UnescapeString(placeOnPage.FindStringSubmatch(part)[1])
	link := linkOnPage.FindStringSubmatch(part)
	switch {
	case link != nil:
		path, _, _ := strings.Cut(html.UnescapeString(link[1]), "#")
		if w := d.ask(d.g.handler(), who, http.MethodGet, path, "same-origin"); w.Code != http.StatusOK {
			d.Errorf("%s as %s: %s answers %d", code, who, link[1], w.Code)
		}
	case strings.HasPrefix(place, "Here: ") && askOnPage.FindString(part) == "":
		d.Errorf("%s as %s: %q has no link, and no one to ask", code, who, place)
	}
}

// TestRemedyLinks opens a failed sign-in and a failed test for every error code, in
// every role that may see them, and follows the link of the remedy.
func TestRemedyLinks(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	now := time.Now()
	tests := "/admin/enterprises/acme/connections/" + string(d.conn.ID) + "/tests/"
	linked := 0
	for _, e := range catalog.All() {
		a := sso.Attempt{
			ID:         sso.NewID[sso.AttemptID](now),
			Enterprise: d.acme.ID,
			Connection: d.conn.ID,
			Outcome:    sso.OutcomeFailed,
			Code:       e.Code,
			At:         now,
		}
		d.ok(d.g.db.RecordAttempt(t.Context(), a, ""))
		run := sso.TestRun{
			ID:         sso.NewID[sso.TestRunID](now),
			Enterprise: d.acme.ID,
			Connection: d.conn.ID,
			Kind:       sso.TestReplay,
			State:      sso.TestFailed,
			By:         sso.ActorOperator,
			Code:       e.Code,
			CreatedAt:  now,
			EndedAt:    now,
			ExpiresAt:  now,
		}
		d.ok(d.g.db.CreateTestRun(t.Context(), run))
		for _, who := range []string{operator, named, link} {
			pages := []string{
				tests + string(run.ID), activityAt + "/attempts/" + string(a.ID),
			}
			if who == link {
				pages = pages[:1]
			}
			for _, path := range pages {
				part := whySection.FindString(
					d.ask(
						d.g.handler(), who, http.MethodGet, path, "same-origin",
					).Body.String(),
				)
				d.acts(who, e.Code, part)
				if linkOnPage.MatchString(part) {
					linked++
				}
			}
		}
	}
	if linked < 60 {
		t.Errorf("only %d pages have a link: this test sees too little", linked)
	}
}

// TestWarningLinks does the same for the warnings of a passed test.
func TestWarningLinks(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	now := time.Now()
	for _, code := range catalog.WarningCodes() {
		allowed := true
		run := sso.TestRun{
			ID:         sso.NewID[sso.TestRunID](now),
			Enterprise: d.acme.ID,
			Connection: d.conn.ID,
			Kind:       sso.TestReplay,
			State:      sso.TestPassed,
			By:         sso.ActorOperator,
			Warned:     1,
			CreatedAt:  now,
			EndedAt:    now,
			ExpiresAt:  now,
			Result: sso.TestResult{
				Allowed:  &allowed,
				Identity: &sso.Identity{},
				Warnings: []sso.Warning{{
					Code:  code,
					Field: "login",
					Want:  "login",
					Got:   "NameID",
				}},
			},
		}
		d.ok(d.g.db.CreateTestRun(t.Context(), run))
		for _, who := range []string{operator, named, link} {
			path := "/admin/enterprises/acme/connections/" + string(d.conn.ID) +
				"/tests/" + string(run.ID)
			d.acts(
				who,
				code,
				whySection.FindString(
					d.ask(
						d.g.handler(), who, http.MethodGet, path, "same-origin",
					).Body.String(),
				),
			)
		}
	}
}

// TestSetupLinksFindTheirPages follows every link on the pages open to a setup link
// and expects each to be open to it too.
func TestSetupLinksFindTheirPages(t *testing.T) {
	t.Parallel()
	d := newConsoleTest(t)
	anchor := regexp.MustCompile(`<a [^>]*href="(/[^"#]*)`)
	queue := []string{
		"/admin/enterprises/acme/connections/" + string(d.conn.ID) + "/setup/create",
	}
	seen := map[string]bool{}
	for len(queue) > 0 {
		path := queue[0]
		queue = queue[1:]
		if seen[path] || path == "/" || strings.Contains(path, "/files/") {
			continue
		}
		seen[path] = true
		w := d.ask(d.g.handler(), link, http.MethodGet, path, "same-origin")
		if w.Code != http.StatusOK && w.Code != http.StatusSeeOther {
			t.Errorf("%s answers %d", path, w.Code)
		}
		for _, m := range anchor.FindAllStringSubmatch(w.Body.String(), -1) {
			queue = append(queue, html.UnescapeString(m[1]))
		}
	}
	for _, want := range []string{"/domains", "/groups", "/tests", "/setup/enable"} {
		found := false
		for path := range seen {
			found = found || strings.HasSuffix(path, want)
		}
		if !found {
			t.Errorf("no page leads to %s", want)
		}
	}
}
