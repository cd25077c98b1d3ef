package account

import (
	"strings"
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	return append(galleryAccount(), galleryTokens()...)
}

const exampleSync = "from your company’s sign-in"

func galleryAccount() []gallery.Example {
	many := exampleManyGroups()
	one := &accountPage{
		Base:          exampleBase(),
		Profile:       exampleProfile(),
		Organizations: []organization{{"Research", []group{{"Members", "added by hand", gallery.Ago(0)}}}},
		Sessions:      []session{exampleSession()},
	}
	one.Flash = "The other sessions have ended."
	long := exampleLongNames()
	rtl := exampleRightToLeft(many)
	contractor := profileFacts{
		Name:       "Linus Contractor",
		Login:      "lcontractor",
		Connection: "Employees (Okta, SAML)",
		SignedInAt: gallery.Ago(0),
	}
	return []gallery.Example{
		{
			Name:   "Account-many",
			Status: 200,
			Page:   many,
		},
		{
			Name:   "Account-one",
			Status: 200,
			Page:   one,
		},
		{
			Name:   "Account-long-names",
			Status: 200,
			Page:   long,
		},
		{
			Name:   "Account-right-to-left",
			Status: 200,
			Page:   rtl,
		},
		{
			Name:   "NoAccess-unmatched",
			Status: 200,
			Page: &noAccessPage{
				Base:     exampleContractorBase(),
				Profile:  contractor,
				Asserted: []string{"Engineering", "contractors"},
				Told:     true,
				Near:     []nearName{{Asserted: "Engineering", Name: "engineering"}},
			},
		},
		{
			Name:   "NoAccess-none",
			Status: 200,
			Page: &noAccessPage{
				Base:    exampleContractorBase(),
				Profile: contractor,
				Told:    true,
			},
		},
		{
			Name:   "NoAccess-unknown",
			Status: 200,
			Page:   &noAccessPage{Base: exampleContractorBase(), Profile: contractor},
		},
	}
}

func exampleBase() ui.Base {
	return ui.Base{
		Enterprise: "Acme Corporation",
		Of:         gallery.Acme,
		User: &ui.Person{
			Name:  "Ada Lovelace",
			Login: "ada@acme.example",
		},
	}
}

func exampleProfile() profileFacts {
	return profileFacts{
		Name:          "Ada Lovelace",
		Login:         "ada@acme.example",
		Email:         "ada@acme.example",
		EmailVerified: true,
		Connection:    "Employees (Okta, SAML)",
		SignedInAt:    gallery.Ago(2 * time.Minute),
	}
}

func exampleSession() session {
	return session{
		ID:      "ses-1",
		Browser: ui.Browser{Name: "Firefox", System: "Linux"},
		Remote:  "192.0.2.17",
		Current: true,
		Began:   gallery.Ago(2 * time.Minute),
		Seen:    gallery.Ago(0),
	}
}

func exampleSignIn(d time.Duration, ok bool) signInRow {
	return signInRow{gallery.Ago(d), ok, "192.0.2.17", "att-01hf7k3m9q2v5x8z1b4d6g8j0n"}
}

func exampleManyGroups() *accountPage {
	return &accountPage{
		Base: exampleBase(),
		Applications: []tile{
			{Name: "Wiki", Letter: "W", Href: "https://wiki.example.com/", Host: "wiki.example.com"},
			{Name: "予定表", Letter: "予", Href: "https://calendar.example.com/", Host: "calendar.example.com"},
			{Name: "Payroll", Letter: "P", Closed: true, Missing: "research/finance, research/board"},
			{Name: "Expenses", Letter: "E", Closed: true},
		},
		Profile: exampleProfile(),
		Organizations: []organization{
			{"Research", []group{
				{"Members", "for everyone here", gallery.Ago(90 * 24 * time.Hour)},
				{"engineering", exampleSync, gallery.Ago(90 * 24 * time.Hour)},
				{"on-call", "added by hand", gallery.Ago(3 * 24 * time.Hour)},
			}},
			{"Operations", []group{
				{"Members", "for everyone here", gallery.Ago(40 * 24 * time.Hour)},
				{"engineering", exampleSync, gallery.Ago(40 * 24 * time.Hour)},
			}},
			{"Forschung & Entwicklung", []group{
				{"Members", "for everyone here", gallery.Ago(24 * time.Hour)},
				{"開発", exampleSync, gallery.Ago(24 * time.Hour)},
			}},
		},
		Sessions: []session{
			exampleSession(),
			{
				ID:      "ses-2",
				Browser: ui.Browser{Name: "Safari", System: "iPhone"},
				Remote:  "2001:db8::7",
				Began:   gallery.Ago(26 * time.Hour),
				Seen:    gallery.Ago(3 * time.Hour),
			},
			{
				ID:    "ses-3",
				Began: gallery.Ago(20 * time.Hour),
				Seen:  gallery.Ago(19 * time.Hour),
			},
		},
		SignIns: []signInRow{
			exampleSignIn(2*time.Minute, true), exampleSignIn(4*time.Minute, false), exampleSignIn(26*time.Hour, true),
		},
	}
}

func exampleLongNames() *accountPage {
	return &accountPage{
		Base: ui.Base{
			Enterprise: gallery.LongName,
			Of:         gallery.Acme,
			User: &ui.Person{
				Name:  "Maximiliane von und zu Hohenstein-Wittgenstein",
				Login: gallery.LongLogin,
			},
		},
		Profile: profileFacts{
			Name:       "Maximiliane von und zu Hohenstein-Wittgenstein",
			Login:      gallery.LongLogin,
			Email:      gallery.LongLogin,
			Connection: "Employees (Microsoft Entra ID, SAML)",
			SignedInAt: gallery.Ago(time.Hour),
		},
		Organizations: []organization{{
			gallery.LongName,
			[]group{{
				strings.Repeat("grp_all_employees_without_contractors_", 4), exampleSync,
				gallery.Ago(700 * 24 * time.Hour),
			}},
		}},
		Sessions: []session{exampleSession()},
	}
}

func exampleRightToLeft(many *accountPage) *accountPage {
	return &accountPage{
		Base: ui.Base{
			Dir:        "rtl",
			Enterprise: "شركة المستقبل للتقنية",
			Of:         gallery.Acme,
			User: &ui.Person{
				Name:  "ليلى حداد",
				Login: "layla@future.example",
			},
		},
		Profile: profileFacts{
			Name:       "ليلى حداد",
			Login:      "layla@future.example",
			Connection: "Employees (Okta, SAML)",
			SignedInAt: gallery.Ago(time.Hour),
		},
		Organizations: []organization{{"الهندسة", []group{
			{"מפתחים", exampleSync, gallery.Ago(time.Hour)},
			{"Members", "for everyone here", gallery.Ago(time.Hour)},
		}}},
		Sessions: []session{exampleSession()},
		SignIns:  many.SignIns,
	}
}

func exampleContractorBase() ui.Base {
	return ui.Base{
		Enterprise: "Acme Corporation",
		Of:         gallery.Acme,
		User: &ui.Person{
			Name:  "Linus Contractor",
			Login: "lcontractor",
		},
	}
}
