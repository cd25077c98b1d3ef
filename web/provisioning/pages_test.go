package provisioning_test

import (
	"testing"

	"gatehouse/web/console"
	"gatehouse/web/provisioning"
	"gatehouse/web/ui/uitest"
)

func TestPages(t *testing.T) {
	uitest.Check(t, provisioning.Gallery, provisioning.Templates(), console.Templates())
}
