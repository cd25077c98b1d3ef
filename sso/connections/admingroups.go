package connections

import (
	"context"
	"fmt"
	"reflect"

	"gatehouse/sso"
)

// mayNameAdmins refuses the holder of a setup link a change of how people get into
// groups, if the enterprise has an admin group: a rewrite, another claim, or pushes
// with a token that the holder has, could make any user an admin. An admin of the
// company enables such a draft.
func (s *Service) mayNameAdmins(ctx context.Context, by sso.Actor, c sso.Connection, next *sso.Config) error {
	if !by.OfLink() ||
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
		Public: "This changes how people get into groups, and the members of a group administer the company. " +
			"Ask an admin of the company, or an operator, to enable it.",
	}
}

// groupReading returns a copy with only the fields that decide how people get into
// groups.
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
		Directory:    cfg.Directory,
		Provisioning: cfg.Provisioning,
		SCIM:         cfg.SCIM,
	}
}
