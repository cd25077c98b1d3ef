package access

import (
	"math/rand/v2"
	"strings"
	"testing"

	"gatehouse/sso"
)

func TestIsTriedFirst(t *testing.T) {
	t.Parallel()
	for _, password := range []string{
		"password1234", "Password1234!", "P@ssw0rd2026!", "123456789012", "987654321098",
		"qwertyuiop123", "qwertyuiop[]", "administrator1", "adminadmin123", "Welcome2026!!", "Summer2026!Summer",
		"letmeinletmein", "iloveyou12345", "aaaabbbbcccc", "abcdefghijkl", "Gatehouse2026!", "changeme-changeme",
		"December2026!", "abcabcabcabc1", "------------", "1qaz2wsx1qaz2wsx", "11112222333344",
		"112233445566", "aabbccddeeff", "qwerasdfyxcv", "a b c d e f g h i j k l",
		"!@#$%^&*()_+", "i love you 1234",
		"vK8#vK8#vK8#vK8#", "x7Lq!x7Lq!x7Lq!", strings.Repeat("😀", 12), strings.Repeat("👩‍👧", 4),
	} {
		if !isTriedFirst(password) {
			t.Errorf("%q counts as a password", password)
		}
	}
	for _, password := range []string{
		"correct horse battery", "several words are easiest", "tr0ub4dor&3xkq", "vK8#mQ2!xZ9p",
		"mein fahrrad ist grün", "パスワードを長くする方法", "password of the old lighthouse", "7h3 b1u3 wh413 5ings",
		"zwölf boxkämpfer jagen", "f3a91c0e77bd", "e7d0b35a-91cc",
		"😀😁😂😃😄😅😆😇😈😉😊😋", "🚀🐙🌵🎻🧊🦉🍋⚓🎲🔭🪁🧵", ";<%)~{?,#|^'", `=]!"/+$[*&:-`, "aB3$ xY9; kM%",
	} {
		if isTriedFirst(password) {
			t.Errorf("%q is refused", password)
		}
	}
}

// TestRandomPasswords checks what a password manager makes: at most one in a thousand is refused.
func TestRandomPasswords(t *testing.T) {
	t.Parallel()
	const passwords, most = 10_000, 10
	random := rand.New(rand.NewPCG(1, 2))
	refused := 0
	for range passwords {
		var password strings.Builder
		for range minPassword {
			password.WriteByte(byte('!' + random.IntN('~'-'!'+1)))
		}
		if isTriedFirst(password.String()) {
			refused++
		}
	}
	if refused > most {
		t.Errorf("%d of %d are refused, want at most %d", refused, passwords, most)
	}
}

// TestPersonalPasswords checks that others cannot guess a password from the account and the
// address, and that the message names what to leave out.
func TestPersonalPasswords(t *testing.T) {
	t.Parallel()
	s := New(Options{Names: []string{"Northwind Portal", "sso.acme.example:8443"}})
	for _, c := range []struct{ name, login, password, says string }{
		{"Nora Newcomer", "nora@acme.example", "NoraNewcomer2026", "your name:"},
		{"Nora Newcomer", "nora@acme.example", "n0ra_newc0mer_26!", "your name:"},
		{"Li Wei", "admin@li.example", "LiWei-LiWei-2026", "your name:"},
		{"N", "nora.newcomer@acme.example", "Newcomer+Nora1999", "your login:"},
		{"N", "olive", "my name is OLIVE", "your login:"},
		{"N", "olive", "Northwind Portal 1", "the name of this site:"},
		{"N", "olive", "Acme-SSO-2026!", "the name of this site:"},
		{"Nora", "newcomer", "acme/Nora/2026!", "your name, your login and the name of this site:"},
		{"Nora Newcomer", "nora@acme.example", "nora has an old lighthouse", ""},
		{"An O", "al", "several words are easiest", ""},
	} {
		problems := s.checkPassword(sso.Secret(c.password), c.name, c.login)
		switch {
		case c.says == "" && len(problems) == 0:
		case c.says == "" || len(problems) != 1 || problems[0].Field != "password":
			t.Errorf("%q: %v, want %q", c.password, problems, c.says)
		case !strings.HasPrefix(problems[0].Message, "Leave out "+c.says):
			t.Errorf("%q: %q, want %q", c.password, problems[0].Message, c.says)
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
