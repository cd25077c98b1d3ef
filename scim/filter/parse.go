package filter

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The limits of a filter. They bound what one request can make us compute.
const (
	maxLength = 4 << 10 // bytes
	maxDepth  = 32      // parentheses and brackets inside each other
)

// near is how many characters of a filter an error quotes.
const near = 20

// syntaxError says where a filter or a path cannot be understood, and why.
type syntaxError struct {
	at     int
	in     string
	reason string
}

// Error returns the reason with the position, counted in characters from 1, and
// the text that begins there.
func (e *syntaxError) Error() string {
	character := utf8.RuneCountInString(e.in[:e.at]) + 1
	rest := []rune(e.in[e.at:])
	if len(rest) == 0 {
		return fmt.Sprintf("not understood at character %d, its end: %s", character, e.reason)
	}
	return fmt.Sprintf("not understood at character %d near %q: %s",
		character, string(rest[:min(len(rest), near)]), e.reason)
}

// Parse parses a filter. An error is an syntax error that says where.
func Parse(in string) (Expr, error) {
	p, err := newParser(in)
	if err != nil {
		return nil, err
	}
	e, err := p.any()
	if err != nil {
		return nil, err
	}
	if p.tok.class != end {
		return nil, p.fail("an operator (and, or) or the end is expected")
	}
	return e, nil
}

// Target is the path of a PATCH operation (RFC 7644, section 3.5.2):
// attribute, attribute.sub, attribute[filter] or attribute[filter].sub.
type Target struct {
	Path   Path
	Filter Expr // nil without brackets; its paths are sub-attributes
}

func (t Target) String() string {
	if t.Filter == nil {
		return t.Path.String()
	}
	element := Path{
		URN:  t.Path.URN,
		Name: t.Path.Name,
	}
	s := element.String() + "[" + t.Filter.String() + "]"
	if t.Path.Sub != "" {
		s += "." + t.Path.Sub
	}
	return s
}

// ParseTarget parses the path of a PATCH operation. An error is an syntax error that says where.
func ParseTarget(in string) (Target, error) {
	p, err := newParser(in)
	if err != nil {
		return Target{}, err
	}
	path, err := p.path()
	if err != nil {
		return Target{}, err
	}
	target := Target{Path: path}
	if p.tok.class == openBracket {
		if target.Filter, err = p.brackets(path); err != nil {
			return Target{}, err
		}
		if target.Path.Sub, err = p.sub(); err != nil {
			return Target{}, err
		}
	}
	if p.tok.class != end {
		return Target{}, p.fail("the end of the path is expected")
	}
	return target, nil
}

// ParsePath parses the name of an attribute, as the query parameters attributes
// and excludedAttributes list them. An error is an syntax error that says where.
func ParsePath(in string) (Path, error) {
	target, err := ParseTarget(in)
	if err != nil {
		return Path{}, err
	}
	if target.Filter != nil {
		return Path{}, &syntaxError{strings.IndexByte(in, '['), in, "a filter is not allowed here"}
	}
	return target.Path, nil
}

// parser is a recursive-descent parser with one token of lookahead.
type parser struct {
	lexer
	tok   token
	depth int
}

func newParser(in string) (*parser, error) {
	if len(in) > maxLength {
		return nil, &syntaxError{0, in, fmt.Sprintf("it has %d bytes; the limit is %d", len(in), maxLength)}
	}
	p := &parser{lexer: lexer{in: in}}
	return p, p.advance()
}

func (p *parser) advance() error {
	tok, err := p.next()
	if err != nil {
		return err
	}
	p.tok = tok
	return nil
}

func (p *parser) fail(reason string) error {
	return &syntaxError{p.tok.at, p.in, reason}
}

// keyword reports whether the current token is the word w, ignoring case.
func (p *parser) keyword(w string) bool {
	return p.tok.class == word && strings.EqualFold(p.tok.text, w)
}

func (p *parser) any() (Expr, error) {
	return p.list("or", p.all, func(parts []Expr) Expr { return Any(parts) })
}

func (p *parser) all() (Expr, error) {
	return p.list("and", p.unary, func(parts []Expr) Expr { return All(parts) })
}

// list parses operands with one operator between them.
func (p *parser) list(operator string, operand func() (Expr, error), join func([]Expr) Expr) (Expr, error) {
	var parts []Expr
	for {
		part, err := operand()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
		if !p.keyword(operator) {
			break
		}
		if err := p.advance(); err != nil {
			return nil, err
		}
	}
	if len(parts) == 1 {
		return parts[0], nil
	}
	return join(parts), nil
}

func (p *parser) unary() (Expr, error) {
	if p.keyword("not") {
		if err := p.advance(); err != nil {
			return nil, err
		}
		if p.tok.class != open {
			return nil, p.fail("not is followed by parentheses")
		}
		e, err := p.parentheses()
		return Not{e}, err
	}
	if p.tok.class == open {
		return p.parentheses()
	}
	return p.attribute()
}

func (p *parser) parentheses() (Expr, error) {
	return p.enclosed(closed, "a closing parenthesis is expected")
}

// enclosed parses a filter up to its closing token; the current token opens it.
func (p *parser) enclosed(closing class, missing string) (Expr, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, p.fail(fmt.Sprintf("more than %d parentheses or brackets inside each other", maxDepth))
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	e, err := p.any()
	if err != nil {
		return nil, err
	}
	if p.tok.class != closing {
		return nil, p.fail(missing)
	}
	p.depth--
	return e, p.advance()
}

// brackets parses the filter of a value path, behind its attribute.
func (p *parser) brackets(path Path) (Expr, error) {
	if path.Sub != "" {
		return nil, p.fail("a sub-attribute has no elements to filter")
	}
	return p.enclosed(closeBracket, "a closing bracket is expected")
}

// sub parses the sub-attribute behind brackets, if there is one.
func (p *parser) sub() (string, error) {
	if p.tok.class != word || !strings.HasPrefix(p.tok.text, ".") {
		return "", nil
	}
	name := p.tok.text[1:]
	if !isName(name) {
		return "", p.fail("the name of a sub-attribute is expected")
	}
	return name, p.advance()
}

func (p *parser) attribute() (Expr, error) {
	path, err := p.path()
	if err != nil {
		return nil, err
	}
	if p.tok.class != openBracket {
		return p.comparison(path)
	}
	inner, err := p.brackets(path)
	if err != nil {
		return nil, err
	}
	sub, err := p.sub()
	if err != nil || sub == "" {
		return Element{path, inner}, err
	}
	compared, err := p.comparison(Path{Name: sub})
	if err != nil {
		return nil, err
	}
	return Element{path, conjunction(inner, compared)}, nil
}

// conjunction joins two filters with "and" in one list.
func conjunction(a, b Expr) Expr {
	if parts, is := a.(All); is {
		return append(parts, b)
	}
	return All{a, b}
}

func (p *parser) path() (Path, error) {
	if p.tok.class != word {
		return Path{}, p.fail("the name of an attribute is expected")
	}
	path, ok := splitPath(p.tok.text)
	if !ok {
		return Path{}, p.fail("this is not the name of an attribute")
	}
	return path, p.advance()
}

// splitPath reads [URN ":"] name ["." sub]. The version in a schema's URN has a
// dot, so the URN ends at the last colon.
func splitPath(s string) (Path, bool) {
	var path Path
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		path.URN, s = s[:i], s[i+1:]
		if !isURN(path.URN) {
			return path, false
		}
	}
	path.Name, path.Sub, _ = strings.Cut(s, ".")
	hasSub := strings.Contains(s, ".")
	return path, isName(path.Name) && (!hasSub || isName(path.Sub))
}

func isURN(s string) bool {
	return len(s) > len("urn:") && strings.EqualFold(s[:len("urn:")], "urn:") &&
		!strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' })
}

// isName reports whether s is an attribute name: a letter or "$" (for $ref),
// then letters, digits, "-" and "_" (RFC 7643, section 2.1).
func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '$' && i == 0
		other := c >= '0' && c <= '9' || c == '-' || c == '_'
		if !letter && (!other || i == 0) {
			return false
		}
	}
	return s != ""
}

func (p *parser) comparison(path Path) (Expr, error) {
	if p.tok.class != word {
		return nil, p.fail("an operator is expected: eq ne co sw ew pr gt ge lt le")
	}
	op := Op(strings.ToLower(p.tok.text))
	if op == "pr" {
		return Present{path}, p.advance()
	}
	switch op {
	case Equal, NotEqual, Contains, StartsWith, EndsWith, Greater, GreaterOrEqual, Less, LessOrEqual:
	default:
		return nil, p.fail("an operator is expected: eq ne co sw ew pr gt ge lt le")
	}
	if err := p.advance(); err != nil {
		return nil, err
	}
	value, ok := p.value()
	if !ok {
		return nil, p.fail(`a value is expected: a string in quotation marks, a number, true, false or null`)
	}
	return Compare{
		Path:  path,
		Op:    op,
		Value: value,
	}, p.advance()
}

func (p *parser) value() (value any, ok bool) {
	switch {
	case p.tok.class == quoted:
		return p.tok.text, true
	case p.keyword("true"):
		return true, true
	case p.keyword("false"):
		return false, true
	case p.keyword("null"):
		return nil, true
	case p.tok.class == word:
		return number(p.tok.text)
	default:
		return nil, false
	}
}

// number reads a JSON number.
func number(s string) (any, bool) {
	if strings.Trim(s, "0123456789+-.eE") != "" || s[0] == '+' || s[0] == '.' {
		return nil, false
	}
	f, err := strconv.ParseFloat(s, 64)
	return f, err == nil
}
