package store

import (
	"testing"

	"gatehouse/scim/filter"
	"gatehouse/sso/fold"
	"gatehouse/sso/identity"
)

// TestFoldsAgree tests that names which SCIM takes for one are also one to the
// columns by which accounts and groups of organizations are looked up, unless
// foldsAgree says that they may not be.
func TestFoldsAgree(t *testing.T) {
	t.Parallel()
	disagree := 0
	for r := rune(1); r < 0x20000; r++ {
		name := "a" + string(r) + "b"
		folded := filter.Fold(name)
		if !foldsAgree(folded) {
			disagree++
			continue
		}
		if fold.Name(name) != fold.Name(folded) || identity.LoginKey(name) != identity.LoginKey(folded) {
			t.Errorf("%q is %q to SCIM, but %q and %q differ", name, folded, fold.Name(name), fold.Name(folded))
		}
	}
	if disagree == 0 || disagree > 1000 {
		t.Errorf("of %d characters the lookups are of no use", disagree)
	}
}
