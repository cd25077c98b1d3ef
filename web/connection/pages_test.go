package connection_test

import (
	"testing"

	"gatehouse/web/connection"
	"gatehouse/web/console"
	"gatehouse/web/ui/uitest"
)

func TestPages(t *testing.T) {
	uitest.Check(t, connection.Gallery, connection.Templates(), console.Templates())
}
