package directory

import (
	"embed"

	"gatehouse/web/ui"
)

//go:embed *.html
var files embed.FS

// Templates returns the pages of this package.
func Templates() ui.Templates {
	return ui.Templates{
		Pages: []ui.Page{
			new(peoplePage),
			new(personDetailPage),
			new(questionsPage),
			new(mergePage),
			new(mergesPage),
			new(linkPage),
			new(linkOfferPage),
			new(unlinkPage),
			new(erasePage),
			new(erasuresPage),
			new(pickPage),
			new(organizationsPage),
			new(organizationDetailPage),
			new(groupsPage),
			new(groupDetailPage),
			new(groupDriftPage),
			new(pastMembersPage),
			new(restoringPage),
			new(domainsPage),
			new(tokenRulesPage),
			new(attributesPage),
			new(serviceTokensPage),
			new(sessionRulesPage),
			new(applicationsPage),
			new(applicationDetailPage),
			new(rolesPage),
			new(roleDetailPage),
			new(ownGroupsPage),
			new(ownGroupPage),
			new(ownPeoplePage),
			new(ownPersonPage),
		},
		Files: files,
	}
}

// searchForm narrows a list by the text that a user types.
type searchForm struct {
	Action string // of the list
	Label  string
	Hint   string
	Value  string    // as typed
	Filter *ui.Field // a choice beside it; nil for none
	Keep   []ui.HiddenField
	All    string // address of the list without a search; "" if this is it
}

// personRef is a user with a link to their page.
type personRef struct {
	Name  string // or their login, if they have none
	Login string // "" if Name is it
	Href  string
	Badge *ui.Badge // nil for an active user
}

// causeLink is why something is as it is, with where there is more about that.
type causeLink struct {
	Text string
	Href string // "" if there is no page of it
}

// momentForm asks for a moment in the past.
type momentForm struct {
	Action string
	Field  ui.Field
	Button string
}
