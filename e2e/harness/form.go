package harness

import (
	"encoding/json"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// NoScripts makes every page from now on do without its scripts, as a browser
// does in which they are switched off.
func (b *Browser) NoScripts() {
	b.t.Helper()
	if _, err := chromedp.Call(
		b.ctx, emulation.SetScriptExecutionDisabled,
		emulation.SetScriptExecutionDisabledParams{Value: true},
	); err != nil {
		b.t.Fatal(err)
	}
}

// Upload chooses a file in the first file field a CSS selector finds.
func (b *Browser) Upload(css, file string) {
	b.t.Helper()
	b.do(chromedp.SetUploadFiles(chromedp.CSS(css), []string{file}))
}

// Submit presses what leads to another page and waits until it is there, which
// may have the same address.
func (b *Browser) Submit(css string) {
	b.t.Helper()
	quoted, err := json.Marshal(css)
	if err != nil {
		b.t.Fatal(err)
	}
	// What is pressed may lie under what stays in sight at the edge of a window.
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

// Retype puts text into a field in place of what is there, also into one of
// several lines.
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
