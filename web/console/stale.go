package console

import (
	"strings"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// BlameEdit is ui.Blame for a form that edits an object. If the form was made from
// an older revision, the summary says so, and each field that differs from the
// saved one shows the saved value: the user decides field by field, and the next
// submission replaces what is saved. A password is never shown.
func BlameEdit(wrong error, saved []ui.Field, shown ...*ui.Field) []ui.Wrong {
	summary := ui.Blame(wrong, shown...)
	if sso.KindOf(wrong) != sso.Stale {
		return summary
	}
	now := map[string]ui.Field{}
	for _, f := range saved {
		now[f.Name] = f
	}
	for _, f := range shown {
		if of, known := now[f.Name]; known && f.Kind != "password" && savedValue(of) != savedValue(*f) {
			f.Error = "Saved now: " + shortened(savedValue(of))
		}
	}
	return []ui.Wrong{{
		Message: summary[0].Message + " What you entered is still here and is not saved yet: " +
			"each field that differs shows what is saved now. Save again to replace it.",
	}}
}

// savedValue returns the value of a field in words, the same for the same value.
func savedValue(f ui.Field) string {
	value := f.Value
	switch f.Kind {
	case "check":
		if f.Checked {
			return "yes."
		}
		return "no."
	case "select", "radio":
		value = chosen(f)
	case "area":
		value = strings.Join(lines(value), ", ")
	}
	if value == "" {
		return "nothing."
	}
	return value
}

// chosen returns the label of the option that is chosen.
func chosen(f ui.Field) string {
	for _, o := range f.Options {
		if o.Chosen {
			return o.Label
		}
	}
	return ""
}

// lines returns the lines of an area that are not blank.
func lines(text string) (filled []string) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			filled = append(filled, line)
		}
	}
	return filled
}

// shortened returns the beginning of a value: an area may have thousands of lines.
func shortened(value string) string {
	const longest = 500 // characters
	if text := []rune(value); len(text) > longest {
		return string(text[:longest]) + "…"
	}
	return value
}
