package provisioning

import (
	"context"
	"iter"

	"gatehouse/scim"
	"gatehouse/sso"
)

// List is one page of a list.
type List struct {
	Total int
	Count int // of Resources
	// Resources are decoded one at a time, because the documents of a page can be
	// large. They have no members; [Service.Members] reads those of a group.
	Resources iter.Seq2[scim.Resource, error]
	Next      string // cursor of the next page; "" on the last one, and without cursors
}

// ListUsers returns users.
func (s *Service) ListUsers(ctx context.Context, c *Call, q scim.Query) (List, error) {
	page, name, err := s.page(c, scim.Users(), q)
	if err != nil {
		return List{}, err
	}
	found, err := s.Users.ProvisionedUsers(ctx, c.push.Enterprise, c.push.Connection, q.Filter, page.ResourcePage)
	if err != nil {
		return List{}, err
	}
	c.noteFound(len(found.Items), len(found.Items) > 0 || found.Total > 0)
	resources, err := s.userResources(ctx, c, found.Items, q.Selection)
	return List{
		Total:     page.total(found.Total),
		Count:     len(found.Items),
		Next:      s.next(name, q, page.total(found.Total), found.Next),
		Resources: resources,
	}, err
}

// ListGroups returns groups.
func (s *Service) ListGroups(ctx context.Context, c *Call, q scim.Query) (List, error) {
	page, name, err := s.page(c, scim.Groups(), q)
	if err != nil {
		return List{}, err
	}
	found, err := s.Groups.ProvisionedGroups(ctx, c.push.Enterprise, c.push.Connection, q.Filter, page.ResourcePage)
	if err != nil {
		return List{}, err
	}
	c.noteFound(len(found.Items), len(found.Items) > 0 || found.Total > 0)
	return List{
		Total: page.total(found.Total),
		Count: len(found.Items),
		Next:  s.next(name, q, page.total(found.Total), found.Next),
		Resources: func(yield func(scim.Resource, error) bool) {
			for _, g := range found.Items {
				if !yield(groupResource(g)) {
					return
				}
			}
		},
	}, nil
}

// listPage is a page of a list that may have been counted before.
type listPage struct {
	sso.ResourcePage
	counted int // of a cursor: the resources of the list
}

func (p listPage) total(found int) int {
	if !p.Total {
		return p.counted
	}
	return found
}

// page returns what the store is asked for a query, and what its cursors are bound
// to.
func (s *Service) page(c *Call, t *scim.Type, q scim.Query) (p listPage, list string, err error) {
	err = c.about(t, false)
	c.noteFilter(t, q.Filter)
	if err != nil {
		return p, "", err
	}
	list = string(c.push.Connection) + " " + t.Name + " " + q.FilterText
	p.Limit = q.Count
	p.Total = true
	if !q.ByCursor {
		p.Offset = q.Start - 1
		return p, list, nil
	}
	if q.Cursor == "" {
		return p, list, nil
	}
	at, err := s.cursors.read(list, q.Cursor)
	if err != nil {
		return p, list, Refusal(err)
	}
	p.After = at.after
	p.Total = false
	p.counted = int(at.total)
	return p, list, nil
}

// next returns the cursor of the next page.
func (s *Service) next(list string, q scim.Query, total int, after int64) string {
	if !q.ByCursor || after == 0 {
		return ""
	}
	return s.cursors.of(list, position{
		after: after,
		total: int64(total),
	})
}
