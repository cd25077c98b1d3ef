package devtools

import (
	"go/ast"
	"go/parser"
	"go/token"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// habit is a way of writing that readers stumble over.
type habit struct {
	name, instead string
	found         *regexp.Regexp // in one sentence
	in            string         // prefixes of the files it is looked for in; "" for all
	logs          bool           // whether errors and logs count, too
}

const (
	shown = "web/access web/account web/activity web/assistant web/connection web/console web/directory " +
		"web/overview web/provisioning web/session web/signin web/testconnection web/ui sso saml oidc groupsync internal/mail internal/words/lang"
	ordinary = "web/account web/assistant web/signin web/testconnection web/ui/layout.html web/ui/SignedOut.html " +
		"web/ui/Continue.html web/ui/Failure.html web/ui/form.html internal/mail internal/words/lang " +
		"sso/guide sso/catalog/visitor.go web/access/SetupStart.html"
	operator = "web/access/Admins.html web/access/AdminWelcome.html web/access/ApiTokens.html web/access/apitokens " +
		"web/overview/EnterpriseList.html web/directory/Application web/directory/application"
)

func habits() []habit {
	said := regexp.MustCompile
	return []habit{
		{"a clause as a subject", "Anyone who, People who", said(`^(Who|Whom|Whose) [^?]*$`), "", true},
		{"whoever", "anyone who, people who", said(`(?i)\b(whoever|whomever|(some|no|any|every)body )`), "", true},
		{"stands", "is, appears", said(`\b[Ss]tands?\b( (in|on|at|above|below|here|there|twice)\b|[.,;]?$)`), "", true},
		{"is made", "is created", said(`\b(is|are|was|were|been|be|being) made\b`), "", true},
		{"is there", "exists, was sent", said(`\b(is|are|was|were) there\b[^?]*$`), "", true},
		{"is gone", "was deleted, has ended", said(`\b(is|are) gone\b`), "", true},
		{"goes on", "continues", said(`\b(goes|go|went|going) on\b`), "", true},
		{"data that came", "is from, was sent", said(`\b(came (from|with)|comes with)\b`), "", true},
		{"by itself", "automatically", said(`\bby (itself|themselves)\b`), "", true},
		{"leave as it is", "do not change, Cancel", said(`\b[LlKk](eaves?|eeps?) .{1,30} as (it is|they are)\b`), "", true},
		{"proven", "verified", said(`\b[Pp]roven\b`), "", true},
		{"a straight apostrophe", "’", said(`[a-z]'(s|t|re|ll|ve|d)?\b`), shown, false},
		{"enterprise", "company", said(`\b[Ee]nterprises?\b( [^a]|[.,;]|$)`), ordinary, false},
		{"company", "enterprise", said(`\b[Cc]ompan(y|ies)\b`), operator, false},
	}
}

// text is a piece of writing of a file.
type text struct {
	words string
	log   bool // of an error or a log line
}

// written are the files and directories with texts for people.
const written = "README.md cmd config docs groupsync internal/demo internal/mail internal/words/lang oidc saml " +
	"scim sso store web"

// unread are directories below them: tests, code, and records, which are not rewritten.
const unread = "docs/decisions store/nodetest store/storetest web/directory/snippets"

var (
	aFence    = regexp.MustCompile("(?s)```.*?```")
	aCode     = regexp.MustCompile("`[^`\n]*`")
	anAction  = regexp.MustCompile(`(?s)\{\{.*?\}\}`)
	aLiteral  = regexp.MustCompile(`"((?:[^"\\]|\\.)*)"`)
	anInline  = regexp.MustCompile(`</?(a|b|i|em|strong|code|bdi|span|kbd|time|abbr|mark|small)\b[^>]*>`)
	aTag      = regexp.MustCompile(`(?s)<[^>]*>`)
	spaces    = regexp.MustCompile(`\s+`)
	aKey      = regexp.MustCompile(`(?m)^  "((?:[^"\\]|\\.)*)": `)
	aSentence = regexp.MustCompile(`[^.?!:;]*(?:[.?!:;]+|$)`)
	aBlock    = regexp.MustCompile(`\n\s*\n|\n\s*(?:[-*#|>]|\d+\.)\s*| \| `)
	aLog      = regexp.MustCompile(`^(Errorf|New|doing|Debug|Info|Warn|Error|(Debug|Info|Warn|Error)Context)$`)
)

// texts returns what is written in a file.
func texts(path, data string) ([]text, error) {
	var all []text
	add := func(words string) { all = append(all, text{words: words}) }
	switch filepath.Ext(path) {
	case ".go":
		return literals(path, data)
	case ".html", ".txt":
		data = anAction.ReplaceAllStringFunc(data, func(a string) string {
			for _, m := range aLiteral.FindAllStringSubmatch(a, -1) {
				add(m[1])
			}
			return "X"
		})
		for _, s := range aTag.Split(anInline.ReplaceAllString(data, ""), -1) {
			add(html.UnescapeString(s))
		}
	case ".md":
		for _, s := range aBlock.Split(aCode.ReplaceAllString(aFence.ReplaceAllString(data, "\n\n"), "X"), -1) {
			add(s)
		}
	case ".json":
		for _, m := range aKey.FindAllStringSubmatch(data, -1) {
			add(m[1])
		}
	}
	return all, nil
}

// literals returns the strings of a Go file. Strings that are added are one text.
func literals(path, data string) ([]text, error) {
	f, err := parser.ParseFile(token.NewFileSet(), path, data, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	var all []text
	var collect func(n ast.Node, log bool)
	collect = func(n ast.Node, log bool) {
		ast.Inspect(n, func(in ast.Node) bool {
			switch in := in.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.CallExpr:
				if !log && logs(in) {
					collect(in, true)
					return false
				}
			case *ast.BinaryExpr:
				if in.Op == token.ADD {
					all = append(all, text{added(in), log})
					return false
				}
			case *ast.BasicLit:
				all = append(all, text{added(in), log})
			}
			return true
		})
	}
	collect(f, false)
	return all, nil
}

// logs reports whether a call makes an error or writes a log line.
func logs(c *ast.CallExpr) bool {
	switch f := c.Fun.(type) {
	case *ast.Ident:
		return aLog.MatchString(f.Name)
	case *ast.SelectorExpr:
		return aLog.MatchString(f.Sel.Name)
	}
	return false
}

// added returns the text of an expression, with X for what is not a literal.
func added(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return added(e.X) + added(e.Y)
	case *ast.BasicLit:
		if s, err := strconv.Unquote(e.Value); err == nil {
			return s
		}
	}
	return "X"
}

// within reports whether a path has one of the prefixes in a list.
func within(path, list string) bool {
	return list == "" || slices.ContainsFunc(strings.Fields(list), func(prefix string) bool {
		return strings.HasPrefix(path, prefix)
	})
}

// habitsIn returns the sentences of a file that have a habit, as "path: sentence".
func habitsIn(path, data string, habits []habit) (map[string]habit, error) {
	all, err := texts(path, data)
	found := map[string]habit{}
	for _, x := range all {
		for _, s := range aSentence.FindAllString(spaces.ReplaceAllString(x.words, " "), -1) {
			s = strings.Trim(s, " *_\"“”(")
			for _, h := range habits {
				if within(path, h.in) && (h.logs || !x.log) && h.found.MatchString(s) {
					found[path+": "+s] = h
				}
			}
		}
	}
	return found, err
}

// mostHabits is the number of exceptions. It only shrinks.
const mostHabits = 12

// TestHabits searches all texts for the habits. testdata/habits.txt has the exceptions,
// each below the reason for it.
func TestHabits(t *testing.T) {
	excepted := map[string]bool{}
	for line := range strings.Lines(read(t, "internal/devtools/testdata/habits.txt")) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, "#") {
			excepted[line] = false
		}
	}
	if len(excepted) != mostHabits {
		t.Errorf("%d exceptions, and mostHabits is %d", len(excepted), mostHabits)
	}
	root, habits := root(t), habits()
	for _, dir := range strings.Fields(written) {
		err := filepath.WalkDir(filepath.Join(root, dir), func(path string, entry fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			relative, _ := filepath.Rel(root, path)
			relative = filepath.ToSlash(relative)
			if entry.IsDir() {
				if entry.Name() == "testdata" || slices.Contains(strings.Fields(unread), relative) {
					return fs.SkipDir
				}
				return nil
			}
			if strings.HasSuffix(path, "_test.go") {
				return nil
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			found, err := habitsIn(relative, string(data), habits)
			for s, h := range found {
				if _, ok := excepted[s]; ok {
					excepted[s] = true
				} else {
					t.Errorf("%s (write %s instead of %s)", s, h.instead, h.name)
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for s, used := range excepted {
		if !used {
			t.Errorf("this exception is not needed: %s", s)
		}
	}
}

// TestHabitsAreFound plants each habit, in each kind of file.
func TestHabitsAreFound(t *testing.T) {
	for path, data := range map[string]string{
		"web/signin/Form.html":        `<p>Who signs in first <b>gets</b> an account.</p>`,
		"web/signin/Login.html":       `{{template "empty" "It stands in the link."}}`,
		"web/signin/view.go":          "package signin\n\nconst a = \"The account \" +\n\t\"is made now.\"",
		"web/signin/apostrophe.go":    "package signin\n\nconst a = \"Your company's sign-in\"",
		"web/signin/log.go":           "package signin\n\nvar a = errors.New(\"ask whoever sent it\")",
		"web/signin/enterprise.go":    "package signin\n\nconst a = \"Ask your enterprise.\"",
		"web/access/Admins.html":      `<p>They see every company.</p>`,
		"internal/mail/a.txt":         "Hello,\n\nthe link is gone.\n",
		"internal/words/lang/de.json": "{\n  \"The sign-in goes on.\": \"Die Anmeldung geht weiter.\"\n}",
		"docs/a.md":                   "| `X` | the session came from it |\n",
		"docs/b.md":                   "- The domain is proven\n  by a record.\n",
		"README.md":                   "It runs\nby itself.\n",
		"docs/c.md":                   "All of them are there, too.\n",
		"web/directory/a.html":        `<a class="button" href="/x">Leave everything as it is</a>`,
	} {
		found, err := habitsIn(path, data, habits())
		if err != nil || len(found) != 1 {
			t.Errorf("%s: found %v, %v in %q", path, found, err, data)
		}
	}
	for path, data := range map[string]string{
		"web/signin/Form.html": `<p>Who must act? <b>You</b>. Anyone who signs in.</p><p class="stands">your company’s</p>`,
		"web/signin/view.go":   "package signin\n\nvar a = fmt.Errorf(\"read the user's sessions\") // whoever",
		"docs/a.md":            "It stands for X: is there more?\n\n```\nwhoever\n```\n`is made`\n",
	} {
		if found, err := habitsIn(path, data, habits()); err != nil || len(found) != 0 {
			t.Errorf("%s: found %v, %v in %q", path, found, err, data)
		}
	}
}
