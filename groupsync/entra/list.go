package entra

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"gatehouse/sso"
)

// page is one response of Graph. Value is a pointer to tell a page without a
// list, which is an error, from an empty list.
type page[T any] struct {
	Value *[]T   `json:"value"`
	Next  string `json:"@odata.nextLink"`
}

// object is a group.
type object struct {
	ID          string `json:"id"`
	DisplayName string `json:"displayName"`
}

// each calls take with the objects of every page, until the last.
func each[T any](
	ctx context.Context, c *Client, token sso.Secret, address *url.URL, pages int, take func([]T) error,
) error {
	for range pages {
		var p page[T]
		if err := c.getPage(ctx, token, address, &p); err != nil {
			return err
		}
		if p.Value == nil {
			return errUnavailable(errors.New("a page without a list"))
		}
		if err := take(*p.Value); err != nil {
			return err
		}
		if p.Next == "" {
			return nil
		}
		next, err := c.nextPage(p.Next)
		if err != nil {
			return err
		}
		address = next
	}
	return errUnavailable(fmt.Errorf("more than %d pages", pages))
}

// list returns the groups of a user.
func (c *Client) list(ctx context.Context, app Application, token sso.Secret, oid string) (Memberships, error) {
	address := c.graph.JoinPath("v1.0/users", oid, "transitiveMemberOf/microsoft.graph.group")
	source := address.String()
	address.RawQuery = "$select=id,displayName&$top=999&$count=true"
	found := map[string]string{} // names by ID: a group may be on two pages if the list changes meanwhile
	err := each(ctx, c, token, address, maxPages, func(groups []object) error {
		for _, g := range groups {
			if err := g.check(app.ByID); err != nil {
				return err
			}
			found[g.ID] = g.DisplayName
		}
		if len(found) > MaxGroups {
			return errTooMany(len(found))
		}
		return nil
	})
	if err != nil {
		return Memberships{}, err
	}
	return newMemberships(app, found, source), nil
}

// check reports what makes a group unusable.
func (o object) check(byID bool) error {
	if !objectPattern.MatchString(o.ID) {
		return errUnavailable(errors.New("a group without an object ID"))
	}
	if o.DisplayName == "" && !byID {
		return errDenied(errors.New(
			"the application may not read the names of groups: it needs GroupMember.Read.All",
		))
	}
	return nil
}

// nextPage returns the address of the next page. It refuses another origin, which
// would receive the token.
func (c *Client) nextPage(link string) (*url.URL, error) {
	u, err := url.Parse(link)
	if err != nil ||
		u.Scheme != c.graph.Scheme ||
		u.Host != c.graph.Host ||
		u.User != nil {
		return nil, errUnavailable(errors.New("the link to the next page leads elsewhere"))
	}
	return u, nil
}

func newMemberships(app Application, found map[string]string, source string) Memberships {
	m := Memberships{Groups: sso.AssertedGroups{
		State:  sso.GroupsEmpty,
		Source: source,
	}}
	for id, name := range found {
		if app.ByID {
			name = id
		}
		m.Groups.Names = append(m.Groups.Names, name)
	}
	slices.Sort(m.Groups.Names)
	for i := 1; i < len(m.Groups.Names); i++ {
		if m.Groups.Names[i] == m.Groups.Names[i-1] {
			m.Duplicates = append(m.Duplicates, m.Groups.Names[i])
		}
	}
	m.Groups.Names, m.Duplicates = slices.Compact(m.Groups.Names), slices.Compact(m.Duplicates)
	if len(m.Groups.Names) > 0 {
		m.Groups.State = sso.GroupsValues
	}
	return m
}
