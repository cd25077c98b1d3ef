package provisioning

import (
	"fmt"
	"maps"
	"slices"

	"gatehouse/internal/demo/demoscim"
)

// change makes one random change in the directory of the identity provider.
func (s *simulation) change() {
	switch s.rand.IntN(12) {
	case 0:
		s.addUser()
	case 1:
		s.removeUser()
	case 2:
		s.edit(func(u *demoscim.User) { u.Active = !u.Active })
	case 3:
		s.edit(func(u *demoscim.User) { u.DisplayName += "x" })
	case 4:
		s.edit(func(u *demoscim.User) {
			s.made++
			u.UserName = fmt.Sprintf("renamed%d@%s.example", s.made, s.company.Key)
		})
	case 5:
		s.edit(func(u *demoscim.User) { u.Email = "new-" + u.Email })
	case 6:
		s.renameGroup()
	case 7:
		s.replaceGroup()
	default:
		s.move()
	}
}

func (s *simulation) addUser() {
	s.made++
	name := fmt.Sprintf("user%d@%s.example", s.made, s.company.Key)
	key := fmt.Sprintf("u%d", s.made)
	s.truth.Users[key] = demoscim.User{
		Key:         key,
		UserName:    name,
		DisplayName: fmt.Sprintf("User %d", s.made),
		Email:       name,
		Department:  "Sales",
		Active:      true,
	}
}

func (s *simulation) removeUser() {
	if len(s.truth.Users) < 3 {
		return
	}
	key := s.anyUser()
	s.gone[s.truth.Users[key].UserName] = true
	s.truth.Remove(key)
}

func (s *simulation) edit(change func(*demoscim.User)) {
	key := s.anyUser()
	u := s.truth.Users[key]
	change(&u)
	s.truth.Users[key] = u
}

// move puts a user into a group, or takes them out.
func (s *simulation) move() {
	members := s.truth.Groups[s.anyGroup()].Members
	key := s.anyUser()
	if members[key] {
		delete(members, key)
		return
	}
	members[key] = true
}

// renameGroup gives a group a name that no other has. Its members keep it: they
// leave the group of the organization with the former name, and join that with the
// new one.
func (s *simulation) renameGroup() {
	key := s.anyGroup()
	g := s.truth.Groups[key]
	g.Name = s.freeName()
	s.truth.Groups[key] = g
}

// replaceGroup deletes a group, and creates one with another name.
func (s *simulation) replaceGroup() {
	name := s.freeName()
	delete(s.truth.Groups, s.anyGroup())
	s.addGroup(name)
}

func (s *simulation) addGroup(name string) {
	s.groups++
	key := fmt.Sprintf("g%d", s.groups)
	s.truth.Groups[key] = demoscim.Group{
		Key:     key,
		Name:    name,
		Members: map[string]bool{},
	}
}

// freeName returns a name that no group has.
func (s *simulation) freeName() string {
	free := slices.DeleteFunc(idpGroupNames(), func(name string) bool {
		for _, g := range s.truth.Groups {
			if g.Name == name {
				return true
			}
		}
		return false
	})
	return free[s.rand.IntN(len(free))]
}

func (s *simulation) anyGroup() string {
	keys := slices.Sorted(maps.Keys(s.truth.Groups))
	return keys[s.rand.IntN(len(keys))]
}

func (s *simulation) anyUser() string {
	keys := slices.Sorted(maps.Keys(s.truth.Users))
	return keys[s.rand.IntN(len(keys))]
}
