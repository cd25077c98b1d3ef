package filter

import (
	"cmp"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Kind is how the values of an attribute compare (RFC 7643, section 2.2).
type Kind int

// The kinds of attributes. The zero value is that of an attribute that no
// schema knows.
const (
	Text    Kind = iota // a string, compared without case
	Exact               // a string with caseExact, or a reference
	Boolean             // true, false, and the strings "True" and "False"
	Moment              // a dateTime in RFC 3339
	Number              // an integer or a decimal
	Complex             // an attribute with sub-attributes; "value" stands for it in a comparison
)

// Kinds returns the kind of an attribute.
type Kinds func(Path) Kind

// Fold returns the form in which strings that are not caseExact compare:
// case-folded, in Unicode normalization form C.
func Fold(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return norm.NFC.String(cases.Fold().String(norm.NFC.String(s)))
		}
	}
	return strings.ToLower(s)
}

// Match reports whether a resource satisfies a filter. The resource is decoded
// JSON: map[string]any, []any, string, bool, float64. The names of its
// attributes compare without case.
//
// A multi-valued attribute satisfies a comparison if one of its values does;
// ne is the negation of eq. A comparison with an order (gt, ge, lt, le) is
// false for booleans.
func Match(e Expr, resource map[string]any, kinds Kinds) bool {
	return matcher{kinds: kinds}.match(e, resource)
}

// matcher evaluates a filter on a resource, or on an element of the attribute
// of.
type matcher struct {
	kinds Kinds
	of    Path
}

func (m matcher) match(e Expr, in map[string]any) bool {
	switch e := e.(type) {
	case All:
		for _, part := range e {
			if !m.match(part, in) {
				return false
			}
		}
		return true
	case Any:
		for _, part := range e {
			if m.match(part, in) {
				return true
			}
		}
		return false
	case Not:
		return !m.match(e.Expr, in)
	case Present:
		return hasAny(values(in, e.Path))
	case Compare:
		return m.compare(e, in)
	case Element:
		return m.element(e, in)
	default:
		return false
	}
}

func (m matcher) element(e Element, in map[string]any) bool {
	inner := matcher{
		kinds: m.kinds,
		of:    e.Path,
	}
	for _, v := range values(in, e.Path) {
		element, is := v.(map[string]any)
		if !is {
			element = map[string]any{"value": v}
		}
		if inner.match(e.Filter, element) {
			return true
		}
	}
	return false
}

func (m matcher) compare(c Compare, in map[string]any) bool {
	if c.Op == NotEqual {
		c.Op = Equal
		return !m.compare(c, in)
	}
	found := values(in, c.Path)
	if c.Value == nil {
		return c.Op == Equal && !hasAny(found)
	}
	kind := m.kinds(m.absolute(c.Path))
	for _, v := range found {
		if element, is := v.(map[string]any); is {
			_, v = Lookup(element, "value")
			kind = m.kinds(Path{
				URN:  c.Path.URN,
				Name: c.Path.Name,
				Sub:  "value",
			})
		}
		if kind.compare(c.Op, v, c.Value) {
			return true
		}
	}
	return false
}

// absolute returns the path of an attribute seen from the resource.
func (m matcher) absolute(p Path) Path {
	if m.of.Name == "" {
		return p
	}
	return Path{
		URN:  m.of.URN,
		Name: m.of.Name,
		Sub:  p.Name,
	}
}

// Lookup finds a member by its name, ignoring case, and returns the name as the
// object has it; "" and nil if there is none.
func Lookup(object map[string]any, name string) (key string, value any) {
	if v, is := object[name]; is {
		return name, v
	}
	for k, v := range object {
		if strings.EqualFold(k, name) {
			return k, v
		}
	}
	return "", nil
}

// values returns the values at a path: the elements of lists, each by itself.
func values(in map[string]any, p Path) []any {
	if p.URN != "" {
		_, extension := Lookup(in, p.URN)
		in, _ = extension.(map[string]any)
	}
	_, v := Lookup(in, p.Name)
	found := elements(v)
	if p.Sub == "" {
		return found
	}
	var subs []any
	for _, element := range found {
		if object, is := element.(map[string]any); is {
			_, sub := Lookup(object, p.Sub)
			subs = append(subs, elements(sub)...)
		}
	}
	return subs
}

func elements(v any) []any {
	switch v := v.(type) {
	case nil:
		return nil
	case []any:
		return v
	default:
		return []any{v}
	}
}

func hasAny(found []any) bool {
	for _, v := range found {
		switch v := v.(type) {
		case nil:
		case string:
			if v != "" {
				return true
			}
		case map[string]any:
			for _, sub := range v {
				if hasAny(elements(sub)) {
					return true
				}
			}
		default:
			return true
		}
	}
	return false
}

// compare compares a value of a resource with that of a filter. Values of
// different types are not equal.
func (k Kind) compare(op Op, have, want any) bool {
	switch k {
	case Boolean:
		a, isBool := AsBool(have)
		b, wantBool := AsBool(want)
		return isBool && wantBool && op == Equal && a == b
	case Number:
		a, isNumber := have.(float64)
		b, wantNumber := want.(float64)
		return isNumber && wantNumber && ordered(op, cmp.Compare(a, b))
	case Moment:
		a, isTime := moment(have)
		b, wantTime := moment(want)
		return isTime && wantTime && ordered(op, a.Compare(b))
	default:
		return k.compareText(op, have, want)
	}
}

func (k Kind) compareText(op Op, have, want any) bool {
	a, isString := have.(string)
	b, wantString := want.(string)
	if !isString || !wantString {
		return op == Equal && have == want
	}
	if k != Exact {
		a, b = Fold(a), Fold(b)
	}
	switch op {
	case Contains:
		return strings.Contains(a, b)
	case StartsWith:
		return strings.HasPrefix(a, b)
	case EndsWith:
		return strings.HasSuffix(a, b)
	default:
		return ordered(op, strings.Compare(a, b))
	}
}

// ordered reports whether an order (-1, 0, +1) satisfies an operator.
func ordered(op Op, order int) bool {
	switch op {
	case Equal:
		return order == 0
	case Greater:
		return order > 0
	case GreaterOrEqual:
		return order >= 0
	case Less:
		return order < 0
	case LessOrEqual:
		return order <= 0
	default:
		return false
	}
}

func moment(v any) (time.Time, bool) {
	s, is := v.(string)
	if !is {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, s)
	return t, err == nil
}

// AsBool reads a boolean as identity providers send it: true, "True", "false".
func AsBool(v any) (value, ok bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case string:
		switch strings.ToLower(v) {
		case "true":
			return true, true
		case "false":
			return false, true
		}
	}
	return false, false
}
