package api

import (
	"context"
	"net/http"
	"time"

	"gatehouse/sso"
	"gatehouse/sso/catalog"
)

// tester begins test connections; trial.Service does.
type tester interface {
	BeginTest(
		ctx context.Context, by sso.Actor, ent sso.EnterpriseID, id sso.ConnectionID,
	) (sso.TestRun, sso.Secret, error)
}

type begunTest struct {
	ID        sso.TestRunID `json:"id" doc:"Identifier; immutable." example:"test-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	URL       string        `json:"url" doc:"URL that opens the identity provider, in any browser. It is returned only here." example:"https://sso.example.com/login/test/5sQ0yXJtWb4mTn8Jr3pKq2vLz7cDf9hG1aBeRuNw"`
	ExpiresAt time.Time     `json:"expires_at" doc:"Time until which the identity provider's response is accepted." example:"2026-11-24T12:10:00Z"`
}

// TestRun is exported because huma ignores other embedded structs.
type TestRun struct {
	ID        sso.TestRunID `json:"id" doc:"Identifier; immutable." example:"test-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Kind      sso.TestKind  `json:"kind" enum:"live,captured,replay" doc:"Kind of test: a sign-in (live), a pasted response (captured) or a replayed attempt (replay)." example:"live"`
	State     sso.TestState `json:"state" enum:"waiting,passed,failed,expired" doc:"State of the test." example:"passed"`
	By        sso.Actor     `json:"by" doc:"Actor who began the test." example:"tok-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Version   int           `json:"version" doc:"Version of the tested configuration." example:"3"`
	Revision  int64         `json:"revision" doc:"Revision of the connection at the end of the test; later changes were not tested." example:"7"`
	Warned    int           `json:"warned" doc:"Number of warnings that need action. A test with any has passed with warnings." example:"0"`
	Code      *string       `json:"code" doc:"Error code; null if the test did not fail." example:"saml_wrong_recipient"`
	CreatedAt time.Time     `json:"created_at" doc:"Time of creation." example:"2026-11-24T12:00:00Z"`
	EndedAt   *time.Time    `json:"ended_at" doc:"Time at which the test ended; null while it is waiting." example:"2026-11-24T12:01:00Z"`
}

type testResult struct {
	TestRun
	Detail      *string         `json:"detail" doc:"Expected and received values; null if there are none." example:"audience: want \"a\", got \"b\""`
	Remedy      *testRemedy     `json:"remedy,omitempty" doc:"Remedy for the failure; missing if the test did not fail."`
	Checks      []check         `json:"checks" doc:"Checks, in the order in which they ran."`
	Identity    *testIdentity   `json:"identity,omitempty" doc:"Identity; missing if the test failed before it was known."`
	Groups      *assertedGroups `json:"groups,omitempty" doc:"Asserted groups; missing if the test failed before they were known."`
	SyncPreview *testPreview    `json:"sync_preview,omitempty" doc:"Membership changes that the sign-in would make; missing if the test failed before they were known."`
	Policy      *testPolicy     `json:"policy,omitempty" doc:"Policy decisions about the sign-in; missing if the test failed before they ran."`
	Warnings    []testWarning   `json:"warnings" doc:"Warnings that did not fail the test, the most important first."`
	Raw         *string         `json:"raw" doc:"Received message, without signatures, tokens and session indexes; null if none was received." example:"<samlp:Response>…</samlp:Response>"`
}

type testRemedy struct {
	Cause string       `json:"cause" doc:"Cause of the failure, in one sentence." example:"The assertion is for another audience: wanted a, got b."`
	Side  catalog.Side `json:"side" enum:"person,company,you" doc:"Party that must act: the user (person), the IT admin at the identity provider (company) or the operator of Gatehouse (you)." example:"company"`
	Do    string       `json:"do" doc:"Recommended action." example:"Set the audience to a."`
	Place string       `json:"place" doc:"Place in the identity provider's admin console." example:"Okta Admin Console › Applications › your application › General › SAML Settings"`
}

func remedyOf(a catalog.Advice) testRemedy {
	return testRemedy{
		Cause: a.Cause,
		Side:  a.Side,
		Do:    a.Do,
		Place: a.Place,
	}
}

type testWarning struct {
	Code string `json:"code" doc:"Stable code of the warning." example:"groups_absent"`
	testRemedy
	Minor bool `json:"minor" doc:"Whether the warning is for information only: groups and login are correct regardless."`
}

type testIdentity struct {
	Subject       string            `json:"subject" doc:"Immutable identifier of the user at the identity provider." example:"00u1ab2cd3EF"`
	Login         string            `json:"login" doc:"Login of the user." example:"ada@acme.example"`
	Email         *string           `json:"email" doc:"E-mail address of the user; null if there is none." example:"ada@acme.example"`
	EmailVerified bool              `json:"email_verified" doc:"Whether the identity provider asserts that the address is verified."`
	Name          string            `json:"name" doc:"Name of the user." example:"Ada Lovelace"`
	Origins       map[string]string `json:"origins" doc:"Claim that supplied the value of each of these fields, and of groups."`
}

type testPreview struct {
	User          *sso.UserID        `json:"user" doc:"User whose sign-in was tested; null for a new user." example:"user-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Mode          *sso.SyncMode      `json:"mode" enum:"reset,reset-synced,add-only,keep" doc:"Sync mode that would be applied; null if the sign-in would be refused." example:"reset"`
	Note          *string            `json:"note" doc:"Reason for keeping memberships; null if no change would be withheld." example:"The identity provider sent no group attribute: every membership was kept."`
	Organizations []testOrganization `json:"organizations" doc:"Changes in each affected organization."`
	Unmatched     []string           `json:"unmatched" doc:"Asserted names that match no group of any organization." example:"[\"all-employees\"]"`
	NearMisses    []nearMiss         `json:"near_misses" doc:"Groups that an asserted name nearly matches."`
}

type testOrganization struct {
	Organization sso.OrganizationID `json:"organization" doc:"Identifier of the organization." example:"org-06d5x0wkj3n8p7r5t2v4y6z8ab"`
	Name         string             `json:"name" doc:"Name of the organization." example:"Research"`
	Added        []string           `json:"added" doc:"Groups that the user would join." example:"[\"engineering\"]"`
	Removed      []string           `json:"removed" doc:"Groups that the user would leave." example:"[\"reviewers\"]"`
	Kept         []string           `json:"kept" doc:"Groups that the user would remain in." example:"[\"Members\"]"`
	Defaults     []string           `json:"defaults,omitempty" doc:"Groups among added and kept that are default groups of the connection."`
}

type testPolicy struct {
	AllowSignIn       bool           `json:"allow_sign_in" doc:"Whether the expression admits the user."`
	EmailVerification *emailDecision `json:"email_verification,omitempty" doc:"Decision about the e-mail address, with the reason; only if it would be the user's first sign-in."`
}

const testPath = connectionPath + "/tests"

func (a *API) testOperations() {
	add(a, operation{
		id:      "begin-test",
		method:  http.MethodPost,
		path:    testPath,
		scope:   "connections:write",
		status:  http.StatusCreated,
		once:    "url",
		summary: "Begin a test connection",
		about: "The returned URL leads to a sign-in at the identity provider. The draft is tested, or the live " +
			"configuration if there is no draft; no user, session or membership is created.",
	}, a.beginTest)
	add(a, operation{
		id:      "list-tests",
		method:  http.MethodGet,
		path:    testPath,
		scope:   "connections:read",
		summary: "List test connections",
		about:   "Without results. Sorted by time of creation, newest first.",
	}, a.listTests)
	add(a, operation{
		id:      "get-test",
		method:  http.MethodGet,
		path:    testPath + "/{test}",
		scope:   "connections:read",
		summary: "Get a test connection",
		about:   "Includes all results up to the end of the test.",
	}, a.getTest)
}

func (a *API) beginTest(ctx context.Context, c caller, in *inConnection) (*made[begunTest], error) {
	run, token, err := a.Tests.BeginTest(ctx, c.by, c.enterprise.ID, in.Connection)
	if err != nil {
		return nil, err
	}
	return &made[begunTest]{
		Location: locationOf(c.enterprise.ID, "connections", string(in.Connection)) + "/tests/" +
			string(run.ID),
		Body: begunTest{
			ID:        run.ID,
			URL:       a.BaseURL + "/login/test/" + token.Reveal(),
			ExpiresAt: run.ExpiresAt.UTC(),
		},
	}, nil
}

func (a *API) listTests(ctx context.Context, c caller, in *struct {
	Paging
	Connection sso.ConnectionID `path:"connection"`
	State      sso.TestState    `query:"state" enum:"waiting,passed,failed,expired" doc:"Filter by state." example:"failed"`
}) (*out[list[TestRun]], error) {
	if _, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection); err != nil {
		return nil, err
	}
	all, next, err := a.Records.TestRuns(ctx, c.enterprise.ID, sso.TestFilter{
		Connection: in.Connection,
		State:      in.State,
	}, in.page())
	return pageOf(all, next, err, viewTestRun)
}

func (a *API) getTest(ctx context.Context, c caller, in *struct {
	Connection sso.ConnectionID `path:"connection"`
	Test       sso.TestRunID    `path:"test"`
}) (*out[testResult], error) {
	x, err := a.Records.Connection(ctx, c.enterprise.ID, in.Connection)
	if err != nil {
		return nil, err
	}
	run, err := a.Records.TestRun(ctx, c.enterprise.ID, in.Test)
	if err == nil && run.Connection != x.ID {
		err = sso.NothingHere()
	}
	if err != nil {
		return nil, err
	}
	return answerTo(viewTestResult(x, run), nil)
}

func viewTestRun(r sso.TestRun) TestRun {
	return TestRun{
		ID:        r.ID,
		Kind:      r.Kind,
		State:     r.State,
		By:        r.By,
		Version:   r.Version,
		Revision:  r.Revision,
		Warned:    r.Warned,
		Code:      some(r.Code),
		CreatedAt: r.CreatedAt.UTC(),
		EndedAt:   moment(r.EndedAt),
	}
}

func viewTestResult(c sso.Connection, run sso.TestRun) testResult {
	r := run.Result
	v := testResult{
		TestRun: viewTestRun(run),
		Detail:  some(run.Detail),
		Checks:  viewAll(r.Checks, func(c sso.Check) check { return check(c) }),
		Warnings: viewAll(r.Warnings, func(w sso.Warning) testWarning {
			return viewWarning(c, w)
		}),
		Raw: some(r.Raw),
	}
	if run.State == sso.TestFailed {
		advice := remedyOf(catalog.For(c.Provider, c.Protocol, run.Code, r.Checks))
		v.Remedy = &advice
	}
	if id := r.Identity; id != nil {
		groups := viewGroups(id.Groups)
		v.Groups = &groups
		v.Identity = &testIdentity{
			Subject:       id.Subject,
			Login:         id.Login,
			Email:         some(id.Email),
			EmailVerified: id.EmailVerified,
			Name:          id.Name,
			Origins:       r.Origins,
		}
	}
	if r.Allowed != nil {
		v.Policy = &testPolicy{
			AllowSignIn:       *r.Allowed,
			EmailVerification: viewDecision(r.Email),
		}
		v.SyncPreview = &testPreview{
			User:       some(r.Known),
			Mode:       some(r.Mode),
			Note:       some(r.Note),
			Unmatched:  always(r.Unmatched),
			NearMisses: viewAll(r.NearMisses, viewNearMiss),
			Organizations: viewAll(r.Changes, func(o sso.OrganizationDelta) testOrganization {
				return testOrganization{
					Organization: o.Organization,
					Name:         o.Name,
					Added:        always(o.Added),
					Removed:      always(o.Removed),
					Kept:         always(o.Kept),
					Defaults:     o.Defaults,
				}
			}),
		}
	}
	return v
}

func viewWarning(c sso.Connection, w sso.Warning) testWarning {
	return testWarning{
		Code:       w.Code,
		testRemedy: remedyOf(catalog.Warn(c.Provider, c.Protocol, w)),
		Minor:      w.Minor,
	}
}
