package signin

import (
	"net/http"
	"time"

	"gatehouse/internal/words"
	"gatehouse/sso"
	"gatehouse/web/route"
)

// Languages chooses the language of pages for ui.Options. Its choice comes from a cookie
// that clients can forge: it is a preference and identifies nothing.
type Languages struct {
	Secure bool // the public address is https
}

// languagePath is where a choice is posted.
const languagePath = "/language"

// languageLifetime is how long a browser keeps its language.
const languageLifetime = 365 * 24 * time.Hour

// Of returns the language for the visitor who made a request. The visitor's choice comes
// before that of a link, and both before the brand and the browser.
func (l Languages) Of(r *http.Request, b sso.Brand) *words.Language {
	if kept := l.kept(r); kept != nil {
		return kept
	}
	return words.Choose(words.Preference{
		Chosen:       ofLink(r),
		Accept:       r.Header.Get("Accept-Language"),
		Company:      b.Language,
		CompanyFirst: b.LanguageFirst,
	})
}

// speaks returns the language of pages about a company for the visitor, which mail is
// in as well.
func (s *Signin) speaks(r *http.Request) func(of sso.EnterpriseID) string {
	return func(of sso.EnterpriseID) string { return s.Pages.Language(r, of).Tag }
}

// Here returns the path that shows the page of a request again; "" for a page that came
// from a message.
func (l Languages) Here(r *http.Request) string {
	switch {
	case needsMessage(r.URL.Path):
		return ""
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		return sso.ReturnTo(r.URL.RequestURI())
	case r.URL.Path == "/login":
		return r.URL.Path
	case r.URL.Path == verifyPath || r.URL.Path == verifyPath+"/resend":
		return sso.ReturnTo(verifyLink(
			sso.EmailProofID(r.PostForm.Get("proof")), sso.ConnectionID(r.PostForm.Get("connection")),
		))
	}
	return ""
}

func (l Languages) cookieName() string {
	if l.Secure {
		return "__Host-gatehouse-language"
	}
	return "gatehouse-language"
}

// kept returns the language that the browser keeps; nil for none.
func (l Languages) kept(r *http.Request) *words.Language {
	c, err := r.Cookie(l.cookieName())
	if err != nil {
		return nil
	}
	return words.Find(c.Value)
}

// keep sets the cookie. Posts of identity providers must carry it: they lead to a page
// and to mail.
func (l Languages) keep(w http.ResponseWriter, chosen *words.Language) {
	site := http.SameSiteLaxMode
	if l.Secure {
		site = http.SameSiteNoneMode
	}
	http.SetCookie(w, &http.Cookie{
		Name:     l.cookieName(),
		Value:    chosen.Tag,
		Path:     "/",
		MaxAge:   int(languageLifetime.Seconds()),
		Secure:   l.Secure,
		HttpOnly: true,
		SameSite: site,
	})
}

// keepOfLink keeps the language of a sign-in link until the visitor chooses another.
func (l Languages) keepOfLink(w http.ResponseWriter, r *http.Request) {
	if l.kept(r) != nil {
		return
	}
	if asked := words.Match(ofLink(r)); asked != nil {
		l.keep(w, asked)
	}
}

// ofLink returns the languages that a link asks for, by the names that OpenID Connect
// and others give them.
func ofLink(r *http.Request) string {
	query := r.URL.Query()
	if locales := query.Get("ui_locales"); locales != "" {
		return locales
	}
	return query.Get("lang")
}

// chooseLanguage keeps the language that the visitor chose, and shows the page again.
func (s *Signin) chooseLanguage(w http.ResponseWriter, r *http.Request) error {
	chosen := words.Find(r.PostForm.Get("language"))
	if chosen == nil {
		return sso.InvalidField("validation_failed", "language", "Choose one of the languages in the list.")
	}
	Languages{s.Secure}.keep(w, chosen)
	return route.SeeOther(w, sso.ReturnTo(r.PostForm.Get("return_to")))
}
