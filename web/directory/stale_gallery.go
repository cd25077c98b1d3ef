package directory

import (
	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
	"gatehouse/web/ui/gallery"
)

// galleryChangedMeanwhile shows a form that was made from an older revision.
func galleryChangedMeanwhile() []gallery.Example {
	const here = galleryEnt + "/organizations"
	entered := organizationForm("research", "Research")
	return []gallery.Example{{
		Name:   "OrganizationDetail-changed-meanwhile",
		Status: 409,
		Page: &organizationDetailPage{
			Base: gallery.Console("Organizations", ui.Link{
				Label: "Organizations",
				Href:  here,
			}),
			Name: "Research and development",
			Wrong: console.BlameEdit(
				sso.ChangedMeanwhile("organization"),
				organizationForm("research", "Research and development"),
				pointers(entered)...,
			),
			Action: here + "/x",
			Hidden: []ui.HiddenField{console.RevisionField(7)},
			Fields: entered,
			Remove: ui.TypedForm{
				Action: here + "/x/delete",
				Button: "Delete this organization",
				Field: ui.Field{
					ID:    "typed",
					Name:  "typed",
					Label: "Type the key research to continue",
				},
			},
		},
	}}
}
