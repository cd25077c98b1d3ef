package sso

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// maxAttributeValue is the most bytes of the value of an attribute.
const maxAttributeValue = 1024

// itemEnd separates the items of a list in its canonical form. No item contains it.
const itemEnd = "\n"

// ParseAttribute returns values that an identity provider sent in the canonical form of
// a type, or what is wrong with them. Blank values do not count; if there is no other,
// the result is "".
func ParseAttribute(kind AttributeType, values []string) (string, error) {
	var given []string
	for _, v := range values {
		if v = strings.TrimSpace(v); v != "" {
			given = append(given, v)
		}
	}
	slices.Sort(given)
	given = slices.Compact(given) // a list has no order, and each item once
	value := strings.Join(given, itemEnd)
	switch {
	case len(given) == 0:
		return "", nil
	case len(value) > maxAttributeValue:
		return "", fmt.Errorf("longer than %d bytes", maxAttributeValue)
	case slices.ContainsFunc(given, func(v string) bool { return !Printable(v) }):
		return "", errors.New("control, invisible or text-direction characters")
	case kind == AttributeList:
		return value, nil
	case len(given) > 1:
		return "", fmt.Errorf("%d values, and the attribute has one", len(given))
	}
	return parseOne(kind, value)
}

func parseOne(kind AttributeType, value string) (string, error) {
	switch kind {
	case AttributeNumber:
		return parseNumber(value)
	case AttributeBoolean:
		return parseBoolean(value)
	case AttributeDate:
		return parseDate(value)
	}
	return value, nil
}

// numberPattern has at most 15 digits, which every reader of JSON keeps.
var numberPattern = regexp.MustCompile(`^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$`)

func parseNumber(value string) (string, error) {
	const most = 15
	if digits := strings.TrimLeft(value, "-"); len(digits) > 1 && digits[0] == '0' && digits[1] != '.' {
		return "", errors.New("a number with a leading zero, which is a text")
	}
	if !numberPattern.MatchString(value) {
		return "", errors.New("no number such as 17 or -2.5")
	}
	if len(strings.NewReplacer("-", "", ".", "").Replace(value)) > most {
		return "", fmt.Errorf("a number of more than %d digits, which is a text", most)
	}
	if strings.Contains(value, ".") {
		value = strings.TrimRight(strings.TrimRight(value, "0"), ".")
	}
	if value == "-0" {
		return "0", nil
	}
	return value, nil
}

func parseBoolean(value string) (string, error) {
	switch strings.ToLower(value) {
	case "true", "1": // as in XML Schema
		return "true", nil
	case "false", "0":
		return "false", nil
	}
	return "", errors.New("neither true nor false")
}

// parseDate also accepts a time with a date, which counts as it is written.
func parseDate(value string) (string, error) {
	for _, layout := range []string{time.DateOnly, time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, value); err == nil && t.Year() > 0 {
			return t.Format(time.DateOnly), nil
		}
	}
	return "", errors.New("no date such as 2026-11-30")
}

// Items returns the items of a list, sorted; of another type its value; none if the user
// has none.
func (v AttributeValue) Items() []string {
	switch {
	case v.Value == "":
		return nil
	case v.Type == AttributeList:
		return strings.Split(v.Value, itemEnd)
	}
	return []string{v.Value}
}

// Text returns the value for people.
func (v AttributeValue) Text() string { return strings.Join(v.Items(), ", ") }

// Typed returns the value as JSON has it: a number, a boolean, a list of strings, or a
// string.
func (v AttributeValue) Typed() any {
	switch v.Type {
	case AttributeNumber:
		return json.Number(v.Value)
	case AttributeBoolean:
		return v.Value == "true"
	case AttributeList:
		return v.Items()
	}
	return v.Value
}
