package signin

import (
	"gatehouse/sso"
	"gatehouse/web/ui/gallery"
)

func galleryTested() []gallery.Example {
	tested := func(name string, state sso.TestState, warned int) gallery.Example {
		run := sso.TestRun{
			ID:         "test-1",
			Connection: "conn-1",
			State:      state,
			Warned:     warned,
		}
		acme := sso.Enterprise{ID: gallery.Acme, Key: "acme", Name: "Acme Corporation"}
		return gallery.Example{
			Name:   name,
			Status: 200,
			Page:   newTested(acme, run),
		}
	}
	return []gallery.Example{
		tested("Tested-passed", sso.TestPassed, 0),
		tested("Tested-warned", sso.TestPassed, 1),
		tested("Tested-failed", sso.TestFailed, 0),
		tested("Tested-expired", sso.TestExpired, 0),
	}
}
