package directory

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"gatehouse/sso"
	"gatehouse/sso/directory"
	"gatehouse/web/console"
	"gatehouse/web/ui"
)

// attributesPage lists the attributes that an enterprise keeps of its users.
type attributesPage struct {
	ui.Base
	Wrong  []ui.Wrong
	Rows   []attributeRow
	Action string
	Hidden []ui.HiddenField
	Fields []ui.Field
}

func (attributesPage) Title() string { return "Attributes" }

// attributeRow is an attribute, and where each connection finds it.
type attributeRow struct {
	Name, Label, Type string
	Sources           []attributeSource
	People            int
	Remove            *ui.Confirm
}

// attributeSource are the claims of an attribute by the mapping of one connection.
type attributeSource struct {
	Connection ui.Link
	Claims     string // "" for none
	Draft      string // of the draft, if they differ
}

func (d *Directory) attributePages() []console.Page {
	return []console.Page{
		ofEnterprise("GET", "attributes", d.attributes),
		ofEnterprise("POST", "attributes", d.setAttribute),
		ofEnterprise("POST", "attributes/remove", d.removeAttribute),
	}
}

// attributeFields are the fields of the form, with the values that were typed.
func attributeFields(typed sso.Attribute) []ui.Field {
	kinds := []ui.Option{}
	for _, kind := range sso.AttributeTypes {
		kinds = append(kinds, ui.Option{
			Value:  string(kind),
			Label:  attributeKind(kind),
			Chosen: kind == typed.Type,
		})
	}
	return []ui.Field{
		{
			ID:           "label",
			Name:         "label",
			Label:        "Name for people",
			Hint:         "Such as Department.",
			Value:        typed.Label,
			Most:         sso.MaxNameLength,
			Autocomplete: "off",
		},
		{
			ID:    "name",
			Name:  "name",
			Label: "Name for policies and applications",
			Hint: "Such as department: lower-case letters, digits and underscores. It does not change. " +
				"The name of an attribute above gives that one another name for people.",
			Value:        typed.Name,
			Most:         32,
			Mono:         true,
			Autocomplete: "off",
		},
		{
			ID:      "type",
			Name:    "type",
			Label:   "Type",
			Hint:    "It does not change. A number that begins with a zero, such as an employee number, is a text.",
			Kind:    "select",
			Options: kinds,
		},
	}
}

func attributeKind(kind sso.AttributeType) string {
	switch kind {
	case sso.AttributeNumber:
		return "Number"
	case sso.AttributeBoolean:
		return "Yes or no"
	case sso.AttributeDate:
		return "Date"
	case sso.AttributeList:
		return "List of texts"
	}
	return "Text"
}

func (d *Directory) attributes(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	return d.showAttributes(w, r, v, sso.Attribute{Type: sso.AttributeText}, nil)
}

// showAttributes renders the list above the form as it was typed.
func (d *Directory) showAttributes(
	w http.ResponseWriter, r *http.Request, v console.Visit, typed sso.Attribute, wrong error,
) error {
	all, people, err := d.Service.Attributes(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list attributes: %w", err)
	}
	connections, err := d.Structure.Connections(r.Context(), v.Enterprise.ID)
	if err != nil {
		return fmt.Errorf("list connections: %w", err)
	}
	action := console.At(v.Enterprise, "attributes")
	hidden := []ui.HiddenField{console.RevisionField(all.Revision)}
	p := &attributesPage{
		Base: d.Console.Base(v, console.AreaPeople, ui.Link{
			Label: "People",
			Href:  console.At(v.Enterprise, "people"),
		}),
		Action: action,
		Hidden: hidden,
		Fields: attributeFields(typed),
	}
	p.Wrong = ui.Blame(wrong, pointers(p.Fields)...)
	p.Flash = console.Said(r, map[string]string{
		"saved":   "The attribute is saved. Say in the settings of each connection which claim has it.",
		"removed": "The attribute is removed, with its values.",
	})
	for _, a := range all.List {
		p.Rows = append(p.Rows, attributeRow{
			Name:    a.Name,
			Label:   a.Label,
			Type:    attributeKind(a.Type),
			Sources: attributeSources(v.Enterprise, connections, a.Name),
			People:  people[a.Name],
			Remove:  removeAttribute(a, people[a.Name], action+"/remove", hidden),
		})
	}
	return d.Console.Render(w, console.FormStatus(wrong), p)
}

func removeAttribute(a sso.Attribute, people int, action string, hidden []ui.HiddenField) *ui.Confirm {
	text := "No one has a value."
	if people > 0 {
		text = "The values of " + ui.Count(people, "person", "people") + " are deleted. " +
			"They come back only with new sign-ins."
	}
	return &ui.Confirm{
		Label:  "Remove",
		About:  a.Label,
		Text:   text,
		Action: action,
		Button: "Remove attribute",
		Danger: true,
		Fields: append([]ui.HiddenField{{
			Name:  "name",
			Value: a.Name,
		}}, hidden...),
	}
}

// attributeSources returns where each connection finds an attribute.
func attributeSources(e sso.Enterprise, connections []sso.Connection, name string) []attributeSource {
	claims := func(cfg *sso.Config) string {
		if cfg == nil {
			return ""
		}
		return strings.Join(cfg.Mapping.Attributes[name], ", ")
	}
	var all []attributeSource
	for _, c := range connections {
		source := attributeSource{
			Connection: ui.Link{
				Label: c.Name,
				Href:  console.At(e, "connections", string(c.ID), "settings") + "#h-attributes",
			},
			Claims: claims(c.Live),
		}
		if c.Draft != nil && claims(c.Draft) != source.Claims {
			if source.Draft = claims(c.Draft); source.Draft == "" {
				source.Draft = "none"
			}
		}
		all = append(all, source)
	}
	return all
}

func typedAttribute(form url.Values) sso.Attribute {
	return sso.Attribute{
		Name:  strings.TrimSpace(form.Get("name")),
		Label: strings.TrimSpace(form.Get("label")),
		Type:  sso.AttributeType(form.Get("type")),
	}
}

func (d *Directory) setAttribute(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	typed := typedAttribute(r.PostForm)
	_, err := d.Service.UpdateAttributes(r.Context(), v.Actor, v.Enterprise.ID, directory.AttributesEdit{
		Revision: console.Revision(r.PostForm),
		Set:      []sso.Attribute{typed},
	})
	return d.attributesDone(w, r, v, typed, "saved", err)
}

func (d *Directory) removeAttribute(w http.ResponseWriter, r *http.Request, v console.Visit) error {
	_, err := d.Service.UpdateAttributes(r.Context(), v.Actor, v.Enterprise.ID, directory.AttributesEdit{
		Revision: console.Revision(r.PostForm),
		Remove:   []string{r.PostForm.Get("name")},
	})
	return d.attributesDone(w, r, v, sso.Attribute{Type: sso.AttributeText}, "removed", err)
}

// attributesDone shows the list again, or what was typed with its problems.
func (d *Directory) attributesDone(
	w http.ResponseWriter, r *http.Request, v console.Visit, typed sso.Attribute, said string, err error,
) error {
	switch {
	case console.OnForm(err):
		return d.showAttributes(w, r, v, typed, ofOne(err))
	case err != nil:
		return fmt.Errorf("change attributes: %w", err)
	}
	return console.Done(w, console.At(v.Enterprise, "attributes"), said)
}

// ofOne names the fields of the only attribute of an edit as the form does.
func ofOne(err error) error {
	e, ok := errors.AsType[*sso.Error](err)
	if !ok {
		return err
	}
	one := *e
	one.Fields = nil
	for _, f := range e.Fields {
		one.Fields = append(one.Fields, sso.FieldError{
			Field:   strings.TrimPrefix(f.Field, "attributes[0]."),
			Message: f.Message,
		})
	}
	return &one
}
