package harness

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"gatehouse/internal/testkit/chromium"
)

// patience is how long a page may take; only a broken one takes as long.
const patience = 20 * time.Second

// Browser is one profile of a headless Chromium. Console errors of its pages,
// Content-Security-Policy violations among them, fail the test.
type Browser struct {
	t     testing.TB
	ctx   context.Context
	shots string
	n     int

	stranger string
}

// NewBrowser starts the Chromium of TEST_CHROMIUM with an empty profile; more
// may override options.
func NewBrowser(t testing.TB, more ...chromedp.ExecAllocatorOption) *Browser {
	t.Helper()
	b := &Browser{
		t:     t,
		ctx:   chromium.Start(t, more...),
		shots: os.Getenv("GATEHOUSE_SCREENSHOTS"),
	}
	b.begin()
	return b
}

// Excuse ignores console errors of pages of this origin, which is not the
// gateway's.
func (b *Browser) Excuse(origin string) { b.stranger = origin }

// Another returns another user's browser: the same process, no cookie in common.
// It ends with t, which may be a subtest.
func (b *Browser) Another(t testing.TB) *Browser {
	t.Helper()
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	other := &Browser{
		t:        t,
		ctx:      ctx,
		shots:    b.shots,
		stranger: b.stranger,
	}
	other.begin()
	return other
}

// begin opens the window, collects console errors, and fails the test with them
// at its end. The window lives as long as the context it is first used with,
// which must have no deadline of its own.
func (b *Browser) begin() {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate("about:blank")); err != nil {
		b.t.Fatal(err)
	}
	b.listen()
}

// listen collects the console errors.
func (b *Browser) listen() {
	b.t.Helper()
	var mu sync.Mutex
	var complaints []string
	err := chromedp.Listen(b.ctx, func(ev any) {
		mu.Lock()
		defer mu.Unlock()
		switch e := ev.(type) {
		case *runtime.EventExceptionThrown:
			complaints = append(
				complaints, e.ExceptionDetails.URL+": "+e.ExceptionDetails.Text,
			)
		case *log.EventEntryAdded:
			if strings.Contains(e.Entry.Text, "Content Security Policy") {
				complaints = append(complaints, e.Entry.URL+": "+e.Entry.Text)
			}
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		mu.Lock()
		defer mu.Unlock()
		for _, c := range complaints {
			if !strings.HasPrefix(c, b.stranger) || b.stranger == "" {
				b.t.Errorf("the browser complains: %s", c)
			}
		}
	})
}

func (b *Browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	err := chromedp.Do(ctx, steps...)
	for isGone(err) && ctx.Err() == nil {
		err = chromedp.Do(ctx, steps...)
	}
	if err != nil {
		b.t.Fatalf("browser at %s: %v\n%s", b.At(), err, b.see())
	}
}

// isGone reports that an element was gone before anything was done to it: its page
// made way for the next.
func isGone(err error) bool {
	return err != nil && strings.Contains(err.Error(), "Could not find node with given id")
}

// Open goes to an address and waits until the page has loaded, redirects
// included.
func (b *Browser) Open(address string) {
	b.t.Helper()
	err := chromedp.Do(b.ctx, chromedp.Navigate(address))
	// A page that navigates on at once, as ours do on the way to an identity
	// provider, aborts the first navigation.
	if err != nil && !strings.Contains(err.Error(), "ERR_ABORTED") {
		b.t.Fatalf("open %s: %v", address, err)
	}
}

// eval evaluates an expression. It retries: between two pages there is no
// execution context.
func eval[T any](b *Browser, expression string) T {
	b.t.Helper()
	var value T
	var err error
	if !Soon(patience, func() bool {
		ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
		defer cancel()
		value, err = chromedp.Run(ctx, chromedp.Evaluate[T](expression))
		return err == nil
	}) {
		b.t.Fatalf("evaluate %s: %v", expression, err)
	}
	return value
}

// At returns the address of the page.
func (b *Browser) At() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	at, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.href"))
	if err != nil {
		return "nowhere: " + err.Error()
	}
	return at
}

// see returns the visible text, for the log of a failure.
func (b *Browser) see() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	text, err := chromedp.Run(
		ctx,
		chromedp.Evaluate[string]("document.body ? document.body.innerText.slice(0, 1500) : ''"),
	)
	return strings.TrimSpace(text) + errorText(err)
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Arrive waits until the address has this prefix.
func (b *Browser) Arrive(prefix string) {
	b.t.Helper()
	if !Soon(patience, func() bool {
		return strings.HasPrefix(b.At(), prefix) && b.loaded()
	}) {
		b.t.Fatalf("at %s, wanted %s\n%s", b.At(), prefix, b.see())
	}
}

func (b *Browser) loaded() bool {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	state, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.readyState"))
	return err == nil && state == "complete"
}

// Text returns the visible text of the page.
func (b *Browser) Text() string {
	b.t.Helper()
	return eval[string](b, "document.body.innerText")
}

// Says waits until the page contains the text.
func (b *Browser) Says(text string) {
	b.t.Helper()
	if !b.saysSoon(text) {
		b.t.Fatalf("the page at %s does not say %q:\n%s", b.At(), text, b.see())
	}
}

func (b *Browser) saysSoon(text string) bool {
	// The case is ignored: a style sheet may show text in capitals.
	quoted, err := json.Marshal(strings.ToLower(text))
	if err != nil {
		b.t.Fatal(err)
	}
	return Soon(patience, func() bool {
		ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
		defer cancel()
		says, err := chromedp.Run(
			ctx,
			chromedp.Evaluate[bool](
				"document.body.innerText.toLowerCase().includes("+string(quoted)+")",
			),
		)
		return err == nil && says
	})
}

// List returns the text of each element that matches a CSS selector.
func (b *Browser) List(css string) []string {
	b.t.Helper()
	quoted, err := json.Marshal(css)
	if err != nil {
		b.t.Fatal(err)
	}
	return eval[[]string](
		b,
		"[...document.querySelectorAll("+string(quoted)+
			")].map(e => e.textContent.trim())",
	)
}

// One waits for an element that matches a CSS selector, and returns its text.
func (b *Browser) One(css string) string {
	b.t.Helper()
	var found []string
	if !Soon(patience, func() bool {
		found = b.List(css)
		return len(found) > 0
	}) {
		b.t.Fatalf("nothing is %s at %s\n%s", css, b.At(), b.see())
	}
	return found[0]
}

// Fill clears a field and types into it.
func (b *Browser) Fill(css, text string) {
	b.t.Helper()
	b.do(
		chromedp.WaitVisible(chromedp.CSS(css)), chromedp.Clear(chromedp.CSS(css)),
		chromedp.SendKeys(chromedp.CSS(css), text),
	)
}

// Click clicks the first element that matches a CSS selector.
func (b *Browser) Click(css string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(css)))
}

// Choose toggles a radio button or checkbox by script: an element fixed to the
// edge of the window may cover it.
func (b *Browser) Choose(css string) {
	b.t.Helper()
	quoted, err := json.Marshal(css)
	if err != nil {
		b.t.Fatal(err)
	}
	b.do(chromedp.WaitReady(chromedp.CSS(css)))
	eval[bool](b, "(e => { e.click(); return e.checked })(document.querySelector("+string(quoted)+"))")
}

// Shoot saves screenshots of the page in GATEHOUSE_SCREENSHOTS, if that is set:
// 360 and 1280 pixels wide, light and dark.
func (b *Browser) Shoot(name string) {
	b.t.Helper()
	if b.shots == "" {
		return
	}
	if err := os.MkdirAll(b.shots, 0o750); err != nil {
		b.t.Fatal(err)
	}
	b.n++
	for _, width := range []int64{360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			b.do(chromedp.EmulateViewport(width, 800))
			b.scheme(scheme)
			png, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
			if err != nil {
				b.t.Fatal(err)
			}
			file := strings.Join(
				[]string{
					strings.ToLower(strings.ReplaceAll(b.t.Name(), "/", "-")),
					strconv.Itoa(b.n),
					name,
					strconv.Itoa(int(width)),
					scheme,
				},
				"_",
			)
			if err := os.WriteFile(filepath.Join(b.shots, file+".png"), png, 0o600); err != nil {
				b.t.Fatal(err)
			}
		}
	}
	b.scheme("light")
}

func (b *Browser) scheme(name string) {
	b.t.Helper()
	// Without transitions, which would be captured half done.
	media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: name},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, media); err != nil {
		b.t.Fatal(err)
	}
}
