package activity_test

import (
	"testing"

	"gatehouse/web/activity"
	"gatehouse/web/console"
	"gatehouse/web/ui/uitest"
)

func TestPages(t *testing.T) {
	uitest.Check(t, activity.Gallery, activity.Templates(), console.Templates())
}
