package sso

import (
	"reflect"
	"strings"
	"testing"
)

// TestParseAttribute: what is sent is kept in one form of its type, or not at all.
func TestParseAttribute(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		kind  AttributeType
		sent  []string
		value string
		wrong string
	}{
		{AttributeText, []string{" R&D, \"x\" "}, `R&D, "x"`, ""},
		{AttributeText, []string{"R&D", "R&D"}, "R&D", ""},
		{AttributeText, []string{"R&D", ""}, "R&D", ""},
		{AttributeText, []string{"R&D", "Sales"}, "", "2 values"},
		{AttributeText, []string{" ", ""}, "", ""},
		{AttributeText, nil, "", ""},
		{AttributeText, []string{strings.Repeat("a", 1024)}, strings.Repeat("a", 1024), ""},
		{AttributeText, []string{strings.Repeat("a", 1025)}, "", "longer than 1024"},
		{AttributeText, []string{"abc\u202edef"}, "", "text-direction"},
		{AttributeText, []string{"a\x1eb"}, "", "control"},
		{AttributeText, []string{"a\nb"}, "", "control"},
		{AttributeText, []string{"a\xff"}, "", "control"},
		{AttributeNumber, []string{"17"}, "17", ""},
		{AttributeNumber, []string{"-2.50"}, "-2.5", ""},
		{AttributeNumber, []string{"1.0"}, "1", ""},
		{AttributeNumber, []string{"-0.0"}, "0", ""},
		{AttributeNumber, []string{"100"}, "100", ""},
		{AttributeNumber, []string{"999999999999999"}, "999999999999999", ""},
		{AttributeNumber, []string{"9999999999999999"}, "", "15 digits"},
		{AttributeNumber, []string{"00017"}, "", "leading zero"},
		{AttributeNumber, []string{"1e3"}, "", "no number"},
		{AttributeNumber, []string{"NaN"}, "", "no number"},
		{AttributeNumber, []string{"+1"}, "", "no number"},
		{AttributeNumber, []string{"1,5"}, "", "no number"},
		{AttributeNumber, []string{"١٧"}, "", "no number"},
		{AttributeBoolean, []string{"True"}, "true", ""},
		{AttributeBoolean, []string{"0"}, "false", ""},
		{AttributeBoolean, []string{"yes"}, "", "neither"},
		{AttributeDate, []string{"2024-02-29"}, "2024-02-29", ""},
		{AttributeDate, []string{"2024-02-29T23:30:00+02:00"}, "2024-02-29", ""},
		{AttributeDate, []string{"2024-02-29T23:30:00"}, "2024-02-29", ""},
		{AttributeDate, []string{"2025-02-29"}, "", "no date"},
		{AttributeDate, []string{"29.02.2024"}, "", "no date"},
		{AttributeDate, []string{"0000-01-01"}, "", "no date"},
		{AttributeList, []string{"b", " a", "b", ""}, "a\nb", ""},
		{AttributeList, []string{"a\nb"}, "", "control"},
		{AttributeList, []string{strings.Repeat("a", 600), strings.Repeat("b", 600)}, "", "longer than 1024"},
	} {
		value, err := ParseAttribute(test.kind, test.sent)
		if value != test.value || (err == nil) != (test.wrong == "") ||
			err != nil && !strings.Contains(err.Error(), test.wrong) {
			t.Errorf("%s %.60q: %.60q, %v; want %.60q, %q", test.kind, test.sent, value, err, test.value, test.wrong)
		}
		if again, err := ParseAttribute(test.kind, (AttributeValue{"", test.kind, value}).Items()); again != value {
			t.Errorf("%s %.60q is read again as %.60q, %v", test.kind, value, again, err)
		}
	}
}

// TestUpdateAttributes: what was not sent stays, what was sent empty goes, and what is
// pushed changes by pushes only.
func TestUpdateAttributes(t *testing.T) {
	t.Parallel()
	text := func(name, value string) AttributeValue { return AttributeValue{name, AttributeText, value} }
	known := []UserAttribute{
		{AttributeValue: text("department", "Sales")},
		{AttributeValue: text("badge", "17"), Pushed: true},
		{AttributeValue: text("site", "Bern")},
	}
	sent := []AttributeValue{
		text("badge", "18"), text("department", "R&D"), text("floor", "2"), text("room", ""), text("site", ""),
	}
	for _, test := range []struct {
		name           string
		sent           []AttributeValue
		after, changed []AttributeValue
	}{
		{"nothing", nil, []AttributeValue{text("badge", "17"), text("department", "Sales"), text("site", "Bern")}, nil},
		{
			"a sign-in", sent,
			[]AttributeValue{text("badge", "17"), text("department", "R&D"), text("floor", "2")},
			[]AttributeValue{text("department", "R&D"), text("floor", "2"), text("site", "")},
		},
	} {
		after, changed := UpdateAttributes(known, test.sent)
		if !reflect.DeepEqual(after, test.after) || !reflect.DeepEqual(changed, test.changed) {
			t.Errorf("%s: %v and %v, want %v and %v", test.name, after, changed, test.after, test.changed)
		}
	}
}

// TestAttributeTexts: attributes come back from their text, whatever their values are.
func TestAttributeTexts(t *testing.T) {
	t.Parallel()
	all := []AttributeValue{
		{"b", AttributeText, `a=b,c|d "%2C"`},
		{"a", AttributeList, "x,y\nz"},
	}
	got := JoinAttributes(all).List()
	if len(got) != 2 || got[0] != (AttributeValue{"a", AttributeList, "x,y\nz"}) || got[1].Value != `a=b,c|d "%2C"` {
		t.Errorf("got %v", got)
	}
	if JoinAttributes(nil) != "" || AttributeTexts("").List() != nil {
		t.Error("none is not none")
	}
}

// TestAttributesAreValidated: each problem names its field.
func TestAttributesAreValidated(t *testing.T) {
	t.Parallel()
	good := Attribute{"department", "Department", AttributeText}
	many := make([]Attribute, MaxAttributes+1)
	for i := range many {
		many[i] = Attribute{"a" + string(rune('a'+i)), "A", AttributeText}
	}
	for _, test := range []struct {
		name   string
		list   []Attribute
		fields []string
	}{
		{"good", []Attribute{good}, nil},
		{"20", many[:MaxAttributes], nil},
		{"21", many, []string{"attributes"}},
		{"twice", []Attribute{good, good}, []string{"attributes[1].name"}},
		{"no name", []Attribute{{"", "A", AttributeText}}, []string{"attributes[0].name"}},
		{"capital", []Attribute{{"Department", "A", AttributeText}}, []string{"attributes[0].name"}},
		{"separator", []Attribute{{"a=b", "A", AttributeText}}, []string{"attributes[0].name"}},
		{"long", []Attribute{{strings.Repeat("a", 33), "A", AttributeText}}, []string{"attributes[0].name"}},
		{"no label", []Attribute{{"a", " ", AttributeText}}, []string{"attributes[0].label"}},
		{"type", []Attribute{{"a", "A", "object"}}, []string{"attributes[0].type"}},
	} {
		var fields []string
		for _, p := range (Attributes{List: test.list}).Validate() {
			fields = append(fields, p.Field)
		}
		if !reflect.DeepEqual(fields, test.fields) {
			t.Errorf("%s: %v, want %v", test.name, fields, test.fields)
		}
	}
}
