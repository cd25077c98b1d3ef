package sso

import "context"

// Brand is what outsiders see in place of our own name: on pages, in mails, and in what
// identity providers read. One belongs to the installation; an enterprise may have its
// own. The zero value of a field means that it is not set here.
type Brand struct {
	Product  string   // name of the product that people sign in to
	Logo     ImageRef // in the head of pages, and as their icon
	LogoDark ImageRef // the same for the dark scheme
	Color    string   // of large areas, "#0e5c4b"
	Accent   string   // of links and buttons, in the same form

	Support string // e-mail address or https URL
	Privacy string // https URL
	Terms   string // https URL

	MailName   string // display name of the sender
	MailFooter string // last lines of every mail
	SignInText string // on the sign-in page

	Language      string // BCP 47 tag, for visitors whose browser prefers none that we have
	LanguageFirst bool   // Language comes before the browser's preference
}

// BrandFinder finds the brand that outsiders see of an enterprise, or of the installation for
// "". The nil finder finds none.
type BrandFinder func(ctx context.Context, ent EnterpriseID) Brand

// Of calls the finder.
func (f BrandFinder) Of(ctx context.Context, ent EnterpriseID) Brand {
	if f == nil {
		return Brand{}
	}
	return f(ctx, ent)
}

// ImageRef refers to an Image, with what a page needs to place it.
type ImageRef struct {
	Hash   string // of the Image; "" for no picture
	Media  string // "image/svg+xml" or "image/png"
	Width  int    // in pixels
	Height int
}
