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
	return galleryAccount()
}

func galleryAccount() []gallery.Example {
	now := gallery.Now()
	ago := func(d time.Duration) ui.Time { return ui.NewTime(now.Add(-d), now) }
	const hour, day = time.Hour, 24 * time.Hour
	base := func() ui.Base {
		return ui.Base{
			Enterprise: "Acme Corporation",
			User: &ui.Person{
				Name:  "Ada Lovelace",
				Login: "ada@acme.example",
			},
		}
	}
	ada := profileFacts{
		Name:          "Ada Lovelace",
		Login:         "ada@acme.example",
		Email:         "ada@acme.example",
		EmailVerified: true,
		Connection:    "Okta (SAML)",
		SignedInAt:    ago(2 * time.Minute),
	}
	this := session{
		ID:      "ses-1",
		Browser: "Firefox on Linux",
		Remote:  "192.0.2.17",
		Current: true,
		Began:   ago(2 * time.Minute),
		Seen:    ago(0),
	}
	row := func(d time.Duration, ok bool, result string) signInRow {
		return signInRow{ago(d), ok, result, "192.0.2.17", "att-01hf7k3m9q2v5x8z1b4d6g8j0n"}
	}
	const sync = "from your company’s sign-in"
	many := &accountPage{
		Base:    base(),
		Profile: ada,
		Organizations: []organization{
			{"Research", []group{
				{"Members", "for everyone here", ago(90 * day)},
				{"engineering", sync, ago(90 * day)},
				{"on-call", "added by hand", ago(3 * day)},
			}},
			{"Operations", []group{
				{"Members", "for everyone here", ago(40 * day)},
				{"engineering", sync, ago(40 * day)},
			}},
			{"Forschung & Entwicklung", []group{
				{"Members", "for everyone here", ago(day)},
				{"開発", sync, ago(day)},
			}},
		},
		Sessions: []session{
			this,
			{
				ID:      "ses-2",
				Browser: "Safari on iPhone",
				Remote:  "2001:db8::7",
				Began:   ago(26 * hour),
				Seen:    ago(3 * hour),
			},
			{
				ID:      "ses-3",
				Browser: "Unknown browser",
				Began:   ago(20 * hour),
				Seen:    ago(19 * hour),
			},
		},
		SignIns: []signInRow{
			row(2*time.Minute, true, "Signed in"), row(4*time.Minute, false, "Started again"),
			row(26*hour, true, "Signed in"),
		},
	}
	one := &accountPage{
		Base:          base(),
		Profile:       ada,
		Organizations: []organization{{"Research", []group{{"Members", "added by hand", ago(0)}}}},
		Sessions:      []session{this},
	}
	one.Flash = "The other sessions have ended."
	long := &accountPage{
		Base: ui.Base{
			Enterprise: gallery.LongName,
			User: &ui.Person{
				Name:  "Maximiliane von und zu Hohenstein-Wittgenstein",
				Login: gallery.LongLogin,
			},
		},
		Profile: profileFacts{
			Name:       "Maximiliane von und zu Hohenstein-Wittgenstein",
			Login:      gallery.LongLogin,
			Email:      gallery.LongLogin,
			Connection: "Microsoft Entra ID (SAML)",
			SignedInAt: ago(hour),
		},
		Organizations: []organization{{
			gallery.LongName,
			[]group{{
				strings.Repeat("grp_all_employees_without_contractors_", 4), sync, ago(700 * day),
			}},
		}},
		Sessions: []session{this},
	}
	rtl := &accountPage{
		Base: ui.Base{
			Dir:        "rtl",
			Enterprise: "شركة المستقبل للتقنية",
			User: &ui.Person{
				Name:  "ليلى حداد",
				Login: "layla@future.example",
			},
		},
		Profile: profileFacts{
			Name:       "ليلى حداد",
			Login:      "layla@future.example",
			Connection: "Okta (SAML)",
			SignedInAt: ago(hour),
		},
		Organizations: []organization{{"الهندسة", []group{
			{"מפתחים", sync, ago(hour)},
			{"Members", "for everyone here", ago(hour)},
		}}},
		Sessions: []session{this},
		SignIns:  many.SignIns,
	}
	contractor := profileFacts{
		Name:       "Linus Contractor",
		Login:      "lcontractor",
		Connection: "Okta (SAML)",
		SignedInAt: ago(0),
	}
	lbase := func() ui.Base {
		return ui.Base{
			Enterprise: "Acme Corporation",
			User: &ui.Person{
				Name:  "Linus Contractor",
				Login: "lcontractor",
			},
		}
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
				Base:     lbase(),
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
				Base:    lbase(),
				Profile: contractor,
				Told:    true,
			},
		},
		{
			Name:   "NoAccess-unknown",
			Status: 200,
			Page:   &noAccessPage{Base: lbase(), Profile: contractor},
		},
	}
}
