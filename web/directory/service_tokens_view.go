package directory

import (
	"slices"
	"strconv"

	"gatehouse/sso"
	"gatehouse/web/ui"
)

// serviceTokensPage shows the services of an organization with their tokens.
type serviceTokensPage struct {
	ui.Base
	Organization string
	Wrong        []ui.Wrong
	Made         *madeServiceToken
	Services     []serviceRow
	Pager        ui.Pager
	Refusal      string       // why there is no form
	Form         *serviceForm // nil: see Refusal
}

func (serviceTokensPage) Title() string { return "Services" }

// madeServiceToken is a token that was just created; it is shown this once.
type madeServiceToken struct {
	Name           string // of the service
	Value, Command ui.Copyable
}

// serviceRow is a service with its tokens, newest first.
type serviceRow struct {
	Name    string
	Facts   []ui.Fact
	Tokens  []serviceTokenRow
	Another *anotherForm // nil while two tokens are valid
	Closed  bool         // the visitor does not change its tokens
}

type serviceTokenRow struct {
	Opens            string
	State            ui.Badge
	Made, Ends, Used ui.Time
	Ended            bool
	Client           string
	Revoke           *ui.Confirm // nil of one that ended
}

// anotherForm creates a further token of a service.
type anotherForm struct {
	Action, Service string
	Days            ui.Field
}

// serviceForm creates a service.
type serviceForm struct {
	Action            string
	Name, Owner, Days ui.Field
	Sets              []boxSet // groups and applications
}

// boxSet is a choice of several.
type boxSet struct {
	ID, Label, Hint, Error string
	Boxes                  []ui.Field
}

// typedService is what a form of a service has in it.
type typedService struct {
	service, name, owner string
	groups, applications []string
	days                 string
}

// usualDays is what the form begins with.
const usualDays = "90"

func daysField(id, chosen string) ui.Field {
	f := ui.Field{
		ID:    id,
		Name:  "days",
		Label: "Good for",
		Kind:  "select",
	}
	for _, n := range []int{30, 90, 365, int(sso.MaxTokenAge / hoursOfDay)} {
		f.Options = append(f.Options, ui.Option{
			Value:  strconv.Itoa(n),
			Label:  ui.Count(n, "day", "days"),
			Chosen: chosen == strconv.Itoa(n),
		})
	}
	return f
}

func serviceFormOf(
	action string, typed typedService, groups []sso.GroupCount, choices []sso.Application,
) *serviceForm {
	f := &serviceForm{
		Action: action,
		Name: ui.Field{
			ID:           "name",
			Name:         "name",
			Label:        "Name",
			Hint:         "What the program does, such as Nightly export.",
			Value:        typed.name,
			Most:         sso.MaxNameLength,
			Autocomplete: "off",
		},
		Owner: ui.Field{
			ID:      "owner_group",
			Name:    "owner_group",
			Label:   "Answered for by",
			Hint:    "Its members are asked about the service. It gives the service nothing.",
			Kind:    "select",
			Options: []ui.Option{{Label: "Choose a group"}},
		},
		Days: daysField("expires_at", typed.days),
		Sets: []boxSet{
			{ID: "groups", Label: "Groups", Hint: "What the service may do: applications are told these groups."},
			{ID: "applications", Label: "Applications"},
		},
	}
	for i, g := range groups {
		id := string(g.Group.ID)
		f.Owner.Options = append(f.Owner.Options, ui.Option{
			Value:  id,
			Label:  g.Group.Name,
			Chosen: typed.owner == id,
		})
		f.Sets[0].Boxes = append(f.Sets[0].Boxes, box("groups", i, id, g.Group.Name, typed.groups))
	}
	for i, a := range choices {
		f.Sets[1].Boxes = append(
			f.Sets[1].Boxes, box("applications", i, string(a.ID), a.Name, typed.applications),
		)
	}
	return f
}

func box(name string, i int, value, label string, chosen []string) ui.Field {
	return ui.Field{
		ID:       name + "-" + strconv.Itoa(i+1),
		Name:     name,
		Kind:     "check",
		Value:    value,
		Label:    label,
		Checked:  slices.Contains(chosen, value),
		Optional: true,
	}
}

// blame shows an error at the fields that it is about.
func (f *serviceForm) blame(wrong error) []ui.Wrong {
	groups := ui.Field{ID: "groups", Name: "groups", Label: "Groups"}
	applications := ui.Field{ID: "applications", Name: "applications", Label: "Applications"}
	f.Days.Name = "expires_at"
	all := ui.Blame(wrong, &f.Name, &f.Owner, &groups, &applications, &f.Days)
	f.Days.Name = "days"
	f.Sets[0].Error, f.Sets[1].Error = groups.Error, applications.Error
	return all
}
