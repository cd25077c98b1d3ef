package demo

import "gatehouse/internal/demo/demoidp"

// The people of the checklist.
const (
	adaLogin        = "ada@acme.example"
	adaID           = "acme-0001"
	contractorLogin = "kim.extern"
	margaretLogin   = "margaret@globex.example"
	margaretID      = "globex-0004"
	katherineLogin  = "katherine@globex.example"
	katherineID     = "globex-0005"
)

func acmePeople() []demoidp.Person {
	return []demoidp.Person{
		{
			ID:        adaID,
			Login:     adaLogin,
			Email:     "ada@acme.example",
			GivenName: "Ada",
			Surname:   "Lovelace",
			Groups:    []string{"developers", "admins", "release-managers"},
			Note:      "In groups that several organizations have.",
		},
		{
			ID:        "acme-0002",
			Login:     "grace@acme.example",
			Email:     "grace@acme.example",
			GivenName: "Grace",
			Surname:   "Hopper",
			Groups:    []string{"developers", "sre"},
		},
		{
			ID:        "acme-0003",
			Login:     "linus@acme.example",
			Email:     "linus@acme.example",
			GivenName: "Linus",
			Surname:   "Pauling",
			Note:      "Can sign in, and is in no group.",
		},
		{
			ID:        "acme-0004",
			Login:     contractorLogin,
			Email:     "kim@freelance.example",
			GivenName: "Kim",
			Surname:   "Novák",
			NoMailbox: true,
			Groups:    []string{"contractors"},
			Note:      "A contractor, whose address Acme cannot vouch for and no one reads.",
		},
		{
			ID:        "acme-0005",
			Login:     "mallory@acme.example",
			Email:     "ada@globex.example",
			GivenName: "Mallory",
			Surname:   "Archer",
			Groups:    []string{"developers"},
			Note:      "Claims an address at another company.",
		},
		{
			ID:        "acme-0006",
			Login:     "alan@acme.example",
			Email:     "alan@acme.example",
			GivenName: "Alan",
			Surname:   "Turing",
			Groups:    []string{"Developers", "cryptography"},
			Note:      "His groups match nothing: case counts.",
		},
	}
}

func globexPeople() []demoidp.Person {
	return []demoidp.Person{
		{
			ID:        "globex-0001",
			Login:     "hedy@globex.example",
			Email:     "hedy@globex.example",
			GivenName: "Hedy",
			Surname:   "Lamarr",
			Groups:    []string{"engineering", "leads"},
		},
		{
			ID:        "globex-0002",
			Login:     "edsger@globex.example",
			Email:     "edsger@globex.example",
			GivenName: "Edsger",
			Surname:   "Dijkstra",
			Groups:    []string{"engineering"},
		},
		{
			ID:        "globex-0003",
			Login:     "radia@globex.example",
			Email:     "radia@globex.example",
			GivenName: "Radia",
			Surname:   "Perlman",
			Groups:    []string{"networking", "leads"},
		},
		{
			ID:        margaretID,
			Login:     margaretLogin,
			Email:     "margaret@apollo.example",
			GivenName: "Margaret",
			Surname:   "Hamilton",
			Groups:    []string{"engineering"},
			Note:      "Her address is at a domain that Globex has not verified.",
		},
		{
			ID:         katherineID,
			Login:      katherineLogin,
			Email:      "katherine@globex.example",
			GivenName:  "Katherine",
			Surname:    "Johnson",
			Groups:     []string{"engineering", "leads"},
			MoreGroups: 230,
			Note:       "In more groups than fit into a sign-in.",
		},
	}
}

func initechPeople() []demoidp.Person {
	return []demoidp.Person{
		{
			ID:        "initech-0001",
			Login:     "barbara@initech.example",
			Email:     "barbara@initech.example",
			GivenName: "Barbara",
			Surname:   "Liskov",
			Groups:    []string{"developers", "managers"},
			Note:      "Runs Initech’s directory.",
		},
		{
			ID:        "initech-0002",
			Login:     "ken@initech.example",
			Email:     "ken@initech.example",
			GivenName: "Ken",
			Surname:   "Thompson",
			Groups:    []string{"developers"},
		},
		{
			ID:        "initech-0003",
			Login:     "luca@initech.example",
			Email:     "luca@initech.example",
			GivenName: "Luca",
			Surname:   "Pacioli",
			Groups:    []string{"Bookkeepers", "managers"},
			Note:      "One of his groups is nearly one of Gatehouse’s.",
		},
		{
			ID:        "initech-0004",
			Login:     "milton@initech.example",
			GivenName: "Milton",
			Surname:   "Waddams",
			Groups:    []string{"bookkeepers"},
			Note:      "Has no mailbox, so no address is sent for him.",
		},
	}
}

// company is the seed data of one enterprise.
type company struct {
	key, name, domain string
	tenant            string // of Entra ID; empty: the directory is not one
	organizations     []organization
}

type organization struct {
	key, name string
	groups    []string
}

func acme() company {
	return company{"acme", "Acme", "acme.example", "", []organization{
		{"platform", "Platform", []string{"developers", "sre", "admins", "release-managers"}},
		{"mobile", "Mobile", []string{"developers", "release-managers", "contractors"}},
		{"data", "Data", []string{"developers", "analysts", "admins", "contractors"}},
	}}
}

func globex() company {
	return company{"globex", "Globex", "globex.example", globexTenant, []organization{
		{"web", "Web", []string{"engineering", "leads"}},
		{"hardware", "Hardware", []string{"engineering", "networking", "leads"}},
	}}
}

// initech returns the company for trying the setup assistant: it has people and
// groups, but no connection.
func initech() company {
	return company{"initech", "Initech", "initech.example", "", []organization{
		{"software", "Software", []string{"developers", "testers", "managers"}},
		{"accounting", "Accounting", []string{"bookkeepers", "managers"}},
	}}
}
