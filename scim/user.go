package scim

import "gatehouse/scim/filter"

// User is what the service reads from the document of a user.
type User struct {
	UserName    string
	ExternalID  string
	DisplayName string
	GivenName   string
	FamilyName  string
	Formatted   string
	Active      bool // true unless the document says otherwise
	Emails      []Email
}

// Email is an e-mail address of a user.
type Email struct {
	Value   string
	Type    string
	Primary bool
}

// UserOf reads the document of a user.
func UserOf(doc Document) User {
	u := User{
		UserName:    doc.text("userName", ""),
		ExternalID:  doc.text("externalId", ""),
		DisplayName: doc.text("displayName", ""),
		GivenName:   doc.text("name", "givenName"),
		FamilyName:  doc.text("name", "familyName"),
		Formatted:   doc.text("name", "formatted"),
		Active:      doc["active"] != false,
	}
	emails, _ := doc["emails"].([]any)
	for _, element := range emails {
		object, _ := element.(map[string]any)
		value, _ := object["value"].(string)
		kind, _ := object["type"].(string)
		if value != "" {
			u.Emails = append(u.Emails, Email{
				Value:   value,
				Type:    kind,
				Primary: object["primary"] == true,
			})
		}
	}
	return u
}

// Email returns the address to use: the primary one, else the first for work,
// else the first; "" if there is none.
func (u User) Email() string {
	for _, is := range []func(Email) bool{
		func(e Email) bool { return e.Primary },
		func(e Email) bool { return e.Type == "work" },
		func(Email) bool { return true },
	} {
		for _, e := range u.Emails {
			if is(e) {
				return e.Value
			}
		}
	}
	return ""
}

// Name returns the name to show: displayName, else name.formatted, else given
// and family name; "" if there is none.
func (u User) Name() string {
	switch {
	case u.DisplayName != "":
		return u.DisplayName
	case u.Formatted != "":
		return u.Formatted
	case u.GivenName != "" && u.FamilyName != "":
		return u.GivenName + " " + u.FamilyName
	default:
		return u.GivenName + u.FamilyName
	}
}

// DisplayName returns the name of a group.
func (d Document) DisplayName() string { return d.text("displayName", "") }

// ExternalID returns the identifier that the identity provider gave the
// resource.
func (d Document) ExternalID() string { return d.text("externalId", "") }

func (d Document) text(name, sub string) string {
	s, _ := d.get(filter.Path{
		Name: name,
		Sub:  sub,
	}).(string)
	return s
}
