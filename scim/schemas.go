package scim

// Users returns the resource type User with its enterprise extension.
func Users() *Type { return users }

// Groups returns the resource type Group.
func Groups() *Type { return groups }

var users = &Type{
	Name:       "User",
	Endpoint:   "/Users",
	common:     commonAttributes(),
	extensions: []schema{enterpriseSchema()},
	core: schema{
		ID:          UserURN,
		Name:        "User",
		Description: "User account",
		Attributes: []attribute{
			{
				Name:        "userName",
				Type:        textType,
				Description: "The login of the user, unique within the connection.",
				Required:    true,
				Mutability:  readWrite,
				Returned:    byDefault,
				Uniqueness:  "server",
			},
			{
				Name:        "name",
				Type:        complexType,
				Description: "The parts of the user's name.",
				Mutability:  readWrite,
				Returned:    byDefault,
				Uniqueness:  none,
				SubAttributes: texts(
					"formatted", "The full name, as it is shown.",
					"familyName", "The family name.",
					"givenName", "The given name.",
					"middleName", "The middle names.",
					"honorificPrefix", "A title in front of the name.",
					"honorificSuffix", "A suffix behind the name.",
				),
			},
			text("displayName", "The name that is shown."),
			text("nickName", "A casual name."),
			reference("profileUrl", "A page about the user.", "external"),
			text("title", "The job title."),
			text("userType", "The relation to the company, such as Employee."),
			text("preferredLanguage", "The preferred language."),
			text("locale", "The locale."),
			text("timezone", "The time zone."),
			boolean("active", "Whether the user may sign in."),
			list("emails", "E-mail addresses.", "work", "home", "other"),
			list("phoneNumbers", "Phone numbers.", "work", "home", "mobile", "fax", "pager", "other"),
			list("ims", "Addresses for instant messages."),
			list("photos", "Addresses of photos.", "photo", "thumbnail"),
			addresses(),
			userGroups(),
			list("entitlements", "Entitlements."),
			list("roles", "Roles."),
			list("x509Certificates", "Certificates."),
		},
	},
}

var groups = &Type{
	Name:     "Group",
	Endpoint: "/Groups",
	common:   commonAttributes(),
	core: schema{
		ID:          groupURN,
		Name:        "Group",
		Description: "Group of users",
		Attributes: []attribute{
			{
				Name:        "displayName",
				Type:        textType,
				Description: "The name of the group, unique within the connection.",
				Required:    true,
				Mutability:  readWrite,
				Returned:    byDefault,
				Uniqueness:  "server",
			},
			{
				Name:        "members",
				Type:        complexType,
				MultiValued: true,
				Description: "The members of the group.",
				Mutability:  readWrite,
				Returned:    byDefault,
				Uniqueness:  none,
				SubAttributes: []attribute{
					with(text("value", "The id of the member."), exact, immutable),
					with(reference("$ref", "The address of the member.", "User"), immutable),
					with(text("type", "The resource type of the member.", "User"), immutable),
					with(text("display", "The name of the member."), readOnlyAttribute, onRequest),
				},
			},
		},
	},
}

const (
	readWrite = "readWrite"
	readOnly  = "readOnly"
	byDefault = "default"
	none      = "none"
)

func enterpriseSchema() schema {
	return schema{
		ID:          EnterpriseURN,
		Name:        "EnterpriseUser",
		Description: "Enterprise User",
		Attributes: []attribute{
			text("employeeNumber", "The number of the employee."),
			text("costCenter", "The cost center."),
			text("organization", "The organization."),
			text("division", "The division."),
			text("department", "The department."),
			{
				Name:        "manager",
				Type:        complexType,
				Description: "The manager.",
				Mutability:  readWrite,
				Returned:    byDefault,
				Uniqueness:  none,
				SubAttributes: []attribute{
					with(text("value", "The id of the manager."), exact),
					reference("$ref", "The address of the manager.", "User"),
					with(text("displayName", "The name of the manager."), readOnlyAttribute),
				},
			},
		},
	}
}

func commonAttributes() []attribute {
	id := with(text("id", "The identifier that this service gave the resource."), exact, readOnlyAttribute)
	id.Returned = "always"
	meta := attribute{
		Name:        "meta",
		Type:        complexType,
		Description: "Facts about the resource.",
		Mutability:  readOnly,
		Returned:    byDefault,
		Uniqueness:  none,
		SubAttributes: []attribute{
			with(text("resourceType", "The type of the resource."), exact, readOnlyAttribute),
			with(moment("created", "When the resource was created."), readOnlyAttribute),
			with(moment("lastModified", "When the resource changed last."), readOnlyAttribute),
			with(reference("location", "The address of the resource.", "uri"), readOnlyAttribute),
			with(text("version", "The ETag of the resource."), exact, readOnlyAttribute),
		},
	}
	return []attribute{
		id,
		with(text("externalId", "The identifier that the identity provider gave the resource."), exact),
		meta,
	}
}

func addresses() attribute {
	a := list("addresses", "Postal addresses.")
	a.SubAttributes = append(texts(
		"formatted", "The whole address.",
		"streetAddress", "Street and number.",
		"locality", "The city.",
		"region", "The state or region.",
		"postalCode", "The postal code.",
		"country", "The country.",
	), typeOf("work", "home", "other"), primary())
	return a
}

func userGroups() attribute {
	return attribute{
		Name:        "groups",
		Type:        complexType,
		MultiValued: true,
		Description: "The groups of the user; changed by way of the groups.",
		Mutability:  readOnly,
		Returned:    byDefault,
		Uniqueness:  none,
		SubAttributes: []attribute{
			with(text("value", "The id of the group."), exact, readOnlyAttribute),
			with(reference("$ref", "The address of the group.", "Group"), readOnlyAttribute),
			with(text("display", "The name of the group."), readOnlyAttribute),
		},
	}
}

// list describes a multi-valued attribute with the sub-attributes of RFC 7643,
// section 2.4.
func list(name, description string, types ...string) attribute {
	return attribute{
		Name:        name,
		Type:        complexType,
		MultiValued: true,
		Description: description,
		Mutability:  readWrite,
		Returned:    byDefault,
		Uniqueness:  none,
		SubAttributes: []attribute{
			text("value", "The value."),
			text("display", "The value as it is shown."),
			typeOf(types...),
			primary(),
		},
	}
}

func typeOf(types ...string) attribute {
	return text("type", "What the value is for.", types...)
}

func primary() attribute {
	return boolean("primary", "Whether this is the preferred value; at most one is.")
}

func text(name, description string, canonical ...string) attribute {
	return attribute{
		Name:            name,
		Type:            textType,
		Description:     description,
		Mutability:      readWrite,
		Returned:        byDefault,
		Uniqueness:      none,
		CanonicalValues: canonical,
	}
}

// texts describes attributes of type string, given as names and descriptions.
func texts(namesAndDescriptions ...string) []attribute {
	var all []attribute
	for i := 0; i+1 < len(namesAndDescriptions); i += 2 {
		all = append(all, text(namesAndDescriptions[i], namesAndDescriptions[i+1]))
	}
	return all
}

func boolean(name, description string) attribute {
	a := text(name, description)
	a.Type = booleanType
	return a
}

func moment(name, description string) attribute {
	a := text(name, description)
	a.Type = momentType
	return a
}

func reference(name, description string, types ...string) attribute {
	a := text(name, description)
	a.Type = referenceType
	a.ReferenceTypes = types
	a.CaseExact = true
	return a
}

func with(a attribute, changes ...func(*attribute)) attribute {
	for _, change := range changes {
		change(&a)
	}
	return a
}

func exact(a *attribute)             { a.CaseExact = true }
func immutable(a *attribute)         { a.Mutability = "immutable" }
func readOnlyAttribute(a *attribute) { a.Mutability = readOnly }
func onRequest(a *attribute)         { a.Returned = "request" }
