package trial

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/evaluate"
)

// Captured examines a pasted response: a SAMLResponse, its XML, an ID token, or
// the address that the browser was sent back to. It is verified and mapped;
// nothing is used up and no memberships are planned. Error: Invalid
// "capture_unreadable" for any other text.
func (s *Service) Captured(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, text string,
) (sso.TestRun, error) {
	c, cfg, err := s.toTest(ctx, ent, id)
	if err != nil {
		return sso.TestRun{}, err
	}
	came, err := readCapture(c.Protocol, text)
	if err != nil {
		return sso.TestRun{}, err
	}
	r := s.newTestRun(c, cfg, s.newRun(by, c, cfg, sso.TestCaptured), sso.Callback{})
	examine := func(ctx context.Context, c sso.Connection, cfg sso.Config) (sso.Examined, error) {
		return s.examineCapture(ctx, c, cfg, came)
	}
	o, err := s.Evaluator.Evaluate(ctx, evaluate.Input{
		Connection: c,
		Config:     cfg,
		Evidence:   evaluate.Capture{Examine: examine},
	})
	r.examined(o.Examined)
	r.result.Note = "The times were checked as of " + o.Examined.At.UTC().Format(time.RFC1123) +
		", when this was issued."
	if o.Examined.At.IsZero() {
		r.result.Note = "The code was not redeemed: it is of use once."
	}
	r.identified(o)
	return s.keep(ctx, r, err)
}

func (s *Service) examineCapture(
	ctx context.Context, c sso.Connection, cfg sso.Config, came capture,
) (sso.Examined, error) {
	switch {
	case came.form != nil:
		x, err := s.OIDC.ExamineCallback(ctx, c, cfg, came.form)
		x.At = time.Time{}
		return x, err
	case came.idToken != "":
		return s.OIDC.ExamineToken(ctx, c, cfg, came.idToken)
	}
	return s.SAML.ExamineCaptured(ctx, c, cfg, came.response)
}

// Replay takes what a recorded attempt asserted through the mapping that is being
// edited. Error: Conflict "nothing_recorded" if the attempt failed before that.
func (s *Service) Replay(
	ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID, attempt sso.AttemptID,
) (sso.TestRun, error) {
	c, cfg, err := s.toTest(ctx, ent, id)
	if err != nil {
		return sso.TestRun{}, err
	}
	a, err := s.Facts.AssertedAttempt(ctx, ent, attempt)
	if err != nil {
		return sso.TestRun{}, fmt.Errorf("find attempt: %w", err)
	}
	if a.Connection != id {
		return sso.TestRun{}, sso.NotFound(
			"not_found", "There is no such attempt over this connection.",
		)
	}
	if a.Identity == nil || a.Identity.Claims == nil {
		return sso.TestRun{}, &sso.Error{
			Kind:   sso.Conflict,
			Code:   "nothing_recorded",
			Public: "This attempt got no further than the identity provider, or said too much to be kept. Choose another one.",
		}
	}
	r := s.newTestRun(c, cfg, s.newRun(by, c, cfg, sso.TestReplay), sso.Callback{})
	r.checks.Record(
		true, "recorded", "what an attempt asserted",
		"the sign-in of "+a.At.UTC().Format(time.RFC1123),
	)
	return s.keep(ctx, r, r.evaluate(ctx, evaluate.Assertion{
		At: a.At,
		Assertion: sso.Assertion{
			Subject: a.Identity.Subject,
			Claims:  a.Identity.Claims,
			Mixed:   a.Identity.Mixed,
			Authn:   a.Identity.Authn,
		},
	}))
}

// keep stores a test connection that ends at once.
func (s *Service) keep(ctx context.Context, r *testRun, cause error) (sso.TestRun, error) {
	if kind := sso.KindOf(cause); cause != nil && (kind == sso.Internal || kind == sso.Unavailable) {
		return sso.TestRun{}, cause
	}
	run := r.conclude(cause)
	if err := s.TestRuns.CreateTestRun(ctx, run); err != nil {
		return sso.TestRun{}, fmt.Errorf("keep test connection: %w", err)
	}
	return run, nil
}

// capture is a pasted text; one field is set.
type capture struct {
	response []byte // SAML, XML
	idToken  string
	form     url.Values // of the address that the browser was sent back to
}

// maxCapture limits a pasted text, in bytes: a form field with the largest
// accepted response, and some text around it.
const maxCapture = 3 << 20

func errUnreadable(message string) *sso.Error {
	return sso.InvalidField("capture_unreadable", "captured", message)
}

// readCapture parses a pasted text. It verifies nothing.
func readCapture(protocol sso.Protocol, text string) (capture, error) {
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return capture{}, errUnreadable("Paste an answer of the identity provider.")
	case len(text) > maxCapture:
		return capture{}, errUnreadable("This is longer than any answer that is accepted.")
	case protocol == sso.OIDC:
		return readToken(text)
	}
	return readResponse(text)
}

// readResponse reads the XML itself, its base64, or a form that contains it.
func readResponse(text string) (capture, error) {
	if strings.HasPrefix(text, "<") {
		return capture{response: []byte(text)}, nil
	}
	if _, field, found := strings.Cut(text, "SAMLResponse="); found {
		field, _, _ = strings.Cut(field, "&")
		if plain, err := url.QueryUnescape(field); err == nil {
			text = plain
		}
	}
	doc, err := base64.StdEncoding.DecodeString(strings.Map(func(r rune) rune {
		if r == ' ' || r == '\n' || r == '\r' || r == '\t' {
			return -1
		}
		return r
	}, text))
	if err != nil ||
		!bytes.HasPrefix(bytes.TrimSpace(bytes.TrimPrefix(doc, []byte("\ufeff"))), []byte("<")) {
		return capture{}, errUnreadable("This is neither the XML of a SAML response nor the value of SAMLResponse.")
	}
	return capture{response: doc}, nil
}

// readToken reads an ID token, or the address with the code or the error in it.
func readToken(text string) (capture, error) {
	if strings.Count(text, ".") == 2 && !strings.ContainsAny(text, "/?&= \n\t") {
		return capture{idToken: text}, nil
	}
	query := text
	if u, err := url.Parse(text); err == nil && u.RawQuery != "" {
		query = u.RawQuery
	}
	form, err := url.ParseQuery(query)
	if err != nil || !form.Has("code") && !form.Has("error") {
		return capture{}, errUnreadable(
			"This is neither an ID token nor the address that the browser was sent back to.",
		)
	}
	for _, values := range form {
		if len(values) > 1 {
			return capture{}, errUnreadable("The address names something twice.")
		}
	}
	return capture{form: form}, nil
}
