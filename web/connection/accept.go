package connection

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/groupsync"
	"gatehouse/sso"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// mostChoices is how many names and groups are offered in one list.
const mostChoices = 200

// acceptForm gives a name that is sent and nowhere here to a group.
func (o overview) acceptForm(v console.Visit, typed url.Values) *groupForm {
	names := ui.Field{
		ID:    "accept-name",
		Name:  "name",
		Label: "Name",
		Kind:  "select",
	}
	for _, n := range o.names {
		if n.nowhere() &&
			len(names.Options) < mostChoices &&
			len(groupsync.CheckName("", groupsync.CleanName(n.text))) == 0 {
			names.Options = append(names.Options, ui.Option{
				Value:  n.text,
				Label:  n.text + ", of " + ui.People(n.people),
				Chosen: n.text == typed.Get("name"),
			})
		}
	}
	titles := map[sso.OrganizationID]string{}
	for _, x := range o.organizations {
		titles[x.ID] = x.Name
	}
	groups := ui.Field{
		ID:    "accept-group",
		Name:  "group",
		Label: "Of the group",
		Kind:  "select",
	}
	for _, t := range o.tallies {
		if !t.Group.Default && len(groups.Options) < mostChoices {
			groups.Options = append(groups.Options, ui.Option{
				Value:  string(t.Group.ID),
				Label:  t.Group.Name + " in " + titles[t.Group.Organization],
				Chosen: string(t.Group.ID) == typed.Get("group"),
			})
		}
	}
	if len(names.Options) == 0 || len(groups.Options) == 0 {
		return nil
	}
	return &groupForm{
		Action: at(v, "groups", "accept"),
		Fields: []ui.Field{names, groups},
	}
}

// accept makes a name an IdP name of a group, beside those it has.
func (h *Handlers) accept(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	id, err := sso.ParseID[sso.GroupID](r.PostForm.Get("group"))
	if err != nil {
		return sso.NothingHere()
	}
	name := r.PostForm.Get("name")
	_, err = h.Directory.AddIDPName(r.Context(), v.Actor, v.Enterprise.ID, id, name)
	switch {
	case console.OnForm(err):
		return h.showGroups(w, r, v, err)
	case err != nil:
		return fmt.Errorf("accept a name for a group: %w", err)
	}
	if test, err := sso.ParseID[sso.TestRunID](r.PostForm.Get("test")); err == nil {
		return console.Done(w, at(v, "tests", string(test)), "accepted")
	}
	return console.Done(w, at(v, "groups"), "accepted")
}

// readOnly takes everything off the page that the holder of a setup link may not
// do, and every link to a page that is not for them.
func readOnly(p *connectionGroupsPage) {
	p.Ask = ""
	for i := range p.Missing {
		p.Missing[i].Href = ""
	}
	for i := range p.Facts {
		if !strings.HasPrefix(p.Facts[i].Href, p.Here) {
			p.Facts[i].Href = ""
		}
	}
	for i := range p.Rows {
		for j := range p.Rows[i].Cells {
			p.Rows[i].Cells[j].Href, p.Rows[i].Cells[j].Accept = "", nil
		}
	}
}
