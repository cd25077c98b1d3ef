package harness

import (
	"encoding/json"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// NoScripts disables scripts for all pages from now on.
func (b *Browser) NoScripts() {
	b.t.Helper()
	if _, err := chromedp.Call(
		b.ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true},
	); err != nil {
		b.t.Fatal(err)
	}
}

// Upload chooses a file in the first file field that matches a CSS selector.
func (b *Browser) Upload(css, file string) {
	b.t.Helper()
	b.do(chromedp.SetUploadFiles(chromedp.CSS(css), []string{file}))
}

// Submit clicks an element that leads to another page, possibly of the same
// address, and waits until that page has loaded.
func (b *Browser) Submit(css string) {
	b.t.Helper()
	quoted, err := json.Marshal(css)
	if err != nil {
		b.t.Fatal(err)
	}
	// An element fixed to the edge of the window may cover the button.
	if !eval[bool](
		b,
		"(e => { if (!e) return false; document.documentElement.dataset.old = 1; e.scrollIntoView({block: 'center'}); return true })(document.querySelector("+
			string(quoted)+"))",
	) {
		b.t.Fatalf("nothing to press is %s at %s\n%s", css, b.At(), b.see())
	}
	b.do(chromedp.Click(chromedp.CSS(css)))
	if !Soon(patience, func() bool {
		return b.loaded() &&
			!eval[bool](b, "'old' in document.documentElement.dataset")
	}) {
		b.t.Fatalf("%s leads nowhere from %s\n%s", css, b.At(), b.see())
	}
}

// Select chooses the option of a select by its value.
func (b *Browser) Select(css, value string) {
	b.t.Helper()
	quoted, err := json.Marshal([]string{css, value})
	if err != nil {
		b.t.Fatal(err)
	}
	if !eval[bool](
		b,
		"(([css, value]) => { const e = document.querySelector(css); if (!e) return false; "+
			"e.value = value; return e.value === value })("+string(quoted)+")",
	) {
		b.t.Fatalf("no option %s of %s at %s\n%s", value, css, b.At(), b.see())
	}
}

// Retype replaces the text of a field, which may have several lines.
func (b *Browser) Retype(css, text string) {
	b.t.Helper()
	quoted, err := json.Marshal([]string{css, text})
	if err != nil {
		b.t.Fatal(err)
	}
	if !eval[bool](
		b,
		"(([css, text]) => { const e = document.querySelector(css); if (e) e.value = text; return !!e })("+
			string(quoted)+")",
	) {
		b.t.Fatalf("no field is %s at %s\n%s", css, b.At(), b.see())
	}
}
