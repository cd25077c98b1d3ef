package directory

import (
	"time"

	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

const galleryOrgs = galleryEnt + "/organizations"

func galleryOrganizations() []gallery.Example {
	full := galleryOrganizationList()
	full.Rows = []organizationRow{
		galleryOrganizationRow("Research", "research", 12, 41),
		galleryOrganizationRow(gallery.LongName, "rrw", 1, 100000),
		galleryOrganizationRow(odd, "odd", 0, 0),
	}
	wrong := galleryOrganizationList()
	wrong.Rows, wrong.Fields = full.Rows, galleryOrganizationForm(
		"Research", "research", "This key is in use already.",
	)
	wrong.Wrong = []ui.Wrong{{ID: "key", Label: "Key", Message: "This key is in use already."}}
	typed := galleryOrganization("Research", true)
	typed.Remove.Field.Value = "resaerch"
	typed.Remove.Field.Error = "This is not the key of the organization: nothing was deleted."
	typed.Wrong = []ui.Wrong{{
		ID:      "typed",
		Label:   "Type the key research to continue",
		Message: typed.Remove.Field.Error,
	}}
	return []gallery.Example{
		{Name: "Organizations-empty", Status: 200, Page: galleryOrganizationList()},
		{Name: "Organizations-typical", Status: 200, Page: full},
		{Name: "Organizations-problem", Status: 422, Page: wrong},
		{Name: "OrganizationDetail-typical", Status: 200, Page: galleryOrganization("Research", false)},
		{Name: "OrganizationDetail-long-name", Status: 200, Page: galleryOrganization(gallery.LongName, false)},
		{Name: "OrganizationDetail-not-deleted", Status: 422, Page: typed},
	}
}

func galleryOrganizationForm(name, key, problem string) []ui.Field {
	return []ui.Field{
		{
			ID:    "name",
			Name:  "name",
			Label: "Name",
			Hint:  "What people are shown, such as Research.",
			Value: name,
			Most:  255,
		},
		{
			ID:    "key",
			Name:  "key",
			Label: "Key",
			Hint:  "What applications are told before the slash of a group: research/engineering. Lower-case letters, digits and hyphens.",
			Value: key,
			Most:  63,
			Mono:  true,
			Error: problem,
		},
	}
}

func galleryOrganizationList() *organizationsPage {
	return &organizationsPage{
		Base:   gallery.Console("Organizations"),
		Action: galleryOrgs,
		Fields: galleryOrganizationForm("", "", ""),
	}
}

func galleryOrganizationRow(name, key string, groups, members int) organizationRow {
	return organizationRow{ui.Link{Label: name, Href: galleryOrgs + "/x"}, key, groups, members}
}

func galleryOrganization(name string, open bool) *organizationDetailPage {
	made := gallery.Ago(40 * 24 * time.Hour)
	o := &organizationDetailPage{
		Base: gallery.Console("Organizations", ui.Link{
			Label: "Organizations",
			Href:  galleryOrgs,
		}),
		Name: name,
		Facts: []ui.Fact{
			{Label: "Key", Value: "research", Code: true},
			{Label: "Default group", Value: "Members", Href: "/x"},
			{Label: "Created", Time: &made},
		},
		Rows:     galleryGroupRows(),
		Create:   galleryEnt + "/groups?organization=x",
		Services: galleryOrgs + "/x/service-tokens",
		Action:   galleryOrgs + "/x",
		Fields:   galleryOrganizationForm(name, "research", ""),
	}
	o.Remove = ui.TypedForm{
		Action: galleryOrgs + "/x/delete",
		Button: "Delete this organization",
		Open:   open,
		Field: ui.Field{
			ID:    "typed",
			Name:  "typed",
			Label: "Type the key research to continue",
			Most:  63,
			Mono:  true,
		},
		Text: "Its groups are deleted with it, and everyone leaves them. They no longer open any application.",
	}
	return o
}
