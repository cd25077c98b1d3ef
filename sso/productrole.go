package sso

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ProductRole is a role of the products behind the gateway, such as "editor".
// Operators define roles for the whole installation, groups carry them, and
// applications are told a user's roles in each organization. They give no right in
// Gatehouse; see Role for those of the console.
type ProductRole struct {
	ID    RoleID
	Key   string // what applications are told; see ValidateKey
	Name  string // for people
	About string // for admins who give it; "" for none
	// Precedence orders roles: 1 is the strongest. No two roles have the same.
	Precedence int
	Revision   int64 // 1 when created, one more after each change
	CreatedAt  time.Time
}

// RoleGroup is a group that carries a role, with the name of its organization and its
// enterprise.
type RoleGroup struct {
	Group        Group
	Organization string
	Enterprise   Enterprise // ID, key and name
}

// Limits of roles.
const (
	maxPrecedence = 1000
	maxRoleAbout  = 1000 // bytes
)

// Validate returns all problems of a role, with the field names of the API.
func (r ProductRole) Validate() []FieldError {
	problems := append(ValidateKey("key", r.Key), ValidateName("name", r.Name)...)
	add := func(ok bool, field, message string) {
		if !ok {
			problems = append(problems, FieldError{field, message})
		}
	}
	add(
		r.Precedence >= 1 && r.Precedence <= maxPrecedence, "precedence",
		"Use a number from 1, the strongest, to 1000.",
	)
	add(len(r.About) <= maxRoleAbout, "about", "Use at most 1000 bytes.")
	add(
		Printable(r.About), "about", "Use one line, without control, invisible and text-direction characters.",
	)
	return problems
}

// CarriedRole is a role as a group carries it.
type CarriedRole struct {
	Precedence int
	Key        string
}

// CarriedRoles are the roles of a group in one text, so that groups can be compared:
// "10:editor 20:reader", the strongest first.
type CarriedRoles string

// JoinRoles returns roles as a text. It sorts its argument.
func JoinRoles(all []CarriedRole) CarriedRoles {
	slices.SortFunc(all, compareRoles)
	texts := make([]string, len(all))
	for i, r := range all {
		texts[i] = strconv.Itoa(r.Precedence) + ":" + r.Key
	}
	return CarriedRoles(strings.Join(texts, " "))
}

// List returns the roles, the strongest first.
func (c CarriedRoles) List() []CarriedRole {
	var all []CarriedRole
	for text := range strings.FieldsSeq(string(c)) {
		precedence, key, _ := strings.Cut(text, ":")
		n, _ := strconv.Atoi(precedence) // JoinRoles wrote it
		all = append(all, CarriedRole{n, key})
	}
	return all
}

func compareRoles(a, b CarriedRole) int {
	return cmp.Or(cmp.Compare(a.Precedence, b.Precedence), strings.Compare(a.Key, b.Key))
}

// RolesOf returns the roles that groups carry, as "organization/role": by
// organization, the strongest of each first, each once. The groups are in the order
// of ComparePrincipalGroups.
func RolesOf(groups []PrincipalGroup) []string {
	var refs []string
	for len(groups) > 0 {
		organization := groups[0].Organization
		var roles []CarriedRole
		for len(groups) > 0 && groups[0].Organization == organization {
			if groups[0].Roles != "" {
				roles = append(roles, groups[0].Roles.List()...)
			}
			groups = groups[1:]
		}
		slices.SortFunc(roles, compareRoles)
		for _, r := range slices.Compact(roles) {
			refs = append(refs, organization+"/"+r.Key)
		}
	}
	return refs
}
