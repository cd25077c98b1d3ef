package connections

import (
	"errors"
	"testing"

	"gatehouse/sso"
)

// TestSeveralProblemsInOneSentence: the sentence of one wrong field is its own, and
// that of several is a sentence, too.
func TestSeveralProblemsInOneSentence(t *testing.T) {
	p := problems{code: "invalid_configuration"}
	if err := p.err(); err != nil {
		t.Fatalf("no problem is %v", err)
	}
	for i, want := range []string{
		"Enter a name.", "There are problems with 2 fields.",
		"There are problems with 3 fields.",
	} {
		p.fields = append(p.fields, sso.FieldError{
			Field:   "name",
			Message: "Enter a name.",
		})
		known, ok := errors.AsType[*sso.Error](p.err())
		if !ok || known.Public != want || len(known.Fields) != i+1 {
			t.Errorf("%d problems are %+v, want %q", i+1, known, want)
		}
	}
}
