package access

import (
	"slices"
	"strings"
	"unicode"
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

// isTriedFirst reports whether a password is made of words and sequences that are tried
// first, with too few characters of its own: Password1234!.
func isTriedFirst(password string) bool {
	plain := strings.ToLower(password)
	distinct := map[rune]bool{}
	for _, r := range plain {
		distinct[r] = true
	}
	return len(distinct) < leastDistinct || ownLength(plain) < leastOwn || ownLength(lookalike.Replace(plain)) < leastOwn
}

// ownLength counts the characters of a text beside the words that are tried first. A run of
// equal or neighbouring characters, and a word that is written again, count as one.
func ownLength(text string) int {
	for _, word := range triedFirst {
		text = strings.ReplaceAll(text, word, " ")
	}
	n := 0
	var seen []string
	for _, word := range strings.FieldsFunc(text, isSeparator) {
		if slices.Contains(seen, word) {
			continue
		}
		seen = append(seen, word)
		n += steps([]rune(word))
	}
	return n
}

func isSeparator(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }

// steps counts the characters of a word, where a run such as 1234, zyx or aaaa is one.
func steps(word []rune) int {
	n := 0
	for i, r := range word {
		if i >= 1 && near(word[i-1], r) && (i == 1 || word[i-1]-word[i-2] == r-word[i-1]) {
			continue
		}
		n++
	}
	return n
}

// near reports whether two characters are equal or follow each other, either way.
func near(a, b rune) bool { return -1 <= a-b && a-b <= 1 }
