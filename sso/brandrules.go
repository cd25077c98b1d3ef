package sso

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// MergeBrands returns the brand of several levels, the first of which wins. Some fields
// come from one level together: a logo for dark grounds with the logo, and the
// precedence of a language with the language. A company with a logo of its own would
// otherwise show the installation's in the dark.
func MergeBrands(levels ...Brand) Brand {
	var b Brand
	for _, l := range levels {
		if b.Logo == (ImageRef{}) {
			b.Logo, b.LogoDark = l.Logo, l.LogoDark
		}
		if b.Language == "" {
			b.Language, b.LanguageFirst = l.Language, l.LanguageFirst
		}
		b.Product = cmp.Or(b.Product, l.Product)
		b.Color = cmp.Or(b.Color, l.Color)
		b.Accent = cmp.Or(b.Accent, l.Accent)
		b.Support = cmp.Or(b.Support, l.Support)
		b.Privacy = cmp.Or(b.Privacy, l.Privacy)
		b.Terms = cmp.Or(b.Terms, l.Terms)
		b.MailName = cmp.Or(b.MailName, l.MailName)
		b.MailFooter = cmp.Or(b.MailFooter, l.MailFooter)
		b.SignInText = cmp.Or(b.SignInText, l.SignInText)
	}
	return b
}

// The fields of a brand as the API and the settings name them.
const (
	brandProduct       = "product_name"
	BrandLogo          = "logo"
	BrandLogoDark      = "logo_dark"
	brandColor         = "color"
	BrandAccent        = "accent"
	brandSupport       = "support"
	brandPrivacy       = "privacy"
	brandTerms         = "terms"
	brandMailName      = "mail_from_name"
	brandMailFooter    = "mail_footer"
	brandSignInText    = "sign_in_text"
	brandLanguage      = "language"
	BrandLanguageFirst = "language_first"
)

// Differences returns the names of the fields in which two brands differ.
func (b Brand) Differences(other Brand) []string {
	var names []string
	for _, f := range []struct {
		name string
		same bool
	}{
		{brandProduct, b.Product == other.Product},
		{BrandLogo, b.Logo == other.Logo},
		{BrandLogoDark, b.LogoDark == other.LogoDark},
		{brandColor, b.Color == other.Color},
		{BrandAccent, b.Accent == other.Accent},
		{brandSupport, b.Support == other.Support},
		{brandPrivacy, b.Privacy == other.Privacy},
		{brandTerms, b.Terms == other.Terms},
		{brandMailName, b.MailName == other.MailName},
		{brandMailFooter, b.MailFooter == other.MailFooter},
		{brandSignInText, b.SignInText == other.SignInText},
		{brandLanguage, b.Language == other.Language},
		{BrandLanguageFirst, b.LanguageFirst == other.LanguageFirst},
	} {
		if !f.same {
			names = append(names, f.name)
		}
	}
	return names
}

// Limits of the texts of a brand, in characters and lines.
const (
	maxProduct     = 60
	maxSignInText  = 300
	maxFooter      = 1000
	maxFooterLines = 10
	maxBrandLink   = 1000 // bytes
)

var (
	brandHex = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	brandTag = regexp.MustCompile(`^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$`)
)

// Validate returns all problems of a brand.
func (b Brand) Validate() []FieldError {
	var problems problemList
	const color = "Use six hexadecimal digits, such as #0e5c4b."
	problems.add(b.Color == "" || brandHex.MatchString(b.Color), brandColor, color)
	problems.add(b.Accent == "" || brandHex.MatchString(b.Accent), BrandAccent, color)
	problems.addText(brandProduct, b.Product, maxProduct, 1)
	problems.addText(brandMailName, b.MailName, maxProduct, 1)
	problems.addText(brandSignInText, b.SignInText, maxSignInText, 1)
	problems.addText(brandMailFooter, b.MailFooter, maxFooter, maxFooterLines)
	// Some mail programs show the name alone, which could then pass for an address.
	problems.add(
		!strings.ContainsAny(b.MailName, `@<>"`), brandMailName,
		`Use a name without @, <, > and ": the address is that of the mail server.`,
	)
	problems.add(
		b.Support == "" || ValidEmail(b.Support) || isBrandLink(b.Support), brandSupport,
		"Use a mail address, or an address that begins with https://.",
	)
	const link = "Use an address that begins with https://, of at most 1000 characters, in its ASCII form."
	problems.add(b.Privacy == "" || isBrandLink(b.Privacy), brandPrivacy, link)
	problems.add(b.Terms == "" || isBrandLink(b.Terms), brandTerms, link)
	problems.add(
		b.Language == "" || brandTag.MatchString(b.Language), brandLanguage,
		"Use the tag of a language, such as de or pt-BR.",
	)
	problems.add(
		!b.LanguageFirst || b.Language != "", BrandLanguageFirst, "Choose the language that comes first.",
	)
	problems.add(
		b.LogoDark == (ImageRef{}) || b.Logo != (ImageRef{}), BrandLogoDark,
		"This is the variant of a logo: choose the logo, too.",
	)
	return problems
}

// addText adds what is wrong with a text that may be empty.
func (p *problemList) addText(field, text string, most, lines int) {
	all := strings.Split(text, "\n")
	p.add(utf8.RuneCountInString(text) <= most, field, "Use at most "+strconv.Itoa(most)+" characters.")
	switch {
	case lines == 1:
		p.add(len(all) == 1, field, "Use one line.")
	default:
		p.add(len(all) <= lines, field, "Use at most "+strconv.Itoa(lines)+" lines.")
	}
	for _, line := range all {
		if !Printable(line) {
			p.add(false, field, "Remove control, invisible and text-direction characters.")
			return
		}
	}
	p.add(text == strings.TrimSpace(text), field, "Remove the space before or after the text.")
}

// isBrandLink reports whether a text is an https address that every reader understands
// alike.
func isBrandLink(text string) bool {
	if len(text) > maxBrandLink {
		return false
	}
	u, err := ParseAbsolute(text)
	return err == nil && u.Scheme == "https"
}
