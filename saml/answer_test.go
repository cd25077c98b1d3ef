package saml

import (
	"testing"
)

// TestAccepted is the ground on which the tests of refusals stand.
func TestAccepted(t *testing.T) {
	t.Parallel()
	for name, k := range map[string]knobs{
		"assertion": signing("assertion"),
		"response":  signing("response"),
		"both":      signing("assertion", "response"),
		"encrypted": encrypting(encryption{}, "assertion"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			setup{}.party(t).accept(t, reply{knobs: k}.build(t))
		})
	}
}
