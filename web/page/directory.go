package page

import "slices"

// directoryPages are the lists of an enterprise and what is in them.
func directoryPages() []Page {
	return []Page{new(People), new(PersonDetail), new(Questions), new(Pick), new(Organizations), new(OrganizationDetail), new(Groups), new(GroupDetail),
		new(GroupDrift), new(PastMembers), new(Restoring), new(Domains), new(Applications), new(ApplicationDetail)}
}

func galleryDirectory() []Example {
	return slices.Concat(galleryPeople(), galleryPerson(), galleryQuestions(), galleryOrganizations(), galleryGroups(), galleryGroupMembers(), galleryRestoring(), galleryDomains(), galleryApplications())
}

// Search narrows a list by what somebody types.
type Search struct {
	Action string // of the list
	Label  string
	Hint   string
	Value  string // as typed
	Filter *Field // a choice beside it; nil for none
	Keep   []HiddenField
	All    string // address of the list without a search; "" if this is it
}

// PersonLink is somebody, with where there is more about them.
type PersonLink struct {
	Name  string // or their login, if they have none
	Login string // "" if Name is it
	Href  string
	Badge *Badge // nil for somebody who may act
}

// Cause is why something is as it is, with where there is more about that.
type Cause struct {
	Text string
	Href string // "" if there is no page of it
}

// Press is a button that does one thing at once.
type Press struct {
	Label  string
	About  string // whom or what it is done to, for those who only hear the button
	Action string // where it is posted
	Fields []HiddenField
}
