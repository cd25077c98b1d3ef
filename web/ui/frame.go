package ui

import (
	"cmp"
	"context"
	"net/http"
	"strings"

	"gatehouse/internal/words"
	"gatehouse/sso"
)

// brands finds what the pages of a company wear, for an empty ID those of the
// installation. It answers at once, also while the store does not.
type brands interface {
	Of(ctx context.Context, of sso.EnterpriseID) sso.Brand
}

// languages chooses the languages of translated pages.
type languages interface {
	// Of returns the language for the visitor who made a request, to a page that wears
	// a brand.
	Of(r *http.Request, b sso.Brand) *words.Language
	// Here returns the path that shows the page of a request again, once the visitor
	// has chosen another language; "" if there is none.
	Here(r *http.Request) string
}

// Frame is what surrounds a page. It depends on the request, on the company and on
// whether the page is for the operator's staff, not on the page itself.
type Frame struct {
	Product   string    // name in the title, the header and the footer
	Brand     sso.Brand // zero for our own name and colours
	Banner    *Banner   // nil for none
	Languages []offer   // that the visitor may choose; none for a page in one language
	Here      string    // path that shows the page again in the chosen language

	language *words.Language
	chosen   bool // the language depends on the visitor
}

// offer is a language to choose.
type offer struct {
	Tag, Name string
	Current   bool
}

// Lang returns the BCP 47 tag of the page's language.
func (f Frame) Lang() string { return f.language.Tag }

// Spoken returns the name of the page's language, in that language.
func (f Frame) Spoken() string { return f.language.Name }

// Locale returns the BCP 47 tag by which scripts name months.
func (f Frame) Locale() string { return f.language.Locale }

// Moment returns the pattern by which scripts show a date with its time.
func (f Frame) Moment() string { return f.language.Moment }

// Frame returns the frame of a page about a company, for an empty ID that of a page
// about none. Pages for the operator's staff wear no brand. The frame is English.
func (p *Renderer) Frame(r *http.Request, of sso.EnterpriseID, staff bool) Frame {
	f := Frame{language: words.English()}
	if !staff {
		f.Brand = p.brand(r, of)
	}
	f.Product = cmp.Or(f.Brand.Product, p.Product)
	if p.Banner != nil {
		f.Banner = p.Banner(r)
	}
	return f
}

// brand returns the brand of a company, for an empty ID that of the installation.
func (p *Renderer) brand(r *http.Request, of sso.EnterpriseID) sso.Brand {
	if p.Brands == nil {
		return sso.Brand{}
	}
	return p.Brands.Of(r.Context(), of)
}

// Language returns the language in which the visitor who made a request sees translated
// pages about a company.
func (p *Renderer) Language(r *http.Request, of sso.EnterpriseID) *words.Language {
	if p.Languages == nil {
		return words.English()
	}
	return p.Languages.Of(r, p.brand(r, of))
}

// translate changes the frame to the language of the visitor.
func (p *Renderer) translate(f *Frame, r *http.Request, choose bool) {
	f.language, f.chosen = p.Languages.Of(r, f.Brand), true
	if !choose {
		return
	}
	if f.Here = p.Languages.Here(r); f.Here == "" {
		return
	}
	for _, l := range words.All() {
		f.Languages = append(f.Languages, offer{
			Tag:     l.Tag,
			Name:    l.Name,
			Current: l == f.language,
		})
	}
}

// Ours reports whether the frame shows our own mark and art: that is our face, not one
// of a brand.
func (f Frame) Ours() bool {
	return f.Brand.Product == "" && f.Logo() == nil && f.Stylesheet() == ""
}

// Stylesheet returns the address of the brand's colours; "" if it has none. One colour
// alone is both.
func (f Frame) Stylesheet() string {
	color := cmp.Or(f.Brand.Color, f.Brand.Accent)
	accent := cmp.Or(f.Brand.Accent, color)
	if color == "" {
		return ""
	}
	return brandPath + strings.TrimPrefix(color, "#") + "-" + strings.TrimPrefix(accent, "#") + ".css"
}

// brandPath begins the addresses of pictures and colours of brands.
const brandPath = "/brand/"

// logo is the picture of a brand.
type logo struct {
	Src, Media    string
	Dark          string // address of the picture for the dark scheme; "" if there is none
	Width, Height int
}

// Logo returns the brand's picture; nil if it has none.
func (f Frame) Logo() *logo {
	picture := f.Brand.Logo
	if picture.Hash == "" {
		return nil
	}
	return &logo{
		Src:    picture.Path(),
		Media:  picture.Media,
		Dark:   f.Brand.LogoDark.Path(),
		Width:  picture.Width,
		Height: picture.Height,
	}
}

// Letter returns the letter in place of a picture.
func (f Frame) Letter() string { return Person{Name: f.Product}.Initial() }

// Links returns the links of the footer.
func (f Frame) Links() (links []Link) {
	add := func(label, href string) {
		if href != "" {
			links = append(links, Link{
				Label: label,
				Href:  href,
			})
		}
	}
	support := f.Brand.Support
	if strings.Contains(support, "@") && !strings.Contains(support, "://") {
		support = "mailto:" + support
	}
	add("Support", support)
	add("Privacy", f.Brand.Privacy)
	add("Terms", f.Brand.Terms)
	return links
}
