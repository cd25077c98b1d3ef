package harness

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Window returns the window that a click opens, in the same browser with the
// same cookies.
func (b *Browser) Window(t testing.TB, press func()) *Browser {
	t.Helper()
	pages := func() (ids []target.ID) {
		all, err := chromedp.Targets(b.ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, info := range all {
			if info.Type == "page" {
				ids = append(ids, info.TargetID)
			}
		}
		return ids
	}
	before, opened := pages(), target.ID("")
	press()
	if !Soon(patience, func() bool {
		for _, id := range pages() {
			if !slices.Contains(before, id) {
				opened = id
			}
		}
		return opened != ""
	}) {
		t.Fatalf("no window was opened from %s\n%s", b.At(), b.see())
	}
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(opened))
	t.Cleanup(cancel)
	other := &Browser{
		t:        t,
		ctx:      ctx,
		shots:    b.shots,
		stranger: b.stranger,
	}
	other.listen()
	return other
}
