package console

import "gatehouse/web/ui"

// Entry is a value for one field at the identity provider: one of Copy, Choice and
// Download.
type Entry struct {
	Label, Hint string
	Copy        *ui.Copyable
	Choice      string
	Download    *ui.Link
}
