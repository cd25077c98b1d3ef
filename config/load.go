package config

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"slices"
	"strings"

	"github.com/caarlos0/env/v11"
	"github.com/goccy/go-yaml"
)

// Problem describes what is wrong with one setting.
type Problem struct {
	Setting string `json:"setting"` // its name in the file; "" if it is about the file itself
	Source  string `json:"source"`  // where it was set: a file name, a variable, a flag; "" if nowhere
	Message string `json:"message"` // one sentence, with the remedy
}

func (p Problem) String() string {
	s := p.Message
	if p.Setting != "" {
		s = p.Setting + ": " + s
	}
	if p.Source != "" {
		s += " (" + p.Source + ")"
	}
	return s
}

// Sources holds the sources of settings; later ones take precedence.
type Sources struct {
	File  string            // path of a YAML file; "" for none
	Env   []string          // in the form of os.Environ
	Flags map[string]string // by Setting.Flag, only those that were given; secrets also as NAME-file
}

// value is the text of a setting and its source.
type value struct{ text, source string }

// Load reads the sources. The Config holds every valid setting, even if there are
// problems with others.
func Load(s Sources) (Config, []Problem) {
	l := loader{values: map[string]value{}}
	l.file(s.File)
	l.environment(s.Env)
	l.flags(s.Flags)
	c := Default()
	l.fill(&c)
	if c.Database == "" {
		c.Database = Address("sqlite:" + strings.TrimSuffix(c.DataDir, "/") + "/gatehouse.db")
	}
	if l.values[Prefix+"BASE_URL"].text == "" {
		c.BaseURL = localURL(c.BaseURL, c.Listen)
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	c.Brand.clean()
	l.hosts(&c)
	broken := map[string]bool{}
	for _, p := range l.problems {
		broken[p.Setting] = true
	}
	for _, p := range c.Validate() {
		if !broken[p.Setting] { // else the default would be reported in place of the unreadable value
			p.Source = l.sourceOf(p.Setting)
			l.problems = append(l.problems, p)
		}
	}
	return c, l.problems
}

// localURL returns the default base URL with the port of listen, so that links lead to
// this process. If the system chooses the port, it is not known yet and base is
// returned unchanged.
func localURL(base, listen string) string {
	_, port, err := net.SplitHostPort(listen)
	if err != nil || port == "" || port == "0" {
		return base
	}
	return "http://localhost:" + port
}

type loader struct {
	values   map[string]value // by Setting.Env
	problems []Problem
}

func (l *loader) problem(setting, source, format string, args ...any) {
	l.problems = append(l.problems, Problem{setting, source, fmt.Sprintf(format, args...)})
}

// file reads the settings file.
func (l *loader) file(path string) {
	if path == "" {
		return
	}
	doc, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		l.problem("", path, "cannot be read: %s", reason(err))
		return
	}
	var tree map[string]any
	if err := yaml.Unmarshal(doc, &tree); err != nil {
		l.problem(
			"", path, "is not valid YAML: %s",
			strings.TrimSpace(yaml.FormatError(err, false, true)),
		)
		return
	}
	known := map[string]Setting{}
	for _, s := range Settings() {
		known[s.Name] = s
	}
	l.flatten(tree, "", path, known)
}

func (l *loader) flatten(tree map[string]any, prefix, source string, known map[string]Setting) {
	for _, key := range sortedKeys(tree) {
		name := prefix + key
		setting, ok := known[name]
		inner, section := tree[key].(map[string]any)
		switch {
		case ok && section:
			l.problem(name, source, "is one value, not a section")
		case ok && tree[key] == nil && isColor(name):
			l.problem(name, source, `is empty, because # begins a comment; write the color in quotes: "#0e5c4b"`)
		case ok:
			l.values[setting.Env] = value{textOf(tree[key]), source}
		case section && isSection(name, known):
			l.flatten(inner, name+".", source, known)
		case isSection(name, known):
			l.problem(name, source, "is a section with settings of its own")
		default:
			l.problem(name, source, "there is no such setting")
		}
	}
}

func isSection(name string, known map[string]Setting) bool {
	for k := range known {
		if strings.HasPrefix(k, name+".") {
			return true
		}
	}
	return false
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// textOf returns a YAML value as the text that an environment variable would have.
func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case []any:
		var all []string
		for _, one := range v {
			all = append(all, textOf(one))
		}
		return strings.Join(all, ",")
	}
	return fmt.Sprint(v)
}

func (l *loader) environment(environ []string) {
	given := map[string]string{}
	for _, pair := range environ {
		if name, text, ok := strings.Cut(pair, "="); ok && strings.HasPrefix(name, Prefix) {
			given[name] = text
		}
	}
	for _, s := range Settings() {
		if text, ok := given[s.Env]; ok {
			l.values[s.Env] = value{text, s.Env}
			delete(given, s.Env)
		}
		if path, ok := given[s.Env+"_FILE"]; ok && s.MayBeFile() {
			l.fromFile(s, path, s.Env+"_FILE")
			delete(given, s.Env+"_FILE")
		}
	}
	delete(given, Prefix+"CONFIG") // the name of the file, which cmd reads
	left := make(map[string]any, len(given))
	for name := range given {
		left[name] = nil
	}
	for _, name := range sortedKeys(left) {
		l.problem(name, "environment", "there is no such setting")
	}
}

func (l *loader) flags(given map[string]string) {
	for _, s := range Settings() {
		if text, ok := given[s.Flag]; ok {
			l.values[s.Env] = value{text, "--" + s.Flag}
		}
		if path, ok := given[s.Flag+"-file"]; ok && s.MayBeFile() {
			l.fromFile(s, path, "--"+s.Flag+"-file")
		}
	}
}

func (l *loader) fromFile(s Setting, path, source string) {
	text, err := os.ReadFile(path) //nolint:gosec // the operator names the file
	if err != nil {
		l.problem(s.Name, source, "the file cannot be read: %s", reason(err))
		return
	}
	l.values[s.Env] = value{strings.TrimSpace(string(text)), source}
}

// reason returns the error of reading a file without the file's name.
func reason(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err.Error()
	}
	return err.Error()
}

// fill parses the values into c one by one, so that each problem names its setting.
func (l *loader) fill(c *Config) {
	for _, s := range Settings() {
		v, ok := l.values[s.Env]
		if !ok {
			continue
		}
		text := v.text
		if text == "" {
			continue // treated as not set: compose files and charts write NAME= for that
		}
		err := env.ParseWithOptions(c, env.Options{
			Environment: map[string]string{s.Env: text},
			Prefix:      Prefix,
		})
		if err != nil {
			l.problem(s.Name, v.source, "%s", unreadable(s, text))
		}
	}
}

// unreadable returns the message for a value that cannot be parsed. It does not
// repeat a secret.
func unreadable(s Setting, text string) string {
	switch {
	case s.Bool:
		return fmt.Sprintf("is %q; use true or false", text)
	case s.Number:
		return fmt.Sprintf("is %q; use a whole number such as 600, or 0 for no limit", text)
	case s.Name == "trusted_proxies":
		return fmt.Sprintf("is %q; use networks such as 10.0.0.0/8, separated by commas", text)
	}
	return fmt.Sprintf("is %q; use a duration such as 90s, 30m or 8h", text)
}

func (l *loader) sourceOf(name string) string {
	for _, s := range Settings() {
		if s.Name == name {
			return l.values[s.Env].source
		}
	}
	return ""
}
