package directory

import (
	"net/url"

	"gatehouse/sso"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryLinks() []gallery.Example {
	okta := galleryOkta()
	link := sso.IdentityLink{User: galleryUsr, Connection: okta.ID, Subject: "00u1a2b3c4d5e6f7g8h9"}
	byLogin := sso.IdentityLink{User: galleryUsr, Connection: okta.ID, Login: gallery.LongLogin}
	refused := galleryLinkOffer(link, sso.LinkPreview{Forbidden: []*sso.Error{
		{Public: "It leads to another account, user-06d5x0wkj3n8p7r5t2v4y6z8ab. If both are one person, merge the accounts."},
	}})
	refused.Other = &personRef{Name: "Ada Byron", Login: "ada.byron@acme.example", Href: galleryEnt + "/people/x"}
	refused.MergeHref = galleryPersonAt + "/merge?with=x"
	return []gallery.Example{
		{Name: "Link", Status: 200, Page: galleryLink(url.Values{}, nil)},
		{Name: "Link-wrong", Status: 422, Page: galleryLink(
			url.Values{"by": {"login"}, "value": {"ada "}},
			&sso.Error{Kind: sso.Invalid, Fields: []sso.FieldError{
				{Field: "connection", Message: "Choose a connection."},
				{Field: "login", Message: "Remove the space before or after the login."},
			}},
		)},
		{Name: "LinkOffer", Status: 200, Page: galleryLinkOffer(byLogin, sso.LinkPreview{Further: true})},
		{Name: "LinkOffer-refused", Status: 200, Page: refused},
		{Name: "Unlink", Status: 200, Page: galleryUnlink(okta, nil)},
		{Name: "Unlink-refused", Status: 422, Page: galleryUnlink(okta, []*sso.Error{
			{Public: "The identity provider pushes this person, so the next sign-in would be tied again. Remove the person there."},
		})},
	}
}

// galleryOkta is the connection that identities are linked at.
func galleryOkta() sso.Connection {
	return sso.Connection{ID: "conn-1", Name: "Okta", State: sso.ConnectionEnabled}
}

// galleryLink returns the form to link an identity, with what was typed and what is wrong
// with it.
func galleryLink(values url.Values, wrong error) *linkPage {
	p := linkFormOf(galleryAcme(), galleryKept(), []sso.Connection{galleryOkta()}, values)
	p.Base = galleryPersonBase()
	p.blame(wrong)
	return p
}

// galleryLinkOffer returns the page that shows what a link would do, before it is made.
func galleryLinkOffer(l sso.IdentityLink, preview sso.LinkPreview) *linkOfferPage {
	preview.User = galleryKept()
	p := linkOffer(galleryAcme(), l, preview, galleryOkta())
	p.Base = galleryPersonBase()
	return p
}

func galleryAcme() sso.Enterprise { return sso.Enterprise{Key: "acme"} }

func galleryPersonBase() ui.Base {
	return gallery.Console("People", galleryPeopleLink(), ui.Link{
		Label: "Ada Lovelace",
		Href:  galleryPersonAt,
	})
}

func galleryUnlink(c sso.Connection, forbidden []*sso.Error) *unlinkPage {
	p := unlinkOffer(galleryAcme(), sso.UnlinkPreview{
		User: galleryKept(),
		Identity: sso.UserIdentity{
			User:       galleryUsr,
			Connection: c.ID,
			Subject:    "00u1a2b3c4d5e6f7g8h9",
			Login:      "ada@acme.example",
		},
		Sessions:  2,
		LastWay:   forbidden == nil,
		Forbidden: forbidden,
	}, c)
	p.Base = galleryPersonBase()
	return p
}

func galleryFormer() []formerRow {
	return []formerRow{
		{
			Connection: "Old directory",
			Subject:    "a1b2c3d4-5678-90ab-cdef-1234567890ab",
			Login:      "ada",
			Why:        "the connection was deleted",
			At:         gallery.Ago(0),
		},
		{
			Connection: "Okta",
			Login:      gallery.LongLogin,
			Why:        "unlinked by an admin",
			At:         gallery.Ago(0),
		},
	}
}
