package chromium

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Start starts the Chromium named by TEST_CHROMIUM with an empty profile and returns
// its first window; both end with the test. Without one the test is skipped, or fails
// if GATEHOUSE_TEST_REQUIRE lists browser. The window ends with the context of its
// first use, so that context must have no deadline if the window is used again.
func Start(t testing.TB, more ...chromedp.ExecAllocatorOption) context.Context {
	t.Helper()
	path := os.Getenv("TEST_CHROMIUM")
	if path == "" {
		const reason = "TEST_CHROMIUM does not name a browser"
		if slices.Contains(
			strings.Split(os.Getenv("GATEHOUSE_TEST_REQUIRE"), ","), "browser",
		) {
			t.Fatal(reason)
		}
		t.Skip(reason)
	}
	// It must connect to the test's own servers only.
	options := append(
		chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path),
		chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(
		context.Background(), append(options, more...)...,
	)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	return ctx
}
