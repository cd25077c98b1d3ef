package groupsync

import (
	"regexp"

	"gatehouse/sso"
)

// Creates reports whether a pushed group that no group here has the name of is
// created in an organization, where created groups were created this way before.
// The name of a default group, and one that no group can have, is never.
func Creates(rules sso.CreateGroups, name string, created int) bool {
	return created < rules.Most() && Named(rules, name)
}

// Named reports whether a group that a push creates, or created before, may have a
// name.
func Named(rules sso.CreateGroups, name string) bool {
	if name == sso.DefaultGroupName || len(CheckName("", name)) > 0 {
		return false
	}
	filter, err := regexp.Compile(rules.Filter)
	return err == nil && filter.MatchString(name)
}
