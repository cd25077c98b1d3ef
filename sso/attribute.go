package sso

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// AttributeType says what the values of an attribute are.
type AttributeType string

// The types.
const (
	AttributeText    AttributeType = "text"
	AttributeNumber  AttributeType = "number"
	AttributeBoolean AttributeType = "boolean"
	AttributeDate    AttributeType = "date"
	AttributeList    AttributeType = "list" // of texts, without an order
)

// AttributeTypes lists every type, in the order in which they are offered.
var AttributeTypes = [...]AttributeType{
	AttributeText, AttributeNumber, AttributeBoolean, AttributeDate, AttributeList,
}

// Attribute is a fact about its users that an enterprise chooses to keep, such as the
// department. The mapping of each connection says which claims have it.
type Attribute struct {
	Name  string // in mappings and policies, and to applications; it never changes
	Label string // for people
	Type  AttributeType
}

// Attributes are those that an enterprise has chosen, by name.
type Attributes struct {
	List     []Attribute
	Revision int64 // 1 before the first change, one more after each
}

// MaxAttributes is how many attributes an enterprise may have.
const MaxAttributes = 20

var attributeName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,31}$`)

// ValidAttributeName reports whether an attribute can have a name: it needs no escaping
// in a header or a policy.
func ValidAttributeName(name string) bool { return attributeName.MatchString(name) }

// Find returns the attribute with a name.
func (a Attributes) Find(name string) (Attribute, bool) {
	i := slices.IndexFunc(a.List, func(x Attribute) bool { return x.Name == name })
	if i < 0 {
		return Attribute{}, false
	}
	return a.List[i], true
}

// Validate returns all problems of the attributes, with the field names of the API.
func (a Attributes) Validate() []FieldError {
	var problems []FieldError
	if len(a.List) > MaxAttributes {
		problems = append(problems, FieldError{"attributes", "Use at most 20. Remove one first."})
	}
	names := map[string]bool{}
	for i, x := range a.List {
		field := "attributes[" + strconv.Itoa(i) + "]."
		switch {
		case !ValidAttributeName(x.Name):
			problems = append(problems, FieldError{
				field + "name",
				"Use 1 to 32 lower-case letters, digits and underscores, beginning with a letter.",
			})
		case names[x.Name]:
			problems = append(problems, FieldError{field + "name", "There is another one with this name."})
		}
		names[x.Name] = true
		problems = append(problems, ValidateName(field+"label", x.Label)...)
		if !slices.Contains(AttributeTypes[:], x.Type) {
			problems = append(problems, FieldError{
				field + "type", "Use text, number, boolean, date or list.",
			})
		}
	}
	return problems
}

// AttributeValue is the value of one attribute. Value is in the canonical form of
// [ParseAttribute]; "" says that the user has none.
type AttributeValue struct {
	Name  string
	Type  AttributeType
	Value string
}

// UserAttribute is the value of an attribute that is kept of a user, and its source.
type UserAttribute struct {
	AttributeValue
	Connection ConnectionID // over which it came; the connection may be deleted
	// Pushed says that the identity provider of the connection pushes the value. Sign-ins
	// leave it as it is.
	Pushed    bool
	ChangedAt time.Time
}

// UpdateAttributes returns the attributes of a user after a sign-in, by name, and those
// values that differ from what is known. An attribute that was not sent keeps its value;
// one that was sent without a value, "", loses it. Values that an identity provider
// pushes change by pushes only.
func UpdateAttributes(known []UserAttribute, sent []AttributeValue) (after, changed []AttributeValue) {
	values := map[string]AttributeValue{}
	kept := map[string]bool{}
	for _, k := range known {
		values[k.Name] = k.AttributeValue
		kept[k.Name] = k.Pushed
	}
	for _, v := range sent {
		if kept[v.Name] || values[v.Name] == v || v.Value == "" && values[v.Name].Value == "" {
			continue
		}
		values[v.Name] = v
		changed = append(changed, v)
	}
	for _, v := range values {
		if v.Value != "" {
			after = append(after, v)
		}
	}
	slices.SortFunc(after, compareAttributes)
	return after, changed
}

func compareAttributes(a, b AttributeValue) int { return strings.Compare(a.Name, b.Name) }

// AttributeTexts are the attributes of a user in one text, so that those of sessions can
// be compared and shared: by name, without control characters but the separators.
type AttributeTexts string

// Separators of AttributeTexts, which no value contains.
const (
	attributeEnd   = "\x1e"
	attributeField = "\x1f"
)

// JoinAttributes returns attributes as a text. It sorts its argument.
func JoinAttributes(all []AttributeValue) AttributeTexts {
	slices.SortFunc(all, compareAttributes)
	texts := make([]string, len(all))
	for i, a := range all {
		texts[i] = a.Name + attributeField + string(a.Type) + attributeField + a.Value
	}
	return AttributeTexts(strings.Join(texts, attributeEnd))
}

// List returns the attributes, by name.
func (t AttributeTexts) List() []AttributeValue {
	if t == "" {
		return nil
	}
	var all []AttributeValue
	for text := range strings.SplitSeq(string(t), attributeEnd) {
		name, rest, _ := strings.Cut(text, attributeField)
		kind, value, _ := strings.Cut(rest, attributeField)
		all = append(all, AttributeValue{
			Name:  name,
			Type:  AttributeType(kind),
			Value: value,
		})
	}
	return all
}
