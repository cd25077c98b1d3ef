package branding

import (
	"encoding/xml"
	"maps"
	"regexp"
	"strings"
)

// rule is one of a style sheet without nesting.
var (
	rule    = regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)
	comment = regexp.MustCompile(`(?s)/\*.*?\*/`)
	class   = regexp.MustCompile(`^\.([A-Za-z_][A-Za-z0-9_-]{0,99})$`)
)

// sheet reads a style element: rules whose selectors are single classes, as drawing
// programs write them. All other rules are left out.
func (d *drawing) sheet(decoder *xml.Decoder) error {
	var text strings.Builder
	for {
		token, err := decoder.Token()
		if err != nil {
			return unreadable(err)
		}
		switch t := token.(type) {
		case xml.CharData:
			text.Write(t)
		case xml.StartElement:
			if err := skip(decoder); err != nil {
				return err
			}
		case xml.EndElement:
			d.rules(comment.ReplaceAllString(text.String(), " "))
			return nil
		}
	}
}

func (d *drawing) rules(text string) {
	for _, r := range rule.FindAllStringSubmatch(text, -1) {
		declared := d.declarations(r[2])
		for selector := range strings.SplitSeq(r[1], ",") {
			name := class.FindStringSubmatch(strings.TrimSpace(selector))
			if name == nil {
				continue
			}
			if d.styles[name[1]] == nil {
				d.styles[name[1]] = map[string]string{}
			}
			maps.Copy(d.styles[name[1]], declared)
		}
	}
}

// declarations returns the harmless ones of a style, by property.
func (d *drawing) declarations(style string) map[string]string {
	declared := map[string]string{}
	for part := range strings.SplitSeq(style, ";") {
		property, value, _ := strings.Cut(part, ":")
		property = strings.ToLower(strings.TrimSpace(property))
		value = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(value), "!important"))
		if d.allows(property, value) {
			declared[property] = value
		}
	}
	return declared
}

// dress turns the declarations of classes and of elements' own styles into attributes. A
// class overrides an attribute, and the element's own style overrides both.
func (d *drawing) dress(e *element) {
	for _, name := range e.class {
		maps.Copy(e.attributes, d.styles[name])
	}
	maps.Copy(e.attributes, e.style)
	for _, child := range e.children {
		d.dress(child)
	}
}
