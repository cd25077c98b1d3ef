package mapping

import (
	"errors"
	"fmt"
	"regexp/syntax"
	"time"
)

// Limits of expressions over group names. RE2 takes time in proportion to the
// text and, for some expressions, to the size of the program. A customer's
// admins write the expressions and its identity provider sends the text, while
// all customers share the processors.
const (
	maxSelectorBytes = 1024 // bytes, of include and of exclude
	maxSelectorSize  = 1000 // instructions of the compiled program
	// maxMatchedBytes is the longest value that expressions are tried on, in
	// bytes.
	maxMatchedBytes = 4096
	// freeSteps is how much work on a list is not timed: bytes times
	// instructions.
	freeSteps = 20_000_000
	// matchTime is how long the expressions of one list may take beyond that.
	matchTime = 300 * time.Millisecond
)

// meter limits the time that expressions over one list may take. Only long
// lists with large expressions are timed, so that a busy machine does not
// affect others.
type meter struct {
	perByte int // instructions of all expressions
	steps   int
	spent   time.Duration
	now     func() time.Time
}

func newMeter(expressions ...string) *meter {
	m := &meter{now: time.Now}
	for _, e := range expressions {
		m.perByte += instructions(e)
	}
	return m
}

// exceeded reports whether the limit is reached, so that the remaining values are
// not read.
func (m *meter) exceeded() bool { return m.steps > freeSteps && m.spent > matchTime }

// start is called before the expressions are tried on a value. It returns the
// function to call afterwards.
func (m *meter) start(value string) (end func()) {
	m.steps += len(value) * m.perByte
	started := m.now()
	return func() { m.spent += m.now().Sub(started) }
}

// instructions returns the size of a compiled expression; 0 for an empty one
// and one that does not compile.
func instructions(expression string) int {
	if expression == "" {
		return 0
	}
	parsed, err := syntax.Parse(expression, syntax.Perl)
	if err != nil {
		return 0
	}
	program, err := syntax.Compile(parsed.Simplify())
	if err != nil {
		return 0
	}
	return len(program.Inst)
}

// checkSelector returns what is wrong with include or exclude.
func checkSelector(expression string) error {
	if _, err := compileExpression(expression); err != nil {
		return err
	}
	switch {
	case len(expression) > maxSelectorBytes:
		return fmt.Errorf("use at most %d bytes", maxSelectorBytes)
	case instructions(expression) > maxSelectorSize:
		return errors.New("this expression is too large: use smaller repetitions")
	}
	return nil
}
