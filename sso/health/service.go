package health

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"gatehouse/internal/mail"
	"gatehouse/sso"
	"gatehouse/sso/address"
	"gatehouse/sso/drift"
)

// facts reads the facts about enterprises; store.DB implements it.
type facts interface {
	Enterprises(ctx context.Context, p sso.Page) ([]sso.Enterprise, string, error)
	Connections(ctx context.Context, ent sso.EnterpriseID) ([]sso.Connection, error)
	Vitals(ctx context.Context, ent sso.EnterpriseID, q sso.VitalsQuery) (sso.Vitals, error)
	EnterprisesHeld(ctx context.Context, since time.Time) ([]sso.Enterprise, error)
	StandingProvisioningTokens(ctx context.Context, ent sso.EnterpriseID) ([]sso.ProvisioningToken, error)
	StandingTokens(ctx context.Context, ent sso.EnterpriseID) ([]sso.Token, error)
	StandingServiceTokens(ctx context.Context, ent sso.EnterpriseID) ([]sso.ServiceToken, error)
	RefusalTallies(ctx context.Context, ent sso.EnterpriseID) ([]sso.RefusalTally, error)
	ProvisioningVisits(ctx context.Context, ent sso.EnterpriseID) (map[sso.ConnectionID][]time.Time, error)
	EnterprisesProvisioned(ctx context.Context) ([]sso.Enterprise, error)
	ProvisioningReach(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) (sso.ProvisioningReach, error)
	CheckLogins(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) (sso.LoginCheck, error)
}

// rules reads what an enterprise answers in advance; store.DB implements it.
type rules interface {
	IdentityRules(ctx context.Context, ent sso.EnterpriseID) (sso.IdentityRules, error)
}

// comparer compares the members of provisioned groups; drift.Service does.
type comparer interface {
	Report(ctx context.Context, ent sso.EnterpriseID, conn sso.ConnectionID) (drift.Report, error)
}

// ledger keeps findings and who was told; store.DB implements it.
type ledger interface {
	HealthEvents(
		ctx context.Context, ent sso.EnterpriseID, f sso.HealthFilter, p sso.Page,
	) ([]sso.HealthEvent, string, error)
	RecordHealth(ctx context.Context, ent sso.EnterpriseID, found []sso.Finding) ([]sso.HealthEvent, error)
	ClaimHealthMail(ctx context.Context, ent sso.EnterpriseID, until time.Time) ([]sso.HealthEvent, error)
	ReleaseHealthMail(ctx context.Context, ent sso.EnterpriseID, events []sso.HealthEventID) error
	HealthMailed(ctx context.Context, ent sso.EnterpriseID, events []sso.HealthEventID, people int) error
	AdminAddresses(ctx context.Context, ent sso.EnterpriseID) ([]string, error)
	OperatorAddresses(ctx context.Context) ([]string, error)
}

// Options configure a Service. Mail may be nil: then findings are only shown.
type Options struct {
	Facts  facts
	Rules  rules
	Ledger ledger
	Drift  comparer
	Mail   mail.Sender
	Site   string          // the host of base_url, which mails name
	Brands sso.BrandFinder // nil: mail has no brand
	// Link returns the address of a page of the console; see sso.FindingDetail.
	Link func(e sso.Enterprise, path string) string
	// Observe, if not nil, is called with every certificate examined.
	Observe func(c sso.Connection, daysLeft int)
	// ObserveDrift, if not nil, is called with every comparison of members.
	ObserveDrift func(r drift.Report)
	Log          *slog.Logger
	Now          func() time.Time
}

// Service examines enterprises, records their problems and tells those who can
// act.
type Service struct{ Options }

// New returns a Service.
func New(o Options) *Service {
	if o.Observe == nil {
		o.Observe = func(sso.Connection, int) {}
	}
	if o.ObserveDrift == nil {
		o.ObserveDrift = func(drift.Report) {}
	}
	return &Service{o}
}

const (
	// mailClaim is how long a node may take to send the mails of one enterprise. If
	// it stops meanwhile, another node sends them afterwards.
	mailClaim = 4 * time.Minute
	// heldPeriod is how far back RunHeld looks; Run covers older syncs.
	heldPeriod = 2 * time.Hour
)

// RunHeld examines the enterprises with a recently held group sync. It is cheap
// if there is none, so that it can run every minute. Like Run it may run on
// several nodes at once.
func (s *Service) RunHeld(ctx context.Context) error {
	enterprises, err := s.Facts.EnterprisesHeld(ctx, s.Now().Add(-heldPeriod))
	if err != nil {
		return fmt.Errorf("list enterprises with held syncs: %w", err)
	}
	return s.examineAll(ctx, enterprises)
}

// RunProvisioned examines the enterprises with a connection that provisions. Like
// Run it may run on several nodes at once.
func (s *Service) RunProvisioned(ctx context.Context) error {
	enterprises, err := s.Facts.EnterprisesProvisioned(ctx)
	if err != nil {
		return fmt.Errorf("list enterprises that provision: %w", err)
	}
	return s.examineAll(ctx, enterprises)
}

func (s *Service) examineAll(ctx context.Context, enterprises []sso.Enterprise) (failed error) {
	for _, e := range enterprises {
		// An enterprise that was deleted meanwhile is no failure.
		if err := s.recordFindings(ctx, e); err != nil && sso.KindOf(err) != sso.NotFoundKind {
			failed = errors.Join(failed, fmt.Errorf("look at %s: %w", e.Key, err))
		}
	}
	return failed
}

// Run examines every enterprise once. It may run on several nodes at once: each
// finding is recorded once, and sent by one of them.
func (s *Service) Run(ctx context.Context) error {
	var failed error
	for cursor := ""; ; {
		enterprises, next, err := s.Facts.Enterprises(ctx, sso.Page{
			Cursor: cursor,
			Limit:  200,
		})
		if err != nil {
			return errors.Join(failed, fmt.Errorf("list enterprises: %w", err))
		}
		failed = errors.Join(failed, s.examineAll(ctx, enterprises))
		if next == "" || ctx.Err() != nil {
			return failed
		}
		cursor = next
	}
}

// Examine returns the state and the findings of an enterprise, without
// recording anything.
func (s *Service) Examine(ctx context.Context, ent sso.EnterpriseID) (state State, found []sso.Finding, err error) {
	state.Now = s.Now()
	if state.Connections, err = s.Facts.Connections(ctx, ent); err != nil {
		return state, nil, fmt.Errorf("list connections: %w", err)
	}
	if state.Vitals, err = s.Facts.Vitals(ctx, ent, Query(state.Now)); err != nil {
		return state, nil, fmt.Errorf("count sign-ins: %w", err)
	}
	if state.Rules, err = s.Rules.IdentityRules(ctx, ent); err != nil {
		return state, nil, fmt.Errorf("read the rules of identities: %w", err)
	}
	if state.Tokens, err = s.Facts.StandingProvisioningTokens(ctx, ent); err != nil {
		return state, nil, fmt.Errorf("list provisioning tokens: %w", err)
	}
	if state.Services, err = s.Facts.StandingServiceTokens(ctx, ent); err != nil {
		return state, nil, fmt.Errorf("list service tokens: %w", err)
	}
	if state.APITokens, err = s.Facts.StandingTokens(ctx, ent); err != nil {
		return state, nil, fmt.Errorf("list API tokens: %w", err)
	}
	if state.Refusals, err = s.Facts.RefusalTallies(ctx, ent); err != nil {
		return state, nil, fmt.Errorf("count refusals: %w", err)
	}
	if err := s.examineProvisioning(ctx, ent, &state); err != nil {
		return state, nil, err
	}
	if state.Open, _, err = s.Ledger.HealthEvents(
		ctx, ent, sso.HealthFilter{Open: true}, sso.Page{Limit: 200},
	); err != nil {
		return state, nil, fmt.Errorf("list what is unwell: %w", err)
	}
	return state, Evaluate(state), nil
}

// examineProvisioning reads how connections that provision are.
func (s *Service) examineProvisioning(ctx context.Context, ent sso.EnterpriseID, state *State) (err error) {
	if state.Visits, err = s.Facts.ProvisioningVisits(ctx, ent); err != nil {
		return fmt.Errorf("list visits of identity providers: %w", err)
	}
	state.Reach = map[sso.ConnectionID]sso.ProvisioningReach{}
	state.Logins = map[sso.ConnectionID]sso.LoginCheck{}
	for _, c := range state.Connections {
		if !provisions(c) {
			continue
		}
		r, err := s.Drift.Report(ctx, ent, c.ID)
		if err != nil {
			return fmt.Errorf("compare provisioned members: %w", err)
		}
		state.Drift = append(state.Drift, r)
		if state.Reach[c.ID], err = s.Facts.ProvisioningReach(ctx, ent, c.ID); err != nil {
			return fmt.Errorf("find out whether a connection was reached: %w", err)
		}
		if state.Logins[c.ID], err = s.Facts.CheckLogins(ctx, ent, c.ID); err != nil {
			return fmt.Errorf("compare logins: %w", err)
		}
	}
	return nil
}

func (s *Service) recordFindings(ctx context.Context, e sso.Enterprise) error {
	state, found, err := s.Examine(ctx, e.ID)
	if err != nil {
		return err
	}
	for _, c := range state.Connections {
		if cert, _, ok := LatestCertificate(c); ok && c.State == sso.ConnectionEnabled {
			s.Observe(c, DaysLeft(cert.NotAfter, state.Now))
		}
	}
	s.observeDrift(state)
	added, err := s.Ledger.RecordHealth(ctx, e.ID, found)
	if err != nil {
		return fmt.Errorf("record what is unwell: %w", err)
	}
	for _, a := range added {
		s.Log.WarnContext(
			ctx, "health problem found", "enterprise", e.Key, "kind", string(a.Kind), "event",
			string(a.ID), "text", a.Text,
		)
	}
	if s.Mail == nil {
		return nil
	}
	return s.sendFindings(ctx, e)
}

// observeDrift reports every connection, also that one does not provision any more.
func (s *Service) observeDrift(state State) {
	reports := map[sso.ConnectionID]drift.Report{}
	for _, r := range state.Drift {
		reports[r.Connection.ID] = r
	}
	for _, c := range state.Connections {
		r := reports[c.ID]
		r.Connection = c
		s.ObserveDrift(r)
	}
}

// sendFindings sends the findings that were not sent yet. They count as sent once one
// recipient's mail server accepted them; otherwise the next run tries again.
func (s *Service) sendFindings(ctx context.Context, e sso.Enterprise) error {
	events, err := s.Ledger.ClaimHealthMail(ctx, e.ID, s.Now().Add(mailClaim))
	if err != nil || len(events) == 0 {
		return err
	}
	to, err := s.recipients(ctx, e.ID, concernsOperators(events))
	if err != nil {
		return err
	}
	letter := mail.Health{
		Company: e.Name,
		Site:    s.Site,
		Brand:   s.Brands.Of(ctx, e.ID),
		Items:   s.items(e, events),
	}
	sent := 0
	var failed error
	for _, recipient := range to {
		letter.To = recipient
		m, err := letter.Message()
		if err == nil {
			err = s.Mail.Send(ctx, m)
		}
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("tell an admin: %w", err))
			continue
		}
		sent++
	}
	ids := make([]sso.HealthEventID, len(events))
	for i, event := range events {
		ids[i] = event.ID
	}
	if sent == 0 {
		return errors.Join(
			failed, s.Ledger.ReleaseHealthMail(context.WithoutCancel(ctx), e.ID, ids),
		)
	}
	return errors.Join(failed, s.Ledger.HealthMailed(ctx, e.ID, ids, sent))
}

// recipients returns the admins of the enterprise, or the operators if no admin
// has an address or both are to be told.
func (s *Service) recipients(ctx context.Context, ent sso.EnterpriseID, both bool) ([]string, error) {
	all, err := s.Ledger.AdminAddresses(ctx, ent)
	if err != nil {
		return nil, fmt.Errorf("find admins: %w", err)
	}
	if all = validAddresses(all); len(all) > 0 && !both {
		return all, nil
	}
	operators, err := s.Ledger.OperatorAddresses(ctx)
	if err != nil {
		return nil, fmt.Errorf("find operators: %w", err)
	}
	for _, operator := range validAddresses(operators) {
		if !slices.Contains(all, operator) {
			all = append(all, operator)
		}
	}
	return all, nil
}

func validAddresses(logins []string) []string {
	var addresses []string
	for _, login := range logins {
		if email, err := address.Email(login); err == nil {
			addresses = append(addresses, email)
		}
	}
	return addresses
}

func (s *Service) items(e sso.Enterprise, events []sso.HealthEvent) []mail.HealthItem {
	items := make([]mail.HealthItem, len(events))
	for i, f := range events {
		items[i] = mail.HealthItem{
			Text: f.Text,
			Do:   f.Do,
			Side: SideName(f.Side),
			By:   f.By,
			Link: s.Link(e, f.Path),
		}
	}
	return items
}
