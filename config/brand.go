package config

import (
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/address"
)

// Brand configures what people see in place of Gatehouse's own name and colours. What is
// set here cannot be changed in the console.
//
//nolint:lll // a tag is one line
type Brand struct {
	ProductName  string `env:"PRODUCT_NAME" yaml:"product_name" help:"name of the product that people sign in to, in place of Gatehouse"`
	Logo         string `env:"LOGO" yaml:"logo" help:"SVG or PNG file with the logo, read at the start"`
	LogoDark     string `env:"LOGO_DARK" yaml:"logo_dark" help:"SVG or PNG file with the logo for dark pages, read at the start; empty: the logo on a light plate"`
	Color        string `env:"COLOR" yaml:"color" help:"color of large areas, such as 0e5c4b; in the file \"#0e5c4b\" in quotes"`
	Accent       string `env:"ACCENT" yaml:"accent" help:"color of links and buttons, likewise"`
	Support      string `env:"SUPPORT" yaml:"support" help:"mail address or https address of the support"`
	Privacy      string `env:"PRIVACY" yaml:"privacy" help:"https address of the privacy policy"`
	Terms        string `env:"TERMS" yaml:"terms" help:"https address of the terms of use"`
	MailFromName string `env:"MAIL_FROM_NAME" yaml:"mail_from_name" help:"name of the sender of mail; its address is in smtp.from"`
	MailFooter   string `env:"MAIL_FOOTER" yaml:"mail_footer" help:"last lines of mail"`
	Language     string `env:"LANGUAGE" yaml:"language" help:"language of pages for browsers that ask for none of ours, such as de"`
	PerCompany   bool   `env:"PER_COMPANY" yaml:"per_company" help:"let every company have a brand of its own, unless an operator decides otherwise about one"`
}

// Fixed returns the brand without its pictures, which are files.
func (b Brand) Fixed() sso.Brand {
	return sso.Brand{
		Product:    b.ProductName,
		Color:      b.Color,
		Accent:     b.Accent,
		Support:    b.Support,
		Privacy:    b.Privacy,
		Terms:      b.Terms,
		MailName:   b.MailFromName,
		MailFooter: b.MailFooter,
		Language:   b.Language,
	}
}

// clean gives texts the form in which they are compared and shown. The file and people
// write colors in either case, with the number sign or without.
func (b *Brand) clean() {
	for _, c := range []*string{&b.Color, &b.Accent} {
		*c = strings.ToLower(*c)
		if len(*c) == len("0e5c4b") {
			*c = "#" + *c
		}
	}
	b.MailFooter = strings.TrimSpace(strings.ReplaceAll(b.MailFooter, "\r\n", "\n"))
}

// supportAddress converts the host of an https address or a mail address to ASCII.
func supportAddress(s string) (string, error) {
	if strings.Contains(s, "@") && !strings.Contains(s, "://") {
		if converted, err := address.Email(s); err == nil {
			return converted, nil
		}
		return s, nil // which Validate refuses
	}
	return address.URL(s)
}

// brand requires what is required of a brand that is set in the console.
func (v *validator) brand(b Brand) {
	fixed := b.Fixed()
	fixed.Logo.Hash, fixed.LogoDark.Hash = b.Logo, b.LogoDark
	for _, p := range fixed.Validate() {
		v.that(false, "brand."+p.Field, "%s", strings.TrimSuffix(lowerFirst(p.Message), "."))
	}
}

// lowerFirst returns a sentence as it continues the name of a setting.
func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// isColor reports whether a setting is one that YAML takes for a comment: "color: #0e5c4b".
func isColor(name string) bool { return name == "brand.color" || name == "brand.accent" }
