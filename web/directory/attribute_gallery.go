package directory

import (
	"time"

	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

func galleryAttributes() []gallery.Example {
	okta := ui.Link{Label: "Okta", Href: galleryEnt + "/connections/x/settings#h-attributes"}
	entra := ui.Link{Label: "Entra ID of the subsidiary", Href: okta.Href}
	list := galleryAttributesPage(sso.Attribute{Type: sso.AttributeText})
	list.Rows = []attributeRow{
		galleryAttributeRow(
			sso.Attribute{Name: "badge", Label: "Badge number", Type: sso.AttributeNumber}, 0,
			attributeSource{Connection: okta},
		),
		galleryAttributeRow(
			sso.Attribute{Name: "department", Label: "Department", Type: sso.AttributeText}, 412,
			attributeSource{Connection: okta, Claims: "department, dept"},
			attributeSource{
				Connection: entra,
				Claims:     "http://schemas.xmlsoap.org/ws/2005/05/identity/claims/department",
				Draft:      "user.department",
			},
		),
	}
	wrong := galleryAttributesPage(sso.Attribute{
		Name:  "Floor",
		Label: "Floor",
		Type:  sso.AttributeNumber,
	})
	wrong.Rows = list.Rows
	wrong.Fields[1].Error = "Use 1 to 32 lower-case letters, digits and underscores, beginning with a letter."
	wrong.Wrong = []ui.Wrong{{ID: "name", Label: wrong.Fields[1].Label, Message: wrong.Fields[1].Error}}
	return []gallery.Example{
		{Name: "Attributes-empty", Status: 200, Page: galleryAttributesPage(sso.Attribute{Type: sso.AttributeText})},
		{Name: "Attributes-typical", Status: 200, Page: list},
		{Name: "Attributes-wrong", Status: 422, Page: wrong},
	}
}

const galleryAttributesAt = galleryEnt + "/attributes"

// galleryAttributesPage returns the page without attributes, with a form in which typed is
// what was typed.
func galleryAttributesPage(typed sso.Attribute) *attributesPage {
	return &attributesPage{
		Base:   gallery.Console("People", galleryPeopleLink()),
		Action: galleryAttributesAt,
		Hidden: []ui.HiddenField{console.RevisionField(3)},
		Fields: attributeFields(typed),
	}
}

// galleryAttributeRow returns the row of an attribute that some people have.
func galleryAttributeRow(a sso.Attribute, people int, sources ...attributeSource) attributeRow {
	hidden := []ui.HiddenField{console.RevisionField(3)}
	return attributeRow{
		Name:    a.Name,
		Label:   a.Label,
		Type:    attributeKind(a.Type),
		Sources: sources,
		People:  people,
		Remove:  removeAttribute(a, people, galleryAttributesAt+"/remove", hidden),
	}
}

func galleryPersonAttributes() []personAttributeRow {
	return []personAttributeRow{
		{
			Label: "Badge number",
			Name:  "badge",
		},
		{
			Label:   "Department",
			Name:    "department",
			Value:   "Research & Development",
			From:    ui.Link{Label: "Okta", Href: galleryEnt + "/connections/x"},
			How:     "sign-in",
			Changed: gallery.Ago(48 * time.Hour),
			Clear:   galleryClear("Department", "department"),
		},
		{
			Label:   "Teams",
			Name:    "teams",
			Value:   "blue, green",
			From:    ui.Link{Label: "a deleted connection"},
			How:     "sign-in",
			Changed: gallery.Ago(90 * 24 * time.Hour),
			Clear:   galleryClear("Teams", "teams"),
		},
		{
			Label:   "Cost center",
			Name:    "cost_center",
			Value:   "4711",
			From:    ui.Link{Label: "Okta", Href: galleryEnt + "/connections/x"},
			How:     "provisioning",
			Changed: gallery.Ago(24 * time.Hour),
		},
	}
}

func galleryClear(label, name string) *ui.Confirm {
	return clearConfirm(galleryPersonAt, sso.Attribute{Name: name, Label: label})
}
