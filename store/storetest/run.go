package storetest

import (
	"testing"
)

// Run checks every promise of package store on databases that fresh gives the
// addresses of.
func Run(t *testing.T, fresh func(testing.TB) string) {
	for name, test := range map[string]func(*testing.T, func(testing.TB) string){
		"sign-in": testSignIn,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, fresh)
		})
	}
}
