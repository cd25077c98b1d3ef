package account

import (
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"gatehouse/internal/words"
	"gatehouse/sso"
	"gatehouse/sso/launch"
	"gatehouse/web/signin"
	"gatehouse/web/ui"
)

// inVisitorsLanguage returns handlers whose pages are in the language of the visitor.
func inVisitorsLanguage(t *testing.T) *fixture {
	t.Helper()
	pages, err := ui.New(ui.Options{Languages: signin.Languages{}}, Templates())
	if err != nil {
		t.Fatal(err)
	}
	return newFixtureOf(t, pages)
}

// TestAccountInJapanese: a visitor who prefers Japanese reads no English text of ours. The
// English words that remain are data.
func TestAccountInJapanese(t *testing.T) {
	t.Parallel()
	f := inVisitorsLanguage(t)
	f.reach = []launch.Launch{
		{Name: "Wiki", URL: "https://wiki.example.com/"},
		{Name: "Payroll", URL: "https://pay.example.com/", Closed: true, Missing: []string{"main/finance"}},
		{Name: "Expenses", URL: "https://expenses.example.com/", Closed: true},
	}
	f.tokens.rules = sso.DefaultTokenRules()
	f.tokens.choices = []sso.Application{{ID: "app-wiki", Name: "Wiki", Origins: []string{"https://wiki.example.com"}}}
	f.tokens.all = []sso.PersonalToken{{
		Name:       "Backup",
		CreatedAt:  time.Date(2026, 11, 20, 10, 30, 0, 0, time.UTC),
		ExpiresAt:  time.Date(2026, 12, 20, 10, 30, 0, 0, time.UTC),
		LastUsedAt: time.Date(2026, 11, 23, 10, 30, 0, 0, time.UTC),
		LastClient: "curl",
	}}
	alone := inVisitorsLanguage(t)
	alone.memberships = nil
	for name, page := range map[string]*httptest.ResponseRecorder{
		"account":         f.doIn("ja", "GET", "/account?done=others", nil),
		"tokens":          f.doIn("ja", "GET", "/account/tokens?done=token", nil),
		"created a token": f.doIn("ja", "POST", "/account/tokens", url.Values{"applications": {"app-wiki"}}),
		"no access":       alone.doIn("ja", "GET", "/account", nil),
	} {
		if page.Code != 200 || page.Header().Get("Content-Language") != "ja" {
			t.Errorf("%s: %d in %q", name, page.Code, page.Header().Get("Content-Language"))
		}
		if !strings.Contains(name, "created") && !strings.Contains(page.Body.String(), `name="language" value="de"`) {
			t.Errorf("%s offers no other language", name)
		}
		root, err := html.Parse(page.Body)
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range englishIn(root) {
			t.Errorf("%s: %q", name, text)
		}
	}
}

// doIn requests a page as a browser that prefers a language.
func (f *fixture) doIn(language, method, target string, form url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(form.Encode()))
	r.Host = "sso.example"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://sso.example")
	r.Header.Set("Accept-Language", language)
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

// latin matches a word in Latin letters.
var latin = regexp.MustCompile(`[A-Za-z]{2,}`)

// notOurs matches what titles and labels have of data, where no element says so.
var notOurs = regexp.MustCompile(`Acme Corporation|Gatehouse|Backup|Safari|iPhone|UTC|IT 部門`)

// englishIn returns the texts with Latin words that are not data: data is in bdi or code.
func englishIn(n *html.Node) (found []string) {
	note := func(text string) {
		if latin.MatchString(notOurs.ReplaceAllString(text, "")) {
			found = append(found, text)
		}
	}
	if n.Type == html.TextNode {
		note(n.Data)
	}
	switch n.Data {
	case "bdi", "code", "script":
		return nil
	}
	for _, a := range n.Attr {
		switch a.Key {
		case "aria-label", "title", "placeholder", "data-label", "data-said", "data-kept":
			note(a.Val)
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		found = append(found, englishIn(c)...)
	}
	return found
}

// TestTextsOfAccount: texts of Go that a page may show are in the catalogue, also those
// that no example shows.
func TestTextsOfAccount(t *testing.T) {
	t.Parallel()
	texts := []string{
		sso.PersonalTokensForbidden().Public, noneAccepts,
		"There are 50 tokens already. Revoke one first.", "This user is not active.",
	}
	for _, s := range []sso.MembershipSource{
		sso.SourceJIT, sso.SourceSCIM, sso.SourceDefault, sso.SourceConnection, sso.SourceManual,
	} {
		texts = append(texts, source(s))
	}
	for _, done := range []string{"session", "token", "others"} {
		texts = append(texts, flash(httptest.NewRequest("GET", "/account?done="+done, nil)))
	}
	for _, name := range []string{"", strings.Repeat("x", sso.MaxNameLength+1), "\x00"} {
		texts = append(texts, sso.ValidateName("name", name)[0].Message)
	}
	for _, text := range texts {
		if !words.English().Known(text) {
			t.Errorf("%q is not in the catalogue", text)
		}
	}
}
