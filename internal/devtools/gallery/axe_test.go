package main

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"gatehouse/internal/testkit/chromium"
	"gatehouse/web/ui/gallery"
)

// violation is a violation that axe-core found.
type violation struct {
	Rule   string   `json:"rule"`
	Impact string   `json:"impact"`
	Help   string   `json:"help"`
	Where  []string `json:"where"`
}

const runAxe = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => ({
  rule: v.id, impact: v.impact, help: v.help, where: v.nodes.slice(0, 4).map(n => n.html.slice(0, 160))})))`

// axeSource returns the script of axe-core, which TEST_AXE names.
func axeSource(t *testing.T) string {
	t.Helper()
	file := os.Getenv("TEST_AXE")
	if file == "" {
		const reason = "TEST_AXE does not name axe-core; scripts/axe gets it"
		if slices.Contains(
			strings.Split(os.Getenv("GATEHOUSE_TEST_REQUIRE"), ","), "axe",
		) {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// findings runs axe-core on the page in the browser. Scripts evaluated through
// the debugger are not subject to the Content-Security-Policy.
func findings(ctx context.Context, source string) ([]violation, error) {
	known, err := chromedp.Run(ctx, chromedp.Evaluate[bool](`typeof axe === "object"`))
	if err == nil && !known {
		_, err = chromedp.Run(ctx, chromedp.Evaluate[bool](source+"; true"))
	}
	if err != nil {
		return nil, err
	}
	return chromedp.Run(
		ctx, chromedp.Evaluate[[]violation](runAxe, chromedp.EvalAwaitPromise),
	)
}

// TestAccessible runs axe-core on every example, at every width, light or dark. A violation
// of any impact fails. With GATEHOUSE_VIEWS=all it does so at every width in both schemes,
// which takes twice as long.
func TestAccessible(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	source := axeSource(t)
	server := serveExamples(t)
	some := []view{{360, "dark"}, {768, "light"}, {1280, "light"}, {1920, "dark"}}
	if os.Getenv("GATEHOUSE_VIEWS") == "all" {
		some = views(360, 768, 1280, 1920)
	}
	eachExample(t, server.URL, some, func(ctx context.Context, e gallery.Example, v view) error {
		if err := show(ctx, v); err != nil {
			return err
		}
		found, err := findings(ctx, source)
		for _, f := range found {
			t.Errorf("%s at %s: %s (%s): %s\n\t%s", e.Name, v, f.Rule, f.Impact, f.Help, strings.Join(f.Where, "\n\t"))
		}
		return err
	})
}

// TestAccessibleCanFail tests that axe-core finds the violations of a bad page.
func TestAccessibleCanFail(t *testing.T) {
	if testing.Short() {
		t.Skip("short")
	}
	source := axeSource(t)
	ctx := chromium.Start(t)
	if err := chromedp.Do(
		ctx,
		chromedp.Navigate(
			`data:text/html,<title>x</title><html lang="en"><main><h1>x</h1><input><p style="color:%23ccc">pale</p></main>`,
		),
	); err != nil {
		t.Fatal(err)
	}
	found, err := findings(ctx, source)
	if err != nil {
		t.Fatal(err)
	}
	for _, rule := range []string{"label", "color-contrast"} {
		if !slices.ContainsFunc(found, func(v violation) bool {
			return v.Rule == rule &&
				(v.Impact == "serious" || v.Impact == "critical")
		}) {
			t.Errorf("the checker does not find %s: %+v", rule, found)
		}
	}
}
