package words

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/feature/plural"
)

// languageOf returns one of the embedded languages.
func languageOf(t *testing.T, tag string) *Language {
	t.Helper()
	l := Find(tag)
	if l == nil {
		t.Fatalf("there is no language %s", tag)
	}
	return l
}

func TestEmbeddedFiles(t *testing.T) {
	t.Parallel()
	c, err := parse(files)
	if err != nil {
		t.Fatal(err)
	}
	var tags []string
	for _, l := range c.languages {
		tags = append(tags, l.Tag)
	}
	if want := []string{"en", "de", "es", "fr", "pt-BR", "ja"}; !slices.Equal(tags, want) {
		t.Errorf("want %v, got %v", want, tags)
	}
}

// TestEveryLanguageIsComplete: each language translates each text that one of them
// translates, with the plural forms that its numbers have.
func TestEveryLanguageIsComplete(t *testing.T) {
	t.Parallel()
	for _, l := range All()[1:] {
		needed := map[plural.Form]bool{l.form(1_000_000): true}
		for n := range 1001 {
			needed[l.form(n)] = true
		}
		for key := range l.known {
			found := l.texts[key]
			if !counted(key) {
				if len(found) != 1 || found[plural.Other] == nil {
					t.Errorf("%s: %q is missing, or has plural forms", l.Tag, key)
				}
				continue
			}
			if len(found) != len(needed) {
				t.Errorf("%s: %q has %d plural forms of %d", l.Tag, key, len(found), len(needed))
			}
			for form := range found {
				if !needed[form] {
					t.Errorf("%s: %q has the plural form %v, which no number has", l.Tag, key, form)
				}
			}
		}
	}
}

// counted reports whether a text is about a number of things: some language has it in
// another form than for the rest.
func counted(key string) bool {
	for _, l := range All()[1:] {
		for form := range l.texts[key] {
			if form != plural.Other {
				return true
			}
		}
	}
	return false
}

func TestText(t *testing.T) {
	t.Parallel()
	c, err := parse(fstest.MapFS{"lang/de.json": {Data: []byte(withTexts(`"Sign in": "Anmelden", "Later": "",
		"End##session": "Beenden", "At {company}": "Bei {company}"`))}})
	if err != nil {
		t.Fatal(err)
	}
	en, de := c.languages[0], c.languages[1]
	for _, x := range []struct{ text, en, de, pseudo string }{
		{"Sign in", "Sign in", "Anmelden", "⟦Sign in⟧"},
		{"End##session", "End", "Beenden", "⟦End⟧"},
		{"Later", "Later", "Later", "⟦Later⟧"},
		{"A company", "A company", "A company", "A company"},
		{"A##B {x} {", "A##B {x} {", "A##B {x} {", "A##B {x} {"},
		{"", "", "", ""},
	} {
		got := []string{en.Text(x.text), de.Text(x.text), c.pseudo.Text(x.text)}
		if want := []string{x.en, x.de, x.pseudo}; !slices.Equal(got, want) {
			t.Errorf("%q: want %q, got %q", x.text, want, got)
		}
	}
	m, err := de.Message("At {company}")
	if err != nil || !slices.Equal(m, Message{{Text: "Bei "}, {Value: "company"}}) {
		t.Errorf("message: %v, %v", m, err)
	}
	if _, err := de.Message("At {"); err == nil {
		t.Error("a brace without a name is accepted")
	}
}

const deHeader = `{"@": {"tag": "de", "name": "Deutsch", "locale": "de-DE",
	"months": ["1","2","3","4","5","6","7","8","9","10","11","12"],
	"date": "{day}. {month} {year}", "datetime": "{date}, {hour}:{minute}"}}`

// withTexts returns the file of a language with texts.
func withTexts(texts string) string { return strings.TrimSuffix(deHeader, "}") + ", " + texts + "}" }

// TestFilesThatAreRefused: each of them would be a page with a wrong text.
func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]string{
		"no header":         `{"Sign in": "Anmelden"}`,
		"another tag":       strings.Replace(deHeader, `"de"`, `"fr"`, 1),
		"no tag":            strings.Replace(deHeader, `"de-DE"`, `"?"`, 1),
		"eleven months":     strings.Replace(deHeader, `"1",`, "", 1),
		"no year":           strings.Replace(deHeader, "{year}", "", 1),
		"a field too many":  strings.Replace(deHeader, `"name"`, `"nom": "", "name"`, 1),
		"a text twice":      withTexts(`"Sign in": "Anmelden", "Sign in": "Einloggen"`),
		"another value":     withTexts(`"At {company}": "Bei {firma}"`),
		"a lost value":      withTexts(`"At {company}": "Dort"`),
		"an open brace":     withTexts(`"At": "Bei {"`),
		"an unknown plural": withTexts(`"{n} day": {"einer": "{n} Tag"}`),
		"a number":          withTexts(`"At": 1`),
	} {
		if _, err := parse(fstest.MapFS{"lang/de.json": {Data: []byte(data)}}); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := parse(fstest.MapFS{"lang/de.json": {Data: []byte(deHeader)}}); err != nil {
		t.Errorf("a language without texts: %v", err)
	}
}

func TestPlural(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]map[int]string{
		"en":    {0: "0 days ago", 1: "1 day ago", 2: "2 days ago", -1: "-1 day ago"},
		"de":    {0: "vor 0 Tagen", 1: "vor 1 Tag", 1234: "vor 1.234 Tagen"},
		"fr":    {0: "il y a 0 jour", 1: "il y a 1 jour", 2: "il y a 2 jours"},
		"es":    {0: "hace 0 días", 1: "hace 1 día", 2: "hace 2 días"},
		"pt-BR": {0: "há 0 dia", 1: "há 1 dia", 2: "há 2 dias"},
		"ja":    {0: "0日前", 1: "1日前", 2: "2日前"},
	} {
		l := languageOf(t, tag)
		for n, text := range want {
			if got := l.Count(n, "{n} day ago", "{n} days ago"); got != text {
				t.Errorf("%s, %d: want %q, got %q", tag, n, text, got)
			}
		}
	}
	if got := Pseudo().Count(2, "{n} day ago", "{n} days ago"); got != "⟦2 days ago⟧" {
		t.Errorf("pseudo: %q", got)
	}
	if got := languageOf(t, "de").Count(2, "{n} moon", "{n} moons"); got != "2 moons" {
		t.Errorf("without translation: %q", got)
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 24, 10, 30, 0, 0, time.UTC)
	for tag, want := range map[string][]string{
		"en": {
			"24 November 2026, 10:30 UTC", "1 March 2026, 09:05 UTC",
			"just now", "5 minutes ago", "in 7 days", "never",
		},
		"de": {
			"24. November 2026, 10:30 UTC", "1. März 2026, 09:05 UTC",
			"gerade eben", "vor 5 Minuten", "in 7 Tagen", "nie",
		},
		"fr": {
			"24 novembre 2026 à 10:30 UTC", "1 mars 2026 à 09:05 UTC",
			"à l’instant", "il y a 5 minutes", "dans 7 jours", "jamais",
		},
		"es": {
			"24 de noviembre de 2026, 10:30 UTC", "1 de marzo de 2026, 09:05 UTC",
			"ahora mismo", "hace 5 minutos", "en 7 días", "nunca",
		},
		"pt-BR": {
			"24 de novembro de 2026, 10:30 UTC", "1 de março de 2026, 09:05 UTC",
			"agora mesmo", "há 5 minutos", "em 7 dias", "nunca",
		},
		"ja": {
			"2026年11月24日 10:30 UTC", "2026年3月1日 09:05 UTC",
			"たった今", "5分前", "7日後", "なし",
		},
	} {
		l := languageOf(t, tag)
		got := []string{
			l.DateTime(now.In(time.FixedZone("", 3600))),
			l.DateTime(time.Date(2026, 3, 1, 9, 5, 0, 0, time.UTC)),
			l.Ago(now.Add(-30*time.Second), now),
			l.Ago(now.Add(-5*time.Minute), now),
			l.Ago(now.Add(7*day-time.Second), now),
			l.Ago(time.Time{}, now),
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s:\nwant %q\ngot  %q", tag, want, got)
		}
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]string{
		"en": "1,234,567", "de": "1.234.567", "fr": "1\u00a0234\u00a0567",
		"es": "1.234.567", "pt-BR": "1.234.567", "ja": "1,234,567",
	} {
		if got := languageOf(t, tag).Number(1234567); got != want {
			t.Errorf("%s: want %q, got %q", tag, want, got)
		}
	}
}

func TestChoose(t *testing.T) {
	t.Parallel()
	garbage := strings.Repeat("de-;q=,\x00ü", 1000)
	for name, x := range map[string]struct {
		p    Preference
		want string
	}{
		"nothing":                 {Preference{}, "en"},
		"a country":               {Preference{Accept: "de-AT"}, "de"},
		"a dialect":               {Preference{Accept: "gsw"}, "de"},
		"Portuguese":              {Preference{Accept: "pt"}, "pt-BR"},
		"Portuguese of Portugal":  {Preference{Accept: "pt-PT,en;q=0.5"}, "pt-BR"},
		"Spanish of Mexico":       {Preference{Accept: "es-MX"}, "es"},
		"by weight":               {Preference{Accept: "en;q=0.5, ja;q=0.9, fr;q=0.8"}, "ja"},
		"none that we have":       {Preference{Accept: "zh-CN,zh"}, "en"},
		"the second":              {Preference{Accept: "zh-CN,zh;q=0.9,fr;q=0.8"}, "fr"},
		"any":                     {Preference{Accept: "*"}, "en"},
		"any, of a company":       {Preference{Accept: "*", Company: "fr"}, "fr"},
		"garbage":                 {Preference{Accept: garbage}, "en"},
		"garbage, of a company":   {Preference{Accept: garbage, Company: "de"}, "de"},
		"long":                    {Preference{Accept: "fr" + strings.Repeat(",zh", 4000)}, "fr"},
		"cut":                     {Preference{Accept: strings.Repeat("zh,", 84) + "fr,de-DE-1996"}, "fr"},
		"one word":                {Preference{Accept: strings.Repeat("d", 1000)}, "en"},
		"of the company":          {Preference{Accept: "zh", Company: "de"}, "de"},
		"browser before company":  {Preference{Accept: "fr", Company: "de"}, "fr"},
		"company first":           {Preference{Accept: "fr", Company: "de", CompanyFirst: true}, "de"},
		"company first, unknown":  {Preference{Accept: "fr", Company: "zh", CompanyFirst: true}, "fr"},
		"choice first":            {Preference{Chosen: "ja", Accept: "fr", Company: "de", CompanyFirst: true}, "ja"},
		"choice of several":       {Preference{Chosen: "zh es-AR en", Accept: "fr"}, "es"},
		"choice that is none":     {Preference{Chosen: "../../x", Accept: "fr"}, "fr"},
		"choice of the test's":    {Preference{Chosen: "qps", Accept: "fr"}, "fr"},
		"choice that is too long": {Preference{Chosen: strings.Repeat("x", 10000), Accept: "fr"}, "fr"},
	} {
		if got := Choose(x.p).Tag; got != x.want {
			t.Errorf("%s: want %s, got %s", name, x.want, got)
		}
	}
}

func FuzzAcceptLanguage(f *testing.F) {
	for _, header := range []string{"", "*", "de-AT,de;q=0.9,*;q=0.1", "pt;q=1.5", "x-y-z", strings.Repeat("a-", 300)} {
		f.Add(header)
	}
	f.Fuzz(func(t *testing.T, header string) {
		accept, chosen := Choose(Preference{Accept: header}), Choose(Preference{Chosen: header})
		if !slices.Contains(All(), accept) || !slices.Contains(All(), chosen) {
			t.Errorf("%q: %v, %v", header, accept, chosen)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, text := range append(slices.Sorted(maps.Keys(English().known)), "{", "}", "{n", "a##b", "{a}{b}", "{A}") {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if !English().Known(text) && English().Text(text) != text {
			t.Errorf("data %q is changed", text)
		}
		m, err := split(text)
		if err == nil && m.Fill(nil) != text {
			t.Errorf("%q becomes %q", text, m.Fill(nil))
		}
	})
}
