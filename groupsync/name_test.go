package groupsync

import (
	"strings"
	"testing"
)

func TestCheckName(t *testing.T) {
	t.Parallel()
	for name, ok := range map[string]bool{
		"engineering": true, "Zürich": true, "研发": true, "a b": true, strings.Repeat("a", 255): true, "Kelvin K": true,
		"Zu\u0308rich": false, "\u212bngstrom": false, "": false, " a": false, "a ": false, "a\u200bb": false, "a\u202eb": false, "a\x00b": false,
		"a\nb": false, "\xff": false, strings.Repeat("a", 256): false,
	} {
		if got := CheckName("name", name); (len(got) == 0) != ok {
			t.Errorf("%q: %v", name, got)
		}
	}
}
