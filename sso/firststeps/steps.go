package firststeps

import (
	"context"
	"fmt"
	"slices"

	"gatehouse/sso"
)

// Step is something to do in a new installation.
type Step string

// The steps, in the order in which they help each other.
const (
	Account     Step = "account"     // the first admin account
	SecondWay   Step = "second_way"  // another admin who can always sign in, or a passkey
	Mail        Step = "mail"        // outgoing mail is configured
	Application Step = "application" // one is registered
	Company     Step = "company"     // one is added
	Provider    Step = "provider"    // a company has a connection in use
	SignIn      Step = "sign_in"     // a person of a company has signed in
)

// Item is a step, and whether it is done.
type Item struct {
	Step Step
	Done bool
	// Enterprise is where Provider and SignIn are done; without an ID if there is none.
	Enterprise sso.Enterprise
}

// hiddenKey is the fact of the database that an operator has hidden the steps.
const hiddenKey = "first_steps_hidden"

// facts is what the steps are read from; store.DB has it.
type facts interface {
	Admins(ctx context.Context, p sso.Page) ([]sso.Admin, string, error)
	Applications(ctx context.Context, p sso.Page) ([]sso.Application, string, error)
	Enterprises(ctx context.Context, p sso.Page) ([]sso.Enterprise, string, error)
	EnterpriseInUse(ctx context.Context) (sso.Enterprise, bool, error)
	AnySignIn(ctx context.Context) (bool, error)
	Meta(ctx context.Context, key string) (string, error)
	SetMeta(ctx context.Context, key, value string) error
}

// Service tells what is done. Both fields are required.
type Service struct {
	Store facts
	Mail  bool // outgoing mail is configured
}

// Open returns all steps, or none if all are done or an operator has hidden them.
func (s *Service) Open(ctx context.Context) ([]Item, error) {
	hidden, err := s.Store.Meta(ctx, hiddenKey)
	if err != nil || hidden != "" {
		return nil, err
	}
	all, err := s.items(ctx)
	if err != nil {
		return nil, fmt.Errorf("look what is done first: %w", err)
	}
	if !slices.ContainsFunc(all, func(i Item) bool { return !i.Done }) {
		return nil, nil
	}
	return all, nil
}

// Hide hides the steps from all operators, for ever.
func (s *Service) Hide(ctx context.Context) error {
	return s.Store.SetMeta(ctx, hiddenKey, "true")
}

func (s *Service) items(ctx context.Context) ([]Item, error) {
	admins, _, err := s.Store.Admins(ctx, sso.Page{})
	if err != nil {
		return nil, err
	}
	applications, _, err := s.Store.Applications(ctx, sso.Page{Limit: 1})
	if err != nil {
		return nil, err
	}
	items := []Item{
		{Step: Account, Done: len(admins) > 0},
		{Step: SecondWay, Done: secondWay(admins)},
		{Step: Mail, Done: s.Mail},
		{Step: Application, Done: len(applications) > 0},
	}
	ofCompanies, err := s.companyItems(ctx)
	return append(items, ofCompanies...), err
}

// companyItems returns the steps of enterprises.
func (s *Service) companyItems(ctx context.Context) ([]Item, error) {
	oldest, _, err := s.Store.Enterprises(ctx, sso.Page{Limit: 1})
	if err != nil {
		return nil, err
	}
	at, inUse, err := s.Store.EnterpriseInUse(ctx)
	if err != nil {
		return nil, err
	}
	signedIn, err := s.Store.AnySignIn(ctx)
	if err != nil {
		return nil, err
	}
	if !inUse && len(oldest) > 0 {
		at = oldest[0]
	}
	return []Item{
		{Step: Company, Done: len(oldest) > 0},
		{Step: Provider, Done: inUse, Enterprise: at},
		{Step: SignIn, Done: signedIn, Enterprise: at},
	}, nil
}

// secondWay reports whether the console can still be entered by an account of its own
// after one password is lost: by a passkey, or by another recovery admin.
func secondWay(admins []sso.Admin) bool {
	ways := 0
	for _, a := range admins {
		if a.Recovery && a.DisabledAt.IsZero() {
			ways += 1 + len(a.Passkeys)
		}
	}
	return ways > 1
}
