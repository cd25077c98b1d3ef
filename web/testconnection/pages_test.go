package testconnection_test

import (
	"testing"

	"gatehouse/web/console"
	"gatehouse/web/testconnection"
	"gatehouse/web/ui/uitest"
)

func TestPages(t *testing.T) {
	uitest.Check(
		t, testconnection.Gallery, testconnection.Templates(), console.Templates(),
	)
}
