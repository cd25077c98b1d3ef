package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/directory"
)

// attributes are those that an enterprise keeps of its users.
//
//nolint:lll // a tag is one line
type attributes struct {
	Attributes []attribute `json:"attributes" doc:"Attributes, by name."`
	Revision   int64       `json:"revision" doc:"Increased by every change; also the ETag." example:"7"`
}

//nolint:lll // a tag is one line
type attribute struct {
	Name  string            `json:"name" doc:"Name in mappings and policies, and to applications; immutable." example:"department"`
	Label string            `json:"label" doc:"Name shown to people." example:"Department"`
	Type  sso.AttributeType `json:"type" enum:"text,number,boolean,date,list" doc:"Type of the values; immutable." example:"text"`
	Users int               `json:"users" doc:"Number of users with a value." example:"120"`
}

//nolint:lll // a tag is one line
type attributesPatch struct {
	Attributes []attributeEdit `json:"attributes,omitempty" maxItems:"100" doc:"Attributes to add, or to give another label. Others stay unchanged."`
	Remove     []string        `json:"remove,omitempty" maxItems:"100" doc:"Names of attributes to remove, with the values of all users." example:"[\"floor\"]"`
}

//nolint:lll // a tag is one line
type attributeEdit struct {
	Name  string            `json:"name" doc:"1 to 32 lower-case letters, digits and underscores, beginning with a letter." example:"department"`
	Label string            `json:"label,omitempty" doc:"1 to 255 bytes; may be omitted for an existing attribute." example:"Department"`
	Type  sso.AttributeType `json:"type,omitempty" enum:"text,number,boolean,date,list" doc:"Type of the values; may be omitted for an existing attribute." example:"text"`
}

// userAttribute is the value of an attribute of a user.
//
//nolint:lll // a tag is one line
type userAttribute struct {
	Name        string            `json:"name" doc:"Name of the attribute." example:"department"`
	Type        sso.AttributeType `json:"type" enum:"text,number,boolean,date,list" doc:"Type of the value." example:"text"`
	Value       any               `json:"value" doc:"A string, number, boolean or list of strings, by the type; a date is a string." example:"\"Research\""`
	Connection  sso.ConnectionID  `json:"connection" doc:"Connection by which the value came; it may have been deleted." example:"conn-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Provisioned bool              `json:"provisioned" doc:"Whether the identity provider pushes the value by SCIM; sign-ins then leave it unchanged." example:"false"`
	ChangedAt   time.Time         `json:"changed_at" doc:"Time of the last change." example:"2026-11-24T12:00:00Z"`
}

func viewUserAttribute(a sso.UserAttribute) userAttribute {
	return userAttribute{
		Name:        a.Name,
		Type:        a.Type,
		Value:       a.Typed(),
		Connection:  a.Connection,
		Provisioned: a.Pushed,
		ChangedAt:   a.ChangedAt,
	}
}

func (a *API) attributeOperations() {
	add(a, operation{
		id:      "get-attributes",
		method:  http.MethodGet,
		path:    enterprisePath + "/attributes",
		scope:   "settings:read",
		summary: "Get the attributes kept of users",
		about:   "The mapping of each connection says which claims have them (mapping.attributes).",
	}, a.getAttributes)
	add(a, operation{
		id:      "update-attributes",
		method:  http.MethodPatch,
		path:    enterprisePath + "/attributes",
		scope:   "settings:write",
		summary: "Update the attributes kept of users",
		about: "At most 20. Attributes that are neither in attributes nor in remove stay unchanged. " +
			"Removing one deletes its values; a name or a type does not change. " +
			"If-Match with another revision is 412 changed_meanwhile.",
	}, a.updateAttributes)
	add(a, operation{
		id:      "clear-attribute",
		method:  http.MethodDelete,
		path:    userPath + "/attributes/{attribute}",
		scope:   "users:write",
		summary: "Clear the value of an attribute of a user",
		about: "A sign-in or a push sets it again if the identity provider still sends it. A value that the " +
			"identity provider pushes (provisioned) is 409 provisioned_by_scim. " +
			"Without a value, nothing changes. An attribute that the enterprise does not keep is 404.",
	}, a.clearAttribute)
}

func (a *API) clearAttribute(ctx context.Context, c caller, in *struct {
	User      sso.UserID `path:"user"`
	Attribute string     `path:"attribute"`
}) (*done, error) {
	return nil, a.Directory.ClearAttribute(ctx, c.by, c.enterprise.ID, in.User, in.Attribute)
}

func (a *API) getAttributes(ctx context.Context, c caller, _ *struct{}) (*revised[attributes], error) {
	return a.attributesAnswer(ctx, c)
}

//nolint:lll // a tag is one line
func (a *API) updateAttributes(ctx context.Context, c caller, in *struct {
	IfMatch string `header:"If-Match" maxLength:"64" doc:"ETag of the revision that the edit is based on; if the object has changed since, the response is 412." example:"\"7\""`
	Body    attributesPatch
}) (*revised[attributes], error) {
	edit := directory.AttributesEdit{
		Revision: revisionOf(in.IfMatch),
		Remove:   in.Body.Remove,
	}
	for _, x := range in.Body.Attributes {
		edit.Set = append(edit.Set, sso.Attribute{
			Name:  x.Name,
			Label: x.Label,
			Type:  x.Type,
		})
	}
	if _, err := a.Directory.UpdateAttributes(ctx, c.by, c.enterprise.ID, edit); err != nil {
		return nil, err
	}
	return a.attributesAnswer(ctx, c)
}

func (a *API) attributesAnswer(ctx context.Context, c caller) (*revised[attributes], error) {
	all, users, err := a.Directory.Attributes(ctx, c.enterprise.ID)
	v := attributes{
		Attributes: []attribute{},
		Revision:   all.Revision,
	}
	for _, x := range all.List {
		v.Attributes = append(v.Attributes, attribute{
			Name:  x.Name,
			Label: x.Label,
			Type:  x.Type,
			Users: users[x.Name],
		})
	}
	return revisedAnswer(v, all.Revision, err)
}
