package branding

// Least is the smallest contrast of text and its ground (WCAG 2.2, success criterion
// 1.4.3, level AA).
const Least = 4.5

// grounds are the grounds of pages in the light and in the dark scheme, which app.css has
// as --g0 to --g2.
var grounds = [2][3]string{
	{"#f6f4ee", "#fffefb", "#eeebe2"},
	{"#101513", "#171d1a", "#202824"},
}

// Check is one comparison of two colours.
type Check struct {
	What    string // "links on the page"
	Ratio   float64
	Passed  bool
	Suggest string // the nearest colour that passes; "" if it passed
}

// Palette are the colours of a brand, as pages use them.
type Palette struct {
	Color   string // large areas
	OnColor string // text on them
	// Accent is of links and buttons, by scheme: light, dark.
	Accent   [2]string
	OnAccent [2]string // text on buttons
}

// PaletteOf derives the palette of two colours, each "#0e5c4b", and checks them. ok is
// false if one of them is no colour. The palette can always be read: an accent that does
// not pass is replaced by the nearest one that does, so that an address made by hand, or
// a colour that is accent as well because there is no other, makes no page unreadable.
func PaletteOf(color, accent string) (p Palette, checks []Check, ok bool) {
	area, ok1 := parseColor(color)
	link, ok2 := parseColor(accent)
	if !ok1 || !ok2 {
		return Palette{}, nil, false
	}
	light, dark := readable(link, 0), readable(link, 1)
	p = Palette{
		Color:    area.String(),
		OnColor:  on(area).String(),
		Accent:   [2]string{light.String(), dark.String()},
		OnAccent: [2]string{on(light).String(), on(dark).String()},
	}
	check := Check{
		What:  "links on the page",
		Ratio: weakest(link, 0),
	}
	if check.Passed = check.Ratio >= Least; !check.Passed {
		check.Suggest = light.String()
	}
	return p, []Check{check}, true
}

// on returns the text colour on a ground, white or nearly black, whichever is easier to
// read. One of them always has a contrast of more than Least.
func on(ground rgb) rgb {
	white, black := rgb{1, 1, 1}, rgb{3.0 / 255, 3.0 / 255, 3.0 / 255}
	if ratio(white, ground) >= ratio(black, ground) {
		return white
	}
	return black
}

// weakest returns the smallest contrast of a colour with the grounds of a scheme.
func weakest(c rgb, scheme int) float64 {
	least := 21.0
	for _, ground := range grounds[scheme] {
		g, _ := parseColor(ground)
		least = min(least, ratio(c, g))
	}
	return least
}

// readable returns the nearest colour with enough contrast on the grounds of a scheme:
// darker in the light one, lighter in the dark one, with the hue it had.
func readable(c rgb, scheme int) rgb {
	lab := c.oklab()
	const step = 0.005
	for lab.l >= 0 && lab.l <= 1 {
		// The rounded colour counts, because that is what is written.
		if rounded, _ := parseColor(lab.rgb().String()); weakest(rounded, scheme) >= Least {
			return rounded
		}
		if scheme == 0 {
			lab.l -= step
		} else {
			lab.l += step
		}
	}
	return rgb{float64(scheme), float64(scheme), float64(scheme)}
}
