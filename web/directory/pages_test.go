package directory_test

import (
	"testing"

	"gatehouse/web/console"
	"gatehouse/web/directory"
	"gatehouse/web/ui/uitest"
)

func TestPages(t *testing.T) {
	uitest.Check(t, directory.Gallery, directory.Templates(), console.Templates())
}
