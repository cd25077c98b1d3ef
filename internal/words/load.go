package words

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed lang/*.json
var files embed.FS

// catalogue has all languages.
type catalogue struct {
	languages []*Language // English first, the others by their names
	pseudo    *Language
	matcher   language.Matcher
}

// load returns the languages of the embedded files. TestEmbeddedFiles reads these too, so
// a binary with a file that cannot be read is not released.
var load = sync.OnceValue(func() *catalogue {
	c, err := parse(files)
	if err != nil {
		panic(err)
	}
	return c
})

// header is the part of a file that describes its language.
type header struct {
	Tag      string   `json:"tag"`
	Name     string   `json:"name"`
	Locale   string   `json:"locale"`
	Months   []string `json:"months"`
	Date     string   `json:"date"`
	DateTime string   `json:"datetime"`
}

// headerKey is the name of the header among the texts of a file.
const headerKey = "@"

func english() header {
	return header{
		Tag:    "en",
		Name:   "English",
		Locale: "en-GB",
		Months: []string{
			"January", "February", "March", "April", "May", "June",
			"July", "August", "September", "October", "November", "December",
		},
		Date:     "{day} {month} {year}",
		DateTime: "{date}, {hour}:{minute}",
	}
}

// parse reads the files of all languages.
func parse(fsys fs.FS) (*catalogue, error) {
	names, err := fs.Glob(fsys, "lang/*.json")
	if err != nil {
		return nil, fmt.Errorf("list languages: %w", err)
	}
	known := map[string]bool{}
	var others []*Language
	for _, name := range names {
		l, err := parseFile(fsys, name, known)
		if err != nil {
			return nil, fmt.Errorf("language %s: %w", name, err)
		}
		others = append(others, l)
	}
	slices.SortFunc(others, func(a, b *Language) int { return strings.Compare(a.Name, b.Name) })
	first, err := newLanguage(english())
	if err != nil {
		return nil, err
	}
	c := &catalogue{languages: append([]*Language{first}, others...)}
	var tags []language.Tag
	for _, l := range c.languages {
		l.known = known
		tags = append(tags, l.tag)
	}
	c.matcher = language.NewMatcher(tags)
	pseudo := *first
	pseudo.Tag, pseudo.pseudo = "qps", true
	c.pseudo = &pseudo
	return c, nil
}

// parseFile reads one language and adds the texts of its file to known.
func parseFile(fsys fs.FS, name string, known map[string]bool) (*Language, error) {
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	var all map[string]jsontext.Value
	if err := json.Unmarshal(data, &all); err != nil {
		return nil, err
	}
	var h header
	if err := json.Unmarshal(all[headerKey], &h, json.RejectUnknownMembers(true)); err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if h.Tag+".json" != path.Base(name) {
		return nil, fmt.Errorf("header: the tag %q is not the name of the file", h.Tag)
	}
	l, err := newLanguage(h)
	if err != nil {
		return nil, err
	}
	delete(all, headerKey)
	l.texts = map[string]forms{}
	for _, key := range slices.Sorted(maps.Keys(all)) {
		known[key] = true
		if err := l.add(key, all[key]); err != nil {
			return nil, fmt.Errorf("%q: %w", key, err)
		}
	}
	return l, nil
}

func newLanguage(h header) (*Language, error) {
	tag, err := language.Parse(h.Tag)
	if err != nil {
		return nil, fmt.Errorf("header: tag: %w", err)
	}
	if _, err := language.Parse(h.Locale); err != nil {
		return nil, fmt.Errorf("header: locale: %w", err)
	}
	if h.Name == "" || len(h.Months) != 12 || slices.Contains(h.Months, "") {
		return nil, errors.New("header: a name and twelve months are needed")
	}
	pattern := strings.Replace(h.DateTime, "{date}", h.Date, 1)
	moment, err := split(pattern)
	if err != nil {
		return nil, fmt.Errorf("header: %w", err)
	}
	if !slices.Equal(moment.Names(), []string{"day", "hour", "minute", "month", "year"}) {
		return nil, fmt.Errorf("header: a moment is shown with %v", moment.Names())
	}
	return &Language{
		Tag:     h.Tag,
		Name:    h.Name,
		Locale:  h.Locale,
		Moment:  pattern,
		tag:     tag,
		months:  h.Months,
		moment:  moment,
		printer: message.NewPrinter(tag),
	}, nil
}

// formNames are the plural forms as files name them.
var formNames = map[string]plural.Form{
	"zero":  plural.Zero,
	"one":   plural.One,
	"two":   plural.Two,
	"few":   plural.Few,
	"many":  plural.Many,
	"other": plural.Other,
}

// add adds the translation of one text: a string, or an object of plural forms.
func (l *Language) add(key string, value jsontext.Value) error {
	translations := map[string]string{}
	if value.Kind() == '"' {
		var text string
		if err := json.Unmarshal(value, &text); err != nil {
			return err
		}
		translations["other"] = text
	} else if err := json.Unmarshal(value, &translations); err != nil {
		return err
	}
	english, err := split(withoutContext(key))
	if err != nil {
		return err
	}
	found := forms{}
	for name, text := range translations {
		form, ok := formNames[name]
		if !ok {
			return fmt.Errorf("there is no plural form %q", name)
		}
		if text == "" {
			continue
		}
		m, err := split(text)
		if err != nil {
			return err
		}
		if got := m.Names(); !slices.Equal(got, english.Names()) {
			return fmt.Errorf("it has the values %v in place of %v", got, english.Names())
		}
		found[form] = m
	}
	if len(found) > 0 {
		l.texts[key] = found
	}
	return nil
}
