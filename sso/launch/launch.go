package launch

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"gatehouse/sso"
)

// applicationStore lists the registered applications; store.DB is one.
type applicationStore interface {
	Applications(ctx context.Context, p sso.Page) ([]sso.Application, string, error)
	// ApplicationRevision returns a number that changes with every change of an
	// application.
	ApplicationRevision(ctx context.Context) (int64, error)
}

// enterpriseStore finds enterprises; store.DB does.
type enterpriseStore interface {
	Enterprise(ctx context.Context, id sso.EnterpriseID) (sso.Enterprise, error)
}

// Options configure the service; every field is required but CookieDomain.
type Options struct {
	Applications applicationStore
	Enterprises  enterpriseStore
	Groups       groupStore
	BaseURL      string // public address of Gatehouse
	// CookieDomain is the domain attribute of the session cookie; "": our host
	// alone.
	CookieDomain string
	Log          *slog.Logger
}

// Service finds the applications to which addresses and people lead. It is safe for
// concurrent use.
type Service struct {
	options Options
	cookies CookieScope
	known   atomic.Pointer[snapshot]
}

// New returns the service. BaseURL must be an absolute http or https URL.
func New(o Options) (*Service, error) {
	base, err := sso.ParseAbsolute(o.BaseURL)
	if err != nil {
		return nil, errors.New("the base URL is not an absolute http or https URL")
	}
	return &Service{
		options: o,
		cookies: NewCookieScope(base, o.CookieDomain),
	}, nil
}

// Path returns the path of our own that leads to an address of an application; "" if
// no application serves its origin. It is for addresses from outside, so a failure of
// the store is logged and leads nowhere.
func (s *Service) Path(ctx context.Context, address string) string {
	u, err := parse(address)
	if err != nil {
		return ""
	}
	known, err := s.current(ctx)
	if err != nil {
		s.options.Log.WarnContext(ctx, "address to return to not looked up", "error", err)
		return ""
	}
	origin := u.Scheme + "://" + u.Host
	a, ok := known.byOrigin[origin]
	if !ok {
		s.options.Log.InfoContext(ctx, "address to return to is of no application", "origin", origin)
		return ""
	}
	return Return(a.Key, u.String())
}

// home is the path of the page that lists the applications of a person.
const home = "/account"

// Landing returns where a person arrives who asked for nothing else: the path to the
// default application of their enterprise if it opens for them, else /account.
func (s *Service) Landing(ctx context.Context, p sso.Principal) (string, error) {
	ent, err := s.options.Enterprises.Enterprise(ctx, p.Enterprise.ID)
	if err != nil {
		return "", fmt.Errorf("find the default application: %w", err)
	}
	if ent.DefaultApplication == "" {
		return home, nil
	}
	known, err := s.current(ctx)
	if err != nil {
		return "", err
	}
	for _, a := range known.all {
		if a.ID == ent.DefaultApplication && a.Opens(ent.ID, p.Groups) == "" && s.InReach(a) {
			return Return(a.Key, Start(a)), nil
		}
	}
	return home, nil
}

// InReach reports whether the start page of an application gets the session cookie. If
// it does not, the application cannot see who is signed in.
func (s *Service) InReach(a sso.Application) bool {
	return len(a.Origins) > 0 && s.cookies.Covers(a.Origins[0])
}

// snapshot has all applications of one revision.
type snapshot struct {
	revision int64
	all      []sso.Application          // oldest first
	byOrigin map[string]sso.Application // the oldest of each origin
}

// current returns the applications. They are read again only if one has changed.
func (s *Service) current(ctx context.Context) (*snapshot, error) {
	revision, err := s.options.Applications.ApplicationRevision(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for changes of applications: %w", err)
	}
	if known := s.known.Load(); known != nil && known.revision == revision {
		return known, nil
	}
	// A change during the read is found by the next request, which sees another
	// revision.
	fresh := &snapshot{
		revision: revision,
		byOrigin: map[string]sso.Application{},
	}
	for page := (sso.Page{Limit: 200}); ; {
		all, next, err := s.options.Applications.Applications(ctx, page)
		if err != nil {
			return nil, fmt.Errorf("read applications: %w", err)
		}
		for _, a := range all {
			fresh.add(a)
		}
		if page.Cursor = next; next == "" {
			s.known.Store(fresh)
			return fresh, nil
		}
	}
}

func (k *snapshot) add(a sso.Application) {
	k.all = append(k.all, a)
	for _, origin := range a.Origins {
		if _, taken := k.byOrigin[origin]; !taken {
			k.byOrigin[origin] = a
		}
	}
}
