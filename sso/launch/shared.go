package launch

import (
	"context"

	"gatehouse/sso"
)

// Shared is an origin that an application has in common with others.
type Shared struct {
	Origin string
	// First is the oldest application at the origin: addresses of it lead there. A proxy
	// names the application that it asks about, so requests concern no other.
	First  sso.Application
	Others []sso.Application // than the one asked about; oldest first
}

// Shared returns the origins that an application has in common with others.
func (s *Service) Shared(ctx context.Context, a sso.Application) ([]Shared, error) {
	known, err := s.current(ctx)
	if err != nil {
		return nil, err
	}
	var all []Shared
	for _, origin := range a.Origins {
		shared := Shared{
			Origin: origin,
			First:  known.byOrigin[origin],
		}
		for _, other := range known.all {
			if other.ID != a.ID && other.Serves(origin) {
				shared.Others = append(shared.Others, other)
			}
		}
		if len(shared.Others) > 0 {
			all = append(all, shared)
		}
	}
	return all, nil
}

// Arrivals returns the applications that admit an enterprise: those where its people may
// arrive, and those that do not get the session cookie, so that they cannot.
func (s *Service) Arrivals(ctx context.Context, ent sso.EnterpriseID) (reached, far []sso.Application, err error) {
	known, err := s.current(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, a := range known.all {
		switch {
		case !a.Admits(ent):
		case s.InReach(a):
			reached = append(reached, a)
		default:
			far = append(far, a)
		}
	}
	return reached, far, nil
}
