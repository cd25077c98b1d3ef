package connections

import (
	"context"
	"fmt"
	"reflect"
	"strings"

	"gatehouse/sso"
)

// mayNameAdmins refuses a change of how groups are read by the holder of a setup
// link, where the members of a group administer the enterprise: a rewrite, or
// another claim, would make any user an admin. An admin of the company enables such
// a draft.
func (s *Service) mayNameAdmins(ctx context.Context, by sso.Actor, c sso.Connection, next *sso.Config) error {
	if !strings.HasPrefix(string(by), "link-") ||
		c.Live == nil ||
		reflect.DeepEqual(groupReading(c.Live), groupReading(next)) {
		return nil
	}
	groups, err := s.Groups.AdminGroups(ctx, c.Enterprise)
	if err != nil {
		return fmt.Errorf("list admin groups: %w", err)
	}
	if len(groups) == 0 {
		return nil
	}
	return &sso.Error{
		Kind: sso.Conflict,
		Code: "admin_groups_mapping",
		Public: "This changes which group names are read, and the members of a group administer the company. " +
			"Ask an admin of the company, or an operator, to enable it.",
	}
}

// groupReading is a copy of the members that decide which names of groups are
// read.
func groupReading(cfg *sso.Config) sso.Config {
	m := cfg.Mapping
	return sso.Config{
		Mapping: sso.Mapping{
			Groups:        append([]string{}, m.Groups...),
			Delimiter:     m.Delimiter,
			GroupsRewrite: m.GroupsRewrite,
			Include:       m.Include,
			Exclude:       m.Exclude,
		},
		Directory: cfg.Directory,
	}
}
