package launch

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"gatehouse/sso"
)

// groupStore finds the groups of an enterprise; store.DB does.
type groupStore interface {
	Organizations(ctx context.Context, ent sso.EnterpriseID, p sso.Page) ([]sso.Organization, string, error)
	Groups(ctx context.Context, ent sso.EnterpriseID, f sso.GroupFilter, p sso.Page) ([]sso.GroupCount, string, error)
}

// Launch is an application as its user finds it in a list.
type Launch struct {
	Name string
	URL  string // its start page
	// Closed is set if the application needs a group that the user is not in. Missing
	// names up to three such groups of the user's enterprise, each as sso.GroupRef does.
	Closed  bool
	Missing []string
}

const (
	maxMissing = 3  // groups named for an application
	maxLookups = 30 // groups looked up for a list
)

// Reach returns the listed applications that admit the enterprise of a person and see
// its sessions: first those that open, then those that need a group. Other applications
// are not mentioned.
func (s *Service) Reach(ctx context.Context, p sso.Principal) ([]Launch, error) {
	known, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	var open, closed []Launch
	names := &groupNames{
		store: s.options.Groups,
		ent:   p.Enterprise.ID,
		left:  maxLookups,
	}
	for _, a := range known.all {
		if a.Unlisted || !s.InReach(a) {
			continue
		}
		entry := Launch{Name: a.Name, URL: Start(a)}
		switch a.Opens(p.Enterprise.ID, p.Groups) {
		case "":
			open = append(open, entry)
		case sso.CodeAppGroup:
			entry.Closed = true
			if entry.Missing, err = names.own(ctx, a.Groups); err != nil {
				return nil, err
			}
			closed = append(closed, entry)
		}
	}
	return append(open, closed...), nil
}

// groupNames finds out which groups are of one enterprise: an application of several
// customers requires groups of each, and none may read the names of another's.
type groupNames struct {
	store         groupStore
	ent           sso.EnterpriseID
	organizations map[string]sso.OrganizationID // by key; nil until read
	left          int                           // lookups
}

// own returns the first groups of refs that are of the enterprise.
func (n *groupNames) own(ctx context.Context, refs []string) (own []string, err error) {
	if err := n.read(ctx); err != nil {
		return nil, err
	}
	for _, ref := range refs {
		key, name, _ := strings.Cut(ref, "/")
		id, ok := n.organizations[key]
		if !ok || slices.Contains(own, ref) {
			continue
		}
		if len(own) == maxMissing || n.left == 0 {
			break
		}
		n.left--
		filter := sso.GroupFilter{Organization: id, Name: name}
		found, _, err := n.store.Groups(ctx, n.ent, filter, sso.Page{Limit: 1})
		if err != nil {
			return nil, fmt.Errorf("find a group: %w", err)
		}
		if len(found) > 0 {
			own = append(own, ref)
		}
	}
	return own, nil
}

func (n *groupNames) read(ctx context.Context) error {
	if n.organizations != nil {
		return nil
	}
	n.organizations = map[string]sso.OrganizationID{}
	for page := (sso.Page{Limit: 200}); ; {
		all, next, err := n.store.Organizations(ctx, n.ent, page)
		if err != nil {
			return fmt.Errorf("list organizations: %w", err)
		}
		for _, o := range all {
			n.organizations[o.Key] = o.ID
		}
		if page.Cursor = next; next == "" {
			return nil
		}
	}
}
