package directory

import (
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryErasures() []gallery.Example {
	possible := sso.ErasurePreview{
		User:        galleryKept(),
		Accounts:    2,
		Identities:  2,
		Provisioned: 1,
		Attempts:    40,
		Syncs:       38,
		Tokens:      1,
	}
	wrong := galleryEraseOffer(possible)
	blame := sso.InvalidField("validation_failed", "login", "Type ada@acme.example to delete this person.")
	wrong.Wrong = ui.Blame(blame, &wrong.Login)
	refused := possible
	refused.Accounts = 1
	refused.Forbidden = []*sso.Error{
		{Public: "This person is active. Deactivate the account first; deleting it cannot be undone."},
		{Public: "An operator’s account is tied to this person. Untie or remove that account first."},
	}
	return []gallery.Example{
		{Name: "Erase", Status: 200, Page: galleryEraseOffer(possible)},
		{Name: "Erase-wrong", Status: 422, Page: wrong},
		{Name: "Erase-refused", Status: 200, Page: galleryEraseOffer(refused)},
		{Name: "Erasures", Status: 200, Page: &erasuresPage{
			Base:  gallery.Console("People", galleryPeopleLink()),
			Rows:  galleryErasureRows(),
			Pager: ui.Pager{Next: "?cursor=x"},
		}},
		{Name: "Erasures-none", Status: 200, Page: &erasuresPage{
			Base: gallery.Console("People", galleryPeopleLink()),
		}},
	}
}

func galleryEraseOffer(p sso.ErasurePreview) *erasePage {
	page := eraseOffer(sso.Enterprise{Key: "acme"}, p)
	page.Base = gallery.Console("People", galleryPeopleLink(), ui.Link{
		Label: "Ada Lovelace",
		Href:  galleryPersonAt,
	})
	return page
}

func galleryErasureRows() []erasureRow {
	row := func(id sso.UserID, lifted sso.Actor) erasureRow {
		return erasureRowOf(sso.Enterprise{Key: "acme"}, sso.Erasure{
			User:     id,
			At:       gallery.Now().Add(-3 * time.Hour),
			LiftedBy: lifted,
		}, gallery.Now())
	}
	return []erasureRow{
		row("user-06d5x0wkj3n8p7r5t2v4y6z8ab", ""),
		row("user-06d5x0wkj3n8p7r5t2v4y6z8aa", sso.ActorOperator),
	}
}
