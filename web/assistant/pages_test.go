package assistant_test

import (
	"testing"

	"gatehouse/web/assistant"
	"gatehouse/web/console"
	"gatehouse/web/ui/uitest"
)

func TestPages(t *testing.T) {
	uitest.Check(t, assistant.Gallery, assistant.Templates(), console.Templates())
}
