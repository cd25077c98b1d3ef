package branding

import (
	"fmt"
	"math"
	"strconv"
)

// rgb is a colour of sRGB, each part from 0 to 1.
type rgb [3]float64

// parseColor parses "#0e5c4b"; the hash may be missing.
func parseColor(s string) (rgb, bool) {
	if len(s) == 7 && s[0] == '#' {
		s = s[1:]
	}
	if len(s) != 6 {
		return rgb{}, false
	}
	n, err := strconv.ParseUint(s, 16, 32)
	if err != nil {
		return rgb{}, false
	}
	return rgb{float64(n>>16) / 255, float64(n>>8&0xff) / 255, float64(n&0xff) / 255}, true
}

// String returns the colour as "#0e5c4b".
func (c rgb) String() string {
	part := func(f float64) int { return int(math.Round(min(max(f, 0), 1) * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", part(c[0]), part(c[1]), part(c[2]))
}

// linear returns the parts as light intensities.
func (c rgb) linear() rgb {
	for i, f := range c {
		if f <= 0.04045 {
			c[i] = f / 12.92
		} else {
			c[i] = math.Pow((f+0.055)/1.055, 2.4)
		}
	}
	return c
}

// ratio returns the contrast of two colours, from 1 to 21 (WCAG 2.2, contrast ratio).
func ratio(a, b rgb) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func (c rgb) luminance() float64 {
	l := c.linear()
	return 0.2126*l[0] + 0.7152*l[1] + 0.0722*l[2]
}

// oklab is a colour of the OKLab space, in which a change of lightness leaves the hue as
// it is (Björn Ottosson, 2020).
type oklab struct{ l, a, b float64 }

func (c rgb) oklab() oklab {
	p := c.linear()
	l := math.Cbrt(0.4122214708*p[0] + 0.5363325363*p[1] + 0.0514459929*p[2])
	m := math.Cbrt(0.2119034982*p[0] + 0.6806995451*p[1] + 0.1073969566*p[2])
	s := math.Cbrt(0.0883024619*p[0] + 0.2817188376*p[1] + 0.6299787005*p[2])
	return oklab{
		l: 0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		a: 1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		b: 0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// rgb returns the colour in sRGB, less saturated if it is not in that space.
func (c oklab) rgb() rgb {
	const steps = 32
	for i := range steps + 1 {
		share := 1 - float64(i)/steps
		if p, inside := (oklab{c.l, c.a * share, c.b * share}).convert(); inside || i == steps {
			return p
		}
	}
	return rgb{}
}

func (c oklab) convert() (p rgb, inside bool) {
	l := math.Pow(c.l+0.3963377774*c.a+0.2158037573*c.b, 3)
	m := math.Pow(c.l-0.1055613458*c.a-0.0638541728*c.b, 3)
	s := math.Pow(c.l-0.0894841775*c.a-1.2914855480*c.b, 3)
	p = rgb{
		4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s,
	}
	inside = true
	for i, f := range p {
		const slack = 1e-4
		inside = inside && f > -slack && f < 1+slack
		f = min(max(f, 0), 1)
		if f <= 0.0031308 {
			p[i] = 12.92 * f
		} else {
			p[i] = 1.055*math.Pow(f, 1/2.4) - 0.055
		}
	}
	return p, inside
}
