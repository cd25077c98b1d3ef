package directory

import (
	"strings"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// blameEdit is ui.Blame for a form that edits an object. If the form was made from
// an older revision, the summary says so, and each field that differs from the
// saved one shows the saved value: the user decides field by field, and the next
// submission replaces what is saved.
func blameEdit(wrong error, saved []ui.Field, shown ...*ui.Field) []ui.Wrong {
	summary := ui.Blame(wrong, shown...)
	if sso.KindOf(wrong) != sso.Stale {
		return summary
	}
	now := map[string]ui.Field{}
	for _, f := range saved {
		now[f.Name] = f
	}
	for _, f := range shown {
		if of, known := now[f.Name]; known && savedValue(of) != savedValue(*f) {
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
	switch {
	case f.Kind == "check" && f.Checked:
		return "yes."
	case f.Kind == "check":
		return "no."
	case f.Kind == "area":
		f.Value = strings.Join(linesOf(f.Value), ", ")
	}
	if f.Value == "" {
		return "nothing."
	}
	return f.Value
}

// shortened returns the beginning of a value: an area may have thousands of lines.
func shortened(value string) string {
	const longest = 500 // characters
	if text := []rune(value); len(text) > longest {
		return string(text[:longest]) + "…"
	}
	return value
}
