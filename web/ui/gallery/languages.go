package gallery

import (
	"cmp"
	"net/http"

	"gatehouse/internal/words"
	"gatehouse/sso"
)

// exampleLanguages shows examples in the language that their address names:
// /gallery/SignedOut?lang=de.
type exampleLanguages struct{}

func (exampleLanguages) Of(r *http.Request, _ sso.Brand) *words.Language {
	return cmp.Or(words.Find(r.URL.Query().Get("lang")), words.English())
}

func (exampleLanguages) Here(r *http.Request) string { return r.URL.Path }
