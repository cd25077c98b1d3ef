package provisioning

import (
	"context"

	"gatehouse/scim"
	"gatehouse/sso"
)

// CreateGroup creates a group from the body of a POST. One whose displayName the
// connection has already is Conflict "resource_exists".
func (s *Service) CreateGroup(ctx context.Context, c *Call, body map[string]any) (scim.Resource, error) {
	if err := c.about(scim.Groups(), true); err != nil {
		return scim.Resource{}, err
	}
	c.noteBody(scim.Groups(), body)
	doc, change, err := readGroup(body)
	if err != nil {
		return scim.Resource{}, Refusal(err)
	}
	g, err := withGroupDocument(sso.ProvisionedGroup{
		Enterprise: c.push.Enterprise,
		Connection: c.push.Connection,
		Origin:     sso.OriginPushed,
	}, doc)
	if err != nil {
		return scim.Resource{}, err
	}
	change.Replace = false // a new group has no members
	g, effect, err := s.Groups.CreateProvisionedGroup(ctx, c.push, g, change)
	if err != nil {
		return scim.Resource{}, c.failed(scim.Groups(), "", err)
	}
	c.noteGroup(g)
	c.outcome.Changed = true
	c.outcome.Effect, c.outcome.Nested = effect, change.Nested
	return groupResource(g)
}

// readGroup reads the body of a POST or PUT.
func readGroup(body map[string]any) (scim.Document, sso.MemberChange, error) {
	doc, err := scim.Groups().Document(body)
	if err != nil {
		return nil, sso.MemberChange{}, err
	}
	sent, present, err := scim.Members(body)
	if err != nil || !present {
		return doc, sso.MemberChange{}, err
	}
	change, err := memberChange(sent)
	return doc, change, err
}

// memberChange returns what a request says about members in our words.
func memberChange(sent scim.MemberChange) (sso.MemberChange, error) {
	if n := len(sent.Add) + len(sent.Remove) + len(sent.Nested); n > maxMembers {
		return sso.MemberChange{}, tooLarge(
			"%d members, limit is %d in a request; send the rest in further PATCH requests. Nothing was changed.",
			n, maxMembers,
		)
	}
	return sso.MemberChange{
		Replace: sent.Replace,
		Add:     resourceIDs(sent.Add),
		Remove:  resourceIDs(sent.Remove),
		Nested:  resourceIDs(sent.Nested),
	}, nil
}

func resourceIDs(all []string) []sso.ResourceID {
	if len(all) == 0 {
		return nil
	}
	ids := make([]sso.ResourceID, len(all))
	for i, id := range all {
		ids[i] = sso.ResourceID(id)
	}
	return ids
}

// Group returns a group without its members, which [Service.Members] reads.
func (s *Service) Group(ctx context.Context, c *Call, id string) (scim.Resource, error) {
	if err := c.about(scim.Groups(), false); err != nil {
		return scim.Resource{}, err
	}
	g, err := s.Groups.ProvisionedGroup(ctx, c.push.Enterprise, c.push.Connection, sso.ResourceID(id))
	if err != nil {
		return scim.Resource{}, c.failed(scim.Groups(), id, err)
	}
	c.noteGroup(g)
	c.noteFound(1, true)
	return groupResource(g)
}

// membersPage is how many members are read at a time.
const membersPage = 1000

// Members calls yield with the members of a group, some at a time.
func (s *Service) Members(ctx context.Context, c *Call, id string, yield func([]scim.Member) error) error {
	after := sso.ResourceID("")
	for {
		page, err := s.Groups.ProvisionedGroupMembers(
			ctx, c.push.Enterprise, c.push.Connection, sso.ResourceID(id), after, membersPage,
		)
		if err != nil {
			return err
		}
		if err := yield(membersOf(page)); err != nil || len(page) < membersPage {
			return err
		}
		after = page[len(page)-1].ID
	}
}

// ReplaceGroup makes a group and its members what the body of a PUT says. A body
// that does not mention members leaves them as they are: RFC 7644, section 3.5.1,
// allows either, and a client that read the group without its members must not
// empty it.
func (s *Service) ReplaceGroup(ctx context.Context, c *Call, id string, body map[string]any) (scim.Resource, error) {
	doc, change, err := readGroup(body)
	if err == nil {
		err = checkID(body, id)
	}
	return s.changeGroup(ctx, c, id, func(scim.Document) (scim.Document, sso.MemberChange, error) {
		return doc, change, err
	})
}

// PatchGroup applies the operations of a PATCH to a group. Its members are not
// read.
func (s *Service) PatchGroup(ctx context.Context, c *Call, id string, body map[string]any) (scim.Resource, error) {
	operations, err := scim.Operations(body, maxOperations)
	return s.changeGroup(ctx, c, id, func(old scim.Document) (scim.Document, sso.MemberChange, error) {
		if err != nil {
			return nil, sso.MemberChange{}, err
		}
		doc, sent, err := scim.PatchGroup(old, id, operations)
		if err != nil {
			return nil, sso.MemberChange{}, err
		}
		change, err := memberChange(sent)
		return doc, change, err
	})
}

func (s *Service) changeGroup(
	ctx context.Context, c *Call, id string, change func(scim.Document) (scim.Document, sso.MemberChange, error),
) (scim.Resource, error) {
	c.outcome.Resource = sso.ResourceID(id)
	if err := c.about(scim.Groups(), true); err != nil {
		return scim.Resource{}, err
	}
	var before int64
	g, effect, err := s.Groups.ChangeProvisionedGroup(ctx, c.push, sso.ResourceID(id),
		func(g sso.ProvisionedGroup) (sso.ProvisionedGroup, sso.MemberChange, error) {
			before = g.Version
			c.noteGroup(g)
			if err := c.expects(scim.Groups(), g.Version); err != nil {
				return g, sso.MemberChange{}, err
			}
			old, err := documentOf(g.Document)
			if err != nil {
				return g, sso.MemberChange{}, err
			}
			doc, members, err := change(old)
			if err != nil {
				return g, members, err
			}
			c.outcome.Nested = members.Nested
			c.outcome.Listed = members.Replace
			g, err = withGroupDocument(g, doc)
			return g, members, err
		})
	if err != nil {
		return scim.Resource{}, c.failed(scim.Groups(), id, err)
	}
	c.noteGroup(g)
	c.outcome.Changed = g.Version != before
	c.outcome.Effect = effect
	return groupResource(g)
}

// DeleteGroup deletes a group.
func (s *Service) DeleteGroup(ctx context.Context, c *Call, id string) error {
	c.outcome.Resource = sso.ResourceID(id)
	if err := c.about(scim.Groups(), true); err != nil {
		return err
	}
	err := s.Groups.DeleteProvisionedGroup(ctx, c.push, sso.ResourceID(id), func(g sso.ProvisionedGroup) error {
		c.noteGroup(g)
		return c.expects(scim.Groups(), g.Version)
	})
	if err != nil {
		return c.failed(scim.Groups(), id, err)
	}
	c.outcome.Changed = true
	return nil
}

func withGroupDocument(g sso.ProvisionedGroup, doc scim.Document) (sso.ProvisionedGroup, error) {
	raw, err := encoded(g.Document, doc)
	if err != nil {
		return g, err
	}
	g.Document = raw
	g.DisplayName = doc.DisplayName()
	g.ExternalID = doc.ExternalID()
	return g, nil
}

func groupResource(g sso.ProvisionedGroup) (scim.Resource, error) {
	doc, err := documentOf(g.Document)
	return scim.Resource{
		ID:       string(g.ID),
		Document: doc,
		Created:  g.CreatedAt,
		Modified: g.ModifiedAt,
		Version:  etag(g.Version),
	}, err
}
