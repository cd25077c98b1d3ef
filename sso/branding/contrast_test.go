package branding

import (
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"testing"
)

// TestGrounds compares the grounds with those of the pages.
func TestGrounds(t *testing.T) {
	t.Parallel()
	css, err := os.ReadFile("../../web/ui/static/app.css")
	if err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"g0", "g1", "g2"} {
		m := regexp.MustCompile(`--` + name + `: light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`).FindStringSubmatch(string(css))
		if m == nil || m[1] != grounds[0][i] || m[2] != grounds[1][i] {
			t.Errorf("%s is %v in app.css", name, m)
		}
	}
}

func TestColors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"#0e5c4b": "#0e5c4b", "0E5C4B": "#0e5c4b", "#fff": "", "": "", "#12345g": "", "red": "", "#0e5c4b1": "", "+12345": "",
	} {
		c, ok := parseColor(text)
		if ok != (want != "") || ok && c.String() != want {
			t.Errorf("%q: %s %v", text, c, ok)
		}
	}
	if got := ratio(rgb{1, 1, 1}, rgb{}); math.Abs(got-21) > 0.01 {
		t.Errorf("white on black: %f", got)
	}
}

// TestPalettes: of any two colours, text on areas and buttons can be read, and so can
// links in the dark scheme; a colour that is too light for links comes with one that is
// not.
func TestPalettes(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	for range 3000 {
		color := rgb{random.Float64(), random.Float64(), random.Float64()}.String()
		accent := rgb{random.Float64(), random.Float64(), random.Float64()}.String()
		p, checks, ok := PaletteOf(color, accent)
		if !ok {
			t.Fatalf("%s %s", color, accent)
		}
		for text, ground := range map[string]string{
			p.OnColor: p.Color, p.OnAccent[0]: p.Accent[0], p.OnAccent[1]: p.Accent[1],
		} {
			if got := between(t, text, ground); got < Least {
				t.Errorf("%s on %s: %.2f", text, ground, got)
			}
		}
		for scheme, three := range grounds {
			for _, ground := range three {
				if got := between(t, p.Accent[scheme], ground); got < Least {
					t.Errorf("%s of %s on %s: %.2f", p.Accent[scheme], accent, ground, got)
				}
			}
		}
		if checks[0].Passed {
			if p.Accent[0] != accent {
				t.Errorf("%s passes and becomes %s", accent, p.Accent[0])
			}
			continue
		}
		_, again, _ := PaletteOf(color, checks[0].Suggest)
		if !again[0].Passed {
			t.Errorf("%s is suggested for %s and does not pass: %+v", checks[0].Suggest, accent, again)
		}
	}
	if _, _, ok := PaletteOf("red", "#000000"); ok {
		t.Error("a name is taken for a colour")
	}
}

func between(t *testing.T, a, b string) float64 {
	t.Helper()
	x, ok1 := parseColor(a)
	y, ok2 := parseColor(b)
	if !ok1 || !ok2 {
		t.Fatalf("%s %s", a, b)
	}
	return ratio(x, y)
}

func TestCSS(t *testing.T) {
	t.Parallel()
	p, checks, _ := PaletteOf("#0E5C4B", "#ffcc00")
	const want = ":root{--brand:#0e5c4b;--on-brand:#ffffff;--accent:light-dark("
	if got := p.CSS(); len(got) < len(want) || got[:len(want)] != want {
		t.Error(got)
	}
	if checks[0].Passed || checks[0].Ratio > 2 || p.Accent[0] != checks[0].Suggest {
		t.Errorf("yellow can be read: %+v %+v", checks, p)
	}
}
