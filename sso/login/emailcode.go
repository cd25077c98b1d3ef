package login

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"
	"unicode"
	"unicode/utf8"

	"gatehouse/internal/mail"
	"gatehouse/internal/words"
	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// Waiting is a sign-in that waits for a code.
type Waiting struct {
	sso.EmailProof
	Enterprise sso.Enterprise
	Email      string // the recipient of the code; the page shows a part of it
}

// Entry is a request about a sign-in that waits for a code.
type Entry struct {
	Proof   sso.EmailProofID
	Browser sso.Secret
	// Sessions are as in sso.Callback; of Verify.
	Sessions []sso.Secret
	Code     string                           // as typed; of Verify
	Remote   string                           // of Resend
	Language func(of sso.EnterpriseID) string // as in sso.Callback; of Resend
}

// wait stores a sign-in until its code is entered, and sends the first code. If
// sending fails, the page says so and offers to send another.
func (t *try) wait(ctx context.Context, o *evaluate.Outcome, s sso.SignIn, returnTo string) (Result, error) {
	if t.svc.Mail == nil {
		return Result{}, &sso.Error{
			Kind:   sso.Forbidden,
			Code:   "mail_not_configured",
			Public: "A code would have to be sent to your address, and sending mail is not set up here. Ask your administrator.",
		}
	}
	if t.cb.Browser == "" { // a sign-in begun here sets the cookie that the code is bound to
		return Result{
			Outcome: Restart,
			Start: &Start{
				Enterprise: t.c.Enterprise,
				Connection: t.c.ID,
				ReturnTo:   returnTo,
			},
		}, nil
	}
	s.Session.Token = sso.Hash{}
	s.Attempt.Outcome = sso.OutcomePending
	s.Attempt.Code = evaluate.CodeRequired
	s.Attempt.Email = t.attempt.Email
	s.Note = o.Note
	p := t.newEmailProof(s, returnTo)
	if err := t.svc.SignIns.SaveEmailProof(ctx, p); err != nil {
		return Result{}, fmt.Errorf("keep the sign-in: %w", err)
	}
	if err := t.svc.send(ctx, p, o.Enterprise, Entry{
		Remote:   t.cb.Remote,
		Language: t.cb.Language,
	}); err != nil &&
		sso.KindOf(err) != sso.Upstream &&
		sso.KindOf(err) != sso.TooMany {
		t.svc.Log.WarnContext(
			ctx, "code state not saved", "attempt", string(s.Attempt.ID), "error", err,
		)
	}
	return Result{
		Outcome: CodeSent,
		Proof:   p.ID,
		Session: sso.Session{Connection: t.c.ID},
	}, nil
}

// newEmailProof returns the stored form of a sign-in that waits for a code.
func (t *try) newEmailProof(s sso.SignIn, returnTo string) sso.EmailProof {
	now := t.svc.Now()
	return sso.EmailProof{
		ID:         sso.NewID[sso.EmailProofID](now),
		Enterprise: t.c.Enterprise,
		Connection: t.c.ID,
		Browser:    t.cb.Browser.Hash(),
		ReturnTo:   returnTo,
		Account:    sso.CodeAccount(t.c.ID, s.Identity.Subject),
		SignIn:     s,
		CreatedAt:  now,
		ExpiresAt:  now.Add(sso.ProofLifetime),
	}
}

// send makes a code and sends it. It replaces the code before only once the mail
// server accepted it; otherwise the reason is stored with the sign-in and
// returned: TooMany "too_many_codes", or Upstream.
func (s *Service) send(ctx context.Context, p sso.EmailProof, ent sso.Enterprise, e Entry) error {
	// Sending is finished even if the browser goes away meanwhile.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), sendTime)
	defer cancel()
	code := newCode()
	to := p.SignIn.Identity.Email
	err := s.SignIns.CountCode(ctx, sso.CodeRequest{
		Enterprise: p.Enterprise,
		Account:    p.Account,
		Recipient:  sso.MailboxOf(to),
		Remote:     e.Remote,
		PerMinute:  s.CodesPerRecipient,
	})
	if err == nil {
		err = s.post(ctx, mail.Code{
			To:       to,
			Language: e.language(ent.ID),
			Code:     code,
			Company:  ent.Name,
			Site:     s.Site,
			Valid:    sso.CodeLifetime,
			Brand:    s.Brands.Of(ctx, ent.ID),
		})
	}
	if err != nil {
		if sso.KindOf(err) == sso.Upstream {
			s.Log.WarnContext(
				ctx, "code not sent", "attempt", string(p.SignIn.Attempt.ID), "error", err,
			)
		}
		return errors.Join(err, s.SignIns.SaveCode(ctx, p.Enterprise, p.ID, "", sso.CodeOf(err)))
	}
	return s.SignIns.SaveCode(ctx, p.Enterprise, p.ID, code, "")
}

// language returns the language of the visitor; nil if it is not known.
func (e Entry) language(of sso.EnterpriseID) *words.Language {
	if e.Language == nil {
		return nil
	}
	return words.Find(e.Language(of))
}

// sendTime limits counting, sending and storing a code; the mail server gets ten
// seconds of it.
const sendTime = 15 * time.Second

func (s *Service) post(ctx context.Context, c mail.Code) error {
	m, err := c.Message()
	if err != nil {
		return fmt.Errorf("write the letter: %w", err)
	}
	return s.Mail.Send(ctx, m)
}

// newCode returns six random digits.
func newCode() sso.Secret {
	n, _ := rand.Int(rand.Reader, big.NewInt(1_000_000)) // crypto/rand.Reader never fails since Go 1.24
	return sso.Secret(fmt.Sprintf("%0*d", sso.CodeDigits, n))
}

// Waiting returns the sign-in that waits in this browser. Error: Invalid
// "code_expired" for one that is unknown, expired, used or of another browser.
func (s *Service) Waiting(ctx context.Context, e Entry) (Waiting, error) {
	p, err := s.SignIns.EmailProof(ctx, e.Proof)
	if err != nil {
		return Waiting{}, err
	}
	if !e.Browser.Matches(p.Browser) {
		return Waiting{}, sso.CodeExpired()
	}
	ent, err := s.Enterprises.Enterprise(ctx, p.Enterprise)
	if err != nil {
		return Waiting{}, fmt.Errorf("load enterprise: %w", err)
	}
	return Waiting{
		EmailProof: p,
		Enterprise: ent,
		Email:      p.SignIn.Identity.Email,
	}, nil
}

// Resend sends another code in place of the one before. Errors besides those of
// Waiting: TooMany "too_many_codes", and Upstream if the mail server refuses it.
func (s *Service) Resend(ctx context.Context, e Entry) error {
	w, err := s.Waiting(ctx, e)
	if err != nil {
		return err
	}
	if s.Mail == nil {
		return sso.MailUnavailable()
	}
	return s.send(ctx, w.EmailProof, w.Enterprise, e)
}

// Verify finishes a sign-in with its code. It decides once more: the connection
// must be enabled, the user may sign in, and the policies of the enterprise allow
// it. Errors besides those of Waiting are Invalid "code_malformed", which does
// not count as a try, "code_wrong" and "code_locked"; and those of Complete.
func (s *Service) Verify(ctx context.Context, e Entry) (Result, error) {
	w, err := s.Waiting(ctx, e)
	if err != nil {
		return Result{}, err
	}
	code, err := readCode(e.Code)
	if err != nil {
		return Result{}, err
	}
	if err := s.SignIns.TryCode(ctx, w.EmailProof.Enterprise, w.ID, code); err != nil {
		return Result{}, err
	}
	c, err := s.Enterprises.ConnectionByID(ctx, w.Connection)
	if err != nil {
		return Result{}, fmt.Errorf("find connection: %w", err)
	}
	signIn := w.SignIn
	t := &try{
		svc:     s,
		c:       c,
		vouched: true,
		attempt: signIn.Attempt,
		cb: sso.Callback{
			Browser:   e.Browser,
			Sessions:  e.Sessions,
			Remote:    signIn.Attempt.Remote,
			UserAgent: signIn.Attempt.UserAgent,
		},
	}
	return t.conclude(ctx, func() (Result, error) { return t.admit(ctx, w) })
}

// admit writes a sign-in whose code was entered.
func (t *try) admit(ctx context.Context, w Waiting) (Result, error) {
	if err := t.serve(t.c); err != nil {
		return Result{}, err
	}
	s, now := w.SignIn, t.svc.Now()
	s.Proof, s.Pending = w.ID, ""
	s.Attempt.Outcome, s.Attempt.Code = sso.OutcomeSucceeded, ""
	s.Session.ID, s.Session.CreatedAt, s.Session.LastSeenAt = sso.NewID[sso.SessionID](
		now,
	), now, now
	identity := evaluate.Identity{Identity: s.Identity, Note: s.Note}
	return t.evaluate(ctx, identity, true, func(*evaluate.Outcome) (sso.SignIn, string) {
		return s, w.ReturnTo
	})
}

// readCode reads six digits, however they are grouped: a pasted code may contain
// spaces, dashes, other punctuation and invisible characters. It accepts
// full-width digits, which Japanese and Chinese keyboards type, and refuses
// letters, mathematical signs and all other digits.
func readCode(typed string) (sso.Secret, error) {
	var code []rune
	for _, r := range typed {
		switch {
		case r >= '0' && r <= '9':
			code = append(code, r)
		case r >= '０' && r <= '９':
			code = append(code, r-'０'+'0')
		case r == utf8.RuneError ||
			!unicode.In(r, unicode.White_Space, unicode.P, unicode.Cf, unicode.Mn):
			return "", errMalformed()
		}
	}
	if len(code) != sso.CodeDigits {
		return "", errMalformed()
	}
	return sso.Secret(code), nil
}

func errMalformed() *sso.Error {
	return &sso.Error{
		Kind:   sso.Invalid,
		Code:   sso.CodeProofMalformed,
		Public: "Enter the six digits of the code.",
	}
}
