package engine

import (
	"strconv"
	"strings"
	"time"
)

// Where builds the WHERE clause of a list query and collects its arguments. The
// zero value has no conditions.
type Where struct {
	text strings.Builder
	args []any
}

// And adds a condition; the text ends where its parameter goes.
func (w *Where) And(condition string, arg any) {
	w.args = append(w.args, arg)
	if len(w.args) > 1 {
		w.text.WriteString(" and ")
	} else {
		w.text.WriteString(" where ")
	}
	w.text.WriteString(condition)
	w.text.WriteString("$" + strconv.Itoa(len(w.args)))
}

// AndText is And unless s is empty.
func (w *Where) AndText(condition, s string) {
	if s != "" {
		w.And(condition, s)
	}
}

// AndTime is And unless t is zero.
func (w *Where) AndTime(condition string, t time.Time) {
	if !t.IsZero() {
		w.And(condition, Micros(t))
	}
}

// Param adds an argument and returns its parameter, for text that is added by
// Add.
func (w *Where) Param(arg any) string {
	w.args = append(w.args, arg)
	return "$" + strconv.Itoa(len(w.args))
}

// Add adds text.
func (w *Where) Add(text string) { w.text.WriteString(text) }

// String returns the clause, with a leading space unless it is empty.
func (w *Where) String() string { return w.text.String() }

// Args returns the arguments of the query.
func (w *Where) Args() []any { return w.args }

// Page adds the condition of a cursor, and returns the clause with the order and
// a limit of one row more than size; see [CutPage].
func (w *Where) Page(column, cursor string, size int, newestFirst bool) string {
	after, order := " > ", ""
	if newestFirst {
		after, order = " < ", " desc"
	}
	w.AndText(column+after, cursor)
	return w.text.String() + " order by " + column + order + " limit " + strconv.Itoa(size+1)
}

// CutPage removes the row that a page has too many, and returns the cursor of
// the next page: that of the last row left; "" if there is no next page.
func CutPage[T any](items []T, size int, cursor func(T) string) (page []T, next string) {
	if len(items) <= size {
		return items, ""
	}
	items = items[:size]
	return items, cursor(items[size-1])
}
