package ui

import (
	"html/template"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"gatehouse/internal/words"
	"gatehouse/sso"
)

// spoken returns what a template says in a language.
func spoken(t *testing.T, l *words.Language, text string, data any) (string, error) {
	t.Helper()
	parsed, err := template.New("").Funcs(say(l)).Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	err = parsed.Execute(&b, data)
	return b.String(), err
}

func TestSay(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 10, 30, 0, 0, time.UTC)
	at := NewTime(now.Add(-time.Hour), now)
	for _, x := range []struct{ text, de string }{
		{`{{t "Sign in again"}}`, "Erneut anmelden"},
		{`{{t .Name}}`, "Ada &amp; Co"},
		{`{{t "{product} · single sign-on" "product" .Name}}`, "<bdi>Ada &amp; Co</bdi> · Single Sign-on"},
		{`{{n .Count "There is a problem with {n} field." "There are problems with {n} fields."}}`,
			"Es gibt Probleme mit 1.234 Feldern."},
		{`{{n 1 "{n} box of {name}" "{n} boxes of {name}" "name" (code .Name)}}`, `1 box of <code dir="auto">Ada &amp; Co</code>`},
		{`{{num .Count}}`, "1.234"},
		{`{{t "{a} {b} {c} {d}" "a" (strong .Name) "b" (host .Name) "c" 1234 "d" (exact .At)}}`,
			`<strong><bdi>Ada &amp; Co</bdi></strong> <bdi class="host">Ada &amp; Co</bdi> 1.234 ` +
				`<time datetime="2026-11-24T09:30:00Z" dir="auto" data-exact>24. November 2026, 09:30 UTC</time>`},
		{`{{ago .At}}`, `<time datetime="2026-11-24T09:30:00Z" title="24. November 2026, 09:30 UTC" dir="auto">` +
			`vor 1 Stunde</time>`},
		{`{{ago .Never}}`, "nie"},
		{`{{browser .Firefox}}`, "<bdi>Firefox</bdi> auf <bdi>Linux</bdi>"},
		{`{{browser .Curl}}`, "<bdi>curl</bdi>"},
		{`{{browser .Unknown}}`, "Unbekannter Browser"},
		{`{{t "See {it}." "it" (link "/login?a=1&b=2" (t "Sign in again"))}}`,
			`See <a href="/login?a=1&amp;b=2">Erneut anmelden</a>.`},
	} {
		got, err := spoken(t, words.Find("de"), x.text, map[string]any{
			"Name": "Ada & Co", "Count": 1234, "At": at, "Never": NewTime(time.Time{}, now),
			"Firefox": Browser{"Firefox", "Linux"}, "Curl": Browser{Name: "curl"}, "Unknown": Browser{},
		})
		if err != nil || got != x.de {
			t.Errorf("%s:\nwant %s\ngot  %s, %v", x.text, x.de, got, err)
		}
	}
}

// TestSayTheSentenceOfAnError: it is translated with its values. One whose values are wrong
// is shown in English, because a failure always has a page.
func TestSayTheSentenceOfAnError(t *testing.T) {
	t.Parallel()
	const evil = `<img src=x>`
	for name, x := range map[string]struct {
		text sso.Text
		de   string
	}{
		"plain": {sso.Text{Pattern: "Sign in again"}, "Erneut anmelden"},
		"with a value": {
			sso.Text{Pattern: "Sign in at {company}", Values: sso.Values{"company": evil}},
			"Bei <bdi>&lt;img src=x&gt;</bdi> anmelden",
		},
		"not translated": {
			sso.Text{Pattern: "Ring {company}", Values: sso.Values{"company": "Acme"}},
			"Ring <bdi>Acme</bdi>",
		},
		"data":          {sso.Text{Pattern: evil + "{"}, "&lt;img src=x&gt;{"},
		"a lost value":  {sso.Text{Pattern: "Sign in at {company}"}, "Sign in at {company}"},
		"another value": {sso.Text{Pattern: "Sign in at {company}", Values: sso.Values{"firm": evil}}, "Sign in at {company}"},
		"no pattern":    {sso.Text{Pattern: "{", Values: sso.Values{"firm": evil}}, "{"},
	} {
		got, err := spoken(t, words.Find("de"), `{{sentence .}}`, x.text)
		if err != nil || got != x.de {
			t.Errorf("%s:\nwant %s\ngot  %s, %v", name, x.de, got, err)
		}
	}
}

// TestSayRefusesWrongValues: a text that lost a value is found by the test of its page.
func TestSayRefusesWrongValues(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{{t "At {company}" "company"}}`,
		`{{t "At {company}" "firm" "Acme"}}`,
		`{{t "At {company}" "company" "Acme" "firm" "Acme"}}`,
		`{{t "At {company}" "company" "Acme" "company" "Acme"}}`,
		`{{t "At {company}" 1 "Acme"}}`,
		`{{t "At {company}" "company" 1.5}}`,
		`{{t "At {" "company" "Acme"}}`,
		`{{t "{product} · single sign-on"}}`,
		`{{n 1 "{n} day of {company}" "{n} days of {company}"}}`,
		`{{t "{a}" "a" (link "/" 1)}}`,
	} {
		if got, err := spoken(t, words.English(), text, nil); err == nil {
			t.Errorf("%s: %s", text, got)
		}
	}
}

// TestSayEscapes: a value cannot leave its place, wherever the text is.
func TestSayEscapes(t *testing.T) {
	t.Parallel()
	const evil = `"'><img src=x onerror=alert(1)>`
	for text, want := range map[string]string{
		`<p>{{t .}}</p>`:                       `<p>&#34;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;</p>`,
		`<p>{{t "At {x}" "x" .}}</p>`:          `<p>At <bdi>&#34;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;</bdi></p>`,
		`<p title="{{t "At {x}" "x" .}}"></p>`: `<p title="At &#34;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;"></p>`,
		`<p title="{{t .}}"></p>`:              `<p title="&#34;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;"></p>`,
		`<title>{{t .}}</title>`:               `<title>&#34;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;</title>`,
		`<p>{{t "{x}" "x" (link . .)}}</p>`: `<p><a href="&#34;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;">` +
			`&#34;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;</a></p>`,
		`<p>{{t "{x}" "x" (link "javascript:alert(1)" "x")}}</p>`:  `<p><a href="#">x</a></p>`,
		`<p>{{t "{x}" "x" (link " jAvascript:alert(1)" "x")}}</p>`: `<p><a href="#">x</a></p>`,
		`<p>{{t "{x}" "x" (link "data:text/html,x" "x")}}</p>`:     `<p><a href="#">x</a></p>`,
		`<p>{{t "{x}" "x" (link "mailto:a@b.example" "x")}}</p>`:   `<p><a href="mailto:a@b.example">x</a></p>`,
		`<p>{{t "a < b {x}" "x" "1"}}</p>`:                         `<p>a &lt; b <bdi>1</bdi></p>`,
		`<p>{{t "a < b"}}</p>`:                                     `<p>a &lt; b</p>`,
		`<p>{{n 2 "{n} < {x}" "{n} << {x}" "x" .}}</p>`: `<p>2 &lt;&lt; <bdi>` +
			`&#34;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;</bdi></p>`,
		`<a href="{{t .}}">x</a>`: `<a href="%22%27%3e%3cimg%20src=x%20onerror=alert%281%29%3e">x</a>`,
		`<p>{{strong .}}{{code .}}</p>`: `<p><strong><bdi>` +
			`&#34;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;</bdi></strong><code dir="auto">` +
			`&#34;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;</code></p>`,
	} {
		if got, err := spoken(t, words.English(), text, evil); err != nil || got != want {
			t.Errorf("%s:\nwant %s\ngot  %s, %v", text, want, got, err)
		}
	}
	title, err := spoken(t, words.English(), `<title>{{t "At {x}" "x" .}}</title>`, "</title><script>")
	if err != nil || strings.Contains(title, "<script") {
		t.Errorf("a value in a title: %s, %v", title, err)
	}
}

// inLanguage shows translated pages in one language.
type inLanguage struct{ language *words.Language }

func (l inLanguage) Of(*http.Request, sso.Brand) *words.Language { return l.language }

func (inLanguage) Here(r *http.Request) string { return r.URL.Path }

// TestEscapedOnceInEveryLanguage: each language has its own trees, because escaping
// changes them, and pages may be opened in several languages at once.
func TestEscapedOnceInEveryLanguage(t *testing.T) {
	t.Parallel()
	feature := hello(func(f fstest.MapFS) {
		f["Hello.html"] = &fstest.MapFile{Data: []byte(
			`{{define "content"}}<h1 title="{{t .Enterprise}}">{{t "Sign in again"}} {{template "greeting"}}</h1>{{end}}`,
		)}
		f["components.html"] = &fstest.MapFile{Data: []byte(`{{define "greeting"}}{{t "Language"}}{{end}}`)}
	})
	feature.Translated = feature.Pages
	shared, err := New(Options{}, feature)
	if err != nil {
		t.Fatal(err)
	}
	var wait sync.WaitGroup
	for range 3 {
		for _, l := range words.All() {
			wait.Go(func() {
				p := *shared
				p.Languages = inLanguage{l}
				w := httptest.NewRecorder()
				page := &helloPage{Base{Enterprise: "A&B", Of: "ent-1"}}
				err := p.Render(w, httptest.NewRequest("GET", "/", nil), 200, page)
				want := `<h1 title="A&amp;B">` + l.Text("Sign in again") + ` ` + l.Text("Language") + `</h1>`
				if err != nil || !strings.Contains(w.Body.String(), want) {
					t.Errorf("%s: %v\n%s", l.Tag, err, w.Body)
				}
			})
		}
	}
	wait.Wait()
	for name, tree := range shared.sheets[reflect.TypeFor[*helloPage]()].own {
		if strings.Contains(tree.Root.String(), "_html_template") {
			t.Errorf("template %q was escaped for one language in place of all: %s", name, tree.Root)
		}
	}
}

// TestOnlyTranslatedPagesAreTranslated: a page in two languages at once would be worse
// than an English one.
func TestOnlyTranslatedPagesAreTranslated(t *testing.T) {
	t.Parallel()
	german := Options{Languages: inLanguage{words.Find("de")}}
	p, err := New(german, hello(func(fstest.MapFS) {}))
	if err != nil {
		t.Fatal(err)
	}
	for name, x := range map[string]struct {
		page    Page
		lang    string
		choices int
	}{
		"translated":     {&SignedOut{}, "de", len(words.All())},
		"not translated": {&helloPage{}, "en", 0},
		"for staff":      {&SignedOut{Base: Base{Staff: true}}, "en", 0},
		"in English":     {&SignedOut{Base: Base{English: true}}, "en", 0},
		"a failure": {
			NewFailure(503, "x", sso.Text{Pattern: "We cannot answer right now. Please try again in a moment."}, "r", time.Time{}),
			"de", len(words.All()),
		},
		"a failure of admins": {NewFailure(409, "x", sso.Text{Pattern: "A group has this name."}, "r", time.Time{}), "en", 0},
		"of the console":      {&SignedOut{Base: Base{Console: &Console{}}}, "en", 0},
		"at an application's": {&SignedOut{Base: Base{Home: "https://sso.example/"}}, "de", 0},
	} {
		w := httptest.NewRecorder()
		if err := p.Render(w, httptest.NewRequest("GET", "/logout", nil), 200, x.page); err != nil {
			t.Fatal(err)
		}
		body, vary := w.Body.String(), w.Header().Get("Vary")
		if !strings.Contains(body, `<html lang="`+x.lang+`"`) ||
			w.Header().Get("Content-Language") != x.lang ||
			strings.Count(body, `name="language"`) != x.choices ||
			(vary == "Accept-Language, Cookie") != (x.lang == "de") {
			t.Errorf("%s: %v\n%s", name, w.Header(), body)
		}
	}
	stranger := Templates{
		Translated: []Page{new(helloPage)},
		Files:      fstest.MapFS{},
	}
	if _, err := New(german, stranger); err == nil {
		t.Error("a translated page may be no page")
	}
}

func BenchmarkRender(b *testing.B) {
	for _, tag := range []string{"en", "de"} {
		b.Run(tag, func(b *testing.B) {
			p, err := New(Options{Languages: inLanguage{words.Find(tag)}})
			if err != nil {
				b.Fatal(err)
			}
			r := httptest.NewRequest("GET", "/logout", nil)
			b.ReportAllocs()
			for b.Loop() {
				if err := p.Render(httptest.NewRecorder(), r, 200, &SignedOut{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := New(Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
