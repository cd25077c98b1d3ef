package demoscim

import (
	"maps"
	"slices"
)

// User is a user of the identity provider's directory.
type User struct {
	Key         string // immutable, the object ID
	UserName    string
	DisplayName string
	Email       string // "" if none
	Department  string
	Active      bool
}

// Group is a group of the identity provider's directory.
type Group struct {
	Key     string // immutable, the object ID
	Name    string
	Members map[string]bool // keys of users
}

// Directory is what the identity provider knows: the users and groups that are
// assigned to the application, by their keys.
type Directory struct {
	Users  map[string]User
	Groups map[string]Group
}

// NewDirectory returns an empty directory.
func NewDirectory() *Directory {
	return &Directory{
		Users:  map[string]User{},
		Groups: map[string]Group{},
	}
}

// Remove removes a user from the directory and from all groups.
func (d *Directory) Remove(user string) {
	delete(d.Users, user)
	for _, g := range d.Groups {
		delete(g.Members, user)
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
