package ui

import "strconv"

// Count returns a number of things in words: "1 person", "2 people".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

// People returns a number of people in words.
func People(n int) string { return Count(n, "person", "people") }
