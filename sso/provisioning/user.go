package provisioning

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"reflect"
	"strconv"

	"gatehouse/scim"
	"gatehouse/sso"
)

// CreateUser creates a user from the body of a POST. One whose userName the
// connection has already is Conflict "resource_exists".
func (s *Service) CreateUser(ctx context.Context, c *Call, body map[string]any, show scim.Selection) (
	scim.Resource, error,
) {
	if err := c.about(scim.Users(), true); err != nil {
		return scim.Resource{}, err
	}
	c.noteBody(scim.Users(), body)
	doc, err := scim.Users().Document(body)
	if err != nil {
		return scim.Resource{}, Refusal(err)
	}
	u, err := withDocument(sso.ProvisionedUser{
		Enterprise: c.push.Enterprise,
		Connection: c.push.Connection,
		Origin:     sso.OriginPushed,
	}, doc)
	if err != nil {
		return scim.Resource{}, err
	}
	u, err = s.Users.CreateProvisionedUser(ctx, c.push, u)
	if err != nil {
		return scim.Resource{}, c.failed(scim.Users(), "", err)
	}
	c.noteUser(u)
	c.outcome.Changed = true
	c.outcome.StaysOff = u.Active && u.AccountOff
	return s.userResource(ctx, c, u, show)
}

// User returns a user.
func (s *Service) User(ctx context.Context, c *Call, id string, show scim.Selection) (scim.Resource, error) {
	if err := c.about(scim.Users(), false); err != nil {
		return scim.Resource{}, err
	}
	u, err := s.Users.ProvisionedUser(ctx, c.push.Enterprise, c.push.Connection, sso.ResourceID(id))
	if err != nil {
		return scim.Resource{}, c.failed(scim.Users(), id, err)
	}
	c.noteUser(u)
	c.noteFound(1, true)
	return s.userResource(ctx, c, u, show)
}

// ReplaceUser makes a user what the body of a PUT says.
func (s *Service) ReplaceUser(
	ctx context.Context, c *Call, id string, body map[string]any, show scim.Selection,
) (scim.Resource, error) {
	doc, err := scim.Users().Document(body)
	if err == nil {
		err = checkID(body, id)
	}
	return s.changeUser(ctx, c, id, show, func(old scim.Document) (scim.Document, error) {
		if err == nil && doc["active"] == nil && old["active"] == false {
			doc["active"] = false // a PUT that does not mention it re-enables no user
		}
		return doc, err
	})
}

// PatchUser applies the operations of a PATCH to a user.
func (s *Service) PatchUser(
	ctx context.Context, c *Call, id string, body map[string]any, show scim.Selection,
) (scim.Resource, error) {
	operations, err := scim.Operations(body, maxOperations)
	return s.changeUser(ctx, c, id, show, func(doc scim.Document) (scim.Document, error) {
		if err != nil {
			return nil, err
		}
		return scim.Users().Patch(doc, id, operations)
	})
}

// changeUser carries out a change of a user: change returns the new document.
func (s *Service) changeUser(
	ctx context.Context, c *Call, id string, show scim.Selection, change func(scim.Document) (scim.Document, error),
) (scim.Resource, error) {
	c.outcome.Resource = sso.ResourceID(id)
	if err := c.about(scim.Users(), true); err != nil {
		return scim.Resource{}, err
	}
	before, after, err := s.Users.ChangeProvisionedUser(ctx, c.push, sso.ResourceID(id),
		func(u sso.ProvisionedUser) (sso.ProvisionedUser, error) {
			c.noteUser(u)
			if err := c.expects(scim.Users(), u.Version); err != nil {
				return u, err
			}
			old, err := documentOf(u.Document)
			if err != nil {
				return u, err
			}
			doc, err := change(old)
			if err != nil {
				return u, err
			}
			return withDocument(u, doc)
		})
	if err != nil {
		return scim.Resource{}, c.failed(scim.Users(), id, err)
	}
	c.noteUser(after)
	c.outcome.Changed = before.Version != after.Version || before.Origin != after.Origin
	c.outcome.Adopted = before.Origin != after.Origin
	c.outcome.Reactivated = after.Adopted && after.Active && before.AccountOff && !after.AccountOff
	c.outcome.StaysOff = after.Active && after.AccountOff
	return s.userResource(ctx, c, after, show)
}

// DeleteUser deletes a user.
func (s *Service) DeleteUser(ctx context.Context, c *Call, id string) error {
	c.outcome.Resource = sso.ResourceID(id)
	if err := c.about(scim.Users(), true); err != nil {
		return err
	}
	err := s.Users.DeleteProvisionedUser(ctx, c.push, sso.ResourceID(id), func(u sso.ProvisionedUser) error {
		c.noteUser(u)
		return c.expects(scim.Users(), u.Version)
	})
	if err != nil {
		return c.failed(scim.Users(), id, err)
	}
	c.outcome.Changed = true
	return nil
}

// expects returns Stale unless the client changes the version it knows.
func (c *Call) expects(t *scim.Type, version int64) error {
	tag := etag(version)
	if len(c.IfMatch) == 0 || scim.MatchesETag(c.IfMatch, tag) {
		return nil
	}
	return stale(t, tag)
}

// etag returns a version as an entity tag. It is weak: what is derived, such as
// the groups of a user, changes without it.
func etag(version int64) string { return `W/"` + strconv.FormatInt(version, 10) + `"` }

// checkID refuses a body that is about another resource than the address.
func checkID(body map[string]any, id string) error {
	if sent, is := body["id"]; is && sent != nil && sent != "" && sent != id {
		return &scim.Error{
			Status: http.StatusBadRequest,
			Type:   scim.Mutability,
			Detail: "The id of the body is not that of the address. An id cannot be changed. Nothing was changed.",
		}
	}
	return nil
}

// documentOf decodes what the store keeps.
func documentOf(kept json.RawMessage) (scim.Document, error) {
	doc, err := scim.Read(kept)
	return scim.Document(doc), err
}

// encoded returns the document as it is kept. If it is the same as before, so are
// its bytes.
func encoded(before json.RawMessage, doc scim.Document) (json.RawMessage, error) {
	if len(before) > 0 {
		if old, err := documentOf(before); err == nil && reflect.DeepEqual(old, doc) {
			return before, nil
		}
	}
	raw, err := json.Marshal(doc)
	if err == nil && len(raw) > maxDocument {
		err = tooLarge("The resource would have %d bytes, limit is %d. Nothing was changed.", len(raw), maxDocument)
	}
	return raw, err
}

// withDocument returns the user with a document and what the service reads from
// it. A user is active unless the document or, if that does not say, what was
// before says otherwise: only active true re-enables a user.
func withDocument(u sso.ProvisionedUser, doc scim.Document) (sso.ProvisionedUser, error) {
	raw, err := encoded(u.Document, doc)
	if err != nil {
		return u, err
	}
	said := scim.UserOf(doc)
	if said.UserName != u.UserName && !usableLogin(said.UserName) {
		return u, Refusal(badLogin())
	}
	u.Document = raw
	u.UserName = said.UserName
	u.ExternalID = said.ExternalID
	u.Active = said.Active && (doc["active"] != nil || u.Active || u.ID == "")
	u.Name = said.Name()
	u.Emails = nil
	for _, e := range said.Emails {
		u.Emails = append(u.Emails, sso.ProvisionedEmail(e))
	}
	return u, nil
}

// usableLogin reports whether a userName can be the login of an account, as at a
// sign-in: logins reach applications in headers, and readers who tell them apart.
func usableLogin(userName string) bool {
	return len(userName) <= sso.MaxLoginLength && sso.Printable(userName) && !sso.IsServiceLogin(userName)
}

func badLogin() error {
	return &scim.Error{
		Status: http.StatusBadRequest,
		Type:   scim.InvalidValue,
		Detail: fmt.Sprintf("userName has more than %d bytes, or control, invisible or text-direction characters. "+
			"Nothing was changed.", sso.MaxLoginLength),
	}
}

// userResource returns a user as a response shows it.
func (s *Service) userResource(ctx context.Context, c *Call, u sso.ProvisionedUser, show scim.Selection) (
	scim.Resource, error,
) {
	groups, err := s.groupsOf(ctx, c, []sso.ProvisionedUser{u}, show)
	if err != nil {
		return scim.Resource{}, err
	}
	return userResource(u, groups)
}

// userResources returns users as a response shows them.
func (s *Service) userResources(ctx context.Context, c *Call, all []sso.ProvisionedUser, show scim.Selection) (
	iter.Seq2[scim.Resource, error], error,
) {
	groups, err := s.groupsOf(ctx, c, all, show)
	return func(yield func(scim.Resource, error) bool) {
		for _, u := range all {
			if !yield(userResource(u, groups)) {
				return
			}
		}
	}, err
}

// userResource says that a user is not active whose account is deactivated here, also if
// the identity provider pushed otherwise: it is to see that its push had no effect.
func userResource(u sso.ProvisionedUser, groups map[sso.ResourceID][]sso.ProvisionedMember) (scim.Resource, error) {
	doc, err := documentOf(u.Document)
	if u.AccountOff && doc != nil {
		doc["active"] = false
	}
	return scim.Resource{
		ID:       string(u.ID),
		Document: doc,
		Members:  membersOf(groups[u.ID]),
		Created:  u.CreatedAt,
		Modified: u.ModifiedAt,
		Version:  etag(u.Version),
	}, err
}

// groupsOf returns the groups of users, read for all at once, and only if they are
// shown.
func (s *Service) groupsOf(ctx context.Context, c *Call, all []sso.ProvisionedUser, show scim.Selection) (
	map[sso.ResourceID][]sso.ProvisionedMember, error,
) {
	if !show.Shows("groups") || len(all) == 0 || !groupsOn(c.Connection) {
		return nil, nil //nolint:nilnil // no groups
	}
	ids := make([]sso.ResourceID, len(all))
	for i, u := range all {
		ids[i] = u.ID
	}
	return s.Users.ProvisionedUserGroups(ctx, c.push.Enterprise, c.push.Connection, ids...)
}

func membersOf(all []sso.ProvisionedMember) []scim.Member {
	members := make([]scim.Member, len(all))
	for i, m := range all {
		members[i] = scim.Member{
			ID:      string(m.ID),
			Display: m.Name,
		}
	}
	return members
}
