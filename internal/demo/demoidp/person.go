package demoidp

import (
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
)

// Person is a person in the directory.
type Person struct {
	ID        string // immutable; SAML persistent NameID and OIDC sub
	Login     string
	Email     string // empty: not asserted
	GivenName string
	Surname   string
	Groups    []string
	// MoreGroups is the number of generated groups besides Groups, for people in very
	// many groups.
	MoreGroups int
	// GroupsClaim, if not nil, replaces Groups in an ID token, encoded as JSON.
	GroupsClaim any
	NoMailbox   bool   // Email is asserted, but does not exist
	Note        string // one line for the picker
}

// Name returns the display name.
func (p Person) Name() string { return strings.TrimSpace(p.GivenName + " " + p.Surname) }

// Initials returns the initials for the picture next to the name.
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

// Claim names in both protocols, where the standard defines none.
const (
	ClaimLogin     = "login"
	claimEmail     = "email"
	claimFirstName = "firstName"
	ClaimLastName  = "lastName"
	claimGroups    = "groups"
	ClaimOverage   = "http://schemas.microsoft.com/claims/groups.link" // SAML
)

// Mapping returns the mapping for this provider's claims.
func Mapping(protocol sso.Protocol) sso.Mapping {
	m := sso.Mapping{
		Login:      []string{ClaimLogin},
		Email:      []string{claimEmail},
		Name:       []string{"{firstName} {lastName}", claimFirstName},
		Groups:     []string{claimGroups},
		GroupLimit: GroupLimit,
	}
	if protocol == sso.OIDC {
		m.Login = []string{"preferred_username"}
		m.EmailVerified = []string{"email_verified"}
		m.Name = []string{"name", "{given_name} {family_name}"}
	}
	return m
}

// AddPerson adds a person or replaces the one with the same ID.
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

// SetGroups replaces a person's groups. They are asserted unchanged, so a test can
// have duplicates and blanks.
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

// People returns all people in the order they were added.
func (p *IdP) People() []Person {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := slices.Clone(p.people)
	for i := range all {
		all[i].Groups = slices.Clone(all[i].Groups)
	}
	return all
}

// person returns a person by ID or login.
func (p *IdP) person(id string) (Person, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, person := range p.people { // not a copy of all: tests have thousands
		if person.ID == id || person.Login == id {
			person.Groups = slices.Clone(person.Groups)
			return person, nil
		}
	}
	return Person{}, refuse(404, "There is no one with the ID or login %q in this directory.", id)
}

// groupNames returns the names of all groups, for the page that edits them.
func (p *IdP) groupNames() []string {
	var all []string
	for _, person := range p.People() {
		all = append(all, person.Groups...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}
