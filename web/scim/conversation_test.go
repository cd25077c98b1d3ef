package scim

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gatehouse/sso"
)

// TestConversations plays what identity providers send, and expects what they
// want to hear; testdata/README.md describes the files.
func TestConversations(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no conversations", err)
	}
	for name, database := range databases() {
		for _, file := range files {
			t.Run(name+"/"+strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
				t.Parallel()
				play(t, database, file)
			})
		}
	}
}

func play(t *testing.T, database func(testing.TB) string, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var setup options
	c := conversation{known: map[string]string{}}
	for i, s := range sections(string(text)) {
		switch {
		case s.name == "setup":
			setup = readSetup(t, s.text)
		case c.fixture == nil && i > 0:
			c.fixture = newFixture(t, database, setup)
			c.prepare(setup)
			fallthrough
		case c.fixture != nil:
			c.section(s)
		}
	}
	if c.fixture == nil || c.answer != nil {
		t.Fatal("the conversation is empty, or its last request has no response")
	}
}

// section is a part of a txtar file.
type section struct {
	name, text string
}

// sections cuts a txtar file at its lines "-- name --".
func sections(text string) []section {
	all := []section{{}}
	for line := range strings.Lines(text) {
		name, is := strings.CutPrefix(strings.TrimSpace(line), "-- ")
		if name, ends := strings.CutSuffix(name, " --"); is && ends {
			all = append(all, section{name: name})
			continue
		}
		all[len(all)-1].text += line
	}
	return all
}

// readSetup reads lines such as "scopes users:read" and "provider okta".
func readSetup(t *testing.T, text string) (o options) {
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		switch words[0] {
		case "scopes":
			for _, w := range words[1:] {
				o.scopes = append(o.scopes, sso.ProvisioningScope(w))
			}
		case "provider":
			o.provider = sso.Provider(words[1])
		case "user":
			o.users = append(o.users, words[1])
		case "group":
			o.groups = append(o.groups, words[1])
		default:
			t.Fatalf("setup has %q", line)
		}
	}
	return o
}

// conversation is one that is being played.
type conversation struct {
	*fixture
	known  map[string]string // values of responses by their names
	title  string
	answer *reply // to the last request, until it was compared
}

// prepare makes what the setup says was there before.
func (c *conversation) prepare(o options) {
	for _, name := range o.groups {
		c.group(name)
	}
	for _, login := range o.users {
		c.signIn(login)
	}
	c.known["base"] = "https://" + host + c.base()
}

func (c *conversation) section(s section) {
	c.Helper()
	kind, title, _ := strings.Cut(s.name, ": ")
	switch kind {
	case "request":
		if c.answer != nil {
			c.Fatalf("%s: no response is expected", c.title)
		}
		c.title = title
		answer := c.request(s.text)
		c.answer = &answer
	case "response":
		c.compare(s.text)
		c.answer = nil
	default:
		c.Fatalf("a section is called %q", s.name)
	}
}

var variable = regexp.MustCompile(`\$\{([a-z0-9]+)\}`)

// filled puts what earlier responses had in place of its names.
func (c *conversation) filled(text string) string {
	return variable.ReplaceAllStringFunc(text, func(name string) string {
		value, is := c.known[name[2:len(name)-1]]
		if !is {
			c.Fatalf("%s: no response had %s", c.title, name)
		}
		return value
	})
}

// request sends a request as the file has it: method and path, headers, a blank
// line, the body.
func (c *conversation) request(text string) reply {
	c.Helper()
	head, body, _ := strings.Cut(c.filled(text), "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	method, path, _ := strings.Cut(lines[0], " ")
	return c.do(method, path, strings.TrimSpace(body), lines[1:]...)
}

// compare compares the response to the last request: its status, the headers and
// the members of the body that the file has.
func (c *conversation) compare(text string) {
	c.Helper()
	if c.answer == nil {
		c.Fatalf("a response without a request: %s", text)
	}
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(strings.TrimSpace(head), "\n")
	status, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || c.answer.Code != status {
		c.Errorf("%s: status %d, want %s: %s", c.title, c.answer.Code, lines[0], c.answer.Body)
		return
	}
	for _, line := range lines[1:] {
		name, want, _ := strings.Cut(line, ": ")
		c.value("header "+name, want, c.answer.Header().Get(name))
	}
	if location := c.answer.Header().Get("Location"); status < 400 && status >= http.StatusMultipleChoices &&
		status != http.StatusNotModified || location != "" && status != http.StatusCreated {
		c.Errorf("%s: redirected to %q", c.title, location)
	}
	c.compareBody(strings.TrimSpace(body))
}

func (c *conversation) compareBody(text string) {
	c.Helper()
	switch {
	case text == "...":
		return
	case text == "":
		if c.answer.Body.Len() > 0 {
			c.Errorf("%s: body %s, want none", c.title, c.answer.Body)
		}
		return
	}
	var want any
	if err := json.Unmarshal([]byte(text), &want); err != nil {
		c.Fatalf("%s: the expected body: %v", c.title, err)
	}
	c.value("", want, any(c.answer.json))
}

// value compares a value with what is expected. "*" stands for any text, "${x}"
// for the value of that name, which is learned at its first use; null for
// nothing. Of objects only the expected members are compared.
func (c *conversation) value(place string, want, got any) {
	c.Helper()
	switch want := want.(type) {
	case map[string]any:
		object, is := got.(map[string]any)
		if !is {
			c.differs(place, want, got)
			return
		}
		for _, name := range slices.Sorted(maps.Keys(want)) {
			c.value(place+"."+name, want[name], object[name])
		}
	case []any:
		list, is := got.([]any)
		if !is || len(list) != len(want) {
			c.differs(place, want, got)
			return
		}
		for i := range want {
			c.value(fmt.Sprintf("%s[%d]", place, i), want[i], list[i])
		}
	case string:
		c.text(place, want, got)
	default:
		if want != got {
			c.differs(place, want, got)
		}
	}
}

func (c *conversation) text(place, want string, got any) {
	c.Helper()
	s, is := got.(string)
	name := variable.FindStringSubmatch(want)
	if is && name != nil && name[0] == want && c.known[name[1]] == "" {
		c.known[name[1]] = s
		return
	}
	pattern := strings.ReplaceAll(regexp.QuoteMeta(c.filled(want)), `\*`, ".*")
	if !is || !regexp.MustCompile("(?s)^"+pattern+"$").MatchString(s) {
		c.differs(place, want, got)
	}
}

func (c *conversation) differs(place string, want, got any) {
	c.Helper()
	c.Errorf("%s: %s is %v, want %v\n%s", c.title, strings.TrimPrefix(place, "."), got, want, c.answer.Body)
}
