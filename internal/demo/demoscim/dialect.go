package demoscim

// Dialect is the product whose requests are sent.
type Dialect string

// The dialects.
const (
	// EntraOff is Entra ID without the flag aadOptscim062020: capitalized
	// operations, one for each attribute, booleans as text.
	EntraOff Dialect = "entra-off"
	// EntraOn is Entra ID with the flag: one operation without a path, members
	// removed by a filter.
	EntraOn Dialect = "entra-on"
	// Okta is an application of Okta's catalog: PUT of profiles, PATCH of
	// activity and members, users never deleted.
	Okta Dialect = "okta"
	// OktaCustom is an application that the customer made in Okta: PUT of
	// everything, also of all members.
	OktaCustom Dialect = "okta-custom"
	// JumpCloud has a slash too many in every path and deletes users.
	JumpCloud Dialect = "jumpcloud"
	// OneLogin sends one e-mail address as an object, looks for a group in the list
	// of all, and deletes users.
	OneLogin Dialect = "onelogin"
)

// Dialects returns all dialects.
func Dialects() []Dialect {
	return []Dialect{
		EntraOff,
		EntraOn,
		Okta,
		OktaCustom,
		JumpCloud,
		OneLogin,
	}
}

// deletes reports whether users removed from the directory are deleted. Okta only
// deactivates them.
func (d Dialect) deletes() bool { return d != Okta && d != OktaCustom }

// path returns a path below the base URL, as the product writes it.
func (d Dialect) path(resource string) string {
	if d == JumpCloud {
		return "//" + resource
	}
	return "/" + resource
}

// query returns what the product appends to the query.
func (d Dialect) query() string {
	if d == EntraOn {
		return "&aadOptscim062020"
	}
	return ""
}

// mediaType returns that of a body.
func (d Dialect) mediaType() string {
	if d == OneLogin {
		return "application/json"
	}
	return "application/scim+json"
}

type object = map[string]any

const (
	userURN       = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupURN      = "urn:ietf:params:scim:schemas:core:2.0:Group"
	enterpriseURN = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
	entraGroupURN = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
	patchURN      = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// userDocument returns the whole user, for a POST or a PUT.
func (d Dialect) userDocument(u User) object {
	doc := object{
		"schemas":     []string{userURN, enterpriseURN},
		"externalId":  u.Key,
		"userName":    u.UserName,
		"displayName": u.DisplayName,
		"active":      u.Active,
		enterpriseURN: object{"department": u.Department},
	}
	if u.Email != "" {
		doc["emails"] = []object{{
			"value":   u.Email,
			"type":    "work",
			"primary": true,
		}}
	}
	switch d {
	case EntraOff, EntraOn:
		doc["meta"] = object{"resourceType": "User"}
		doc["roles"] = []object{}
		doc["name"] = object{"formatted": u.DisplayName}
	case Okta, OktaCustom:
		doc["groups"] = []object{}
		doc["password"] = "never-kept-1"
		doc["locale"] = "en-US"
	case OneLogin:
		if u.Email != "" {
			doc["emails"] = object{"value": u.Email}
		}
	case JumpCloud:
	}
	return doc
}

// userOperations returns the operations of a PATCH that makes a user what it is.
func (d Dialect) userOperations(u User) []object {
	switch d {
	case EntraOff:
		active := "False"
		if u.Active {
			active = "True"
		}
		return []object{
			{"op": "Replace", "path": "userName", "value": u.UserName},
			{"op": "Replace", "path": "displayName", "value": u.DisplayName},
			{"op": "Add", "path": `emails[type eq "work"].value`, "value": u.Email},
			{"op": "Replace", "path": enterpriseURN + ":department", "value": u.Department},
			{"op": "Replace", "path": "active", "value": active},
		}
	case EntraOn:
		return []object{
			{"op": "replace", "value": object{
				"userName":                    u.UserName,
				"displayName":                 u.DisplayName,
				"active":                      u.Active,
				enterpriseURN + ":department": u.Department,
			}},
			{"op": "add", "path": `emails[type eq "work"].value`, "value": u.Email},
		}
	}
	return []object{
		{"op": "replace", "path": "userName", "value": u.UserName},
		{"op": "replace", "path": "displayName", "value": u.DisplayName},
		{"op": "replace", "path": "emails", "value": []object{{"value": u.Email, "type": "work", "primary": true}}},
		{"op": "replace", "path": "active", "value": u.Active},
	}
}

// groupDocument returns a group without members.
func (d Dialect) groupDocument(g Group) object {
	doc := object{
		"schemas":     []string{groupURN},
		"displayName": g.Name,
	}
	switch d {
	case EntraOff, EntraOn:
		doc["schemas"] = []string{groupURN, entraGroupURN}
		doc["externalId"] = g.Key
		doc["meta"] = object{"resourceType": "Group"}
	case Okta:
		doc["members"] = []object{}
	}
	return doc
}

// rename returns the operation that renames a group.
func (d Dialect) rename(id string, g Group) object {
	switch d {
	case EntraOff:
		return object{"op": "Replace", "path": "displayName", "value": g.Name}
	case EntraOn:
		return object{"op": "replace", "path": "displayName", "value": g.Name}
	case Okta:
		return object{"op": "replace", "value": object{"id": id, "displayName": g.Name}}
	}
	return object{"op": "replace", "value": object{"displayName": g.Name}}
}

// memberOperations returns the operations that add and remove members, by IDs.
func (d Dialect) memberOperations(add, remove []string) []object {
	var ops []object
	switch {
	case len(remove) == 0:
	case d == EntraOff:
		ops = append(ops, object{"op": "Remove", "path": "members", "value": references(remove)})
	case d == JumpCloud, d == OneLogin:
		ops = append(ops, object{"op": "remove", "path": "members", "value": values(remove)})
	default:
		for _, id := range remove {
			ops = append(ops, object{"op": "remove", "path": `members[value eq "` + id + `"]`})
		}
	}
	switch {
	case len(add) == 0:
	case d == EntraOff:
		ops = append(ops, object{"op": "Add", "path": "members", "value": references(add)})
	default:
		ops = append(ops, object{"op": "add", "path": "members", "value": values(add)})
	}
	return ops
}

// references are members as Entra ID writes them.
func references(ids []string) []object {
	all := make([]object, len(ids))
	for i, id := range ids {
		all[i] = object{"$ref": nil, "value": id}
	}
	return all
}

func values(ids []string) []object {
	all := make([]object, len(ids))
	for i, id := range ids {
		all[i] = object{"value": id}
	}
	return all
}
