package console

import "gatehouse/web/ui"

// Entry is what goes into one field there: one of Copy, Choice and Download.
type Entry struct {
	Label, Hint string
	Copy        *ui.Copyable
	Choice      string
	Download    *ui.Link
}
