package sso

// NearMiss is a group whose name an asserted name nearly is. It changes no
// membership: it is a question for the admin.
type NearMiss struct {
	Asserted         string         `json:"asserted"`
	Group            GroupID        `json:"group"`
	Name             string         `json:"name"` // the group's, as it was then
	Organization     OrganizationID `json:"organization"`
	OrganizationName string         `json:"organization_name"`
	Why              Nearness       `json:"why"`
}

// Nearness is the smallest of the differences that make two names a near miss.
type Nearness string

// From near to far: each of space, case and look-alike includes what stands
// before it.
const (
	DiffersInSpace     Nearness = "space"      // before, after or between words
	DiffersInCase      Nearness = "case"       // upper and lower
	DiffersInLookAlike Nearness = "look-alike" // other characters that look the same, or that nobody sees
	IsDefaultGroup     Nearness = "default"    // the very name of a default group, which nobody is matched to
)
