package directory

import (
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryRestoring() []gallery.Example {
	full := galleryRestore()
	none := &restoringPage{
		Base:    galleryGroupBase(),
		Heading: "Reconcile engineering",
		Lead:    "As the identity provider last sent it. People whose groups are uncertain stay where they are.",
		Back:    galleryBack(),
	}
	wrong := &restoringPage{
		Base:    galleryGroupBase(),
		Heading: "Restore engineering",
		Lead:    "Nothing was changed.",
		Back:    galleryBack(),
		Wrong: []ui.Wrong{{
			ID:      "h-go",
			Label:   "Moment",
			Message: "What was then is not known: the earliest moment is 2026-11-01T00:00:00Z.",
		}},
	}
	past := galleryPast()
	unread := &pastMembersPage{
		Base:    galleryGroupBase(),
		Heading: "Past members of engineering",
		Moment:  galleryMoment("at", galleryGroupAt+"/history"),
		Wrong: []ui.Wrong{{
			ID:      "at",
			Label:   "Time, in UTC",
			Message: "Enter a date and a time such as 2026-11-24T10:30.",
		}},
	}
	unread.Moment.Field.Error = unread.Wrong[0].Message
	pick := galleryPick()
	nobody := &pickPage{
		Base:    galleryGroupBase(),
		Heading: "Add someone to engineering",
		Lasting: []string{galleryReset},
		Search:  gallerySearch(galleryGroupAt+"/add", "Name, login or e-mail", ""),
		What:    "People",
		Back:    ui.Link{Label: "Back to engineering", Href: galleryGroupAt},
		Wrong: []ui.Wrong{{
			Label:   "Person",
			Message: "There is no such person here. Choose one of these.",
		}},
	}
	return []gallery.Example{
		{Name: "Restoring-many", Status: 422, Page: full},
		{Name: "Restoring-nothing", Status: 200, Page: none},
		{Name: "Restoring-problem", Status: 422, Page: wrong},
		{Name: "PastMembers-typical", Status: 200, Page: past},
		{Name: "PastMembers-problem", Status: 422, Page: unread},
		{Name: "Pick-typical", Status: 200, Page: pick},
		{Name: "Pick-nobody", Status: 422, Page: nobody},
	}
}

func galleryGroupTrail() []ui.Link {
	return []ui.Link{
		{Label: "Groups", Href: galleryEnt + "/groups"},
		{Label: "engineering", Href: galleryGroupAt},
	}
}

func galleryGroupBase() ui.Base { return gallery.Console("Groups", galleryGroupTrail()...) }

func galleryBack() ui.Link {
	return ui.Link{Label: "Change nothing", Href: galleryGroupAt}
}

func galleryMovedRows() []movedRow {
	return []movedRow{
		{"Ada Lovelace", "ada@acme.example", "/x"},
		{odd, gallery.LongLogin, "/x"},
	}
}

func galleryRestore() *restoringPage {
	full := &restoringPage{
		Base:    galleryGroupBase(),
		Heading: "Restore engineering",
		Lead:    "As it was at 23 November 2026, 10:30 UTC. Nothing changes until you confirm.",
		Lasting: []string{galleryReset},
		Action:  galleryGroupAt + "/restore",
		Fields:  []ui.HiddenField{{Name: "at", Value: "2026-11-23T10:30"}},
		Button:  "Restore",
		Back:    galleryBack(),
		Lists: []movedList{
			{
				ID:      "h-add",
				Heading: "Added",
				Rows:    galleryMovedRows(),
			},
			{
				ID:      "h-remove",
				Heading: "Removed",
				Rows:    galleryMovedRows(),
				More:    "And 47 more.",
			},
			{
				ID:      "h-gone",
				Heading: "Cannot be restored: the group was deleted",
				Rows:    galleryMovedRows()[:1],
			},
		},
		Confirm: &ui.Field{
			ID:    "sure",
			Name:  "sure",
			Kind:  "check",
			Value: "yes",
			Label: "Take 49 of 60 people out at once",
			Hint:  "This is more than half of the group, which is usually a mistake.",
		},
	}
	full.Wrong = []ui.Wrong{
		{Message: "This removes 49 of 60 people from the group at once. Confirm it if that is intended."},
	}
	return full
}

func galleryPast() *pastMembersPage {
	return &pastMembersPage{
		Base:    galleryGroupBase(),
		Heading: "Past members of engineering",
		At:      gallery.Ago(24 * time.Hour),
		Moment:  galleryMoment("at", galleryGroupAt+"/history"),
		Restore: ui.Link{
			Label: "See what restoring this would change",
			Href:  galleryGroupAt + "/restore?at=x",
		},
		Rows: []pastRow{
			{
				Person: personRef{
					Name:  "Ada Lovelace",
					Login: "ada@acme.example",
					Href:  "/x",
				},
				Source: "sign-in",
				From:   gallery.Ago(90 * 24 * time.Hour),
				Cause:  causeLink{"sign-in", "/x"},
				Still:  true,
			},
			{
				Person: personRef{
					Name:  odd,
					Login: gallery.LongLogin,
					Href:  "/x",
				},
				Source:  "by hand",
				From:    gallery.Ago(50 * time.Hour),
				Cause:   causeLink{"an operator", ""},
				Until:   gallery.Ago(3 * time.Hour),
				EndedBy: causeLink{"sign-in", "/x"},
			},
		},
	}
}

func galleryPick() *pickPage {
	return &pickPage{
		Base:    galleryGroupBase(),
		Heading: "Add someone to engineering",
		Lasting: []string{galleryReset},
		Search:  gallerySearch(galleryGroupAt+"/add", "Name, login or e-mail", "ada"),
		What:    "People",
		Pager:   ui.Pager{Next: "?cursor=x"},
		Back:    ui.Link{Label: "Back to engineering", Href: galleryGroupAt},
		Rows: []pickRow{
			{
				Name:   "Ada Lovelace",
				Detail: "ada@acme.example",
				Href:   "/x",
				Press: &ui.Press{
					Label:  "Add",
					About:  "Add Ada Lovelace",
					Action: galleryGroupAt + "/members",
					Fields: []ui.HiddenField{{Name: "user", Value: "x"}},
				},
			},
			{
				Name:   odd,
				Detail: gallery.LongLogin,
				Href:   "/x",
			},
		},
	}
}
