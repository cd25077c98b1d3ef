package signin

import (
	"net/http"
	"strings"

	"gatehouse/sso"
	"gatehouse/web/route"
	"gatehouse/web/ui"
)

// FailurePage returns the renderer of failure pages for
// route.Options.RenderFailure.
func FailurePage(pages *ui.Renderer) func(http.ResponseWriter, *http.Request, route.Failure) error {
	return func(w http.ResponseWriter, r *http.Request, f route.Failure) error {
		p := ui.NewFailure(f.Status, f.Code, f.Text, f.Reference, f.At)
		p.Enterprise, p.Of = f.Way.Enterprise, f.Way.Of
		p.English = p.English || inConsole(r.URL.Path) && f.Code != sso.CodeNotAnAdmin
		switch {
		case f.Way.Href != "":
			p.Href = f.Way.Href
		case f.Status >= 500 &&
			r.Method == http.MethodGet &&
			!needsMessage(r.URL.Path):
			p.Href = r.URL.EscapedPath()
		}
		if f.Way.Label != "" {
			p.Label = f.Way.Label
		}
		return pages.Render(w, r, f.Status, p)
	}
}

// inConsole reports whether a path is of the console, which is English. Its visitors who
// are no admins are not.
func inConsole(path string) bool { return path == "/admin" || strings.HasPrefix(path, "/admin/") }

// needsMessage reports whether a path is an endpoint that only works with a
// message of an identity provider.
func needsMessage(path string) bool {
	return strings.HasPrefix(path, "/saml/") || strings.HasPrefix(path, "/oidc/")
}
