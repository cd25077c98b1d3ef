package directory

import (
	"gatehouse/web/ui/gallery"
	"slices"
)

// Gallery returns the examples of the pages of this package; each call makes new
// values, since rendering changes them.
func Gallery() []gallery.Example {
	return slices.Concat(
		galleryPeople(),
		galleryPerson(),
		galleryQuestions(),
		galleryMerges(),
		galleryErasures(),
		galleryLinks(),
		galleryOrganizations(),
		galleryChangedMeanwhile(),
		galleryGroups(),
		galleryGroupMembers(),
		galleryRestoring(),
		galleryDomains(),
		galleryTokenRules(),
		galleryServiceTokens(),
		gallerySessionRules(),
		galleryApplications(),
		galleryRoles(),
		galleryAttributes(),
		galleryOwnPages(),
	)
}
