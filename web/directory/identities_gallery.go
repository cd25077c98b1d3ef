package directory

import (
	"net/url"

	"gatehouse/sso"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryLinks() []gallery.Example {
	okta := sso.Connection{ID: "conn-1", Name: "Okta", State: sso.ConnectionEnabled}
	link := sso.IdentityLink{User: galleryUsr, Connection: okta.ID, Subject: "00u1a2b3c4d5e6f7g8h9"}
	byLogin := sso.IdentityLink{User: galleryUsr, Connection: okta.ID, Login: gallery.LongLogin}
	form := func(values url.Values, wrong error) *linkPage {
		p := linkFormOf(galleryAcme(), galleryKept(), []sso.Connection{okta}, values)
		p.Base = galleryPersonBase()
		p.blame(wrong)
		return p
	}
	offer := func(l sso.IdentityLink, preview sso.LinkPreview) *linkOfferPage {
		preview.User = galleryKept()
		p := linkOffer(galleryAcme(), l, preview, okta)
		p.Base = galleryPersonBase()
		return p
	}
	refused := offer(link, sso.LinkPreview{Forbidden: []*sso.Error{
		{Public: "It leads to another account, user-06d5x0wkj3n8p7r5t2v4y6z8ab. If both are one person, merge the accounts."},
	}})
	refused.Other = &personRef{Name: "Ada Byron", Login: "ada.byron@acme.example", Href: galleryEnt + "/people/x"}
	refused.MergeHref = galleryPersonAt + "/merge?with=x"
	return []gallery.Example{
		{Name: "Link", Status: 200, Page: form(url.Values{}, nil)},
		{Name: "Link-wrong", Status: 422, Page: form(
			url.Values{"by": {"login"}, "value": {"ada "}},
			&sso.Error{Kind: sso.Invalid, Fields: []sso.FieldError{
				{Field: "connection", Message: "Choose a connection."},
				{Field: "login", Message: "Remove the space before or after the login."},
			}},
		)},
		{Name: "LinkOffer", Status: 200, Page: offer(byLogin, sso.LinkPreview{Further: true})},
		{Name: "LinkOffer-refused", Status: 200, Page: refused},
		{Name: "Unlink", Status: 200, Page: galleryUnlink(okta, nil)},
		{Name: "Unlink-refused", Status: 422, Page: galleryUnlink(okta, []*sso.Error{
			{Public: "The identity provider pushes this person, so the next sign-in would be tied again. Remove the person there."},
		})},
	}
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
