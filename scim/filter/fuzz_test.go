package filter

import (
	"reflect"
	"testing"

	public "github.com/scim2/filter-parser/v2"
	"pgregory.net/rapid"
)

// FuzzParse checks that every filter that is accepted means the same when its
// canonical form is parsed again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		`userName eq "a"`, `emails[type eq "work"].value eq "x"`,
		`not (a pr) or (b pr and c gt 1.5)`,
		`urn:a:2.0:User:manager.value ne null`, `active eq True`, `((((a pr))))`,
		`a eq "\u0000\ud800"`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		e, err := Parse(in)
		if err != nil {
			_ = err.Error() // must not panic on any position
			return
		}
		canonical := e.String()
		if len(canonical) > maxLength {
			return // escapes and spelled-out numbers can make it longer
		}
		again, err := Parse(canonical)
		if err != nil {
			t.Fatalf("%q became %q, which is refused: %v", in, canonical, err)
		}
		if !reflect.DeepEqual(e, again) && again.String() != canonical {
			t.Errorf("%q became %q, and that %q", in, canonical, again)
		}
		Match(e, map[string]any{"a": []any{map[string]any{"value": "x"}}}, kinds)
	})
}

// expressions generates filters in the common part of our grammar and that of
// the public parser, which reads at most one operator in brackets.
func expressions() *rapid.Generator[Expr] {
	name := rapid.SampledFrom([]string{"userName", "displayName", "title", "active"})
	sub := rapid.SampledFrom([]string{"type", "value", "primary"})
	operators := rapid.SampledFrom([]Op{
		Equal, NotEqual, Contains, StartsWith, EndsWith, Greater, GreaterOrEqual,
		Less, LessOrEqual,
	})
	leaf := func(names *rapid.Generator[string]) *rapid.Generator[Expr] {
		return rapid.Custom(func(t *rapid.T) Expr {
			path := Path{Name: names.Draw(t, "name")}
			if rapid.Bool().Draw(t, "present") {
				return Present{path}
			}
			return Compare{
				Path:  path,
				Op:    operators.Draw(t, "operator"),
				Value: rapid.StringMatching(`[ -!#-\[\]-~]{0,8}`).Draw(t, "value"),
			}
		})
	}
	element := rapid.Custom(func(t *rapid.T) Expr {
		return Element{
			Path:   Path{Name: "emails"},
			Filter: pair(t, leaf(sub)),
		}
	})
	leaves := rapid.OneOf(leaf(name), leaf(name), element)
	return rapid.Custom(func(t *rapid.T) Expr { return grow(t, leaves, 3) })
}

// pair returns a leaf, or two with an operator between them.
func pair(t *rapid.T, leaves *rapid.Generator[Expr]) Expr {
	first, second := leaves.Draw(t, "first"), leaves.Draw(t, "second")
	switch rapid.IntRange(0, 2).Draw(t, "operator") {
	case 0:
		return All{first, second}
	case 1:
		return Any{first, second}
	default:
		return first
	}
}

func grow(t *rapid.T, leaves *rapid.Generator[Expr], depth int) Expr {
	kind := rapid.IntRange(0, 5).Draw(t, "kind")
	if depth == 0 || kind > 2 {
		return leaves.Draw(t, "leaf")
	}
	if kind == 2 {
		return Not{grow(t, leaves, depth-1)}
	}
	var parts []Expr
	for range rapid.IntRange(2, 3).Draw(t, "parts") {
		parts = append(parts, grow(t, leaves, depth-1))
	}
	if kind == 0 {
		return All(parts)
	}
	return Any(parts)
}

// TestParseAgreesWithThePublicParser holds our parser against an independent
// one: both must accept a filter, and find the same operators in the same order
// of evaluation.
func TestParseAgreesWithThePublicParser(t *testing.T) {
	t.Parallel()
	all := expressions()
	rapid.Check(t, func(t *rapid.T) {
		in := all.Draw(t, "filter").String()
		ours, err := Parse(in)
		if err != nil {
			t.Fatalf("%s: %v", in, err)
		}
		theirs, err := public.ParseFilter([]byte(in))
		if err != nil {
			t.Fatalf("the public parser refuses %s: %v", in, err)
		}
		if got, want := flatten(ours).String(), flatten(translate(theirs)).String(); got != want {
			t.Errorf("%s was read as %s, by the public parser as %s", in, got, want)
		}
	})
}

// translate returns the tree of the public parser as ours.
func translate(e public.Expression) Expr {
	switch e := e.(type) {
	case *public.LogicalExpression:
		left, right := translate(e.Left), translate(e.Right)
		if e.Operator == public.AND {
			return All{left, right}
		}
		return Any{left, right}
	case *public.NotExpression:
		return Not{translate(e.Expression)}
	case *public.ValuePath:
		return Element{
			Path{Name: e.AttributePath.AttributeName}, translate(e.ValueFilter),
		}
	case *public.AttributeExpression:
		path := Path{Name: e.AttributePath.AttributeName}
		if e.Operator == public.PR {
			return Present{path}
		}
		return Compare{
			Path:  path,
			Op:    Op(e.Operator),
			Value: e.CompareValue,
		}
	default:
		return nil
	}
}

// flatten joins nested lists of the same operator: the public parser keeps no
// parentheses.
func flatten(e Expr) Expr {
	switch e := e.(type) {
	case All:
		var parts []Expr
		for _, part := range e {
			part = flatten(part)
			if inner, is := part.(All); is {
				parts = append(parts, inner...)
				continue
			}
			parts = append(parts, part)
		}
		return All(parts)
	case Any:
		var parts []Expr
		for _, part := range e {
			part = flatten(part)
			if inner, is := part.(Any); is {
				parts = append(parts, inner...)
				continue
			}
			parts = append(parts, part)
		}
		return Any(parts)
	case Not:
		return Not{flatten(e.Expr)}
	case Element:
		return Element{e.Path, flatten(e.Filter)}
	default:
		return e
	}
}
