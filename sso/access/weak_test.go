package access

import "testing"

func TestIsTriedFirst(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"password1234", "Password1234!", "P@ssw0rd2026!", "123456789012", "987654321098",
		"qwertyuiop123", "qwertyuiop[]", "administrator1", "adminadmin123", "Welcome2026!!", "Summer2026!Summer",
		"letmeinletmein", "iloveyou12345", "aaaabbbbcccc", "abcdefghijkl", "Gatehouse2026!", "changeme-changeme",
		"December2026!", "abcabcabcabc1", "------------", "1qaz2wsx1qaz2wsx", "11112222333344",
	} {
		if !isTriedFirst(password) {
			t.Errorf("%q counts as a password", password)
		}
	}
	for _, password := range []string{
		"correct horse battery", "several words are easiest", "tr0ub4dor&3xkq", "vK8#mQ2!xZ9p",
		"mein fahrrad ist grün", "パスワードを長くする方法", "password of the old lighthouse", "7h3 b1u3 wh413 5ings",
		"zwölf boxkämpfer jagen", "f3a91c0e77bd", "e7d0b35a-91cc",
	} {
		if isTriedFirst(password) {
			t.Errorf("%q is refused", password)
		}
	}
}

func FuzzIsTriedFirst(f *testing.F) {
	f.Add("password1234")
	f.Add("\xff\xfe")
	f.Fuzz(func(_ *testing.T, text string) {
		isTriedFirst(text)
	})
}
