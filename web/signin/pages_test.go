package signin_test

import (
	"testing"

	"gatehouse/web/signin"
	"gatehouse/web/ui/uitest"
)

func TestPages(t *testing.T) { uitest.Check(t, signin.Gallery, signin.Templates()) }
