package directory

import (
	"time"

	"gatehouse/sso"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryMerges() []gallery.Example {
	full := galleryMergePreview()
	full.Stays = []sso.UserIdentity{{Connection: "conn-2", Login: "ada.contractor"}}
	full.Resources = []sso.MovedResource{{Connection: "conn-1"}}
	full.KeepsLogin, full.Admin = true, true
	full.Sessions, full.Tokens, full.HeldSyncs = 2, 1, 1
	refused := galleryMergePreview()
	refused.Forbidden = []*sso.Error{
		{Public: "The account to keep is not active. Reactivate it first, or keep the other one."},
		{Public: "One identity provider provisions both accounts, so it counts them as two people. " +
			"Delete one of them there first."},
	}
	blamed := &mergesPage{
		Base: gallery.Console("People", galleryPeopleLink()),
		Wrong: ui.Blame(&sso.Error{
			Public: "This merge is more than 30 days old, so it cannot be undone any more.",
		}),
		Rows:  galleryMergeRows(),
		Pager: ui.Pager{Next: "?cursor=x"},
	}
	offer := galleryMergeOffer(refused)
	offer.Kept.Status = statusBadge(sso.UserDeactivated)
	return []gallery.Example{
		{Name: "Pick-merge", Status: 200, Page: galleryPickMerge()},
		{Name: "Merge-full", Status: 200, Page: galleryMergeOffer(full)},
		{Name: "Merge-refused", Status: 200, Page: offer},
		{Name: "Merges-wrong", Status: 422, Page: blamed},
		{Name: "Merges-none", Status: 200, Page: &mergesPage{
			Base: gallery.Console("People", galleryPeopleLink()),
		}},
		{Name: "PersonDetail-merged", Status: 200, Page: galleryMergedPerson()},
	}
}

// galleryKept and galleryAway are two accounts of one person.
func galleryKept() sso.User {
	return sso.User{
		ID:    galleryUsr,
		Name:  "Ada Lovelace",
		Login: "ada@acme.example",
	}
}

func galleryAway() sso.User {
	return sso.User{
		ID:    "user-2",
		Name:  "Ada Byron",
		Login: gallery.LongLogin,
	}
}

func galleryMergePreview() sso.MergePreview {
	return sso.MergePreview{
		From:       galleryAway(),
		Into:       galleryKept(),
		Identities: []sso.UserIdentity{{Connection: "conn-1", Login: "ada.contractor"}},
		Gained: []sso.UserMembership{
			{Organization: sso.Organization{Name: "Research"}, Group: sso.Group{Name: "on-call"}},
			{Organization: sso.Organization{Name: "Operations"}, Group: sso.Group{Name: odd}},
		},
	}
}

func galleryMergeOffer(p sso.MergePreview) *mergePage {
	pair := mergePair{
		user:  galleryKept(),
		other: "user-2",
	}
	page := mergeOffer(sso.Enterprise{Key: "acme"}, pair, p, []sso.Connection{
		{ID: "conn-1", Name: "Okta"}, {ID: "conn-2", Name: "Contractors"},
	})
	page.Base = gallery.Console("People", galleryPeopleLink(), ui.Link{
		Label: "Ada Lovelace",
		Href:  galleryPersonAt,
	})
	page.Kept = galleryMergeRecord(p.Into)
	page.Away = galleryMergeRecord(p.From)
	return page
}

func galleryMergeRecord(u sso.User) questionPerson {
	return questionPerson{
		ID: string(u.ID),
		Person: personRef{
			Name:  u.Name,
			Login: u.Login,
			Href:  galleryPersonAt,
		},
		Status:     ui.Badge{Label: "active", State: "ok"},
		Email:      "ada@acme.example",
		Since:      gallery.Ago(90 * 24 * time.Hour),
		LastSignIn: gallery.Ago(time.Hour),
		Identities: galleryIdentities(),
	}
}

func galleryMergeRows() []mergeRow {
	row := func(m sso.Merge, ago time.Duration) mergeRow {
		m.ID, m.At = "merge-1", gallery.Now().Add(-ago)
		return mergeRowOf(
			sso.Enterprise{Key: "acme"}, m,
			personRef{Name: "Ada Byron", Login: "ada.contractor", Href: galleryPersonAt},
			personRef{Name: "Ada Lovelace", Login: "ada@acme.example", Href: galleryPersonAt},
			gallery.Now(),
		)
	}
	const day = 24 * time.Hour
	return []mergeRow{
		row(sso.Merge{}, 3*day),
		row(sso.Merge{UndoneAt: gallery.Now().Add(-day)}, 4*day),
		row(sso.Merge{}, 50*day),
	}
}

func galleryPickMerge() *pickPage {
	return &pickPage{
		Base: gallery.Console("People", galleryPeopleLink(), ui.Link{
			Label: "Ada Lovelace",
			Href:  galleryPersonAt,
		}),
		Heading: "Merge Ada Lovelace with another person",
		Lead:    mergeLead,
		What:    "People",
		Search: searchForm{
			Action: galleryPersonAt + "/merge",
			Label:  "Name, login or e-mail",
			Hint:   "The beginning is enough. Case does not matter.",
			Value:  "ada",
			All:    galleryPersonAt + "/merge",
		},
		Back: ui.Link{Label: "Back to Ada Lovelace", Href: galleryPersonAt},
		Rows: []pickRow{{
			Name:   "Ada Byron",
			Detail: gallery.LongLogin,
			Href:   galleryPersonAt,
			Choose: &ui.Press{
				Label:  "Choose",
				About:  "Choose Ada Byron",
				Action: galleryPersonAt + "/merge?with=user-2",
			},
		}},
	}
}

func galleryMergedPerson() *personDetailPage {
	p := galleryPersonDetail("Ada Byron", ui.Badge{Label: "deactivated", State: "error"})
	p.MergedInto = &personRef{Name: "Ada Lovelace", Login: "ada@acme.example", Href: galleryPersonAt}
	p.Sees = mergedSees
	p.MergeHref, p.AddHref, p.Lasting = "", "", nil
	p.Merges = galleryMergeRows()[:1]
	return p
}
