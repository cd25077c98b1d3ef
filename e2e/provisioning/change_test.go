package provisioning

import (
	"fmt"
	"maps"
	"slices"

	"gatehouse/internal/demo/demoscim"
)

// change makes one random change in the directory of the identity provider.
func (s *simulation) change() {
	switch s.rand.IntN(10) {
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
	groups := slices.Sorted(maps.Keys(s.truth.Groups))
	members := s.truth.Groups[groups[s.rand.IntN(len(groups))]].Members
	key := s.anyUser()
	if members[key] {
		delete(members, key)
		return
	}
	members[key] = true
}

func (s *simulation) anyUser() string {
	keys := slices.Sorted(maps.Keys(s.truth.Users))
	return keys[s.rand.IntN(len(keys))]
}
