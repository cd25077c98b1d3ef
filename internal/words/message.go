package words

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Message is a text in the order of its language: literal parts, and values.
type Message []Part

// Part is a literal text or the name of a value.
type Part struct{ Text, Value string }

// Names returns the names of the values, sorted, each once.
func (m Message) Names() (names []string) {
	for _, p := range m {
		if p.Value != "" {
			names = append(names, p.Value)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Fill returns the text with its values. The name of a missing one remains.
func (m Message) Fill(values map[string]string) string {
	var b strings.Builder
	for _, p := range m {
		value, ok := values[p.Value]
		switch {
		case p.Value == "":
			b.WriteString(p.Text)
		case ok:
			b.WriteString(value)
		default:
			b.WriteString("{" + p.Value + "}")
		}
	}
	return b.String()
}

// valueName matches the name of a value.
var valueName = regexp.MustCompile(`^[a-z][A-Za-z0-9]*$`)

// split parses a text with values in braces.
func split(text string) (Message, error) {
	var m Message
	for rest := text; rest != ""; {
		literal, after, found := strings.Cut(rest, "{")
		if literal != "" {
			m = append(m, Part{Text: literal})
		}
		if !found {
			break
		}
		name, end, closed := strings.Cut(after, "}")
		if !closed || !valueName.MatchString(name) {
			return nil, fmt.Errorf("text %q: a brace begins no name of a value", text)
		}
		m, rest = append(m, Part{Value: name}), end
	}
	return m, nil
}
