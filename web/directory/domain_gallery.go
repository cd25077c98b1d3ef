package directory

import (
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const galleryDomainsAt = galleryEnt + "/domains"

func galleryDomains() []gallery.Example {
	const long = "extremely-long-subdomain-of-a-company-with-a-name.engineering.rhein-ruhr-wasser-und-energieversorgung.example"
	missing := galleryDomainRow("dom-2", "globex.example", false)
	missing.Wrong = []ui.Wrong{{
		ID:      "dom-2",
		Label:   "globex.example",
		Message: "Looked for a TXT record at _gatehouse-challenge.globex.example with the value gatehouse-verification=abcdefghijklmnopqrstuvwxyz; found \"v=spf1 -all\". A new record can take some time to be seen.",
	}}
	notFound := galleryDomainsPage(
		galleryDomainRow("dom-1", "acme.example", true), missing,
		galleryDomainRow("dom-3", long, false),
	)
	notFound.Missed = &ui.Todo{
		Text:  "globex.example could not be verified.",
		Href:  "#dom-2",
		Label: "See what was found",
	}
	wrong := galleryDomainsPage()
	wrong.Fields[0].Value, wrong.Fields[0].Error = "gmail.com",
		"Anyone can have an address at gmail.com, so it cannot belong to a company."
	wrong.Wrong = []ui.Wrong{{ID: "name", Label: "Domain", Message: wrong.Fields[0].Error}}
	return []gallery.Example{
		{
			Name:   "Domains-empty",
			Status: 200,
			Page:   galleryDomainsPage(),
		},
		{
			Name:   "Domains-typical",
			Status: 200,
			Page: galleryDomainsPage(
				galleryDomainRow("dom-1", "acme.example", true),
				galleryDomainRow("dom-2", "acme.test", false),
			),
		},
		{
			Name:   "Domains-not-found",
			Status: 422,
			Page:   notFound,
		},
		{
			Name:   "Domains-problem",
			Status: 422,
			Page:   wrong,
		},
	}
}

func galleryDomainsPage(rows ...domainRow) *domainsPage {
	return &domainsPage{
		Base:   gallery.Console("Domains"),
		Action: galleryDomainsAt,
		Rows:   rows,
		Fields: []ui.Field{{
			ID:    "name",
			Name:  "name",
			Label: "Domain",
			Hint:  "The part after the @ in your people’s addresses, such as acme.example.",
			Most:  253,
			Mono:  true,
		}},
	}
}

func galleryDomainRow(id, name string, proven bool) domainRow {
	return domainRow{
		ID:     id,
		Name:   name,
		Proven: proven,
		Since:  gallery.Ago(time.Hour),
		TXTName: ui.Copyable{
			ID:    id + "-name",
			Value: "_gatehouse-challenge." + name,
		},
		TXTValue: ui.Copyable{
			ID:    id + "-value",
			Value: "gatehouse-verification=abcdefghijklmnopqrstuvwxyz",
		},
		Verify: ui.Press{
			Label:  "Verify now",
			About:  "Verify now: " + name,
			Action: galleryDomainsAt + "/x/verify",
		},
		Remove: &ui.Confirm{
			Label:  "Delete " + name,
			Text:   "It has no effect yet. Its DNS record can be removed, too.",
			Action: galleryDomainsAt + "/x/delete",
			Button: "Delete",
			Danger: true,
		},
	}
}
