package access_test

import (
	"testing"

	"gatehouse/web/access"
	"gatehouse/web/console"
	"gatehouse/web/ui/uitest"
)

func TestPages(t *testing.T) {
	uitest.Check(t, access.Gallery, access.Templates(), console.Templates())
}
