package directory

import (
	"context"
	"strconv"
	"time"

	"gatehouse/sso"
)

// sessionRuler reads and changes what an enterprise requires of sign-ins and
// sessions; store.DB does.
type sessionRuler interface {
	SessionRules(ctx context.Context, ent sso.EnterpriseID) (sso.SessionRules, error)
	UpdateSessionRules(ctx context.Context, by sso.Actor, ent sso.EnterpriseID,
		fn func(sso.SessionRules) (sso.SessionRules, error)) (sso.SessionRules, error)
}

// Lifetimes are those of sessions in the installation, which no enterprise exceeds.
type Lifetimes struct{ Idle, Lifetime time.Duration }

// Lifetimes returns those of the installation.
func (s *Service) Lifetimes() Lifetimes { return s.options.Lifetimes }

// SessionRules returns what an enterprise requires of sign-ins and sessions.
func (s *Service) SessionRules(ctx context.Context, ent sso.EnterpriseID) (sso.SessionRules, error) {
	return s.options.Rules.SessionRules(ctx, ent)
}

// SessionRulesEdit changes what an enterprise requires; nil leaves a value as it is,
// and 0 or an empty list requires nothing.
type SessionRulesEdit struct {
	// Revision is the revision that the edit is based on, or sso.AnyRevision.
	Revision                    int64
	Idle, Lifetime, AuthnMaxAge *time.Duration
	Single                      *bool
	Acr                         *[]string
}

// SetSessionRules changes what an enterprise requires of sign-ins and sessions.
func (s *Service) SetSessionRules(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, edit SessionRulesEdit,
) (sso.SessionRules, error) {
	if err := s.admit(ctx, by, ent); err != nil {
		return sso.SessionRules{}, err
	}
	return s.options.Rules.UpdateSessionRules(ctx, by, ent, func(r sso.SessionRules) (sso.SessionRules, error) {
		if err := sso.CheckRevision("page", edit.Revision, r.Revision); err != nil {
			return r, err
		}
		set(&r.Idle, edit.Idle)
		set(&r.Lifetime, edit.Lifetime)
		set(&r.Single, edit.Single)
		set(&r.Need.MaxAge, edit.AuthnMaxAge)
		problems := edit.check(s.options.Lifetimes)
		if edit.Acr != nil {
			acr, wrong := sso.AcrOf(*edit.Acr)
			r.Need.Acr, problems = acr, append(problems, wrong...)
		}
		return r, invalid(validationFailed, problems)
	})
}

// check validates the durations that an edit gives.
func (e SessionRulesEdit) check(longest Lifetimes) []sso.FieldError {
	var problems []sso.FieldError
	for _, d := range []struct {
		field string
		value *time.Duration
		most  time.Duration
	}{
		{"idle_minutes", e.Idle, longest.Idle},
		{"lifetime_minutes", e.Lifetime, longest.Lifetime},
		{"authn_max_age_minutes", e.AuthnMaxAge, sso.MaxAuthnAge},
	} {
		if d.value == nil || *d.value == 0 || *d.value >= sso.MinSessionTime && *d.value <= d.most {
			continue
		}
		problems = append(problems, sso.FieldError{
			Field:   d.field,
			Message: "Use 0, or between " + minutes(sso.MinSessionTime) + " and " + minutes(d.most) + " minutes.",
		})
	}
	return problems
}

func minutes(d time.Duration) string { return strconv.Itoa(int(d.Minutes())) }
