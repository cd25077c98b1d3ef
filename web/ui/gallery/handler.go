package gallery

import (
	"embed"
	"net/http"
	"slices"

	"gatehouse/web/ui"
)

//go:embed *.html
var files embed.FS

// Templates returns the pages of the gallery itself.
func Templates() ui.Templates {
	return ui.Templates{
		Pages:      []ui.Page{new(indexPage), new(partsPage), new(framePage)},
		Translated: []ui.Page{new(framePage)},
		Files:      files,
	}
}

// Gallery returns the examples of the components and of the kit's own pages.
func Gallery() []Example {
	return slices.Concat(galleryFrames(), galleryParts(), galleryContinue(), galleryFailures())
}

// Handler serves a list of the examples at its root, every example by its name,
// and the assets, with the Content-Security-Policy of the gateway. Each request
// asks for the examples again, because rendering changes them.
func Handler(p *ui.Renderer, examples func() []Example) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/static/", p.Static())
	// Pages that go on by themselves stay here to be looked at.
	mux.HandleFunc("GET "+p.Assets()["autopost.js"], func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
	})
	mux.HandleFunc("GET /brand/{file}", func(w http.ResponseWriter, r *http.Request) {
		body, contentType := brandFile(r.PathValue("file"))
		if body == "" {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write([]byte(body)) // fails only if the client is gone
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		var all []ui.Choice
		for _, e := range examples() {
			all = append(all, ui.Choice{
				Name: e.Name,
				Href: "/gallery/" + e.Name,
			})
		}
		show(w, r, p, http.StatusOK, &indexPage{Examples: all})
	})
	mux.HandleFunc("GET /gallery/{name}", func(w http.ResponseWriter, r *http.Request) {
		for _, e := range examples() {
			if e.Name == r.PathValue("name") {
				show(w, r, p, e.Status, e.Page)
				return
			}
		}
		http.NotFound(w, r)
	})
	return mux
}

// show renders a page for the gallery, whose only reader is a developer.
func show(w http.ResponseWriter, r *http.Request, p *ui.Renderer, status int, page ui.Page) {
	w.Header().Set(
		"Content-Security-Policy",
		"default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "+
			"form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
	)
	if err := p.Render(w, r, status, page); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
