package drift_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"gatehouse/sso"
	"gatehouse/sso/drift"
)

func TestRead(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text   string
		people int
		logins []string // nil: a number
	}{
		"number":             {" 269\n", 269, nil},
		"zero":               {"0", 0, nil},
		"negative number":    {"-1", -1, nil}, // Expect refuses it, with the range
		"byte order mark":    {sso.ByteOrderMark + "269", 269, nil},
		"one login":          {"ada", 1, []string{"ada"}},
		"one per line":       {"ada\r\n\n bob \nada", 2, []string{"ada", "bob"}},
		"all in one line":    {"ada, bob,,cyd", 3, []string{"ada", "bob", "cyd"}},
		"heading of Entra":   {"displayName,userPrincipalName\n\"Lovelace, Ada\",ada@acme.test\nBob,bob@acme.test", 2, []string{"ada@acme.test", "bob@acme.test"}},
		"heading of Okta":    {"Login;Status\nada@acme.test;ACTIVE", 1, []string{"ada@acme.test"}},
		"user name in words": {"First,User Name\nAda,ada", 1, []string{"ada"}},
		"principal first":    {"email,userPrincipalName\na@x.test,ada@acme.test", 1, []string{"ada@acme.test"}},
		"no heading":         {"ada,Ada\nbob,Bob", 2, []string{"ada", "bob"}},
		"a short row":        {"x,login\n1,ada\n2", 1, []string{"ada"}},
		"quotes in a name":   {"ada \"the\" first\nbob", 2, []string{"ada \"the\" first", "bob"}},
	} {
		people, logins, err := drift.Read(c.text)
		if err != nil || people != c.people || !slices.Equal(logins, c.logins) || (logins == nil) != (c.logins == nil) {
			t.Errorf("%s: read %d %q %v, want %d %q", name, people, logins, err, c.people, c.logins)
		}
	}
	for name, text := range map[string]string{
		"nothing":       " \n",
		"commas":        ",,\n,",
		"only headings": "userName\n",
	} {
		if people, logins, err := drift.Read(text); sso.KindOf(err) != sso.Invalid {
			t.Errorf("%s: read %d %q %v", name, people, logins, err)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{"269", "ada\nbob", "a;b\n1;2", "userName,x\nada,1", "\"", sso.ByteOrderMark} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		people, logins, err := drift.Read(text)
		if err != nil {
			if sso.KindOf(err) != sso.Invalid {
				t.Errorf("%q: %v", text, err)
			}
			return
		}
		if logins != nil && people != len(logins) {
			t.Errorf("%q: %d people, %d logins", text, people, len(logins))
		}
		for i, l := range logins {
			if l == "" || l != strings.TrimSpace(l) || slices.Index(logins, l) != i {
				t.Errorf("%q: login %q", text, l)
			}
			if utf8.ValidString(text) && !utf8.ValidString(l) {
				t.Errorf("%q: login %q was cut", text, l)
			}
		}
	})
}
