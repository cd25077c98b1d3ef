package branding

import "fmt"

// CSS returns the style sheet of a palette: the properties that app.css reads, and nothing
// else.
func (p Palette) CSS() string {
	return fmt.Sprintf(
		":root{--brand:%s;--on-brand:%s;--accent:light-dark(%s,%s);--on-accent:light-dark(%s,%s)}\n",
		p.Color, p.OnColor, p.Accent[0], p.Accent[1], p.OnAccent[0], p.OnAccent[1],
	)
}
