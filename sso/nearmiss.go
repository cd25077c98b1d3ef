package sso

// NearMiss is a group with a name similar to an asserted one. It changes no
// membership: an admin decides whether to make the asserted name an IdP name of
// the group or to change the mapping. One of kind [IsObjectID] has no group,
// because an object ID does not tell which group is meant.
type NearMiss struct {
	Asserted         string         `json:"asserted"`
	Group            GroupID        `json:"group"`
	Name             string         `json:"name"` // the group's name at that time
	Organization     OrganizationID `json:"organization"`
	OrganizationName string         `json:"organization_name"`
	Why              Nearness       `json:"why"`
}

// Nearness is the smallest difference between the two names of a near miss.
type Nearness string

// From near to far: each of space, invisible, case and look-alike includes
// those before it. Then come asserted values that contain the group's name.
const (
	DiffersInSpace     Nearness = "space"      // before, after or between words
	DiffersInvisibly   Nearness = "invisible"  // invisible characters
	DiffersInCase      Nearness = "case"       // upper and lower
	DiffersInLookAlike Nearness = "look-alike" // other characters that look the same
	IsCommonName       Nearness = "cn"         // the CN of a distinguished name is the group
	IsLastSegment      Nearness = "path"       // the last part of a path
	HasDomain          Nearness = "domain"     // ACME\name or name@acme.example
	IsBracketed        Nearness = "brackets"   // one of a list written as text: ["a","b"]
	IsPiece            Nearness = "piece"      // one of several names in one value
	IsObjectID         Nearness = "object-id"  // the directory's ID of a group, in place of its name
	IsDefaultGroup     Nearness = "default"    // the name of a default group, which matches nothing
)

// Remedy is an action that resolves a near miss without renaming a group.
type Remedy string

// The mends. A preset of [Rewrite] is one of its constants.
const (
	RemedyAlias     Remedy = "alias"     // make the asserted name an IdP name of the group
	RemedyRewrite   Remedy = "rewrite"   // let the mapping rewrite values
	RemedyDelimiter Remedy = "delimiter" // let the mapping split values
	RemedyNone      Remedy = "none"      // nothing matches a default group
)

// Remedy returns what applies to a name of this nearness for all groups at once.
// If it is MendAlias or MendRewrite, a single name can also be made an IdP
// name.
func (n Nearness) Remedy() Remedy {
	switch n {
	case IsDefaultGroup:
		return RemedyNone
	case IsCommonName, IsLastSegment, HasDomain:
		return RemedyRewrite
	case IsBracketed, IsPiece:
		return RemedyDelimiter
	}
	return RemedyAlias
}

// Acceptable reports whether the asserted name can be made an IdP name of the
// group: it means exactly that group.
func (n NearMiss) Acceptable() bool {
	remedy := n.Why.Remedy()
	return n.Group != "" && (remedy == RemedyAlias || remedy == RemedyRewrite)
}

// Explanation returns how the names differ, as a clause that follows a colon.
func (n Nearness) Explanation() string {
	if words := (map[Nearness]string{
		DiffersInSpace:   "spaces differ",
		DiffersInvisibly: "it has invisible characters",
		DiffersInCase:    "upper and lower case differ",
		IsCommonName:     "it is a distinguished name with this CN; the mapping can take the CN of each",
		IsLastSegment:    "it is a path that ends with the name; the mapping can take the last part of each",
		HasDomain:        "it has a domain before or after the name; the mapping can remove it",
		IsBracketed:      "it is a list written as text; let the identity provider send one value for each group",
		IsPiece:          "it has several names in one value; set the delimiter in the mapping",
		IsObjectID:       "it is an object ID; let the identity provider send names, or add the ID to its group as an IdP name",
		IsDefaultGroup:   "it is the name of a default group, which is never matched",
	})[n]; words != "" {
		return words
	}
	return "some characters only look the same"
}
