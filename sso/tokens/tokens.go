package tokens

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/sso"
)

// recorder keeps tokens and their rules; store.DB is one.
type recorder interface {
	CreatePersonalToken(ctx context.Context, by sso.Actor, k sso.PersonalToken) (sso.PersonalToken, error)
	PersonalTokens(
		ctx context.Context, ent sso.EnterpriseID, user sso.UserID, page sso.Page,
	) ([]sso.PersonalToken, string, error)
	RevokePersonalToken(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, id sso.PersonalTokenID,
	) error
	TokenRules(ctx context.Context, ent sso.EnterpriseID) (sso.TokenRules, error)
	UpdateTokenRules(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, fn func(sso.TokenRules) (sso.TokenRules, error),
	) (sso.TokenRules, error)
	Application(ctx context.Context, id sso.ApplicationID) (sso.Application, error)
	Applications(ctx context.Context, p sso.Page) ([]sso.Application, string, error)
	TokenKey() sso.Secret
	serviceRecorder
}

// resolver finds whose a token is; sessions.Cache is one.
type resolver interface {
	ServicePrincipal(
		ctx context.Context, token sso.Hash, client string, before func() error,
	) (sso.Principal, error)
	TokenPrincipal(
		ctx context.Context, token sso.Hash, client string, before func() error,
	) (sso.Principal, error)
}

// Service creates, ends and checks tokens. It is safe for concurrent use.
type Service struct {
	recorder
	owners resolver
	now    func() time.Time
}

// New returns the service of the tokens in a store; owners caches whose they are.
func New(store recorder, owners resolver, now func() time.Time) *Service {
	return &Service{store, owners, now}
}

// Principal returns the user or service whose token a client presents, as they are now.
// Whatever is wrong with the value, the error is Unauthenticated "invalid_token"; only
// one that this installation made is looked up, after before, whose error is returned
// instead.
func (s *Service) Principal(
	ctx context.Context, value, userAgent string, before func() error,
) (sso.Principal, error) {
	kind, find := sso.PersonalTokenKind, s.owners.TokenPrincipal
	if strings.HasPrefix(value, string(sso.ServiceTokenKind)) {
		kind, find = sso.ServiceTokenKind, s.owners.ServicePrincipal
	}
	token, err := kind.ParseKeyed(s.TokenKey(), value)
	if err != nil {
		return sso.Principal{}, err
	}
	return find(ctx, token.Hash(), sso.ClientName(userAgent), before)
}

// Request describes a token to create.
type Request struct {
	Name string
	// Applications that the token opens; at least one.
	Applications []sso.ApplicationID
	ExpiresAt    time.Time
}

// maxApplications is how many applications a token may open.
const maxApplications = 100

// Create creates a token of a user and returns its bearer value, of which only the
// hash is kept. An expiry that is missing, in the past or later than the enterprise
// allows is Invalid "expiry_invalid".
func (s *Service) Create(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, user sso.UserID, r Request,
) (sso.PersonalToken, sso.Secret, error) {
	if err := s.check(ctx, ent, r); err != nil {
		return sso.PersonalToken{}, "", err
	}
	secret := sso.PersonalTokenKind.NewKeyed(s.TokenKey())
	applications := slices.Clone(r.Applications)
	slices.Sort(applications)
	k, err := s.CreatePersonalToken(ctx, by, sso.PersonalToken{
		Enterprise:   ent,
		User:         user,
		Name:         strings.TrimSpace(r.Name),
		Hash:         secret.Hash(),
		Applications: slices.Compact(applications),
		ExpiresAt:    r.ExpiresAt.UTC().Truncate(time.Microsecond),
	})
	if err != nil {
		return sso.PersonalToken{}, "", err
	}
	return k, secret, nil
}

func (s *Service) check(ctx context.Context, ent sso.EnterpriseID, r Request) error {
	problems := sso.ValidateName("name", r.Name)
	if n := len(r.Applications); n == 0 || n > maxApplications {
		problems = append(problems, sso.FieldError{
			Field:   "applications",
			Message: "Choose 1 to 100 applications.",
		})
	}
	if len(problems) > 0 {
		return s.unusable(problems, r.ExpiresAt)
	}
	rules, err := s.TokenRules(ctx, ent)
	if err != nil {
		return err
	}
	if !rules.Personal {
		return sso.PersonalTokensForbidden()
	}
	if err := s.checkExpiry(r.ExpiresAt, rules); err != nil {
		return err
	}
	return s.checkApplications(ctx, ent, r.Applications)
}

// endedShown is how many tokens that ended a page lists.
const endedShown = 50

// ShownTokens returns the tokens of a user for a page, newest first: all that have not
// ended, however many were made since, and the newest of those that have.
func (s *Service) ShownTokens(
	ctx context.Context, ent sso.EnterpriseID, user sso.UserID,
) (shown []sso.PersonalToken, err error) {
	ended := 0
	for page := (sso.Page{Limit: 200}); ; {
		all, next, err := s.PersonalTokens(ctx, ent, user, page)
		if err != nil {
			return nil, err
		}
		for _, k := range all {
			over := !k.RevokedAt.IsZero() || !s.now().Before(k.ExpiresAt)
			if over {
				ended++
			}
			if !over || ended <= endedShown {
				shown = append(shown, k)
			}
		}
		if next == "" {
			return shown, nil
		}
		page.Cursor = next
	}
}

// expiryLeeway is how much later than the rules allow a token may be asked to end: the
// day was chosen before the request arrived. The rules end it nevertheless.
const expiryLeeway = time.Hour

// unusable returns the error for a request with problems, to which it adds an expiry
// that no rules allow.
func (s *Service) unusable(problems []sso.FieldError, end time.Time) error {
	if !end.After(s.now()) {
		problems = append(problems, sso.FieldError{Field: "expires_at", Message: "Choose a time in the future."})
	}
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   "validation_failed",
		Public: "Some entries cannot be accepted.",
		Fields: problems,
	}
}

func (s *Service) checkExpiry(at time.Time, rules sso.TokenRules) error {
	latest := s.now().Add(rules.MaxAge)
	if at.After(s.now()) && !at.After(latest.Add(expiryLeeway)) {
		return nil
	}
	return sso.InvalidField(
		"expiry_invalid", "expires_at",
		"Choose a time in the future, not after "+latest.UTC().Format("2 January 2006")+".",
	)
}

// checkApplications refuses applications that do not exist or do not admit the
// enterprise, in one way: which applications other companies have is not told.
func (s *Service) checkApplications(ctx context.Context, ent sso.EnterpriseID, all []sso.ApplicationID) error {
	for _, id := range all {
		a, err := s.Application(ctx, id)
		if sso.KindOf(err) == sso.NotFoundKind || err == nil && !a.Admits(ent) {
			return sso.InvalidField(
				"validation_failed", "applications", fmt.Sprintf("There is no application with the ID %q.", id),
			)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Choices are the applications that accept programs and admit an enterprise.
func (s *Service) Choices(ctx context.Context, ent sso.EnterpriseID) ([]sso.Application, error) {
	return s.choices(ctx, ent, func(a sso.Application) bool { return a.Programs })
}

// ServiceChoices are the applications that accept services and admit an enterprise.
func (s *Service) ServiceChoices(ctx context.Context, ent sso.EnterpriseID) ([]sso.Application, error) {
	return s.choices(ctx, ent, func(a sso.Application) bool { return a.Services })
}

func (s *Service) choices(
	ctx context.Context, ent sso.EnterpriseID, accepts func(sso.Application) bool,
) (choices []sso.Application, err error) {
	for page := (sso.Page{}); ; {
		all, next, err := s.Applications(ctx, page)
		if err != nil {
			return nil, err
		}
		for _, a := range all {
			if accepts(a) && a.Admits(ent) {
				choices = append(choices, a)
			}
		}
		if next == "" {
			return choices, nil
		}
		page.Cursor = next
	}
}

// SetRules changes what an enterprise allows its users' tokens. revision is the one
// that the change was made from, or sso.AnyRevision.
func (s *Service) SetRules(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, revision int64, change func(*sso.TokenRules),
) (sso.TokenRules, error) {
	return s.UpdateTokenRules(ctx, by, ent, func(rules sso.TokenRules) (sso.TokenRules, error) {
		if err := sso.CheckRevision("page", revision, rules.Revision); err != nil {
			return rules, err
		}
		change(&rules)
		if rules.MaxAge < sso.MinTokenAge || rules.MaxAge > sso.MaxTokenAge {
			return rules, sso.InvalidField("validation_failed", "max_age_days", "Use between 1 day and 1095 days.")
		}
		return rules, nil
	})
}
