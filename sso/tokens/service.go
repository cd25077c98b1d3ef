package tokens

import (
	"context"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
)

// serviceRecorder stores the tokens of services; store.DB is one.
type serviceRecorder interface {
	CreateServiceToken(
		ctx context.Context, by sso.Actor, k sso.ServiceToken, conditions ...func(sso.Reach) error,
	) (sso.ServiceToken, error)
	ServiceTokens(
		ctx context.Context, ent sso.EnterpriseID, organization sso.OrganizationID, page sso.Page,
	) ([]sso.ServiceToken, string, error)
	RevokeServiceToken(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID,
		id sso.ServiceTokenID, conditions ...func(sso.Reach) error,
	) error
}

// ServiceRequest describes a token of a service to create.
type ServiceRequest struct {
	// Service is a service that gets another token. "" creates a service, with Name,
	// Owner and Groups, which are of the organization; Owner answers for it.
	Service sso.ServiceID
	Name    string
	Owner   sso.GroupID
	Groups  []sso.GroupID
	// Applications that the token opens; nil of another token means those of the newest.
	Applications []sso.ApplicationID
	ExpiresAt    time.Time
}

// maxServiceGroups is how many groups a service may be in.
const maxServiceGroups = 50

// CreateService creates a token of a service of an organization, and returns its bearer
// value, of which only the hash is kept. An admin of the organization creates services,
// and tokens of those, whose groups are within reach: see [sso.Reach].
func (s *Service) CreateService(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID, r ServiceRequest,
) (sso.ServiceToken, sso.Secret, error) {
	if err := s.checkService(ctx, ent, r); err != nil {
		return sso.ServiceToken{}, "", err
	}
	secret := sso.ServiceTokenKind.NewKeyed(s.TokenKey())
	applications, groups := slices.Clone(r.Applications), slices.Clone(r.Groups)
	slices.Sort(applications)
	slices.Sort(groups)
	k := sso.ServiceToken{
		Service: sso.Service{
			ID:           r.Service,
			Enterprise:   ent,
			Organization: organization,
			Name:         strings.TrimSpace(r.Name),
			Owner:        r.Owner,
		},
		Hash:         secret.Hash(),
		Applications: slices.Compact(applications),
		ExpiresAt:    r.ExpiresAt.UTC().Truncate(time.Microsecond),
	}
	for _, id := range slices.Compact(groups) {
		k.Service.Groups = append(k.Service.Groups, sso.PrincipalGroup{ID: id})
	}
	k, err := s.CreateServiceToken(ctx, by, k, sso.Reach.OfService)
	if err != nil {
		return sso.ServiceToken{}, "", err
	}
	return k, secret, nil
}

// RevokeServiceToken ends a token of a service of an organization, for the same actors as
// CreateService.
func (s *Service) RevokeServiceToken(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, organization sso.OrganizationID, id sso.ServiceTokenID,
) error {
	return s.recorder.RevokeServiceToken(ctx, by, ent, organization, id, sso.Reach.OfService)
}

func (s *Service) checkService(ctx context.Context, ent sso.EnterpriseID, r ServiceRequest) error {
	if problems := serviceProblems(r); len(problems) > 0 {
		return s.unusable(problems, r.ExpiresAt)
	}
	if err := s.checkExpiry(r.ExpiresAt, sso.TokenRules{MaxAge: sso.MaxTokenAge}); err != nil {
		return err
	}
	return s.checkApplications(ctx, ent, r.Applications)
}

func serviceProblems(r ServiceRequest) (problems []sso.FieldError) {
	add := func(ok bool, field, message string) {
		if !ok {
			problems = append(problems, sso.FieldError{Field: field, Message: message})
		}
	}
	n := len(r.Applications)
	if r.Service != "" {
		const stays = "The service keeps what it has. Omit this for a further token."
		add(r.Name == "", "name", stays)
		add(r.Owner == "", "owner_group", stays)
		add(r.Groups == nil, "groups", stays)
		add(r.Applications == nil || n > 0, "applications", "Choose 1 to 100 applications, or omit this.")
		add(n <= maxApplications, "applications", "Choose 1 to 100 applications.")
		return problems
	}
	problems = sso.ValidateName("name", r.Name)
	add(r.Owner != "", "owner_group", "Choose the group that answers for the service.")
	add(len(r.Groups) <= maxServiceGroups, "groups", "Choose at most 50 groups.")
	add(n > 0 && n <= maxApplications, "applications", "Choose 1 to 100 applications.")
	return problems
}
