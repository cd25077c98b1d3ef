package ui

import (
	"math"
	"regexp"
	"strconv"
	"testing"
)

// plain is a token of one colour for both schemes.
var plain = regexp.MustCompile(`--([a-z0-9-]+): #([0-9a-f]{6});`)

var token = regexp.MustCompile(`--([a-z0-9-]+): light-dark\(#([0-9a-f]{6}), #([0-9a-f]{6})\)`)

// TestContrast computes WCAG 2.2 contrast for the pairs that text and controls
// are drawn in: 4.5 for text, 3 for the edge of an input.
func TestContrast(t *testing.T) {
	t.Parallel()
	css, err := static.ReadFile("static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	colours := map[string][2]string{}
	for _, m := range token.FindAllStringSubmatch(string(css), -1) {
		colours[m[1]] = [2]string{m[2], m[3]}
	}
	for _, m := range plain.FindAllStringSubmatch(string(css), -1) {
		colours[m[1]] = [2]string{m[2], m[2]}
	}
	for _, pair := range []struct {
		text, on string
		least    float64
	}{
		{"g5", "g0", 4.5},
		{"g5", "g1", 4.5},
		{"g6", "g0", 4.5},
		{"g6", "g1", 4.5},
		{"g6", "g2", 4.5},
		{"g7", "g0", 4.5},
		{"g7", "g1", 4.5},
		{"accent", "g0", 4.5},
		{"accent", "g1", 4.5},
		{"accent", "g2", 4.5},
		{"on-accent", "accent", 4.5},
		{"on-brand", "brand", 4.5},
		{"ok", "g1", 4.5},
		{"warn", "g1", 4.5},
		{"error", "g0", 4.5},
		{"error", "g1", 4.5},
		{"g4", "g0", 3},
		{"g4", "g1", 3},
	} {
		for scheme := range 2 {
			text, on := colours[pair.text][scheme], colours[pair.on][scheme]
			if text == "" || on == "" {
				t.Fatalf("no token %s or %s", pair.text, pair.on)
			}
			if got := contrast(t, text, on); got < pair.least {
				t.Errorf(
					"%s on %s, scheme %d: %.2f, want %.1f", pair.text, pair.on,
					scheme, got, pair.least,
				)
			}
		}
	}
	if got := contrast(t, "ffffff", "000000"); math.Abs(got-21) > 0.01 {
		t.Errorf("white on black is %.2f: the formula is wrong", got)
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[2*i:2*i+2], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
