package connections

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"

	"gatehouse/sso"
)

// trustStore stores decisions about changes of trust.
type trustStore interface {
	UpdateTrust(ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, action string,
		fn func(sso.Connection) (sso.Trust, error)) (sso.Connection, error)
	TrustsAnyone(ctx context.Context, ent sso.EnterpriseID, beside sso.ConnectionID) (bool, error)
	SetupLink(ctx context.Context, ent sso.EnterpriseID, id sso.SetupLinkID) (sso.SetupLink, error)
	Token(ctx context.Context, ent sso.EnterpriseID, id sso.TokenID) (sso.Token, error)
	BindSetupLink(ctx context.Context, ent sso.EnterpriseID, id sso.SetupLinkID, connection sso.ConnectionID) error
}

// unknownAuthor is the author of drafts from before authors were recorded.
const unknownAuthor = sso.Actor("unknown")

// actionEnabled is the action that makes a draft live.
const actionEnabled = "connection.enabled"

// Actions after which no admin is the author of what changed: the identity
// provider published it.
const (
	actionRefreshed = "connection.metadata_refreshed"
	actionConfirmed = "connection.keys_confirmed"
)

// followTrust updates the trust record after a change of a connection: the
// authors of the draft, and the time since which the live version is trusted. An
// approval is for one content, so any change of it ends the approval. Metadata
// fetched from the address in use leaves Since as it is: the trust is in the
// address.
func (s *Service) followTrust(by sso.Actor, action string, old, c sso.Connection) sso.Connection {
	live := c.Live.TrustDigest()
	if was := old.Live.TrustDigest(); was != "" &&
		was != live &&
		action != actionRefreshed {
		c.Trust.Since = s.moment()
	}
	if old.Live.TrustDigest() != live && action != actionRefreshed {
		c.Trust.EnabledBy, c.Trust.Tested = "", nil
		if action == actionEnabled {
			c.Trust.EnabledBy = old.Trust.Draft.Enabler(by)
			c.Trust.Tested = old.Trust.Draft.ByTest()
		}
	}
	if c.Trust.Back != nil && c.Trust.Back.Digest != c.Previous.TrustDigest() {
		c.Trust.Back = nil
	}
	draft := c.Draft.TrustDigest()
	switch {
	case draft == "" || draft == live:
		c.Trust.Draft = nil
		return c
	case old.Draft.TrustDigest() == draft:
		return c // the authors stay, known or not
	}
	c.Trust.Draft = &sso.TrustChange{
		Digest:  draft,
		Authors: authors(by, action, old),
	}
	return c
}

// authors returns the authors of a draft after a change by an actor: the previous
// ones, and the actor unless it is an operator.
func authors(by sso.Actor, action string, old sso.Connection) []sso.Actor {
	var all []sso.Actor
	switch {
	case old.Trust.Draft != nil:
		all = slices.Clone(old.Trust.Draft.Authors)
	case old.Draft != nil && old.Draft.TrustDigest() != old.Live.TrustDigest():
		all = []sso.Actor{unknownAuthor}
	}
	published := action == actionRefreshed || action == actionConfirmed
	if !by.OfOperator() && !published && !slices.Contains(all, by) {
		all = append(all, by)
	}
	return all
}

// moment returns the current time with the precision of the store.
func (s *Service) moment() time.Time { return s.Now().UTC().Truncate(time.Microsecond) }

func errApprovalNeeded() *sso.Error {
	return &sso.Error{
		Kind: sso.Conflict,
		Code: sso.CodeApprovalNeeded,
		Public: "This changes whom the company trusts to say who its people are, so it waits for approval: by another admin of the company, " +
			"or by an operator. Or pass a test connection while you are signed in through the connection as it is now.",
	}
}

// mayTrust decides whether an actor may make a configuration live; change is the
// decision about it, nil if none. A configuration with the trust of the live one
// needs no approval, nor does the first of an enterprise, nor the correction of
// it that NeedsApproval describes.
func (s *Service) mayTrust(
	ctx context.Context, by sso.Actor, c sso.Connection, next *sso.Config, change *sso.TrustChange,
) error {
	needs, err := s.needsApproval(ctx, c, next)
	if err != nil {
		return err
	}
	switch digest := next.TrustDigest(); {
	case !needs, by.OfOperator():
		return nil
	case change == nil || change.Digest != digest || change.Refused():
		return errApprovalNeeded()
	case change.Approved:
		return nil
	case change == c.Trust.Draft && len(change.Authors) == 0: // only operators wrote it
		return nil
	}
	return errApprovalNeeded()
}

// needsApproval reports whether making a version live changes the trust or the
// subject of users whom the enterprise knows, or may know.
func (s *Service) needsApproval(ctx context.Context, c sso.Connection, next *sso.Config) (bool, error) {
	if next == nil || c.Live.TrustDigest() == next.TrustDigest() {
		return false, nil
	}
	if c.Live != nil && !(next.TrustDigest() == c.Draft.TrustDigest() && c.Trust.CorrectsOwn()) {
		return true, nil
	}
	others, err := s.Trusts.TrustsAnyone(ctx, c.Enterprise, c.ID)
	if err != nil {
		return false, fmt.Errorf("look for trust: %w", err)
	}
	return others, nil
}

// ask records that a change waits for approval. why is the error that says so and
// is returned, unless recording fails.
func (s *Service) ask(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, back bool, why error,
) error {
	_, err := s.Trusts.UpdateTrust(
		ctx,
		by,
		ent,
		id,
		"connection.trust_asked",
		func(c sso.Connection) (sso.Trust, error) {
			t, at, version := c.Trust, &c.Trust.Draft, c.Draft
			if back {
				at, version = &c.Trust.Back, c.Previous
			}
			digest := version.TrustDigest()
			if digest == "" {
				return t, nil // the draft was discarded meanwhile
			}
			next := sso.TrustChange{Digest: digest}
			switch {
			case *at != nil && (*at).Digest == digest:
				next = **at
			case !back:
				next.Authors = []sso.Actor{unknownAuthor}
			}
			if !next.AskedAt.IsZero() {
				return t, nil
			}
			next.AskedBy, next.AskedAt = by, s.moment()
			*at = &next
			return c.Trust, nil
		},
	)
	if err != nil {
		return fmt.Errorf("record that approval is needed: %w", err)
	}
	return why
}

// Approver is an admin or operator who decides about a change of trust.
type Approver struct {
	By sso.Actor
	// Link is the setup link that their browser has also opened; "" for none.
	Link sso.SetupLinkID
	// Through and Since are of the session of an enterprise's admin.
	Through sso.ConnectionID
	Since   time.Time
}

// ApproverOf returns a visitor of the console as an approver.
func ApproverOf(v sso.Visitor) Approver {
	return Approver{
		By:      v.Actor,
		Link:    v.Link,
		Through: v.Through,
		Since:   v.SignedInAt,
	}
}

func errOtherApprover() *sso.Error {
	return &sso.Error{
		Kind: sso.Conflict,
		Code: "trust_other_approver",
		Public: "You made or requested this change, or created the setup link or the token used for it. " +
			"So someone else has to approve it: another admin of the company, or an operator.",
	}
}

func errTrustChanged() *sso.Error {
	return &sso.Error{
		Kind:   sso.Conflict,
		Code:   "trust_change_gone",
		Public: "This is not what waits now: it was changed or withdrawn. Look at it again.",
	}
}

// MayDecide returns nil if an approver may approve a change of a connection.
// Errors: "trust_other_approver" for an author of the change and for an approver
// who created an author's link or token or opened the link, "trust_sign_in_again" for an admin
// whose session began before the current trust, Forbidden for a setup link.
func (s *Service) MayDecide(ctx context.Context, a Approver, c sso.Connection, change *sso.TrustChange) error {
	if a.By.OfOperator() {
		return nil
	}
	switch {
	case a.Through == "":
		return sso.NothingHere()
	case change.IsBy(a.By) || change.IsBy(sso.Actor(a.Link)):
		return errOtherApprover()
	}
	if own, err := s.ownMeans(ctx, c.Enterprise, a.By, change); err != nil || own {
		return cmp.Or(err, error(errOtherApprover()))
	}
	through := c
	if a.Through != c.ID {
		var err error
		if through, err = s.Connections.Connection(ctx, c.Enterprise, a.Through); err != nil {
			return fmt.Errorf("find the connection of the approver: %w", err)
		}
	}
	if a.Since.Before(through.Trust.Since) {
		return &sso.Error{
			Kind:   sso.Conflict,
			Code:   "trust_sign_in_again",
			Public: "You signed in before the company’s identity provider was changed. Sign in again, then approve.",
		}
	}
	return nil
}

// ownMeans reports whether a change was made or requested through a setup link or a
// token of the enterprise that an admin created. They may have used it themselves.
func (s *Service) ownMeans(
	ctx context.Context, ent sso.EnterpriseID, by sso.Actor, change *sso.TrustChange,
) (bool, error) {
	for _, actor := range append(slices.Clone(change.Authors), change.AskedBy) {
		if own, err := s.comesFrom(ctx, ent, actor, by); err != nil || own {
			return own, err
		}
	}
	return false, nil
}

// maxMakers is how many tokens may have made one another before they are taken for
// the admin's own: such a chain serves to hide its beginning.
const maxMakers = 10

// comesFrom reports whether an admin created an actor, or what created it.
func (s *Service) comesFrom(
	ctx context.Context, ent sso.EnterpriseID, actor, by sso.Actor,
) (bool, error) {
	for range maxMakers {
		maker, err := s.makerOf(ctx, ent, actor)
		switch {
		case sso.KindOf(err) == sso.NotFoundKind:
			return false, nil
		case err != nil:
			return false, fmt.Errorf("find what made a change: %w", err)
		case maker == "" || maker == by:
			return maker == by, nil
		}
		actor = maker
	}
	return true, nil
}

// makerOf returns the creator of a setup link or of a token of the enterprise; "" for
// other actors.
func (s *Service) makerOf(ctx context.Context, ent sso.EnterpriseID, actor sso.Actor) (sso.Actor, error) {
	if id, err := sso.ParseID[sso.SetupLinkID](string(actor)); err == nil {
		l, err := s.Trusts.SetupLink(ctx, ent, id)
		return l.CreatedBy, err
	}
	id, ok := actor.CompanyToken()
	if !ok {
		return "", nil
	}
	k, err := s.Trusts.Token(ctx, ent, id)
	return k.CreatedBy, err
}

// DecideTrust approves or refuses the change of a connection with that digest.
// Every admin may refuse. Errors: Conflict "trust_change_gone" if there is no
// such change any more; those of MayDecide.
func (s *Service) DecideTrust(ctx context.Context, a Approver, ent sso.EnterpriseID, id sso.ConnectionID, digest string,
	approve bool) (sso.Connection, error) {
	c, err := s.Connections.Connection(ctx, ent, id)
	if err != nil {
		return sso.Connection{}, err
	}
	change := changeOf(c, digest)
	if change == nil {
		return sso.Connection{}, errTrustChanged()
	}
	action := "connection.trust_refused"
	if approve {
		action = "connection.trust_approved"
		if err := s.MayDecide(ctx, a, c, change); err != nil {
			return sso.Connection{}, err
		}
	}
	seen := *change
	return s.Trusts.UpdateTrust(ctx, a.By, ent, id, action, func(now sso.Connection) (sso.Trust, error) {
		change := changeOf(now, digest)
		if change == nil ||
			!slices.Equal(change.Authors, seen.Authors) ||
			change.AskedBy != seen.AskedBy {
			return now.Trust, errTrustChanged()
		}
		if change.DecidedBy != "" && change.Approved == approve {
			return now.Trust, nil
		}
		decided := *change
		decided.DecidedBy = a.By
		decided.DecidedAt = s.moment()
		decided.Approved = approve
		decided.Test = ""
		if change == now.Trust.Back {
			now.Trust.Back = &decided
		} else {
			now.Trust.Draft = &decided
		}
		return now.Trust, nil
	})
}

// changeOf returns the change with a digest, if the draft or a rollback still has
// it; else nil.
func changeOf(c sso.Connection, digest string) *sso.TrustChange {
	if d := c.Trust.Draft; d != nil &&
		d.Digest == digest &&
		c.Draft.TrustDigest() == digest {
		return d
	}
	if b := c.Trust.Back; b != nil &&
		b.Digest == digest &&
		c.Previous.TrustDigest() == digest {
		return b
	}
	return nil
}

// sameTrust reports whether two connections have the same trust record.
func sameTrust(a, b sso.Connection) bool { return reflect.DeepEqual(a.Trust, b.Trust) }

// TrustChange is a change of trust as admins see it.
type TrustChange struct {
	sso.TrustChange
	Back    bool     // by a rollback, not by the draft
	Fields  []string // members that differ and decide about trust or subject, as in the REST API
	Changes []Difference
}

// State returns "open" until an admin tries to make the change live, then
// "waiting" until it is "approved" or "refused".
func (c TrustChange) State() string {
	switch {
	case c.Waits():
		return "waiting"
	case c.Refused():
		return "refused"
	case c.Approved:
		return "approved"
	}
	return "open"
}

// TrustChanges lists the changes of a connection that need an approval, with or
// without one. A change that only operators wrote needs none.
func (s *Service) TrustChanges(ctx context.Context, c sso.Connection) ([]TrustChange, error) {
	var all []TrustChange
	for _, v := range []struct {
		change *sso.TrustChange
		next   *sso.Config
		back   bool
	}{
		{c.Trust.Draft, c.Draft, false},
		{c.Trust.Back, c.Previous, true},
	} {
		needs, err := s.needsApproval(ctx, c, v.next)
		if err != nil {
			return nil, err
		}
		one := TrustChange{
			Back:    v.back,
			Changes: Differences(c.Live.Trusted(), v.next.Trusted()),
		}
		switch {
		case !needs, v.change == nil && v.back:
			continue
		case v.change == nil: // a draft from before authors were recorded
			one.Digest, one.Authors = v.next.TrustDigest(), []sso.Actor{unknownAuthor}
		case len(v.change.Authors) == 0 && !v.back:
			continue
		default:
			one.TrustChange = *v.change
		}
		for _, d := range one.Changes {
			one.Fields = append(one.Fields, d.Field)
		}
		all = append(all, one)
	}
	return all, nil
}
