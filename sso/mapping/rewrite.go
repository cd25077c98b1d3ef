package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"strings"

	"gatehouse/sso"
)

// Limits of a rewrite expression. RE2 takes time in proportion to the value and
// to the size of the program, so both are limited.
const (
	maxPatternBytes = 512 // bytes, of the pattern and of the replacement
	maxPatternSize  = 500 // instructions of the compiled program
)

// rewriter converts values to names of groups.
type rewriter struct {
	preset  string
	pattern *regexp.Regexp
	replace string
}

// newRewriter returns nil if r is nil.
func newRewriter(r *sso.Rewrite) (*rewriter, error) {
	if r == nil {
		return nil, nil
	}
	w := &rewriter{preset: r.Preset, replace: r.Replace}
	if r.Pattern == "" {
		return w, nil
	}
	if w.replace == "" {
		w.replace = "$1"
	}
	var err error
	w.pattern, err = regexp.Compile(r.Pattern)
	return w, err
}

// rewrite returns a value rewritten. A value that the rewrite does not apply to,
// or would make blank, stays as it is: an admin sees a name that matches no
// group, but not one that vanished.
func (w *rewriter) rewrite(value string) string {
	if w == nil {
		return value
	}
	rewritten := value
	switch {
	case w.preset == sso.RewriteCommonName:
		if cn, ok := sso.CommonName(strings.TrimSpace(value)); ok {
			rewritten = cn
		}
	case w.preset == sso.RewriteLastSegment:
		if last, ok := sso.LastSegment(strings.TrimSpace(value)); ok {
			rewritten = last
		}
	case w.pattern != nil:
		if at := w.pattern.FindStringSubmatchIndex(value); at != nil {
			rewritten = string(w.pattern.ExpandString(nil, w.replace, value, at))
		}
	}
	if strings.TrimSpace(rewritten) == "" {
		return value
	}
	return rewritten
}

// memberNames returns the member names of a JSON object, sorted, if the rewrite
// extracts them.
func (w *rewriter) memberNames(text string) ([]string, bool) {
	if w == nil || w.preset != sso.RewriteMembers {
		return nil, false
	}
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil || object == nil {
		return nil, false
	}
	names := make([]string, 0, len(object))
	for name := range object {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, true
}

// checkRewrite returns what is wrong with a rewrite, and in which field.
func checkRewrite(r *sso.Rewrite) (member string, err error) {
	switch {
	case r == nil:
		return "", nil
	case r.Preset != "" && (r.Pattern != "" || r.Replace != ""):
		return "preset", errors.New("use a preset or an expression, not both")
	case r.Preset != "" && !slices.Contains(sso.RewritePresets[:], r.Preset):
		return "preset", fmt.Errorf("use one of %s", strings.Join(sso.RewritePresets[:], ", "))
	case r.Preset != "":
		return "", nil
	case r.Pattern == "":
		return "pattern", errors.New("enter an expression, or choose a preset")
	case len(r.Pattern) > maxPatternBytes:
		return "pattern", fmt.Errorf("use at most %d bytes", maxPatternBytes)
	case len(r.Replace) > maxPatternBytes:
		return "replace", fmt.Errorf("use at most %d bytes", maxPatternBytes)
	}
	parsed, err := syntax.Parse(r.Pattern, syntax.Perl)
	if err != nil {
		return "pattern", err
	}
	if parsed.MaxCap() == 0 {
		return "pattern", errors.New("put the part that is the name in parentheses")
	}
	if instructions(r.Pattern) > maxPatternSize {
		return "pattern", errors.New("this expression is too large: use smaller repetitions")
	}
	return "", nil
}
