package scim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// The limits of a body, besides its bytes.
const (
	// maxDepth is how many objects and lists may be inside each other.
	maxDepth = 32
	// maxValues is how many values a body may have: objects, lists, texts, numbers.
	// A value of two bytes takes fifty in memory, so the limit of bytes alone bounds
	// little. 10,000 operations with a member each have 90,000.
	maxValues = 200_000
)

// Read decodes the body of a request: one JSON object. It refuses duplicate
// names, also those that differ in case alone, invalid UTF-8, NUL characters and
// text behind the object.
func Read(body []byte) (map[string]any, error) {
	r := reader{Decoder: jsontext.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))}
	v, err := r.value(0)
	if err != nil {
		return nil, syntaxError(err)
	}
	if _, err := r.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, badRequest(InvalidSyntax, "There is text behind the JSON object.")
	}
	object, is := v.(map[string]any)
	if !is {
		return nil, badRequest(InvalidSyntax, "The body is not a JSON object.")
	}
	return object, nil
}

func syntaxError(err error) error {
	if refused, is := errors.AsType[*Error](err); is {
		return refused
	}
	return badRequest(InvalidSyntax, "The body is not valid JSON: %s.",
		brief(strings.TrimPrefix(err.Error(), "jsontext: ")))
}

// reader decodes JSON and counts its values.
type reader struct {
	*jsontext.Decoder
	values int
}

func (r *reader) value(depth int) (any, error) {
	if depth > maxDepth {
		return nil, badRequest(InvalidSyntax, "More than %d objects and lists are inside each other.", maxDepth)
	}
	if r.values++; r.values > maxValues {
		return nil, tooMuch("The body has more than %d values; send the rest in further requests.", maxValues)
	}
	token, err := r.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		return r.object(depth)
	case '[':
		return r.list(depth)
	case '"':
		return readText(token.String())
	case '0':
		return json.Number(token.String()), nil
	case 't', 'f':
		return token.Bool(), nil
	default:
		return nil, nil //nolint:nilnil // null is a value
	}
}

// readText refuses a NUL, which databases do not keep.
func readText(s string) (string, error) {
	if strings.Contains(s, "\x00") {
		return "", badRequest(InvalidValue, "A text has a NUL character.")
	}
	return s, nil
}

func (r *reader) object(depth int) (map[string]any, error) {
	object := map[string]any{}
	folded := map[string]bool{}
	for r.PeekKind() != '}' {
		token, err := r.ReadToken()
		if err != nil {
			return nil, err
		}
		name, err := readText(token.String())
		if err != nil {
			return nil, err
		}
		if folded[foldedName(name)] {
			return nil, badRequest(InvalidSyntax, "The name %q appears twice; case does not count.", brief(name))
		}
		folded[foldedName(name)] = true
		if object[name], err = r.value(depth + 1); err != nil {
			return nil, err
		}
	}
	_, err := r.ReadToken()
	return object, err
}

// foldedName returns the same text for names that [strings.EqualFold] takes for one,
// as lookups do: to it, the long s is an s.
func foldedName(name string) string {
	return strings.Map(func(r rune) rune {
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, name)
}

func (r *reader) list(depth int) ([]any, error) {
	list := []any{}
	for r.PeekKind() != ']' {
		v, err := r.value(depth + 1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := r.ReadToken()
	return list, err
}
