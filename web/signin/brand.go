package signin

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/branding"
	"gatehouse/web/route"
)

// pictures finds the pictures of brands; branding.Service does.
type pictures interface {
	Image(ctx context.Context, hash string) (sso.Image, error)
}

const brandPattern = "/brand/{file}"

var (
	pictureFile = regexp.MustCompile(`^([0-9a-f]{64})\.(svg|png)$`)
	colorFile   = regexp.MustCompile(`^([0-9a-f]{6})-([0-9a-f]{6})\.css$`)
)

// brand serves what brands look like: pictures, and style sheets of two colors. Anyone may
// see both, and an address has one content, so that no cache can serve another.
func (s *Signin) brand(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	if m := colorFile.FindStringSubmatch(file); m != nil {
		serveColors(w, m[1], m[2])
		return
	}
	m := pictureFile.FindStringSubmatch(file)
	if m == nil {
		route.Fail(w, r, sso.NothingHere())
		return
	}
	picture, err := s.Brands.Image(r.Context(), m[1])
	if err == nil && !strings.HasSuffix(picture.Ref().Path(), "/"+file) {
		err = sso.NothingHere() // a PNG is no SVG by its address
	}
	if err != nil {
		route.Fail(w, r, err)
		return
	}
	header := w.Header()
	// An SVG that is opened by itself is a document of our origin: it runs and loads
	// nothing, whatever is in it.
	header.Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Type", picture.Media)
	header.Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(picture.Body) // fails only if the client is gone
}

// serveColors writes a style sheet. It depends on the version of the program, too, and so
// is not kept longer than a day.
func serveColors(w http.ResponseWriter, color, accent string) {
	palette, _, _ := branding.PaletteOf(color, accent) // the pattern has only colors
	header := w.Header()
	header.Set("X-Content-Type-Options", "nosniff")
	header.Set("Content-Type", "text/css; charset=utf-8")
	header.Set("Cache-Control", "public, max-age=86400")
	// A page with Base.Home is shown under another address.
	header.Set("Access-Control-Allow-Origin", "*")
	_, _ = w.Write([]byte(palette.CSS())) // fails only if the client is gone
}
