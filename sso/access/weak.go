package access

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// leastOwn is how many characters of a password must not come from what is tried first.
const leastOwn = 8

// leastDistinct is how many different characters a password has at least: abcabcabcabc has 3.
const leastDistinct = 5

// triedFirst are words of passwords that leaked lists have most, those of this kind of
// account, and the rows of keyboards.
var triedFirst = strings.Fields(`
	administrator password passwort passwd pass admin root login welcome willkommen letmein changeme
	secret master iloveyou sunshine princess dragon monkey football baseball superman batman
	shadow michael jordan charlie trustno default temporary company summer winter spring autumn
	january february march april june july august september october november december
	gatehouse qwertyuiop qwertz qwerty azerty asdfghjkl asdfgh yxcvbnm zxcvbnm zxcvbn 1qaz2wsx qazwsx
	hello whatever starwars computer internet
`)

// lookalike undoes the letters that are written as digits and signs.
var lookalike = strings.NewReplacer(
	"0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i",
)

// alphabet is the row of all letters and digits, in the order of Unicode.
const alphabet = ""

// rows are the alphabet and the rows of US, German and French keyboards, plain and shifted.
var rows = []string{
	alphabet,
	"1234567890", "!@#$%^&*()_+", `!"§$%&/()=?`, `&é"'(-è_çà)=`,
	"qwertyuiop[]", "qwertzuiopü+", "azertyuiop", "asdfghjkl;'", "asdfghjklöä#", "qsdfghjklm",
	"zxcvbnm,./", "yxcvbnm,.-", "wxcvbn,;:!",
}

// leastWord is how many characters of a name count as a word of it: a password has shorter
// ones by chance.
const leastWord = 3

// checkPersonal returns what is wrong with a password that is made of what others know of
// its owner: NoraNewcomer2026.
func checkPersonal(password, name, login, site string) string {
	for _, known := range []struct{ label, text string }{
		{"your name", name},
		{"your login", login},
		{"the name of this site", site},
		{"your name, your login and the name of this site", name + " " + login + " " + site},
	} {
		if isTriedFirst(password, wordsOf(known.text)...) {
			return leaveOut(known.label)
		}
	}
	return ""
}

func leaveOut(label string) string {
	return "Leave out " + label + ": others try that first. Use several unrelated words."
}

// wordsOf returns the words of a name, a login or a host, and all of them in a row, longest
// first.
func wordsOf(text string) []string {
	parts := strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !isAlphanumeric(r) })
	words := slices.DeleteFunc(append(parts, strings.Join(parts, "")), func(word string) bool {
		return utf8.RuneCountInString(word) < leastWord
	})
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	return words
}

// wordGap stands where a word was removed.
const wordGap = ' '

// isTriedFirst reports whether a password is made of words and sequences that are tried
// first, with too few characters of its own: Password1234!. Words are more of these words.
func isTriedFirst(password string, words ...string) bool {
	plain := strings.ToLower(withoutSpaces(password))
	distinct := map[rune]bool{}
	for _, r := range plain {
		distinct[r] = true
	}
	words = slices.Concat(words, triedFirst)
	return len(distinct) < leastDistinct ||
		ownLength(plain, words) < leastOwn ||
		ownLength(lookalike.Replace(plain), words) < leastOwn
}

func withoutSpaces(text string) string { return strings.Join(strings.Fields(text), "") }

// ownLength counts the characters of a text beside the words. A run counts as one
// character, and what is written again as none.
func ownLength(text string, words []string) int {
	for _, word := range words {
		text = strings.ReplaceAll(text, word, string(wordGap))
	}
	chars := []rune(text)
	n := 0
	for i := 0; i < len(chars); {
		if again := repeated(chars, i); again > 0 {
			i += again
			continue
		}
		if chars[i] != wordGap {
			n++
		}
		i += run(chars[i:])
	}
	return n
}

// leastRepeated is how many characters in a row count as written again: a word of English
// has pairs of letters by chance.
const leastRepeated = 3

// repeated returns how many of the characters at i stand in the same order before i.
func repeated(chars []rune, i int) int {
	longest := 0
	for from := range i {
		n := 0
		for i+n < len(chars) && from+n < i && chars[from+n] == chars[i+n] {
			n++
		}
		longest = max(longest, n)
	}
	if longest < leastRepeated {
		return 0
	}
	return longest
}

// run returns how many characters at the beginning are equal or follow each other in one
// direction: aaaa, 1234, zyx, qwer and 112233. Two that follow each other are none, because
// random passwords have such pairs.
func run(chars []rune) int {
	longest := 1
	for _, row := range rows {
		for _, back := range []bool{false, true} {
			n := 1
			for n < len(chars) && (chars[n] == chars[n-1] || follows(row, chars[n-1], chars[n], back)) {
				n++
			}
			longest = max(longest, n)
		}
	}
	if longest == 2 && chars[0] != chars[1] {
		return 1
	}
	return longest
}

// follows reports whether b is next to a in a row, on its right or, for back, on its left.
func follows(row string, a, b rune, back bool) bool {
	if back {
		a, b = b, a
	}
	if row == alphabet {
		return b == a+1 && isAlphanumeric(a) && isAlphanumeric(b)
	}
	return strings.Contains(row, string([]rune{a, b}))
}

func isAlphanumeric(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
