package overview_test

import (
	"testing"

	"gatehouse/web/console"
	"gatehouse/web/overview"
	"gatehouse/web/ui/uitest"
)

func TestPages(t *testing.T) {
	uitest.Check(t, overview.Gallery, overview.Templates(), console.Templates())
}
