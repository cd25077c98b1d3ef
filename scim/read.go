package scim

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// maxDepth is how many objects and lists of a request may be inside each other.
const maxDepth = 32

// Read decodes the body of a request: one JSON object. It refuses duplicate
// names, also those that differ in case alone, invalid UTF-8, NUL characters and
// text behind the object.
func Read(body []byte) (map[string]any, error) {
	decoder := jsontext.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	v, err := readValue(decoder, 0)
	if err != nil {
		return nil, syntaxError(err)
	}
	if _, err := decoder.ReadToken(); !errors.Is(err, io.EOF) {
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
		strings.TrimPrefix(err.Error(), "jsontext: "))
}

func readValue(decoder *jsontext.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, badRequest(InvalidSyntax, "More than %d objects and lists are inside each other.", maxDepth)
	}
	token, err := decoder.ReadToken()
	if err != nil {
		return nil, err
	}
	switch token.Kind() {
	case '{':
		return readObject(decoder, depth)
	case '[':
		return readList(decoder, depth)
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

func readObject(decoder *jsontext.Decoder, depth int) (map[string]any, error) {
	object := map[string]any{}
	folded := map[string]bool{}
	for decoder.PeekKind() != '}' {
		token, err := decoder.ReadToken()
		if err != nil {
			return nil, err
		}
		name, err := readText(token.String())
		if err != nil {
			return nil, err
		}
		if folded[strings.ToLower(name)] {
			return nil, badRequest(InvalidSyntax, "The name %q is there twice; case does not count.", name)
		}
		folded[strings.ToLower(name)] = true
		if object[name], err = readValue(decoder, depth+1); err != nil {
			return nil, err
		}
	}
	_, err := decoder.ReadToken()
	return object, err
}

func readList(decoder *jsontext.Decoder, depth int) ([]any, error) {
	list := []any{}
	for decoder.PeekKind() != ']' {
		v, err := readValue(decoder, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := decoder.ReadToken()
	return list, err
}
