package demoidp

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
)

// Person is somebody in the directory.
type Person struct {
	ID        string // immutable; SAML persistent NameID and OIDC sub
	Login     string
	Email     string // empty: none is asserted
	GivenName string
	Surname   string
	Groups    []string
	// MoreGroups is how many made-up groups the person is in beside Groups, to be
	// somebody who is in very many.
	MoreGroups int
	// GroupsClaim stands in the place of Groups in an ID token, whatever it is as
	// JSON. Nil: Groups.
	GroupsClaim any
	NoMailbox   bool   // Email is asserted, but nobody can read what is sent there
	Note        string // one line for the picker: what is special about them
}

// Name is what people are called on the pages.
func (p Person) Name() string { return strings.TrimSpace(p.GivenName + " " + p.Surname) }

// Initials are for the picture next to the name.
func (p Person) Initials() string {
	var b strings.Builder
	for _, part := range []string{p.GivenName, p.Surname} {
		for _, r := range part {
			b.WriteRune(r)
			break
		}
	}
	return b.String()
}

func (p Person) allGroups() []string { return padGroups(p.Groups, len(p.Groups)+p.MoreGroups) }

// Names under which both protocols assert things, where the standard has none.
const (
	ClaimLogin     = "login"
	ClaimEmail     = "email"
	ClaimFirstName = "firstName"
	ClaimLastName  = "lastName"
	ClaimGroups    = "groups"
	ClaimOverage   = "http://schemas.microsoft.com/claims/groups.link" // SAML
)

// Mapping reads what this provider asserts.
func Mapping(protocol sso.Protocol) sso.Mapping {
	m := sso.Mapping{
		Login: []string{ClaimLogin}, Email: []string{ClaimEmail},
		Name:       []string{"{firstName} {lastName}", ClaimFirstName},
		Groups:     []string{ClaimGroups},
		GroupLimit: GroupLimit,
	}
	if protocol == sso.OIDC {
		m.Login = []string{"preferred_username"}
		m.EmailVerified = []string{"email_verified"}
		m.Name = []string{"name", "{given_name} {family_name}"}
	}
	return m
}

// AddPerson adds somebody or replaces the person with that ID.
func (p *IdP) AddPerson(person Person) {
	person.Groups = slices.Clone(person.Groups)
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.people {
		if p.people[i].ID == person.ID {
			p.people[i] = person
			return
		}
	}
	p.people = append(p.people, person)
}

// SetGroups replaces somebody's groups. They are asserted as given, so a test
// can have duplicates and blanks.
func (p *IdP) SetGroups(personID string, groups []string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range p.people {
		if p.people[i].ID == personID {
			p.people[i].Groups = slices.Clone(groups)
			return nil
		}
	}
	return fmt.Errorf("set groups: no person %q", personID)
}

// People returns everybody, in the order they were added.
func (p *IdP) People() []Person {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := slices.Clone(p.people)
	for i := range all {
		all[i].Groups = slices.Clone(all[i].Groups)
	}
	return all
}

// person finds somebody by ID or login.
func (p *IdP) person(id string) (Person, error) {
	for _, person := range p.People() {
		if person.ID == id || person.Login == id {
			return person, nil
		}
	}
	return Person{}, refuse(404, "There is no one with the ID or login %q in this directory.", id)
}

// groupNames are all names anybody has, for the page that edits them.
func (p *IdP) groupNames() []string {
	var all []string
	for _, person := range p.People() {
		all = append(all, person.Groups...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
