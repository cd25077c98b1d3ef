package signin

import (
	"net/http"
	"strings"

	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// FailurePage is how a router shows a failure to a person; it is given to
// route.Options.RenderFailure.
func FailurePage(pages *ui.Renderer) func(http.ResponseWriter, *http.Request, route.Failure) error {
	return func(w http.ResponseWriter, r *http.Request, f route.Failure) error {
		p := ui.NewFailure(f.Status, f.Code, f.Public, f.Reference, f.At)
		p.Enterprise = f.Way.Enterprise
		switch {
		case f.Way.Href != "":
			p.Href = f.Way.Href
		case f.Status >= 500 &&
			r.Method == http.MethodGet &&
			!carried(r.URL.Path):
			p.Href = r.URL.EscapedPath()
		}
		if f.Way.Label != "" {
			p.Label = f.Way.Label
		}
		return pages.Render(w, f.Status, p)
	}
}

// carried reports whether a path is one that makes no sense without what an
// identity provider sent along.
func carried(path string) bool {
	return strings.HasPrefix(path, "/saml/") || strings.HasPrefix(path, "/oidc/")
}
