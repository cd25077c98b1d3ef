package main

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"gatehouse/internal/testkit/chromium"
	"gatehouse/web/ui/gallery"
)

// view is how a page is looked at.
type view struct {
	width  int64  // of the window, in CSS pixels
	scheme string // "light" or "dark"
}

// String returns a view as errors name it.
func (v view) String() string { return fmt.Sprintf("%d, %s", v.width, v.scheme) }

// views returns both colour schemes of every width.
func views(widths ...int64) []view {
	var all []view
	for _, w := range widths {
		all = append(all, view{w, "light"}, view{w, "dark"})
	}
	return all
}

// browsers is how many browsers look at the examples. A browser waits for frames most of
// the time, and draws them for its first window only.
const browsers = 3

// eachExample opens every example in a browser and calls do for each view of it. To load a
// page takes longer than to lay it out again, so it is loaded once. do is called by several
// goroutines.
func eachExample(
	t *testing.T, address string, views []view, do func(context.Context, gallery.Example, view) error,
) {
	t.Helper()
	next := make(chan gallery.Example)
	var running sync.WaitGroup
	for range browsers {
		ctx := chromium.Start(t)
		running.Go(func() {
			for e := range next {
				err := chromedp.Do(ctx, chromedp.Navigate(address+"/gallery/"+e.Name))
				for _, v := range views {
					if err == nil {
						err = do(ctx, e, v)
					}
				}
				if err != nil {
					t.Errorf("%s: %v", e.Name, err)
				}
			}
		})
	}
	for _, e := range examples() {
		next <- e
	}
	close(next)
	running.Wait()
}
