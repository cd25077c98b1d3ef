package gallery_test

import (
	"net/http/httptest"
	"testing"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
	"gatehouse/web/ui/uitest"
)

func TestPages(t *testing.T) { uitest.Check(t, gallery.Gallery, gallery.Templates()) }

func TestGalleryHandler(t *testing.T) {
	t.Parallel()
	p, err := ui.New(gallery.Options(), gallery.Templates())
	if err != nil {
		t.Fatal(err)
	}
	h := gallery.Handler(p, gallery.Gallery)
	for target, want := range map[string]int{
		"/":                          200,
		"/gallery/SignedOut":         200,
		"/gallery/Failure-not-found": 404,
		"/gallery/none":              404,
		"/elsewhere":                 404,
		"/brand/4a2540-8a2f6a.css":   200,
		"/brand/none.css":            404,
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
		if w.Code != want {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}
