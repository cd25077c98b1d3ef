package trial

import (
	"testing"

	"gatehouse/sso"
)

// FuzzReadCapture: whatever is pasted is one thing of those that can be looked
// at, or refused with a message about the field.
func FuzzReadCapture(f *testing.F) {
	for _, text := range []string{
		"", "<a/>", "PGEvPg==", "SAMLResponse=PGEvPg%3D%3D&RelayState=x", "a.b.c",
		"https://x/cb?code=1&state=2", "?error=x", "code=1&code=2", "\ufeff<a/>",
		"%zz", "a.b.c?code=1",
	} {
		f.Add(text, true)
		f.Add(text, false)
	}
	f.Fuzz(func(t *testing.T, text string, overSAML bool) {
		protocol := sso.OIDC
		if overSAML {
			protocol = sso.SAML
		}
		c, err := readCapture(protocol, text)
		if err != nil {
			if sso.CodeOf(err) != "capture_unreadable" ||
				sso.KindOf(err) != sso.Invalid {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		n := 0
		for _, is := range []bool{
			c.response != nil, c.idToken != "", c.form != nil,
		} {
			if is {
				n++
			}
		}
		if n != 1 || overSAML != (c.response != nil) {
			t.Fatalf("%q is %+v", text, c)
		}
	})
}
