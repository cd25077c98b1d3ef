package connections

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
)

// defaultGroups sets the default groups, which every user joins at sign-in; an
// entry is an ID or organization/group.
func (w *editing) defaultGroups(ctx context.Context, entries []string) {
	if len(entries) > sso.MaxDefaultGroups {
		w.add(
			invalid, "default_groups", fmt.Sprintf("Name at most %d groups.", sso.MaxDefaultGroups),
		)
		return
	}
	var ids []sso.GroupID
	for i, entry := range entries {
		field := fmt.Sprintf("default_groups[%d]", i)
		g, err := w.group(ctx, strings.TrimSpace(entry))
		switch {
		case sso.KindOf(err) == sso.NotFoundKind:
			w.add(
				invalid, field,
				fmt.Sprintf("This company has no group %q. Enter organization/group, as on the page of the group.",
					sso.Sanitize(entry)),
			)
		case err != nil:
			w.cause = errors.Join(w.cause, err)
		case g.Default:
			w.add(
				invalid, field,
				"Everyone who is in another group of the organization is in this one. Name another group.",
			)
		case g.Admin:
			w.add(
				invalid, field,
				"The members of this group administer the company, so it cannot be a group of everyone who signs in.",
			)
		case !slices.Contains(ids, g.ID):
			ids = append(ids, g.ID)
		}
	}
	w.cfg.DefaultGroups = ids
}

func (w *editing) group(ctx context.Context, entry string) (sso.Group, error) {
	if organization, name, byName := strings.Cut(entry, "/"); byName {
		return w.Groups.GroupNamed(ctx, w.c.Enterprise, organization, name)
	}
	return w.Groups.Group(ctx, w.c.Enterprise, sso.GroupID(entry))
}
