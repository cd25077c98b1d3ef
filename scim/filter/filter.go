package filter

import (
	"strconv"
	"strings"
)

// Path names an attribute: [URN ":"] Name ["." Sub]. It keeps the letter case
// that was sent; attribute names compare without case (RFC 7643, section 2.1).
type Path struct {
	URN  string // of the schema; "" for the core schema of the resource
	Name string
	Sub  string // "" for the attribute itself
}

// Is reports whether p names the attribute name of the core schema, and sub of
// it, ignoring case.
func (p Path) Is(name, sub string) bool {
	return p.URN == "" &&
		strings.EqualFold(p.Name, name) &&
		strings.EqualFold(p.Sub, sub)
}

func (p Path) String() string {
	s := p.Name
	if p.URN != "" {
		s = p.URN + ":" + s
	}
	if p.Sub != "" {
		s += "." + p.Sub
	}
	return s
}

// Op is a comparison of RFC 7644, table 3, in lower case.
type Op string

// The comparisons. Presence ("pr") is an expression of its own.
const (
	Equal          Op = "eq"
	NotEqual       Op = "ne"
	Contains       Op = "co"
	StartsWith     Op = "sw"
	EndsWith       Op = "ew"
	Greater        Op = "gt"
	GreaterOrEqual Op = "ge"
	Less           Op = "lt"
	LessOrEqual    Op = "le"
)

// Expr is a filter: one of [All], [Any], [Not], [Present], [Compare] and
// [Element].
type Expr interface {
	// String returns the filter in canonical form; parsing it again gives the
	// same tree.
	String() string
	write(b *strings.Builder, inside precedence)
}

// All is true if each of its parts is. It has at least two.
type All []Expr

// Any is true if one of its parts is. It has at least two.
type Any []Expr

// Not is true if its part is not.
type Not struct {
	Expr Expr
}

// Present is true if the attribute has a value: not null, not empty, and for a
// complex attribute one sub-attribute that is present.
type Present struct {
	Path Path
}

// Compare compares an attribute with a value.
type Compare struct {
	Path  Path
	Op    Op
	Value any // string, bool, float64, or nil for null
}

// Element is true if one element of a multi-valued attribute satisfies Filter,
// whose paths are sub-attributes of the element: emails[type eq "work"].
type Element struct {
	Path   Path // without a sub-attribute
	Filter Expr
}

// precedence orders the operators: parentheses are written around an operand
// that binds less than its operator.
type precedence int

const (
	ofAny precedence = iota
	ofAll
	ofNot
)

func (a All) String() string     { return text(a) }
func (a Any) String() string     { return text(a) }
func (n Not) String() string     { return text(n) }
func (p Present) String() string { return text(p) }
func (c Compare) String() string { return text(c) }
func (e Element) String() string { return text(e) }

func text(e Expr) string {
	var b strings.Builder
	e.write(&b, ofAny)
	return b.String()
}

func (a All) write(b *strings.Builder, inside precedence) {
	join(b, a, " and ", ofNot, inside > ofAll)
}

func (a Any) write(b *strings.Builder, inside precedence) {
	join(b, a, " or ", ofAll, inside > ofAny)
}

func join(b *strings.Builder, parts []Expr, operator string, operand precedence, parentheses bool) {
	if parentheses {
		b.WriteByte('(')
	}
	for i, part := range parts {
		if i > 0 {
			b.WriteString(operator)
		}
		part.write(b, operand)
	}
	if parentheses {
		b.WriteByte(')')
	}
}

func (n Not) write(b *strings.Builder, _ precedence) {
	b.WriteString("not (")
	n.Expr.write(b, ofAny)
	b.WriteByte(')')
}

func (p Present) write(b *strings.Builder, _ precedence) {
	b.WriteString(p.Path.String() + " pr")
}

func (c Compare) write(b *strings.Builder, _ precedence) {
	b.WriteString(c.Path.String() + " " + string(c.Op) + " " + literal(c.Value))
}

func (e Element) write(b *strings.Builder, _ precedence) {
	b.WriteString(e.Path.String() + "[")
	e.Filter.write(b, ofAny)
	b.WriteByte(']')
}

func literal(value any) string {
	switch v := value.(type) {
	case string:
		return quote(v)
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return strconv.FormatFloat(v, 'g', -1, 64)
	default:
		return "null"
	}
}
