package gallery

import (
	"gatehouse/sso"
	"gatehouse/web/ui"
)

func galleryContinue() []Example {
	post := sso.Redirect{
		URL: "https://idp.acme.example/saml/sso",
		Form: map[string][]string{
			"SAMLRequest": {"PHNhbWxwOkF1dGhuUmVxdWVzdC8+"},
			"RelayState":  {"gh0123"},
		},
	}
	answer := map[string][]string{
		"SAMLResponse": {"PHNhbWxwOlJlc3BvbnNlLz4="},
		"RelayState":   {"gh0123"},
	}
	logout := sso.Redirect{URL: "https://accounts.idp.example/logout?x=1"}
	acme := sso.Enterprise{ID: Acme, Name: "Acme Corporation"}
	long := sso.Enterprise{ID: Acme, Name: LongName}
	found := &ui.Continue{
		Base:   Company("Acme Corporation"),
		Action: "/login/sso?enterprise_key=acme",
	}
	return []Example{
		{"Continue-found", 200, found},
		{"Continue-post", 200, ui.NewContinue(acme, post, false)},
		{"Continue-long-name", 200, ui.NewContinue(long, post, false)},
		{"Continue-sign-out", 200, ui.NewContinue(acme, logout, true)},
		{"Continue-back", 200, ui.NewReturn("/saml/conn-1/acs", answer)},
		{
			"Continue-arrived",
			200,
			ui.NewArrived(acme, "/login/continue/wiki?to=https%3A%2F%2Fwiki.acme.example%2F"),
		},
		{"SignedOut", 200, &ui.SignedOut{}},
		{"SignedOut-company", 200, &ui.SignedOut{
			Base:  Company("Acme Corporation"),
			Again: "/login/sso?enterprise_key=acme",
			Other: "/login",
		}},
		{"SignedOut-asked", 200, &ui.SignedOut{
			Base:  Company("Acme Corporation"),
			Asked: true,
			Again: "/login/sso?enterprise_key=acme",
			Other: "/login",
		}},
	}
}
